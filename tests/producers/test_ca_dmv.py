"""What a row of California's disengagement and collision tables becomes, and what it must not."""

import pytest

from producers.sources import FormatError, Reject, Skip
from producers.sources.ca_dmv_disengagement import CAPABLE, FACTS, INITIATED, LOCATION, PRESENT
from producers.sources.reported import PURPOSES
from tests.producers.public_files import (
    ORG,
    PLAIN,
    PSEUDONYMS,
    codes,
    event,
    made,
    missing,
    read,
    reject,
    section,
    tiers,
    typed,
)

DISENGAGEMENT = "ca-dmv-disengagement"
COLLISION = "ca-dmv-collision"
VIN = PLAIN[DISENGAGEMENT]["VIN NUMBER"]


def test_a_disengagement_is_a_near_miss_of_a_permit() -> None:
    told = event(DISENGAGEMENT)
    assert told.subject == "ca-dmv-disengagement:2021/AVT003/1"
    assert (told.value["class"], told.value["stage"], told.value["reported_to"]) == (
        "NEAR_MISS", "PERIODIC", ["California DMV"],
    )  # fmt: skip
    assert told.value["near_miss"] == {"realisation": "UNKNOWN", "credible_worst": "UNKNOWN", "proximity": None}
    assert [(p["role"], p["name"], p["scheme"], p["id"]) for p in told.value["parties"]] == [
        ("REPORTER", "Acme Robotics", "ca-dmv-permit", "AVT003"),
        ("OPERATOR", "Acme Robotics", "ca-dmv-permit", "AVT003"),
    ]
    assert told.value["occurred"]["text"] == "2021-03-04"
    assert told.value["harms"] == []
    assert (codes(told, "capable_without_driver"), codes(told, "location")) == (["no"], ["street"])
    assert (codes(told, LOCATION), codes(told, INITIATED)) == (["STREET"], ["Test Driver"])


def test_a_vehicle_is_a_pseudonym_and_its_number_is_closed() -> None:
    told = event(DISENGAGEMENT, {FACTS: f"The car {VIN} stopped.", "Manufacturer": VIN})
    assert told.value["items"][0]["identity"] == PSEUDONYMS.of("vin", VIN)
    assert VIN not in typed(told)
    assert section(told, "narrative") == b"The car 1HGCM82633A****** stopped."
    assert tiers(told) == {"native": ("CLOSED", []), "narrative": ("SHARED", list(PURPOSES))}
    assert VIN.encode() in (section(told, "native") or b"")
    assert missing(event(DISENGAGEMENT, {"VIN NUMBER": ""}))["items.identity"] == "NOT_REPORTED"


def test_the_year_of_a_file_is_that_of_most_of_its_dates_and_none_is_moved() -> None:
    days = ["12/1/2020", "11/30/2021", "1/1/21", "3/3/2022", "soon"]
    found = read(DISENGAGEMENT, made(DISENGAGEMENT, *({"DATE": day} for day in days)))
    assert [row.subject.split(":")[1] for row in found[:4]] == [f"2021/AVT003/{n}" for n in (1, 2, 3, 4)]
    assert found[3].value["occurred"]["text"] == "2022-03-03"
    assert (found[4].line, found[4].column) == (6, "DATE")


def test_a_skipped_or_rejected_record_keeps_its_number() -> None:
    data = made(DISENGAGEMENT, {"DATE": "?"}, {}) + b"\r\n" + made(DISENGAGEMENT, {}).split(b"\r\n", 1)[1]
    kinds = [
        row.subject if not isinstance(row, Reject | Skip) else type(row).__name__ for row in read(DISENGAGEMENT, data)
    ]
    assert kinds == ["Reject", f"{DISENGAGEMENT}:2021/AVT003/2", "Skip", f"{DISENGAGEMENT}:2021/AVT003/4"]


def test_a_file_of_two_years_is_refused_and_one_without_a_date_gives_no_event() -> None:
    with pytest.raises(FormatError, match="1 of 2 dates"):
        read(DISENGAGEMENT, made(DISENGAGEMENT, {"DATE": "12/31/2020"}, {"DATE": "12/1/2021"}))
    with pytest.raises(FormatError, match="1 of 2 dates"):
        read(DISENGAGEMENT, made(DISENGAGEMENT, {"DATE": "1/1/2020"}, {"DATE": "1/1/2022"}))
    assert reject(DISENGAGEMENT, {"DATE": ""}).column == "DATE"
    found = read(DISENGAGEMENT, made(DISENGAGEMENT, {"DATE": ""}, {}))
    assert missing(found[0])["occurred"] == "NOT_REPORTED"


