"""The listener for members elsewhere: what may be chosen, and certificates that members will take."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from hub.broker import BrokerError, tls
from hub.broker.listen import Listen, parse
from hub.commands import listening
from hub.errors import HubError
from hub.home import Home

NOW = datetime.now(UTC)
OWN = Listen("127.0.0.2", 9094)
RSA = rsa.generate_private_key(65537, 2048)


def shown(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(tls.keystore(folder).read_bytes())[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hub.example.org", ("hub.example.org", None)),
        ("Hub.Example.org:9094", ("hub.example.org", 9094)),
        ("192.0.2.7", ("192.0.2.7", None)),
        ("192.0.2.7:65535", ("192.0.2.7", 65535)),
    ],
)
def test_a_host_and_perhaps_a_port_may_be_chosen(text: str, found: tuple[str, int | None]) -> None:
    assert parse(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "0.0.0.0", "::1", "[::1]:9", "a b", "hub:0", "hub:65536", "hub:x", "hub:", "1.2.3", "-a", "a\n", "é"],  # noqa: S104
)
def test_what_no_member_could_dial_is_refused(text: str) -> None:
    with pytest.raises(BrokerError, match="--listen"):
        parse(text)


def test_the_authority_is_made_once_and_its_key_is_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    tls.prepare(folder, OWN)
    first, certificate = tls.trust(folder), shown(folder)
    files = ("authority.key", "authority.pem", "keystore.pem", "trust.pem")
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == dict.fromkeys(files, 0o600)
    assert folder.stat().st_mode & 0o777 == 0o700
    tls.prepare(folder, OWN)
    assert (tls.trust(folder), shown(folder)) == (first, certificate)
    tls.prepare(folder, Listen("hub.example.org", 9094))
    names = shown(folder).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hub.example.org"]
    assert tls.trust(folder) == first, "profiles stay right"


def test_a_certificate_is_renewed_before_it_ends(tmp_path: Path) -> None:
    tls.prepare(tmp_path, OWN, NOW - timedelta(days=364))
    first, authority = shown(tmp_path), tls.trust(tmp_path)
    tls.prepare(tmp_path, OWN, NOW)
    assert shown(tmp_path) == first, "more than a year is left"
    for file in tmp_path.iterdir():
        file.unlink()
    tls.prepare(tmp_path, OWN, NOW - timedelta(days=366))
    first, authority = shown(tmp_path), tls.trust(tmp_path)
    tls.prepare(tmp_path, OWN, NOW)
    assert shown(tmp_path).not_valid_after_utc > first.not_valid_after_utc + timedelta(days=360)
    assert tls.trust(tmp_path) == authority, "profiles stay right"


def test_an_authority_that_is_damaged_is_said_and_not_replaced(tmp_path: Path) -> None:
    tls.prepare(tmp_path, OWN)
    (tmp_path / "authority.key").write_text("cut")
    with pytest.raises(BrokerError, match="restore it from a backup"):
        tls.prepare(tmp_path, OWN)


Make = Callable[..., Listen]


@pytest.fixture
def given(tmp_path: Path) -> Make:
    """Makes a self-signed certificate with its key, and says how to listen with it."""

    def make(
        host: str = "hub.example.org",
        *,
        days: int = 30,
        key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = RSA,
        encryption: KeySerializationEncryption | None = None,
    ) -> Listen:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "given")])
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=60))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, SHA256() if isinstance(key, rsa.RSAPrivateKey) else None)
        )
        cert, file = tmp_path / "given.pem", tmp_path / "given.key"
        cert.write_bytes(certificate.public_bytes(Encoding.PEM))
        old = isinstance(key, rsa.RSAPrivateKey) and encryption is None
        form = PrivateFormat.TraditionalOpenSSL if old else PrivateFormat.PKCS8
        file.write_bytes(key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()))
        return Listen("hub.example.org", 9094, str(cert), str(file), str(cert))

    return make


def test_a_given_certificate_is_shown_and_its_key_becomes_what_kafka_reads(given: Make, tmp_path: Path) -> None:
    listen, folder = given(), tmp_path / "tls"
    tls.prepare(folder, listen)
    assert shown(folder) == x509.load_pem_x509_certificate((tmp_path / "given.pem").read_bytes())
    store = tls.keystore(folder).read_bytes()
    assert store.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert isinstance(load_pem_private_key(store, None), rsa.RSAPrivateKey)
    assert tls.trust(folder) == (tmp_path / "given.pem").read_text()


@pytest.mark.parametrize(
    ("host", "days", "says"),
    [("other.example.org", 30, "Hostname mismatch"), ("hub.example.org", -1, "certificate has expired")],
)
def test_a_certificate_that_members_would_refuse_is_refused_first(
    given: Make, tmp_path: Path, host: str, days: int, says: str
) -> None:
    with pytest.raises(BrokerError, match=f"refuse the certificate for hub.example.org: {says}"):
        tls.prepare(tmp_path / "tls", given(host, days=days))


def test_a_certificate_that_no_machine_knows_needs_its_authority(given: Make, tmp_path: Path) -> None:
    listen = given()
    with pytest.raises(BrokerError, match=r"self-signed certificate.*--tls-ca"):
        tls.prepare(tmp_path / "tls", Listen(listen.host, listen.port, listen.cert, listen.key))


def test_a_key_that_does_not_serve_is_said(given: Make, tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="RSA and EC keys only"):
        tls.prepare(tmp_path / "tls", given(key=ed25519.Ed25519PrivateKey.generate()))
    with pytest.raises(BrokerError, match="unencrypted key") as caught:
        tls.prepare(tmp_path / "tls", given(encryption=BestAvailableEncryption(b"hunter2")))
    assert "hunter2" not in str(caught.value)
    other = rsa.generate_private_key(65537, 2048)
    listen = given()
    (tmp_path / "given.key").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(BrokerError, match="not the key of the first certificate"):
        tls.prepare(tmp_path / "tls", listen)


@pytest.mark.parametrize("which", ["cert", "key", "ca"])
def test_a_file_that_is_no_pem_is_said(given: Make, tmp_path: Path, which: str) -> None:
    listen, other = given(), tmp_path / "no.pem"
    other.write_text("nothing")
    files = {"cert": listen.cert, "key": listen.key, "ca": listen.ca} | {which: str(other)}
    with pytest.raises(BrokerError, match=r"no\.pem.* in PEM"):
        tls.prepare(tmp_path / "tls", Listen(listen.host, 1, **files))


@pytest.mark.net
def test_a_choice_is_kept_with_its_port_and_ended_by_none(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.make()
    listening.choose(home, "127.0.0.2", None, None, None)
    kept = Listen.load(home.listen_file)
    assert kept is not None
    assert home.listen_file.stat().st_mode & 0o777 == 0o600
    for again in ("127.0.0.2", None):
        listening.choose(home, again, None, None, None)
        assert Listen.load(home.listen_file) == kept
    for _ in range(2):
        listening.choose(home, "none", None, None, None)
        assert Listen.load(home.listen_file) is None


@pytest.mark.net
def test_what_cannot_be_chosen_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, file = Home(tmp_path), tmp_path / "file.pem"
    home.make()
    with pytest.raises(HubError, match="belong to --listen"):
        listening.choose(home, None, file, file, None)
    with pytest.raises(HubError, match="comes with its key"):
        listening.choose(home, "127.0.0.2", file, None, None)
    with pytest.raises(BrokerError, match=r"192\.0\.2\.7 is no address of this machine"):
        listening.choose(home, "192.0.2.7", None, None, None)
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    with pytest.raises(HubError, match="started here"):
        listening.choose(home, "127.0.0.2", None, None, None)
    home.listen_file.write_text("{")
    home.listen_file.chmod(0o600)
    with pytest.raises(BrokerError, match="choose again"):
        Listen.load(home.listen_file)
