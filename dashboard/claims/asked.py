"""How an address asks for claims: the parameters of the queries behind page, list and download."""

from dashboard.url import CLAIMS, NARROW_CLAIMS, State

APPLIED = (*CLAIMS, "operator", "state", "severity_from", "from", "to")
"""The filters that narrow claims; editions of report forms do not."""
BLANK = "NOT_REPORTED"
"""How a line, coverage, period or currency that was left blank is asked for."""


def filters(state: State) -> dict[str, str]:
    """The filters: parameters of every query over claims."""
    return {name: state.params[name] for name in APPLIED if name in state.params}


def dated(state: State) -> dict[str, str]:
    """The filters, and what names a period: parameters of `claims` and `claim_list`."""
    return filters(state) | {"basis": state.get("basis"), "grain": state.get("grain")}


def listed(state: State) -> dict[str, str]:
    """Parameters of `claim_list`: the filters, and the one figure that was opened."""
    return dated(state) | {name: state.params[name] for name in NARROW_CLAIMS if name in state.params}
