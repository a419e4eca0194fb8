"""A script as lines in reading order, each with the sounds in it: what script.md shows and an edit changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from novelcast.model import Channel, Cue, Script, Segment, SegmentKind, SetField, Skipped, Span
from novelcast.script import anchored

LineKind = SegmentKind | Literal["sound", "skipped"]
Item = Segment | Cue | Skipped
Place = tuple[int, int]
"""(chapter, paragraph)"""


@dataclass(frozen=True, slots=True)
class Line:
    """A segment with the sounds before or under its words, a sound that replaces its words, or skipped text."""

    item: Item
    cues: tuple[Cue, ...] = ()

    @property
    def span(self) -> Span:
        return self.item.span

    @property
    def place(self) -> Place:
        return (self.item.span.chapter, self.item.span.paragraph)

    @property
    def text(self) -> str:
        return self.item.text

    @property
    def kind(self) -> LineKind:
        if isinstance(self.item, Segment):
            return self.item.kind
        return "sound" if isinstance(self.item, Cue) else "skipped"

    @property
    def speaker(self) -> str | None:
        return self.item.speaker if isinstance(self.item, Segment) else None

    @property
    def channel(self) -> Channel | None:
        return self.item.channel if isinstance(self.item, Segment) else None

    @property
    def id(self) -> str | None:
        return self.item.id if isinstance(self.item, Segment) else None

    @property
    def by_user(self) -> tuple[SetField, ...]:
        return self.item.by_user

    def with_item(self, **changes: object) -> Line:
        return replace(self, item=self.item.model_copy(update=changes))


def lines_of(segments: Iterable[Segment], cues: Iterable[Cue], skipped: Iterable[Skipped]) -> list[Line]:
    """The lines of a script or of a part of one, in reading order."""
    inside: dict[str | None, list[Cue]] = {}
    items: list[Item] = [*segments, *skipped]
    for cue in cues:
        if cue.mode == "replace":
            items.append(cue)
        else:
            inside.setdefault(cue.segment, []).append(cue)
    items.sort(key=_order)
    return [
        Line(i, tuple(sorted(inside.get(i.id, ()), key=_order)) if isinstance(i, Segment) else ())
        for i in items
    ]


def script_lines(script: Script) -> list[Line]:
    return lines_of(script.segments, script.cues, script.skipped)


def with_lines(script: Script, lines: Sequence[Line]) -> Script:
    """The script with these lines in place of its own, sounds tied to their segments anew."""
    segments = tuple(x.item for x in lines if isinstance(x.item, Segment))
    cues = [x.item for x in lines if isinstance(x.item, Cue)]
    for line in lines:
        cues += [c.model_copy(update={"segment": line.id}) for c in line.cues]
    cues.sort(key=_order)
    alone = iter(anchored([c for c in cues if c.mode == "replace"], segments))
    return script.model_copy(
        update={
            "segments": segments,
            "cues": tuple(next(alone) if c.mode == "replace" else c for c in cues),
            "skipped": tuple(x.item for x in lines if isinstance(x.item, Skipped)),
        }
    )


def _order(item: Item) -> tuple[int, int, int, int]:
    return (item.span.chapter, item.span.paragraph, item.span.start, item.span.end)


def by_paragraph(lines: Iterable[Line]) -> Iterator[tuple[Place, list[Line]]]:
    """Lines in reading order, paragraph by paragraph."""
    for place, found in groupby(lines, key=lambda line: line.place):
        yield place, list(found)


def paragraph_texts(lines: Iterable[Line]) -> dict[Place, str]:
    """The text of each paragraph that has any: a script holds every character of its book."""
    return {place: "".join(line.text for line in found) for place, found in by_paragraph(lines)}


class Overlaps:
    """Finds the lines of one paragraph that share characters with a span of it."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts = [line.span.start for line in lines]

    def with_span(self, start: int, end: int) -> list[Line]:
        first = max(0, bisect_right(self._starts, start) - 1)
        return [x for x in self._lines[first:] if x.span.start < end and x.span.end > start]
