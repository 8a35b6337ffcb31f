"""What a row of miles, policies, premiums, claims and certificates becomes, and what it must not."""

import json
from decimal import Decimal

import pytest

from producers.sources import SOURCES, FormatError, Reject, Skip
from producers.sources.ca_dmv_mileage_form import DECLARED
from producers.sources.fda_device_clearances import repaired
from producers.sources.numbers import read_number
from schemas.codec import decode, encode
from schemas.registry import latest
from tests.producers.figure_files import PLAIN, events_of, made, read, reject, told
from tests.producers.public_files import PSEUDONYMS, codes, missing, section, tiers, typed

MILES, PERMITS, VMT = "ca-dmv-mileage/year-2022", "ca-dmv-permits/year-2022", "av-exposure/table-9"
PAID, POLICIES, PREMIUMS, INJURIES = (
    f"motor-claims/{edition}" for edition in ("fremotor1-sev", "fremotor1-freq", "fremotor1-prem", "ausautoBI")
)
DEVICES, CERTIFICATES = "fda-device-clearances/table-30", "certificates/form-1"
KEYS = {
    "ExposureReported": "report_id", "NilReturnFiled": "report_id", "ClaimTransacted": "claim_ref",
    "CertificateChanged": "certificate_id", "ObligationSet": "obligation_id",
}  # fmt: skip
EVERY = pytest.mark.parametrize("form", PLAIN)


@EVERY
def test_an_event_is_of_its_schema_and_says_whose_record_it_is(form: str) -> None:
    source, edition = form.split("/")
    for event in told(form):
        assert decode(encode(latest(event.type), event.value))[1] == event.value
        assert event.type in SOURCES[source].EVENT_TYPES
        assert (event.source, event.time) == (f"/public-records/{source}", None)
        assert event.subject == event.value[KEYS[event.type]]
        assert event.subject.startswith(f"{source}:")
        native = event.value["native"]
        assert native is None or (native["source"], native["edition"]) == (source, edition)
        missing(event)


@EVERY
@pytest.mark.parametrize("change", ["added", "renamed", "missing"])
def test_another_edition_is_refused_with_the_names_of_its_columns(form: str, change: str) -> None:
    source, edition = form.split("/")
    name = SOURCES[source].EDITIONS[edition][1]
    header, rest = made(form).decode().split("\r\n", 1)
    changed = {
        "added": f"{header},Town", "renamed": header.replace(name, "Town"), "missing": header.replace(f"{name},", ""),
    }[change]  # fmt: skip
    with pytest.raises(FormatError) as caught:
        read(source, f"{changed}\r\n{rest}".encode())
    assert ("town" in str(caught.value)) == (change != "missing")
    assert (name in str(caught.value)) == (change != "added")


@EVERY
def test_rows_are_events_rejects_and_skips_and_each_has_its_bytes(form: str) -> None:
    source = form.split("/", maxsplit=1)[0]
    first, *_ = PLAIN[form]
    data = made(form, {}, {first: "=1+1"}, {}) + b",,\r\n" + b'"cut off'
    kinds = [
        Reject if isinstance(row, Reject) else Skip if isinstance(row, Skip) else "events" for row in read(source, data)
    ]
    assert kinds == ["events", Reject, Skip if source == "ca-dmv-permits" else "events", Skip, Reject]
    found = list(read(source, data))
    assert isinstance(found[1], Reject)
    assert (found[1].line, found[1].column) == (3, first)


@EVERY
def test_equal_rows_are_told_apart_and_reading_again_gives_the_same(form: str) -> None:
    source = form.split("/", maxsplit=1)[0]
    ids = [event.id for row in read(source, made(form, {}, {})) for event in events_of(row)]
    assert len(set(ids)) == len(ids)
    assert ids == [event.id for row in read(source, made(form, {}, {})) for event in events_of(row)]


@pytest.mark.parametrize(
    ("text", "american", "number"),
    [
        ("1,234.5", True, "1234.5"), ("830 .04", True, "830.04"), ("1,234,567", True, "1234567"), ("0", True, "0"),
        ("95.13303539", True, "95.13303539"), ("0.123456", False, "0.123456"), ("20", False, "20"),
    ],
)  # fmt: skip
def test_a_number_is_exact(text: str, american: bool, number: str) -> None:
    assert str(read_number(text, 10**7, american=american)) == number


