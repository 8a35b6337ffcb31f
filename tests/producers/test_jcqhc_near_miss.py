"""What a case of the Japan Council for Quality Health Care becomes, and what it must not."""

import pytest

from tests.producers.public_files import codes, event, made, missing, read, reject, section, tiers, typed

SOURCE = "jcqhc-near-miss"
ACCIDENT = {"事業区分": "事故", "事例ID": "A0123456789ABCDEF"}
SERIOUS = "死亡もしくは重篤な状況に至ったと考えられる"


@pytest.mark.parametrize(
    ("cells", "realisation", "worst"),
    [
        ({"医療の実施の有無": "実施なし", "治療の程度": "", "影響度": SERIOUS}, "BEFORE_EXECUTION", "SERIOUS"),
        ({"医療の実施の有無": "実施なし", "治療の程度": ""}, "BEFORE_EXECUTION", "UNKNOWN"),
        ({"治療の程度": "治療なし"}, "EXECUTED_NO_EFFECT", "UNKNOWN"),
        ({"治療の程度": "不明"}, "EXECUTED_EFFECT_UNKNOWN", "UNKNOWN"),
        ({"治療の程度": ""}, "UNKNOWN", "UNKNOWN"),
        ({"医療の実施の有無": ""}, "UNKNOWN", "UNKNOWN"),
    ],
)
def test_how_far_a_near_miss_went(cells: dict[str, str], realisation: str, worst: str) -> None:
    told = event(SOURCE, cells)
    assert told.value["class"] == "NEAR_MISS"
    assert told.value["near_miss"] == {"realisation": realisation, "credible_worst": worst, "proximity": None}
    assert codes(told, "realisation") == [realisation]
    assert told.value["harms"] == []
    assert ("near_miss.realisation" in missing(told)) == (realisation == "UNKNOWN")
    assert ("near_miss.credible_worst" in missing(told)) == (worst == "UNKNOWN")


@pytest.mark.parametrize(
    ("outcome", "level"),
    [
        ("死亡", "FATAL"), ("障害残存の可能性がある（高い）", "SERIOUS"),
        ("障害残存の可能性がある（低い）", "MODERATE"),
        ("障害残存の可能性なし", "MINOR"), ("障害なし", "NONE"), ("不明", "UNKNOWN"),
    ],
)  # fmt: skip
def test_the_outcome_of_an_accident_is_a_harm_and_a_term(outcome: str, level: str) -> None:
    told = event(SOURCE, ACCIDENT | {"事故の程度": outcome})
    assert (told.value["class"], told.value["near_miss"]) == ("ACCIDENT", None)
    assert [(h["domain"], h["basis"], h["level"]) for h in told.value["harms"]] == [("PHYSICAL", "ACTUAL", level)]
    assert codes(told, "事故の程度") == [outcome]
    assert missing(event(SOURCE, ACCIDENT))["harms.PHYSICAL"] == "NOT_REPORTED"


def test_the_two_columns_of_one_name_are_a_code_and_a_text() -> None:
    told = event(SOURCE)
    assert codes(told, "事例の内容") == ["過剰投与", "薬剤間違い"]
    assert section(told, "narrative") == "５と聞き間違えた。".encode()
    assert told.value["narrative_lang"] == "ja"


def test_health_data_is_closed_and_the_narrative_is_for_safety_alone() -> None:
    told = event(SOURCE, {"当事者職種経験（年数）_1": "26年", "患者の年齢": "７０歳代"})
    assert told.sharing == "SHARED"
    assert tiers(told) == {"native": ("CLOSED", []), "narrative": ("SHARED", ["SAFETY_LEARNING"])}
    assert not [word for word in ("肺炎", "男性", "26年") if word in typed(told)]
    assert codes(told, "患者の年齢") == ["70歳代"]
    assert reject(SOURCE, {"患者の年齢": "72歳"}).column == "患者の年齢"


def test_only_the_year_of_report_is_known() -> None:
    told = event(SOURCE, {"報告年": "令和３年"})
    assert (told.value["submitted"]["text"], told.value["submitted"]["precision"]) == ("2021", "YEAR")
    assert told.value["occurred"] is None
    assert missing(told)["occurred"] == "ANONYMISED"
    assert codes(told, "発生曜日") == ["木曜日"]


def test_each_notation_of_what_is_missing_has_its_reason() -> None:
    for mark, reason in {"不明": "UNKNOWN", "未記入": "NOT_REPORTED", "該当せず": "NOT_APPLICABLE"}.items():
        told = event(SOURCE, {"関連医薬品_販売名": mark, "事例の内容 (2)": mark})
        assert missing(told)["items.DRUG.model"] == missing(told)["narrative"] == reason
        assert told.value["items"] == []
    (drug,) = event(SOURCE, {"関連医薬品_販売名": "ノルアドレナリン"}).value["items"]
    assert (drug["kind"], drug["model"], drug["make"]) == ("DRUG", "ノルアドレナリン", None)


def test_every_person_of_a_case_is_counted() -> None:
    told = event(SOURCE, {"当事者職種_2": "看護師", "当事者職種_10": "医師"})
    assert codes(told, "当事者職種") == ["看護師", "看護師", "医師"]


def test_a_wave_dash_of_cp932_is_what_it_was() -> None:
    (told,) = read(SOURCE, made(SOURCE, {"発生時間帯": "10:00～11:59"}, charset="cp932"))
    assert codes(told, "発生時間帯") == ["10:00～11:59"]
    assert told.value["native"]["charset"] == "cp932"


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("事業区分", "ヒヤリ・ハット"), ("事業区分", ""), ("事例ID", "A0123456789ABCDEF"), ("事例ID", "H01"),
        ("報告年", "昨年"),
        ("報告年", "9999年"), ("報告年", "平成40年"), ("医療の実施の有無", "実施"), ("治療の程度", "多少の治療"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_rejected(column: str, told: str) -> None:
    assert reject(SOURCE, {column: told}).column == column


def test_an_unknown_impact_or_outcome_is_rejected() -> None:
    assert reject(SOURCE, {"医療の実施の有無": "実施なし", "影響度": "大"}).column == "影響度"
    assert reject(SOURCE, ACCIDENT | {"事故の程度": "軽い"}).column == "事故の程度"
