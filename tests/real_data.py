"""Where the real data lies: HUB_TEST_DATA. Without it tests are skipped, except where that would hide something."""

from collections.abc import Mapping
from pathlib import Path

import pytest


def folder(environment: Mapping[str, str]) -> Path:
    """The folder with `known_answers.json`; skips when none is named, fails when it is wrong or on a build machine."""
    told = environment.get("HUB_TEST_DATA")
    if told is None:
        if environment.get("CI") == "true":
            pytest.fail("HUB_TEST_DATA is not set: on a build machine it names the folder of the real data")
        pytest.skip("HUB_TEST_DATA is not set: it names the folder of the real data")
    found = Path(told)
    if not (found / "known_answers.json").is_file():
        pytest.fail(f"HUB_TEST_DATA={told} holds no known_answers.json")
    return found
