"""Where a sentence ended before its full stop was lost: a linear model over characters, words and lengths.

The text is simplified Chinese. Every place between two characters of narration gets a score, the log-odds that
a stop was lost there; features are the characters and dictionary words around it, how far the marks on either
side are, how often the book's own sentences begin with what stands behind it, and how often sentences in general
end and begin so. The weights are made by `tests/benchmarks/train_stops.py`, which deletes stops from clean
chapters and learns where they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from novelcast.read.confusion import run_keys
from novelcast.read.words import tagged_words

BITS = 19  # the table of weights has 2**BITS rows; features share rows by hash
WEIGHTS = Path(__file__).with_name("sentences.npz")
LONGEST_WORD = 4
_PART = 20_000  # characters, about, whose habits are counted and whose gaps are scored together
_FEW = 0.3  # share of the stops inside of paragraphs: where fewer are lost, a place must be
_CARE = 1.0  # surer by this, or more would be wrong
_WAITS = 4.0  # as must one behind words that mostly wait for more, by this
_SHORTEST = 7  # characters of a sentence between two lost stops
_MARGIN = 8  # characters of padding around a text, more than the widest feature reaches

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_OPENS, _CLOSES = "“「『【《‘（[", "”」』】》’）]"
_ENDS = "。！？…"
# Words that bind what stands before and behind them; the model knows, but a rare word beside them may mislead it.
_NOT_BEFORE_A_STOP = "的把被向从对让给于与和及或但而且虽若如因所就才又很太更最正将会要能该应当跟比每某"
_NOT_BEHIND_A_STOP = "的了着过们吗呢吧啊地得之"
_PLACES, _LEADS = "上下里中内时间际", "进回到入在"


class Text:
    """Paragraphs as one array of code points, a line end before, between and behind them."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        joined = "\n" + "\n".join(paragraphs) + "\n"
        pad = "\n" * _MARGIN
        self.codes: Ints = np.frombuffer((pad + joined + pad).encode("utf-32-le"), np.uint32).astype(np.int64)
        size = len(self.codes)
        word = _is_word(self.codes)
        self.line_end: Bools = self.codes == 10
        depth = np.cumsum(_among(self.codes, _OPENS).astype(np.int64) - _among(self.codes, _CLOSES))
        at_line = np.maximum.accumulate(np.where(self.line_end, np.arange(size), 0))
        self.quoted: Bools = depth > depth[at_line]
        # How far the last mark before, and the next mark behind, is from the gap in front of each character.
        places = np.arange(size)
        last = np.maximum.accumulate(np.where(word, -1, places))
        nearest = np.minimum.accumulate(np.where(word, size, places)[::-1])[::-1]
        self.mark_before: Ints = np.concatenate(([0], last[:-1]))
        self.mark_behind: Ints = nearest
        ascii_word = word & (self.codes < 128)
        gap = np.zeros(size, bool)
        gap[1:] = (
            word[1:] & word[:-1] & ~(ascii_word[1:] & ascii_word[:-1]) & ~self.quoted[1:] & ~self.quoted[:-1]
        )
        gap &= (places - self.mark_before > 2) & (self.mark_behind - places > 1)
        gap[1:] &= ~_among(self.codes[:-1], _NOT_BEFORE_A_STOP) & ~_among(self.codes[1:], _NOT_BEHIND_A_STOP)
        self.gaps: Ints = np.flatnonzero(gap)
        inner = ~self.quoted[:-1] & ~self.line_end[1:]
        self.inner_ends = int((inner & _among(self.codes[:-1], "。")).sum())
        """Full stops of narration that stand inside of paragraphs."""
        self.inner_pauses = int((inner & _among(self.codes[:-1], "，,")).sum())

    def offsets(self, places: Ints) -> Iterator[tuple[int, int]]:
        """(paragraph, offset in it) of each place."""
        starts = np.flatnonzero(self.line_end)[_MARGIN:] + 1
        rows = np.searchsorted(starts, places, side="right") - 1
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            yield row, place - int(starts[row])


