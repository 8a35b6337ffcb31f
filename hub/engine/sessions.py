"""Sessions: a handle that lives from request to request under a name the client chose."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.engine.errors import SESSION_IS_LOCKED, SESSION_NOT_FOUND, TOO_MANY_SIMULTANEOUS_QUERIES, EngineError
from hub.engine.store import Handle

# A client that leaves a result unread sends its next request before its leaving is noticed here.
_GRACE = 1.0  # seconds


@dataclass
class _Session:
    handle: Handle | None = None
    free: asyncio.Event = field(default_factory=asyncio.Event)
    expiry: asyncio.TimerHandle | None = None


class Sessions:
    """At most `limit` sessions, each used by one request at a time. For the event loop only."""

    def __init__(self, limit: int, discard: Callable[[Handle], None]) -> None:
        self._limit = limit
        self._discard = discard
        self._known: dict[str, _Session] = {}

    async def take(self, name: str, *, must_exist: bool) -> Handle | None:
        """Reserve the session `name`; None if it is new: its first request then has to `keep` a handle.

        Raises EngineError: locked by another request, not found (`must_exist`), too many.
        """
        while (session := self._known.get(name)) is not None:
            if session.free.is_set():
                session.free.clear()
                if session.expiry is not None:
                    session.expiry.cancel()
                return session.handle
            try:
                await asyncio.wait_for(session.free.wait(), _GRACE)
            except TimeoutError:
                raise EngineError(SESSION_IS_LOCKED, f"Session {name} is locked by a concurrent client.") from None
        if must_exist:
            raise EngineError(SESSION_NOT_FOUND, f"Session {name} not found.")
        if len(self._known) >= self._limit:
            raise EngineError(TOO_MANY_SIMULTANEOUS_QUERIES, f"There are {self._limit} sessions already.")
        self._known[name] = _Session()
        return None

    def keep(self, name: str, handle: Handle | None, timeout: int) -> None:
        """Release the session `name` with its `handle`; it ends after `timeout` seconds without use, at once for 0 or
        without a handle."""
        session = self._known[name]
        session.handle = handle
        session.free.set()
        if timeout and handle is not None:
            session.expiry = asyncio.get_running_loop().call_later(timeout, self._end, name)
        else:
            self._end(name)

    def close(self) -> None:
        """End every session that is not in use."""
        for name in [name for name, session in self._known.items() if session.free.is_set()]:
            self._end(name)

    def _end(self, name: str) -> None:
        session = self._known.pop(name)
        if session.expiry is not None:
            session.expiry.cancel()
        if session.handle is not None:
            self._discard(session.handle)
