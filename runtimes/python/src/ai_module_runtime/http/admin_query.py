"""Queries of administrators."""

from typing import Annotated, Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError, WithJsonSchema

from ai_module_runtime.http.operations import STATUSES
from ai_module_runtime.jobs.routing import MAX_LIMIT, Integer, check_uuid, get_query_values
from ai_module_runtime.jobs.states import JobStatus

QueryT = TypeVar("QueryT", bound=BaseModel)

MAX_AT_ONCE = 500
"""How many jobs or events one request starts again."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Uuid = Annotated[str, AfterValidator(check_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
# Without a schema of its own, it would refer to one that is not in the document.
Status = Annotated[JobStatus, WithJsonSchema({"type": "string", "enum": STATUSES})]
# Pydantic does not know that a reader of text returns an integer.
Limit = Annotated[
    Integer, Field(ge=1, le=MAX_LIMIT), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT})
]


def read_query(model: type[QueryT], request: Request) -> QueryT:
    """The query of a request; a name that is given twice is refused."""
    values = get_query_values(request)
    try:
        return model.model_validate({name: values[name] for name in model.model_fields if name in values})
    except ValidationError as error:
        raise RequestValidationError([{**item, "loc": ("query", *item["loc"])} for item in error.errors()]) from error


def query_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """`openapi_extra` of a route whose query is read by `read_query`."""
    properties = model.model_json_schema()["properties"]
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": _without_null(schema)}
            for name, schema in properties.items()
        ]
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an optional parameter: it is there or not, but never null."""
    choices = [choice for choice in schema.pop("anyOf", []) if choice != {"type": "null"}]
    known = {**schema, **(choices[0] if choices else {})}
    return {name: value for name, value in known.items() if value is not None and name != "title"}
