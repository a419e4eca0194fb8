"""Sounds that a text names without writing them out: 手机响了, 远处传来一声枪响, the phone rang twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from novelcast.catalog import CueSound
from novelcast.script.cue_heard import ROLL_MS, Heard, heard, number
from novelcast.script.cue_words import Run, regex

BESIDE_CHARS = 24
"""A cue so near a named sound is that sound: 一声枪响，砰！"""
_COUNTED = re.compile(r"([0-9]{1,2}|[两二三四五六七八九十]{1,2})(?:声|下|响|记|阵)")
_GOES_ON = re.compile(r"大作|不停|不断|不绝|不止|此起彼伏|四起|长鸣|阵阵|一阵")
_UNSURE = re.compile(
    r"(?:没|未|不|别|等|直到|听说|如果|要是|假如|一旦|每当|每次|除非|以为|好像|仿佛|似乎|像|似的|一样)[^，。！？；]{0,8}$"
)


@dataclass(frozen=True)
class Named:
    """A sound named at [start, end) of a paragraph; `rest` is what follows."""

    sound: CueSound
    start: int
    end: int
    words: str
    rest: str

    @property
    def goes_on(self) -> bool:
        return _GOES_ON.search(self.words + self.rest[:4]) is not None

    def heard(self, sentence: str) -> Heard:
        run = Run(self.start, self.end, "", "", 1, rolls=False, joined=False)
        how = heard(run, self.sound, "", self.rest, sentence)
        stated = _COUNTED.search(self.words)
        count = number(stated[1]) if stated else how.count
        long = self.goes_on and self.sound.countable and count == 1
        return Heard(count, how.gain_db, ROLL_MS if long else how.length_ms, how.far)


def named_sounds(
    text: str, begin: int, sounds: Sequence[CueSound], taken: Sequence[tuple[int, int]]
) -> Iterator[Named]:
    """Named sounds in text[begin:], in reading order, none near the spans `taken` or another of the same sound."""
    found = sorted(
        (Named(sound, m.start(), m.end(), m[0], text[m.end() :]) for sound in sounds for p in sound.named
         for m in regex(p).finditer(text, begin) if m.end() > m.start()),
        key=lambda n: (n.start, -n.end),
    )  # fmt: skip
    spans = list(taken)
    for named in found:
        near = any(a - BESIDE_CHARS < named.end and named.start < b + BESIDE_CHARS for a, b in spans)
        if not near and not _UNSURE.search(text, begin, named.start):
            spans.append((named.start, named.end))
            yield named
