"""The front door: the command, the settings and the one-machine stack.

For a member's own service: `from hub import Publisher`, with the errors it raises and `time_of`. They are loaded when
they are asked for, without the command, the engine or the dashboard.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from producers.draft import time_of
    from producers.outbox import OutboxError, OutboxFullError
    from producers.publisher import Publisher
    from producers.sign import ConflictError, EventError

__all__ = ["ConflictError", "EventError", "OutboxError", "OutboxFullError", "Publisher", "time_of"]
_ROOMS = {
    "ConflictError": "producers.sign",
    "EventError": "producers.sign",
    "OutboxError": "producers.outbox",
    "OutboxFullError": "producers.outbox",
    "Publisher": "producers.publisher",
    "time_of": "producers.draft",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
