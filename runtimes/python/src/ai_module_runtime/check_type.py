"""Compares values with the types of `schemas.py`."""

import re
from ast import literal_eval
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from typing_extensions import is_typeddict

from ai_module_runtime.errors import TypeProblem, describe_problems
from ai_module_runtime.json_values import number_text
from ai_module_runtime.types import OneOf

T = TypeVar("T")


class InvalidValueError(Exception):
    """A value does not fit its type.

    Has at most one problem for each place, sorted by place: the same list as in the Node runtime.
    """

    def __init__(self, problems: list[TypeProblem]) -> None:
        super().__init__(describe_problems(problems))
        self.problems = problems

    def below(self, *loc: str | int) -> list[TypeProblem]:
        """The problems with `loc` before the place of each."""
        return [problem._replace(loc=(*loc, *problem.loc)) for problem in self.problems]


def check_type(adapter: TypeAdapter[T], value: Any) -> T:
    """Return the JSON value with the defaults of absent keys.

    Raises:
        InvalidValueError: The value does not fit.
    """
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        problems = [problem_of(dict(item)) for item in error.errors(include_url=False, include_input=False)]
        raise InvalidValueError(sorted(problems)) from None


class ValueType(Generic[T]):
    """A type of `schemas.py`, ready for checking values. Its adapter is made on first use."""

    def __init__(self, annotation: Any) -> None:
        self.annotation = annotation

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.annotation)

    def declared_part(self, data: Mapping[str, Any], whole: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the type declares of an event's data or of path parameters.

        Everything if the type is open, or a union that has no choice for `whole`, the value that `data` is a part of.
        """
        shape = self.annotation
        for one_of in getattr(shape, "__metadata__", ()):
            if isinstance(one_of, OneOf):
                shape = one_of.choice(shape, data if whole is None else whole)
        if not is_typeddict(shape) or getattr(shape, "__pydantic_config__", {}).get("extra") != "forbid":
            return dict(data)
        return {key: value for key, value in data.items() if key in shape.__annotations__}

    def check(self, value: Any) -> T:
        """Return the JSON value with the defaults of absent keys.

        Raises:
            InvalidValueError: The value does not fit.
        """
        return check_type(self._adapter, value)


def problem_of(item: Mapping[str, Any], unknown: str = "value_error") -> TypeProblem:
    """What Pydantic reports, in the vocabulary of both runtimes. `unknown` is the type of what they have no word for."""
    described = _PROBLEMS.get(item["type"])
    if described is None:
        return TypeProblem(item["loc"], unknown, item["msg"])
    return TypeProblem(item["loc"], described[0], described[1](item.get("ctx", {})))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _limit(text: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda context: f"{text} {number_text(context[key])}"


def _says(text: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: text


def _length(text: str, key: str, noun: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda context: f"must have at {text} {_counted(context[key], noun)}"


def _enum(context: Mapping[str, Any]) -> str:
    # Pydantic lists the values as Python writes them.
    return f"must be {_PYTHON_VALUE.sub(_value, context['expected'])}"


_PYTHON_VALUE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|True|False|None""")
_CONSTANTS = {"True": "true", "False": "false", "None": "null"}


def _value(match: re.Match[str]) -> str:
    text = match[0]
    return _CONSTANTS.get(text) or f"'{literal_eval(text)}'"


_PROBLEMS: dict[str, tuple[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": ("missing", _says("is missing")),
    "extra_forbidden": ("extra_forbidden", _says("is not a known property")),
    "string_type": ("string_type", _says("must be a string")),
    "int_type": ("int_type", _says("must be an integer")),
    "float_type": ("float_type", _says("must be a number")),
    "bool_type": ("bool_type", _says("must be true or false")),
    "none_required": ("none_type", _says("must be null")),
    "list_type": ("list_type", _says("must be a list")),
    "dict_type": ("dict_type", _says("must be an object")),
    "literal_error": ("enum", _enum),
    "enum": ("enum", _enum),
    "string_too_short": ("too_short", _length("least", "min_length", "character")),
    "string_too_long": ("too_long", _length("most", "max_length", "character")),
    "too_short": ("too_short", _length("least", "min_length", "item")),
    "too_long": ("too_long", _length("most", "max_length", "item")),
    "string_pattern_mismatch": ("pattern", lambda context: f"must match {context['pattern']}"),
    "format": ("format", lambda context: f"must be {context['noun']}"),
    "greater_than": ("greater_than", _limit("must be greater than", "gt")),
    "greater_than_equal": ("greater_than_equal", _limit("must be at least", "ge")),
    "less_than": ("less_than", _limit("must be less than", "lt")),
    "less_than_equal": ("less_than_equal", _limit("must be at most", "le")),
}
