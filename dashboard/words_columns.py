"""The catalogue, fourth part: names of a form's columns, of groups of tick boxes, and of fields of the typed schema."""

_COLUMNS = {
    "Report Type": ("Report type", "報告の種別"), "Report Month": ("Report month", "報告対象の月"), "Report Year": ("Report year", "報告対象の年"),
    "Report Submission Date": ("Report submission date", "提出日"), "Reporting Entity": ("Reporting entity", "報告主体"),
    "VIN": ("VIN", "車台番号"), "VIN Decoded": ("VIN decoded", "車台番号の解読"), "Serial Number": ("Serial number", "製造番号"),
    "Make": ("Make", "車名"), "Model": ("Model", "型式"), "Model Year": ("Model year", "年式"), "Same Vehicle ID": ("Same vehicle ID", "同一車両の番号"),
    "Mileage": ("Mileage", "走行距離"), "Driver / Operator Type": ("Driver or operator type", "運転者の種別"),
    "ADAS/ADS System Version": ("System version", "システムの版"), "ADAS/ADS Hardware Version": ("Hardware version", "機器の版"),
    "ADAS/ADS Software Version": ("Software version", "ソフトの版"), "Automation Feature Version": ("Automation feature version", "自動運転機能の版"),
    "ADAS/ADS System Version CBI": ("System version claimed secret", "システムの版を秘密と申告"),
    "ADAS/ADS Hardware Version CBI": ("Hardware version claimed secret", "機器の版を秘密と申告"),
    "ADAS/ADS Software Version CBI": ("Software version claimed secret", "ソフトの版を秘密と申告"),
    "Other Reporting Entities?": ("Other reporting entities", "ほかの報告主体"),
    "Federal Regulatory Exemption?": ("Federal regulatory exemption", "連邦規則の適用除外"),
    "State or Local Permit?": ("State or local permit", "州・自治体の許可"), "State or Local Permit": ("State or local permit, which", "州・自治体の許可の内容"),
    "ADS Equipped?": ("Automated driving system fitted", "自動運転システムの搭載"),
    "Automation System Engaged?": ("Automation engaged", "自動運転の作動"), "Engagement Status": ("Engagement status", "作動の状態"),
    "Operating Entity": ("Operating entity", "運行主体"), "Incident Date": ("Incident date", "事故の日付"),
    "Notice Received Date": ("Notice received", "認知の日付"), "Incident Time (24:00)": ("Incident time", "事故の時刻"),
    "Same Incident ID": ("Same incident ID", "同一事故の番号"), "Latitude": ("Latitude", "緯度"), "Longitude": ("Longitude", "経度"),
    "Address": ("Address", "番地"), "City": ("City", "市"), "State": ("State", "州"), "Zip Code": ("Zip code", "郵便番号"),
    "Roadway Type": ("Roadway type", "道路の種別"), "Roadway Surface": ("Roadway surface", "路面"), "Roadway Description": ("Roadway description", "道路の状況"),
    "Posted Speed Limit (MPH)": ("Posted speed limit", "制限速度"), "Lighting": ("Lighting", "明るさ"), "Crash With": ("Crash with", "接触相手"),
    "Highest Injury Severity Alleged": ("Highest injury alleged", "最も重いけが（申告）"), "Property Damage?": ("Property damage", "物損"),
    "CP Pre-Crash Movement": ("Partner’s movement before", "相手の直前の動き"), "CP Any Air Bags Deployed?": ("Partner’s air bags", "相手のエアバッグ"),
    "CP Was Vehicle Towed?": ("Partner towed", "相手のけん引"), "SV Pre-Crash Movement": ("Subject’s movement before", "当該車両の直前の動き"),
    "SV Any Air Bags Deployed?": ("Subject’s air bags", "当該車両のエアバッグ"), "SV Was Vehicle Towed?": ("Subject towed", "当該車両のけん引"),
    "SV Were All Passengers Belted?": ("Subject’s passengers belted", "当該車両の乗員のベルト"),
    "SV Precrash Speed (MPH)": ("Speed before the crash", "衝突前の速度"), "SV Pre-crash Speed - Unknown": ("Speed before the crash unknown", "衝突前の速度は不明"),
    "Any Air Bags Deployed?": ("Air bags", "エアバッグ"), "Was Any Vehicle Towed?": ("Towed", "けん引"),
    "Were All Passengers Belted?": ("Passengers belted", "乗員のベルト"),
    "Law Enforcement Investigating?": ("Law enforcement investigating", "警察の捜査"), "Investigating Agency": ("Investigating agency", "捜査機関"),
    "Rep Ent Or Mfr Investigating?": ("Reporter or maker investigating", "報告主体・製造者の調査"), "Within ODD?": ("Within design domain", "設計上の運行条件内か"),
    "Within ODD? - CBI": ("Design domain claimed secret", "運行条件を秘密と申告"), "Narrative": ("Narrative", "経緯の記述（原文）"),
    "Narrative - CBI?": ("Narrative claimed secret", "記述を秘密と申告"),
}  # fmt: skip

