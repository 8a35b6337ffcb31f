"""What the `hub` command tells its operator in one line."""


class HubError(Exception):
    """Something cannot be done now; the message says what to do next."""


def foreseen(error: BaseException) -> str | None:
    """The line for an error whose message is meant for the operator; None for one that nobody foresaw.

    The classes are looked up only now: a command that succeeds loads none of their rooms for this.
    """
    from pydantic import ValidationError

    from commons.ask import QuestionError
    from commons.client import StoreError
    from commons.migrate import MigrationError
    from hub.broker import BrokerError
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
    if type(error).__module__.startswith("clickhouse_connect."):
        return f"ClickHouse did not answer: {' '.join(str(error).split())[:300]}"
    known = (
        HubError, QuestionError, StoreError, MigrationError, BrokerError, ProfileError, EventError, FormatError,
        FileError, FolderError, OutboxError, StandingError, KeyFileError, WireError, OSError,
    )  # fmt: skip
    return " ".join(str(error).split()) if isinstance(error, known) else None