@pytest.mark.parametrize(
    "text",
    ["1.234,56", "1,23", "12,34", "1,2345", "1.234.567", "-5", "(5)", "\u22125", "1e3", "１２", "", "5 USD", "€5", "5%",
     "1 234", ".5", "5.", "NaN", "Infinity", "0x10", "99999999999999999999", "1" * 5_000, "1,234,56.7"],
)  # fmt: skip
def test_no_number_is_guessed(text: str) -> None:
    for american in (True, False):
        with pytest.raises(ValueError, match="number") as caught:
            read_number(text, 10**7, american=american)
        assert len(text) < 3 or text not in str(caught.value).replace("1,234.5", "")


def test_money_has_no_commas_and_at_most_six_decimals() -> None:
    for text in ("1,234.5", "0.1234567", "830 .04"):
        with pytest.raises(ValueError, match="six decimals"):
            read_number(text, 10**7)


def test_each_month_with_a_value_is_an_exposure_and_a_blank_one_is_none() -> None:
    one, zero = told(MILES, {"FEB 2022": "0"})
    assert (one.subject, zero.subject) == (
        "ca-dmv-mileage:2022/AVT003/1/2022-01", "ca-dmv-mileage:2022/AVT003/1/2022-02",
    )  # fmt: skip
    assert (one.value["value"], zero.value["value"]) == (Decimal("1234.5"), 0)
    assert (one.value["unit"], one.value["basis"]) == ("VEHICLE_MILE", "ACTUAL")
    assert (one.value["period"]["text"], one.value["period"]["precision"]) == ("2022-01", "MONTH")
    assert [(p["role"], p["name"], p["id"]) for p in one.value["parties"]] == [
        ("REPORTER", "Acme Robotics", "AVT003"), ("OPERATOR", "Acme Robotics", "AVT003"),
    ]  # fmt: skip
    strata = one.value["strata"]
    assert (strata["operator"], strata["permit"], strata["driver_present"]) == (
        "Acme Robotics", "ca-dmv-permits:AVT003", "PRESENT",
    )  # fmt: skip
    assert strata["vehicle"] == PSEUDONYMS.of("vin", "1HGCM82633A004352")
    assert "1HGCM82633A004352" not in typed(one)
    assert tiers(one) == {"native": ("CLOSED", [])}
    assert [measure["value"] for measure in one.value["measures"]] == ["2", "1234 .50"]
    assert missing(one) == {"submitted": "NOT_REPORTED"}


def test_miles_finer_than_a_millionth_are_rounded_and_kept_as_filed() -> None:
    (one,) = told(MILES, {"JAN 2022": "95.13303539"})
    assert one.value["value"] == Decimal("95.133035")
    assert one.value["measures"][0] == {"name": "as filed", "value": "95.13303539", "unit": "VEHICLE_MILE"}


def test_a_row_without_a_month_is_skipped_by_name() -> None:
    (row,) = read("ca-dmv-mileage", made(MILES, {"JAN 2022": ""}))
    assert isinstance(row, Skip)
    assert row.reason == "no month of the row has a value"


def test_a_permit_whose_rows_all_declare_zero_files_one_nil_return() -> None:
    nothing = {DECLARED: "0", "Permit Number": "AVDT001"}
    rows = list(read("ca-dmv-mileage", made(MILES, nothing, {}, nothing)))
    assert [[event.type for event in events_of(row)] for row in rows] == [
        ["ExposureReported", "NilReturnFiled"], ["ExposureReported"], ["ExposureReported"],
    ]  # fmt: skip
    nil = events_of(rows[0])[1]
    assert (nil.subject, nil.value["obligation"]) == (
        "ca-dmv-mileage:2022/AVDT001/nil", "ca-dmv-permits:AVDT001/annual-report",
    )  # fmt: skip
    first, last = nil.value["period"]["text"].split("/")
    assert (first, last) == ("2021-12", "2022-11")
    assert events_of(rows[0])[0].value["strata"]["driver_present"] == "ABSENT"


@pytest.mark.parametrize("doubt", [{DECLARED: ""}, {DECLARED: "1"}, {DECLARED: "?"}, {"Permit Number": "?"}])
def test_there_is_no_nil_return_in_doubt(doubt: dict[str, str]) -> None:
    rows = read(
        "ca-dmv-mileage",
        made(MILES, {DECLARED: "0"}, {DECLARED: "0"} | doubt),
    )
    assert "NilReturnFiled" not in [event.type for row in rows for event in events_of(row)]


