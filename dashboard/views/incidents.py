"""The list: crashes, reports or rows as filed, filtered, sorted and paged by the store; a row opens its file."""

from collections.abc import Callable, Mapping

from dashboard import empty, filters, paging
from dashboard.casefile.marks import field
from dashboard.data import Row, Rows
from dashboard.html import block, code, escape, filed, panel
from dashboard.shell import Page
from dashboard.units import QUERIES, counts
from dashboard.url import ABOUT, NARROW


def render(page: Page) -> None:
    """Draw the page."""
    words, state = page.words, page.state
    block(words.lang, f"<h1>{words('list.title')}</h1>", "title")
    if not page.reported:
        empty.nothing_yet(page)
        return
    filters.bar(page)
    unit = state.get("unit")
    if unit not in QUERIES or not counts(state, unit):
        unit = "crashes"
    number = paging.asked(page)
    asked = {
        **ABOUT, **state.narrowed, "sort": state.get("sort"), "order": state.get("order"),
        **paging.limits(number),
    }  # fmt: skip
    if unit == "rows":
        asked.pop("sort")
        asked.pop("order")
    rows = page.reader.rows(QUERIES[unit], **asked)
    if not rows:
        block(words.lang, _chips(page) + _units(page, unit))
        empty.draw(page, "incidents")
        return
    total = int(rows[0]["total"])
    dropped = int(rows[0].get("unknown_dropped") or 0)
    reading = f"{words.count(f'list.{unit}', total)}{'' if words.ja else ' '}{words('list.each.' + unit)}"
    if dropped:
        reading += ("" if words.ja else " ") + words.count("list.dropped", dropped)
    table = _table(page, unit, rows)
    body = f"<p class=reading>{reading}</p>{_chips(page)}{_units(page, unit)}{panel(words('list.title'), table)}"
    block(words.lang, body + paging.ways(page, number, total))


def _chips(page: Page) -> str:
    """What the cards and charts have set, each with a way to remove it."""
    words, state = page.words, page.state
    chips = []
    for name in (name for name in NARROW if state.get(name)):
        value = escape(filters.label(words, name, state.get(name)))
        without = escape(state.here("incidents", page=None, **{name: None}))
        away = f'<a href="{without}" aria-label="{words("chip.remove")}">✕</a>'
        chips.append(f"<span>{words(f'filter.{name}')}{words('colon')}<b>{value}</b>{away}</span>")
    return f"<div class=chips>{''.join(chips)}</div>" if chips else ""


def _units(page: Page, unit: str) -> str:
    words, state = page.words, page.state
    items = "".join(
        f'<a href="{escape(state.here("incidents", unit=name, page=None, sort=None, order=None))}"'
        f"{' aria-current=true' if name == unit else ''}>{words('unit.' + name)}</a>"
        for name in QUERIES
        if counts(state, name)
    )
    return f'<div class=units role=group aria-label="{words("list.unit")}">{items}</div>'


def _opened(page: Page, row: Row, text: str) -> str:
    href = page.state.href("incidents", incident=str(row["occurrence_id"]))
    return f'<a class=row href="{escape(href)}" title="{page.words("list.open")}">{text}</a>'


def severity(page: Page, row: Row, first: str, last: str) -> str:
    """The present severity with its mark, and the first one where it was another."""
    words, now = page.words, str(row[last])
    text = f'<i class="sev {escape(now)}"></i>{words.value("severity", now)}'
    if row.get(first) and row[first] != now:
        text += f" <small>{words('list.first', severity=words.value('severity', str(row[first])))}</small>"
    return text


def _with(page: Page, row: Row) -> str:
    shown = page.words.value("with", str(row["crash_with"]))
    return shown[:1].upper() + shown[1:] if shown else filed(row["crash_with"])


def _place(page: Page, row: Row) -> str:
    return escape(page.words.place(str(row["state"]), str(row["city"])))


def _reporters(page: Page, row: Row) -> str:
    names = page.words("names.separator").join(filed(name) for name in row["reporters"])
    return names + (
        f" <small>{page.words.count('list.copies', row['declared_copies'])}</small>" if row["declared_copies"] else ""
    )


def _number(name: str) -> Callable[[Page, Row], str]:
    return lambda page, row: page.words.number(int(row[name]))


def _report(page: Page, row: Row) -> str:
    copied = f" <small>{page.words('list.copy')}</small>" if row.get("copy_of") else ""
    return code(row["report_id"]) + copied


def _changed(page: Page, row: Row) -> str:
    names = dict.fromkeys(field(page.words, str(path)) for path in row["changed_fields"])
    return page.words("list.separator").join(names)


COLUMNS: Mapping[str, tuple[paging.Column, ...]] = {
    "crashes": (
        ("month", "", lambda page, row: _opened(page, row, page.words.month(str(row["month"])))),
        ("place", "", _place),
        ("with", "", _with),
        ("severity", "", lambda page, row: severity(page, row, "first_severity", "severity")),
        ("reporters", "", _reporters),
        ("reports", "n", _number("reports")),
        ("versions", "n", _number("versions")),
        ("voices", "n", _number("voices")),
        ("submitted", "d", lambda page, row: page.words.month(str(row["last_submitted"]))),
    ),
    "reports": (
        ("month", "", lambda page, row: _opened(page, row, page.words.month(str(row["occurred_from"])))),
        ("report", "d", _report),
        ("reporters", "", lambda _, row: filed(row["reporter"])),
        ("place", "", _place),
        ("with", "", _with),
        ("severity", "", lambda page, row: severity(page, row, "first_severity", "severity")),
        ("versions", "n", _number("versions")),
        ("submitted", "d", lambda page, row: page.words.month(str(row["submitted"]))),
    ),
    "rows": (
        ("report", "d", lambda page, row: _opened(page, row, code(row["report_id"]))),
        ("version", "n", _number("version")),
        ("reporters", "", lambda _, row: filed(row["reporter"])),
        (
            "severity",
            "",
            lambda page, row: page.words("list.nil") if row["nil"] else severity(page, row, "", "severity"),
        ),
        ("filed", "d", lambda page, row: page.words.month(str(row["submitted"]))),
        ("changed", "", lambda page, row: _changed(page, row) or "&ndash;"),
        ("recorded", "d", lambda page, row: page.words.instant(str(row["recorded_at"]))),
    ),
}
SORTED: Mapping[str, tuple[str, ...]] = {
    "crashes": ("month", "severity", "reports", "versions", "place", "submitted"),
    "reports": ("month", "severity", "versions"),
    "rows": (),
}


def _heading(page: Page, unit: str, key: str, css: str) -> str:
    words, state = page.words, page.state
    text = words(f"col.{key}")
    attributes = f' class="{css}"' if css else ""
    if key in SORTED[unit]:
        chosen = state.get("sort") == key
        down = state.get("order") == "desc"
        arrow = (" ↓" if down else " ↑") if chosen else ""
        href = state.here("incidents", sort=key, order="asc" if chosen and down else "desc", page=None)
        text = f'<a href="{escape(href)}" aria-label="{escape(words("list.sort", column=text))}">{text}{arrow}</a>'
        if chosen:
            attributes += f' aria-sort="{"descending" if down else "ascending"}"'
    return f"<th scope=col{attributes}>{text}</th>"


def _table(page: Page, unit: str, rows: Rows) -> str:
    columns = COLUMNS[unit]
    head = "".join(_heading(page, unit, key, css) for key, css, _ in columns)
    return f"<table class=list><thead><tr>{head}</tr></thead>{paging.lines(page, columns, rows)}</table>"
