"""What goes wrong at the Kafka edge, in words for the operator."""

import contextlib
from collections.abc import Iterator

from kafka import errors

from wire.access import Access


class WireError(Exception):
    """Kafka could not do what was asked; the message says what to do next."""


class NotAllowedError(WireError):
    """The user may not do this: an ACL is missing or was taken away."""


class UnreachableError(WireError):
    """No broker answered this user in time."""


@contextlib.contextmanager
def explained(access: Access, doing: str) -> Iterator[None]:
    """Turn the client's errors into WireError, naming who, where and what (`doing`, as in "create a topic")."""
    try:
        yield
    except WireError:
        raise
    except errors.KafkaError as error:
        raise explain(error, access, doing) from error


def explain(error: BaseException, access: Access, doing: str) -> WireError:
    """The WireError for an error of the client."""
    who = f"user {access.user} at {access.bootstrap}"
    if isinstance(error, errors.SaslAuthenticationFailedError):
        return UnreachableError(f"Could not {doing}: {who} was refused: check user and password.")
    # Who may write nothing at all is refused a producer id, and the client wraps that in a plain KafkaError.
    if isinstance(error, errors.AuthorizationError) or "ClusterAuthorizationFailedError" in str(error):
        return NotAllowedError(
            f"Could not {doing}: {who} has no right to, or is suspended: ask the operator of the hub. ({error})"
        )
    if isinstance(error, errors.UnknownTopicOrPartitionError):
        return WireError(f"Could not {doing}: the topic does not exist: was the member added? ({who})")
    if isinstance(error, errors.MessageSizeTooLargeError):
        return WireError(f"Could not {doing}: a record is larger than the topic takes. ({error})")
    if isinstance(error, errors.RetriableError):
        return UnreachableError(
            f"Could not {doing}: no answer for {who} in time: check that the hub is up, that the topic is there, "
            f"and user and password. ({error})"
        )
    return WireError(f"Could not {doing} as {who}: {type(error).__name__}: {error}")
