"""What the hub hands to the API: the API itself never reads the environment or a file of secrets."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data commons is, and which release this is."""

    clickhouse_url: str
    clickhouse_password: str = field(repr=False)
    release: str
