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
