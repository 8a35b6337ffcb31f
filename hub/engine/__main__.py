"""`python -m hub.engine --path DIR --port P --password-file FILE`: the embedded ClickHouse, until SIGTERM."""

import argparse
import logging
import os
import signal
import sys
import time
from pathlib import Path

import uvicorn

log = logging.getLogger("hub.engine")


def main() -> int:
    """Serve on 127.0.0.1. Returns 2 if the password file is empty or the store cannot be opened."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The engine takes its time zone from the process: answers must not depend on the machine's.
    os.environ["TZ"] = "UTC"
    time.tzset()
    from hub.engine.app import Endpoint, Limits
    from hub.engine.errors import EngineError
    from hub.engine.store import Store

    password = arguments.password_file.read_bytes().strip()
    if not password:
        log.error("%s is empty: put the password in it.", arguments.password_file)
        return 2
    try:
        store = Store(arguments.path, arguments.max_memory << 20)
    except EngineError as error:
        log.error("%s cannot be opened: %s", arguments.path, error)  # noqa: TRY400 - the text says it, not the stack
        return 2
    endpoint = Endpoint(store, password, Limits(body_bytes=arguments.max_body << 20))
    config = uvicorn.Config(
        endpoint,
        host="127.0.0.1",
        port=arguments.port,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=60,
        h11_max_incomplete_event_size=1 << 20,  # parameters travel in the URL: ClickHouse's own limit
        timeout_graceful_shutdown=5,
    )
    # uvicorn raises the signal that stopped it once more when it has shut down: the engine must be closed first.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        uvicorn.Server(config).run()
    finally:
        endpoint.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hub.engine", description=__doc__)
    parser.add_argument("--path", type=Path, required=True, help="the store's folder; one process at a time")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--password-file", type=Path, required=True, help="file that holds the password of `default`")
    parser.add_argument("--max-body", type=int, default=256, metavar="MIB", help="largest request body, also decoded")
    parser.add_argument("--max-memory", type=int, default=2048, metavar="MIB", help="what the engine may allocate")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