def test_the_header_says_the_year() -> None:
    later = (
        made(MILES)
        .replace(b"2022", b"2024")
        .replace(b"2021", b"2023")
        .replace(b"JULY", b"July")
        .replace(b",,,,,\r\n", b"\r\n", 1)
    )
    row = b'"Acme",AVT003,~1234,0,5,,,,,,,,,,,,5\r\n'
    ((one, _),) = [events_of(row) for row in read("ca-dmv-mileage", later.split(b"\r\n")[0] + b"\r\n" + row)]
    assert (one.value["period"]["text"], one.value["native"]["edition"]) == ("2023-12", "year-2024")
    for damage in (
        (b"DEC 2021", b"DEC 2022"),
        (b"MAR 2022", b"MAR 2021"),
        (b"MAR 2022", b"MAR 22"),
        (b"2022", b"9999"),
        (b"MAR", b"MRZ"),
    ):
        with pytest.raises(FormatError, match="missing"):
            read("ca-dmv-mileage", made(MILES).replace(*damage))


def test_a_permit_is_told_once_and_its_duty_is_the_same_event_from_every_file() -> None:
    first, second = read("ca-dmv-permits", made(PERMITS, {}, {"VIN NUMBER": "~1"}))
    permit, duty = events_of(first)
    assert isinstance(second, Skip)
    assert (permit.subject, permit.value["number"], permit.value["scheme"]) == (
        "ca-dmv-permits:AVT003",
        "AVT003",
        "ca-dmv-avt",
    )
    assert permit.value["measures"] == [{"name": DECLARED, "value": "4", "unit": "DISENGAGEMENT"}]
    assert missing(permit)["valid_from"] == "NOT_REPORTED"
    assert (duty.value["clock_from"], duty.value["within"], duty.value["within_unit"]) == ("PERIOD_END", 1, "MONTHS")
    assert (duty.value["recurrence"], duty.value["period_starts_month"], duty.value["nil_return"]) == (
        "YEARLY",
        12,
        True,
    )
    earlier = made(PERMITS).replace(b"2021", b"2020").replace(b"2022", b"2021") + b"ACME,AVT003,~2,7" + b"," * 18
    (row,) = read("ca-dmv-permits", earlier)
    assert events_of(row)[1] == duty
    assert events_of(row)[0].id != permit.id


def test_estimated_miles_have_bounds_a_method_and_no_claim_about_a_driver() -> None:
    (one,) = told(VMT)
    value = one.value
    assert (value["value"], value["lower"], value["upper"], value["basis"]) == (1000, 700, 1300, "ESTIMATE")
    assert (value["method"], value["strata"]["operator"], value["strata"]["driver_present"]) == (
        "A guess.",
        "acme",
        None,
    )
    assert [(p["role"], p["name"], p["id"]) for p in value["parties"]] == [("OPERATOR", "acme", None)]
    assert missing(told(VMT, {"rationale": ""})[0])["method"] == "NOT_REPORTED"
    assert [measure["name"] for measure in value["measures"]] == ["helmer_cumulative_vmt", "kyoom_min", "kyoom_max"]


def test_a_claim_is_known_by_policy_and_number_under_a_key_and_zero_is_an_amount() -> None:
    (one,), (zero,), (other,) = told(PAID), told(PAID, {"Payment": "0"}), told(PAID, {"IDpol": "1000431.10b"})
    assert one.subject == zero.subject != other.subject
    assert (one.value["transaction"], one.value["amount"], zero.value["amount"]) == ("INDEMNITY_PAID", 104, 0)
    assert (one.value["currency"], one.value["currency_assumed"], one.value["coverage"]) == ("EUR", True, "TPL")
    assert (one.value["occurred"]["text"], one.value["occurred"]["precision"]) == ("2003-01-05", "DAY")
    assert (one.role, one.provenance, one.sharing) == ("INSURER", "BACKFILL", "CLOSED")
    assert {"notified", "transacted", "outstanding"} <= set(missing(one))
    assert "1000431" not in typed(one)
    (policy,) = told(POLICIES)
    assert policy.value["strata"]["policy_ref"] == one.value["policy_ref"]


def test_a_policy_year_counts_one_and_a_premium_its_total() -> None:
    (policy,), (premium,) = told(POLICIES), told(PREMIUMS)
    assert (policy.value["unit"], policy.value["value"], policy.value["basis"]) == ("POLICY_IN_FORCE", 1, "ESTIMATE")
    assert (policy.value["period"]["text"], policy.value["period"]["precision"]) == ("2003", "YEAR")
    assert {m["name"]: m["value"] for m in policy.value["measures"]}["TPL"] == "1.0"
    assert (premium.value["unit"], premium.value["value"]) == ("EARNED_PREMIUM", Decimal("144.6"))
    assert (premium.value["currency"], premium.value["currency_assumed"]) == ("EUR", True)
    assert len(premium.value["measures"]) == 9
    assert missing(premium) == {"measures.PremDamAll": "NOT_REPORTED"}
    assert not [
        word
        for word in ("44.0", "Widowed", "Farmer", "'F'", "Street", "50.0'")
        if word in typed(premium).replace("'value': '50.0'", "")
    ]


