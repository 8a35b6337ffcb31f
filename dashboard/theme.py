"""Colours and Streamlit's own configuration. The same colours stand in `static/style.css` as CSS variables."""

from collections.abc import Mapping
from dataclasses import dataclass

FONT_EN = "Inter, 'Inter Variable', 'Helvetica Neue', Arial, sans-serif"
FONT_JA = "'Noto Sans JP','Noto Sans CJK JP','Hiragino Sans','BIZ UDPGothic','Yu Gothic UI',Meiryo,sans-serif"

SEVERITIES = ("FATAL", "SERIOUS", "MODERATE", "MINOR", "NONE", "UNKNOWN", "NOT_REPORTED")
"""Gravest first; the two without a level are last and never merged."""


@dataclass(frozen=True, slots=True)
class Palette:
    """What a chart needs, because a canvas knows no CSS variables."""

    page: str
    ink: str
    muted: str
    hairline: str
    soft: str
    neutral: str
    unknown: str
    severity: Mapping[str, str]


LIGHT = Palette(
    page="#FAF9F6",
    ink="#1B2430",
    muted="#586472",
    hairline="#DEDAD1",
    soft="#F0EDE6",
    neutral="#8793A0",
    unknown="#8A929B",
    severity={"FATAL": "#250535", "SERIOUS": "#6A3037", "MODERATE": "#962700", "MINOR": "#CC8600", "NONE": "#57799A"},
)
DARK = Palette(
    page="#12161B",
    ink="#ECEAE4",
    muted="#A7B1BC",
    hairline="#323C47",
    soft="#222A33",
    neutral="#6F7C89",
    unknown="#8E98A3",
    severity={"FATAL": "#FCF2FE", "SERIOUS": "#FC1B12", "MODERATE": "#EE8C6E", "MINOR": "#F7CB00", "NONE": "#4A71A1"},
)


def palette(kind: str | None) -> Palette:
    """The palette of Streamlit's theme type, `light` or `dark`."""
    return DARK if kind == "dark" else LIGHT


def _streamlit_theme(name: str, colours: Palette, card: str, link: str) -> dict[str, object]:
    return {
        f"theme.{name}.primaryColor": link,
        f"theme.{name}.backgroundColor": colours.page,
        f"theme.{name}.secondaryBackgroundColor": card,
        f"theme.{name}.textColor": colours.ink,
        f"theme.{name}.borderColor": colours.hairline,
        f"theme.{name}.linkColor": link,
        f"theme.{name}.showWidgetBorder": True,
        f"theme.{name}.baseRadius": "6px",
    }


def config(port: int) -> dict[str, object]:
    """Streamlit's options: loopback only, nothing sent anywhere, no exception text on a page."""
    return {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "browser.gatherUsageStats": False,
        "browser.serverAddress": "127.0.0.1",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "client.toolbarMode": "minimal",
        "client.showSidebarNavigation": False,
        "runner.magicEnabled": False,
        "server.showEmailPrompt": False,
        "logger.hideWelcomeMessage": True,
        "theme.font": f"{FONT_EN[: FONT_EN.index(',')]}, {FONT_JA}",
        "theme.codeFont": "'DejaVu Sans Mono', ui-monospace, Menlo, Consolas, monospace",
        **_streamlit_theme("light", LIGHT, "#FFFFFF", "#0B5A8A"),
        **_streamlit_theme("dark", DARK, "#1A2027", "#86BDE8"),
    }
