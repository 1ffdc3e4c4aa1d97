"""The user of a request."""

from pydantic import BaseModel, ConfigDict


class User(BaseModel):
    """A caller, as the host's `authenticate` returns it.

    `permissions` are `namespace:verb`, or `namespace:*` for every verb. An admin passes every check.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    is_admin: bool = False
    permissions: frozenset[str] = frozenset()

    def has_permission(self, permission: str) -> bool:
        """Whether the user may do `permission`, a `namespace:verb`."""
        namespace = permission.partition(":")[0]
        return self.is_admin or permission in self.permissions or f"{namespace}:*" in self.permissions
