"""Declared copies with their words, and what is a VIN."""

import pytest

from producers.sources.nhtsa_sgo_text import declared_copy, mask_vins

GM = "Because GM is also a Reporting Entity, GM is submitting a duplicate of the redacted public copy of the Report."
WAYMO = "This report is a DUPLICATE to Waymo LLC's report WaymoLLC-202111[XXX]-0 (rev. 202111[XXX]120620)."


@pytest.mark.parametrize(
    ("narrative", "report", "entity", "words"),
    [
        (
            "It crashed. This is a duplicate of report ID 30270-10148-1.", "30270-10148", None,
            "This is a duplicate of report ID 30270-10148-1.",
        ),
        (
            f"Under Request No. 2 of Standing General Order 2021-01.\n\n{WAYMO}", None, "Waymo LLC", WAYMO,
        ),
        (
            "This is a duplicate report to Waymo 30270-5813-1 report.", "30270-5813", "Waymo",
            "This is a duplicate report to Waymo 30270-5813-1 report.",
        ),
        (
            "This report is a duplicate of NHTSA report ID 30270-8823-1 and 30270-8823-2.", "30270-8823", None,
            "This report is a duplicate of NHTSA report ID 30270-8823-1 and 30270-8823-2.",
        ),
        (
            "A duplicate of 30270-1-1 or of 30270-2-1.", None, None, "A duplicate of 30270-1-1 or of 30270-2-1.",
        ),
        (
            "A duplicate of 1-2 (Report ID 99-9).", None, None, "A duplicate of 1-2 (Report ID 99-9).",
        ),
        (
            "This is a duplicate of my own 30531-1-1.", None, None, "This is a duplicate of my own 30531-1-1.",
        ),
        (
            f"On November 19, Cruise filed a Report. {GM} GM has not investigated. (Reference file: 30412-9204-1)",
            None, None, GM,
        ),
    ],
)  # fmt: skip
def test_a_declared_copy_keeps_its_words(narrative: str, report: str | None, entity: str | None, words: str) -> None:
    assert declared_copy(narrative, "30531-1") == (report, entity, words)


def test_naming_another_report_is_no_declaration() -> None:
    assert declared_copy("See report 30270-10148-1.", "30531-1") is None


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("VIN 1HGCM82633A004352.", "VIN 1HGCM82633A******."),
        ("vin:1hgcm82633a004352", "vin:1hgcm82633a******"),
        ("1HGCM82633A00435", "1HGCM82633A00435"),
        ("1HGCM82633A0043521", "1HGCM82633A0043521"),
        ("12345678901234567", "12345678901234567"),
        ("Thunderstruckaway", "Thunderstruckaway"),
        ("1HGCM82633AO04352", "1HGCM82633AO04352"),
    ],
)
def test_a_vin_is_17_characters_without_i_o_q(text: str, masked: str) -> None:
    assert mask_vins(text) == masked
