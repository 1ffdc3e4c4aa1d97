"""The operations of the OpenAPI document for the endpoints of a module, made from its manifest."""

import json
from typing import Any

from ai_module_runtime.jobs.states import JobStatus
from ai_module_runtime.json_values import MAX_SAFE_INTEGER
from ai_module_runtime.modules.endpoints import Endpoint
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.modules.type_schema import Schema, json_schema_of, resolve

EXTENSION = "x-ai-module"
"""Marks an operation that brings itself and its components along. It is not in the document."""
PREFIX = "#/components/schemas/"
ERRORS = {
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    409: "The state does not allow it",
    422: "The request is invalid",
    429: "Too many active jobs",
    502: "The work failed",
    503: "Unavailable; try again later",
    504: "The work took too long",
}
OWN_ERRORS = {"process": (429,), "status": (404,), "cancel": (404, 409), "retry": (404, 409, 429), "result": (404, 409)}
AT_ONCE_ERRORS = (502, 504)
SUMMARIES = {
    "process": "Start a job",
    "status": "Look at a job",
    "list": "List your jobs, newest first",
    "cancel": "Cancel a job",
    "retry": "Start a failed or cancelled job again",
    "result": "Fetch the result of a job",
    "stats": "Count all jobs of the module",
}
STATUSES = [status.value for status in JobStatus]
PAGE: dict[str, Schema] = {
    "skip": {"type": "integer", "minimum": 0, "maximum": MAX_SAFE_INTEGER, "default": 0},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    "status": {"type": "string", "enum": STATUSES},
}
ANY: Schema = {"type": "object", "additionalProperties": True}
UUID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "format": "date-time"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _closed(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


JOB = _closed(
    {
        "job_id": UUID,
        "status": {"type": "string", "enum": STATUSES},
        "user_id": TEXT,
        "created_at": TIME,
        **{f"{step}_at": _or_null(TIME) for step in ("started", "completed", "failed", "cancelled")},
        "error_code": _or_null(TEXT),
        "error_message": _or_null(TEXT),
        "progress_percent": {"type": "integer", "minimum": 0, "maximum": 100},
        "attempt": INTEGER,
        "result_id": _or_null(UUID),
    }
)
STATS = _closed(
    {
        **{f"{name}_jobs": INTEGER for name in ("total", *STATUSES)},
        "avg_duration_ms": NUMBER,
        "uptime_seconds": NUMBER,
    }
)


def operation_of(manifest: ModuleMetadata, endpoint: Endpoint) -> dict[str, Any]:
    """`openapi_extra` of the route of an endpoint: the whole operation, and the components that it refers to.

    As JSON, because FastAPI removes every null, such as a default.
    """
    writer = _Writer(manifest, endpoint)
    return {EXTENSION: json.dumps({"operation": writer.operation(), "components": writer.components})}


class _Writer:
    def __init__(self, manifest: ModuleMetadata, endpoint: Endpoint) -> None:
        self._manifest = manifest
        self._endpoint = endpoint
        self.components: dict[str, Schema] = {}

    def operation(self) -> Schema:
        endpoint, name = self._endpoint, self._manifest.name
        summary = endpoint.summary or SUMMARIES.get(endpoint.role or "") or _summary_of(endpoint)
        own = _own_errors(endpoint) if endpoint.role is None else OWN_ERRORS.get(endpoint.role, ())
        statuses = (401, 403, 422, 503, *own)
        return {
            "tags": [name],
            "summary": summary,
            "operationId": f"{name}_{endpoint.handler}",
            "security": [{"bearer": []}],
            **self._body(),
            **self._parameters(),
            "responses": {**self._success(), **{str(status): _error(status) for status in sorted(statuses)}},
        }

    def _body(self) -> Schema:
        endpoint = self._endpoint
        if not endpoint.has_body or endpoint.role in ("cancel", "retry"):
            return {}
        if endpoint.role is None and endpoint.input is not None:
            return _request_body(self._type(endpoint.input, f"{self._stem}Input"))
        if endpoint.role is None and endpoint.output is not None:
            return {}
        return _request_body(self._process_request())

    def _parameters(self) -> Schema:
        endpoint = self._endpoint
        schema = TEXT if endpoint.role is None else UUID
        found = [{"name": name, "in": "path", "required": True, "schema": schema} for name in endpoint.parameters]
        if endpoint.role == "list":
            found += [{"name": name, "in": "query", "required": False, "schema": PAGE[name]} for name in PAGE]
        if endpoint.role is None and endpoint.input is not None and not endpoint.has_body:
            found += self._query(endpoint.input)
        return {"parameters": found} if found else {}

    def _query(self, input_schema: Schema) -> list[Schema]:
        types = self._manifest.types
        resolved = resolve(input_schema, types)
        parameters = []
        for name, part in resolved.get("properties", {}).items():
            schema = json_schema_of(resolve(part, types), types, lambda to: f"{PREFIX}{to}")
            description = schema.pop("description", None)
            about = {} if description is None else {"description": description}
            required = name in resolved.get("required", ())
            parameters.append({"name": name, "in": "query", "required": required, **about, "schema": schema})
        return parameters

    def _success(self) -> Schema:
        endpoint = self._endpoint
        match endpoint.role:
            case "process" | "retry":
                location = {"Location": {"description": "The address of its status", "schema": TEXT}}
                return {"202": {"description": "The job", "headers": location, **_content(self._job())}}
            case "status":
                return {"200": {"description": "The job", **_content(self._job())}}
            case "list":
                return {"200": {"description": "A page of jobs", **_content(self._job_list())}}
            case "cancel":
                return {"204": {"description": "The job is cancelled"}}
            case "result":
                return {"200": {"description": "The result", **_content(self._result())}}
            case "stats":
                return {"200": {"description": "Counts by status", **_content(self._component("Stats", STATS))}}
        if endpoint.output is not None:
            output = self._type(endpoint.output, f"{self._stem}Output")
            return {"200": {"description": "The answer", **_content(output)}}
        if endpoint.input is None:
            return {"200": {"description": "The result", **_content(self._result())}}
        return {"200": {"description": "The answer", **_content({})}, "204": {"description": "There is no answer"}}

    def _process_request(self) -> Schema:
        manifest = self._manifest
        priority = {"type": "integer", "minimum": 1, "maximum": 10, "default": 5}
        return self._component(
            "ProcessRequest",
            {
                "type": "object",
                "required": ["input_data"],
                "properties": {
                    "input_data": self._type(manifest.input or {**ANY, "minProperties": 1}, "Input"),
                    "options": self._type(manifest.options or ANY, "Options"),
                    "priority": {**priority, "description": "1 is last, 10 is first"},
                },
                "additionalProperties": False,
            },
        )

    def _job(self) -> Schema:
        return self._component("Job", JOB)

    def _job_list(self) -> Schema:
        names = ("total", "skip", "limit")
        properties = {
            "jobs": {"type": "array", "items": self._job()},
            **dict.fromkeys(names, INTEGER),
            "has_more": {"type": "boolean"},
        }
        return self._component("JobList", _closed(properties))

    def _result(self) -> Schema:
        metadata = {
            "type": "object",
            "required": ["duration_ms"],
            "properties": {"duration_ms": INTEGER},
            "additionalProperties": True,
        }
        result_id = {**_or_null(UUID), "description": "null for work without a job"}
        output = self._type(self._manifest.output or ANY, "Output")
        return self._component("Result", _closed({"result_id": result_id, "output_data": output, "metadata": metadata}))

    @property
    def _stem(self) -> str:
        """The beginning of the names of the endpoint's own types."""
        return "".join(word[:1].upper() + word[1:] for word in self._endpoint.handler.split("_"))

    def _type(self, schema: Schema, name: str) -> Schema:
        """A reference to a component with the type, which is added with everything that it refers to."""
        types = self._manifest.types

        def ref_to(other: str) -> str:
            key = f"{self._manifest.stem}{other}"
            if key not in self.components:
                self.components[key] = json_schema_of(types[other], types, ref_to)
            return f"{PREFIX}{key}"

        return self._component(name, json_schema_of(schema, types, ref_to))

    def _component(self, name: str, schema: Schema) -> Schema:
        # A type of the manifest keeps its name: with a type Result, the runtime's own is ModuleResult.
        key = f"{self._manifest.stem}{'Module' if name in self._manifest.types else ''}{name}"
        self.components[key] = schema
        return {"$ref": f"{PREFIX}{key}"}


def _own_errors(endpoint: Endpoint) -> tuple[int, ...]:
    return (404, 409, *AT_ONCE_ERRORS) if endpoint.is_typed else AT_ONCE_ERRORS


def _summary_of(endpoint: Endpoint) -> str:
    """`get_documents_by_id` → `Get documents by id`."""
    if not endpoint.is_typed:
        return "Do the work at once"
    words = endpoint.handler.replace("_", " ")
    return words[:1].upper() + words[1:]


def _request_body(schema: Schema) -> Schema:
    return {"requestBody": {"required": True, **_content(schema)}}


def _content(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}}


def _error(status: int) -> Schema:
    name = "InvalidRequest" if status == 422 else "Refused"
    return {"description": ERRORS[status], **_content({"$ref": f"{PREFIX}{name}"})}
