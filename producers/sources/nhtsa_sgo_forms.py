"""The forms of NHTSA's Standing General Order 2021-01: their columns, their codes, what each column becomes.

`form-137` served reports received before 16 June 2025, `form-116` those after (third amendment); `form-122` is how the
files of 2022 gave what `form-137` gave later. The automated-driving, driver-assistance and other files of one form are
alike. Codes: what stands in the files, and the drop-down values of the data
dictionary of the 116-column form (17 August 2026), whose wording differs from the files'.
"""

from collections.abc import Mapping, Sequence


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.replace("\n", "").split("|"))


FORM_137 = _columns("""
Report ID|Report Version|Reporting Entity|Report Type|Report Month|Report Year|Report Submission Date|VIN|
VIN - Unknown|Serial Number|Make|Model|Model - Unknown|Model Year|Model Year - Unknown|Same Vehicle ID|Mileage|
Mileage - Unknown|Driver / Operator Type|ADAS/ADS System Version|ADAS/ADS System Version - Unk|
ADAS/ADS System Version CBI|ADAS/ADS Hardware Version|ADAS/ADS Hardware Version - Unk|ADAS/ADS Hardware Version CBI|
ADAS/ADS Software Version|ADAS/ADS Software Version - Unk|ADAS/ADS Software Version CBI|Other Reporting Entities?|
Other Reporting Entities? - Unk|Other Reporting Entities? - NA|Federal Regulatory Exemption?|
Other Federal Reg. Exemption|Federal Reg. Exemption - Unk|Federal Reg. Exemption - No|State or Local Permit?|
State or Local Permit|ADS Equipped?|Automation System Engaged?|Operating Entity|Operating Entity - Unknown|
Source - Complaint/Claim|Source - Telematics|Source - Law Enforcement|Source - Field Report|Source - Testing|
Source - Media|Source - Other|Source - Other Text|Incident Date|Incident Date - Unknown|Notice Received Date|
Incident Time (24:00)|Incident Time - Unknown|Same Incident ID|Latitude|Latitude - Unknown|Longitude|
Longitude - Unknown|Address|Address - Unknown|City|City - Unknown|State|Zip Code|Zip Code - Unknown|Roadway Type|
Roadway Surface|Roadway Description|Posted Speed Limit (MPH)|Posted Speed Limit - Unknown|Lighting|Weather - Clear|
Weather - Snow|Weather - Cloudy|Weather - Fog/Smoke|Weather - Rain|Weather - Severe Wind|Weather - Unknown|
Weather - Other|Weather - Other Text|Crash With|Highest Injury Severity Alleged|Property Damage?|
CP Pre-Crash Movement|CP Any Air Bags Deployed?|CP Was Vehicle Towed?|CP Contact Area - Rear Left|
CP Contact Area - Left|CP Contact Area - Front Left|CP Contact Area - Rear|CP Contact Area - Top|
CP Contact Area - Front|CP Contact Area - Rear Right|CP Contact Area - Right|CP Contact Area - Front Right|
CP Contact Area - Bottom|CP Contact Area - Unknown|SV Pre-Crash Movement|SV Any Air Bags Deployed?|
SV Was Vehicle Towed?|SV Were All Passengers Belted?|SV Precrash Speed (MPH)|SV Pre-crash Speed - Unknown|
SV Contact Area - Rear Left|SV Contact Area - Left|SV Contact Area - Front Left|SV Contact Area - Rear|
SV Contact Area - Top|SV Contact Area - Front|SV Contact Area - Rear Right|SV Contact Area - Right|
SV Contact Area - Front Right|SV Contact Area - Bottom|SV Contact Area - Unknown|Data Availability - EDR|
Data Availability - Police Rpt|Data Availability - Telematics|Data Availability - Complaints|
Data Availability - Video|Data Availability - Other|Data Availability - No Data|Data Availability - Unknown|
Law Enforcement Investigating?|Investigating Agency|Investigating Agency - Unknown|Rep Ent Or Mfr Investigating?|
Investigating Officer Name|Inv. Officer Name - Unknown|Investigating Officer Phone|Inv. Officer Phone - Unknown|
Investigating Officer Email|Inv. Officer Email - Unknown|Within ODD?|Within ODD? - CBI|Narrative|Narrative - CBI?
""")