def test_first_time_filers_report_on_23_months_and_the_later_year_is_theirs() -> None:
    found = read(DISENGAGEMENT, made(DISENGAGEMENT, {"DATE": "1/1/2021"}, {"DATE": "11/30/2022"}))
    assert [row.subject.split(":")[1] for row in found] == ["2022/AVT003/1", "2022/AVT003/2"]
    assert [row.value["occurred"]["text"] for row in found] == ["2021-01-01", "2022-11-30"]


def test_a_firm_that_had_none_is_skipped_by_name() -> None:
    blank = dict.fromkeys(("DATE", "VIN NUMBER", CAPABLE, PRESENT, INITIATED, LOCATION, FACTS), " ")
    skip, told = read(DISENGAGEMENT, made(DISENGAGEMENT, blank, {}))
    assert isinstance(skip, Skip)
    assert (skip.line, skip.reason) == (2, "the row names a permit and no disengagement")
    assert told.subject.endswith("/2")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("Safety Driver", "TEST_DRIVER"), ("Vehicle Operator", "TEST_DRIVER"),
        ("In-field retrieval", "IN_FIELD_RETRIEVAL"),
        ("AV System - Emergency Stop", "AV_SYSTEM"), ("ads", "AV_SYSTEM"), ("Software", "AV_SYSTEM"),
        ("Test Drive", "TEST_DRIVER"), ("Operator", "TEST_DRIVER"), ("Remote Operator", "REMOTE_OPERATOR"),
        ("PASSENGER", "PASSENGER"),
    ],
)  # fmt: skip
def test_who_began_is_a_code_and_the_words_are_kept(told: str, code: str) -> None:
    found = event(DISENGAGEMENT, {INITIATED: told})
    assert (codes(found, "initiated_by"), codes(found, INITIATED)) == ([code], [told])


@pytest.mark.parametrize(
    ("column", "told", "dimension", "code"),
    [
        (LOCATION, "Rural", "location", "rural road"), (LOCATION, "Downtown street", "location", "street"),
        (LOCATION, "Parking Lot", "location", "parking facility"), (CAPABLE, "N", "capable_without_driver", "no"),
        (PRESENT, "Y", "driver_present", "yes"),
    ],
)  # fmt: skip
def test_words_beside_the_form_are_codes_of_the_form(column: str, told: str, dimension: str, code: str) -> None:
    assert codes(event(DISENGAGEMENT, {column: told}), dimension) == [code]


def test_full_stops_before_a_year_are_month_first() -> None:
    assert event(DISENGAGEMENT, {"DATE": "04.23.2019"}).value["occurred"]["text"] == "2019-04-23"
    found = read(DISENGAGEMENT, made(DISENGAGEMENT, {"DATE": "23.04.2019"}, {}))[0]
    assert isinstance(found, Reject)
    assert found.column == "DATE"


def test_several_who_began_are_several_codes() -> None:
    found = event(DISENGAGEMENT, {INITIATED: "Test driver, AV system,Driver"})
    assert codes(found, "initiated_by") == ["TEST_DRIVER", "AV_SYSTEM"]
    assert codes(found, INITIATED) == ["Test driver, AV system,Driver"]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (INITIATED, "Test Driver,"), (INITIATED, "Test Driver, Safety Drivers"), ("DATE", "2021304"),
        (INITIATED, "Safety Drivers"), (LOCATION, "Beach"), (CAPABLE, "Maybe"), (PRESENT, "1"),
        ("Permit Number", "AVT03"), ("Permit Number", "AVX003"), ("Permit Number", ""),
        ("Permit Number", "ＡＶＴ００３"),
        ("DATE", "31/12/2021"), ("DATE", "12/31/9999"), ("DATE", "令和3年3月4日"),
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_disengagement_is_rejected(column: str, told: str) -> None:
    found = read(DISENGAGEMENT, made(DISENGAGEMENT, {column: told}, {}))[0]
    assert isinstance(found, Reject)
    assert (found.line, found.column) == (2, column)
    assert len(told) < 2 or told not in found.reason


def test_the_form_with_an_unnamed_column_has_its_word() -> None:
    told = event(DISENGAGEMENT, {"column 10": "Planning"}, "form-10")
    assert codes(told, "column 10") == ["Planning"]


def test_both_charsets_of_the_files_are_read_strictly() -> None:
    for charset, end in (("cp1252", "\u2019\u00a0"), ("utf-8", "\u2019\u00a0\u3042")):
        (found,) = read(DISENGAGEMENT, made(DISENGAGEMENT, {FACTS: f"it{end}x"}, charset=charset))
        assert section(found, "narrative") == f"it{end}x".encode()
        assert found.value["native"]["charset"] == charset


