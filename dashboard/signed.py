"""What every page of records shares: who signed them, a record as filed, and where each lies in the log."""

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard.casefile.marks import masked
from dashboard.casefile.model import ERASED, UNSEEN
from dashboard.data import Row, Rows
from dashboard.html import block, code, escape, filed, heads, panel
from dashboard.shell import Page
from dashboard.words import Words


def who(page: Page, rows: Rows) -> str:
    """First line of every page of records: who signed them, under which keys, whether the signatures are valid now."""
    words = page.words
    bad = sum(1 for row in rows if row["signature"] != "VALID")
    orgs = words.join([filed(org) for org in dict.fromkeys(str(row["org"]) for row in rows)])
    reported_to = json.loads(str(rows[0]["event"])).get("reported_to")
    bridge = reported_to and all(row["role"] == "PUBLIC_RECORDS" for row in rows)
    first = words("signed.bridge", to=filed(reported_to[0])) if bridge else words("signed.org", orgs=orgs)
    facts = words(
        "signed.facts",
        state=words("signed.bad", n=bad, of=len(rows)) if bad else words.count("signed.valid", len(rows)),
        **{name: ", ".join(code(v) for v in dict.fromkeys(str(row[column]) for row in rows))
           for name, column in (("key", "key_id"), ("provenance", "provenance"), ("role", "role"))},
    )  # fmt: skip
    return (
        '<div class="signed"><span class="shield" aria-hidden="true"></span>'
        f"<div><p>{first}</p><p class=facts>{facts}</p></div></div>"
    )


def native(words: Words, row: Row) -> str:
    """The native record of a row as HTML, in its own characters."""
    if row["native"] in UNSEEN or not row["native"]:
        why = "record.erased" if row["native"] == ERASED else "record.withheld" if row["native"] else "record.none"
        return f'<span class="blank" lang="{words.lang}">{words(why)}</span>'
    about = json.loads(str(row["event"])).get("native") or {}
    text = base64.b64decode(str(row["native"])).decode(str(about.get("charset") or "utf-8"), "replace")
    return escape(masked(text).rstrip("\r\n"))


def local(at: datetime) -> str:
    """An instant in the reader's time zone, nothing where that is UTC."""
    name = st.context.timezone or "UTC"
    try:
        here = at.astimezone(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return "" if here.utcoffset() == at.utcoffset() else f"{here:%Y-%m-%d %H:%M:%S} {here.tzname()}"


def proof(page: Page, titled: str, reading: str, records: Iterable[tuple[str, Row]]) -> None:
    """One line for each record, with what it is called (HTML): its hash, signature and coordinates."""
    words = page.words
    names = ("sha", "signature", "topic", "partition", "offset", "received")
    head = heads([
        (titled, ""), *((words(f"proof.{key}"), "n" if key in ("partition", "offset") else "") for key in names),
    ])  # fmt: skip
    lines = "".join(_line(words, name, row) for name, row in records)
    block(
        words.lang,
        f"<h2 id=proof>{words('proof.title')}</h2><p class=reading>{reading}</p>"
        f"{panel(words('proof.title'), f'<table class=proof>{head}<tbody>{lines}</tbody></table>')}",
        "section",
    )


def _line(words: Words, name: str, row: Row) -> str:
    sha = str(row["native_sha256"])
    here = local(datetime.fromisoformat(str(row["recorded_at"])))
    also = f"<small>{escape(here)}</small>" if here else ""
    state = (
        f"<span class=valid aria-hidden=true>✓</span> {words('proof.valid')}"
        if row["signature"] == "VALID"
        else f"<span class=differs>◆</span> {code(row['signature'])}"
    )
    return (
        f"<tr><th scope=row>{name}</th>"
        f"<td><code lang=en translate=no class=sha title='{sha}'>{sha[:16]}…{sha[-8:]}</code></td><td>{state}</td>"
        f"<td>{code(row['kafka_topic'])}</td><td class=n>{row['kafka_partition']}</td>"
        f"<td class=n>{words.number(int(row['kafka_offset']))}</td>"
        f"<td><span class=nowrap>{words.instant(str(row['recorded_at']))}</span>{also}</td></tr>"
    )
