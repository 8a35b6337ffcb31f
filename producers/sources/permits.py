"""Permits to test automated vehicles in California, and the numbers that the DMV's files share."""

import re

PERMIT = re.compile(r"AVD?T[0-9]{3}")
"""AVT: testing with a driver; AVDT: driverless testing."""
PERMIT_SCHEME = "ca-dmv-permit"
"""Scheme of a permit as the id of a party: the names of its holder are spelled differently from file to file."""
VIN_SCHEME = "vin"
"""Scheme of the pseudonyms of vehicles: one for all files, so that a vehicle's events meet its miles."""
