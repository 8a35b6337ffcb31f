"""The head of an incident file: who signed, what happened where and when, and the counts."""

from dashboard.casefile.model import Case, Report
from dashboard.html import block, code, escape, filed, firm, link
from dashboard.shell import Page
from dashboard.theme import SEVERITIES
from dashboard.words import Words


def worst(case: Case, *, first: bool) -> str:
    """The gravest level among the first or the latest versions."""
    levels = [(report.first if first else report.latest).severity for report in case.reports]
    return min(levels, key=SEVERITIES.index)


def trail(page: Page, case: Case) -> None:
    """Where the reader is."""
    words, state = page.words, page.state
    home = link(state.href("overview"), words("nav.overview"), "under")
    back = link(state.href("incidents"), words("nav.incidents"), "under")
    block(
        words.lang,
        f"<nav class=trail aria-label='{words('trail')}'>{home} / {back} / {code(case.reports[0].report_id)}</nav>",
    )


def signed(page: Page, case: Case) -> None:
    """First line of every file: who signed it, and who did not."""
    words = page.words
    rows = [version.row for version in case.versions]
    bad = sum(1 for row in rows if row["signature"] != "VALID")
    bridge = all(row["role"] == "PUBLIC_RECORDS" for row in rows)
    orgs = words.join([filed(org) for org in dict.fromkeys(str(row["org"]) for row in rows)])
    to = next((name for version in case.versions for name in version.event.get("reported_to", [])), "")
    if bridge:
        names = [firm(name) for name in case.reporters]
        first = words("signed.bridge", to=filed(to))
        first += ("" if words.ja else " ") + _unsigned(words, names)
    else:
        first = words("signed.org", org=orgs)
    state = words("signed.bad", n=bad, of=len(rows)) if bad else words.count("signed.valid", len(rows))
    keys = ", ".join(code(key) for key in dict.fromkeys(str(row["key_id"]) for row in rows))
    provenance = ", ".join(code(name) for name in dict.fromkeys(str(row["provenance"]) for row in rows))
    role = ", ".join(code(name) for name in dict.fromkeys(str(row["role"]) for row in rows))
    facts = words("signed.facts", state=state, key=keys, provenance=provenance, role=role)
    proof = f'<a href="#proof">{words("signed.check")} →</a>'
    block(
        words.lang,
        '<div class="signed"><span class="shield" aria-hidden="true"></span>'
        f"<div><p>{first}</p><p class=facts>{facts} · {proof}</p></div></div>",
    )


def _unsigned(words: Words, names: list[str]) -> str:
    if len(names) == 1:
        return words("signed.none.1", name=names[0])
    if words.ja:
        return words("signed.none", names="も".join(names))
    return words("signed.none", names=f"{', '.join(names[:-1])} nor {names[-1]}")


def title(page: Page, case: Case) -> None:
    """Place, month and what was struck; then what changed and who speaks, in two sentences."""
    words = page.words
    lead = case.reports[0].latest
    place = lead.event.get("place") or {}
    where = escape(words.place(str(place.get("state") or ""), str(place.get("city") or "")))
    month = words.month(lead.time("occurred"), long=True)
    kind = str(lead.item("PARTNER").get("kind") or "")
    struck = words.value("with", kind)
    if struck and kind not in ("Unknown", "Other, see Narrative", ""):
        thing = struck if words.ja else f"{'an' if struck[0].lower() in 'aeiou' or struck == 'SUV' else 'a'} {struck}"
        head = words("case.title.with", thing=thing, place=where, month=month)
    else:
        head = words("case.title", place=where, month=month)
    text = ("" if words.ja else " ").join((_harm(words, case), _speakers(words, case)))
    block(words.lang, f"<h1>{head}</h1><p class=reading>{text}</p>", "title")


def _harm(words: Words, case: Case) -> str:
    changed = [report for report in case.reports if report.first.severity != report.latest.severity]
    firsts = {report.first.severity for report in case.reports}
    lasts = {report.latest.severity for report in case.reports}

    def name(level: str) -> str:
        return words.value("alleged", level) or level

    if not changed:
        if len(lasts) == 1:
            return words("case.harm.same", level=name(lasts.pop()))
        return words(
            "case.harm.differ", levels=words.join([name(level) for level in sorted(lasts, key=SEVERITIES.index)])
        )
    if len(changed) == len(case.reports) and len(firsts) == len(lasts) == 1:
        same = all(report.first.submitted == report.latest.submitted for report in changed)
        when = words("case.harm.same_month") if same else ""
        key = {1: "case.harm.changed.one", 2: "case.harm.changed.both"}.get(len(changed), "case.harm.changed.all")
        return words(key, first=name(firsts.pop()), last=name(lasts.pop()), when=when)
    return words("case.harm.some", k=words.spelt(len(changed)), n=words.spelt(len(case.reports)))


def _speakers(words: Words, case: Case) -> str:
    n, copies = len(case.reporters), len(case.copies)
    who = words.count("case.reporters", n, spelt=words.spelt(n).capitalize())
    if copies:
        who += words.count("case.copies", copies, spelt=words.spelt(copies))
    return who + words.count("case.voices", case.voices, spelt=words.spelt(case.voices))


def counters(page: Page, case: Case) -> None:
    """The strip of counts."""
    words = page.words
    now, before = worst(case, first=False), worst(case, first=True)
    note = (
        words("count.severity.same")
        if now == before
        else words("count.severity", first=words.value("severity", before))
    )
    copiers = words("names.separator").join(firm(r.reporter) for r in _once(case.copies))
    items = [
        (words.number(len(case.reports)), words.count("count.reports", len(case.reports))),
        (words.number(len(case.versions)), words.count("count.versions", len(case.versions))),
        (words.number(len(case.reporters)), words.count("count.reporters", len(case.reporters))),
        (
            words.number(len(case.copies)),
            words.count("count.copies", len(case.copies)) + (words("paren", text=copiers) if copiers else ""),
        ),
        (words.number(case.voices), words.count("count.voices", case.voices)),
        (words.number(case.sources), words.count("count.sources", case.sources)),
        (f'<i class="sev {now}"></i>{words.value("severity", now)}', note),
    ]
    cells = "".join(f"<div><b>{figure}</b><span>{name}</span></div>" for figure, name in items)
    block(words.lang, f"<div class=counters>{cells}</div>")


def _once(reports: list[Report]) -> list[Report]:
    return list({report.reporter: report for report in reports}.values())
