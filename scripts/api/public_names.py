"""Print the public names of ai_module_runtime, with signatures and documentation, as JSON. Imports nothing of it."""

import json
import re
import sys

import griffe

PACKAGE = "ai_module_runtime"
# What modules and hosts import beside the package itself.
ENTRY_POINTS = ["", ".testing", ".testing.fixtures", ".commands.migrate", ".commands.token", ".jobs.tables", ".modules.standard_settings"]


def is_public(name: str) -> bool:
    return not name.startswith("_") or name in ("__init__", "__call__", "__aenter__", "__aexit__")


def names_of(module: griffe.Module) -> dict[str, griffe.Object]:
    """What a package imports for its users, or what a module defines. Hooks of pytest are called by pytest only."""
    found = {}
    for name, member in module.members.items():
        if not is_public(name) or name.startswith("pytest_"):
            continue
        if member.is_alias and module.is_init_module and member.target_path.startswith(PACKAGE):
            found[name] = member.final_target
        elif not member.is_alias and not member.is_module:
            found[name] = member
    return found


def signature(item: griffe.Object, indent: str = "") -> str:
    decorators = "".join(f"{indent}@{each.value}\n" for each in getattr(item, "decorators", []))
    if item.is_class:
        bases = ", ".join(str(base) for base in item.bases)
        members = [each for name, each in item.members.items() if is_public(name) and not each.is_alias]
        body = [signature(each, f"{indent}    ") for each in members if not each.is_module] or [f"{indent}    ..."]
        return "\n".join([f"{decorators}{indent}class {item.name}{f'({bases})' if bases else ''}:", *body])
    if item.is_function:
        start = "async def" if "async" in item.labels else "def"
        return f"{decorators}{indent}{start} {item.signature()}"
    annotation = f": {item.annotation}" if item.annotation else ""
    value = f" = {item.value}" if item.value is not None and "instance-attribute" not in item.labels else ""
    return f"{indent}{item.name}{annotation}{value}"


def documentation(item: griffe.Object) -> str:
    if item.docstring:
        return " ".join(item.docstring.value.split("\n\n")[0].split())
    # A type of a setting has its description in its field.
    described = re.search(r"""description=(['"])(.*?)\1""", str(getattr(item, "value", "")))
    return f"{described[2]}." if described else ""


package = griffe.load(PACKAGE, search_paths=[sys.argv[1]])
report = []
for entry_point in ENTRY_POINTS:
    module = package[entry_point[1:]] if entry_point else package
    names = sorted(names_of(module).items())
    described = [{"name": name, "doc": documentation(item), "signature": signature(item)} for name, item in names]
    report.append({"entryPoint": PACKAGE + entry_point, "names": described})
print(json.dumps(report))
