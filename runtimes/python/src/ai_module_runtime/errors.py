"""Errors that become the answer to a request."""

RETRY_AFTER = {"Retry-After": "5"}


class HttpError(Exception):
    """A refusal that a client sees as `{"detail": code}` with the given status."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers


class InvalidInputError(Exception):
    """Input that is refused with 422; `loc` is where the problem is."""

    def __init__(self, error_type: str, message: str, loc: tuple[str | int, ...] = ("body", "input_data")) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.loc = loc
