"""Does anyone independent agree? Fields of the latest versions against each other, voice by voice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard.casefile.marks import badge
from dashboard.casefile.model import Case, Report, Version
from dashboard.html import block, escape, filed, firm, panel
from dashboard.shell import Page
from dashboard.words import Words

MATCH, DIFFERS, MISSING = "match", "differs", "missing"


@dataclass(frozen=True, slots=True)
class Said:
    """What one report says in one field: what is compared, what is shown; or why it says nothing."""

    key: str
    shown: str
    why: str = ""
    times: int = 1


Reading = Callable[[Words, Version], Said]


def _said(version: Version, key: str, shown: str, *paths: str) -> Said:
    return Said(key, shown) if key else Said("", "", version.why(*paths) or "NOT_REPORTED")


def _month(name: str) -> Reading:
    def read(words: Words, version: Version) -> Said:
        text = version.time(name)
        return _said(version, text, words.month(text), name)

    return read


def _term(*dimensions: str) -> Reading:
    def read(words: Words, version: Version) -> Said:
        for dimension in dimensions:
            text = version.term(dimension)
            if text:
                if text.casefold().startswith("unknown"):
                    return Said("", words.value("filed", text) or filed(text), "UNKNOWN")
                return Said(text.casefold(), words.value("filed", text) or words.value("with", text) or filed(text))
        return Said("", "", version.why(*(f"terms.{dimension}" for dimension in dimensions)) or "NOT_REPORTED")

    return read


def _clock(_: Words, version: Version) -> Said:
    hour, colon, minute = version.term("Incident Time (24:00)").partition(":")
    text = f"{int(hour):02d}:{minute}" if colon and hour.isdigit() else ""
    return _said(version, text, text, "terms.Incident Time (24:00)")


def _place(words: Words, version: Version) -> Said:
    place = version.event.get("place") or {}
    state, city = str(place.get("state") or ""), str(place.get("city") or "")
    key = f"{city}|{state}".casefold() if city or state else ""
    return _said(version, key, escape(words.place(state, city)), "place.city", "place.state")


def _address(_: Words, version: Version) -> Said:
    return Said("", "", version.why("place.street", "place.latitude", "place.postcode") or "NOT_REPORTED")


def _partner(words: Words, version: Version) -> Said:
    kind = str(version.item("PARTNER").get("kind") or "")
    shown = words.value("with", kind)
    if kind == "Unknown":
        return Said("", shown or filed(kind), "UNKNOWN")
    return _said(version, kind.casefold(), (shown[:1].upper() + shown[1:]) if shown else filed(kind), "items.kind")


def _harm(words: Words, version: Version) -> Said:
    if version.severity == "UNKNOWN":
        return Said("", words.value("severity", "UNKNOWN") or "", "UNKNOWN")
    known = version.severity != "NOT_REPORTED"
    return _said(
        version, version.severity if known else "", words.value("severity", version.severity) or "", "harms.PHYSICAL"
    )


def _property(words: Words, version: Version) -> Said:
    harm = next((harm for harm in version.event.get("harms", []) if harm["domain"] == "PROPERTY"), None)
    key = "" if harm is None else "No" if harm["level"] == "NONE" else "Yes"
    return _said(version, key, words(f"property.{key}"), "harms.PROPERTY")


def _speed(words: Words, version: Version) -> Said:
    speed = version.measure("speed", "sv")
    return _said(
        version,
        speed,
        words("mph", n=speed, km=round(float(speed) * 1.609344)) if speed else "",
        "measures.SV Precrash Speed (MPH)",
    )


def _driver(words: Words, version: Version) -> Said:
    driver = str(version.item("SUBJECT").get("driver") or "")
    if driver == "Unknown":
        return Said("", words.value("filed", driver) or filed(driver), "UNKNOWN")
    return _said(version, driver.casefold(), words.value("filed", driver) or filed(driver), "items.driver")


def _versions(_: Words, version: Version) -> Said:
    found = [str(part["value"]) for part in version.item("SUBJECT").get("versions", [])]
    if found:
        return Said("|".join(found).casefold(), "<br>".join(map(filed, found)))
    why = version.why("items.versions") or "NOT_REPORTED"
    gaps = [gap for gap in version.event.get("missing", []) if str(gap["field"]).startswith("items.versions.")]
    return Said("", "", why, max(1, sum(1 for gap in gaps if gap["reason"] == why)))


FIELDS: Mapping[str, Reading] = {
    "occurred": _month("occurred"),
    "clock": _clock,
    "place": _place,
    "address": _address,
    "partner": _partner,
    "harm": _harm,
    "property": _property,
    "speed": _speed,
    "driver": _driver,
    "aware": _month("aware"),
    "odd": _term("Within ODD?"),
    "versions": _versions,
}


def verdict(said: Sequence[Said]) -> str:
    """Match, differs, or missing when fewer than two say anything."""
    keys = [one.key for one in said if one.key]
    if len(keys) < 2:
        return MISSING
    return MATCH if len(set(keys)) == 1 else DIFFERS


def _cell(words: Words, said: Said) -> str:
    if said.key:
        return said.shown
    times = f" &times; {said.times}" if said.times > 1 else ""
    if said.why.startswith("REDACTED"):
        return badge(words, said.why) + times
    if said.why == "UNKNOWN":
        return f"<span class=blank>{said.shown or words('said.unknown')}{times}</span>"
    key = f"said.{said.why}"
    why = words(key) if said.why in ("NOT_REPORTED", "NOT_APPLICABLE") else words.value("reason", said.why)
    return f"<span class=blank>{why}</span>"


def _voices(case: Case) -> list[tuple[int, Sequence[Report]]]:
    """Reports grouped by voice: each reporter that is no mere copy is one; copies stand with the first voice."""
    speakers = [
        name for name in case.reporters if any(r.reporter == name and not r.copied for r in case.reports)
    ] or case.reporters[:1]
    voices: list[tuple[int, Sequence[Report]]] = []
    for at, name in enumerate(speakers):
        mine = [report for report in case.reports if report.reporter == name]
        if at == 0:
            mine += [report for report in case.reports if report.reporter not in speakers]
        voices.append((at + 1, mine))
    return voices


def _reading(words: Words, case: Case, verdicts: Sequence[str]) -> str:
    n, match, differ = len(verdicts), verdicts.count(MATCH), verdicts.count(DIFFERS)
    if len(case.reports) == 1:
        return words("agree.single")
    if case.voices > 1:
        return words("agree.voices", v=case.voices, m=match, n=n, d=differ)
    if len(case.reporters) == 1:
        return words("agree.same", k=len(case.reports), m=match, n=n)
    return words("agree.copy", k=words.spelt(len(case.reports)), m=match, n=n)


def draw(page: Page, case: Case) -> None:
    """The section."""
    words = page.words
    voices = _voices(case)
    order = [report for _, reports in voices for report in reports]
    rows = [(name, [read(words, report.latest) for report in order]) for name, read in FIELDS.items()]
    verdicts = [verdict(said) for _, said in rows]
    compare = len(order) > 1
    groups = "".join(
        f'<th scope=colgroup colspan={len(reports)} class="voice v{at}"><span>{words("matrix.voice", n=at)}</span></th>'
        for at, reports in voices
    )
    empty = f'<th scope=col class="voice none"><span>{words("matrix.voice", n=len(voices) + 1)}</span></th>'
    heads = "".join(
        f"<th scope=col><b>{filed(report.reporter)}</b><small>{_role(words, report, case)}</small></th>"
        for report in order
    )
    between = f"<th scope=col class=between>{words('matrix.between')}</th>" if compare else ""
    lines = []
    for at, ((name, said), found) in enumerate(zip(rows, verdicts, strict=True)):
        cells = "".join(
            f"<td{' class=copied' if report.copied else ''}>{_cell(words, one)}</td>"
            for report, one in zip(order, said, strict=True)
        )
        mark = f'<td class="between {found}"><i aria-hidden=true></i>{words(f"matrix.{found}")}</td>' if compare else ""
        nobody = ""
        if at == 0:
            note = f"<div><b>{words('matrix.none.title')}</b><p>{words('matrix.none.body')}</p></div>"
            nobody = f"<td class=nobody rowspan={len(rows)}>{note}</td>"
        lines.append(f"<tr><th scope=row>{words(f'matrix.{name}')}</th>{cells}{mark}{nobody}</tr>")
    table = (
        f"<table class=matrix><thead><tr><td></td>{groups}{'<td></td>' if compare else ''}{empty}</tr>"
        f"<tr><th scope=col>{words('matrix.field')}</th>{heads}{between}"
        f"<th scope=col><b>{words('matrix.independent')}</b></th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )
    block(
        words.lang,
        f"<h2>{words('matrix.title')}</h2><p class=reading>{_reading(words, case, verdicts)}</p>"
        f"{panel(words('matrix.title'), table)}",
        "section",
    )


def _role(words: Words, report: Report, case: Case) -> str:
    if not report.copied:
        return words("matrix.reporter")
    named = (report.latest.event.get("copy_of") or {}).get("entity")
    lead = next((other for other in case.reports if not other.copied), None)
    whose = str(named) if named else lead.reporter if lead and lead is not report else ""
    if whose:
        return words("matrix.copy_of", who=firm(whose))
    return words("matrix.copy")
