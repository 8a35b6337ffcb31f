"""What the supervisor hands to a process that asks the data commons and answers over HTTP.

A port as its one argument, and two variables of the environment: HUB_CLICKHOUSE_URL is where the data commons is,
HUB_CLICKHOUSE_PASSWORD_FILE the file with its password.
"""

import os
from pathlib import Path
from typing import NamedTuple

from hub.errors import HubError


class Handed(NamedTuple):
    """Where to serve, and where the data commons is."""

    port: int
    url: str
    password: str


def handed(arguments: list[str]) -> Handed:
    """What this process was given; HubError when it was not started by `hub up`."""
    try:
        (port,) = (int(argument) for argument in arguments)
        password = Path(os.environ["HUB_CLICKHOUSE_PASSWORD_FILE"]).read_text("utf-8").strip()
        return Handed(port, os.environ["HUB_CLICKHOUSE_URL"], password)
    except ValueError:
        raise HubError("its one argument is a port: start it with `hub up`") from None
    except KeyError as missing:
        raise HubError(f"{missing.args[0]} is not set: start it with `hub up`") from None
    except OSError as error:
        raise HubError(f"the password file cannot be read ({error.strerror}): start it with `hub up`") from None


def keyring() -> Path | None:
    """HUB_KEYRING_FILE, the file with the keys of sealed sections; None: they stay sealed in this process."""
    told = os.environ.get("HUB_KEYRING_FILE")
    return Path(told) if told else None
