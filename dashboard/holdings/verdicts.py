"""Four cards: missing, late, faulty, rejected. What the hub cannot know it says, rather than zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.data import Row, Rows
from dashboard.html import block, code, filed
from dashboard.shell import Page

PATIENCE = 60
"""Seconds in which a running consumer reads every partition to its end."""
OK, ATTENTION, UNKNOWN = "ok", "attention", "unknown"


@dataclass(frozen=True, slots=True)
class Findings:
    """What the cards and the tables under them say."""

    members: int
    silent: list[str]
    late: list[Row]
    behind: list[Row]
    rhythms: int


def seconds(row: Row, name: str, now: datetime) -> float | None:
    """How long ago a moment of a row was; None when there was none."""
    return (now - datetime.fromisoformat(str(row[name]))).total_seconds() if row[name] else None


def later(row: Row, now: datetime) -> bool:
    """Whether a source is later than its own rhythm."""
    gone = seconds(row, "last_recorded_at", now)
    return row["rhythm_days"] is not None and gone is not None and gone > 86400 * int(row["rhythm_days"])


def waits(row: Row, now: datetime) -> bool:
    """Whether a partition has records that are not processed, or was not read to its end for too long."""
    read, waiting = seconds(row, "complete_at", now), seconds(row, "waiting_since", now)
    return read is None or read > PATIENCE or (waiting is not None and waiting > PATIENCE)


def of(participants: Rows, fresh: Rows, positions: Rows, now: datetime) -> Findings:
    """The findings at a moment; positions are of the present."""
    members = [row for row in participants if "HUB" not in row["roles"]]
    silent = [str(row["org"]) for row in members if row["status"] == "ACTIVE" and not row["events"]]
    return Findings(
        len(members), silent, [row for row in fresh if later(row, now)],
        [row for row in positions if waits(row, datetime.now(UTC))],
        sum(1 for row in fresh if row["rhythm_days"] is not None),
    )  # fmt: skip


def draw(page: Page, found: Findings, sources: Rows) -> None:
    """The cards."""
    words = page.words
    faults = sum(int(row["faults"]) for row in sources)
    changed = sum(int(row["silent_changes"]) for row in sources)
    block(
        words.lang,
        _missing(page, found)
        + _late(page, found)
        + _card(
            page, "faulty", ATTENTION if faults or changed else OK, words.number(faults),
            [words.count("data.faulty.text", faults) if faults else words("data.faulty.none"),
             words.count("data.silent.text", changed) if changed else words("data.silent.none")],
        )
        + _card(
            page, "rejected", UNKNOWN, words("data.rejected.figure"),
            [words("data.rejected.text", receipts=code("hub receipts"))],
        ),
        "cards verdicts",
    )  # fmt: skip


def _missing(page: Page, found: Findings) -> str:
    words = page.words
    if not found.members:
        return _card(page, "missing", UNKNOWN, words("data.rejected.figure"), [words("data.missing.unknown")])
    names = words.join([filed(org) for org in found.silent])
    told = (
        words.count("data.missing.text", len(found.silent), names=names) if found.silent else words("data.missing.none")
    )
    parts = [told, words("data.missing.limit")]
    return _card(page, "missing", ATTENTION if found.silent else OK, words.number(len(found.silent)), parts)


def _late(page: Page, found: Findings) -> str:
    words = page.words
    parts = []
    if found.late:
        names = words.join([filed(row["source"]) for row in found.late])
        parts.append(words.count("data.late.text", len(found.late), names=names))
    elif found.rhythms:
        parts.append(words("data.late.none"))
    else:
        parts.append(words("data.late.no_rhythm"))
    parts.append(words.count("data.behind.text", len(found.behind)) if found.behind else words("data.behind.none"))
    state = ATTENTION if found.late or found.behind else OK if found.rhythms else UNKNOWN
    figure = words.number(len(found.late)) if found.rhythms else words("data.rejected.figure")
    return _card(page, "late", state, figure, parts)


def _card(page: Page, key: str, state: str, figure: str, parts: Sequence[str]) -> str:
    words = page.words
    text = ("" if words.ja else " ").join(parts)
    return (
        f'<article class="card {state}"><h2 class="key">{words(f"data.{key}")}'
        f'<span class="found"><i aria-hidden="true"></i>{words(f"data.state.{state}")}</span></h2>'
        f'<p class="figure">{figure}</p><p class="unit">{words(f"data.{key}.unit")}</p><p class="text">{text}</p>'
        f'<p class="foot"><a href="#{key}">{words(f"data.{key}.open")} →</a></p></article>'
    )
