"""The user of a request."""

from pydantic import BaseModel, ConfigDict


class User(BaseModel):
    """Who is calling, as the token says; there is no table of users."""

    model_config = ConfigDict(frozen=True)

    id: str
    is_admin: bool = False
    permissions: frozenset[str] = frozenset()

    def has_permission(self, permission: str) -> bool:
        """Whether the user may do `permission`, a `namespace:verb`. `namespace:*` grants every verb."""
        namespace = permission.partition(":")[0]
        return self.is_admin or permission in self.permissions or f"{namespace}:*" in self.permissions
