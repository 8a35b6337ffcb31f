"""The broker is killed in the middle of a load: what it acknowledged is stored, once and in order."""

import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.broker_fixture import start_broker
from wire import names
from wire.access import Access
from wire.admin import PARTITIONS
from wire.consumer import Reader, TopicReader
from wire.producer import Producer
from wire.records import Record

pytestmark = [pytest.mark.kafka, pytest.mark.net]

_LOAD = 8_000


def _publish(access: Access, acknowledged: list[tuple[int, int, int]], part_done: Callable[[int], None]) -> None:
    """Send the load, noting (number, partition, offset) of each acknowledged record."""
    topic = names.events_topic(access.user)
    with Producer(access) as producer:
        for number in range(_LOAD):
            future = producer.send(topic, number % PARTITIONS, b"%d" % number, bytes(300))
            future.add_callback(lambda got, n=number: acknowledged.append((n, got.partition, got.offset)))
            part_done(number)


def test_what_is_acknowledged_is_stored_once_and_in_order_through_a_kill(tmp_path: Path) -> None:
    running = start_broker(tmp_path / "broker")
    random, acknowledged, read = Random(20240229), list[tuple[int, int, int]](), list[Record]()
    kill_at, killable, enough = random.randrange(_LOAD // 4, 3 * _LOAD // 4), threading.Event(), threading.Event()
    try:
        own = running.member("acme")
        topic = names.events_topic("acme")

        def reading() -> None:
            group, pattern = f"{names.HUB_GROUPS}crash", f"^{topic}$"
            with Reader(running.access_consumer, group, pattern, lambda _: {}, instance="one") as reader:
                while len(read) < _LOAD and not enough.is_set():
                    read.extend(reader.poll(0.2).records)

        def killing() -> None:
            killable.wait()
            running.kill()
            running.restart()

        threads = [threading.Thread(target=reading), threading.Thread(target=killing)]
        for thread in threads:
            thread.start()
        try:
            _publish(own, acknowledged, lambda number: killable.set() if number == kill_at else None)
            threads[1].join()
            threads[0].join(60)
        finally:
            killable.set()
            enough.set()
            for thread in threads:
                thread.join()
        with TopicReader(own, topic) as reader:
            stored = [record for batch in reader.to_end() for record in batch.records]
    finally:
        running.stop()
    assert len(acknowledged) == _LOAD
    in_order = sorted(stored, key=lambda record: (record.partition, record.offset))
    for partition in range(PARTITIONS):
        keys = [record.key for record in in_order if record.partition == partition]
        assert keys == [b"%d" % number for number in range(partition, _LOAD, PARTITIONS)]
    assert {(int(r.key or b""), r.partition, r.offset) for r in stored} == set(acknowledged)
    assert sorted(read) == sorted(stored)
