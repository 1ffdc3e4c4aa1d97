"""JSON Web Tokens signed with HS256. The token is the user: there is no table of users."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field

from ai_module_runtime.clock import utcnow
from ai_module_runtime.json_values import UNUSABLE_TEXT
from ai_module_runtime.jwt_secret import read_jwt_secret
from ai_module_runtime.settings import Settings
from ai_module_runtime.users import User

if TYPE_CHECKING:
    from starlette.requests import Request

ALGORITHM = "HS256"
MAX_ID_LENGTH = 255
BEARER = re.compile(r"Bearer +([\x21-\x7e]+)", re.IGNORECASE)
# The claims are checked here, with the same rules as in the other runtime.
ONLY_THE_SIGNATURE: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "sub", "aud", "iss", "jti")}
DEFAULT_LIFETIME = timedelta(hours=12)


Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Claims(BaseModel):
    """What a token must contain. `sub` is stored, and PostgreSQL stores no NUL."""

    model_config = ConfigDict(strict=True)

    sub: str = Field(min_length=1, max_length=MAX_ID_LENGTH, pattern=r"^[^\x00]+$")
    exp: Seconds
    nbf: Seconds = 0
    iat: Seconds = 0
    permissions: list[str] = []
    admin: bool = False


def bearer_token(request: "Request") -> str | None:
    """The token of the Authorization header; None without one."""
    match = BEARER.fullmatch(request.headers.get("Authorization", ""))
    return match[1] if match else None


class Tokens:
    """Signs and reads tokens with the secret of the settings; without one, a secret is made in `data_dir`.

    Raises:
        SettingsError: in production, no secret or one of less than 32 bytes.
    """

    def __init__(self, settings: Settings) -> None:
        self.secret = read_jwt_secret(settings)

    def create(
        self,
        user_id: str,
        permissions: list[str],
        *,
        admin: bool = False,
        lifetime: timedelta = DEFAULT_LIFETIME,
    ) -> str:
        """A signed token for `user_id`.

        Raises:
            ValueError: `read` would refuse the token, because of the length or the characters of `user_id`.
        """
        if not 1 <= len(user_id) <= MAX_ID_LENGTH or UNUSABLE_TEXT.search(user_id):
            raise ValueError(
                f"a user id has 1 to {MAX_ID_LENGTH} characters, and neither U+0000 nor unpaired surrogates"
            )
        claims: dict[str, Any] = {
            "sub": user_id,
            "permissions": permissions,
            "admin": admin,
            "exp": utcnow() + lifetime,
        }
        return jwt.encode(claims, self.secret, algorithm=ALGORITHM)

    def read(self, token: str) -> User | None:
        """The user of a token; None if it is not valid."""
        try:
            payload = jwt.decode(token, self.secret, algorithms=[ALGORITHM], options=ONLY_THE_SIGNATURE)
            claims = Claims.model_validate(payload)
        # A number outside the range of a date, for example, is no error of the library.
        except (jwt.InvalidTokenError, ValueError, OverflowError, RecursionError):
            return None
        now = utcnow().timestamp()
        if claims.exp <= now or claims.nbf > now or claims.iat > now:
            return None
        return User(id=claims.sub, is_admin=claims.admin, permissions=frozenset(claims.permissions))

    async def authenticate(self, request: "Request") -> User | None:
        """The user of a request with a bearer token: for `Ports`."""
        token = bearer_token(request)
        return None if token is None else self.read(token)