FORM_116 = _columns("""
Report ID|Report Version|Reporting Entity|Report Type|Report Month|Report Year|Report Submission Date|VIN|
VIN Decoded|Serial Number|Make|Make - Unknown|Model|Model - Unknown|Model Year|Model Year - Unknown|Same Vehicle ID|
Driver / Operator Type|Automation Feature Version|Automation Feature Version CBI|Automation System Engaged?|
Engagement Status|Operating Entity|Operating Entity - Unknown|Source - Complaint/Claim|Source - Telematics|
Source - Law Enforcement|Source - Field Report|Source - Testing|Source - Media|Source - Internal Process Review|
Source - NHTSA VOQ|Source - Other - See Narrative|Source - Other Entity|Source - State or Other Agency|
Incident Date|Incident Date - Unknown|Incident Time (24:00)|Incident Time - Unknown|Same Incident ID|Latitude|
Latitude - Unknown|Longitude|Longitude - Unknown|Address|Address - Unknown|City|City - Unknown|State|Zip Code|
Zip Code - Unknown|Roadway Type|Roadway-Degraded Surface|Roadway-Missing/Degraded Marking|
Roadway-No Unusual Conditions|Roadway-Other-See Narrative|Roadway-Traffic Incident|Roadway-Unknown|
Roadway-Wet Surface Condition|Roadway-Work Zone|Weather - Clear|Weather - Snow|Weather - Cloudy|
Weather - Partly Cloudy|Weather - Fog/Smoke/Haze|Weather - Rain|Weather - Severe Wind|Weather - Dust Storm|
Weather - Severe Hurricane|Weather - Structure-Indoor|Weather - Unk - See Narrative|Crash With|
Highest Injury Severity Alleged|CP Pre-Crash Movement|CP Contact Area - Rear Left|CP Contact Area - Left|
CP Contact Area - Front Left|CP Contact Area - Rear|CP Contact Area - Top|CP Contact Area - Front|
CP Contact Area - Rear Right|CP Contact Area - Right|CP Contact Area - Front Right|CP Contact Area - Bottom|
CP Contact Area - Unknown|SV Pre-Crash Movement|Any Air Bags Deployed?|Was Any Vehicle Towed?|
Were All Passengers Belted?|SV Precrash Speed (MPH)|SV Pre-crash Speed - Unknown|SV Contact Area - Rear Left|
SV Contact Area - Left|SV Contact Area - Front Left|SV Contact Area - Rear|SV Contact Area - Top|
SV Contact Area - Front|SV Contact Area - Rear Right|SV Contact Area - Right|SV Contact Area - Front Right|
SV Contact Area - Bottom|SV Contact Area - Unknown|Data Availability - EDR|Data Availability - Police Rpt|
Data Availability - Telematics|Data Availability - Complaints|Data Availability - Video|Data Availability - Other|
Data Availability - No Data|Data Availability - Unknown|Investigating Agency|Investigating Agency - Unknown|
Within ODD?|Within ODD? - CBI|Narrative|Narrative - CBI?
""")

_ONCE = {
    "ADAS/ADS System Version": "ADAS/ADS Version",
    "ADAS/ADS System Version - Unk": "ADAS/ADS Version - Unknown",
    "ADAS/ADS System Version CBI": "ADAS/ADS Version CBI",
    "Latitude - Unknown": "Latitude  - Unknown",
    "Highest Injury Severity Alleged": "Highest Injury Severity",
}
_NOT_YET = _columns("""
ADAS/ADS Hardware Version|ADAS/ADS Hardware Version - Unk|ADAS/ADS Hardware Version CBI|ADAS/ADS Software Version|
ADAS/ADS Software Version - Unk|ADAS/ADS Software Version CBI|Other Reporting Entities?|
Other Reporting Entities? - Unk|Other Reporting Entities? - NA|Federal Regulatory Exemption?|
Other Federal Reg. Exemption|Federal Reg. Exemption - Unk|Federal Reg. Exemption - No|State or Local Permit?|
State or Local Permit
""")
FORM_122 = tuple(_ONCE.get(column, column) for column in FORM_137 if column not in _NOT_YET)
RENAMED = {was: column for column, was in _ONCE.items()}
"""Column of `form-122` to its later name: NHTSA's archive gives the same rows again under that one."""

