"""Keyed pseudonyms, and the file of a member's key."""

import stat
from pathlib import Path

import pytest

from producers.profile import Profile, ProfileError
from producers.pseudonym_key import pseudonyms_of
from producers.sources.pseudonyms import Pseudonyms

VIN = "1HGCM82633A004352"


def profile(folder: Path, org: str = "acme") -> Profile:
    """A profile of which only the folder counts."""
    return Profile(org, (), "", "", "", "", "", folder=folder)


def test_a_number_has_one_pseudonym_under_a_key_and_scheme() -> None:
    one, other = Pseudonyms(bytes(32)), Pseudonyms(b"\x01" * 32)
    assert one.of("vin", VIN) == Pseudonyms(bytes(32)).of("vin", VIN)
    different = {one.of("vin", VIN), other.of("vin", VIN), one.of("policy", VIN), one.of("vi", "n" + VIN)}
    assert len(different) == 4
    assert all(len(name) == 32 and VIN not in name for name in different)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_one_length(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(bytes(size))


def test_a_member_keeps_its_key_and_nobody_else_reads_it(tmp_path: Path) -> None:
    first = pseudonyms_of(profile(tmp_path)).of("vin", VIN)
    assert pseudonyms_of(profile(tmp_path)).of("vin", VIN) == first
    assert pseudonyms_of(profile(tmp_path, "other")).of("vin", VIN) != first
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["acme.pseudonyms", "other.pseudonyms"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_key_that_is_open_or_damaged_is_not_used(tmp_path: Path) -> None:
    pseudonyms_of(profile(tmp_path))
    file = tmp_path / "acme.pseudonyms"
    file.chmod(0o644)
    with pytest.raises(ProfileError, match="chmod 600"):
        pseudonyms_of(profile(tmp_path))
    file.chmod(0o600)
    file.write_bytes(b"short")
    with pytest.raises(ProfileError, match="backup"):
        pseudonyms_of(profile(tmp_path))
