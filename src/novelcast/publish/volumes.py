"""Volumes, scenes and lines: what lies over a chapter, and what in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from novelcast.model import Script, Timeline
from novelcast.publish.id3 import Lyric, Scene

_BETWEEN = " · "
"""Stands between a volume's title and a chapter's (see `read`)."""
_SCENE_TITLE = 18


@dataclass(frozen=True)
class Shelved:
    """A chapter's place: its volume's title and number from 1 (empty and 0 for none), its own title."""

    volume: str
    number: int
    title: str


def shelve(titles: Sequence[str]) -> list[Shelved]:
    """Each chapter's volume, where the book has at least two.

    A title that merely contains the sign between the two is left whole: a volume is what several titles begin with.
    """
    split = [title.rpartition(_BETWEEN) for title in titles]
    volumes = list(dict.fromkeys(volume for volume, _, _ in split if volume))
    shared = len(volumes) < sum(bool(volume) for volume, _, _ in split)
    if len(volumes) < 2 or not shared:
        return [Shelved("", 0, title) for title in titles]
    return [Shelved(volume, volumes.index(volume) + 1 if volume else 0, title) for volume, _, title in split]


def scenes_of(part: Script, timeline: Timeline) -> tuple[Scene, ...]:
    """The scenes of a file that has several, each named by its first words, one after another without a gap.

    `part` is the chapter's own script.
    """
    if not timeline.scenes:
        return ()
    texts = {segment.id: segment.text for segment in part.segments}
    heard = sorted((start, texts[name]) for name, start in _starts(timeline).items() if name in texts)
    starts = [0, *timeline.scenes]
    return tuple(
        Scene(
            start_ms=start * 1000 // timeline.rate_hz,
            end_ms=end * 1000 // timeline.rate_hz,
            title=f"{number}. {_short(next((text for at, text in heard if start <= at < end), ''))}".strip(),
        )
        for number, (start, end) in enumerate(pairwise([*starts, timeline.length]), 1)
    )


def lyrics_of(part: Script, timeline: Timeline) -> tuple[Lyric, ...]:
    """The chapter's text line by line, each with the time of its first clip; lines that nobody speaks are left out."""
    starts = _starts(timeline)
    return tuple(
        Lyric(start_ms=starts[segment.id] * 1000 // timeline.rate_hz, text=segment.text)
        for segment in part.segments
        if segment.id in starts
    )


def _starts(timeline: Timeline) -> dict[str, int]:
    """The sample at which each segment is first heard."""
    spoken = [p for p in timeline.placements if p.track == "voice"]
    return {p.segment: p.start for p in reversed(spoken) if p.segment is not None}


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SCENE_TITLE else words[:_SCENE_TITLE].rstrip() + "…"
