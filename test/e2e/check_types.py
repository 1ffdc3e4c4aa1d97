"""Checks values with the types of generated `schemas.py`. A line of input and of output is JSON.

`{"code": …}` declares the types, `{"values": […]}` are checked with its type `Input`: the answer has
`{"value": …}` or `{"problems": [[loc, type, msg], …]}` for each.
"""

import json
import sys
import types

from ai_module_runtime.check_type import InvalidValueError, check_type
from pydantic import TypeAdapter


def declare(number, code):
    module = types.ModuleType(f"schemas_{number}")
    sys.modules[module.__name__] = module
    exec(code, module.__dict__)
    adapter = TypeAdapter(module.Input)
    # FastAPI prints it for the documentation.
    adapter.json_schema()
    return adapter


def check(adapter, value):
    try:
        return {"value": check_type(adapter, value)}
    except InvalidValueError as error:
        return {"problems": error.problems}


adapter = None
for number, line in enumerate(sys.stdin):
    request = json.loads(line)
    try:
        if "code" in request:
            adapter = declare(number, request["code"])
            answer = {}
        else:
            answer = [check(adapter, value) for value in request["values"]]
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