def test_a_settled_claim_is_notified_paid_and_closed_in_months() -> None:
    steps = told(INJURIES)
    assert [(e.value["transaction_id"], e.value["transacted"]["text"], e.value["amount"]) for e in steps] == [
        ("NOTIFIED", "1993-09", None), ("INDEMNITY_PAID", "1994-01", Decimal("87.74555")), ("CLOSED", "1994-01", None),
    ]  # fmt: skip
    assert {event.subject for event in steps} == {"motor-claims:ausautoBI8999/1"}
    assert {(e.value["occurred"]["text"], e.value["occurred"]["precision"]) for e in steps} == {("1993-08", "MONTH")}
    harms = [(harm["level"], harm["count"]) for harm in steps[1].value["harms"]]
    assert harms == [("MINOR", 2), ("FATAL", 1)]
    assert codes(steps[1], "injury") == ["minor injury", "fatal injury", "small injury"]
    assert [e.value["currency"] for e in steps] == [None, "AUD", None]


def test_a_clearance_has_a_holder_an_item_and_no_expiry_and_no_street() -> None:
    (one,) = told(DEVICES)
    value = one.value
    assert (one.subject, value["number"], value["change"], value["scheme"]) == (
        "fda-device-clearances:K123456", "K123456", "ISSUED", "fda-510k",
    )  # fmt: skip
    assert (value["holder"]["name"], value["items"][0]["model"]) == ("Acme Médical", "Swoop®")
    assert value["product_codes"] == [{"scheme": "fda-product-code", "value": "QIH"}]
    assert (value["applied"]["text"], value["valid_from"]["text"], value["valid_to"]) == (
        "2021-01-02",
        "2021-03-04",
        None,
    )
    assert missing(one)["valid_to"] == "NOT_APPLICABLE"
    assert missing(one)["measures.ae_1yr"] == "NOT_REPORTED"
    assert "Elm" not in typed(one)
    assert tiers(one)["native"][0] == "CLOSED"
    assert told(DEVICES, {"idnumber": "DEN123456"})[0].value["scheme"] == "fda-de-novo"


@pytest.mark.parametrize("text", ["Swoop", "Protégé", "Žižka", "日本", "Müller", ""])
def test_what_was_decoded_rightly_is_not_repaired(text: str) -> None:
    assert repaired(text) == text


def test_a_certificate_says_what_happens_and_is_shared_as_it_says() -> None:
    (one,) = told(CERTIFICATES)
    value = one.value
    assert (one.role, one.provenance, one.sharing) == ("CERTIFICATION_BODY", "FIRST_HAND", "OPEN")
    assert (one.subject, value["change"], value["scheme"]) == ("certificates:QMS-17", "ISSUED", "iso-42001")
    assert (value["holder"]["scheme"], value["holder"]["id"]) == ("lei", "5493001KJTIIGC8Y1R12")
    assert [value[name]["precision"] for name in ("applied", "effective", "valid_from")] == ["YEAR", "MONTH", "DAY"]
    assert missing(one)["valid_to"] == "NOT_APPLICABLE"
    assert value["items"][0]["versions"] == [{"component": "SOFTWARE", "value": "7.1"}]
    (closed,) = told(CERTIFICATES, {"sharing": ""})
    assert (closed.sharing, tiers(closed)["native"][0]) == ("CLOSED", "CLOSED")
    (shared,) = told(CERTIFICATES, {"sharing": "SHARED"})
    assert shared.purposes
    assert shared.purposes == tuple(tiers(shared)["native"][1])


