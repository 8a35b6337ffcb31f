"""Connection profiles and key files: nobody else reads them, and what is wrong with one is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.profile import Profile, ProfileError, load_key, new_key, write_private
from schemas.keys import key_id, public_bytes

PROFILE = Profile("acme", ("INSURER", "REINSURER"), "127.0.0.1:9092", "acme", "s", "acme.key", "ed25519:0")


def test_a_profile_comes_back_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "members" / "acme.toml"
    PROFILE.save(path)
    PROFILE.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    loaded = Profile.load(path)
    assert (loaded.org, loaded.roles, loaded.topic, loaded.folder) == (
        "acme", PROFILE.roles, "hub.events.acme", path.parent,
    )  # fmt: skip
    assert (loaded.access.bootstrap, loaded.access.user, loaded.access.password, loaded.access.ca) == (
        "127.0.0.1:9092", "acme", "s", None,
    )  # fmt: skip
    assert [entry.name for entry in path.parent.iterdir()] == ["acme.toml"], "no temporary file is left"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(password=st.text(st.characters(codec="utf-8", exclude_characters="\x7f")))
def test_any_password_comes_back(tmp_path: Path, password: str) -> None:
    path = tmp_path / "acme.toml"
    Profile("acme", (), "b", "acme", password, "k", "i", security="SASL_SSL", ca="ca.pem").save(path)
    loaded = Profile.load(path)
    assert loaded.password == password
    assert loaded.access.ca == tmp_path / "ca.pem"


def test_the_authority_may_lie_in_the_profile_itself(tmp_path: Path) -> None:
    ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    replace(PROFILE, security="SASL_SSL", ca=ca).save(tmp_path / "acme.toml")
    assert Profile.load(tmp_path / "acme.toml").access.ca == ca


def test_a_key_is_made_once_and_found_through_the_profile(tmp_path: Path) -> None:
    key = new_key(tmp_path / "acme.key")
    assert (tmp_path / "acme.key").stat().st_mode & 0o777 == 0o600
    PROFILE.save(tmp_path / "acme.toml")
    loaded = Profile.load(tmp_path / "acme.toml").private_key()
    assert key_id(public_bytes(loaded.public_key())) == key_id(public_bytes(key.public_key()))
    with pytest.raises(ProfileError, match="there already"):
        new_key(tmp_path / "acme.key")


def test_what_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    PROFILE.save(path)
    path.chmod(0o640)
    with pytest.raises(ProfileError, match="chmod 600"):
        Profile.load(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "lacks org, roles"),
        (b'org = "acme"', "lacks roles"),
        (b"org = ", "no connection profile"),
        (b"\xff", "no connection profile"),
        (b'org=1\nroles=[]\nbootstrap="b"\nuser="u"\npassword="p"\nkey_file="k"\nkey_id="i"', "org has the wrong type"),
        (b'org="a"\nroles="R"\nbootstrap="b"\nuser="u"\npassword="p"\nkey_file="k"\nkey_id="i"', "roles has the wrong"),
    ],
)
def test_what_is_wrong_with_a_profile_is_said(tmp_path: Path, text: bytes, says: str) -> None:
    write_private(tmp_path / "p.toml", text)
    with pytest.raises(ProfileError, match=says):
        Profile.load(tmp_path / "p.toml")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        Profile.load(tmp_path / "none.toml")


def test_what_is_no_ed25519_key_is_said(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    write_private(tmp_path / "ec.key", other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_private(tmp_path / "no.key", b"secret")
    with pytest.raises(ProfileError, match="no Ed25519 key"):
        load_key(tmp_path / "ec.key")
    with pytest.raises(ProfileError, match="no unencrypted private key") as caught:
        load_key(tmp_path / "no.key")
    assert "secret" not in str(caught.value)


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Profile("a", (), "b", "u", "hunter2", "k", "i"))
