"""Who speaks when, and in which colour."""

from __future__ import annotations

from novelcast.model import Placement, Script, Timeline

NARRATOR, SYSTEM, OTHERS = "narrator", "system", "other speakers"
COLOURS = {NARRATOR: "#90a4ae", SYSTEM: "#8d6e63", OTHERS: "#d0d0d0"}
SILENT_COLOUR, CUE_COLOUR = "#b0b0b0", "#00b8d4"
PALETTE = (
    "#e6194b", "#3c74d4", "#2e9e44", "#f58231", "#911eb4", "#b59f00",
    "#d42fa8", "#7a4b12", "#6f7d00", "#5f5fd3", "#c2185b", "#00695c",
)  # fmt: skip


def parts_of(timeline: Timeline, script: Script) -> dict[str, list[Placement]]:
    """The voice placements of the narrator, the system and each speaker by name, who has most time first."""
    segments = {segment.id: segment for segment in script.segments}
    names = {speaker.id: speaker.name for speaker in script.speakers}
    parts: dict[str, list[Placement]] = {}
    for placement in timeline.placements:
        segment = segments.get(placement.segment or "")
        if placement.track != "voice" or segment is None:
            continue
        if segment.kind == "system":
            part = SYSTEM
        elif segment.kind in ("dialogue", "thought") and segment.speaker is not None:
            part = names.get(segment.speaker, segment.speaker)
        else:
            part = NARRATOR
        parts.setdefault(part, []).append(placement)
    return dict(sorted(parts.items(), key=lambda item: -length_of(item[1])))


def length_of(placements: list[Placement]) -> int:
    return sum(placement.length for placement in placements)


def coloured(parts: dict[str, list[Placement]]) -> dict[str, tuple[str, list[Placement]]]:
    """Each part with its colour; who speaks least shares one where there are more parts than colours."""
    palette = iter(PALETTE)
    shown: dict[str, tuple[str, list[Placement]]] = {}
    for part, placements in parts.items():
        colour = COLOURS.get(part) or next(palette, None)
        if colour:
            shown[part] = (colour, placements)
        else:
            shown.setdefault(OTHERS, (COLOURS[OTHERS], []))[1].extend(placements)
    return shown
