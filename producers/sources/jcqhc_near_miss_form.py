"""The export of JCQHC cases: its columns, its codes, and which of them the typed half may have."""

KIND = "事業区分"
CASE = "事例ID"
YEAR = "報告年"
CARRIED_OUT = "医療の実施の有無"
TREATMENT = "治療の程度"
IMPACT = "影響度"
OUTCOME = "事故の程度"
AGE = "患者の年齢"
PROFESSION = "当事者職種"
NARRATIVE = "事例の内容 (2)"
"""The header has 事例の内容 twice: first the code, then the text."""

NEAR_MISS = "ヒヤリ"
CLASSES = {NEAR_MISS: ("NEAR_MISS", "H"), "事故": ("ACCIDENT", "A")}
"""事業区分 to class and the first letter of the id."""
CARRIED = {"実施なし": "NO", "実施あり": "YES"}
TREATMENTS = {
    "不明": "EXECUTED_EFFECT_UNKNOWN",
    **dict.fromkeys(("治療なし", "軽微な治療", "濃厚な治療"), "EXECUTED_NO_EFFECT"),
}
"""治療の程度 of a near miss that was carried out to its realisation."""
IMPACTS = {
    "死亡もしくは重篤な状況に至ったと考えられる": "SERIOUS",  # FATAL or SERIOUS: what both of them are at least
    "濃厚な処置・治療が必要であると考えられる": "MODERATE",
    "軽微な処置・治療が必要もしくは処置・治療が不要と考えられる": "MINOR",
}
"""影響度 to the gravest harm that could credibly have followed."""
OUTCOMES = {
    "死亡": "FATAL", "障害残存の可能性がある（高い）": "SERIOUS", "障害残存の可能性がある（低い）": "MODERATE",
    "障害残存の可能性なし": "MINOR", "障害なし": "NONE", "不明": "UNKNOWN",
}  # fmt: skip
"""事故の程度 to the level of the harm."""
MARKS = {
    "不明": "UNKNOWN", "未記入": "NOT_REPORTED", "なし": "NOT_APPLICABLE", "該当なし": "NOT_APPLICABLE",
    "該当せず": "NOT_APPLICABLE",
}  # fmt: skip

CODES = (
    "発生曜日", "曜日区分", "発生時間帯", CARRIED_OUT, TREATMENT, IMPACT, OUTCOME, "発生場所", "概要",
    "特に報告を求める事例", "患者の数", "発見者", "当事者", "当事者以外の関連職種", "種類", "発生場面", "事例の内容",
    "発生要因_当事者の行動に関わる要因", "発生要因_ヒューマンファクター", "発生要因_環境・設備機器", "発生要因_その他",
    "事故調査委員会設置の有無",
)  # fmt: skip
"""Coded columns, kept as filed: several codes in a cell have a space between them."""
PRODUCTS = {
    "DRUG": ("関連医薬品_販売名", "関連医薬品_製造販売業者名"),
    "MATERIAL": ("医療材料・諸物品等_販売名", "医療材料・諸物品等_製造販売業者名"),
    "DEVICE": ("医療機器等_販売名", "医療機器等_製造販売業者名"),
}

_PERSON = (
    PROFESSION, "当事者職種_その他（記述）", "専門医・認定医及びその他の医療従事者の専門・認定資格",
    "当事者職種経験（年数）", "当事者職種経験（月数）", "当事者部署配属期間（年数）", "当事者部署配属期間（月数）",
    "直前１週間の当直・夜勤回数", "直前１週間の当直・夜勤回数_不明（記述）", "勤務形態", "勤務形態_その他（記述）",
    "直前１週間の勤務時間",
)  # fmt: skip
PROFESSIONS = tuple(f"{PROFESSION}_{n}" for n in range(1, 11))
EDITIONS = {
    "export-185": (
        KIND, CASE, YEAR, "発生曜日", "曜日区分", "発生時間帯", "発生時間帯_不明（記述）", CARRIED_OUT, TREATMENT,
        IMPACT, OUTCOME, "事故の程度_不明（記述）", "発生場所", "発生場所_その他（記述）", "概要",
        "概要_その他（記述）", "特に報告を求める事例", "関連診療科", "関連診療科_その他（記述）", "患者の数",
        "患者の数_複数人", AGE, "患者の性別", "患者区分", "事例に直接関連する疾患名",
        *(f"関連する疾患名{n}" for n in "１２３"), "直前の患者の状態",
        "直前の患者の状態_その他特記する心身状態あり（記述）", "発見者", "発見者_その他（記述）", "当事者",
        *(f"{name}_{n}" for n in range(1, 11) for name in _PERSON), "当事者１１人以上", "当事者以外の関連職種",
        "当事者以外の関連職種_その他（記述）", "種類", "種類_その他（記述）", "発生場面", "発生場面_その他（記述）",
        "事例の内容", "事例の内容_その他（記述）", *PRODUCTS["DRUG"], *PRODUCTS["MATERIAL"],
        "医療材料・諸物品等_購入年月", *PRODUCTS["DEVICE"], "医療機器等_購入年月", "医療機器等_製造年月",
        "医療機器等_直近の保守･点検年月", "実施した医療行為の目的", NARRATIVE, "発生要因_当事者の行動に関わる要因",
        "発生要因_ヒューマンファクター", "発生要因_ヒューマンファクター（記述）", "発生要因_環境・設備機器",
        "発生要因_環境・設備機器（記述）", "発生要因_その他", "発生要因_その他（記述）", "事例の背景要因の概要",
        "事故調査委員会設置の有無", "事故調査委員会設置の有無_その他（記述）", "改善策",
    ),
}  # fmt: skip
