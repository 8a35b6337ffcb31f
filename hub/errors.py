"""What the `hub` command tells its operator in one line."""

import sys


class HubError(Exception):
    """Something cannot be done now; the message says what to do next."""


def foreseen(error: BaseException) -> str | None:
    """The line for an error whose message is meant for the operator; None for one that nobody foresaw.

    The classes are looked up only now: a command that succeeds loads none of their rooms for this.
    """
    from pydantic import ValidationError

    from producers.files import FileError
    from producers.folder import FolderError
    from producers.key_file import KeyFileError
    from producers.outbox import OutboxError
    from producers.profile import ProfileError
    from producers.sign import EventError
    from producers.sources import FormatError
    from producers.standing import StandingError
    from wire.errors import WireError

    if isinstance(error, ValidationError):  # of the settings: its own text would quote their values
        from hub.settings import Settings

        name = str(error.errors()[0]["loc"][0])
        field = Settings.model_fields.get(name)
        return f"HUB_{name.upper()} cannot be used as it is set. It is: {field.description if field else error.title}"
    known = (
        HubError, ProfileError, EventError, FormatError, FileError, FolderError, OutboxError,
        StandingError, KeyFileError, WireError, OSError,
    )  # fmt: skip
    if isinstance(error, known):
        return " ".join(str(error).split())
    return _of_the_commons(error) if "clickhouse_connect" in sys.modules else None  # a member's install is without it


def _of_the_commons(error: BaseException) -> str | None:
    from commons.ask import QuestionError
    from commons.client import DatabaseError, OperationalError, StoreError
    from commons.migrate import MigrationError

    if isinstance(error, (QuestionError, StoreError, MigrationError)):
        return " ".join(str(error).split())
    if isinstance(error, DatabaseError) and error.code is not None:  # the text may quote a value: nothing of it is told
        return (
            f"ClickHouse refused a statement (code {error.code}, {error.name}): `hub status` shows which parts are up, "
            "`hub fsck` whether what is stored is whole"
        )
    if isinstance(error, OperationalError) or type(error) is DatabaseError:  # others are errors of ours
        return "ClickHouse cannot be reached, or broke off its answer: `hub status` shows whether it is up"
    return None
