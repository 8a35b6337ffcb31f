"""What the API counts, in the OpenMetrics form. The names are a closed list: docs/metrics.md."""

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds


class Metrics:
    """The counts of one process."""

    def __init__(self, release: str) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "hub_api_requests", "Requests answered, by route template and HTTP status.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "hub_api_request_duration_seconds", "Time from a request to the end of its answer.", ["method", "route"],
            unit="seconds", registry=self._registry, buckets=_BUCKETS,
        )  # fmt: skip
        Info("hub_api_build", "The release that answers.", registry=self._registry).info({"release": release})

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the template, never the path."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All of them as OpenMetrics text."""
        return bytes(generate_latest(self._registry))  # type: ignore[no-untyped-call]


def router(metrics: Metrics) -> APIRouter:
    """The route that a Prometheus server scrapes."""
    made = APIRouter()

    @made.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE_LATEST: {}}}})
    async def read() -> Response:
        """Counts of this process, as OpenMetrics text."""
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return made
