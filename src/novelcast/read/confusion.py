"""Which characters look alike, and how much likelier one of them is in a place than the one that stands there.

The table of families is `lookalikes.txt`. What fits is told by how often short runs of characters (one to four,
the place among them) are met: in general, by the hashed counts of `lookalikes.npz`, and in the book itself. The
counts and the weights of the features are made by `tests/benchmarks/train_lookalikes.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from novelcast.hanzi import simplified

FAMILIES = Path(__file__).with_name("lookalikes.txt")
COUNTS = Path(__file__).with_name("lookalikes.npz")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint32]

REACH = 3
"""Characters on each side that the features see."""
LEVELS = 4
"""Steps of a stored count to the doubling."""
_ORDERS = (1, 2, 3, 4)
_OWN_ORDERS = (2, 3)
OWN = slice(10, 15)
"""The features that ask the book itself."""
_SMOOTHING = {1: 1.0, 2: 0.5, 3: 0.3, 4: 0.3}  # what a run that was never met counts as
_BREAK = 10  # the code that stands for the ends of lines, quotes and brackets: a run does not reach over it
_FULL_WIDTH = dict(zip(",!?:;()", "，！？：；（）", strict=True))
_AS_BREAKS = "“”\"「」『』‘’'\n\r \t\u3000【】《》"

# ---------------------------------------------------------------- the families


@dataclass(frozen=True)
class Families:
    """For each character by its code (in the Basic Multilingual Plane) the places of its kin in `meant`."""

    first: Ints
    last: Ints
    meant: Ints
    likely: Bools


def _families(lines: Sequence[tuple[str, bool]]) -> Families:
    kin: dict[int, dict[int, bool]] = {}
    for family, likely in lines:
        for one in family:
            for other in family:
                if one != other:
                    mine = kin.setdefault(ord(one), {})
                    mine[ord(other)] = mine.get(ord(other), False) or likely
    first, last = np.zeros(1 << 16, np.int64), np.zeros(1 << 16, np.int64)
    meant: list[int] = []
    sure: list[bool] = []
    for code, others in kin.items():
        first[code] = len(meant)
        meant += others
        sure += others.values()
        last[code] = len(meant)
    return Families(first, last, np.array(meant), np.array(sure))


@cache
def families(*parts: str) -> Families:
    """The families of these parts of the table: likely, possible, traditional, program."""
    found: list[tuple[str, bool]] = []
    part = ""
    for line in FAMILIES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif not line.startswith("#") and part in parts:
            found += [(family, part in ("likely", "program")) for family in line.split()]
    return _families(found)


@cache
def _simple() -> Ints:
    """The code of each code's simplified character."""
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    out = np.arange(1 << 16)
    out[0x4E00:0xA000] = [ord(c) for c in simplified(han)]
    return out


def traditional(text: str, at: int) -> str:
    """The traditional form of the character at `at` of a simplified text, as its neighbours ask."""
    start, end = max(0, at - 4), at + 5
    out = str(_to_traditional().convert(text[start:end]))
    return out[at - start] if len(out) == len(text[start:end]) else text[at]


@cache
def _to_traditional() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


# ---------------------------------------------------------------- the counts


def codes_of(text: str) -> Ints:
    """Simplified text as the counts know it: marks in one width, any digit as 0, any letter as A; padded."""
    pad = "\n" * (REACH + 1)
    raw = np.frombuffer((pad + text + pad).encode("utf-32-le"), np.uint32).astype(np.int64)
    out = _folded()[np.minimum(raw, (1 << 16) - 1)]
    return np.where(raw < 1 << 16, out, raw)


@cache
def _folded() -> Ints:
    out = np.arange(1 << 16)
    for half, full in _FULL_WIDTH.items():
        out[ord(half)] = ord(full)
    out[[ord(c) for c in _AS_BREAKS]] = _BREAK
    out[48:58] = 48
    out[65:91] = out[97:123] = 65
    return out


def run_keys(columns: Sequence[Ints]) -> Keys:
    """A number for each run of characters, given as columns of codes."""
    mixed = np.full(len(columns[0]), 0x9E3779B1 * (len(columns) + 1), np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9FB21C651E98DF25)
            mixed ^= mixed >> np.uint64(32)
    return (mixed >> np.uint64(8)).astype(np.uint32)


def is_han(codes: Ints) -> Bools:
    out: Bools = (codes >= 0x3400) & (codes <= 0x9FFF)
    return out


@dataclass(frozen=True)
class Counts:
    """How often runs were met, by their keys in order."""

    keys: Keys
    counts: Floats

    def of(self, keys: Keys) -> Floats:
        if not len(self.keys):
            return np.zeros(len(keys))
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.counts[at], 0.0)


NO_COUNTS = Counts(np.zeros(0, np.uint32), np.zeros(0))


@cache
def general() -> tuple[Counts, Floats]:
    """The shipped counts, and two rows of weights of the features: with the book's own counts and without."""
    with np.load(COUNTS) as file:
        keys = np.cumsum(file["steps"].astype(np.uint64)).astype(np.uint32)
        counts = 2.0 ** (file["levels"].astype(np.float64) / LEVELS)
        weights: Any = file["weights"].astype(np.float64)
    return Counts(keys, counts), weights


