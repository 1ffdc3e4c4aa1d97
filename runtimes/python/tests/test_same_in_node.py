"""Values that are the same in both runtimes. The tests of the Node runtime expect them, too."""

import pytest

from ai_module_runtime.engine.errors import message_for
from ai_module_runtime.jobs.service import id_from_event


def test_gives_a_job_that_an_event_starts_the_same_id() -> None:
    assert id_from_event("notes", "3f2504e0-4f89-41d3-9a0c-0305e82c3301") == "12f2a5eb-daf5-5fa1-98e7-88c824c89417"


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
