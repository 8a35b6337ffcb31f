"""All the dashboard reads: named queries of the data commons, cached by who asks, of when, and how far the data is.

The watermark (positions of every partition) is an ordinary argument of the cache, so a page is never older than the
data and never asks twice for the same. When the store does not answer, the last figures are shown with their as-of.
What was sealed is kept nowhere in clear: an erasure could not reach it.
"""

import queue
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import streamlit as st

from commons.ask import QuestionError, Scope, ask
from commons.client import connect
from dashboard import settings
from dashboard.errors import new_id
from dashboard.url import State

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = list[Row]
Question: TypeAlias = tuple[str, tuple[tuple[str, str], ...], str, str, Scope]

KEPT_ANSWERS = 400
"""Answers kept for the time when the store does not answer."""

_idle: queue.LifoQueue[Any] = queue.LifoQueue(maxsize=8)
_last: OrderedDict[Question, tuple[Rows, str]] = OrderedDict()
_lock = threading.Lock()


class RefusedError(ValueError):
    """A question the commons refuses: the words say why."""


class StoreDownError(RuntimeError):
    """The store does not answer, and nothing was kept that could be shown instead."""

    def __init__(self, error_id: str) -> None:
        """Carry the id under which the cause is logged."""
        super().__init__(error_id)
        self.error_id = error_id


@contextmanager
def _client() -> Iterator[Any]:
    """A client of the pool: a client serves one thread at a time. One that failed is not used again."""
    try:
        client = _idle.get_nowait()
    except queue.Empty:
        here = settings.current()
        client = connect(here.clickhouse_url, here.clickhouse_password)
    try:
        yield client
    except BaseException:  # a client in an unknown state is closed, and the cause raised again
        client.close()
        raise
    try:
        _idle.put_nowait(client)
    except queue.Full:
        client.close()


def _asked(question: Question) -> tuple[Rows, str, bool]:
    """Rows, watermark, and whether a sealed section was opened for them."""
    name, params, as_of, submitted_by, scope = question
    unsealed = False

    def unseal(place: Any, section: Any) -> bytes | str:
        nonlocal unsealed
        body = settings.current().unseal(place, section)
        unsealed = unsealed or isinstance(body, bytes)
        return body

    with _client() as client:
        clocks = {"as_of": as_of or None, "submitted_by": submitted_by or None}
        answer = ask(client, name, scope, dict(params), **clocks, unseal=unseal)
    return answer.rows, repr(sorted(answer.positions.items())), unsealed


@st.cache_data(max_entries=2000, show_spinner=False)
def _cached(question: Question, watermark: str) -> tuple[Rows, bool]:  # noqa: ARG001 - the watermark is in the key
    rows, _, unsealed = _asked(question)
    return rows, unsealed


@dataclass(slots=True)
class Reader:
    """What one run of a page reads, for one scope, at one clock setting.

    `shown_as_of` is set when the store did not answer and older figures are shown; `error_id` says what is in the log.
    """

    scope: Scope
    as_of: str = ""
    submitted_by: str = ""
    positions: Rows = field(default_factory=list)
    watermark: str = ""
    known_as_of: str = ""
    shown_as_of: str = ""
    error_id: str = ""

    @classmethod
    def of(cls, state: State) -> "Reader":
        """A reader for an address. Raises RefusedError when it sets both clocks."""
        as_of, submitted_by = state.get("as_of"), state.get("submitted_by")
        if as_of and submitted_by:
            raise RefusedError("clocks")
        return cls(settings.current().scope, as_of, submitted_by)

    def freshness(self) -> Rows:
        """How far each source is now, whatever the clocks of the page: what the header says, and whether there is data.

        How far each partition is comes first: asked of the store on every run, as it is the key of all the rest.
        """
        question: Question = ("positions", (), "", "", self.scope)
        try:
            self.positions, self.watermark, _ = _asked(question)
        except QuestionError as error:
            raise RefusedError(str(error)) from error
        except Exception as error:  # noqa: BLE001 - whatever the store's client raises, older figures are shown
            self.positions = self._older(question, error)
        rows = self._rows(("freshness", (), "", "", self.scope))
        self.known_as_of = max((str(row["last_recorded_at"]) for row in rows), default="")
        _keep(question, self.positions, self.known_as_of)
        return rows

    def rows(self, name: str, /, **params: str) -> Rows:
        """The rows of a named query; empty parameters are left out. `from_` stands for `from`.

        Raises RefusedError for a question the commons does not answer, StoreDownError when nothing can be shown.
        """
        asked = tuple(sorted((key.rstrip("_"), value) for key, value in params.items() if value))
        return self._rows((name, asked, self.as_of, self.submitted_by, self.scope))

    def _rows(self, question: Question) -> Rows:
        if self.shown_as_of:
            return self._older(question, None)
        try:
            rows, unsealed = _cached(question, self.watermark)
        except QuestionError as error:
            raise RefusedError(str(error)) from error
        except Exception as error:  # noqa: BLE001 - as above
            return self._older(question, error)
        if unsealed:
            _cached.clear(question, self.watermark)
        else:
            _keep(question, rows, self.known_as_of)
        return rows

    def _older(self, question: Question, error: Exception | None) -> Rows:
        if error is not None:
            self.error_id = new_id(error)
        with _lock:
            kept = _last.get(question)
        if kept is None:
            raise StoreDownError(self.error_id)
        self.shown_as_of = min((at for at in (self.shown_as_of, kept[1]) if at), default="?")
        return kept[0]


def _keep(question: Question, rows: Rows, as_of: str) -> None:
    with _lock:
        _last[question] = (rows, as_of)
        _last.move_to_end(question)
        while len(_last) > KEPT_ANSWERS:
            _last.popitem(last=False)
