"""The motor insurance files: their columns, what each number can be at most, and what their codes stand for.

fremotor1 (France, 2003 and 2004) and ausautoBI8999 (Australia, bodily injury settled from 1993 to 1999) are tables of
the R package CASdatasets, converted: a year is `2003.0`, a count `1.0`.
"""

GUARANTEES = ("Damage", "Fire", "Other", "Theft", "TPL", "Windscreen")
PARTS = (
    "PremWindscreen", "PremDamAll", "PremFire", "PremAcc1", "PremAcc2", "PremLegal", "PremTPLM", "PremTPLV", "PremServ",
    "PremTheft",
)  # fmt: skip
"""Parts of a premium. They are not the guarantees: nothing says which part pays for which."""
INJURIES = tuple(f"InjType{n}" for n in range(1, 6))
SEVERITY, FREQUENCY, PREMIUM, INJURY = "fremotor1-sev", "fremotor1-freq", "fremotor1-prem", "ausautoBI"
EDITIONS: dict[str, tuple[str, ...]] = {
    SEVERITY: ("IDpol", "OccurDate", "Payment", "IDclaim", "Guarantee"),
    FREQUENCY: ("IDpol", "Year", *GUARANTEES),
    PREMIUM: (
        "IDpol", "Year", "DrivAge", "DrivGender", "MaritalStatus", "BonusMalus", "LicenceNb", "PayFreq", "JobCode",
        "VehAge", "VehClass", "VehPower", "VehGas", "VehUsage", "Garage", "Area", "Region", "Channel", "Marketing",
        *PARTS, "PremTot",
    ),
    INJURY: (
        "AccDate", "ReportDate", "FinDate", "AccMth", "ReportMth", "FinMth", "OpTime", *INJURIES, "InjNb", "Legal",
        "AggClaim",
    ),
}  # fmt: skip

VEHICLE = ("VehClass", "VehPower", "VehGas", "VehUsage", "Region")
"""Of a premium, what tells groups of vehicles apart. Of the person nothing: no stratum needs it."""
LEVELS = {
    "minor injury": "MINOR", "small injury": "MINOR", "medium injury": "MODERATE", "high injury": "SERIOUS",
    "severe injury": "SERIOUS", "fatal injury": "FATAL", "not recorded": "UNKNOWN",
}  # fmt: skip
"""Injury, from the lightest to the gravest, to the level of harm."""

MOST_PAID = 10**9
"""More than any one claim of private motor insurance costs."""
MOST_PREMIUM = 10**6
COUNTS = dict.fromkeys(GUARANTEES, ("CLAIM", 1_000))
PREMIUMS = dict.fromkeys(PARTS, ("EUR", MOST_PREMIUM))
INJURY_MEASURES = {"InjNb": ("PERSON", 1_000), "OpTime": ("PERCENT", 100)}
