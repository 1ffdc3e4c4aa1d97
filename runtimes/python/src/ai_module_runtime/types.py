"""What `schemas.py` of a module imports: types of JSON values that are the same in every language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import (
    AfterValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    with_config,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from ai_module_runtime.json_values import MAX_SAFE_INTEGER

# The same expressions as in the Node runtime.
_MONTH_AND_DAY = (
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])"
)
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = f"(?!0000)(?:[0-9]{{4}}-(?:{_MONTH_AND_DAY})|{_LEAP_YEAR}-02-29)"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
_OFFSET = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
FORMATS = {
    "date": (_DATE, "a date, like 2026-01-31"),
    "date-time": (f"{_DATE}T{_TIME}{_OFFSET}", "a date and time with its offset, like 2026-01-31T12:00:00Z"),
    "uuid": ("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", "a UUID"),
    "email": (rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+", "an email address"),
    "uri": (r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", "a URI"),
}

strict_object = with_config(ConfigDict(extra="forbid", strict=True))
"""Makes a TypedDict refuse unknown keys."""

loose_object = with_config(ConfigDict(extra="allow", strict=True))
"""Makes a TypedDict keep unknown keys."""


def _problem(kind: str, **context: Any) -> PydanticCustomError:
    return PydanticCustomError(kind, kind, context)


def _format(name: str) -> AfterValidator:
    pattern, noun = FORMATS[name]
    expression = re.compile(pattern)

    def check(value: str) -> str:
        if expression.fullmatch(value) is None:
            raise _problem("format", noun=noun)
        return value

    return AfterValidator(check)


Date = Annotated[str, _format("date")]
"""A date, like 2026-01-31."""

DateTime = Annotated[str, _format("date-time")]
"""A date and time with its offset, like 2026-01-31T12:00:00Z."""

Uuid = Annotated[str, _format("uuid")]
"""A UUID."""

Email = Annotated[str, _format("email")]
"""An email address."""

Uri = Annotated[str, _format("uri")]
"""A URI."""


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
        raise _problem("float_type")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        raise _problem("int_type")
    if value < -MAX_SAFE_INTEGER:
        raise _problem("greater_than_equal", ge=-MAX_SAFE_INTEGER)
    if value > MAX_SAFE_INTEGER:
        raise _problem("less_than_equal", le=MAX_SAFE_INTEGER)
    return int(value)


Number = Annotated[float, PlainValidator(_number, json_schema_input_type=float)]
"""An int or a float, as it was in the JSON; never a bool, infinite or NaN."""

Integer = Annotated[int, PlainValidator(_integer, json_schema_input_type=int)]
"""An integer within ±(2^53 - 1), also written as 1.0; never a bool."""


def _exactly(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = handler(value)
    # Python takes 1, 1.0 and True for the same value. An object of its own fits no literal.
    return found if type(found) is type(value) else handler(object())


Exactly = WrapValidator(_exactly)
"""Tells 1 from True in a Literal: `Annotated[Literal[1, 2], Exactly]`."""


@dataclass(frozen=True)
class OneOf:
    """One of several TypedDicts, chosen by a key that is a different Literal in each.

    `Annotated[Circle | Square, OneOf("kind")]`. Problems have the place in the value: Pydantic adds the choice to it.
    """

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Build the schema of the union."""
        choices = {
            tag: handler.generate_schema(branch)
            for branch in get_args(source)
            for tag in get_args(get_type_hints(branch)[self.key])
        }
        union = core_schema.tagged_union_schema(choices, self.key, strict=True, from_attributes=False)

        def check(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
            try:
                return validate(value)
            except ValidationError as error:
                details = [self._detail(dict(item)) for item in error.errors(include_url=False)]
                raise ValidationError.from_exception_data(error.title, details) from None

        return core_schema.no_info_wrap_validator_function(check, union)

    def choice(self, union: Any, data: Mapping[str, Any]) -> Any:
        """Return the TypedDict of the union that is for the data, or None."""
        branches = get_args(get_args(union)[0])
        return next((one for one in branches if data.get(self.key) in get_args(get_type_hints(one)[self.key])), None)

    def _detail(self, item: dict[str, Any]) -> InitErrorDetails:
        if item["type"] == "union_tag_not_found":
            return InitErrorDetails(type=_problem("missing"), loc=(self.key,), input=None)
        if item["type"] == "union_tag_invalid":
            return InitErrorDetails(type=_problem("enum", expected="one of the choices"), loc=(self.key,), input=None)
        problem = _problem(item["type"], **item.get("ctx", {}))
        return InitErrorDetails(type=problem, loc=item["loc"][1:], input=item["input"])
