"""What is written into a strip: the lines where they fit, and the longer pauses."""

from __future__ import annotations

from typing import Any

from novelcast.model import Placement, Script, Timeline
from novelcast.plot.letters import Letters

LEAST_PAUSE_S = 0.3
POINTS = 6.5
"""Of the letters; a Han character is as wide."""
_PAUSE_COLOUR = "#222222"


def draw_lines(
    axes: Any,
    timeline: Timeline,
    script: Script,
    letters: Letters,
    from_s: float,
    to_s: float,
    width_in: float,
) -> None:
    """Each line's first words under its waveform, as many as its time has room for."""
    texts = {segment.id: segment.text for segment in script.segments}
    for name, placements in _by_segment(timeline).items():
        start = max(from_s, min(p.start for p in placements) / timeline.rate_hz)
        end = min(to_s, max(p.start + p.length for p in placements) / timeline.rate_hz)
        room = (end - start) / (to_s - from_s) * width_in * 72 / POINTS
        words = _clipped(letters.write(texts.get(name, "")), room) if end > start else ""
        if words:
            axes.annotate(
                words, (start, -1), xytext=(0, 1), textcoords="offset points", fontsize=POINTS, family=letters.family,
                va="bottom", annotation_clip=True,
            )  # fmt: skip


def draw_pauses(axes: Any, timeline: Timeline, from_s: float, to_s: float) -> None:
    """A bar for each silence of at least LEAST_PAUSE_S, with its seconds where they fit."""
    for start, end in pauses(timeline):
        if end <= from_s or start >= to_s:
            continue
        axes.plot([start, end], [0, 0], color=_PAUSE_COLOUR, linewidth=1.6, solid_capstyle="butt")
        if end - start > 0.012 * (to_s - from_s):
            axes.annotate(
                f"{end - start:.1f}", ((start + end) / 2, 0), xytext=(0, 2), textcoords="offset points", fontsize=6,
                color=_PAUSE_COLOUR, ha="center", annotation_clip=True,
            )  # fmt: skip


def pauses(timeline: Timeline) -> list[tuple[float, float]]:
    """The silences between two sounds of a chapter, in seconds."""
    found: list[tuple[float, float]] = []
    end: int | None = None
    for placement in sorted(timeline.placements, key=lambda p: p.start):
        if end is not None and placement.start - end >= LEAST_PAUSE_S * timeline.rate_hz:
            found.append((end / timeline.rate_hz, placement.start / timeline.rate_hz))
        end = max(end or 0, placement.start + placement.length)
    return found


def _by_segment(timeline: Timeline) -> dict[str, list[Placement]]:
    found: dict[str, list[Placement]] = {}
    for placement in timeline.placements:
        if placement.track == "voice" and placement.segment is not None:
            found.setdefault(placement.segment, []).append(placement)
    return found


def _clipped(text: str, room: float) -> str:
    """As much of a text as `room` Han characters hold; nothing where that is less than two."""
    used = 0.0
    for n, char in enumerate(text):
        used += 1.0 if ord(char) > 0x2E80 else 0.55
        if used > room:
            return text[: n - 1] + "…" if n > 2 else ""
    return text
