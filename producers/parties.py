"""The names that the public sources give to one firm: `data/parties.csv`, as events of the hub.

Which names are one party is data, and a hub can say otherwise: what it publishes later holds.
"""

import csv
from importlib.resources import files

from producers.governance import party_identified
from schemas.event import Event


def known_parties() -> list[Event]:
    """One PartyIdentified per row of the file, in its order; the same each time."""
    text = (files("producers") / "data" / "parties.csv").read_text("utf-8")
    return [
        party_identified(
            row["party_id"], row["name"], row["scheme"], row["value"], row["reason"],
            source=row["source"] or None, since=row["since"] or None,
        )
        for row in csv.DictReader(text.splitlines())
    ]  # fmt: skip
