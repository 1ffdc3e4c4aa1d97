"""Types of a manifest: JSON Schema 2020-12, limited to what every language can check in the same way."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter
from pydantic_core import SchemaError

from ai_module_runtime.json_values import MAX_SAFE_INTEGER
from ai_module_runtime.types import FORMATS

PREFIX = "#/types/"
REFERENCE = re.compile(r"#/types/[A-Z][A-Za-z0-9]{0,63}")
PROPERTY = re.compile(r"[a-z][a-z0-9_]{0,63}")
MAX_DEPTH = 20
NAMES = frozenset(["object", "array", "string", "integer", "number", "boolean", "null"])
RANGE = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
# The keywords of each kind of type. All may have `description` and `examples`, and properties `default`.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "object": ("type", "properties", "required", "additionalProperties"),
    "array": ("type", "items", "minItems", "maxItems"),
    "string": ("type", "minLength", "maxLength", "pattern", "format"),
    "integer": ("type", *RANGE),
    "number": ("type", *RANGE),
    "boolean": ("type",),
    "null": ("type",),
    "$ref": ("$ref",),
    "oneOf": ("oneOf", "discriminator"),
    "const": ("const", "type"),
    "enum": ("enum", "type"),
}

Schema = dict[str, Any]
Types = Mapping[str, Schema]


def _is_count(value: Any) -> bool:
    return _kind_of(value) == "integer" and value >= 0


def _is_limit(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None


def _is_pattern(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        TypeAdapter(Annotated[str, Field(pattern=value)])
    except SchemaError:
        return False
    return True


def _is_one_of(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(each, dict) and [*each] == ["$ref"] and _is_reference(each["$ref"]) for each in value)
    )


def _is_enum(value: Any) -> bool:
    if not isinstance(value, list) or _kinds_of(value)[0] not in (["string"], ["integer"]):
        return False
    return len(set(value)) == len(value)


# What the values of keywords must be. Types in types are checked apart.
FORMS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(RANGE, _is_limit),
    "description": _is_text,
    "examples": lambda value: isinstance(value, list) and len(value) > 0,
    "pattern": _is_pattern,
    "format": lambda value: isinstance(value, str) and value in FORMATS,
    "$ref": _is_reference,
    "oneOf": _is_one_of,
    "discriminator": lambda value: (
        isinstance(value, dict) and [*value] == ["propertyName"] and _is_text(value["propertyName"])
    ),
    "properties": lambda value: (
        isinstance(value, dict) and all(isinstance(name, str) and PROPERTY.fullmatch(name) for name in value)
    ),
    "enum": _is_enum,
    "const": lambda value: _kind_of(value) is not None,
}


def _problem_in(schema: Any, *, is_property: bool = False, depth: int = 0) -> str | None:
    """What is wrong with a type, apart from what it refers to; `create-ai-module validate` says more. The same in Node."""
    if not isinstance(schema, dict):
        return "a type must be an object"
    if depth > MAX_DEPTH:
        return f"a type is nested more than {MAX_DEPTH} levels deep"
    kind = next((each for each in ("$ref", "oneOf", "const", "enum") if each in schema), None)
    kind = kind or _plain_type(schema.get("type"))
    if kind is None:
        return "a type must have type, enum, const, oneOf or $ref"
    allowed = {*KEYWORDS[kind], "description", "examples", *(["default"] if is_property else [])}
    for keyword, value in schema.items():
        if keyword not in allowed:
            return f"{keyword} does not go with {kind}"
        if keyword in FORMS and not FORMS[keyword](value):
            return f"{keyword} is invalid"
    if kind == "oneOf" and "discriminator" not in schema:
        return "oneOf needs a discriminator"
    if kind in ("const", "enum"):
        return _problem_in_constants(schema)
    if kind == "array":
        return _problem_in(schema.get("items"), depth=depth + 1)
    return _problem_in_object(schema, depth) if kind == "object" else None


def _problem_in_object(schema: Schema, depth: int) -> str | None:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    others = schema.get("additionalProperties", False)
    if not isinstance(required, list) or any(required.count(name) > 1 for name in required):
        return "required must be a list of properties"
    unknown = next((name for name in required if not isinstance(name, str) or name not in properties), None)
    if unknown is not None:
        return f"there is no property {unknown}, which is required"
    if not isinstance(others, bool) and properties:
        return "additionalProperties must be true or false beside properties"
    problems = [_problem_in(part, is_property=True, depth=depth + 1) for part in properties.values()]
    if not isinstance(others, bool):
        problems.append(_problem_in(others, depth=depth + 1))
    return next((problem for problem in problems if problem is not None), None)


def _problem_in_constants(schema: Schema) -> str | None:
    kinds, is_nullable = ([_kind_of(schema["const"])], False) if "const" in schema else _kinds_of(schema["enum"])
    wanted = [*kinds, *(["null"] if is_nullable else [])]
    given = schema.get("type")
    same = given is None or sorted(map(str, given if isinstance(given, list) else [given])) == sorted(map(str, wanted))
    return None if same else "the type does not fit the values of enum or const"


def _kinds_of(values: Sequence[Any]) -> tuple[list[str | None], bool]:
    """The kinds of the values of an enum beside null, and whether null is one of them."""
    kinds = list(dict.fromkeys(map(_kind_of, values)))
    return [kind for kind in kinds if kind != "null"], "null" in kinds


def _kind_of(value: Any) -> str | None:
    """The type of a constant; None for other values."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, str):
        return "string"
    is_whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return "integer" if is_whole and abs(value) <= MAX_SAFE_INTEGER else None


