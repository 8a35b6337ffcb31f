"""Who connects where: the one thing every Kafka client here is made from."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Access:
    """A user at a cluster. `security` is SASL_PLAINTEXT (loopback) or SASL_SSL (`ca`: the authority's certificate, a
    file or PEM text, None for the machine's own authorities). The password is not shown."""

    bootstrap: str
    user: str
    password: str = field(repr=False)
    security: str = "SASL_PLAINTEXT"
    ca: Path | str | None = None

    def __post_init__(self) -> None:
        if self.security not in {"SASL_PLAINTEXT", "SASL_SSL"}:
            raise ValueError(f"security is {self.security!r}: it must be SASL_PLAINTEXT or SASL_SSL")

    def tls(self) -> ssl.SSLContext:
        """What judges the broker's certificate: its chain, its dates and the host that was dialled.

        Raises OSError (SSLError is one) when `ca` cannot be used.
        """
        if isinstance(self.ca, str):
            return ssl.create_default_context(cadata=self.ca)
        return ssl.create_default_context(cafile=self.ca)

    def options(self, timeout: float = 8) -> dict[str, Any]:
        """Keyword arguments of any kafka-python client. A wrong password is retried until `timeout` seconds are over,
        and then looks like a broker that does not answer."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security,
            "ssl_context": self.tls() if self.security == "SASL_SSL" else None,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
            "bootstrap_timeout_ms": int(timeout * 1000),
            "reconnect_backoff_max_ms": 1000,
        }
