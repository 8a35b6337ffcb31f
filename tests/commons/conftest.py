"""The data commons of the consumers' tests, for the tests of its queries."""

from tests.consumers.conftest import client, commons_engine, members, pipeline  # noqa: F401
