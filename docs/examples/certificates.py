"""A certification body's service: publishes what happens to its certificates. Start it as often as you like.

python certificates.py PROFILE FILE    FILE: CSV with certificate, step, change, day, scheme, holder, model, software
"""

import csv
import sys
from pathlib import Path

from hub import EventError, Publisher, time_of


def change(row: dict[str, str]) -> dict[str, object]:
    """One row in the words of the contract."""
    return {
        "certificate_id": f"certificates:{row['certificate']}",
        "number": row["certificate"],
        "change": row["change"],
        "scheme": row["scheme"],
        "issuer": {"role": "AUTHORITY", "name": "Our certification body"},
        "holder": {"role": "MANUFACTURER", "name": row["holder"]},
        "items": [
            {"role": "SUBJECT", "kind": "VEHICLE", "model": row["model"],
             "versions": [{"component": "SOFTWARE", "value": row["software"]}]},
        ],
        "effective": time_of(row["day"]),
    }  # fmt: skip


with Publisher.open(sys.argv[1]) as hub, Path(sys.argv[2]).open(encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        value, own_id = change(row), f"{row['certificate']}/{row['step']}"
        try:
            event = hub.event("CertificateChanged", str(value["certificate_id"]), value, own_id=own_id)
            new = hub.publish(event)  # on disk when it returns; sent as soon as the hub can be reached
        except EventError as error:
            sys.exit(f"certificate {row['certificate']}, step {row['step']}: {error}")
        print(row["certificate"], row["step"], "accepted" if new else "accepted before", flush=True)
