"""How claims develop: year of loss by age in full years, for each line; it says what the data lacks."""

from collections.abc import Iterable
from decimal import Decimal

from dashboard import paging
from dashboard.claims import bar, figures
from dashboard.claims.figures import SEVERAL
from dashboard.data import Rows
from dashboard.html import block, heads, link, panel
from dashboard.shell import Page
from dashboard.url import DEFAULTS

WAYS = ("cumulative", "incremental")
SHOWN = 4
"""Triangles on one page; the lines of the others are named and can be filtered for."""
EVENT = {"claims_closed": "CLOSED", "claims_notified": "NOTIFIED", "paid": "PAID"}
"""What a measure counts, as `claim_list` names it."""
NEEDS = {"claims_closed": "no closings", "claims_notified": "no notifications"}
"""What a measure cannot be told without: where the data lacks it, there is no triangle of zeros."""
Key = tuple[str, str, str]
"""Source, line, currency."""


def lacking(rows: Rows) -> dict[tuple[str, str], list[str]]:
    """What the data of each line cannot show, by source and line."""
    return {(str(row["source"]), str(row["line"])): list(row["lacks"]) for row in rows}


def draw(page: Page, rows: Rows, known: Iterable[tuple[str, str]]) -> None:
    """The section; `known` are source and line of all claims on the page: those without a triangle are named."""
    words, state = page.words, page.state
    measure = state.get("measure") if state.get("measure") in EVENT else DEFAULTS["measure"]
    switches = bar.units(page, "measure", tuple(EVENT)) + bar.units(page, "development", WAYS)
    block(
        words.lang,
        f"<h2>{words('triangle.title')}</h2><p class=reading>{words('triangle.reading')}</p>"
        f"<p class=rule>{words('triangle.rule')}</p><div class=switches>{switches}</div>",
        "section",
    )
    found: dict[Key, Rows] = {}
    for row in rows:
        found.setdefault((str(row["source"]), str(row["line"]), str(row["currency"])), []).append(row)
    ranked = sorted(
        found.items(), key=lambda one: -sum(row["claims_notified"] + row["claims_closed"] for row in one[1])
    )
    for key, cells in ranked[:SHOWN]:
        _one(page, key, cells, measure)
    told = {key[:2] for key in found}
    without = [figures.named(words, line) for source, line in known if (source, line) not in told]
    notes = [words("triangle.none", lines=words.join(without))] if without else []
    if len(ranked) > SHOWN:
        notes.append(words("claims.more_lines", n=words.number(len(ranked) - SHOWN)))
    notes.append(paging.download(page, "claims_triangle") if found else "")
    block(words.lang, "".join(f"<p class=rule>{note}</p>" for note in notes if note))


def _one(page: Page, key: Key, rows: Rows, measure: str) -> None:
    words = page.words
    source, line, currency = key
    cells = {(str(row["period"]), int(row["age"])): row[measure] for row in rows}
    years, oldest = sorted({year for year, _ in cells}), max(age for _, age in cells)
    head = heads([
        (words("triangle.year"), ""), *((words.count("triangle.age", age), "n") for age in range(oldest + 1)),
    ])  # fmt: skip
    body = []
    for year in years:
        # a triangle is by year of loss, whatever the periods above are
        where = {"basis": "occurred", "grain": "year", "source": source, "line": line, "period": year}
        shown = "".join(_cell(page, cells, age, measure, **where, currency=currency) for age in range(oldest + 1))
        opened = link(figures.opens(page, **where), figures.period(words, year), "plain")
        body.append(f"<tr><th scope=row>{opened}</th>{shown}</tr>")
    lacks = [words.value("lacks", code) or code for code in rows[0]["lacks"]]
    reading = [words("claims.lacks", lacks=words("list.separator").join(lacks))] if lacks else []
    if "settled claims only" in rows[0]["lacks"]:
        reading.append(words("claims.truncated"))
    inside = panel(words("triangle.title"), f"<table class=triangle>{head}<tbody>{''.join(body)}</tbody></table>")
    if absent(rows, measure):
        told = words.value("lacks", NEEDS[measure]) or NEEDS[measure]
        inside = f"<p class=rule>{words('triangle.absent', lacks=told)}</p>"
    unit = figures.currency(words, currency) if measure == "paid" else words("triangle.claims")
    block(
        words.lang,
        f"<h3>{figures.named(words, line)} <small>{figures.named(words, source)} · {unit}</small></h3>"
        f"<p class=reading>{figures.sentences(words, reading)}</p>"
        f"{inside}",
        "line",
    )


def absent(rows: Rows, measure: str) -> bool:
    """Whether the data of a line lacks what the measure counts."""
    return NEEDS.get(measure) in rows[0]["lacks"]


def _cell(page: Page, cells: dict[tuple[str, int], object], age: int, measure: str, **where: str) -> str:
    """One figure, leading to the claims that it counts or to whose payments it adds up."""
    words, currency = page.words, where["currency"]
    if (where["period"], age) not in cells:
        return f'<td class="n unknown" aria-label="{words("triangle.unknown")}"></td>'
    value = cells[where["period"], age]
    if measure == "paid":
        text = figures.amount(words, None if currency == SEVERAL else Decimal(str(value)), currency)
    else:
        text = words.number(int(str(value)))
    lag = {"from_event": "LOSS", "to_event": EVENT[measure], "lag_unit": "year", "lag_to": str(age)}
    lag["sort"] = "paid_then" if measure == "paid" else "lag"
    if page.state.get("development") == "incremental":
        lag["lag_from"] = str(age)
    return f"<td class=n>{link(figures.opens(page, **where, **lag), text, 'plain') if value else text}</td>"
