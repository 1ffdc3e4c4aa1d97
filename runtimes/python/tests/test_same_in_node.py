"""Values that are the same in both runtimes. The tests of the Node runtime expect them, too."""

import pytest

from ai_module_runtime.engine.errors import message_for
from ai_module_runtime.jobs.service import id_from_event
from ai_module_runtime.json_values import number_text
from ai_module_runtime.modules.fingerprint import fingerprint_of


def test_gives_a_job_that_an_event_starts_the_same_id() -> None:
    assert id_from_event("notes", "3f2504e0-4f89-41d3-9a0c-0305e82c3301") == "12f2a5eb-daf5-5fa1-98e7-88c824c89417"


def test_identifies_types_in_the_same_way() -> None:
    line = {"type": "number", "minimum": 1e-7, "maximum": 1e21, "default": 1.5, "examples": [100_000, -0.25, 3.0]}
    text = {"type": "string", "const": 'é😀\n"', "required": True, "10": 1, "9": 2}
    assert fingerprint_of([{"Line": line, "Also": text}, None, [], {"b": [{}], "a": []}]) == "1a09a52d"
    unpaired = {"type": "string", "description": "\ud83d or \ude00, \ud83d\ude00"}
    assert fingerprint_of([unpaired]) == "99206b6a"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (-0.0, "0"),
        (1e-6, "0.000001"),
        (1.5e-7, "1.5e-7"),
        (-1e-7, "-1e-7"),
        (12345678901234567890, "12345678901234567000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.25e300, "1.25e+300"),
        (0.1, "0.1"),
        (100, "100"),
        (1230.0, "1230"),
    ],
)
def test_writes_numbers_as_javascript_does(number: float, text: str) -> None:
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("timeout", "The job took longer than allowed."),
        ("provider_unavailable", "The provider is not available."),
        ("provider_rejected", "The provider rejected the request."),
        ("input_invalid", "The input does not fit the type that the module expects."),
        ("output_invalid", "The output does not fit the type that the module promises."),
        ("internal_error", "The job failed because of an internal error."),
        ("module_removed", "The module was removed before the job was finished."),
        ("other", "The job failed."),
    ],
)
def test_has_the_same_sentence_for_a_code(code: str, sentence: str) -> None:
    assert message_for(code) == sentence
