"""日本医療機能評価機構 (JCQHC), medical near misses (ヒヤリ・ハット) and accidents, as exported from its case search.

The cases are anonymised at the source, and are health data all the same: the typed half has class, outcome, age band,
professions and the circumstances, never a disease, a sex or years of service. The narrative may be read for the sake
of safety; all else is in the native record, which is closed.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from producers.sources import jcqhc_near_miss_form as form
from producers.sources.contract import FaultError, Reject, Skip
from producers.sources.csv_records import File
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import harm, item, lineage, native_sections, occurrence, section
from producers.sources.table import MARKS, Form, Row, read_rows, read_table
from producers.sources.times import japanese_year
from schemas.event import Event

NAME = "jcqhc-near-miss"
DESCRIPTION = "JCQHC medical near misses and accidents, Japan (CSV in cp932; export of 185 columns)"
EDITIONS = form.EDITIONS
EVENT_TYPES: tuple[str, ...] = ("OccurrenceReported",)
NEEDS_WHOLE_FILE: str | None = None

FORM = Form(NAME, "export of JCQHC cases", EDITIONS, ("utf-8", "cp932"), MARKS | form.MARKS)

_ID = re.compile(r"[HA][0-9A-F]{16}")
_AGE_BAND = re.compile(r"(?:0|[1-9]0|1[0-4]0)歳代")


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row, in the order of the file; FormatError before the first."""
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row))


def _event(org: str, row: Row) -> Event:
    case, kind = row.text(form.CASE), row.text(form.KIND)
    if _ID.fullmatch(case) is None:
        raise FaultError(form.CASE, "not H or A and 16 hexadecimal digits")
    if kind not in form.CLASSES:
        raise FaultError(form.KIND, "neither ヒヤリ nor 事故")
    if case[0] != form.CLASSES[kind][1]:
        raise FaultError(form.CASE, "the id begins with the letter of the other class")
    near_miss = _near_miss(row) if kind == form.NEAR_MISS else None
    narrative = row.value(form.NARRATIVE, "narrative")
    told = [] if narrative is None else [section("narrative", "SHARED", narrative.encode(), ["SAFETY_LEARNING"])]
    row.lacks("occurred", "ANONYMISED")  # only the day of the week and a block of two hours are told
    row.lacks("parties.REPORTER", "ANONYMISED")
    value = {
        "reported_to": ["JCQHC"],
        "class": form.CLASSES[kind][0],
        "submitted": _submitted(row),
        "place": {"country": "JP", "state": None, "city": None, "postcode": None},
        "items": _items(row),
        "harms": [] if near_miss else _harms(row),
        "near_miss": near_miss,
        "terms": [{"scheme": NAME, "version": row.header.edition, "codes": _codes(row, near_miss)}],
        "lineage": lineage("日本医療機能評価機構, 医療事故情報収集等事業, 事例検索", "医療事故情報収集等事業"),
        "narrative_lang": None if narrative is None else "ja",
        "sections": native_sections(row, "CLOSED") + told,
    }
    return occurrence(org, row, case, value, sharing="SHARED")


def _submitted(row: Row) -> dict[str, Any] | None:
    text = row.value(form.YEAR, "submitted")
    if text is None:
        return None
    try:
        return japanese_year(text)
    except ValueError as error:
        raise FaultError(form.YEAR, str(error)) from None


def _near_miss(row: Row) -> dict[str, Any]:
    """How far it went and what could have followed, which is asked only where nothing was carried out."""
    carried_out = row.code(form.CARRIED_OUT, "near_miss.realisation", form.CARRIED)
    if carried_out == "NO":
        realisation: str | None = "BEFORE_EXECUTION"
        worst = row.code(form.IMPACT, "near_miss.credible_worst", form.IMPACTS)
    else:
        realisation = carried_out and _effect(row)
        worst = None
        row.lacks("near_miss.credible_worst", "NOT_APPLICABLE")
    return {"realisation": realisation or "UNKNOWN", "credible_worst": worst or "UNKNOWN", "proximity": None}


def _effect(row: Row) -> str | None:
    """不明 is a code here: it was carried out, and nobody knows with what effect."""
    text = row.text(form.TREATMENT)
    if not text:
        row.lacks("near_miss.realisation", "NOT_REPORTED")
        return None
    if text not in form.TREATMENTS:
        raise FaultError(form.TREATMENT, "a code that this release does not know")
    return form.TREATMENTS[text]


def _harms(row: Row) -> list[dict[str, Any]]:
    text = row.text(form.OUTCOME)
    if not text:
        row.lacks("harms.PHYSICAL", "NOT_REPORTED")
        return []
    if text not in form.OUTCOMES:
        raise FaultError(form.OUTCOME, "a code that this release does not know")
    return [harm("PHYSICAL", "ACTUAL", form.OUTCOMES[text])]


def _items(row: Row) -> list[dict[str, Any]]:
    """Drugs, materials and devices that the case names."""
    items = []
    for kind, (product, maker) in form.PRODUCTS.items():
        named = {"model": row.value(product, f"items.{kind}.model"), "make": row.value(maker, f"items.{kind}.make")}
        if any(named.values()):
            items.append(item("SUBJECT", kind, **named))
    return items


def _codes(row: Row, near_miss: dict[str, Any] | None) -> dict[str, list[str]]:
    """The terms as filed; a code that says unknown is kept, and listed as unknown."""
    codes: dict[str, list[str]] = {}
    for column in form.CODES:
        row.value(column, f"terms.{column}")
        codes[column] = row.text(column).split(" ")
    age = unicodedata.normalize("NFKC", row.text(form.AGE))
    if age and age not in form.MARKS and _AGE_BAND.fullmatch(age) is None:
        raise FaultError(form.AGE, "not a band of ten years, e.g. 70歳代")
    row.value(form.AGE, f"terms.{form.AGE}")
    codes[form.AGE] = [age]
    codes[form.PROFESSION] = [row.text(column) for column in form.PROFESSIONS]
    codes["realisation"] = [near_miss["realisation"]] if near_miss else []
    return {dimension: found for dimension, told in codes.items() if (found := [code for code in told if code])}
