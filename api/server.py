"""Serves the API on loopback."""

import uvicorn

from api.app import application
from api.settings import Settings


def serve(settings: Settings, port: int) -> None:
    """Serve on 127.0.0.1:`port` until the process is told to stop."""
    uvicorn.run(
        application(settings),
        host="127.0.0.1",
        port=port,
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=200,
        h11_max_incomplete_event_size=16 * 1024,  # bytes of a request's line and headers
        timeout_keep_alive=60,
        timeout_graceful_shutdown=5,
    )
