"""The end-of-day control: each record counted once by what became of it, money exactly."""

from decimal import Decimal
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.commands import receipts
from hub.commands.receipts import Receipts
from hub.errors import HubError
from producers.conclusions import Conclusions
from producers.draft import draft
from producers.profile import Profile
from producers.sign import Signer
from wire.names import events_topic
from wire.records import Record

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TOPIC = events_topic("acme")


def claim(number: int, amount: str | None, transaction: str = "INDEMNITY_PAID", line: str | None = "MOTOR") -> Record:
    value = {"claim_ref": "c1", "transaction_id": str(number), "transaction": transaction, "place": {"country": None},
             "line": line, "amount": amount and Decimal(amount), "currency": "USD", "reinsurance": "GROSS"}  # fmt: skip
    signer = Signer("acme", KEY)
    one = signer.prepare(draft("acme", "ClaimTransacted", "c1", value, role="INSURER", own_id=str(number)))
    headers = tuple((name.encode(), data) for name, data in signer.sign([one])[0].headers)
    return Record(TOPIC, bytes(16), 0, 0, 0, one.key, one.value, headers)


def judged(end: int, *faults: int) -> Conclusions:
    return Conclusions(TOPIC, {0: end}, {(0, offset): {} for offset in faults})


def counted(records: list[Record], judged: Conclusions | None) -> Receipts:
    told = Receipts("acme", TOPIC, None, 2, judged is not None)
    seen: set[tuple[bytes, bytes]] = set()
    for offset, record in enumerate(records):
        placed = record._replace(offset=offset)
        receipts._count(told, placed, receipts._outcome("acme", placed, judged, seen))
    return told


RECORDS = [
    claim(1, "0.000001"), claim(2, "99999999999999999999999999999999.999999"), claim(1, "0.000001"),
    claim(3, "5", "RECOVERED"), claim(4, None), Record(TOPIC, bytes(16), 0, 0, 0, b"c1", b"nothing", ()),
    claim(5, "7.10", line=None),
]  # fmt: skip


def test_each_record_counts_once_and_amounts_are_exact() -> None:
    told = counted(RECORDS, judged(6, 3, 5)).document()
    assert {name: told[name] for name in ("sent", "accepted", "faulted", "repeated", "undecided", "waiting")} == {
        "sent": 7, "accepted": 3, "faulted": 2, "repeated": 1, "undecided": 1, "waiting": 2,
    }  # fmt: skip
    assert [(total["line"], total["transaction"], total["sent_amount"], total["accepted_amount"])
            for total in told["totals"]] == [
        (None, "INDEMNITY_PAID", "7.100000", "0"),
        ("MOTOR", "INDEMNITY_PAID", f"1{'0' * 32}.000000", f"1{'0' * 32}.000000"),
        ("MOTOR", "RECOVERED", "5.000000", "0"),
    ]  # fmt: skip


def test_what_a_fault_said_counts_when_it_is_sent_again() -> None:
    told = counted([RECORDS[0], RECORDS[0], RECORDS[0]], judged(9, 0))
    assert told.records == {"faulted": 1, "accepted": 1, "repeated": 1}


def test_away_from_the_hub_what_it_took_is_not_known() -> None:
    told = counted(RECORDS, None).document()
    assert (told["sent"], told["repeated"], told["accepted"], told["faulted"], told["undecided"]) == (
        7, 1, None, None, None,
    )  # fmt: skip
    assert {total["accepted_amount"] for total in told["totals"]} == {None}


def test_a_day_is_a_date(tmp_path: Path) -> None:
    profile = Profile("acme", ("INSURER",), "127.0.0.1:9", "acme", "x", "acme.key", "-", folder=tmp_path)
    with pytest.raises(HubError, match="a day like 2026-03-16"):
        receipts.receipts(profile, "yesterday")