def lost_stops(paragraphs: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """(paragraph, offset, log-odds) of each place where a stop was probably lost, in order."""
    first, size = 0, 0
    for i, paragraph in enumerate(paragraphs):
        size += len(paragraph)
        if size >= _PART or i == len(paragraphs) - 1:
            for row, at, score in _lost_in(paragraphs[first : i + 1]):
                yield first + row, at, score
            first, size = i + 1, 0


def _lost_in(paragraphs: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    weights, threshold = _weights()
    text = Text(paragraphs)
    facts = Facts(text)
    scores = np.zeros(len(text.gaps), np.float32)
    for rows in facts.features(text.gaps):
        scores += weights[rows]
    lost = float((1 / (1 + np.exp(-scores))).sum())
    if lost < _FEW * (lost + text.inner_ends):
        threshold += _CARE
    likely = np.flatnonzero(scores > threshold + _WAITS * facts.left_open(text.gaps))
    likely = likely[best_of_neighbours(text.gaps[likely], scores[likely])]
    places = text.offsets(text.gaps[likely])
    for (row, at), score in zip(places, scores[likely].tolist(), strict=True):
        yield row, at, score


def best_of_neighbours(places: Ints, scores: NDArray[np.float32]) -> Bools:
    """Of places nearer to each other than the shortest sentence, the likeliest."""
    keep = np.ones(len(places), bool)
    for i in range(1, len(places)):
        j = i - 1
        while j >= 0 and places[i] - places[j] < _SHORTEST:
            if keep[j] and keep[i]:
                keep[i if scores[i] <= scores[j] else j] = False
            j -= 1
    return keep


class Facts:
    """What the features need to know of a whole text: its words, its habits."""

    def __init__(self, text: Text) -> None:
        self.text = text
        codes = text.codes
        self.starts = _starters(text)
        self.density = _density(text)
        size = len(codes)
        longest_end = np.zeros(size, np.int64)  # tag and length of the longest word that ends before a place
        longest_start = np.zeros(size, np.int64)
        crossing = np.zeros(size, np.int64)
        left_word = np.zeros(size, np.int64)
        right_word = np.zeros(size, np.int64)
        keys, tags, levels, _ = _dictionary()
        for n in range(1, LONGEST_WORD + 1):
            key = _word_keys(codes, n)  # of the n characters that begin at a place
            at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            found = keys[at] == key
            kind = np.where(found, tags[at] * 8 + n, 0)
            longest_start = np.where(found, kind, longest_start)
            right_word = np.where(found, key, right_word)
            shifted, shifted_key = np.zeros_like(kind), np.zeros_like(key)
            shifted[n:], shifted_key[n:] = kind[:-n], key[:-n]
            longest_end = np.where(shifted > 0, shifted, longest_end)
            left_word = np.where(shifted > 0, shifted_key, left_word)
            level = np.where(found, levels[at], 0)
            for inside in range(1, n):
                crossing[inside:] = np.maximum(crossing[inside:], level[:-inside])
        self.end, self.start, self.crossing = longest_end, longest_start, crossing
        self.left_word, self.right_word = left_word, right_word
        # A word's tag without its second letter; verbs so far, for how many stand between two places.
        self.kind_of_end, self.kind_of_start = _kinds()[longest_end >> 3], _kinds()[longest_start >> 3]
        self.verbs = np.cumsum(self.kind_of_start == ord("v"))

    def left_open(self, gaps: Ints) -> Bools:
        """Whether what stands before a gap waits for more: a place or time (桌上, 三天里), or a verb of two
        characters with 了, which mostly has an object (失去了)."""
        codes = self.text.codes
        verb = (self.kind_of_end[gaps - 1] == ord("v")) & ((self.end[gaps - 1] & 7) == 2)
        # A place that a verb leads to (放回了抽屉里) closes its sentence.
        led_to = np.any([_among(codes[gaps - k], _LEADS) for k in range(3, 8)], axis=0)
        waits: Bools = (_among(codes[gaps - 1], _PLACES) & ~led_to) | (_among(codes[gaps - 1], "了") & verb)
        return waits

    def features(self, gaps: Ints) -> Iterator[Ints]:
        """For each feature, the row of the table that each gap uses."""
        c = self.text.codes
        at = [c[gaps + k] for k in range(-4, 5)]  # at[4] is the character behind the gap

        def char(k: int) -> Ints:
            return at[k + 4]

        end, start = self.end[gaps], self.start[gaps]
        end_tag, start_tag = end >> 3, start >> 3
        crossing = self.crossing[gaps]
        before = gaps - self.text.mark_before[gaps] - 1
        behind = self.text.mark_behind[gaps] - gaps
        mark_before, mark_behind = c[self.text.mark_before[gaps]], c[self.text.mark_behind[gaps]]
        near, far = _bucket(before), _bucket(behind)
        density = np.full(len(gaps), self.density)
        starts = self.starts[gaps]
        left, right = self.left_word[gaps], self.right_word[gaps]
        left_of_left = self.end[gaps - (end & 7)] >> 3
        right_of_right = self.start[gaps + (start & 7)] >> 3
        second = self.right_word[gaps + (start & 7)]
        kind_end, kind_start = self.kind_of_end[gaps], self.kind_of_start[gaps]
        kind_before = self.kind_of_end[gaps - (end & 7)]
        kind_behind = self.kind_of_start[gaps + (start & 7)]
        run_start = self.text.mark_before[gaps] + 1
        verbs_before = np.minimum(3, self.verbs[gaps - 1] - self.verbs[run_start - 1])
        verbs_behind = np.minimum(3, self.verbs[self.text.mark_behind[gaps] - 1] - self.verbs[gaps - 1])
        opener, opener_kind = self.right_word[run_start], self.kind_of_start[run_start]
        # How often sentences end with, and begin with, the two and three characters beside the gap; in general.
        ends, starting, joined = (
            _usage(name, *columns)
            for name, columns in (
                ("ends", (char(-2), char(-1))),
                ("starts", (char(0), char(1))),
                ("often", (char(-1), char(0))),
            )
        )
        ends3 = _usage("ends", char(-3), char(-2), char(-1))
        starting3 = _usage("starts", char(0), char(1), char(2))
        joined_left = _usage("often", char(-2), char(-1), char(0))
        joined_right = _usage("often", char(-1), char(0), char(1))
        ending = np.where(ends3 > 0, ends3 + 16, ends)
        beginning = np.where(starting3 > 0, starting3 + 16, starting)
        for number, parts in enumerate(
            (
                (char(-1),), (char(0),), (char(-2), char(-1)), (char(-1), char(0)), (char(0), char(1)),
                (char(-3), char(-2), char(-1)), (char(-2), char(-1), char(0)), (char(-1), char(0), char(1)),
                (char(0), char(1), char(2)), (char(1), char(2)), (char(-3), char(-2)), (char(-1), char(1)),
                (char(-2), char(0)),
                (left,), (right,), (left, start_tag), (end_tag, right), (end, start), (left, right),
                (end_tag, start_tag, left_of_left), (end_tag, start_tag, right_of_right),
                (start_tag, right_of_right, near), (right, right_of_right), (right, second),
                (crossing,), (crossing, end & 7, start & 7), (crossing, char(0)),
                (near,), (far,), (near, far), (mark_before, near), (mark_behind, far), (density,),
                (density, near), (density, far), (starts,), (starts, end_tag), (starts, density), (right, near), (right, far),
                (left, near), (end_tag, start_tag, near), (char(0), near), (char(-1), far), (mark_behind, right),
                (mark_before, mark_behind, near),
                (kind_before, kind_end, kind_start, kind_behind), (kind_end, kind_start, kind_behind),
                (kind_before, kind_end, kind_start), (kind_end, kind_start, starts), (right, kind_end),
                (left, kind_start), (left, starts), (verbs_before, kind_start, near), (verbs_before, verbs_behind),
                (verbs_before, right), (verbs_behind, kind_start, far), (opener, right), (opener_kind, right),
                (opener_kind, kind_end, kind_start), (self.starts[run_start], starts), (starts, near), (starts, verbs_before),
                (crossing, kind_end, kind_start),
                (ends,), (starting,), (joined,), (ends, starting), (ends, starting, joined > 0), (joined, crossing),
                (ends, kind_end), (starting, kind_start), (ends, near), (starting, far), (ends, kind_start),
                (starting, kind_end), (ends, starting, density), (starting, starts), (ends, starting, crossing > 0),
                (ends // 2, starting // 2, near // 3), (ends3,), (starting3,), (ending, beginning),
                (joined_left, joined_right, joined), (ending, kind_start), (beginning, kind_end), (ending, near),
                (beginning, far), (joined, joined_left > 0, joined_right > 0, crossing > 0),
            )
        ):  # fmt: skip
            yield _rows(number, parts)


def _rows(number: int, parts: Sequence[Ints]) -> Ints:
    mixed = np.full(1, (number + 1) * 0x9E3779B1, np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            mixed = (mixed ^ part.astype(np.uint64)) * np.uint64(0x9FB21C651E98DF25)
            mixed ^= mixed >> np.uint64(32)
    return (mixed & np.uint64((1 << BITS) - 1)).astype(np.int64)


def _bucket(lengths: Ints) -> Ints:
    """1 to 8 by themselves, then ever coarser."""
    edges = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 21, 25, 30, 40, 60])
    return np.searchsorted(edges, lengths, side="right")


def _density(text: Text) -> int:
    """How many of ten marks between clauses of narration, inside of paragraphs, end a sentence: 0 to 10."""
    ends, pauses = text.inner_ends, text.inner_pauses
    return 0 if ends + pauses < 10 else 1 + round(9 * min(1.0, 2 * ends / (ends + pauses)))


def _starters(text: Text) -> Ints:
    """For each place, how surely the two characters there begin sentences in this text: a level of 0 to 9."""
    codes = text.codes
    pair = np.zeros(len(codes), np.int64)
    pair[:-1] = np.where(_is_word(codes[:-1]) & _is_word(codes[1:]), codes[:-1] << 21 | codes[1:], 0)
    begins = np.zeros(len(codes), bool)
    begins[1:] = _among(codes[:-1], _ENDS + "\n”")
    kinds, where, everywhere = np.unique(pair, return_inverse=True, return_counts=True)
    starts = np.bincount(where[begins], minlength=len(kinds))
    share = np.minimum(2, 3 * starts // np.maximum(everywhere, 1))
    often = np.minimum(3, starts)
    level = np.where(often > 0, (often - 1) * 3 + share + 1, 0)
    level[kinds == 0] = 0
    return level[where]


def _is_word(codes: Ints) -> Bools:
    han = (codes >= 0x3400) & (codes <= 0x9FFF) | (codes >= 0x20000)
    digit = (codes >= 48) & (codes <= 57)
    letter = (codes >= 65) & (codes <= 90) | (codes >= 97) & (codes <= 122)
    return han | digit | letter | _among(codes, "*%％℃")


def _among(codes: Ints, chars: str) -> Bools:
    return np.isin(codes, np.array([ord(c) for c in chars]))


def _word_keys(codes: Ints, n: int) -> Ints:
    """A number for the n characters that begin at each place."""
    key = np.zeros(len(codes), np.uint64)
    with np.errstate(over="ignore"):
        for k in range(n):
            shifted = np.zeros(len(codes), np.uint64)
            shifted[: len(codes) - k] = codes[k:]
            key = (key * np.uint64(0x100000001B3)) ^ shifted
    return (key & np.uint64((1 << 62) - 1)).astype(np.int64)


@cache
def _kinds() -> Ints:
    """For each tag's number, its first letter; names of persons, places and the rest (nr, ns …) are `N`."""
    names = _dictionary()[3]
    letters = [
        ord("N" if name in ("nr", "ns", "nt", "nz", "nrt", "nrfg") else name[:1] or "x") for name in names
    ]
    return np.array([0, *letters])


@cache
def _dictionary() -> tuple[Ints, Ints, Ints, tuple[str, ...]]:
    """jieba's words of one to four characters: their keys in order, the numbers of their tags (from 1), how
    frequent they are (1 to 9); and the tags by number."""
    keys, tags, levels = [], [], []
    names: dict[str, int] = {}
    by_length: dict[int, list[tuple[str, str, int]]] = {}
    for word, tag, count in tagged_words():
        by_length.setdefault(len(word), []).append((word, tag, count))
    for n, rows in by_length.items():
        codes = np.frombuffer("".join(r[0] for r in rows).encode("utf-32-le"), np.uint32).astype(np.int64)
        keys.append(_word_keys(codes, n)[::n])
        tags.append(np.array([names.setdefault(r[1], len(names) + 1) for r in rows]))
        levels.append(np.minimum(9, np.log2([max(2, r[2]) for r in rows]).astype(np.int64) // 2 + 1))
    all_keys = np.concatenate(keys)
    order = np.argsort(all_keys)
    return all_keys[order], np.concatenate(tags)[order], np.concatenate(levels)[order], tuple(names)


def _usage(name: str, *columns: Ints) -> Ints:
    """A level (1 to 15) of how often a run of characters ends a sentence, begins one, or is met; 0 for a rare one."""
    usage = _usages()
    keys = run_keys(columns)
    at = np.minimum(np.searchsorted(usage["keys"], keys), len(usage["keys"]) - 1)
    return np.where(usage["keys"][at] == keys, usage[name][at], 0).astype(np.int64)


@cache
def _usages() -> dict[str, NDArray[Any]]:
    with np.load(WEIGHTS) as file:
        keys = np.cumsum(file["steps"].astype(np.uint64)).astype(np.uint32)
        return {"keys": keys} | {name: file[name] for name in ("ends", "starts", "often")}


@cache
def _weights() -> tuple[NDArray[np.float32], float]:
    with np.load(WEIGHTS) as file:
        table: Any = file["weights"].astype(np.float32) * float(file["scale"])
        return table, float(file["threshold"])
