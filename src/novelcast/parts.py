"""A chapter that is longer than one file may be, cut into parts. Integers only, as in `timeline`."""

from __future__ import annotations

from collections.abc import Sequence

from novelcast.audio import samples_in
from novelcast.model import Placement, Timeline


def parts_of(timeline: Timeline, *, longest: int | None, head_ms: int, tail_ms: int) -> list[Timeline]:
    """The timeline itself where it is at most `longest` samples long (None: any), else its parts in order.

    A part begins at a scene break where there is one in reach, else between two sounds; of these, at the one that
    makes the parts most alike. Each has the head and the tail of a chapter. One sound that is longer than a file may
    be is a part of its own, too long.
    """
    if longest is None or timeline.length <= longest:
        return [timeline]
    head, tail = samples_in(head_ms, timeline.rate_hz), samples_in(tail_ms, timeline.rate_hz)
    runs = _runs(timeline.placements, set(timeline.scenes), longest - head - tail)
    return [_part(timeline, n, len(runs), run, head, tail) for n, run in enumerate(runs)]


def _runs(placements: Sequence[Placement], scenes: set[int], room: int) -> list[list[Placement]]:
    left, runs = list(placements), []
    while (total := _end(left) - left[0].start) > room:
        fair = left[0].start + total // -(-total // room)
        cuts = _cuts(left, scenes, room)
        if not cuts:
            break
        at = min(cuts, key=lambda n: abs(left[n].start - fair))
        runs.append(left[:at])
        left = left[at:]
    return [*runs, left]


def _cuts(placements: Sequence[Placement], scenes: set[int], room: int) -> list[int]:
    """Indices of placements that the next part may begin with: nothing sounds over the cut. Empty: there is none."""
    found: list[int] = []
    start = end = placements[0].start
    for n, placement in enumerate(placements):
        if n and placement.start >= end:
            if end - start > room:
                return _best(found, placements, scenes) or [n]
            found.append(n)
        end = max(end, placement.start + placement.length)
    return _best(found, placements, scenes)


def _best(found: list[int], placements: Sequence[Placement], scenes: set[int]) -> list[int]:
    return [n for n in found if placements[n].start in scenes] or found


def _end(placements: Sequence[Placement]) -> int:
    return max(p.start + p.length for p in placements)


def _part(
    timeline: Timeline, number: int, count: int, placements: Sequence[Placement], head: int, tail: int
) -> Timeline:
    moved = head - placements[0].start
    length = _end(placements) + moved + tail
    return timeline.model_copy(
        update={
            "part": number,
            "parts": count,
            "length": length,
            "placements": tuple(p.model_copy(update={"start": p.start + moved}) for p in placements),
            "scenes": tuple(s + moved for s in timeline.scenes if head < s + moved < length),
        }
    )
