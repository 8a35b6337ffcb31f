"""Values of the events about amounts, certificates and names, with short forms; see tests/records.py for reports."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.records import Member, month

_NO_STRATA = dict.fromkeys(
    ("operator", "make", "model", "software_version", "automation_mode", "driver_present", "road", "country", "state",
     "permit", "vehicle", "product_code", "insurer", "line", "coverage", "policy_ref")
)  # fmt: skip
_COMMON: dict[str, Any] = {
    "reported_to": [], "submitted": None, "terms": [], "measures": [], "missing": [], "interests": [], "lineage": [],
    "narrative_lang": None, "native": None, "sections": [],
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local time


def time(text: str | None) -> dict[str, Any] | None:
    """A Time of a year, a month or a day."""
    if text is None or len(text) == 7:
        return text and month(text)  # type: ignore[return-value]
    if len(text) == 4:
        first, after, precision = date(int(text), 1, 1), date(int(text) + 1, 1, 1), "YEAR"
    else:
        first = date.fromisoformat(text)
        after, precision = first + timedelta(days=1), "DAY"
    micros = [(datetime(d.year, d.month, d.day) - _EPOCH) // timedelta(microseconds=1) for d in (first, after)]  # noqa: DTZ001
    return {"text": text, "from": micros[0], "to": micros[1], "precision": precision}


def exact(amount: str | int | Decimal | None) -> Decimal | None:
    """A decimal of six places."""
    return None if amount is None else Decimal(amount)


def party(role: str, name: str, scheme: str | None = None, number: str | None = None) -> dict[str, Any]:
    """A party as filed."""
    return {"role": role, "name": name, "scheme": scheme, "id": number}


def exposure(report_id: str, value: str | int, period: str, operator: str | None = "waymo", **changes: Any) -> Any:
    """A value of ExposureReported; `permit`, `state`, `driver_present` and other strata, `lower`, `upper` are short."""
    strata = _NO_STRATA | {"operator": operator}
    strata |= {name: changes.pop(name) for name in list(changes) if name in strata}
    parties = [] if operator is None else [party("OPERATOR", operator)]
    if strata["permit"] is not None:
        parties = [party("OPERATOR", operator or "", "ca-dmv-permit", strata["permit"])]
    told = {
        "report_id": report_id, "version": 1, "unit": "VEHICLE_MILE", "value": exact(value),
        "lower": exact(changes.pop("lower", None)), "upper": exact(changes.pop("upper", None)), "currency": None,
        "currency_assumed": False, "basis": "ACTUAL", "method": None, "period": time(period), "strata": strata,
        "parties": parties,
    }  # fmt: skip
    return _COMMON | told | changes


def near_misses(report_id: str, count: int, period: str, operator: str = "waymo", **changes: Any) -> Any:
    """A value of NearMissCountReported."""
    told = {
        "report_id": report_id, "version": 1, "period": time(period), "count": count, "realisation": "UNKNOWN",
        "credible_worst": "UNKNOWN", "strata": _NO_STRATA | {"operator": operator},
        "parties": [party("OPERATOR", operator)],
    }  # fmt: skip
    return _COMMON | told | changes


def transaction(
    claim: str, number: str | int, kind: str, amount: str | int | Decimal | None = None, **changes: Any
) -> Any:
    """A value of ClaimTransacted; times are texts, `severity` is the worst physical harm."""
    severity = changes.pop("severity", None)
    harm = {"domain": "PHYSICAL", "basis": "ALLEGED", "level": severity, "count": None, "hospitalised": None}
    for name in ("occurred", "notified", "transacted"):
        changes[name] = time(changes.get(name))
    told = {
        "claim_ref": claim, "policy_ref": None, "transaction_id": str(number), "transaction": kind, "reverses": None,
        "place": dict.fromkeys(("country", "state", "city", "postcode")), "line": "motor", "coverage": "TPL",
        "cause": None, "amount": exact(amount), "outstanding": exact(changes.pop("outstanding", None)),
        "currency": "EUR", "currency_assumed": False, "reinsurance": "GROSS", "coinsurance_share": None,
        "liability_share": None, "insured": None, "items": [], "harms": [harm] if severity else [], "parties": [],
        "reports": [], "tokens": [],
    }  # fmt: skip
    return _COMMON | told | changes


def certificate(certificate_id: str, change: str = "ISSUED", **changes: Any) -> Any:
    """A value of CertificateChanged; times are texts."""
    for name in ("applied", "effective", "valid_from", "valid_to"):
        changes[name] = time(changes.get(name))
    told: dict[str, Any] = {
        "certificate_id": certificate_id, "number": certificate_id.split(":")[-1],  # noqa: PLC0207
        "change": change, "scheme": "permit",
        "criteria_version": None, "issuer": party("AUTHORITY", "DMV"), "holder": party("OPERATOR", "Waymo LLC"),
        "items": [], "product_codes": [], "scope": None, "reason": None, "reports": [],
    }  # fmt: skip
    return _COMMON | told | changes


def identified(party_id: str, name: str, value: str, scheme: str = "name", **changes: Any) -> Any:
    """A value of PartyIdentified."""
    told = {
        "party_id": party_id, "name": name, "org": None, "source": None, "scheme": scheme, "value": value,
        "change": "IDENTIFIED", "since": time(changes.pop("since", None)), "decided_by": "hub", "reason": "a test",
    }  # fmt: skip
    return told | changes


KEYS = {
    "ExposureReported": "report_id", "NearMissCountReported": "report_id", "ClaimTransacted": "claim_ref",
    "CertificateChanged": "certificate_id", "PartyIdentified": "party_id", "OccurrenceReported": "report_id",
}  # fmt: skip


def signed(member: Member, event_type: str, *values: Any, source: str = "test") -> list[Any]:
    """Records of one member and one type, each signed by itself."""
    return member.sign(
        [member.event(event_type, value[KEYS[event_type]], value, source=f"/{member.org}/{source}") for value in values]
    )
