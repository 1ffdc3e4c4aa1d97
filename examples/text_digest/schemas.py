"""Generated from the types in manifest.yaml: change them there, then run create-ai-module update."""

from typing import Annotated, NotRequired

from ai_module_runtime import Integer, Number, loose_object, strict_object
from pydantic import Field
from typing_extensions import TypedDict


@strict_object
class Phrase(TypedDict):
    """A value of the type Phrase."""

    phrase: str
    score: Annotated[Number, Field(ge=0)]


@strict_object
class Input(TypedDict):
    """A value of the type Input."""

    # An English text.
    text: Annotated[str, Field(min_length=1, max_length=500_000)]


@strict_object
class Options(TypedDict):
    """A value of the type Options."""

    key_phrases: NotRequired[Annotated[Integer, Field(ge=1, le=50)]]
    summary_sentences: NotRequired[Annotated[Integer, Field(ge=1, le=20)]]


@strict_object
class Output(TypedDict):
    """A value of the type Output."""

    # The sentences that say most, in the order of the text.
    summary: list[str]
    key_phrases: list[Phrase]
    sentences: Annotated[Integer, Field(ge=0)]
    content_words: Annotated[Integer, Field(ge=0)]


@loose_object
class TranscriptionCompleted(TypedDict):
    """A value of the type TranscriptionCompleted."""

    user_id: str
    text: str


# A value that fits Input.
sample: Input = {"text": "The harbour bridge is old. The city council voted to rebuild the harbour bridge. It rained."}

# A value that fits Options.
sample_options: Options = {"key_phrases": 1, "summary_sentences": 1}

# A value that fits Output.
sample_output: Output = {
    "summary": ["Summary"],
    "key_phrases": [{"phrase": "Phrase", "score": 1}],
    "sentences": 1,
    "content_words": 1,
}

# A value that fits TranscriptionCompleted.
transcription_completed_sample: TranscriptionCompleted = {"user_id": "User id", "text": "Text"}

# Identifies the types in manifest.yaml that this file was generated from.
fingerprint = "2dcdf5c5"
