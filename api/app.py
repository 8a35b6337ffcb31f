"""The API as one ASGI application."""

from fastapi import FastAPI

from api import docs, health, metrics, registry
from api.errors import answer_errors
from api.front import Front
from api.settings import Settings

_DESCRIPTION = "What programs ask of an Incident Hub: whether it is there, and the schemas of its events."


def application(settings: Settings) -> Front:
    """Every route behind the one front. Nothing is served but what is answered here: no page loads a script."""
    app = FastAPI(
        title="Incident Hub",
        description=_DESCRIPTION,
        version=settings.release,
        openapi_url=None,  # served by api.docs, beside a page of our own: FastAPI's loads scripts from elsewhere
        redirect_slashes=False,
    )
    answer_errors(app)
    counts = metrics.Metrics(settings.release)
    for router in (health.router(settings), registry.router, metrics.router(counts), docs.router):
        app.include_router(router)
    return Front(app, counts)