EDITIONS: Mapping[str, tuple[str, ...]] = {"form-137": FORM_137, "form-116": FORM_116, "form-122": FORM_122}
"""Edition to its columns, in the order of the published files."""
TOKEN_SCOPES = {"form-122": "form-137"}
"""Edition whose Same Incident IDs are those of another: the archive has the same ones for the same reports."""

NIL = "No New or Updated Incident Reports"
STAGES = {
    "1-Day": "INITIAL",
    "5-Day": "INITIAL",
    "10-Day Update": "INTERMEDIATE",
    "Update": "UPDATE",
    "Other Update": "UPDATE",
    "Monthly Update": "UPDATE",
    "Monthly": "PERIODIC",
    NIL: "NIL",
    "Monthly - No Incidents": "NIL",
}
"""Report Type to the stage of the version; NIL is a nil return. Where `form-122` has other words, the archive has for
the same rows `Update` and the text of NIL."""


DAMAGE_ONLY = ("Property Damage. No Injured Reported", "Property Damage, No Injury")
"""Severities that also state damage to property."""


def _severities() -> dict[str, tuple[str, bool | None]]:
    codes: dict[str, tuple[str, bool | None]] = {"Fatality": ("FATAL", None), "Unknown": ("UNKNOWN", None)}
    for word in ("Serious", "Moderate", "Minor"):
        codes[word] = (word.upper(), None)
        codes |= {f"{word} {text} Hospitalization": (word.upper(), True) for text in ("W/", "With")}
        codes |= {f"{word} {text} Hospitalization": (word.upper(), False) for text in ("W/O", "Without")}
    return codes | dict.fromkeys(("No Injuries Reported", "No Injured Reported", *DAMAGE_ONLY), ("NONE", None))


SEVERITIES = _severities()
"""Highest Injury Severity Alleged to harm level and whether somebody was taken to hospital (None: not said)."""

TICKS = {
    "source": "Source - ",
    "weather": "Weather - ",
    "roadway": "Roadway-",
    "sv_contact_area": "SV Contact Area - ",
    "cp_contact_area": "CP Contact Area - ",
    "data_availability": "Data Availability - ",
}
"""Dimension of a group of tick boxes to the prefix of its columns."""
FREE_TEXT = ("Source - Other Text", "Weather - Other Text")
"""Columns that look like boxes of a group and hold text; they stay in the native record."""

CODES = _columns("""
Report Type|Report Month|Report Year|Driver / Operator Type|Federal Regulatory Exemption?|State or Local Permit?|
ADS Equipped?|Automation System Engaged?|Engagement Status|Incident Time (24:00)|Roadway Type|Roadway Surface|
Roadway Description|Lighting|Crash With|Highest Injury Severity Alleged|Property Damage?|CP Pre-Crash Movement|
CP Any Air Bags Deployed?|CP Was Vehicle Towed?|SV Pre-Crash Movement|SV Any Air Bags Deployed?|SV Was Vehicle Towed?|
SV Were All Passengers Belted?|Any Air Bags Deployed?|Was Any Vehicle Towed?|Were All Passengers Belted?|
Law Enforcement Investigating?|Rep Ent Or Mfr Investigating?|Within ODD?|Narrative - CBI?
""")
"""Single-valued coded columns, kept as filed under their header. The clock time is one: a time without a day."""

PATHS = {
    "Driver / Operator Type": "items.driver",
    "Automation System Engaged?": "items.automation",
    "Crash With": "items.kind",
    "Highest Injury Severity Alleged": "harms.PHYSICAL",
    "Property Damage?": "harms.PROPERTY",
    "Report Month": "",
    "Report Year": "",
    "Report Type": "",
    "Narrative - CBI?": "",
}
"""Coded columns whose absence is stated for a path of its own, or (empty) not at all; the rest is `terms.<header>`."""

