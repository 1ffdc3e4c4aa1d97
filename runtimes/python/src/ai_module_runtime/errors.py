"""Refusals: what a client is told instead of an answer."""


class ApiError(Exception):
    """A refusal that a client sees as `{"detail": code}` with the given status."""

    def __init__(self, status_code: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status_code = status_code
        self.code = code
        self.headers = headers