_GROUPS = {
    "Source": ("Source", "情報の入手元"), "Weather": ("Weather", "天候"), "CP Contact Area": ("Partner’s contact area", "相手の接触部位"),
    "SV Contact Area": ("Subject’s contact area", "当該車両の接触部位"), "Data Availability": ("Data available", "利用できるデータ"),
    "Operating Entity": ("Operating entity", "運行主体"), "Investigating Agency": ("Investigating agency", "捜査機関"),
}  # fmt: skip

_FIELDS = {
    "tokens": ("Token of the occurrence", "事故を示す番号"), "narrative": ("Narrative", "経緯の記述"), "occurred": ("Month of crash", "発生月"),
    "aware": ("When the company became aware", "企業の認知"), "submitted": ("Month of submission", "提出月"),
    "place.state": ("State", "州"), "place.city": ("City", "市"), "place.street": ("Street address", "番地"), "place.postcode": ("Zip code", "郵便番号"),
    "place.latitude": ("Latitude", "緯度"), "place.longitude": ("Longitude", "経度"),
    "parties.REPORTER": ("Reporting entity", "報告主体"), "parties.OPERATOR": ("Operating entity", "運行主体"),
    "parties.OTHER_REPORTER": ("Other reporting entities", "ほかの報告主体"), "parties.AUTHORITY": ("Investigating agency", "捜査機関"),
    "items.kind": ("Crash with", "接触相手"), "items.make": ("Make", "車名"), "items.model": ("Model", "型式"), "items.model_year": ("Model year", "年式"),
    "items.identity": ("Identity of the vehicle", "車両の識別"), "items.automation": ("Automation engaged", "自動運転の作動"),
    "items.driver": ("Who was driving", "運転者の種別"), "items.versions.SYSTEM": ("System version", "システムの版"),
    "items.versions.HARDWARE": ("Hardware version", "機器の版"), "items.versions.SOFTWARE": ("Software version", "ソフトの版"),
    "items.versions.FEATURE": ("Automation feature version", "自動運転機能の版"),
    "stage": ("Stage of reporting", "報告の段階"), "class": ("Class of occurrence", "事象の区分"), "nil": ("Nil return", "該当なしの届出"),
    "items": ("What was involved", "関係した物"), "copy_of": ("Declared copy", "自己申告の写し"), "parties.operator": ("Operating entity", "運行主体"),
    "harms.physical": ("Injury", "けが"), "harms.PHYSICAL": ("Injury", "けが"), "harms.PROPERTY": ("Property damage", "物損"), "period": ("Reporting period", "報告対象の期間"),
}  # fmt: skip

COLUMNS: dict[str, tuple[str, str]] = {
    **{f"column:{k}": v for k, v in _COLUMNS.items()},
    **{f"columns:{k}": v for k, v in _GROUPS.items()},
    **{f"field:{k}": v for k, v in _FIELDS.items()},
}
