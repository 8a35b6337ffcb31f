"""One broker and its folder: prepared, started by a supervisor, asked whether it is ready.

The folder holds `identity.json` and `server.properties` (mode 600, with passwords), `data/`, and `tls/` once members
elsewhere were served. Whoever runs the process calls `prepare()` before every start, starts `command()` in `home`, and
asks `ready()`.
"""

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import asdict, replace
from pathlib import Path

import psutil

from hub.broker import tls
from hub.broker.jars import jars
from hub.broker.listen import Listen
from hub.broker.properties import ADMIN_USER, BROKER_USER, Identity, properties
from hub.broker.tools import BrokerError
from wire.access import Access
from wire.admin import Admin
from wire.errors import WireError

_HEAP = ("-Xms256m", "-Xmx384m", "-XX:+UseSerialGC")  # 220 MB resident at rest
_LOG = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")

LOCALE = {"LC_ALL": "C.UTF-8"}
"""For the environment of the process: Java takes the encoding of file names from it."""

_PAUSE = 0.1  # seconds between two questions whether it is ready


class Broker:
    """A one-node Kafka whose state lives in `home` (made if missing); with `listen` it serves members elsewhere too."""

    def __init__(self, home: Path, listen: Listen | None = None) -> None:
        self.home = home.absolute()
        self.listen = listen
        self._identity_file = self.home / "identity.json"
        self._properties = self.home / "server.properties"
        self._data = self.home / "data"
        self._tls = self.home / "tls"

    def prepare(self) -> None:
        """Make the next start possible: jars, passwords, ports, formatted storage, `server.properties`.

        Idempotent, and right after any interruption: what is half done is done again. A port that another process has
        taken meanwhile is replaced, so `bootstrap` may change here and nowhere else. Raises BrokerError, also when this
        broker is still running.
        """
        if running := self.process():
            raise BrokerError(f"The broker of {self.home} is already running as process {running.pid}: stop it first.")
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        lib = jars()
        identity = self._ports(self._load() or _new_identity())
        _write(self._identity_file, json.dumps(asdict(identity), indent=1))
        if not self._data.exists():
            self._format(lib, identity)
        if self.listen is not None:
            self.listen.check_free()
            tls.prepare(self._tls, self.listen)
        _write(self._properties, properties(identity, self._data, self.listen, tls.keystore(self._tls)))

    def command(self) -> list[str]:
        """The process to start, after `prepare()`. It ends on SIGTERM within seconds and survives SIGKILL."""
        return [_java(), *_HEAP, *_LOG, "-cp", f"{jars()}/*", "kafka.Kafka", str(self._properties)]

    def process(self) -> psutil.Process | None:
        """The running broker of this folder, whoever started it: an orphan of a killed supervisor is found too."""
        for process in psutil.process_iter(["cmdline"]):
            if str(self._properties) in (process.info["cmdline"] or ()):
                return process
        return None

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"127.0.0.1:{self._identity().client_port}"

    @property
    def trust(self) -> str | None:
        """The certificate (PEM) by which members elsewhere know the broker; None: by their machine's authorities."""
        return tls.trust(self._tls)

    @property
    def admin_password(self) -> str:
        """The password of user `admin`."""
        return self._identity().admin_password

    @property
    def admin(self) -> Access:
        """Access as `admin`, who may do everything."""
        return Access(self.bootstrap, ADMIN_USER, self.admin_password)

    def ready(self, timeout: float = 2) -> bool:
        """Whether the broker answers an admin request within `timeout` seconds."""
        if _bindable(self._identity().client_port):
            return False  # nothing listens yet
        try:
            with Admin(self.admin, timeout=timeout) as admin:
                admin.topics()
        except WireError:
            return False
        return True

    def wait_ready(self, timeout: float = 60) -> None:
        """Return once the broker answers; raise BrokerError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self.ready():
            if time.monotonic() > deadline:
                raise BrokerError(f"The broker at {self.bootstrap} did not answer within {timeout:.0f} s: see its log.")
            time.sleep(_PAUSE)

    def _identity(self) -> Identity:
        identity = self._load()
        if identity is None:
            raise BrokerError(f"There is no broker in {self.home} yet: run `hub up` first.")
        return identity

    def _load(self) -> Identity | None:
        try:
            return Identity(**json.loads(self._identity_file.read_text()))
        except FileNotFoundError:
            return None
        except (TypeError, ValueError) as error:
            raise BrokerError(f"{self._identity_file} cannot be read: restore it from a backup. ({error})") from error

    def _ports(self, identity: Identity) -> Identity:
        """The identity with ports that can be bound now: the kept ones, or free ones; never the one of `listen`."""
        client, controller = identity.client_port, identity.controller_port
        fixed = self.listen.port if self.listen else None
        if fixed in (client, controller) or not (_bindable(client) and _bindable(controller)):
            client, controller = _free_ports()
        return replace(identity, client_port=client, controller_port=controller)

    def _format(self, lib: Path, identity: Identity) -> None:
        """Format the storage beside its place and move it there whole, so that it is there completely or not at all."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        _write(self._properties, properties(identity, unfinished))
        users = {ADMIN_USER: identity.admin_password, BROKER_USER: identity.broker_password}
        # Passwords go in a file that Java expands: arguments of a process can be read by every user of the machine.
        arguments = self.home / "format.arguments"
        words = [
            *("-cp", f"{lib}/*", "kafka.tools.StorageTool", "format", "--standalone"),
            *("-t", identity.cluster_id, "-c", str(self._properties)),
        ]
        for name, password in users.items():
            words += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
        _write(arguments, "".join(f"{json.dumps(word, ensure_ascii=False)}\n" for word in words))
        try:
            done = subprocess.run(
                [_java(), f"@{arguments}"], env={**os.environ, **LOCALE}, capture_output=True, text=True, check=False
            )
        finally:
            arguments.unlink()
        if done.returncode != 0:
            raise BrokerError(f"The broker's storage could not be formatted in {unfinished}: {done.stderr[-500:]}")
        unfinished.rename(self._data)


def _new_identity() -> Identity:
    client, controller = _free_ports()
    cluster_id = "-"
    while cluster_id.startswith("-"):  # the storage tool would take it for an option
        cluster_id = base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
    return Identity(cluster_id, client, controller, secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


def _bindable(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _java() -> str:
    return shutil.which("java") or "java"


def _write(path: Path, text: str) -> None:
    """Write a file of mode 600 whole: a reader or a crash sees the old content or the new."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