UNKNOWN_BOXES = {
    "Make": "Make - Unknown",
    "Model": "Model - Unknown",
    "Model Year": "Model Year - Unknown",
    "Same Vehicle ID": "VIN - Unknown",
    "Mileage": "Mileage - Unknown",
    "ADAS/ADS System Version": "ADAS/ADS System Version - Unk",
    "ADAS/ADS Hardware Version": "ADAS/ADS Hardware Version - Unk",
    "ADAS/ADS Software Version": "ADAS/ADS Software Version - Unk",
    "Other Reporting Entities?": "Other Reporting Entities? - Unk",
    "Federal Regulatory Exemption?": "Federal Reg. Exemption - Unk",
    "Operating Entity": "Operating Entity - Unknown",
    "Incident Date": "Incident Date - Unknown",
    "Incident Time (24:00)": "Incident Time - Unknown",
    "Latitude": "Latitude - Unknown",
    "Longitude": "Longitude - Unknown",
    "Address": "Address - Unknown",
    "City": "City - Unknown",
    "Zip Code": "Zip Code - Unknown",
    "Posted Speed Limit (MPH)": "Posted Speed Limit - Unknown",
    "SV Precrash Speed (MPH)": "SV Pre-crash Speed - Unknown",
    "Investigating Agency": "Investigating Agency - Unknown",
}
"""Column to the box that says its value is not known."""
NOT_APPLICABLE_BOXES = {
    "Other Reporting Entities?": "Other Reporting Entities? - NA",
    "Federal Regulatory Exemption?": "Federal Reg. Exemption - No",
}
"""Column to the box that says there is nothing to enter."""
WITHHELD_BOXES = {
    "ADAS/ADS System Version": "ADAS/ADS System Version CBI",
    "ADAS/ADS Hardware Version": "ADAS/ADS Hardware Version CBI",
    "ADAS/ADS Software Version": "ADAS/ADS Software Version CBI",
    "Automation Feature Version": "Automation Feature Version CBI",
    "Within ODD?": "Within ODD? - CBI",
    "Narrative": "Narrative - CBI?",
}
"""Column to the box that says its value is claimed to be a business secret."""

PLACE = {
    "state": "State",
    "city": "City",
    "street": "Address",
    "postcode": "Zip Code",
    "latitude": "Latitude",
    "longitude": "Longitude",
}
VEHICLE = {"make": "Make", "model": "Model", "model_year": "Model Year", "identity": "Same Vehicle ID"}
"""NHTSA's pseudonymous Same Vehicle ID tells two vehicles apart; the first 11 characters of a VIN do not."""
VERSIONS = {
    "SYSTEM": "ADAS/ADS System Version",
    "HARDWARE": "ADAS/ADS Hardware Version",
    "SOFTWARE": "ADAS/ADS Software Version",
    "FEATURE": "Automation Feature Version",
}
PARTIES = {
    "REPORTER": "Reporting Entity",
    "OPERATOR": "Operating Entity",
    "OTHER_REPORTER": "Other Reporting Entities?",
    "AUTHORITY": "Investigating Agency",
}
NO_AGENCY = ("na", "none", "no")
"""Case-folded entries of Investigating Agency that say that there is none."""
MONTHS = {"occurred": "Incident Date", "aware": "Notice Received Date", "submitted": "Report Submission Date"}
MEASURES = {"Mileage": "MILE", "Posted Speed Limit (MPH)": "MPH", "SV Precrash Speed (MPH)": "MPH"}


def boxes(columns: Sequence[str]) -> frozenset[str]:
    """Every tick box of a form: `Y`, or blank. `VIN Decoded` is none: documented one way, filled in another."""
    single = {*UNKNOWN_BOXES.values(), *NOT_APPLICABLE_BOXES.values(), *WITHHELD_BOXES.values()}
    grouped = {c for c in columns if c.startswith(tuple(TICKS.values())) and c not in FREE_TEXT}
    return frozenset((single | grouped) & set(columns))


def groups(columns: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Dimension to the boxes of a form that belong to it: column and what ticking it says."""
    return {
        dimension: [(c, c.removeprefix(prefix)) for c in columns if c.startswith(prefix) and c not in FREE_TEXT]
        for dimension, prefix in TICKS.items()
    }
