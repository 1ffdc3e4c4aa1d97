"""Types of values. The tests of the Node runtime have the same values."""

from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any, Literal, NotRequired

import pytest
from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from ai_module_runtime import Date, Exactly, InputData, Integer, Number, OneOf, loose_object, strict_object
from ai_module_runtime.check_type import InvalidValueError, ValueType, check_type


@strict_object
class Line(TypedDict):
    text: Annotated[str, Field(max_length=2)]
    count: NotRequired[Annotated[Integer, Field(ge=1)]]


@strict_object
class Input(TypedDict):
    lines: Annotated[list[Line], Field(min_length=1, max_length=3, default=[{"text": "a"}])]
    price: NotRequired[Number | None]
    due: NotRequired[Date]


ADAPTER = TypeAdapter(Input)


def problems(value: Any) -> list[str]:
    try:
        check_type(ADAPTER, value)
    except InvalidValueError as error:
        return [f"{'.'.join(map(str, loc))} {kind}: {msg}" for loc, kind, msg in error.problems]
    return []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"lines": [{"text": "😀😀"}], "price": None}, []),
        (
            {"lines": [{"text": "abc", "count": "1"}, {}]},
            [
                "lines.0.count int_type: must be an integer",
                "lines.0.text too_long: must have at most 2 characters",
                "lines.1.text missing: is missing",
            ],
        ),
        ({"lines": [1, 2, 3, 4]}, ["lines too_long: must have at most 3 items"]),
        ({"lines": []}, ["lines too_short: must have at least 1 item"]),
        (
            {"lines": [{"text": "a", "count": 0}], "z": 1, "a": 1},
            [
                "a extra_forbidden: is not a known property",
                "lines.0.count greater_than_equal: must be at least 1",
                "z extra_forbidden: is not a known property",
            ],
        ),
        (
            {"lines": None, "price": float("nan")},
            ["lines list_type: must be a list", "price float_type: must be a number"],
        ),
        ({"price": float("inf")}, ["price float_type: must be a number"]),
        ({"due": "2025-02-29"}, ["due format: must be a date, like 2026-01-31"]),
        ([], [" dict_type: must be an object"]),
    ],
)
def test_reports_what_is_wrong(value: Any, expected: list[str]) -> None:
    assert problems(value) == expected


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Literal["it's", 'say "no"', "back\\slash or None"], """must be 'it's', 'say "no"' or 'back\\slash or None'"""),
        (Annotated[Literal[1, 2], Exactly], "must be 1 or 2"),
        (Annotated[Literal[True], Exactly], "must be true"),
        (Annotated[Number, Field(ge=1e-7)], "must be at least 1e-7"),
        (Annotated[Number, Field(gt=1e21)], "must be greater than 1e+21"),
    ],
)
def test_writes_values_as_the_node_runtime_does(annotation: Any, expected: str) -> None:
    with pytest.raises(InvalidValueError) as error:
        check_type(TypeAdapter(annotation), 0)
    assert error.value.problems[0].msg == expected


def test_counts_the_properties_of_an_object_as_items() -> None:
    with pytest.raises(InvalidValueError) as error:
        check_type(TypeAdapter(InputData), {})
    assert error.value.problems[0].msg == "must have at least 1 item"


def test_gives_every_value_a_default_of_its_own() -> None:
    check_type(ADAPTER, {})["lines"][0]["text"] = "changed"
    assert check_type(ADAPTER, {}) == {"lines": [{"text": "a"}]}


def test_keeps_numbers_as_they_are_and_makes_integers_of_whole_ones() -> None:
    value = check_type(ADAPTER, {"lines": [{"text": "a", "count": 2.0}], "price": 1})
    assert (repr(value["lines"][0]["count"]), repr(value["price"])) == ("2", "1")


@pytest.mark.parametrize("number", [True, Decimal(1), "1", 10**400, None])
def test_refuses_what_is_no_number_in_json(number: Any) -> None:
    assert problems({"lines": [{"text": "a", "count": number}]}) != []


def test_takes_members_of_an_int_enum_for_integers() -> None:
    level = IntEnum("level", ["low"])
    assert problems({"lines": [{"text": "a", "count": level["low"]}], "price": level["low"]}) == []


def test_refuses_tuples_and_keys_that_are_no_strings() -> None:
    assert problems({"lines": ({"text": "a"},)}) == ["lines list_type: must be a list"]
    assert len(problems({1: 1})) == 1


@strict_object
class Cat(TypedDict):
    kind: Literal["cat"]
    lives: NotRequired[Integer]


@strict_object
class Dog(TypedDict):
    kind: Literal["dog"]


@loose_object
class Open(TypedDict):
    kind: NotRequired[str]


@pytest.mark.parametrize(
    ("annotation", "data", "kept"),
    [
        (Cat, {"kind": "dog", "lives": 9, "user_id": "a"}, ["kind", "lives"]),
        (Annotated[Cat | Dog, OneOf("kind")], {"kind": "cat", "lives": 9, "user_id": "a"}, ["kind", "lives"]),
        (Annotated[Cat | Dog, OneOf("kind")], {"kind": "dog", "lives": 9, "user_id": "a"}, ["kind"]),
        (Annotated[Cat | Dog, OneOf("kind")], {"kind": "cow", "user_id": "a"}, ["kind", "user_id"]),
        (Open, {"kind": "cow", "user_id": "a"}, ["kind", "user_id"]),
        (dict[str, Any], {"user_id": "a"}, ["user_id"]),
    ],
)
def test_takes_what_the_type_of_the_input_declares(annotation: Any, data: dict[str, Any], kept: list[str]) -> None:
    assert list(ValueType[Any](annotation).declared_part(data)) == kept


def test_takes_the_choice_of_a_union_from_the_whole() -> None:
    pet = ValueType[Any](Annotated[Cat | Dog, OneOf("kind")])
    data = {"lives": 9, "report_id": "r7"}
    assert pet.declared_part(data, {"kind": "cat", **data}) == {"lives": 9}
    assert pet.declared_part(data, {"kind": "dog", **data}) == {}
