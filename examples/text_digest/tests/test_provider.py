"""The local provider by itself."""

import asyncio

import pytest
from ai_module_runtime.testing import TestHost, TestRun

from ..provider import LocalProvider
from ..schemas import Options, Output

ARTICLE = """
The city council voted on Monday to rebuild the old harbour bridge. The harbour bridge has been closed since the storm
of 2019. Shop owners near the harbour welcome the vote. It rained. A new bridge could open in three years, the council
said, if the state pays half of the costs.
"""


def digest(host: TestHost, text: str, options: Options | None = None) -> Output:
    provider = LocalProvider(host.service("text_digest").config)
    return asyncio.run(provider.run({"text": text}, TestRun(options or {})))


def test_sums_up_in_sentences_of_the_text(host: TestHost) -> None:
    assert digest(host, ARTICLE)["summary"] == [
        "The city council voted on Monday to rebuild the old harbour bridge.",
        "The harbour bridge has been closed since the storm of 2019.",
    ]


def test_the_options_win_over_the_configuration(host: TestHost) -> None:
    found = digest(host, ARTICLE, {"summary_sentences": 1, "key_phrases": 3})
    assert (len(found["summary"]), len(found["key_phrases"])) == (1, 3)
    assert "city council voted" in [item["phrase"] for item in found["key_phrases"]]


@pytest.mark.parametrize(("text", "count"), [(" ", 0), ("One. Two! Three?", 3), ("No end", 1), ("Dr.\n\nWho", 2)])
def test_counts_sentences(host: TestHost, text: str, count: int) -> None:
    assert digest(host, text)["sentences"] == count
