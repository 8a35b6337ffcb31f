"""The one-machine broker as a process, for tests of any room."""

import secrets
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from hub.broker import Broker
from hub.broker.listen import Listen
from wire import names
from wire.access import Access
from wire.admin import Admin


@dataclass
class RunningBroker:
    """A broker with the hub's topics and users; its state lies under `home`."""

    home: Path
    broker: Broker
    process: subprocess.Popen[bytes]
    hub_password: str = field(repr=False)
    consumer_password: str = field(repr=False)

    @property
    def access_admin(self) -> Access:
        """The super user."""
        return self.broker.admin

    @property
    def access_hub(self) -> Access:
        """The hub itself, as a publisher."""
        return Access(self.broker.bootstrap, names.PUBLISHER_USER, self.hub_password)

    @property
    def access_consumer(self) -> Access:
        """The hub's consumers."""
        return Access(self.broker.bootstrap, names.CONSUMER_USER, self.consumer_password)

    @property
    def log(self) -> str:
        """The end of what the broker said."""
        return _log(self.home).read_text()[-4000:]

    def member(self, org: str) -> Access:
        """Add a member (topic, user, rights) and return its access; called again it changes the password."""
        password = secrets.token_urlsafe(16)
        with Admin(self.access_admin) as admin:
            admin.add_member(org, password)
        return Access(self.broker.bootstrap, org, password)

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and wait."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """SIGSTOP: its connections stay, and nothing answers."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen broker go on."""
        self.process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Start a stopped or killed broker again and wait until it answers."""
        self.process = _start(self.broker)

    def _end(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)


def start_broker(home: Path, listen: Listen | None = None) -> RunningBroker:
    """Start a broker in `home` and return when it answers and has what every hub has."""
    broker = Broker(home, listen)
    process = _start(broker)
    hub, consumer = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    with Admin(broker.admin) as admin:
        admin.set_up(hub, consumer)
    return RunningBroker(home, broker, process, hub, consumer)


def _log(home: Path) -> Path:
    return home / "broker.log"


def _start(broker: Broker) -> subprocess.Popen[bytes]:
    broker.prepare()
    with _log(broker.home).open("ab") as log:
        process = subprocess.Popen(broker.command(), cwd=broker.home, stdout=log, stderr=log)
    try:
        broker.wait_ready()
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process
