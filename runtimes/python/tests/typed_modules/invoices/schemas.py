"""Generated from the types in manifest.yaml: change them there, then run create-ai-module update."""

from typing import Annotated, Literal, NotRequired, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from ai_module_runtime import Date, Integer, Number, loose_object, strict_object


@strict_object
class Line(TypedDict):
    """A value of the type Line."""

    text: str
    amount: Annotated[Number, Field(ge=0)]
    due: NotRequired[Date]


Nothing: TypeAlias = None


@strict_object
class Input(TypedDict):
    """A value of the type Input."""

    text: Annotated[str, Field(min_length=1)]
    language: Annotated[Literal["en", "fr"], Field(default="en")]
    lines: NotRequired[list[Line]]
    mode: NotRequired[str]


@strict_object
class Options(TypedDict):
    """A value of the type Options."""

    pages: Annotated[Integer, Field(ge=1, default=3)]


@strict_object
class Output(TypedDict):
    """A value of the type Output."""

    lines: list[Line]
    pages: Integer


PreviewInput = Line

PreviewOutput = Line


@strict_object
class GetLinesByLineIdInput(TypedDict):
    """A value of the type GetLinesByLineIdInput."""

    page: Annotated[Integer, Field(ge=1)]
    draft: Annotated[bool, Field(default=False)]


@loose_object
class Approved(TypedDict):
    """A value of the type Approved."""

    user_id: str


@loose_object
class BillingInvoicePaid(TypedDict):
    """A value of the type BillingInvoicePaid."""

    amount: Number


sample: Input = {"text": "text", "language": "en"}

sample_output: Output = {"lines": [{"text": "text", "amount": 0}], "pages": 1}

# Identifies the types in manifest.yaml that this file was generated from.
fingerprint = "cd1068ce"
