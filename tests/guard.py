"""A test says what it touches: without a marker it may open no socket, however the code under test takes the refusal.

Sockets are seen by an audit hook, so an error that the code swallows is seen too. What threads do that were there
before the test counts for the fixture that started them; the end of a fixture is nobody's test.
"""

import sys
import threading
from collections.abc import Generator
from pathlib import PurePath
from typing import Any

import pytest

MARKS = ("kafka", "clickhouse", "net", "browser")
_FIXTURES = {"broker": "kafka", "engine": "clickhouse", "commons_engine": "clickhouse", "loaded_hub": "clickhouse"}
_SOCKETS = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_PROGRAMS = frozenset({"java", "mvn", "node", "chromium"})  # the broker, and what drives a browser


class _Watch:
    """What one phase of one test touched."""

    def __init__(self) -> None:
        self.touched: list[str] = []
        self.elders = set(threading.enumerate()) - {threading.main_thread()}


_watch: _Watch | None = None  # of the phase that runs now


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch is None:
        return
    if event in _SOCKETS:
        told = f"{event} {arguments[1]}"
    elif event == "subprocess.Popen" and PurePath(str(arguments[0])).name in _PROGRAMS:
        told = f"started {arguments[0]}"
    else:
        return
    if threading.current_thread() not in _watch.elders:
        _watch.touched.append(told)


sys.addaudithook(_audit)


def _watched(item: pytest.Item) -> Generator[None, object, object]:
    """Run one phase and fail the test when it touched what no marker of it allows."""
    global _watch  # noqa: PLW0603 - an audit hook can be neither removed nor handed anything
    _watch = watch = _Watch()
    try:
        result = yield
    finally:
        _watch = None
    if watch.touched and not any(item.get_closest_marker(mark) for mark in MARKS):
        pytest.fail(f"{watch.touched[0]}: mark the test {', '.join(MARKS[:-1])} or {MARKS[-1]}", pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    for fixture in getattr(item, "fixturenames", ()):
        mark = _FIXTURES.get(fixture)
        if mark and not item.get_closest_marker(mark):
            pytest.fail(f"the fixture {fixture} needs the marker {mark}", pytrace=False)
    return (yield from _watched(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _watched(item))
