"""The catalogue, second part: coded values as the sources file them, severities, states, cities, fields."""

_STATES = {
    "AL": ("Alabama", "アラバマ州"), "AK": ("Alaska", "アラスカ州"), "AZ": ("Arizona", "アリゾナ州"),
    "AR": ("Arkansas", "アーカンソー州"), "CA": ("California", "カリフォルニア州"), "CO": ("Colorado", "コロラド州"),
    "CT": ("Connecticut", "コネチカット州"), "DE": ("Delaware", "デラウェア州"), "DC": ("District of Columbia", "コロンビア特別区"),
    "FL": ("Florida", "フロリダ州"), "GA": ("Georgia", "ジョージア州"), "HI": ("Hawaii", "ハワイ州"), "ID": ("Idaho", "アイダホ州"),
    "IL": ("Illinois", "イリノイ州"), "IN": ("Indiana", "インディアナ州"), "IA": ("Iowa", "アイオワ州"), "KS": ("Kansas", "カンザス州"),
    "KY": ("Kentucky", "ケンタッキー州"), "LA": ("Louisiana", "ルイジアナ州"), "ME": ("Maine", "メイン州"),
    "MD": ("Maryland", "メリーランド州"), "MA": ("Massachusetts", "マサチューセッツ州"), "MI": ("Michigan", "ミシガン州"),
    "MN": ("Minnesota", "ミネソタ州"), "MS": ("Mississippi", "ミシシッピ州"), "MO": ("Missouri", "ミズーリ州"),
    "MT": ("Montana", "モンタナ州"), "NE": ("Nebraska", "ネブラスカ州"), "NV": ("Nevada", "ネバダ州"),
    "NH": ("New Hampshire", "ニューハンプシャー州"), "NJ": ("New Jersey", "ニュージャージー州"), "NM": ("New Mexico", "ニューメキシコ州"),
    "NY": ("New York", "ニューヨーク州"), "NC": ("North Carolina", "ノースカロライナ州"), "ND": ("North Dakota", "ノースダコタ州"),
    "OH": ("Ohio", "オハイオ州"), "OK": ("Oklahoma", "オクラホマ州"), "OR": ("Oregon", "オレゴン州"), "PA": ("Pennsylvania", "ペンシルベニア州"),
    "PR": ("Puerto Rico", "プエルトリコ"), "RI": ("Rhode Island", "ロードアイランド州"), "SC": ("South Carolina", "サウスカロライナ州"),
    "SD": ("South Dakota", "サウスダコタ州"), "TN": ("Tennessee", "テネシー州"), "TX": ("Texas", "テキサス州"), "UT": ("Utah", "ユタ州"),
    "VT": ("Vermont", "バーモント州"), "VA": ("Virginia", "バージニア州"), "WA": ("Washington", "ワシントン州"),
    "WV": ("West Virginia", "ウェストバージニア州"), "WI": ("Wisconsin", "ウィスコンシン州"), "WY": ("Wyoming", "ワイオミング州"),
    "NOT_REPORTED": ("not reported", "記載なし"),
}  # fmt: skip

_CITIES = {
    "San Francisco": "サンフランシスコ", "Los Angeles": "ロサンゼルス", "Phoenix": "フェニックス", "Austin": "オースティン",
    "Tempe": "テンピ", "Las Vegas": "ラスベガス", "Scottsdale": "スコッツデール", "Atlanta": "アトランタ",
    "Santa Monica": "サンタモニカ", "Chandler": "チャンドラー", "Houston": "ヒューストン", "Miami": "マイアミ", "Mesa": "メサ",
    "Dallas": "ダラス", "Paradise": "パラダイス", "Culver City": "カルバーシティ", "Palo Alto": "パロアルト",
    "West Hollywood": "ウェストハリウッド", "Mountain View": "マウンテンビュー", "Inglewood": "イングルウッド",
    "Beverly Hills": "ビバリーヒルズ", "Daly City": "デイリーシティ", "San Jose": "サンノゼ", "Ann Arbor": "アナーバー",
    "Fremont": "フリーモント", "Orlando": "オーランド", "Arlington": "アーリントン", "Miami Beach": "マイアミビーチ",
    "Santa Clara": "サンタクララ", "South San Francisco": "サウスサンフランシスコ", "Jacksonville": "ジャクソンビル",
    "Washington": "ワシントン", "Venice": "ベニス", "Pittsburgh": "ピッツバーグ", "Nashville": "ナッシュビル",
    "Detroit": "デトロイト", "Golden": "ゴールデン", "Gilbert": "ギルバート", "Menlo Park": "メンローパーク",
    "Redwood City": "レッドウッドシティ", "Foster City": "フォスターシティ", "San Mateo": "サンマテオ", "Sunnyvale": "サニーベール",
}  # fmt: skip

_SEVERITIES = {
    "FATAL": ("Fatal", "死亡"), "SERIOUS": ("Serious", "重傷"), "MODERATE": ("Moderate", "中程度"), "MINOR": ("Minor", "軽傷"),
    "NONE": ("No injury", "けがなし"), "UNKNOWN": ("Unknown", "不明"), "NOT_REPORTED": ("Not reported", "記載なし"),
}  # fmt: skip

_ALLEGED = {
    "FATAL": ("a fatality", "死亡"), "SERIOUS": ("a serious injury", "重傷"), "MODERATE": ("a moderate injury", "中程度のけが"),
    "MINOR": ("a minor injury", "軽傷"), "NONE": ("no injury", "けがなし"), "UNKNOWN": ("an unknown injury", "けがの有無は不明"),
    "NOT_REPORTED": ("nothing about injury", "けがの記載なし"),
}  # fmt: skip

