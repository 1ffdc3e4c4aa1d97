"""Errors that become the answer to a request."""

from collections.abc import Sequence
from typing import NamedTuple, Self

RETRY_AFTER = {"Retry-After": "5"}


class HttpError(Exception):
    """A refusal that a client sees as `{"detail": code}` with the given status."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers


class TypeProblem(NamedTuple):
    """One thing that is wrong with a value. `loc` is where, from the outside in."""

    loc: tuple[str | int, ...]
    type: str
    msg: str


def describe_problems(problems: Sequence[TypeProblem]) -> str:
    """The problems in one line, for the log: places and messages, never the values."""
    return "; ".join(f"{'.'.join(map(str, loc)) or 'the value'} {msg}" for loc, _, msg in problems)


class InvalidInputError(Exception):
    """Input that is refused with 422, for everything in `problems`."""

    def __init__(self, error_type: str, message: str, loc: tuple[str | int, ...] = ("body", "input_data")) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.problems = [TypeProblem(loc, error_type, message)]

    def __str__(self) -> str:
        return describe_problems(self.problems)

    @classmethod
    def of(cls, problems: Sequence[TypeProblem]) -> Self:
        """The error for one or more problems."""
        error = cls(problems[0].type, problems[0].msg, problems[0].loc)
        error.problems = list(problems)
        return error
