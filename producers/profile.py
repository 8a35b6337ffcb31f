"""A member's connection profile and its private key: two files of mode 600 where the member is."""

import json
import os
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from wire.access import Access
from wire.names import events_topic

_PEM = "-----BEGIN "
_REQUIRED = ("org", "roles", "bootstrap", "user", "password", "key_file", "key_id")


class ProfileError(ValueError):
    """The profile or key file cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one org reaches the hub's broker, and which key signs for it.

    `key_file` and `ca` are as in the file; relative ones are relative to the profile's folder. `ca` may also be the
    authority's certificate itself, so that this file and the key are all that another machine needs.
    """

    org: str
    roles: tuple[str, ...]
    bootstrap: str
    user: str
    password: str = field(repr=False)
    key_file: str
    key_id: str
    security: str = "SASL_PLAINTEXT"
    ca: str | None = None
    folder: Path = Path()

    @property
    def topic(self) -> str:
        """The org's own topic."""
        return events_topic(self.org)

    @property
    def outbox(self) -> Path:
        """The file of the org's outbox, beside the profile."""
        return self.folder / f"{self.org}.outbox"

    @property
    def access(self) -> Access:
        """What a Kafka client needs."""
        ca = self.ca if self.ca is None or self.ca.startswith(_PEM) else self.folder / self.ca
        return Access(self.bootstrap, self.user, self.password, security=self.security, ca=ca)

    def private_key(self) -> Ed25519PrivateKey:
        """The key that signs; ProfileError when the file is missing, open to others or no Ed25519 key."""
        return load_key(self.folder / self.key_file)

    def save(self, path: Path) -> None:
        """Write the profile, mode 600, whole or not at all."""
        fields = {
            "org": self.org, "roles": list(self.roles), "bootstrap": self.bootstrap, "user": self.user,
            "password": self.password, "security": self.security, "ca": self.ca, "key_file": self.key_file,
            "key_id": self.key_id, "topic": self.topic,
        }  # fmt: skip
        # A JSON string, or a list of them, is the same in TOML.
        lines = [
            f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items() if value is not None
        ]
        write_private(path, "".join(lines).encode())

    @classmethod
    def load(cls, path: Path) -> "Profile":
        """Read a profile; ProfileError names what is missing."""
        try:
            told = tomllib.loads(read_private(path).decode())
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ProfileError(f"{path} is no connection profile: {error}") from None
        missing = [name for name in _REQUIRED if name not in told]
        if missing:
            raise ProfileError(f"{path} lacks {', '.join(missing)}: make it again with `hub member add`")
        texts = {name: told[name] for name in (*_REQUIRED, "security", "ca") if name in told and name != "roles"}
        wrong = [name for name, value in texts.items() if not isinstance(value, str)]
        if wrong or not isinstance(told["roles"], list):
            raise ProfileError(f"{path}: {', '.join(wrong) or 'roles'} has the wrong type")
        return cls(roles=tuple(str(role) for role in told["roles"]), folder=path.parent, **texts)


def new_key(path: Path) -> Ed25519PrivateKey:
    """Make a key and write it (PEM, PKCS #8, mode 600); ProfileError when the file is there: no key is replaced."""
    if path.exists():
        raise ProfileError(f"{path} is there already: a new key needs a new file")
    key = Ed25519PrivateKey.generate()
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def load_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key; ProfileError says what is wrong with the file."""
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ProfileError(f"{path} is no unencrypted private key in PEM: {type(error).__name__}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ProfileError(f"{path} is no Ed25519 key: make one with `hub key new`")
    return key


def read_private(path: Path) -> bytes:
    """The bytes of a secret file; ProfileError when others may read it."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise ProfileError(f"{path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        raise ProfileError(f"{path} can be read by others: chmod 600 {path}")
    return data


def write_private(path: Path, data: bytes) -> None:
    """Write a secret file, mode 600 from its first byte on, in place of any older one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
