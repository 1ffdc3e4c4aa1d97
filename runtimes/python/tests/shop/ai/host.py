"""What the AI modules take from the shop."""

import os

from sqlalchemy import URL, make_url
from starlette.requests import Request

from ai_module_runtime import Ports, User

from ..main import current_user


def authenticate(request: Request) -> User | None:
    """The user of the shop's own token; raises its own errors. Runs in a thread."""
    user = current_user(request)
    assert request.app.state.name == "shop"
    assert "/ai/" in request.url.path
    return User(id=user["name"], is_admin=user["boss"])


def may(user: User, permission: str) -> bool:
    """Everyone may use modules; what ends in `:admin` is for bosses."""
    return user.is_admin or not permission.endswith(":admin")


def database() -> URL:
    """The shop's database, as SQLAlchemy has it, with the shop's own driver."""
    return make_url(os.environ["SHOP_DATABASE"]).set(drivername="postgresql+psycopg2")


# Without it, the modules have a database of their own.
ports = Ports(authenticate=authenticate, may=may, database=database if "SHOP_DATABASE" in os.environ else None)
