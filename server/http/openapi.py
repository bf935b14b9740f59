"""The description of the API, with the one shape of errors beside each operation."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from server.http.errors import ErrorAnswer

REFUSALS = {
    400: "The body cannot be read.",
    401: "No credentials, or none that are good.",
    403: "The role does not allow it.",
    404: "There is no such thing.",
    409: "It does not fit the state.",
    413: "Larger than allowed.",
    414: "The address is longer than allowed.",
    415: "The body is not application/json.",
    422: "Not of the form that it should have.",
    429: "Too often.",
    503: "Not now; try again shortly.",
}
SHAPE = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
# The framework's own shape of a fault, which nothing here answers.
FOREIGN = ("HTTPValidationError", "ValidationError")


def described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made at the first call.

    The refusals are put in here and not declared at each route: a model for each of them would make the
    start three times as long.
    """
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"] |= {
                    str(status): {"description": text, "content": SHAPE} for status, text in REFUSALS.items()
                }
        shapes: dict[str, Any] = schema["components"]["schemas"]
        for name in FOREIGN:
            shapes.pop(name, None)
        error = ErrorAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
        shapes |= error.pop("$defs")
        shapes["ErrorAnswer"] = error
        app.openapi_schema = schema
    return app.openapi_schema
