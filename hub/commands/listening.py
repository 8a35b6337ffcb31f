"""`hub up --listen`: the choice to serve members elsewhere, kept in HUB_HOME until another is made."""

from pathlib import Path

from hub.broker.listen import Listen, bind, parse
from hub.errors import HubError
from hub.home import Home
from hub.processes import alive
from hub.settings import Settings

NOT = "none"
"""What is given in place of a host to serve nobody elsewhere any more."""


def choose(home: Home, listen: str | None, cert: Path | None, key: Path | None, ca: Path | None) -> None:
    """Keep what was asked for; without `listen` the kept choice stays. HubError: the hub runs with another one."""
    if listen is None or listen == NOT:
        if cert or key or ca:
            raise HubError("--tls-cert, --tls-key and --tls-ca belong to --listen HOST")
        if listen is None:
            return
    if (cert is None) != (key is None) or (ca and cert is None):
        raise HubError("a certificate comes with its key: give --tls-cert and --tls-key, and --tls-ca if it has one")
    if Settings().kafka_bootstrap is not None:
        raise HubError("--listen is for a broker that is started here: HUB_KAFKA_BOOTSTRAP names one that is there")
    kept = Listen.load(home.listen_file)
    wanted = None if listen == NOT else _wanted(listen, kept, cert, key, ca)
    if wanted == kept:
        return
    run = home.run()
    if run and alive(run["processes"]["supervisor"]):
        raise HubError("the hub runs with another --listen: `hub down` first, then this again")
    if wanted is None:
        home.listen_file.unlink()
    else:
        wanted.check_free()
        wanted.save(home.listen_file)


def _wanted(listen: str, kept: Listen | None, cert: Path | None, key: Path | None, ca: Path | None) -> Listen:
    host, port = parse(listen)
    same = kept is not None and kept.host == host
    if port is None:
        port = kept.port if kept is not None and same else bind(host, None)
    return Listen(host, port, *(str(path.absolute()) if path else None for path in (cert, key, ca)))
