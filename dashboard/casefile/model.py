"""One incident as the page shows it: reports, versions, and what each says; pure, from `report_versions`."""

import base64
import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.casefile.marks import masked
from dashboard.data import Row, Rows
from dashboard.settings import Forms

WITHHELD, ERASED = "WITHHELD", "ERASED"
UNSEEN = frozenset({WITHHELD, ERASED})
"""What stands in the place of a section that is not shown."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a report: its envelope, its typed half, and its native record by column."""

    row: Row
    event: Mapping[str, Any]
    columns: Mapping[str, str]
    size: int

    @property
    def number(self) -> int:
        """As the source numbers it."""
        return int(self.row["version"])

    @property
    def submitted(self) -> str:
        """When it was filed with the source, in the source's precision."""
        return str(self.row["submitted"])

    @property
    def severity(self) -> str:
        """Level of physical harm."""
        return str(self.row["severity"])

    @property
    def nil(self) -> bool:
        """Whether it is a nil return."""
        return bool(self.row["nil"])

    @property
    def narrative(self) -> str:
        """The story as filed; WITHHELD when it may not be seen, ERASED when nobody can read it any more."""
        return str(self.row["narrative"])

    def time(self, name: str) -> str:
        """`occurred`, `aware` or `submitted` as ISO text, empty when not said."""
        stretch = self.event.get(name)
        return str(stretch["text"]) if stretch else ""

    def term(self, dimension: str) -> str:
        """A coded value as filed, empty when not said."""
        for group in self.event.get("terms", []):
            if group["codes"].get(dimension):
                return str(group["codes"][dimension][0])
        return ""

    def item(self, role: str) -> Mapping[str, Any]:
        """The subject or the partner, empty when there is none."""
        return next((item for item in self.event.get("items", []) if item["role"] == role), {})

    def measure(self, *parts: str) -> str:
        """A number as filed, by words that its name contains; empty when not said."""
        for measure in self.event.get("measures", []):
            if all(part in str(measure["name"]).lower() for part in parts):
                return str(measure["value"])
        return ""

    def why(self, *paths: str) -> str:
        """Why a field of the typed half is missing, empty when it is not."""
        for path in paths:
            for gap in self.event.get("missing", []):
                if gap["field"] == path or str(gap["field"]).startswith(f"{path}."):
                    return str(gap["reason"])
        return ""


@dataclass(frozen=True, slots=True)
class Report:
    """A series of versions, oldest first."""

    report_id: str
    versions: Sequence[Version]

    @property
    def latest(self) -> Version:
        """The version that counts."""
        return self.versions[-1]

    @property
    def first(self) -> Version:
        """The first version that is no nil return."""
        return next((version for version in self.versions if not version.nil), self.versions[0])

    @property
    def reporter(self) -> str:
        """The entity that made it, as filed."""
        return str(self.latest.row["reporter"])

    @property
    def copied(self) -> bool:
        """Whether its latest version declares itself a duplicate."""
        return bool(self.latest.event.get("copy_of"))

    @property
    def own_id(self) -> str:
        """The id without the adapter's prefix."""
        return self.report_id.split(":", 1)[-1]


@dataclass(frozen=True, slots=True)
class Case:
    """One occurrence."""

    occurrence_id: str
    reports: Sequence[Report]

    @property
    def versions(self) -> list[Version]:
        """All versions of all reports."""
        return [version for report in self.reports for version in report.versions]

    @property
    def reporters(self) -> list[str]:
        """Distinct reporters, the lead's first."""
        return list(dict.fromkeys(report.reporter for report in self.reports))

    @property
    def copies(self) -> list[Report]:
        """Reports that declare themselves duplicates."""
        return [report for report in self.reports if report.copied]

    @property
    def voices(self) -> int:
        """Distinct reporters, less those whose every report is a declared copy, at least one."""
        return max(1, len({report.reporter for report in self.reports if not report.copied}))

    @property
    def sources(self) -> int:
        """Sources that speak of it and are not the first one."""
        return len({version.row["source"] for version in self.versions}) - 1


def columns_of(native: bytes, charset: str, names: Sequence[str]) -> dict[str, str]:
    """A native CSV record by column; empty when it does not have exactly these columns."""
    try:
        cells = next(csv.reader(io.StringIO(native.decode(charset), newline=""), strict=True), [])
    except (UnicodeDecodeError, LookupError, csv.Error):
        return {}
    return dict(zip(names, cells, strict=True)) if len(cells) == len(names) else {}


def _version(row: Row, forms: Forms) -> Version:
    event = json.loads(row["event"])
    native = b"" if row["native"] in UNSEEN else base64.b64decode(row["native"])
    about = event.get("native") or {}
    names: Sequence[str] = forms.get((str(row["source"]), str(row["edition"])), ())
    if row.get("header"):  # the file ordered its columns in its own way and said so
        names = next(csv.reader(io.StringIO(str(row["header"]), newline="")), [])
    columns = columns_of(native, str(about.get("charset", "utf-8")), names)
    return Version(row, event, {name: masked(text) for name, text in columns.items()}, len(native))


def build(occurrence_id: str, rows: Rows, forms: Forms) -> Case:
    """Group rows (ordered by first submitted, report, version) into a case."""
    reports: dict[str, list[Version]] = {}
    for row in rows:
        reports.setdefault(str(row["report_id"]), []).append(_version(row, forms))
    return Case(occurrence_id, [Report(report_id, versions) for report_id, versions in reports.items()])
