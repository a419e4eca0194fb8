"""How likely a run of Chinese characters is as words: jieba's dictionary as a small language model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import log
from pathlib import Path
from typing import Any

LONGEST_WORD = 6


@cache
def _frequencies() -> tuple[dict[str, int], float]:
    import jieba

    jieba.setLogLevel(60)  # it tells stderr that it builds its dictionary
    tokenizer: Any = jieba.dt
    tokenizer.initialize()
    return tokenizer.FREQ, log(tokenizer.total)


def frequency(word: str) -> int:
    """How often the dictionary's corpus has the word; 0 for none."""
    return int(_frequencies()[0].get(word, 0))


def tagged_words() -> Iterator[tuple[str, str, int]]:
    """(word, tag, count) of the dictionary's words of at most 4 characters that its corpus has three times."""
    import jieba

    with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, tag = line.split(" ")
            if int(count) >= 3 and len(word) <= 4:
                yield word, tag.strip(), int(count)


@cache
def _tags() -> dict[str, str]:
    return {word: tag for word, tag, _ in tagged_words()}


def part_of_speech(word: str) -> str:
    """The dictionary's tag (ICTCLAS: n noun, nr person, s place, v verb …); empty for an unknown word."""
    return _tags().get(word, "")


def word_before(text: str, at: int) -> str:
    """The longest word of the dictionary that ends at `at`, at most 4 characters; a character where none does."""
    words = (text[at - n : at] for n in (4, 3, 2) if at >= n)
    return next((w for w in words if part_of_speech(w)), text[at - 1 : at])


def word_behind(text: str, at: int) -> str:
    """The longest word of the dictionary that begins at `at`, at most 4 characters; a character where none does."""
    words = (text[at : at + n] for n in (4, 3, 2) if at + n <= len(text))
    return next((w for w in words if part_of_speech(w)), text[at : at + 1])


def log_likelihood(run: str) -> float:
    """The natural log probability of the best way to cut `run` (simplified characters) into words.

    A character that no word covers counts as a word seen once.
    """
    counts, log_total = _frequencies()
    best = [0.0] * (len(run) + 1)
    for end in range(1, len(run) + 1):
        best[end] = best[end - 1] + log(counts.get(run[end - 1 : end], 0) or 1) - log_total
        for start in range(max(0, end - LONGEST_WORD), end - 1):
            count = counts.get(run[start:end], 0)
            if count:
                best[end] = max(best[end], best[start] + log(count) - log_total)
    return best[-1]
