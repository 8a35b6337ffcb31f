"""What was claimed, what is paid, what is still open; a figure opens its claims, a claim its signed transactions."""

from dashboard.claims import bar, figures, file, lags, listing, periods, summary, triangle
from dashboard.html import block, code
from dashboard.shell import Page


def render(page: Page) -> None:
    """Draw the page, the list behind one of its figures, or one claim: the address says which."""
    words, state = page.words, page.state
    if state.get("claim"):
        file.draw(page)
        return
    title = words("claims.list.title" if state.get("list") else "claims.title")
    block(words.lang, f"<h1>{title}</h1><p class=subtitle>{words('claims.subtitle')}</p>", "title")
    values = page.reader.rows("claim_filters", basis=state.get("basis"))
    bar.draw(page, values)
    if not any(row["kind"] == "source" for row in values):
        _nothing(page)
    elif state.get("list"):
        listing.draw(page)
    else:
        _figures(page)


def _nothing(page: Page) -> None:
    """No claim that the reader may see, at this time: what to load instead of zeros."""
    words = page.words
    command = code("hub demo --with DIR"), code("hub publish motor-claims FILE --as ORG")
    text = f"<h2>{words('claims.none')}</h2><p>{words('claims.none.load', demo=command[0], publish=command[1])}</p>"
    if page.state.get("as_of") or page.state.get("submitted_by"):
        text += f"<p>{words('claims.none.clock')}</p>"
    block(words.lang, f'<div class="state">{text}</div>')


def _figures(page: Page) -> None:
    state = page.state
    rows = page.reader.rows("claims", **figures.dated(state))
    if not rows:
        bar.empty(page)
        return
    summary.totals(page, rows)
    summary.lines(page, rows)
    known = list(figures.per_line(rows))
    cells = page.reader.rows("claims_triangle", **figures.asked(state), basis=state.get("development"))
    periods.draw(page, rows, triangle.lacking(cells))
    triangle.draw(page, cells, known)
    lags.draw(page, page.reader.rows("claim_lags", **figures.asked(state)), known)
    _counted(page)


def _counted(page: Page) -> None:
    """How this is counted, and how to ask the same without the page."""
    words, state = page.words, page.state
    asked = " ".join(f"--param {name}={value}" for name, value in sorted(figures.dated(state).items()))
    rules = "".join(f"<li>{words(f'claims.rule.{n}')}</li>" for n in range(1, 8))
    ask = words("claims.ask", command=code(f"hub query claims {asked}"))
    block(
        words.lang,
        f"<details id=counted><summary>{words('claims.counted')}</summary><ul>{rules}</ul><p>{ask}</p></details>",
        "section",
    )
