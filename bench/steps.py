"""Where a consumer's time goes: seconds within each step, added up over its two threads."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from commons import generation, linking, log
from consumers import link, project, projection, worker
from wire.consumer import Reader

_STEPS: list[tuple[str, Any, str]] = [
    ("poll (join, wait, parse)", Reader, "poll"),
    ("record digest", worker, "_records"),
    ("append to the log", log, "append"),
    ("judge (leaf, signature)", projection, "judge"),
    ("container file", project, "container"),
    ("typed insert", project, "_accepted"),
    ("closure queries", linking, "closure"),
    ("versions, links, retractions, leads", linking, "known"),
    ("fold into states", link, "_components"),
    ("fold into states", link, "fold"),
    ("fold into states", link, "_row"),
    ("write states", linking, "write_states"),
    ("positions", generation, "advance"),
]
_WITHIN = {"typed insert": "container file"}  # outer step: the one it contains, which counts for itself


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds by step, filled in while the context lasts."""
    seconds: dict[str, float] = defaultdict(float)
    kept = [(owner, name, getattr(owner, name)) for _, owner, name in _STEPS]

    def measure(step: str, function: Any) -> Any:
        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*args, **options)
            finally:
                seconds[step] += time.perf_counter() - began

        return call

    for (step, owner, name), (_, _, function) in zip(_STEPS, kept, strict=True):
        setattr(owner, name, measure(step, function))
    try:
        yield seconds
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)
        for outer, inner in _WITHIN.items():
            seconds[outer] -= seconds[inner]


def shares(seconds: dict[str, float]) -> dict[str, float]:
    """Each step's part of the whole, greatest first."""
    whole = sum(seconds.values())
    return {step: round(part / whole, 3) for step, part in sorted(seconds.items(), key=lambda item: -item[1])}
