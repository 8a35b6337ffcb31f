"""The record as filed, character for character, and the proof: hash, signature state, Kafka coordinates, received."""

import streamlit as st

from dashboard import signed
from dashboard.casefile.marks import CBI, PII, verbatim
from dashboard.casefile.model import UNSEEN, Case, Report, Version
from dashboard.html import block, code, escape, filed
from dashboard.shell import Page

SHOWN = (
    "Report ID", "Report Version", "Reporting Entity", "Report Submission Date", "Incident Date", "Same Incident ID",
    "State", "Highest Injury Severity Alleged",
)  # fmt: skip
STORY = "Narrative"


def _key(report: Report, version: Version) -> str:
    return f"{report.own_id}-v{version.number}"


def _chosen(page: Page, case: Case) -> tuple[Report, Version]:
    """The version that the address names, else the lead's latest."""
    for report in case.reports:
        for version in report.versions:
            if _key(report, version) == page.state.get("version"):
                return report, version
    return case.reports[0], case.reports[0].latest


def _write(key: str, default: str) -> None:
    value = st.session_state[key]
    if value == default:
        st.query_params.pop("version", None)
    else:
        st.query_params["version"] = value


def _pick(page: Page, case: Case) -> tuple[Report, Version]:
    words = page.words
    options = {_key(r, v): (r, v) for r in case.reports for v in r.versions}
    default = _key(case.reports[0], case.reports[0].latest)
    chosen = _key(*_chosen(page, case))
    if len(options) > 1:
        key = f"version-{words.lang}-{case.occurrence_id}"
        st.session_state[key] = chosen
        with st.container(key=f"filters-version-{words.lang}", horizontal=True):
            st.selectbox(
                words("record.pick"), list(options), key=key, on_change=_write, args=(key, default), width=420,
                format_func=lambda at: words("record.option", who=options[at][0].reporter, n=options[at][1].number),
            )  # fmt: skip
    return options[chosen]


def draw(page: Page, case: Case) -> None:
    """The record as filed."""
    words = page.words
    block(words.lang, f"<h2 id=record>{words('record.title')}</h2>", "section")
    report, version = _pick(page, case)
    if (unseen := str(version.row["native"])) in UNSEEN:
        block(words.lang, f"<p class=reading>{words(f'record.{unseen.lower()}')}</p>")
        return
    reading = words("record.reading", who=filed(report.reporter), n=version.number)
    if not version.columns:
        block(words.lang, f"<p class=reading>{reading}</p><p class=rule>{words('record.unread')}</p>")
        return
    columns = version.columns
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{verbatim(columns[name], dots=True) or '&nbsp;'}</dd>"
        for name in SHOWN
        if name in columns
    )
    withheld = [name for name, text in columns.items() if text.strip() == PII and name != STORY]
    secret = [name for name, text in columns.items() if text.strip() == CBI and name != STORY]
    side = ""
    for names, mark in ((withheld, PII), (secret, CBI)):
        if names:
            side += f"<p class=label>{' · '.join(map(escape, names))}</p><p class=mono>{verbatim(mark)}</p>"
    story = verbatim(columns.get(STORY, "")) or f"<span class=blank>{words('blank')}</span>"
    side += f"<p class=label>{STORY}</p><p class='mono story'>{story}</p>"
    shown = len([name for name in SHOWN if name in columns]) + 1
    note = words("record.note", n=shown, total=len(columns), marks=len(withheld) + len(secret))
    everything = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{verbatim(text, dots=True) or '&nbsp;'}</td></tr>"
        for name, text in columns.items()
    )
    block(
        words.lang,
        f"<p class=reading>{reading}</p>"
        f'<div class="panel record"><dl class=mono lang=en translate=no>{facts}</dl>'
        f"<div lang=en translate=no>{side}</div>"
        f"<p class=rule>{note}</p></div>"
        f"<details><summary>{words('record.all', total=len(columns), size=words.number(version.size))}</summary>"
        '<div class="scroll" tabindex=0><table class="all mono" lang=en translate=no>'
        f"<tbody>{everything}</tbody></table></div></details>",
    )


def proof(page: Page, case: Case) -> None:
    """One line for each version: each is one signed event in the log."""
    words = page.words
    records = [
        (f"{code(report.own_id)} · {words('proof.version', n=version.number)}", version.row)
        for report in case.reports for version in report.versions
    ]  # fmt: skip
    signed.proof(page, words("proof.record"), words("proof.reading"), records)
