"""`hub consume`: a consumer process, until SIGTERM."""

import fcntl
import logging
import signal
import threading

from hub.errors import HubError
from hub.reach import Reach
from hub.version import release


def consume(reach: Reach) -> None:
    """Read Kafka, append, judge, project and link until told to stop. One at a time for a hub."""
    from consumers import worker
    from hub.keyring import Keyring

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with (reach.home.path / "consumer.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HubError("a consumer of this hub is running already: `hub status` shows it") from None
        worker.run(
            reach.consumer, reach.address("clickhouse"), reach.home.secret("clickhouse"), stop, release(),
            learn=Keyring(reach.home.keyring).learn,
        )  # fmt: skip
