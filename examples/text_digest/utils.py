"""Sentences, phrases, and how much each of them says. For English texts."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from math import log

from .schemas import Phrase

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z0-9])|\n{2,}")
WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
TOKEN = re.compile(rf"{WORD.pattern}|[^\s\w]")
DAMPING = 0.85
ROUNDS = 30
MAX_RANKED_SENTENCES = 400

STOP_WORDS = frozenset(
    WORD.findall(
        """
        a about above after again all also am an and any are as at be because been before being below between both but
        by can could did do does doing down during each few for from further had has have having he her here hers him
        his how i if in into is it its itself just may me might more most must my no nor not now of off on once only or
        other our out over own same she should so some such than that the their them then there these they this those
        through to too under until up upon very was we were what when where which while who whom why will with would you
        your
        """
    )
)


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in its order."""
    return [" ".join(sentence.split()) for sentence in SENTENCE_END.split(text) if sentence.strip()]


def content_words(sentence: str) -> set[str]:
    """The words that carry meaning, in lower case."""
    return {word for word in WORD.findall(sentence.lower()) if word not in STOP_WORDS}


def key_phrases(sentences: list[str], count: int) -> list[Phrase]:
    """Runs of words between stop words and punctuation (RAKE). A word weighs as much as the phrases it is part of."""
    phrases = [phrase for sentence in sentences for phrase in _phrases(sentence)]
    frequency = Counter(word for phrase in phrases for word in phrase)
    degree: Counter[str] = Counter()
    for phrase in phrases:
        degree.update(dict.fromkeys(phrase, len(phrase)))
    scores = {phrase: sum(degree[word] / frequency[word] for word in phrase) for phrase in set(phrases)}
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:count]
    return [{"phrase": " ".join(phrase), "score": round(score, 2)} for phrase, score in best]


def _phrases(sentence: str) -> Iterator[tuple[str, ...]]:
    tokens = TOKEN.findall(sentence.lower())
    for is_content, run in groupby(tokens, key=lambda token: bool(WORD.match(token)) and token not in STOP_WORDS):
        if is_content:
            yield tuple(run)


def summary(sentences: list[str], count: int) -> list[str]:
    """The sentences that say most, in the order of the text. Of a very long text, its beginning is read."""
    ranked = rank(sentences[:MAX_RANKED_SENTENCES])
    best = sorted(range(len(ranked)), key=lambda index: (-ranked[index], index))[:count]
    return [sentences[index] for index in sorted(best)]


def rank(sentences: list[str]) -> list[float]:
    """How central each sentence is (TextRank): much that others say as well, and most of all the central ones."""
    words = [content_words(sentence) for sentence in sentences]
    links = [[_similarity(one, other) if one is not other else 0.0 for other in words] for one in words]
    outgoing = [sum(row) or 1.0 for row in links]
    ranks = [1.0] * len(sentences)
    for _ in range(ROUNDS):
        shares = [score / total for score, total in zip(ranks, outgoing, strict=True)]
        # Links are the same in both directions: a row also holds what points to its sentence.
        ranks = [1 - DAMPING + DAMPING * sum(map(_product, row, shares)) for row in links]
    return ranks


def _similarity(one: set[str], other: set[str]) -> float:
    size = log(len(one) + 1) + log(len(other) + 1)
    return len(one & other) / size if size else 0.0


def _product(weight: float, share: float) -> float:
    return weight * share