def test_a_collision_says_city_county_and_postcode_and_no_more_of_where_and_when() -> None:
    told = event(COLLISION)
    assert told.subject == "ca-dmv-collision:OL316/7"
    assert told.value["place"] == {"country": "US", "state": "CA", "city": "Fremont", "postcode": "94536"}
    assert codes(told, "county") == ["Alameda"]
    assert (told.value["occurred"]["text"], told.value["occurred"]["precision"]) == ("2021-02-03", "DAY")
    assert not [word for word in ("Elm", "0:43", "37.5", "-122") if word in typed(told)]
    assert tiers(told) == {"native": ("CLOSED", []), "narrative": ("CLOSED", [])}


def test_a_collision_names_who_reported_and_who_drove() -> None:
    told = event(COLLISION)
    assert [(p["role"], p["name"]) for p in told.value["parties"]] == [
        ("REPORTER", "Acme Robotics"), ("OPERATOR", "Acme"),
    ]  # fmt: skip
    (vehicle,) = told.value["items"]
    assert (vehicle["make"], vehicle["model"], vehicle["model_year"]) == ("Ford", "Escape", "2020")
    assert (vehicle["automation"], vehicle["identity"]) == ("autonomous", None)
    assert told.value["measures"] == [{"name": "Number Of Vehicles Involved", "value": "2", "unit": "VEHICLE"}]
    assert ORG in told.source


def test_the_other_party_is_what_the_boxes_say() -> None:
    for cells, kind, model in (
        ({"Bicyclist_2": "Yes", "Model_2": "Trek"}, "BICYCLIST", "Trek"), ({"Pedestrian_2": "Yes"}, "PEDESTRIAN", None),
        ({"Model_2": "Skateboard"}, "OTHER_PARTY", "Skateboard"), ({"Moving_2": "Yes"}, "OTHER_PARTY", None),
        ({"Vehicle Year_2": "UNK"}, "OTHER_PARTY", None),
    ):  # fmt: skip
        partner = event(COLLISION, cells).value["items"][1]
        assert (partner["role"], partner["kind"], partner["model"], partner["model_year"]) == (
            "PARTNER",
            kind,
            model,
            None,
        )
    assert missing(event(COLLISION, {"Vehicle Year_2": "UNK"}))["items.partner.model_year"] == "UNKNOWN"


def test_every_ticked_damage_is_said_and_none_is_not_reported() -> None:
    def damage(cells: dict[str, str]) -> list[str]:
        return [harm["level"] for harm in event(COLLISION, cells).value["harms"] if harm["domain"] == "PROPERTY"]

    assert damage({}) == ["MINOR"]
    assert damage({"Damage: Moderate": "Yes"}) == ["MINOR", "MODERATE"]
    assert damage({"Damage: Minor": "", "Damage: Major": "Yes"}) == ["SERIOUS"]
    assert damage({"Damage: Minor": ""}) == []
    reasons = missing(event(COLLISION, {"Damage: Minor": "", "Autonomous Mode": ""}))
    assert reasons["harms.PROPERTY"] == reasons["terms.damage"] == reasons["terms.mode"] == "NOT_REPORTED"
    assert {"PHYSICAL": "UNKNOWN"}.items() <= {h["domain"]: h["level"] for h in event(COLLISION).value["harms"]}.items()


def test_letters_of_the_form_are_told_apart_by_whose_they_are() -> None:
    told = event(COLLISION, {"Weather A 1": "Yes", "Weather B 1": "Yes", "Weather C 2": "Yes", "Other A No": "Yes"})
    assert (codes(told, "weather_1"), codes(told, "weather_2"), codes(told, "other")) == (["A", "B"], ["C"], ["A No"])
    assert codes(event(COLLISION, {"Bicyclist Involved": "Yes", "Bicyclist_2": "Yes"}), "party") == ["bicyclist"]


@pytest.mark.parametrize("slipped", ["CA", "94103", "Yes", "-2", "２"])
def test_a_slipped_cell_is_no_number_of_vehicles(slipped: str) -> None:
    told = event(COLLISION, {"Number Of Vehicles Involved": slipped})
    assert told.value["measures"] == []
    assert missing(told)["measures.Number Of Vehicles Involved"] == "UNKNOWN"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"column 1": "x"}, "column 1"), ({"Date Of Accident": "13/1/2021"}, "Date Of Accident"),
        ({"Date Of Accident": "2/3/21"}, "Date Of Accident"), ({"Time Of Accident": "25:00"}, "Time Of Accident"),
        ({"PM": "Yes"}, "PM"), ({"Weather A 1": "X"}, "Weather A 1"), ({"Damage: Minor": "yes"}, "Damage: Minor"),
        ({"Autonomous Mode": "1"}, "Autonomous Mode"), ({"Moving_2": "True"}, "Moving_2"),
    ],
)  # fmt: skip
def test_what_is_not_known_of_a_collision_is_rejected(cells: dict[str, str], column: str) -> None:
    assert reject(COLLISION, cells).column == column
