"""Is the API there, and can it answer from the data commons?"""

import asyncio
import contextlib
import logging
import time
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.errors import Error
from api.settings import Settings
from commons import generation
from commons.client import DatabaseError, StoreError, connect

logger = logging.getLogger(__name__)

_PATIENCE = 2  # seconds that ClickHouse may take for an answer
_FRESH = 1.0  # seconds for which an answer is given again: however many ask, ClickHouse is asked once
_SILENT = "ClickHouse does not answer, or refuses the hub's password: `hub status` shows how each part is."
_NOT_SET_UP = "The data commons is not set up, or cannot be read: `hub up` sets it up."


class Alive(BaseModel):
    """The API serves requests."""

    status: Literal["alive"] = "alive"
    release: str = Field(description="The release that answers")


class Ready(BaseModel):
    """The data commons answers too."""

    status: Literal["ready"] = "ready"
    generation: int = Field(description="The generation of projections that is read")


class Store:
    """The state of the data commons as it was less than a second ago."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asking = asyncio.Lock()
        self._asked = float("-inf")
        self._told: int | str = ""

    async def state(self) -> int | str:
        """The generation that is read, or the sentence that says why there is none."""
        async with self._asking:
            if time.monotonic() - self._asked >= _FRESH:
                self._told = await asyncio.to_thread(self._ask)
                self._asked = time.monotonic()
            return self._told

    def _ask(self) -> int | str:
        address, password = self._settings.clickhouse_url, self._settings.clickhouse_password
        reason = _SILENT
        try:
            with contextlib.closing(connect(address, password, timeout=_PATIENCE)) as client:
                reason = _NOT_SET_UP
                return generation.current(client) or reason
        except (StoreError, DatabaseError) as error:  # their texts name an address, and quote what the server says
            logger.warning("the data commons cannot be asked: %s", type(error).__name__)
            return reason


def router(settings: Settings) -> APIRouter:
    """The two questions of a supervisor."""
    made = APIRouter()
    store = Store(settings)

    @made.get("/health")
    async def alive() -> Alive:
        """Liveness: answers at once, whatever the other parts do."""
        return Alive(release=settings.release)

    @made.get("/health/ready", responses={503: {"model": Error}})
    async def ready() -> Ready:
        """Readiness: 503 with the reason while the data commons cannot be asked."""
        state = await store.state()
        if isinstance(state, str):
            raise HTTPException(503, state)
        return Ready(generation=state)

    return made
