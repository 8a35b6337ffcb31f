"""Tests on the real data may be skipped at home, never on a build machine and never by a mistyped path."""

from pathlib import Path

import pytest

from tests.real_data import folder


def test_a_folder_with_answers_is_taken(tmp_path: Path) -> None:
    (tmp_path / "known_answers.json").touch()
    assert folder({"HUB_TEST_DATA": str(tmp_path), "CI": "true"}) == tmp_path


def test_none_named_is_a_skip() -> None:
    with pytest.raises(pytest.skip.Exception, match="HUB_TEST_DATA"):
        folder({})


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"HUB_TEST_DATA": "nowhere"}, {"HUB_TEST_DATA": ""}])
def test_a_build_machine_and_a_wrong_path_fail(environment: dict[str, str]) -> None:
    with pytest.raises(pytest.fail.Exception, match="HUB_TEST_DATA"):
        folder(environment)
