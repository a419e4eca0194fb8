"""The quotations that somebody should look at, with the best guess, the next one, and why."""

from __future__ import annotations

from collections.abc import Mapping

from novelcast.model import Guess, Model, Script, Segment


class Doubt(Model):
    """A quotation below the threshold. `line` is its line in script.md; `speaker` is None where nobody was found."""

    segment: str
    line: int | None
    chapter: int
    text: str
    kind: str
    speaker: str | None
    confidence: float
    others: tuple[Guess, ...]
    evidence: str


def is_unsure(segment: Segment, review_below: float) -> bool:
    """Whether a quotation or a thought is for review: its speaker is a guess below the threshold, or nobody."""
    if segment.kind not in ("dialogue", "thought") or "label" in segment.by_user:
        return False
    return segment.speaker is None or segment.confidence < review_below


def doubts(script: Script, review_below: float, line_numbers: Mapping[str, int]) -> list[Doubt]:
    """The quotations of a script that are for review, in reading order."""
    return [
        Doubt(
            segment=s.id,
            line=line_numbers.get(s.id),
            chapter=s.span.chapter,
            text=s.text,
            kind=s.kind,
            speaker=s.speaker,
            confidence=round(s.confidence, 3),
            others=s.others,
            evidence=s.evidence,
        )
        for s in script.segments
        if is_unsure(s, review_below)
    ]
