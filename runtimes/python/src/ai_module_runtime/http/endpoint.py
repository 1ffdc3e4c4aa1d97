"""Custom endpoints of modules."""

import inspect
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, get_type_hints

from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from typing_extensions import is_typeddict

from ai_module_runtime.check_type import InvalidValueError, ValueType
from ai_module_runtime.errors import InvalidInputError
from ai_module_runtime.http.job_routes import AnyService, Handler, JsonBody, add_route, read_body
from ai_module_runtime.http.permissions import CurrentUser
from ai_module_runtime.jobs.check_input import assert_size, check_output
from ai_module_runtime.jobs.routing import QueryValues
from ai_module_runtime.jobs.schemas import ProcessResponse, typed_request
from ai_module_runtime.modules.endpoints import Endpoint, EndpointsError, with_method
from ai_module_runtime.modules.type_schema import scalar_properties
from ai_module_runtime.users import User

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
BOOLEANS = {"true": True, "false": False}


def _path_parameters(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in request.path_params.items()}


PathParameters = Annotated[dict[str, str], Depends(_path_parameters)]


def endpoint(service: AnyService, name: str, handler: Handler | None = None) -> APIRouter:
    """A custom endpoint: method, path, permission, summary and types are those of the manifest.

    `name` is `METHOD /path`. `handler` is an `async` function, often a method of the service. Its first parameter gets
    the body, or the query of GET and DELETE, if the endpoint has an `input`; what it returns is the answer, or 204 for
    None if the endpoint has no `output`. A parameter of type `User` is the caller, `params` has all path parameters.
    Others are those of FastAPI, such as path parameters by name and `Request`.

    Without a handler the module's work is done at once, with the body of `POST /process`. Path parameters that the input
    declares are part of it.

    Raises:
        EndpointsError: the manifest does not declare the endpoint, or has types where the handler has none.
    """
    declared = service.manifest.declared_endpoints.get(with_method(name))
    if declared is None:
        raise EndpointsError(f"the manifest does not declare {name}")
    router = APIRouter()
    if handler is None:
        work = _at_once(service, declared)
        parameters = list(inspect.signature(work).parameters.values())
        call = _apart_from_path(work, parameters, {each.name for each in parameters}, declared)
    else:
        call = _typed(service, declared, handler)
    add_route(router, service, replace(declared, role=None), call)
    return router


def _typed(service: AnyService, declared: Endpoint, handler: Handler) -> Handler:
    """The handler with checks of its input and output."""
    hints = get_type_hints(handler, include_extras=True)
    parameters = list(inspect.signature(handler).parameters.values())
    input_name = parameters[0].name if parameters and declared.input is not None else None
    if declared.input is not None and input_name not in hints:
        raise EndpointsError(f"{declared.name} has an input, and its handler has no parameter with a type for it")
    if declared.output is not None and "return" not in hints:
        raise EndpointsError(f"{declared.name} has an output, and its handler has no type for it")
    undeclared = {*hints} - {input_name} - ({"return"} if declared.output is not None else set())
    if any(is_typeddict(hints[name]) for name in undeclared):
        raise EndpointsError(f"{declared.name}: the handler has a type that the manifest lacks")
    input_type = ValueType[Any](hints[input_name]) if input_name is not None else None
    output_type = ValueType[Any](hints["return"]) if declared.output is not None else None
    place = "body" if declared.has_body else "query"

    @wraps(handler)
    async def call(**arguments: Any) -> Any:
        if input_type is not None and input_name is not None:
            arguments[input_name] = _checked(service, declared, input_type, arguments[input_name], place)
        answer = await handler(**arguments)
        if isinstance(answer, Response):
            return answer
        if output_type is None:
            return Response(status_code=204) if answer is None else check_output(None, jsonable_encoder(answer))
        return JSONResponse(check_output(output_type, answer))

    def annotation_of(name: str) -> Any:
        if name == input_name:
            return JsonBody if declared.has_body else QueryValues
        if name == "params" and name not in declared.parameters:
            return PathParameters
        return CurrentUser if hints.get(name) is User else hints.get(name, inspect.Parameter.empty)

    annotated = [each.replace(annotation=annotation_of(each.name)) for each in parameters]
    ours = {each.name for each in annotated if each.annotation in (JsonBody, QueryValues, PathParameters, CurrentUser)}
    return _apart_from_path(call, annotated, ours, declared)


def _apart_from_path(
    handler: Handler, parameters: Sequence[inspect.Parameter], ours: Set[str], declared: Endpoint
) -> Handler:
    """The handler as FastAPI needs it, which takes a parameter named as one in the path for that one."""
    names = {each.name: each.name for each in parameters}
    for name in ours:
        while names[name] in declared.parameters:
            names[name] += "_"

    @wraps(handler)
    async def call(**arguments: Any) -> Any:
        return await handler(**{name: arguments[given] for name, given in names.items()})

    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [each.replace(name=names[each.name], kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    )
    return call


def _checked(service: AnyService, declared: Endpoint, value_type: ValueType[Any], value: Any, place: str) -> Any:
    """The input of an endpoint, with defaults.

    Raises:
        InvalidInputError: it does not fit.
    """
    if not isinstance(value, dict):
        raise InvalidInputError("dict_type", "must be an object", (place,))
    if not declared.has_body:
        value = _from_texts(value, scalar_properties(declared.input or {}, service.manifest.types))
    try:
        checked = value_type.check(value)
    except InvalidValueError as error:
        raise InvalidInputError.of(error.below(place)) from None
    if declared.has_body:
        assert_size(service.config.max_input_bytes, checked, loc=(place,))
    return checked


def _at_once(service: AnyService, declared: Endpoint) -> Handler:
    """The work, done at once. Path parameters that the input declares are part of it."""
    input_type = service.input_type

    def with_path(input_data: dict[str, Any], request: Request) -> dict[str, Any]:
        in_path = request.path_params
        merged = {**input_data, **in_path}
        return merged if input_type is None else {**input_data, **input_type.declared_part(in_path, merged)}

    if not declared.has_body:

        async def ask(request: Request, query: QueryValues, user: CurrentUser) -> ProcessResponse:
            kinds = scalar_properties(service.manifest.input or {}, service.manifest.types)
            return await service.process_now(with_path(_from_texts(query, kinds), request), user=user)

        return ask

    # What is in the path may be missing in the body.
    model = service.request_model
    if declared.parameters:
        model = typed_request("ProcessRequest", input_type and ValueType(dict[str, Any]), service.options_type)

    async def do(request: Request, body: JsonBody, user: CurrentUser) -> ProcessResponse:
        given = read_body(model, body)
        return await service.process_now(with_path(given.input_data, request), given.options, user=user)

    return do


def _from_texts(query: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """A query with the numbers and booleans that its type expects. Other texts stay, and the type reports them."""
    return {name: _from_text(value, kinds.get(name, "string")) for name, value in query.items()}


def _from_text(text: Any, kind: str) -> Any:
    if kind in ("integer", "number") and isinstance(text, str) and NUMBER.fullmatch(text):
        return int(text) if text.lstrip("-").isdigit() and len(text) < 20 else float(text)
    return BOOLEANS.get(text, text) if kind == "boolean" and isinstance(text, str) else text
