"""The table of OL 316 reports: its columns, and what each box says.

From Weather to Type the letters are the form's own; of the number after them, 1 is the vehicle, 2 the other party.
"""

NUMBER = "column 1"
NARRATIVE = "Accident Detail Description"
VEHICLES = "Number Of Vehicles Involved"
PLACE = {"state": "State", "city": "City", "postcode": "Zip Code"}
PARTIES = {"REPORTER": "Manufacturers Name", "OPERATOR": "Business Name"}
VEHICLE = {"make": "Make", "model": "Model", "model_year": "Vehicle Year"}
PARTNER = {"model": "Model_2", "model_year": "Vehicle Year_2"}
PARTNER_KINDS = {"Pedestrian_2": "PEDESTRIAN", "Bicyclist_2": "BICYCLIST"}
PARTNER_MOVED = ("Moving_2", "Stopped In Traffic_2")
TEXTS = {"vehicle_1_other": "Other", "vehicle_2_other": "Other_2"}

_LETTERS = {
    "Weather": "ABCDEFG", "Lighting": "ABCDE", "Roadway": "ABCD", "Road Conditions": "ABCDEFGH",
    "Movement": "ABCDEFGHIJKLMNOPQR", "Type": "ABCDEFGH",
}  # fmt: skip
_AREAS = (
    "Left Rear 1", "Rear Bumper", "Right Rear 1", "Left Rear 2", "Left Rear 3", "Right Rear 2", "Right Rear 3",
    *(f"{side} Rear Passenger {n}" for pair in ((1, 2), (3, 4)) for side in ("Left", "Right") for n in pair),
    *(f"Front {side} Side {n}" for pair in ((1, 2), (3, 4)) for side in ("Driver", "Passenger") for n in pair),
    "Left Front Corner 1", "Left Front Corner 2", "Right Front Corner 1", "Right Front Corner 2", "Left Front Corner 3",
    "Front Bumper", "Right Front Corner 3",
)  # fmt: skip
_OTHERS = (
    "Other A Yes", "Other A No", *(f"Other {letter}" for letter in "BCDEFG"), "Other H Yes", "Other H No",
    *(f"Other {letter}" for letter in "IJKL"),
)  # fmt: skip
_MOVING = ("Moving", "Stopped In Traffic")

MODES = {"Autonomous Mode": "autonomous", "Conventional Mode": "conventional"}
DAMAGE = {"Unknown": "UNKNOWN", "None": "NONE", "Minor": "MINOR", "Moderate": "MODERATE", "Major": "SERIOUS"}
"""Box of damage to the level of the harm to property."""
DAMAGE_BOXES = {f"Damage: {label}": label for label in DAMAGE}

GROUPS: dict[str, dict[str, str]] = {
    "mode": MODES,
    "damage": DAMAGE_BOXES,
    "party": {
        "Pedestrian Involved": "pedestrian", "Pedestrian_2": "pedestrian",
        "Bicyclist Involved": "bicyclist", "Bicyclist_2": "bicyclist",
    },
    "vehicle_1": {name: name for name in (*_MOVING, "Pedestrian Involved", "Bicyclist Involved", "Undefined")},
    "vehicle_2": {f"{name}_2": name for name in (*_MOVING, "Pedestrian", "Bicyclist", "Undefined")},
    "damaged_area": {name: name for name in _AREAS},
    **{
        f"{group.lower().replace(' ', '_')}_{who}": {f"{group} {letter} {who}": letter for letter in letters}
        for group, letters in _LETTERS.items()
        for who in (1, 2)
    },
    "other": {name: name.removeprefix("Other ") for name in _OTHERS},
}  # fmt: skip
"""Dimension to its boxes: column and what ticking it says."""

EDITIONS = {
    "table-192": (
        NUMBER, "Manufacturers Name", "Business Name", "Date Of Accident", "Time Of Accident", "AM", "PM",
        "Vehicle Year", "Make", "Model", "State Vehicle Is Registered In", "Address Of Accident", "City", "County",
        "State", "Zip Code", *_MOVING, "Pedestrian Involved", "Bicyclist Involved", "Undefined", "Other", VEHICLES,
        *DAMAGE_BOXES, *_AREAS, "Vehicle Year_2", "Model_2", "State Vehicle Is Registered In_2",
        *(f"{name}_2" for name in _MOVING), "Pedestrian_2", "Bicyclist_2", "Undefined_2", "Other_2", f"{VEHICLES}_2",
        *MODES, NARRATIVE,
        *(f"{group} {letter} {who}" for group, letters in _LETTERS.items() for letter in letters for who in (1, 2)),
        *_OTHERS, "Latitude", "Longitude", "Narrow Roadway", "Parked Vehicles", "Intersection", "Struck by Others",
        "Other Party",
    ),
}  # fmt: skip
