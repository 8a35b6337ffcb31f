"""Entry script of every page, run by Streamlit on every change: language, address, navigation, then the page."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard.shell import render
from dashboard.url import PAGES, State
from dashboard.views import claims, data, incident, incidents, overview, rates
from dashboard.words import Words

HERE = Path(__file__).parent


def run() -> None:
    """Run the page that the address names."""
    words = Words.of(st.query_params.get("lang") or st.context.locale)
    state = State.of(st.query_params.to_dict())
    st.set_page_config(page_title=words("product"), page_icon=str(HERE / "static" / "icon.png"), layout="wide")

    def list_or_file() -> None:
        render("incidents", incident.render if state.get("incident") else incidents.render, words, state)

    pages = [
        st.Page(lambda: render("overview", overview.render, words, state), title="Incident Hub", default=True),
        st.Page(list_or_file, title="Incident Hub · Incidents", url_path=PAGES["incidents"].strip("/")),
    ]
    pages += [
        st.Page(partial(render, name, view.render, words, state), title="Incident Hub", url_path=PAGES[name].strip("/"))
        for name, view in (("rates", rates), ("claims", claims), ("data", data))
    ]
    st.navigation(pages, position="hidden").run()


run()
