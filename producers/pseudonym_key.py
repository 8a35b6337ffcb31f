"""The key of a member's pseudonyms: made on first use, beside its connection profile, readable by its owner alone.

Without it nobody can tell which vehicle or policy a pseudonym means, and with another key the same vehicle would be
another one: it is kept as long as the member's events are.
"""

import os
import tempfile
from pathlib import Path
from secrets import token_bytes

from producers.profile import Profile, ProfileError, read_private
from producers.sources.pseudonyms import KEY_BYTES, Pseudonyms


def pseudonyms_of(profile: Profile) -> Pseudonyms:
    """The member's pseudonyms; ProfileError says what is wrong with the file of their key."""
    path = profile.folder / f"{profile.org}.pseudonyms"
    if not path.exists():
        _make(path)
    try:
        return Pseudonyms(read_private(path))
    except ValueError as error:
        raise ProfileError(f"{path} cannot be used: {error}; bring it back from a backup") from error


def _make(path: Path) -> None:
    """A whole file or none, and never in place of one: two runs at once keep the key that was there first."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(handle)
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return
    finally:
        Path(temporary).unlink()
