"""Chapters that stand in a book twice, because a site posted them twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_SENTENCE_END = re.compile("[。！？!?…\n]+")
_LETTERS = re.compile(r"[\W_]+")
_SENTENCE = 8  # letters of a sentence that hardly stands in two chapters by chance
_SENTENCES = 5  # such sentences that a chapter must have, and
_SHARE = 0.9  # of them that must stand in the other


def repeated_chapters(chapters: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Of (title, text) each, the numbers of those that stand elsewhere too, and the reason to skip them.

    Of two, the shorter goes; of two of one length, the later. So does a title without text before a chapter of
    that same title.
    """
    sentences = [_sentences(text) for _, text in chapters]
    first_with: dict[str, int] = {}
    out: dict[int, str] = {}
    for i, mine in enumerate(sentences):
        other, shared = _nearest(mine, first_with)
        if len(mine) >= _SENTENCES and shared >= _SHARE * len(mine):
            out[i] = _reason(chapters[other][0])
        elif other >= 0 and len(sentences[other]) >= _SENTENCES and shared >= _SHARE * len(sentences[other]):
            out.setdefault(other, _reason(chapters[i][0]))
        for sentence in mine:
            if i not in out:
                first_with[sentence] = i
    for i, ((title, text), (behind, _)) in enumerate(pairwise(chapters)):
        if _letters(title) == _letters(behind) and _letters(text) in ("", _letters(title)):
            out.setdefault(i, "a title that stands twice")
    return out


def _reason(title: str) -> str:
    return f"posted twice: the same text stands in {title}"


def _nearest(sentences: frozenset[str], first_with: dict[str, int]) -> tuple[int, int]:
    """The earlier chapter that shares most of the sentences, and how many; (-1, 0) where none does."""
    counts = Counter(first_with[s] for s in sentences if s in first_with)
    return counts.most_common(1)[0] if counts else (-1, 0)


def _sentences(text: str) -> frozenset[str]:
    parts = (_letters(part) for part in _SENTENCE_END.split(text))
    return frozenset(part for part in parts if len(part) >= _SENTENCE)


def _letters(text: str) -> str:
    return _LETTERS.sub("", text).casefold()
