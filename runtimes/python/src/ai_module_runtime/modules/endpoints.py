"""The endpoints of a module, as its manifest declares them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ai_module_runtime.modules.type_schema import OptionalTypeSchema, Schema

PERMISSION_PATTERN = r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*$"

Role = Literal["process", "status", "list", "cancel", "retry", "result", "stats"]
# Method, whether the path ends with the id of a job, and the last word of the permission.
STANDARD: dict[Role, tuple[str, bool, str]] = {
    "process": ("POST", False, "create"),
    "status": ("GET", True, "read"),
    "list": ("GET", False, "read"),
    "cancel": ("POST", True, "delete"),
    "retry": ("POST", True, "create"),
    "result": ("GET", True, "read"),
    "stats": ("GET", False, "admin"),
}
PERMISSION_OF_METHOD = {"GET": "read", "POST": "create", "PUT": "create", "PATCH": "create", "DELETE": "delete"}
LIFECYCLE = ("started", "progress", "completed", "failed", "cancelled")
STANDARD_VERBS = frozenset({"create", "read", "delete", "admin", *LIFECYCLE})


class EndpointsError(Exception):
    """A module does not serve exactly the endpoints of its manifest, or serves them with other types."""


class EndpointEntry(BaseModel):
    """An entry of `endpoints` in its long form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str
    input: OptionalTypeSchema = None
    output: OptionalTypeSchema = None
    permission: str | None = Field(default=None, pattern=PERMISSION_PATTERN)
    summary: str | None = None

    @classmethod
    def of(cls, entry: Any) -> Self:
        """The entry, which may be in its short form."""
        return cls.model_validate({"endpoint": entry} if isinstance(entry, str) else entry)


@dataclass(frozen=True)
class Endpoint:
    """An endpoint of a module. `role` is None for a custom one, `path` is below the module's prefix."""

    method: str
    path: str
    role: Role | None
    permission: str
    handler: str
    """Unique in the module; operation ids in the OpenAPI document end with it."""
    input: Schema | None
    output: Schema | None
    summary: str | None

    @property
    def name(self) -> str:
        """`METHOD /path`."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names of the path parameters."""
        return parameters_of(self.path)

    @property
    def is_typed(self) -> bool:
        """Whether it has a type for its input or its output."""
        return self.input is not None or self.output is not None

    @property
    def has_body(self) -> bool:
        """Whether requests have a body."""
        return self.method not in ("GET", "DELETE")


def with_method(endpoint: str) -> str:
    """`METHOD /path`, also for an endpoint that is written as a bare path."""
    if not endpoint.startswith("/"):
        return endpoint
    role = _role_of(endpoint, None)
    return f"{STANDARD[role][0] if role else 'POST'} {endpoint}"


def parameters_of(path: str) -> list[str]:
    """The names of the parameters in a path."""
    return re.findall(r"\{([^}]*)\}", path)


def read_endpoints(entries: Iterable[EndpointEntry], namespace: str) -> list[Endpoint]:
    """The endpoints in their order. Only the first that fits a role has it."""
    found: list[Endpoint] = []
    roles = set[Role]()
    handlers = set[str](STANDARD)
    for entry in entries:
        method, _, path = with_method(entry.endpoint).partition(" ")
        role = _role_of(path, method)
        role = None if role in roles else role
        if role is not None:
            roles.add(role)
        verb = STANDARD[role][2] if role else PERMISSION_OF_METHOD[method]
        found.append(
            Endpoint(
                method=method,
                path=path,
                role=role,
                permission=entry.permission or f"{namespace}:{verb}",
                handler=role or _unique(_handler_name(method, path), handlers),
                input=entry.input,
                output=entry.output,
                summary=entry.summary,
            )
        )
    return found


def namespace_of(module: str, permissions: Sequence[str], events: Sequence[str]) -> str:
    """The prefix of a module's permissions and events: usually its name, otherwise the prefix of most standard ones.

    If two are equally frequent, the name of the module wins, then the first one.
    """
    words = [re.split("[:.]", name)[:2] for name in (*permissions, *events)]
    if all(prefix == module for prefix, _ in words):
        return module
    counts = Counter(prefix for prefix, verb in words if verb in STANDARD_VERBS)
    most = max(counts.values(), default=0)
    first = [prefix for prefix, count in counts.items() if count == most]
    return module if module in first or not first else first[0]


def _role_of(path: str, method: str | None) -> Role | None:
    """The standard endpoint of this path. It may have a prefix, such as `/v2/process`."""
    words = [segment for segment in path.split("/") if segment and not segment.startswith("{")]
    role = next((role for role in STANDARD if words[-1:] == [role]), None)
    if role is None:
        return None
    standard_method, takes_job, _ = STANDARD[role]
    parameters = parameters_of(path)
    fits = len(parameters) == 1 and path.endswith("/{job_id}") if takes_job else not parameters
    return role if fits and method in (None, standard_method) else None


def _handler_name(method: str, path: str) -> str:
    """`POST /reindex` → `reindex`; `GET /documents/{document_id}` → `get_documents_by_document_id`."""
    words = [segment for segment in path.split("/") if segment and not segment.startswith("{")]
    base = "_".join(re.sub("[^a-z0-9]+", "_", word.lower()) for word in words).strip("_") or "root"
    parameters = parameters_of(path)
    full = f"{base}_by_{'_and_'.join(parameters)}" if parameters else base
    return full if method == "POST" else f"{method.lower()}_{full}"


def _unique(wanted: str, used: set[str]) -> str:
    name, number = wanted, 2
    while name in used:
        name, number = f"{wanted}_{number}", number + 1
    used.add(name)
    return name
