"""Who was given what: before a member gets an answer, the hub says so on `hub.access`.

A list names the publishers of its rows, an answer that opens records also the reports and the sections that were shown;
an aggregate names nobody. The operator's own questions, on his own machine, are not recorded.
"""

import json
import time
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from commons.access import ERASED, WITHHELD
from hub.reach import Reach
from producers.announcing import announce
from producers.governance import Given, access_recorded
from wire.names import ACCESS
from wire.producer import Producer

if TYPE_CHECKING:
    from commons.ask import Answer, Scope

_SECTIONS = ("native", "narrative", "personal", "header")


def record(reach: Reach, who: "Scope", answer: "Answer", *, opened: bool) -> None:
    """Say that `who` is given this answer; returns when it is on the topic. Raises WireError: nothing is given then.

    `opened`: the query shows what records say, not only what is counted of them.
    """
    said = access_recorded(uuid4().hex, given(who, answer, opened=opened))
    with Producer(reach.hub) as producer:
        announce(producer, reach.key(), {ACCESS: [said]})


def given(who: "Scope", answer: "Answer", *, opened: bool) -> Given:
    """What an answer gives away of others' records; see `record`."""
    rows = answer.rows
    owners = sorted({str(row["org"]) for row in rows if row.get("org")} - {who.org})
    told = [row for row in rows if opened and row["org"] in owners]
    reports = sorted({(row["org"], row["report_id"]) for row in told if "report_id" in row})
    shown = [name for name in _SECTIONS if any(row.get(name, "") not in ("", WITHHELD, ERASED) for row in told)]
    asked = {**answer.params, "as_of": answer.as_of, "submitted_by": answer.submitted_by}
    digest = sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    now = time.time_ns() // 1000
    return Given(now, who.org, who.role, who.purpose, answer.name, digest, owners, reports, shown, len(rows))
