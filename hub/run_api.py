"""Starts the API: `python -m hub.run_api PORT`, as `hub up` does it."""

import logging
import sys

from hub.errors import HubError
from hub.handed import handed
from hub.version import release


def main(arguments: list[str]) -> int:
    """Serve until told to stop; 2 when the settings are not there."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # While ClickHouse is away its client would tell each question's stack and address; the API says one line.
    for client in ("clickhouse_connect", "urllib3"):
        logging.getLogger(client).setLevel(logging.CRITICAL)
    try:
        told = handed(arguments)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from api.server import serve
    from api.settings import Settings

    serve(Settings(told.url, told.password, release()), told.port)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