def own_counts(codes: Ints) -> Counts:
    """The runs of two and three characters that a text has more than once."""
    found, often = [], []
    for order in _OWN_ORDERS:
        size = len(codes) - order + 1
        keys, counts = np.unique(run_keys([codes[i : i + size] for i in range(order)]), return_counts=True)
        found.append(keys[counts > 1])
        often.append(counts[counts > 1])
    keys = np.concatenate(found)
    order_of = np.argsort(keys)
    return Counts(keys[order_of], np.concatenate(often)[order_of].astype(np.float64))


# ---------------------------------------------------------------- candidates and their features


@dataclass(frozen=True)
class Candidates:
    """Places (in `codes_of` the text) where a character may stand for another: codes of both, simplified."""

    places: Ints
    stands: Ints
    meant: Ints
    likely: Bools
    written: Ints
    """The code of what is to be written where it is another than `meant` (a traditional character), else 0."""

    def __getitem__(self, rows: Bools | Ints) -> Candidates:
        return Candidates(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def pairs(self) -> list[tuple[int, int]]:
        """(what stands, what is meant) of each."""
        return list(zip(self.stands.tolist(), self.meant.tolist(), strict=True))


def candidates(codes: Ints, written: Ints) -> Candidates:
    """Where characters of the table stand. `codes`: of the simplified text; `written`: of the text as it is."""
    simple = candidates_of(codes, families("likely", "possible"))
    complex_ = candidates_of(written, families("traditional"))
    to_simple = _simple()
    in_both = Candidates(
        complex_.places, codes[complex_.places], to_simple[complex_.meant], complex_.likely, complex_.meant
    )
    return Candidates(
        *(np.concatenate([getattr(simple, n), getattr(in_both, n)]) for n in Candidates.__dataclass_fields__)
    )


def candidates_of(codes: Ints, table: Families) -> Candidates:
    """Where characters of a table stand, in order of place."""
    known = np.minimum(codes, (1 << 16) - 1)
    number = table.last[known] - table.first[known]
    places = np.repeat(np.arange(len(codes)), number)
    nth = np.arange(len(places)) - np.repeat(np.cumsum(number) - number, number)
    which = np.repeat(table.first[known], number) + nth
    meant = table.meant[which] if len(which) else which
    likely = table.likely[which] if len(which) else which > 0
    return Candidates(places, codes[places], meant, likely, np.zeros_like(meant))


def windows(codes: Ints, places: Ints) -> Ints:
    """The codes round each place, a row each; the place is column REACH."""
    return np.stack([codes[places + k] for k in range(-REACH, REACH + 1)], axis=1)


def plausible(codes: Ints, found: Candidates) -> Bools:
    """Candidates that make a known pair with a neighbour, where what stands there is no part of a common run."""
    counts = general()[0]
    before, behind = codes[found.places - 1], codes[found.places + 1]
    usual = counts.of(run_keys([before, found.stands, behind])) >= 3
    pairs = (counts.of(run_keys([before, found.meant])) > 0) | (
        counts.of(run_keys([found.meant, behind])) > 0
    )
    out: Bools = pairs & ~usual
    return out


def known_pairs(one: Ints, two: Ints) -> Floats:
    """How often pairs of characters were met."""
    return general()[0].of(run_keys([one, two]))


def features(around: Ints, stands: Ints, meant: Ints, own: Counts) -> Floats:
    """For each row of windows, how much more often each kind of run is met with `meant` than with what stands there
    (in the log of counts)."""
    counts = general()[0]
    columns = []
    for order in _ORDERS:
        for start in range(REACH - order + 1, REACH + 1):
            one, other, apart = _with(around, start, order, stands, meant)
            ratio = np.log(counts.of(other) + _SMOOTHING[order]) - np.log(counts.of(one) + _SMOOTHING[order])
            columns.append(np.where(apart, 0.0, ratio))
    for order in _OWN_ORDERS:
        for start in range(REACH - order + 1, REACH + 1):
            one, other, apart = _with(around, start, order, stands, meant)
            here = np.maximum(own.of(one) - 1, 0.0)  # this very place is one of them
            ratio = np.log(own.of(other) + _SMOOTHING[order]) - np.log(here + _SMOOTHING[order])
            columns.append(np.where(apart, 0.0, ratio))
    return np.stack(columns, axis=1)


def _with(around: Ints, start: int, order: int, stands: Ints, meant: Ints) -> tuple[Keys, Keys, Bools]:
    """Keys of the run of `order` characters from column `start`, with either character in the place; whether a break
    stands inside of it."""
    columns = [around[:, start + k] for k in range(order)]
    place = REACH - start
    inner = [c for k, c in enumerate(columns) if 0 < k < order - 1 and k != place]
    apart: Bools = np.zeros(len(around), bool)
    for column in inner:
        apart |= column == _BREAK
    one, other = list(columns), list(columns)
    one[place], other[place] = stands, meant
    return run_keys(one), run_keys(other), apart
