"""The local provider by itself."""

import asyncio
from typing import Any

import pytest

from ..config import TextDigestConfig
from ..provider import LocalProvider

ARTICLE = """
The city council voted on Monday to rebuild the old harbour bridge. The harbour bridge has been closed since the storm
of 2019. Shop owners near the harbour welcome the vote. It rained. A new bridge could open in three years, the council
said, if the state pays half of the costs.
"""


def digest(text: str, **settings: Any) -> dict[str, Any]:
    provider = LocalProvider(TextDigestConfig(**settings))
    answer = asyncio.run(provider.process({"article": text}, {}))
    assert (answer.is_complete, answer.progress_percent) == (True, 100)
    return answer.data


def test_sums_up_in_sentences_of_the_text() -> None:
    sentences = digest(ARTICLE, summary_sentences=2)["summary"]
    assert sentences == [
        "The city council voted on Monday to rebuild the old harbour bridge.",
        "The harbour bridge has been closed since the storm of 2019.",
    ]


def test_names_key_phrases() -> None:
    phrases = [item["phrase"] for item in digest(ARTICLE, key_phrases=3)["key_phrases"]]
    assert len(phrases) == 3
    assert "city council voted" in phrases


@pytest.mark.parametrize(("text", "count"), [("", 0), ("One. Two! Three?", 3), ("No end", 1), ("Dr.\n\nWho", 2)])
def test_counts_sentences(text: str, count: int) -> None:
    assert digest(text)["sentences"] == count


def test_reads_every_text_of_the_input() -> None:
    provider = LocalProvider(TextDigestConfig())
    answer = asyncio.run(provider.process({"a": "Red apples.", "b": [{"c": "Green pears."}], "d": 7}, {}))
    assert answer.data["summary"] == ["Red apples.", "Green pears."]
