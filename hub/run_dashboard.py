"""Starts the dashboard: `python -m hub.run_dashboard PORT`.

The only place of the dashboard that reads the environment: HUB_CLICKHOUSE_URL is where the data commons is,
HUB_CLICKHOUSE_PASSWORD_FILE the file with its password.
"""

import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Serve until told to stop; 2 when the settings are not there."""
    try:
        (port,) = (int(argument) for argument in arguments)
        url = os.environ["HUB_CLICKHOUSE_URL"]
        password = Path(os.environ["HUB_CLICKHOUSE_PASSWORD_FILE"]).read_text("utf-8").strip()
    except ValueError:
        sys.stderr.write("usage: python -m hub.run_dashboard PORT\n")
        return 2
    except KeyError as missing:
        sys.stderr.write(f"{missing.args[0]} is not set: start the dashboard with `hub up`\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"the password file cannot be read ({error.strerror}): start the dashboard with `hub up`\n")
        return 2
    # Imported late: a wrong setting is said at once, not after seconds of loading.
    from dashboard.server import serve
    from dashboard.settings import Settings
    from producers.sources import SOURCES

    forms = {
        (name, edition): columns for name, source in SOURCES.items() for edition, columns in source.EDITIONS.items()
    }
    serve(Settings(url, password, forms), port)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
