"""`hub consume`: a consumer process, until SIGTERM; beside it, members are told what was concluded."""

import contextlib
import fcntl
import logging
import signal
import threading

from hub.errors import HubError
from hub.reach import Reach
from hub.version import release


def consume(reach: Reach) -> None:
    """Read Kafka, append, judge, project, link and tell until told to stop. One at a time for a hub."""
    from consumers import worker
    from consumers.telling import Teller, Telling
    from hub.keyring import Keyring
    from producers.conclusions import Announcer

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with (reach.home.path / "consumer.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HubError("a consumer of this hub is running already: `hub status` shows it") from None
        with (
            contextlib.closing(reach.store()) as client,
            contextlib.closing(Keyring(reach.home.keyring)) as keyring,
            contextlib.closing(Announcer(reach.hub, reach.key())) as announcer,
            Telling(Teller(client, reach.hub, announcer.publish).step, stop) as telling,
        ):
            worker.run(
                reach.consumer, reach.address("clickhouse"), reach.home.secret("clickhouse"), stop, release(),
                learn=keyring.learn, processed=telling.wake,
            )  # fmt: skip
