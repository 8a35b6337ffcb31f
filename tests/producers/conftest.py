"""Pythons that see no more than a member's service has."""

import pytest

from tests.producers.light import Interpreter, installed, linked


@pytest.fixture(scope="session")
def light(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """The light install, made of links to what is installed here."""
    return linked(tmp_path_factory.mktemp("light"))


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Interpreter:
    """The light install in a virtual environment of its own, from the lock; takes the network and a minute."""
    return installed(tmp_path_factory.mktemp("fresh"))
