"""Text statistics, for the local provider."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

WORD = re.compile(r"[^\W_]+")
SLICE_CHARACTERS = 65_536
TOP_WORDS = 5


def iter_strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value, depth first; keys do not count."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from iter_strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from iter_strings(child)


def cut_text(text: str) -> Iterator[str]:
    """Pieces of a long text, none of which begins or ends inside a word."""
    start = 0
    while start < len(text):
        end = min(start + SLICE_CHARACTERS, len(text))
        while end < len(text) and text[end].isalnum():
            end += 1
        yield text[start:end]
        start = end


class TextScan:
    """Counts the words of a JSON value, one piece at a time."""

    def __init__(self, value: Any) -> None:
        self._pieces = [piece for text in iter_strings(value) for piece in cut_text(text)]
        self._done = 0
        self._characters = 0
        self._words: Counter[str] = Counter()

    @property
    def is_complete(self) -> bool:
        """Whether every piece has been counted."""
        return self._done == len(self._pieces)

    @property
    def progress_percent(self) -> int:
        """How much has been counted."""
        return 100 if self.is_complete else 100 * self._done // len(self._pieces)

    def advance(self) -> None:
        """Count the next pieces, about SLICE_CHARACTERS of text."""
        budget = SLICE_CHARACTERS
        while budget > 0 and not self.is_complete:
            piece = self._pieces[self._done]
            self._characters += len(piece)
            self._words.update(word.lower() for word in WORD.findall(piece))
            self._done += 1
            budget -= len(piece) + 1

    def statistics(self) -> dict[str, Any]:
        """The counts so far; ties among the most frequent words are in order of the word."""
        top = sorted(self._words.items(), key=lambda item: (-item[1], item[0]))[:TOP_WORDS]
        return {
            "characters": self._characters,
            "words": self._words.total(),
            "unique_words": len(self._words),
            "top_words": [{"word": word, "count": count} for word, count in top],
        }
