"""When each character of a spoken text is heard in its clip, estimated from the clip itself.

The text says how many syllables there are and where a voice rests; the clip says where it does rest. The rests are
matched (each with the cheapest of the silences, in order), and between two of them syllables share the sounding time.
Mandarin is nearly syllable-timed, so that this is within a syllable or so, and starts anew at every mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import FRAME_MS, Samples, WordTime, frame_levels_db, samples_in
from novelcast.hanzi import HAN

REST_BELOW_DB = 34.0
"""A frame so far below the loudest is silent; Kokoro's rests lie 35 dB and more below."""
LEAST_REST_MS = 60
"""What is shorter is the closure of a stop."""
LEAD_MS = 25
"""A syllable's consonant is heard before it: Kokoro's own durations begin so long after the sound does."""
_SOFT_MARK, _HARD_MARK = "，、,—-–", "。！？!?…；;：:.\n"
_VOWELS = re.compile(r"[aeiouy]+", re.I)
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class _Syllable:
    """At characters [start, end) of the text; `rest` 0: none follows, 1: one may, 2: one should."""

    start: int
    end: int
    rest: int = 0


def word_times(samples: Samples, rate_hz: int, text: str) -> tuple[WordTime, ...]:
    """The time of each syllable of `text` in a clip that says it, in order; empty where there is nothing to time."""
    syllables = _syllables(text)
    levels = frame_levels_db(samples, rate_hz)
    if not syllables or not levels.size:
        return ()
    sounding = np.flatnonzero(levels > levels.max() - REST_BELOW_DB)
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    rests = _rests(levels, first, last)
    taken = _matched(syllables, rests, first, last)
    frame, lead = samples_in(FRAME_MS, rate_hz), samples_in(LEAD_MS, rate_hz)
    out: list[WordTime] = []
    begin, at = first, 0
    for index, (rest_from, rest_to) in [*taken, (len(syllables) - 1, (last, last))]:
        part = syllables[at : index + 1]
        inner = [r for r in rests if begin < r[0] and r[1] < rest_from]
        edges = _shared(len(part), begin, rest_from, inner)
        out += [
            WordTime(s.start, s.end, round(a * frame) + lead, min(samples.size, round(b * frame) + lead))
            for s, a, b in zip(part, edges, edges[1:], strict=False)
        ]
        begin, at = rest_to, index + 1
    return tuple(out)


def time_of(words: Sequence[WordTime], char: int) -> int | None:
    """The sample at which the character at `char` begins to be heard; None after the last."""
    return next((w.from_sample for w in words if char < w.end), None)


def _syllables(text: str) -> list[_Syllable]:
    found: list[tuple[int, int]] = [m.span() for m in HAN.finditer(text)]
    found += [(n, n + 1) for n, c in enumerate(text) if c.isdecimal()]
    for word in _WORD.finditer(text):
        vowels = len(word[0]) if word[0].isupper() else max(1, len(_VOWELS.findall(word[0])))
        edges = [word.start() + round(k * len(word[0]) / vowels) for k in range(vowels + 1)]
        found += [(a, b) for a, b in pairwise(edges) if a < b]
    if not found:
        return []
    found.sort()
    ends = [a for a, _ in found[1:]] + [len(text)]
    return [_Syllable(a, b, _rest_in(text[b:upto])) for (a, b), upto in zip(found, ends, strict=True)]


def _rest_in(marks: str) -> int:
    if any(c in _HARD_MARK for c in marks):
        return 2
    return 1 if any(c in _SOFT_MARK for c in marks) else 0


def _rests(levels: NDArray[np.float32], first: int, last: int) -> list[tuple[int, int]]:
    """Silences of the clip, [from, to) in frames."""
    quiet = np.concatenate([[False], levels[first:last] <= levels.max() - REST_BELOW_DB, [False]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    spans = [(first + int(a), first + int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [(a, b) for a, b in spans if (b - a) * FRAME_MS >= LEAST_REST_MS]


def _matched(
    syllables: Sequence[_Syllable], rests: Sequence[tuple[int, int]], first: int, last: int
) -> list[tuple[int, tuple[int, int]]]:
    """Which syllable each rest follows: marks and rests in order, each pair or left out, at the least cost."""
    marks = [n for n, s in enumerate(syllables[:-1]) if s.rest]
    sounding = last - first - sum(b - a for a, b in rests)
    each = max(1.0, sounding / len(syllables))
    # best[m][r]: the cost where mark m has rest r, and where it came from; index 0 is the clip's beginning.
    places = [
        (-1, (first, first)),
        *((n, r) for n in marks for r in rests),
        (len(syllables) - 1, (last, last)),
    ]
    best: list[tuple[float, int]] = [(0.0, -1)]
    for here in range(1, len(places)):
        index, (start, _) = places[here]
        cheapest = (float("inf"), -1)
        for before in range(here):
            was, (_, was_end) = places[before]
            if was >= index or was_end > start or (before and best[before][0] == float("inf")):
                continue
            inner = sum(b - a for a, b in rests if was_end < a and b < start)
            want = (index - was) * each
            off = (start - was_end - inner - want) / (0.15 * want + 1.5 * each**0.5)
            left_out = sum(1.0 if s.rest == 1 else 2.5 for s in syllables[was + 1 : index] if s.rest)
            cost = best[before][0] + off * off + left_out + inner * FRAME_MS / 120
            cheapest = min(cheapest, (cost, before))
        best.append(cheapest)
    out = []
    at = best[-1][1]
    while at > 0:
        out.append(places[at])
        at = best[at][1]
    return out[::-1]


def _shared(count: int, begin: int, end: int, inner: Sequence[tuple[int, int]]) -> list[float]:
    """The edges of `count` syllables in frames from `begin` to `end`, `inner` rests left out."""
    total = end - begin - sum(b - a for a, b in inner)
    edges = []
    for n in range(count + 1):
        at = begin + n * total / count
        for a, b in inner:
            if at >= a:
                at += b - a
        edges.append(at)
    edges[-1] = float(end)
    return edges
