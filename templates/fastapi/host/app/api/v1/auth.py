"""The user of a request, and tokens."""

from ai_module_runtime import get_current_user

from app.users import tokens

__all__ = ["create_token", "get_current_user"]

create_token = tokens.create
