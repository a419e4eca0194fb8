"""Two versions of a text: which paragraph of the new one was which of the old one, and which character."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

_LOOKED_AT = 40
"""How many paragraphs ahead a changed one is looked for."""
_ALIKE = 0.5
"""Two paragraphs are one, changed, if they share so much of their pairs of characters (Dice's coefficient)."""
_SMALL = 40_000
"""Where nothing is unique, so many comparisons are made at most."""


def paired(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """New paragraph -> the old one that it was: the same text, in order; the same text elsewhere, where there is
    one such place; or a similar text in order. About linear in the length of both."""
    same = _in_order(old, new)
    pairs = {j: i for i, j in same}
    _moved(old, new, pairs)
    ends = [(-1, -1), *same, (len(old), len(new))]
    taken = set(pairs.values())
    for (i, j), (i_next, j_next) in pairwise(ends):
        left = [k for k in range(i + 1, i_next) if k not in taken]
        right = [k for k in range(j + 1, j_next) if k not in pairs]
        pairs |= _similar(old, new, left, right)
    return pairs


def _in_order(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Equal paragraphs in order: what is unique on both sides first, then what is between (patience diff)."""
    found: list[tuple[int, int]] = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        anchors = _anchors(old, new, a, b, c, d)
        if anchors:
            found += anchors
            edges = [(a - 1, c - 1), *anchors, (b, d)]
            todo += [(i + 1, i2, j + 1, j2) for (i, j), (i2, j2) in pairwise(edges)]
        elif (b - a) * (d - c) <= _SMALL:
            matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            for block in matcher.get_matching_blocks():
                found += [(a + block.a + k, c + block.b + k) for k in range(block.size)]
    return sorted(found)


def _anchors(old: Sequence[str], new: Sequence[str], a: int, b: int, c: int, d: int) -> list[tuple[int, int]]:
    """Paragraphs that stand once on either side, the longest run of them in order."""
    once_old = Counter(old[a:b])
    once_new = Counter(new[c:d])
    where = {old[i]: i for i in range(a, b) if once_old[old[i]] == 1}
    pairs = [(where[new[j]], j) for j in range(c, d) if once_new[new[j]] == 1 and new[j] in where]
    return _longest_rising(pairs)


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence in which the first numbers rise; the second ones do already."""
    tails: list[int] = []
    at: list[int] = []
    back: list[int] = []
    for n, (first, _) in enumerate(pairs):
        k = bisect_left(tails, first)
        back.append(at[k - 1] if k else -1)
        tails[k : k + 1] = [first]
        at[k : k + 1] = [n]
    out = []
    n = at[-1] if at else -1
    while n >= 0:
        out.append(pairs[n])
        n = back[n]
    return out[::-1]


def _moved(old: Sequence[str], new: Sequence[str], pairs: dict[int, int]) -> None:
    """Adds the paragraphs that moved: left over on both sides, and once on each."""
    taken = set(pairs.values())
    left = [i for i in range(len(old)) if i not in taken]
    right = [j for j in range(len(new)) if j not in pairs]
    once_old, once_new = Counter(old[i] for i in left), Counter(new[j] for j in right)
    where = {old[i]: i for i in left if once_old[old[i]] == 1}
    pairs |= {j: where[new[j]] for j in right if once_new[new[j]] == 1 and new[j] in where}


def _similar(
    old: Sequence[str], new: Sequence[str], left: Sequence[int], right: Sequence[int]
) -> dict[int, int]:
    pairs: dict[int, int] = {}
    if not left or not right:
        return pairs
    grams = {i: _grams(old[i]) for i in left}
    start = 0
    for j in right:
        mine = _grams(new[j])
        ahead = range(start, min(len(left), start + _LOOKED_AT))
        best = max(ahead, key=lambda k: _share(grams[left[k]], mine), default=None)
        if best is not None and _share(grams[left[best]], mine) >= _ALIKE:
            pairs[j] = left[best]
            start = best + 1
    return pairs


def _grams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(max(1, len(text) - 1)))


def shared(old: str, new: str) -> float:
    """How much two texts have in common, from 0 to 1: of their pairs of characters."""
    return _share(_grams(old), _grams(new))


def _share(a: Counter[str], b: Counter[str]) -> float:
    return 2 * (a & b).total() / max(1, a.total() + b.total())


class Moves:
    """Where the characters of an old paragraph are in the new one."""

    def __init__(self, old: str, new: str) -> None:
        self._codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if old != new else []
        self._same = old == new

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """What [start, end) became, without what was put in at its edges; None where nothing of it is left."""
        if self._same:
            return start, end
        kept = [(i, i2, j) for code, i, i2, j, _ in self._codes if code == "equal" and i < end and i2 > start]
        if not kept:
            return None
        first, last = self._edge(start, kept[0], low=True), self._edge(end, kept[-1], low=False)
        return (first, last) if first < last else None

    def _edge(self, at: int, kept: tuple[int, int, int], *, low: bool) -> int:
        """The new place of an edge: exact in kept text; where the text at the edge was replaced, what replaced it
        belongs to the line."""
        i, i2, j = kept
        if i <= at <= i2:
            return j + at - i
        for code, a, a2, b, b2 in self._codes:
            if code == "replace" and a <= at <= a2:
                return b if low else b2
        return j if low else j + i2 - i