_WITH = {
    "Passenger Car": ("passenger car", "乗用車"), "SUV": ("SUV", "SUV"), "Pickup Truck": ("pickup truck", "ピックアップトラック"),
    "Heavy Truck": ("heavy truck", "大型トラック"), "Other Fixed Object": ("fixed object", "固定物"),
    "Non-Motorist: Cyclist": ("cyclist", "自転車"), "Van": ("van", "バン"), "Bus": ("bus", "バス"),
    "Motorcycle": ("motorcycle", "オートバイ"), "Animal": ("animal", "動物"),
    "Non-Motorist: Other": ("person outside a vehicle", "車外の人"), "Non-Motorist: Pedestrian": ("pedestrian", "歩行者"),
    "First Responder Vehicle": ("first responder vehicle", "緊急車両"), "Pole / Tree": ("pole or tree", "柱または樹木"),
    "Non-Motorist: Scooter - Skateboard": ("scooter or skateboard", "スクーターまたはスケートボード"),
    "Other, see Narrative": ("other, see narrative", "その他（記述を参照）"), "Unknown": ("unknown", "不明"), "": ("not reported", "記載なし"),
}  # fmt: skip

_FILED = {
    "None": ("None (nobody driving)", "なし（運転者なし）"), "Consumer": ("Consumer", "一般利用者"),
    "In-Vehicle (Commercial / Test)": ("In vehicle (commercial / test)", "車内（商用・試験）"),
    "Remote (Commercial / Test)": ("Remote (commercial / test)", "遠隔（商用・試験）"),
    "In-Vehicle and Remote (Commercial / Test)": ("In vehicle and remote (commercial / test)", "車内と遠隔（商用・試験）"),
    "Other, see Narrative": ("Other, see narrative", "その他（記述を参照）"),
    "Unknown, see Narrative": ("Unknown, see narrative", "不明（記述を参照）"),
    "Unknown - see Narrative": ("Unknown, see narrative", "不明（記述を参照）"),
    "No, see Narrative": ("No, see narrative", "いいえ（記述を参照）"), "Exiting ODD": ("Exiting it", "離脱中"),
    "Unknown": ("Unknown", "不明"), "Yes": ("Yes", "はい"), "No": ("No", "いいえ"), "Y": ("ticked", "チェックあり"),
    "Monthly": ("Monthly", "月次"), "5-Day": ("5-day", "5日以内"), "1-Day": ("1-day", "1日以内"),
    "10-Day Update": ("10-day update", "10日後の更新"), "Update": ("Update", "更新"),
    "No New or Updated Incident Reports": ("No new or updated incident reports (nil return)", "新規・更新なし（該当なしの届出）"),
    "Fatality": ("Fatality", "死亡"), "Serious": ("Serious", "重傷"), "Moderate": ("Moderate", "中程度"), "Minor": ("Minor", "軽傷"),
    "Serious W/ Hospitalization": ("Serious, in hospital", "重傷（入院あり）"), "Serious W/O Hospitalization": ("Serious, not in hospital", "重傷（入院なし）"),
    "Moderate W/ Hospitalization": ("Moderate, in hospital", "中程度（入院あり）"),
    "Moderate W/O Hospitalization": ("Moderate, not in hospital", "中程度（入院なし）"),
    "Minor W/ Hospitalization": ("Minor, in hospital", "軽傷（入院あり）"), "Minor W/O Hospitalization": ("Minor, not in hospital", "軽傷（入院なし）"),
    "No Injuries Reported": ("No injuries reported", "けがの報告なし"), "No Injured Reported": ("No injured reported", "負傷者の報告なし"),
    "Property Damage. No Injured Reported": ("Property damage, no injured reported", "物損、負傷者の報告なし"),
    "ADS": ("Automated driving system", "自動運転システム"), "ADAS": ("Driver assistance", "運転支援"),
    "Verified Engaged": ("Verified engaged", "作動を確認"), "Verified Not Engaged": ("Verified not engaged", "非作動を確認"),
    "Alleged Engaged": ("Alleged engaged", "作動との申告"),
}  # fmt: skip

_REASONS = {
    "NOT_REPORTED": ("Left blank", "空欄"), "UNKNOWN": ("The reporter says it does not know", "報告者が「不明」と回答"),
    "NOT_APPLICABLE": ("Does not apply", "該当しない"), "NOT_YET_DETERMINED": ("Not yet determined", "未確定"),
    "REDACTED_CBI": ("Withheld as business secret", "営業秘密として非開示"), "REDACTED_PII": ("Withheld as personal data", "個人情報として非開示"),
    "REDACTED_LEGAL": ("Withheld for legal reasons", "法的理由により非開示"), "ANONYMISED": ("Anonymised at the source", "提供元で匿名化"),
}  # fmt: skip

VALUES: dict[str, tuple[str, str]] = {
    **{f"state:{k}": v for k, v in _STATES.items()},
    **{f"city:{k}": (k, v) for k, v in _CITIES.items()},
    **{f"severity:{k}": v for k, v in _SEVERITIES.items()},
    **{f"alleged:{k}": v for k, v in _ALLEGED.items()},
    **{f"with:{k}": v for k, v in _WITH.items()},
    **{f"filed:{k}": v for k, v in _FILED.items()},
    **{f"reason:{k}": v for k, v in _REASONS.items()},
    "edition:form-137": ("Archive, to June 2025", "アーカイブ（2025年6月まで）"),
    "edition:form-116": ("Current file", "最新ファイル"),
    "edition:form-122": ("Files of 2022", "2022年のファイル"),
}
