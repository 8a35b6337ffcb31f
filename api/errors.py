"""Every error in one form, the one of Confluent's Schema Registry: a number, a sentence, and the request's id."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

REGISTRY_TYPE = "application/vnd.schemaregistry.v1+json"
_REGISTRY_PATHS = ("/schemas", "/subjects", "/config", "/mode")
_READ_ONLY = 42205
_NOWHERE = "There is nothing at this path: /docs lists the routes."


class Error(BaseModel):
    """Why there is no answer."""

    error_code: int = Field(description="The HTTP status, or a code of Confluent's Schema Registry that begins with it")
    message: str = Field(description="What to do about it")
    request_id: str = Field(description="Under which the log has this request")


class Refused(HTTPException):
    """An answer with a code of its own beside the HTTP status."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(status, message)
        self.code = code


def answer_errors(app: FastAPI) -> None:
    """Have an application answer every error in this form."""
    app.exception_handler(HTTPException)(_refused)
    app.exception_handler(RequestValidationError)(_not_valid)
    app.exception_handler(Exception)(_failed)


async def _refused(request: Request, error: HTTPException) -> JSONResponse:
    code = error.code if isinstance(error, Refused) else error.status_code
    message = str(error.detail)
    if error.status_code == 405 and request.url.path.startswith(_REGISTRY_PATHS):
        code, message = _READ_ONLY, "The schemas are read only: a new one comes with a release of the hub."
    elif error.status_code == 404 and not isinstance(error, Refused):
        message = _NOWHERE
    return _answer(request, error.status_code, code, message, error.headers)


async def _not_valid(request: Request, error: RequestValidationError) -> JSONResponse:
    """Say where, never what: the value may be confidential. A path with a word for a number leads nowhere."""
    if any(found["loc"][0] == "path" for found in error.errors()):
        return _answer(request, 404, 404, _NOWHERE)
    places = ", ".join(sorted({".".join(map(str, found["loc"])) for found in error.errors()}))
    return _answer(request, 422, 422, f"The request does not fit what /openapi.json says, at: {places[:300]}")


async def _failed(request: Request, error: Exception) -> JSONResponse:
    """The log has the error, under the request's id; the answer has none of it."""
    del error
    return _answer(request, 500, 500, "The API failed: its log has the reason under this request's id.")


def _answer(
    request: Request, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body: dict[str, Any] = Error(error_code=code, message=message, request_id=request.state.request_id).model_dump()
    kind = REGISTRY_TYPE if request.url.path.startswith(_REGISTRY_PATHS) else None
    return JSONResponse(body, status, headers, kind)
