"""Every setting of the hub, declared once. An environment variable is HUB_ and the name; an empty one is not set."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import HubError


class Settings(BaseSettings):
    """The environment of this process. Raises pydantic's ValidationError, which names the variable."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, extra="ignore", frozen=True)

    home: Path = Field(Path(".hub"), description="The folder that holds everything one hub writes.")
    kafka_bootstrap: str | None = Field(
        None, description="host:port of brokers that are there already: those are used, none is started."
    )
    kafka_security: Literal["SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "SASL_PLAINTEXT", description="How HUB_KAFKA_BOOTSTRAP is reached; the mechanism is SCRAM-SHA-512."
    )
    kafka_ca: Path | None = Field(
        None, description="The certificate of the brokers' authority, with SASL_SSL; unset: the machine's own."
    )
    kafka_admin_user: str = Field("admin", description="The super user at HUB_KAFKA_BOOTSTRAP.")
    kafka_admin_password: SecretStr | None = Field(None, description="Its password; better a file, see the next.")
    kafka_admin_password_file: Path | None = Field(None, description="A file with that password.")
    kafka_replicas: int = Field(1, ge=1, description="Copies of each topic at HUB_KAFKA_BOOTSTRAP.")
    clickhouse_url: str | None = Field(
        None, description="http://host:port of a ClickHouse that is there already: it is used, none is started."
    )
    clickhouse_password: SecretStr | None = Field(
        None, description="The password of its user `default`; better a file, see the next."
    )
    clickhouse_password_file: Path | None = Field(None, description="A file with that password.")
    clickhouse_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the embedded ClickHouse; unset: a free one, kept in the home."
    )
    api_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the API; unset: a free one, kept in the home."
    )
    dashboard_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the dashboard; unset: a free one, kept in the home."
    )

    member_publish_rate: int = Field(
        32 * 1024 * 1024, ge=1, description="Bytes a second that a new member may publish."
    )
    member_read_rate: int = Field(32 * 1024 * 1024, ge=1, description="Bytes a second that a new member may read.")

    def external_kafka_password(self) -> str:
        """The super user's password at HUB_KAFKA_BOOTSTRAP; HubError when none is set."""
        return _password(self.kafka_admin_password, self.kafka_admin_password_file, "HUB_KAFKA_ADMIN_PASSWORD")

    def external_clickhouse_password(self) -> str:
        """The password at HUB_CLICKHOUSE_URL; HubError when none is set."""
        return _password(self.clickhouse_password, self.clickhouse_password_file, "HUB_CLICKHOUSE_PASSWORD")


def _password(given: SecretStr | None, file: Path | None, name: str) -> str:
    if file is not None:
        try:
            return file.read_text("utf-8").strip()
        except OSError as error:
            raise HubError(f"{name}_FILE: {file} cannot be read: {error.strerror}") from None
    if given is None:
        raise HubError(f"set {name}_FILE to a file with the password")
    return given.get_secret_value()
