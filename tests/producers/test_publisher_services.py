"""Services of members, as their documentation shows them, on the light install: killed at random moments."""

import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from producers.outbox import Outbox
from producers.profile import Profile
from tests.broker_fixture import RunningBroker
from tests.path.stack import pause
from tests.producers.light import Interpreter, closure
from tests.producers.members import check, registered, started
from wire.access import Access

pytestmark = [pytest.mark.kafka, pytest.mark.net]
Process = Popen[str]
Member = Callable[[], Access]
Report = Callable[[str, object], None]
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def near_misses(rows: int) -> list[str]:
    """Lines of an operator's file: every second near miss is corrected once."""
    told = [(n, version) for n in range(rows) for version in ((1, 2) if n % 2 else (1,))]
    return [
        "number,version,occurred,state,city,worst,proximity",
        *(f"{n},{v},2026-03-{n % 28 + 1:02}T02:14,AZ,Tempe,SERIOUS,{'' if v == 1 else '0.4 m'}" for n, v in told),
    ]


def claims(rows: int) -> list[str]:
    """Lines of an insurer's file: each claim is notified, then paid in part."""
    told = [(n, number) for n in range(rows // 2) for number in (1, 2, 3)]
    return [
        "claim,number,transaction,day,line,amount,currency",
        *(f"{n},{i},{'NOTIFIED,2026-03-16,MOTOR,,' if i == 1 else f'INDEMNITY_PAID,2026-04-{i:02},MOTOR,{n}.{i}1,USD'}"
          for n, i in told),
    ]  # fmt: skip


def certificates(rows: int) -> list[str]:
    """Lines of a certification body's file: each certificate is issued, every third suspended and reinstated."""
    steps = ("ISSUED", "SUSPENDED", "REINSTATED")
    told = [(n, step) for n in range(rows) for step in range(3 if n % 3 == 0 else 1)]
    return [
        "certificate,step,change,day,scheme,holder,model,software",
        *(f"C{n},{s + 1},{steps[s]},2026-03-{s + 1:02},iso-34502,Acme Rides,One,7.{n}" for n, s in told),
    ]


@dataclass(frozen=True)
class Service:
    """Who runs it, the lines of its own file, and where an event says which step of its key it is."""

    role: str
    lines: Callable[[int], list[str]]
    step: Callable[[dict[str, Any]], int]


SERVICES = {
    "near_misses": Service("OPERATOR", near_misses, lambda value: int(value["version"])),
    "claims": Service("INSURER", claims, lambda value: int(value["transaction_id"])),
    "certificates": Service("CERTIFICATION_BODY", certificates, lambda value: int(value["effective"]["text"][-2:])),
}


def kill(process: Process, after: int, wait: float) -> int:
    """SIGKILL a service once it has said so many lines and a little time has passed; how many it said."""
    assert process.stdout is not None
    assert process.stderr is not None
    said = sum(1 for _ in zip(range(after), process.stdout, strict=False))
    pause(wait)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return said


def campaign(
    python: Interpreter, service: str, profile: Profile, rows: int, kills: int, seed: int
) -> list[dict[str, Any]]:
    """Its file grows, and each time it is started it is killed at a random moment: while it reads the new rows, or when
    it sends what they became. Then let it end."""
    chance, (header, *lines) = random.Random(seed), SERVICES[service].lines(rows)
    file = profile.folder / "own.csv"
    told = []
    for number in range(kills):
        begin, end = (len(lines) * n // kills for n in (number, number + 1))
        file.write_text("\n".join([header, *lines[:end]]) + "\n", encoding="utf-8")
        process = started(python, EXAMPLES / f"{service}.py", profile, str(file))
        wait = chance.uniform(0, 0.5)
        said = kill(process, chance.randrange(begin, end), wait)
        outbox = Outbox(profile.outbox, profile.org, profile.topic)
        told.append({"said": said, "then_seconds": round(wait, 3), "waiting": outbox.events})
        outbox.close()
    process = started(python, EXAMPLES / f"{service}.py", profile, str(file))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert len(out.splitlines()) == len(lines)
    return told


@pytest.mark.parametrize("service", SERVICES)
def test_killed_and_started_again_a_service_says_what_it_meant(
    broker: RunningBroker, member: Member, light: Interpreter, tmp_path: Path, service: str
) -> None:
    own = member()
    profile = registered(broker, own, SERVICES[service].role, tmp_path)
    told = campaign(light, service, profile, 200, kills=1, seed=4)
    repeats = check(own, len(SERVICES[service].lines(200)) - 1, SERVICES[service].step)
    assert repeats <= sum(kill["waiting"] for kill in told), "no more than what was in flight"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", SERVICES)
def test_killed_at_twenty_moments(
    broker: RunningBroker, member: Member, fresh: Interpreter, tmp_path: Path, service: str, report: Report
) -> None:
    """In a fresh virtual environment."""
    own = member()
    profile = registered(broker, own, SERVICES[service].role, tmp_path)
    told = campaign(fresh, service, profile, 4000, kills=20, seed=11)
    facts = len(SERVICES[service].lines(4000)) - 1
    repeats = check(own, facts, SERVICES[service].step)
    assert repeats <= sum(kill["waiting"] for kill in told)
    packages = sorted(f"{name} {found.version}" for name, found in closure().items())
    told_all = {"kills": told, "facts": facts, "repeats": repeats, "lost": 0, "packages": packages}
    report(f"publisher-kills-{service}", told_all)
