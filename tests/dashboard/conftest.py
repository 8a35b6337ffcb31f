"""The pages of this process over a hub that has read both federal files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from commons.ask import OPERATOR, Answer, ask
from commons.client import connect
from dashboard import data, settings
from producers.sources import SOURCES
from tests.loaded_hub import LoadedHub

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
FORMS = {(name, edition): columns for name, source in SOURCES.items() for edition, columns in source.EDITIONS.items()}


@dataclass(frozen=True)
class Loaded:
    """A hub that has read both federal files."""

    url: str
    password: str

    @property
    def settings(self) -> settings.Settings:
        return settings.Settings(self.url, self.password, FORMS)

    def ask(self, name: str, **params: str) -> Answer:
        client = connect(self.url, self.password)
        try:
            return ask(client, name, OPERATOR, params)
        finally:
            client.close()


@pytest.fixture(scope="session")
def loaded(loaded_hub: LoadedHub) -> Iterator[Loaded]:
    yield Loaded(loaded_hub.url, loaded_hub.password)
    _forget_clients()


def _forget_clients() -> None:
    while not data._idle.empty():
        data._idle.get_nowait().close()


@pytest.fixture
def configured(loaded: Loaded) -> Iterator[Loaded]:
    """The pages of this process read the filled commons."""
    _forget_clients()  # another test of this process may have asked another hub
    settings.configure(loaded.settings)
    yield loaded
    _forget_clients()


@pytest.fixture
def store_gone(configured: Loaded) -> Callable[[], None]:
    """Called, nobody answers any more where the pages ask."""

    def gone() -> None:
        _forget_clients()
        settings.configure(settings.Settings("http://127.0.0.1:1", "x", FORMS))

    return gone


Open = Callable[..., AppTest]


@pytest.fixture
def open_page(configured: Loaded) -> Open:
    """Run a page: `open_page("incidents", lang="ja", unit="reports")`."""

    def run(name: str = "overview", **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        app.context["timezone"] = "Asia/Tokyo"
        app.context["locale"] = "en-US"
        if name != "overview":
            # two clocks are refused before anything is asked: the quickest page that registers all pages
            app.query_params["as_of"] = app.query_params["submitted_by"] = "2026-01-01"
            app.run()
            app.query_params.clear()
            # AppTest switches to pages that are files; ours are functions of the entry script
            app._page_hash = next(k for k, v in app._registered_pages.items() if v.get("url_pathname") == name)
        for key, value in query.items():
            app.query_params[key.rstrip("_")] = value
        app.run()
        assert not app.exception, [error.message for error in app.exception]
        return app

    return run
