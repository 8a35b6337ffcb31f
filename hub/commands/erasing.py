"""`hub erase`: destroy the keys of a data subject, so that nobody reads again what they sealed.

1. All that lies in the topics is judged: the keys of everybody else's sections are in the keyring by then.
2. The keyring, in one transaction: the subject's keys go, and every private key of the hub for which they were wrapped;
   a new one is made. From here on it has happened.
3. The member's own key goes, where its files lie in this HUB_HOME. Elsewhere its publisher destroys it, once it reads:
4. `SubjectErased`, then `SealingKeySet`, on `hub.governance`.

After 2 each step is repeated by running it again, or by the next `hub up`; saying it twice is saying it once.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.commands.members import checked_org
from hub.commands.status import wait_processed
from hub.errors import HubError
from hub.keyring import Erasure, Keyring
from hub.reach import Reach
from hub.setup import announce
from producers.draft import time_of
from producers.profile import Profile
from producers.sealing import keys_beside
from producers.subject_keys import SubjectKeys


@dataclass(frozen=True, slots=True)
class Erased:
    """What is destroyed; `members_too`: the member's own key as well, whose files lie here."""

    erasure: Erasure
    members_too: bool


def erase(reach: Reach, subject: str, org: str, ground: str, requested: str | None) -> Erased:
    """Destroy the keys of a data subject of `org`; done again it changes nothing, and says what was done at first."""
    checked_org(org)
    if not ground.strip():
        raise HubError("say on what ground, e.g. --ground 'request under Article 17 GDPR'")
    asked = _time(requested)
    with contextlib.closing(Keyring(reach.home.keyring)) as keyring, _own(reach, org) as own:
        wait_processed(reach)
        if not keyring.knows(org, subject) and not (own and own.has(subject)):
            raise HubError(f"no record of {org} is known to be about this data subject: look for a misspelling")
        erasure = keyring.erase(org, subject, ground, asked, time.time_ns() // 1000)
        if own:
            own.destroy(subject)
        announce(reach)
    return Erased(erasure, own is not None)


def _time(requested: str | None) -> dict[str, Any] | None:
    try:
        return None if requested is None else time_of(requested)
    except ValueError as error:
        raise HubError(f"--requested: {error}") from None


@contextlib.contextmanager
def _own(reach: Reach, org: str) -> Iterator[SubjectKeys | None]:
    """The member's keys of data subjects, where they lie in this HUB_HOME; else None."""
    path = reach.home.profile(org)
    file = keys_beside(Profile.load(path).outbox, org) if path.exists() else None
    if file is None or not file.exists():
        yield None
        return
    with contextlib.closing(SubjectKeys(file, org)) as keys:
        yield keys