def _plain_type(given: Any) -> str | None:
    """The type that is meant by one name, or by one name and null."""
    names = given if isinstance(given, list) else [given]
    others = [name for name in names if name != "null"]
    is_known = all(isinstance(name, str) and name in NAMES for name in names)
    is_one = len(names) == 1 or (len(names) == 2 and len(others) == 1)
    return (others or ["null"])[0] if is_known and is_one else None


def _check(schema: Any) -> Any:
    problem = _problem_in(schema)
    if problem is not None:
        raise ValueError(problem)
    return schema


TypeSchema = Annotated[Schema, BeforeValidator(_check)]

OptionalTypeSchema = Annotated[Schema | None, BeforeValidator(_check)]
"""For fields that may be absent: null is no type."""


def _parts(schema: Schema) -> Iterator[Schema]:
    """A type and all types inside it, without following references."""
    yield schema
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for part in inner:
        if isinstance(part, dict):
            yield from _parts(part)


def _names_in(schema: Schema) -> Iterator[str]:
    for part in _parts(schema):
        for reference in (part, *part.get("oneOf", ())):
            if "$ref" in reference:
                yield reference["$ref"].removeprefix(PREFIX)


def check_types(types: Types, objects: Sequence[Schema], others: Sequence[Schema]) -> None:
    """Check types that refer to each other. `objects` have to be objects.

    Raises:
        ValueError: what is wrong.
    """
    every = [*types.values(), *objects, *others]
    _check_references(every, types)
    if not all(_is_object(each, types) for each in objects):
        raise ValueError("input, options and output must be objects")
    if not all(_has_tags(part, types) for each in every for part in _parts(each) if "oneOf" in part):
        raise ValueError(
            "each type of a oneOf must be an object that requires the property of the discriminator, with a const of its own"
        )


def _is_object(schema: Schema, types: Types) -> bool:
    found = resolve(schema, types)
    return found.get("type") == "object" or "oneOf" in found


def _has_tags(schema: Schema, types: Types) -> bool:
    key = schema["discriminator"]["propertyName"]
    branches = [resolve(each, types) for each in schema["oneOf"]]
    tags = {
        branch.get("properties", {}).get(key, {}).get("const")
        for branch in branches
        if branch.get("type") == "object" and key in branch.get("required", ())
    }
    return len(tags) == len(branches) and all(isinstance(tag, str) for tag in tags)


def _check_references(roots: Sequence[Schema], types: Types) -> None:
    done = set[str]()

    def visit(schema: Schema, above: tuple[str, ...]) -> None:
        for name in _names_in(schema):
            if name not in types or name in above:
                raise ValueError(f"the type {name} does not exist, or contains itself")
            if name not in done:
                visit(types[name], (*above, name))
                done.add(name)

    for schema in roots:
        visit(schema, ())


def resolve(schema: Schema, types: Types) -> Schema:
    """The type that a reference leads to."""
    while "$ref" in schema:
        schema = types[schema["$ref"].removeprefix(PREFIX)]
    return schema


def json_schema_of(schema: Schema, types: Types, ref_to: Callable[[str], str]) -> Schema:
    """The JSON Schema of a type as it is checked: objects are closed unless the manifest opens them, integers are limited.

    `ref_to` makes the reference to a named type.
    """

    def inner(part: Schema) -> Schema:
        return json_schema_of(part, types, ref_to)

    if "$ref" in schema:
        return {**schema, "$ref": ref_to(schema["$ref"].removeprefix(PREFIX))}
    result = dict(schema)
    if "oneOf" in schema:
        key = schema.get("discriminator", {}).get("propertyName", "")
        branches = [(resolve(each, types), ref_to(each["$ref"].removeprefix(PREFIX))) for each in schema["oneOf"]]
        mapping = {str(branch["properties"][key]["const"]): target for branch, target in branches}
        result["oneOf"] = [{"$ref": target} for _, target in branches]
        result["discriminator"] = {"propertyName": key, "mapping": mapping}
        return result
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    values = schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else []
    if "integer" in kinds or (not kinds and values and _kind_of(values[0]) == "integer"):
        result.setdefault("type", ["integer", "null"] if None in values else "integer")
        if not values:
            if "exclusiveMinimum" not in schema:
                result.setdefault("minimum", -MAX_SAFE_INTEGER)
            if "exclusiveMaximum" not in schema:
                result.setdefault("maximum", MAX_SAFE_INTEGER)
    if "items" in schema:
        result["items"] = inner(schema["items"])
    if "properties" in schema:
        result["properties"] = {name: inner(part) for name, part in schema["properties"].items()}
    if "object" in kinds:
        more = schema.get("additionalProperties", False)
        result["additionalProperties"] = inner(more) if isinstance(more, dict) else more
    return result


def standalone_schema(schema: Schema, types: Types) -> Schema:
    """The JSON Schema of a type with everything that it refers to in `$defs`."""
    found = set[str]()

    def visit(part: Schema) -> None:
        for name in _names_in(part):
            if name not in found:
                found.add(name)
                visit(types[name])

    def ref_to(name: str) -> str:
        return f"#/$defs/{name}"

    visit(schema)
    result = json_schema_of(schema, types, ref_to)
    return {**result, "$defs": {n: json_schema_of(types[n], types, ref_to) for n in sorted(found)}} if found else result


def scalar_properties(schema: Schema, types: Types) -> dict[str, str]:
    """The properties of an object with the type of their values: `string`, `integer`, `number` or `boolean`."""
    properties = resolve(schema, types).get("properties", {})
    return {name: _scalar_kind(resolve(part, types)) for name, part in properties.items()}


def _scalar_kind(schema: Schema) -> str:
    kinds = schema.get("type", [])
    named = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    return named[0] if named else _kind_of((schema.get("enum") or [schema.get("const")])[0]) or "string"
