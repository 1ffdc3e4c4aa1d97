"""Types of a manifest: JSON Schema 2020-12, limited to what every language can check in the same way."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from ai_module_runtime.json_values import MAX_SAFE_INTEGER

PREFIX = "#/types/"
KEYWORDS = frozenset(
    [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "default",
        "description",
        "examples",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "format",
        "oneOf",
        "discriminator",
        "$ref",
    ]
)

Schema = dict[str, Any]
Types = Mapping[str, Schema]


def _check_keywords(schema: Schema) -> Schema:
    unknown = sorted(set(schema) - KEYWORDS)
    if unknown:
        raise ValueError(f"unsupported keywords: {', '.join(map(str, unknown))}")
    for part in _parts(schema):
        if not isinstance(part, dict):
            raise ValueError("a type is an object")
        _check_keywords(part)
    return schema


TypeSchema = Annotated[Schema, AfterValidator(_check_keywords)]


def _parts(schema: Schema) -> Iterator[Any]:
    """The types inside a type, without following references."""
    properties = schema.get("properties", {})
    yield from properties.values() if isinstance(properties, dict) else (properties,)
    for keyword in ("items", "additionalProperties"):
        if keyword in schema and not isinstance(schema[keyword], bool):
            yield schema[keyword]
    yield from schema.get("oneOf", ())


def _names_in(schema: Schema) -> Iterator[str]:
    if "$ref" in schema:
        yield str(schema["$ref"]).removeprefix(PREFIX)
    for part in _parts(schema):
        yield from _names_in(part)


def check_references(roots: Collection[Schema], types: Types) -> None:
    """Check that every reference has a type, and that no type contains itself.

    Raises:
        ValueError: the first name for which this is not so.
    """
    done = set[str]()

    def visit(schema: Schema, above: tuple[str, ...]) -> None:
        for name in _names_in(schema):
            if name not in types or name in above:
                raise ValueError(f"$ref: {name} {'contains itself' if name in types else 'is not declared in types'}")
            if name not in done:
                visit(types[name], (*above, name))
                done.add(name)

    for schema in (*types.values(), *roots):
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
    return named[0] if named else _kind_of((schema.get("enum") or [schema.get("const")])[0])


def _kind_of(value: Any) -> str:
    return {bool: "boolean", int: "integer", float: "number"}.get(type(value), "string")
