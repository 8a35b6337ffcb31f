"""Events of a member's own system: the envelope filled in, the empty parts of the value added. Pure."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from producers.sign import EventError
from schemas.event import Event, fact_id
from schemas.registry import latest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPES = (
    ("%Y", "YEAR"), ("%Y-%m", "MONTH"), ("%Y-%m-%d", "DAY"), ("%Y-%m-%dT%H", "HOUR"), ("%Y-%m-%dT%H:%M", "MINUTE"),
    ("%Y-%m-%dT%H:%M:%S", "SECOND"),
)  # fmt: skip
_LENGTHS = {"DAY": timedelta(days=1), "HOUR": timedelta(hours=1), "MINUTE": timedelta(minutes=1),
            "SECOND": timedelta(seconds=1)}  # fmt: skip


def draft(
    org: str,
    event_type: str,
    subject: str,
    value: dict[str, Any],
    *,
    role: str,
    adapter: str = "own",
    own_id: str | None = None,
    version: int = 1,
    provenance: str = "FIRST_HAND",
    sharing: str = "CLOSED",
    audience: tuple[str, ...] = (),
    purposes: tuple[str, ...] = (),
    interest: tuple[str, ...] = (),
    time: str | None = None,
) -> Event:
    """An event that is known by the member's own id and version of it, so that publishing it again adds nothing.

    `subject` is the record key: the report, claim or certificate that the event is about. `own_id` is what the member's
    system calls this one fact where that is more than the subject (the transaction on a claim); `adapter` names that
    system. A corrected fact is a new `version`. Fields of `value` that the schema gives a default, and lists without
    entries, may be left out. Raises EventError for a type that this release does not have; what else is wrong with an
    event is found when it is published.
    """
    try:
        schema = latest(event_type)
    except ValueError:
        raise EventError(f"there is no event type {event_type} in this release") from None
    source = f"/{org}/{adapter}"
    return Event(
        type=event_type,
        id=fact_id(source, event_type, subject if own_id is None else own_id, version),
        source=source,
        subject=subject,
        role=role,
        value=_completed(schema.json, value, _named(event_type)),
        provenance=provenance,
        sharing=sharing,
        interest=interest,
        audience=audience,
        purposes=purposes,
        time=time,
    )


def time_of(text: str) -> dict[str, Any]:
    """A Time as it was written, from `2026` to `2026-03-16T02:14:07`: an interval as wide as the text is coarse, in
    local microseconds. ValueError for any other text."""
    for shape, precision in _SHAPES:
        try:
            begin = datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
        if begin.strftime(shape) != text:
            continue
        if precision in _LENGTHS:
            end = begin + _LENGTHS[precision]
        else:
            months = 12 if precision == "YEAR" else 1
            year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
            end = datetime.combine(date(year, month + 1, 1), datetime.min.time(), UTC)
        return {"text": text, "from": _micros(begin), "to": _micros(end), "precision": precision}
    raise ValueError("a time is written as 2026, 2026-03, 2026-03-16, 2026-03-16T02, …T02:14 or …T02:14:07")


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


@cache
def _named(event_type: str) -> dict[str, Any]:
    """The records of a schema by name: a later mention of one is its name alone."""
    found: dict[str, Any] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "record":
                found[node["name"]] = node
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(latest(event_type).json)
    return found


def _completed(node: Any, value: Any, named: dict[str, Any]) -> Any:
    """The value with what was left out: a field's default, a list without entries. What does not fit stays as it is."""
    if isinstance(node, list):  # a union: null or one type, in these schemas
        node = next((branch for branch in node if branch != "null"), None)
    node = named.get(node) if isinstance(node, str) else node
    if not isinstance(node, dict):
        return value
    if node["type"] == "array" and isinstance(value, list):
        return [_completed(node["items"], item, named) for item in value]
    if node["type"] != "record" or not isinstance(value, dict):
        return value
    filled = dict(value)
    for field in node["fields"]:
        name, kind = field["name"], field["type"]
        if name in value:
            filled[name] = _completed(kind, value[name], named)
        elif "default" in field:
            filled[name] = field["default"]
        elif isinstance(kind, dict) and kind["type"] == "array":
            filled[name] = []
    return filled
