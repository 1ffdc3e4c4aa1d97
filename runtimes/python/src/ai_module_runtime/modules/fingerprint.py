"""Whether `schemas.py` was generated from the types in the manifest."""

import json
import re
import struct
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ai_module_runtime.jobs.values import InputData, JsonObject
from ai_module_runtime.json_values import number_text

if TYPE_CHECKING:
    from ai_module_runtime.modules.manifest import ModuleMetadata

# The YAML reader gives both halves of a pair, if they were escaped one by one.
UNPAIRED_SURROGATE = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


def fingerprint_of(types: Any) -> str:
    """Identifies the types of a manifest: the same as in Node and in create-ai-module."""
    value = 0x811C9DC5
    for (unit,) in struct.iter_unpack(">H", _utf16(_json_text(types))):
        value = (value ^ unit) * 0x01000193 % 2**32
    return f"{value:08x}"


def _json_text(value: Any) -> str:
    """JSON as JavaScript writes it. An object is a list of its entries, sorted by key."""
    if isinstance(value, dict):
        value = sorted(([str(key), each] for key, each in value.items()), key=lambda entry: _utf16(entry[0]))
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_json_text, value))}]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    text = json.dumps(value, ensure_ascii=False)
    return UNPAIRED_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def stale_types(manifest: "ModuleMetadata", schemas: ModuleType) -> str | None:
    """A sentence if `schemas.py` was generated from other types than those in the manifest."""
    fingerprint = getattr(schemas, "fingerprint", None)
    if fingerprint is None:
        declared = {"Input": manifest.input, "Options": manifest.options, "Output": manifest.output}
        is_current = all((given is not None) == _has_type(schemas, name) for name, given in declared.items())
    else:
        is_current = fingerprint == manifest.fingerprint
    if is_current:
        return None
    return f"the types in manifest.yaml and schemas.py of {manifest.name} differ: run create-ai-module update"


def _has_type(schemas: ModuleType, name: str) -> bool:
    return getattr(schemas, name, Any) not in (InputData, JsonObject, Any)
