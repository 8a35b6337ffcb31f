"""What a page says when something went wrong: never the exception, always an id that stands in the log."""

import logging
import secrets

import streamlit as st

from dashboard.html import block, escape
from dashboard.words import Words

log = logging.getLogger("dashboard")


def new_id(error: BaseException) -> str:
    """Log an exception with its traceback under a new short id, and return the id."""
    error_id = secrets.token_hex(4)
    log.error("error %s: %s", error_id, type(error).__name__, exc_info=error)
    return error_id


def log_script_error(error: Exception) -> bool:
    """Streamlit's hook for what no page caught: log it, show its id."""
    words = Words.of(st.query_params.get("lang") or st.context.locale)
    text = escape(words("error.body", id=new_id(error)))
    block(words.lang, f'<div class="state" role="alert"><h2>{words("error.title")}</h2><p>{text}</p></div>')
    return True
