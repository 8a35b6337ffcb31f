from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import HubError, foreseen
from hub.settings import Settings


def test_every_setting_says_what_it_is_for() -> None:
    undescribed = [name for name, field in Settings.model_fields.items() if not field.description]
    assert not undescribed


def test_without_an_environment_the_home_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUB_HOME", raising=False)
    assert Settings().home == Path(".hub")


def test_the_environment_is_read_and_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_HOME", "/elsewhere")
    monkeypatch.setenv("HUB_DASHBOARD_PORT", "8501")
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", "")
    settings = Settings()
    assert (settings.home, settings.dashboard_port, settings.kafka_bootstrap) == (Path("/elsewhere"), 8501, None)


def test_a_wrong_value_is_named_by_its_variable_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DASHBOARD_PORT", "eighty")
    with pytest.raises(ValidationError) as error:
        Settings()
    line = foreseen(error.value) or ""
    assert "HUB_DASHBOARD_PORT" in line
    assert "eighty" not in line


def test_a_password_comes_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("of the file\n")
    monkeypatch.setenv("HUB_KAFKA_ADMIN_PASSWORD", "of the variable")
    monkeypatch.setenv("HUB_KAFKA_ADMIN_PASSWORD_FILE", str(file))
    assert Settings().external_kafka_password() == "of the file"
    assert "of the variable" not in repr(Settings())


def test_a_password_that_is_not_there_names_the_variable_to_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HUB_CLICKHOUSE_PASSWORD", raising=False)
    monkeypatch.delenv("HUB_CLICKHOUSE_PASSWORD_FILE", raising=False)
    with pytest.raises(HubError, match="HUB_CLICKHOUSE_PASSWORD_FILE"):
        Settings().external_clickhouse_password()
    monkeypatch.setenv("HUB_CLICKHOUSE_PASSWORD_FILE", str(tmp_path / "nothing"))
    with pytest.raises(HubError, match="nothing cannot be read"):
        Settings().external_clickhouse_password()
