"""What the hub hands to the dashboard: the dashboard itself never reads the environment or a file of secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from commons.ask import OPERATOR, Scope, Unseal, no_keys

Forms: TypeAlias = Mapping[tuple[str, str], tuple[str, ...]]
"""(source, edition of its form) -> column names in file order: what names the values of a native record."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data commons is, who asks, how native records are to be read, and what opens sealed sections."""

    clickhouse_url: str
    clickhouse_password: str = field(repr=False)
    forms: Forms = field(default_factory=dict)
    scope: Scope = OPERATOR
    unseal: Unseal = no_keys


_current: Settings | None = None


def configure(settings: Settings) -> None:
    """Set what every page of this process uses; called once, before the first page runs."""
    global _current  # noqa: PLW0603 - one process serves one hub
    _current = settings


def current() -> Settings:
    """The settings of this process. Raises RuntimeError when nobody configured it."""
    if _current is None:
        message = "dashboard.settings.configure was not called: start it with `hub up`"
        raise RuntimeError(message)
    return _current
