"""Starts the dashboard: `python -m hub.run_dashboard PORT`, as `hub up` does it."""

import sys

from hub.errors import HubError
from hub.handed import handed, keyring


def main(arguments: list[str]) -> int:
    """Serve until told to stop; 2 when the settings are not there."""
    try:
        told = handed(arguments)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # Imported late: a wrong setting is said at once, not after seconds of loading.
    from commons.opened import no_keys
    from dashboard.server import serve
    from dashboard.settings import Settings
    from hub.keyring import Keyring
    from producers.sources import SOURCES

    forms = {
        (name, edition): columns for name, source in SOURCES.items() for edition, columns in source.EDITIONS.items()
    }
    keys = keyring()
    unseal = Keyring(keys).open if keys else no_keys
    serve(Settings(told.url, told.password, forms, unseal=unseal), told.port)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
