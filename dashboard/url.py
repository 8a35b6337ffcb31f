"""The URL is the state: filters, clock, language and place, in codes and never in labels.

Defaults are left out. Every link is made here, so none loses a filter, the language or the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

FILTERS = ("edition", "operator", "state", "severity_from", "from", "to")
"""The filter bar, in its order on every page."""
CLAIMS = ("source", "line", "coverage")
"""Further filters of the bar over claims."""
CLOCKS = ("as_of", "submitted_by")
NARROW = ("severity", "first_severity", "severity_changed", "reporters", "copies", "driver")
"""What only the cards and charts set; the list shows each as a chip that can be removed."""
LAG = ("from_event", "to_event", "lag_unit", "lag_from", "lag_to")
"""How long claims took from one event to another: set, shown and removed together."""
NARROW_CLAIMS = ("period", "currency", "status", "reserve", *LAG)
"""What only the figures over claims set."""
HOW = ("basis", "grain", "development", "measure")
"""How claims are counted: what names their period, how long one is, and what a triangle shows."""
LIST = ("unit", "sort", "order", "page")
OTHER = ("lang", "incident", "version", "all", "list", "about", "claim", "exposure", "org", "reason")
KNOWN = frozenset((*FILTERS, *CLAIMS, *CLOCKS, *NARROW, *NARROW_CLAIMS, *HOW, *LIST, *OTHER))
DEFAULTS: Mapping[str, str] = {
    "unit": "crashes", "sort": "month", "order": "desc", "page": "1",
    "basis": "occurred", "grain": "year", "development": "cumulative", "measure": "claims_closed",
}  # fmt: skip
ABOUT: Mapping[str, str] = {"source": "nhtsa-sgo"}
"""What overview and list are about, whatever else the hub holds: the federal crash reports."""
PAGES: Mapping[str, str] = {
    "overview": "/", "incidents": "/incidents", "rates": "/rates", "claims": "/claims", "data": "/data",
}  # fmt: skip

DOWNLOADS = (
    "claims", "claim_list", "claims_triangle", "claim_lags", "exposure_list", "reports", "sources", "faults",
)  # fmt: skip
"""The named queries that pages offer as files."""


@dataclass(frozen=True, slots=True)
class State:
    """One address of the dashboard."""

    params: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "State":
        """What a query string says, unknown names and defaults left out."""
        return cls({k: v for k, v in query.items() if k in KNOWN and v and DEFAULTS.get(k) != v})

    def get(self, name: str) -> str:
        """A value, or its default, or nothing."""
        return self.params.get(name, DEFAULTS.get(name, ""))

    @property
    def filters(self) -> dict[str, str]:
        """The filter bar as parameters of a named query."""
        return {k: v for k, v in self.params.items() if k in FILTERS}

    @property
    def narrowed(self) -> dict[str, str]:
        """Filter bar and chips as parameters of a named query."""
        return {k: v for k, v in self.params.items() if k in FILTERS or k in NARROW}

    def query(self, **changes: str | None) -> dict[str, str]:
        """These parameters with changes; None or a default removes one. `from_` stands for `from`."""
        changed = {**self.params, **{k.rstrip("_"): v for k, v in changes.items()}}
        return {k: v for k, v in changed.items() if v and DEFAULTS.get(k) != v}

    def href(self, page: str, /, **changes: str | None) -> str:
        """A link to a page: filter bar, clock and language stay; chips, paging and what was opened do not."""
        kept = State({k: v for k, v in self.params.items() if k in (*FILTERS, *CLAIMS, *CLOCKS, "lang")})
        query = kept.query(**changes)
        return PAGES[page] + (f"?{urlencode(query)}" if query else "")

    def here(self, page: str, /, **changes: str | None) -> str:
        """A link to the same page with all it shows, and changes."""
        query = self.query(**changes)
        return PAGES[page] + (f"?{urlencode(query)}" if query else "")

    def download(self, name: str) -> str:
        """The file of a named query, asked as this address asks."""
        return f"/export/{name}.csv?{urlencode(self.query(page=None))}"
