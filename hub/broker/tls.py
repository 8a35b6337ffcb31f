"""The certificate of the listener for members elsewhere: of the hub's own authority, or one that was given.

The folder (mode 700) holds `authority.key` and `authority.pem`, made at first use; `keystore.pem`, what the broker
shows, key first; `trust.pem`, what profiles carry, absent where every machine trusts the certificate by itself.
"""

import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.broker.listen import Listen
from hub.broker.tools import BrokerError
from producers.profile import ProfileError, read_private, write_private
from wire.access import Access

_AUTHORITY = timedelta(days=30 * 365)
_SERVER = timedelta(days=2 * 365)
_RENEW = timedelta(days=365)  # left of a server certificate at which a start makes a new one
_EARLIER = timedelta(days=1)  # a member's clock may be behind
_LARGEST = 1024 * 1024  # bytes of a certificate file
_LOST = (
    "The hub's authority in {folder} cannot be read: restore it from a backup; or delete that folder, and send every "
    "member elsewhere its new profile."
)
_STEPS = 8  # of a handshake in memory; TLS 1.3 takes two


def keystore(folder: Path) -> Path:
    """What the broker shows."""
    return folder / "keystore.pem"


def trust(folder: Path) -> str | None:
    """The authority's certificate for profiles, PEM; None when members need none."""
    path = folder / "trust.pem"
    return path.read_text("ascii") if path.exists() else None


def prepare(folder: Path, listen: Listen, now: datetime | None = None) -> None:
    """Make `keystore.pem` and `trust.pem` for this start: kept, renewed, or taken from the given files.

    Raises BrokerError when a member that follows its profile would refuse the certificate.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca: str | None
    if listen.cert is None or listen.key is None:
        ca = _own(folder, listen.host, now or datetime.now(UTC))
    else:
        ca = _given(folder, Path(listen.cert), Path(listen.key), Path(listen.ca) if listen.ca else None)
    if ca is None:
        (folder / "trust.pem").unlink(missing_ok=True)
    else:
        write_private(folder / "trust.pem", ca.encode())
    _check(folder, listen, ca)


def _own(folder: Path, host: str, now: datetime) -> str:
    """A server certificate of the hub's own authority; the authority's certificate."""
    key, authority = _authority(folder, now)
    if not _lasts(keystore(folder), host, authority, now):
        server = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(host), authority.subject, server.public_key(), now, _SERVER)
            .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage("digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        write_private(keystore(folder), _pkcs8(server) + certificate.public_bytes(Encoding.PEM))
    return authority.public_bytes(Encoding.PEM).decode("ascii")


def _authority(folder: Path, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """The hub's own authority, made at first use; the key is there before the certificate that names it."""
    key_file, file = folder / "authority.key", folder / "authority.pem"
    if not key_file.exists():
        write_private(key_file, _pkcs8(ec.generate_private_key(ec.SECP256R1())))
    try:
        key = load_pem_private_key(read_private(key_file), None)
        there = x509.load_pem_x509_certificate(read_private(file)) if file.exists() else None
    except (ProfileError, ValueError, TypeError) as error:
        raise BrokerError(_LOST.format(folder=folder)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or (there and there.public_key() != key.public_key()):
        raise BrokerError(_LOST.format(folder=folder))
    if there is None:
        name = _name("Incident Hub authority")
        there = (
            _builder(name, name, key.public_key(), now, _AUTHORITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .sign(key, SHA256())
        )
        write_private(file, there.public_bytes(Encoding.PEM))
    return key, there


def _lasts(path: Path, host: str, authority: x509.Certificate, now: datetime) -> bool:
    """Whether the certificate there is the authority's, for this host, and good for long enough."""
    try:
        certificate = x509.load_pem_x509_certificates(path.read_bytes())[0]
        certificate.verify_directly_issued_by(authority)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return list(names) == [_alternative(host)] and certificate.not_valid_after_utc - now > _RENEW


def _given(folder: Path, cert: Path, key_file: Path, ca: Path | None) -> str | None:
    """The given certificate and key as the broker reads them; the given authority's certificates."""
    try:
        chain = x509.load_pem_x509_certificates(_bounded(cert))
        key = load_pem_private_key(_bounded(key_file), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BrokerError(
            f"--tls-cert {cert}, --tls-key {key_file}: a certificate and its unencrypted key in PEM are needed "
            f"({type(error).__name__})"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BrokerError(f"--tls-key {key_file}: the broker takes RSA and EC keys only")
    if key.public_key() != chain[0].public_key():
        raise BrokerError(f"--tls-key {key_file} is not the key of the first certificate in {cert}")
    write_private(keystore(folder), _pkcs8(key) + b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    if ca is None:
        return None
    try:
        trusted = x509.load_pem_x509_certificates(_bounded(ca))
    except ValueError:
        raise BrokerError(f"--tls-ca {ca}: no certificate in PEM is in it") from None
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in trusted)


def _check(folder: Path, listen: Listen, ca: str | None) -> None:
    """Shake hands in memory, as a member's client will: chain, dates and host are judged by the same library."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        server.load_cert_chain(keystore(folder))
        context = Access(listen.address, "", "", "SASL_SSL", ca).tls()
        member = context.wrap_bio(to_client, to_server, server_hostname=listen.host)
        broker = server.wrap_bio(to_server, to_client, server_side=True)
        for _ in range(_STEPS):
            for side in (member, broker):
                with contextlib.suppress(ssl.SSLWantReadError):
                    side.do_handshake()
    except ssl.SSLError as error:
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        raise BrokerError(
            f"Members would refuse the certificate for {listen.host}: {why}. Give one that names this host"
            " (--tls-cert, --tls-key) with its authority (--tls-ca), or none for one of the hub's own."
        ) from error


def _builder(
    name: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    now: datetime,
    valid: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*named: str) -> x509.KeyUsage:
    uses = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{use: use in named for use in uses})


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """The only form of a private key that Kafka reads in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise BrokerError(f"{path} has more than {_LARGEST} bytes: that is no certificate")
    return data