def test_certificates_as_json_lines_say_the_same_as_a_table() -> None:
    plain = {name: text for name, text in PLAIN[CERTIFICATES].items() if text}
    lines = [
        json.dumps(plain | {"reason": None}).encode() + b"\n",
        b"\n",
        json.dumps(plain | {"change": "WITHDRAWN"}).encode(),
    ]
    one, blank, withdrawn = read("certificates", b"".join(lines))
    assert isinstance(blank, Skip)
    (first,), (second,), (table,) = events_of(one), events_of(withdrawn), told(CERTIFICATES)
    same = {"native": 0, "sections": 0}
    assert {**first.value, **same} == {**table.value, **same}
    assert (section(first, "native"), first.value["native"]["media_type"]) == (lines[0], "application/json")
    assert second.value["change"] == "WITHDRAWN"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (b'{"certificate": "1"', None), (b'{"certificate": 1}', "certificate"), (b'{"town": "x"}', None),
        (b"[1]", None),
        (b'{"certificate": "1", "certificate": "2"}', "certificate"), (b'{"certificate": {"a": 1}}', "certificate"),
        (b'{"make": "\\ud800"}', "make"), (b'{"make": "\\u0000"}', "make"), (b"[" * 100_000, None), (b"7", None),
        (b'{"certificate": "' + b"x" * 200_000 + b'"}', "the object"), (b"\xff", "the object"), (b"[]", "certificate"),
    ],
)  # fmt: skip
def test_a_damaged_line_is_rejected_and_the_next_is_read(line: bytes, column: str | None) -> None:
    good = json.dumps(PLAIN[CERTIFICATES]).encode()
    before, found, after = read("certificates", good + b"\n" + line + b"\n" + good)
    assert isinstance(found, Reject)
    assert (found.line, found.column, found.native) == (2, column, line + b"\n")
    assert events_of(before)
    assert events_of(after)


@pytest.mark.parametrize(
    ("form", "column", "cell"),
    [
        *((MILES, "MAR 2022", cell) for cell in ("1.234,56", "-5", "99999999", "1e3", "１２", "5 km", "3/4/21")),
        (MILES, "Permit Number", "AVX003"), (MILES, "Manufacturer", ""), (MILES, "ANNUAL TOTAL", "about 5"),
        (MILES, "column 18", "x"), (MILES, DECLARED, "two"), (PERMITS, "Permit Number", ""),
        (PERMITS, "Manufacturer", "N/A"), (VMT, "month", "2025-13"), (VMT, "month", "9999-01"), (VMT, "month", "25-06"),
        (VMT, "vmt", ""), (VMT, "vmt", "1301"), (VMT, "vmt_min", "-1"), (VMT, "vmt", "1,000"), (VMT, "helmer", ""),
        (VMT, "helmer", "x" * 101), (VMT, "helmer", "a\nb"),
        (PAID, "Payment", ""), (PAID, "Payment", "104 EUR"), (PAID, "Payment", "$104"), (PAID, "Payment", "1.234,56"),
        (PAID, "Payment", "-104"), (PAID, "Payment", "99999999999"), (PAID, "OccurDate", "9999-12-31"),
        (PAID, "OccurDate", "03-01-05"), (PAID, "OccurDate", "2003-02-30"), (PAID, "OccurDate", ""),
        (PAID, "Guarantee", "Hail"), (PAID, "IDclaim", "-1"), (PAID, "IDpol", ""), (POLICIES, "Year", "03"),
        (POLICIES, "Year", "2003.5"), (POLICIES, "Year", "9999.0"), (POLICIES, "TPL", "-1.0"),
        (PREMIUMS, "PremTot", ""),
        (PREMIUMS, "PremTot", "1e308"), (PREMIUMS, "PremFire", "1,5"), (INJURIES, "AccDate", "1993-08-02"),
        (INJURIES, "FinDate", "12/1/1993"), (INJURIES, "ReportMth", "52.0"), (INJURIES, "InjType2", "headache"),
        (INJURIES, "Legal", "Maybe"), (INJURIES, "AggClaim", "0.1234567"), (INJURIES, "OpTime", "101"),
        (DEVICES, "idnumber", "X1"), (DEVICES, "dtdec", "03/04/2021"), (DEVICES, "dtrec", "0001-01-01"),
        (DEVICES, "productcode", "qih"), (DEVICES, "applicant", ""), (DEVICES, "adverse_events", "many"),
        (CERTIFICATES, "change", "issued"), (CERTIFICATES, "certificate", "A 1"),
        (CERTIFICATES, "valid_from", "1/2/24"),
        (CERTIFICATES, "valid_to", "9999-12-31"), (CERTIFICATES, "holder", ""), (CERTIFICATES, "sharing", "ALL"),
        (CERTIFICATES, "holder_lei", "5493001KJTIIGC8Y1R13"), (CERTIFICATES, "product_code", "QIH"),
        (CERTIFICATES, "item_kind", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_without_guessing_is_rejected(form: str, column: str, cell: str) -> None:
    found = reject(form, {column: cell})
    assert (found.line, found.column) == (2, column)
    assert len(cell) < 3 or cell not in found.reason
