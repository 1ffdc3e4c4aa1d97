"""Lists in the configuration of a module. The tests of the Node runtime have the same cases."""

from typing import Any

import pytest

from ai_module_runtime import ModuleConfig
from ai_module_runtime.modules.manifest import ModuleMetadata
from ai_module_runtime.modules.module_config import ConfigError, json_schema_of, load_config


class Config(ModuleConfig):
    """Keys with lists of every type."""

    tags: list[str]
    sizes: list[int] | None = None
    weights: list[float]
    flags: list[bool] | None = None
    top_k: int | None = None


MANIFEST = ModuleMetadata(
    name="my",
    version="1.0.0",
    description="",
    author="",
    configuration={
        "tags": ["a", "b"],
        "sizes": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 1,
            "maxItems": 2,
            "description": "In pixels",
        },
        "weights": [1, 0.5],
        "flags": {"type": "array", "items": {"type": "boolean"}},
        "top_k": {"type": "integer", "minimum": 1},
    },
)


def _read(**env: str) -> Config:
    return load_config(Config, MANIFEST, {f"MY_{key}".upper(): text for key, text in env.items()})


def test_has_the_default_of_the_manifest() -> None:
    config = _read()
    assert (config.tags, config.weights, config.sizes) == (["a", "b"], [1, 0.5], None)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("tags", '["x", "5"]', ["x", "5"]),
        ("tags", "[]", []),
        ("tags", "", ["a", "b"]),
        ("sizes", "[1, 2.0]", [1, 2]),
        ("weights", "[1, 1e3]", [1, 1000]),
        ("flags", " [true]", [True]),
    ],
)
def test_is_json_in_the_environment(key: str, text: str, value: Any) -> None:
    assert getattr(_read(**{key: text}), key) == value


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"tags": "a,b"}, "tags: must be a list"),
        ({"tags": '"a"'}, "tags: must be a list"),
        ({"tags": '["a", 5, null]'}, "tags.1: must be a string; tags.2: must be a string"),
        ({"sizes": '["1"]'}, "sizes.0: must be an integer"),
        ({"sizes": "[1.5, true]"}, "sizes.0: must be an integer; sizes.1: must be an integer"),
        ({"sizes": "[]"}, "sizes: must have at least 1 item"),
        ({"sizes": "[1, 2, 3]"}, "sizes: must have at most 2 items"),
        ({"sizes": "[9007199254740993]"}, "sizes.0: must be at most 9007199254740991"),
        ({"weights": "[NaN]"}, "weights: must be a list"),
        ({"weights": "[1e999]"}, "weights.0: must be a number"),
        ({"flags": '[1, "true"]'}, "flags.0: must be true or false; flags.1: must be true or false"),
        ({"tags": "[1]", "flags": "{}"}, "tags.0: must be a string; flags: must be a list"),
    ],
)
def test_refuses_a_wrong_type(env: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        _read(**env)
    assert str(raised.value) == message


def test_is_described_by_the_manifest_in_the_schema() -> None:
    schema = json_schema_of(Config, MANIFEST)
    assert {key: schema["properties"][key] for key in MANIFEST.configuration} == {
        "tags": {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]},
        "sizes": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 1,
            "maxItems": 2,
            "description": "In pixels",
        },
        "weights": {"type": "array", "items": {"type": "number"}, "default": [1, 0.5]},
        "flags": {"type": "array", "items": {"type": "boolean"}},
        "top_k": {"type": "integer", "minimum": 1},
    }
    assert "required" not in schema
