"""Starts the dashboard: `python -m hub.run_dashboard PORT`, as `hub up` does it."""

import sys

from hub.errors import HubError
from hub.handed import handed


def main(arguments: list[str]) -> int:
    """Serve until told to stop; 2 when the settings are not there."""
    try:
        told = handed(arguments)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # Imported late: a wrong setting is said at once, not after seconds of loading.
    from dashboard.server import serve
    from dashboard.settings import Settings
    from hub.keyring import Keyring
    from producers.sources import SOURCES

    forms = {
        (name, edition): columns for name, source in SOURCES.items() for edition, columns in source.EDITIONS.items()
    }
    serve(Settings(told.url, told.password, forms, unseal=Keyring(told.keyring).open), told.port)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
