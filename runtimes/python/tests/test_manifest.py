"""Manifests as create-ai-module reads them."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ai_module_runtime import ModuleMetadata
from ai_module_runtime.modules.yaml_core import parse_yaml

# The tests of the Node runtime and of the tool read the same file.
BY_HAND = parse_yaml((Path(__file__).parents[3] / "test/fixtures/types-by-hand.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("part", BY_HAND["refused"].values(), ids=[*BY_HAND["refused"]])
def test_refuses_types_that_mean_nothing(part: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ModuleMetadata.model_validate({**BY_HAND["manifest"], **part})


@pytest.mark.parametrize("part", BY_HAND["accepted"].values(), ids=[*BY_HAND["accepted"]])
def test_accepts_other_types(part: dict[str, Any]) -> None:
    ModuleMetadata.model_validate({**BY_HAND["manifest"], **part})


def test_refuses_types_that_are_nested_too_deeply() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(21):
        schema = {"type": "object", "properties": {"t": schema}}
    with pytest.raises(ValidationError, match="20 levels"):
        ModuleMetadata.model_validate({**BY_HAND["manifest"], "input": schema})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("FALSE", False),
        ("2026-01-01", "2026-01-01"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("[1, a]", [1, "a"]),
        ("{a: , b: x}", {"a": None, "b": "x"}),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    assert parse_yaml(text) == value
    assert type(parse_yaml(text)) is type(value)
