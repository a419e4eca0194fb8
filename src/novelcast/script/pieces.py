"""A piece: a span of the book on its way to becoming a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from novelcast.model import SegmentKind, Span

PieceKind = SegmentKind | Literal["cue", "skip"]
Region = tuple[int, int, PieceKind]
"""Characters [start, end) of a paragraph, and what they are."""
SCENE_BREAK = "scene break"  # a skipped piece's reason


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is verbatim and as long as its span. `cue`: words that a sound replaces; `skip`: `reason` says why."""

    span: Span
    text: str
    kind: PieceKind
    reason: str = ""


def cut(piece: Piece, start: int, end: int, **changes: object) -> Piece:
    """The part [start, end) of a piece, offsets counted from the piece's own start."""
    span = piece.span.model_copy(update={"start": piece.span.start + start, "end": piece.span.start + end})
    fields = {"kind": piece.kind, "reason": piece.reason} | changes
    return Piece(span, piece.text[start:end], **fields)  # type: ignore[arg-type]
