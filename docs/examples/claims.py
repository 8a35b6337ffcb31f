"""An insurer's service: publishes the transactions on its claims. Start it as often as you like.

python claims.py PROFILE FILE    FILE: CSV with claim, number, transaction, day, line, amount, currency
"""

import csv
import sys
from decimal import Decimal
from pathlib import Path

from hub import EventError, Publisher, time_of


def transaction(row: dict[str, str]) -> dict[str, object]:
    """One row in the words of the contract; money stays exactly as it was filed."""
    return {
        "claim_ref": f"claims:{row['claim']}",
        "transaction_id": row["number"],
        "transaction": row["transaction"],
        "transacted": time_of(row["day"]),
        "place": {"country": "US"},
        "line": row["line"],
        "amount": Decimal(row["amount"]) if row["amount"] else None,
        "currency": row["currency"] or None,
        "reinsurance": "GROSS",
    }


with Publisher.open(sys.argv[1]) as hub, Path(sys.argv[2]).open(encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        value = transaction(row)
        key = str(value["claim_ref"])
        try:  # a transaction never changes: its number within the claim is all that makes it this one
            event = hub.event("ClaimTransacted", key, value, own_id=f"{row['claim']}/{row['number']}")
            new = hub.publish(event)  # on disk when it returns; sent as soon as the hub can be reached
        except EventError as error:
            sys.exit(f"claim {row['claim']}, transaction {row['number']}: {error}")
        print(row["claim"], row["number"], "accepted" if new else "accepted before", flush=True)
