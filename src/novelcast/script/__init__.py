"""Book -> Script: what is said, by whom, and what is heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from novelcast.catalog import CueSound
from novelcast.errors import ScriptError
from novelcast.lexicon import NO_WORDS, Lexicon
from novelcast.model import Book, Cue, Masked, Script, Segment, Skipped, Span
from novelcast.script.attribute import Label, attribute
from novelcast.script.bleeps import tone, without_masks
from novelcast.script.cues import find_cues
from novelcast.script.people import find_people
from novelcast.script.pieces import Piece
from novelcast.script.split import split_book
from novelcast.script.spoken import spoken_form

__all__ = ["check_coverage", "write_script"]


def write_script(
    book: Book, sounds: Sequence[CueSound], lexicon: Lexicon = NO_WORDS, *, masked: Masked = "silence"
) -> Script:
    """The script of a book. Raises ScriptError where a character is lost or doubled."""
    pieces, cues = find_cues(split_book(book), sounds)
    people = find_people(pieces)
    labels = attribute(pieces, people)
    segments = []
    counts: dict[tuple[int, int], int] = {}
    told: Iterable[tuple[Piece, Label]] = zip(pieces, labels, strict=True)
    if masked == "bleep":  # after everybody is found: a tone parts no speech from its speaker
        told = (
            (part, label)
            for piece, label in told
            for part in without_masks(piece, said=label.kind in ("dialogue", "thought"))
        )
    for piece, label in told:
        kind = label.kind
        if kind in ("cue", "skip"):
            continue
        if piece.kind == "cue":
            cues.append(tone(piece))
            continue
        where = (piece.span.chapter, piece.span.paragraph)
        n = counts[where] = counts.get(where, -1) + 1
        segments.append(
            Segment(
                id=f"{where[0]:03}.{where[1]:04}.{n}",
                span=piece.span,
                kind=kind,
                speaker=label.speaker,
                confidence=label.confidence,
                evidence=label.evidence,
                text=piece.text,
                spoken=spoken_form(piece.text, book.language, lexicon),
            )
        )
    starts = [_place(s.span) for s in segments]
    spoken_by = {s.speaker for s in segments}
    script = Script(
        title=book.title,
        language=book.language,
        masked=masked,
        speakers=tuple(p for p in people if p.id in spoken_by),
        segments=tuple(segments),
        cues=tuple(_anchor(cue, segments, starts) for cue in sorted(cues, key=lambda c: _place(c.span))),
        skipped=tuple(
            Skipped(span=p.span, text=p.text, reason=p.reason)
            for p, x in zip(pieces, labels, strict=True)
            if x.kind == "skip"
        ),
    )
    check_coverage(book, script)
    return script


def _anchor(cue: Cue, segments: Sequence[Segment], starts: Sequence[tuple[int, int, int]]) -> Cue:
    """The cue with the segment it sounds in, or (for one that replaces its words) the segment after it."""
    after = bisect_right(starts, _place(cue.span))
    if cue.mode == "replace":
        return cue.model_copy(update={"segment": segments[after].id}) if after < len(segments) else cue
    return cue.model_copy(update={"segment": segments[after - 1].id})


def _place(span: Span) -> tuple[int, int, int]:
    return (span.chapter, span.paragraph, span.start)


def check_coverage(book: Book, script: Script) -> None:
    """Raises ScriptError unless segments, replacing cues and skipped text hold each character exactly once."""
    spans = [s.span for s in script.segments] + [s.span for s in script.skipped]
    spans += [c.span for c in script.cues if c.mode == "replace"]
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for span in spans:
        found.setdefault((span.chapter, span.paragraph), []).append((span.start, span.end))
    for c, chapter in enumerate(book.chapters):
        for p, paragraph in enumerate(chapter.paragraphs):
            at = 0
            for start, end in sorted(found.pop((c, p), [])):
                if start != at or end <= start:
                    word = "twice in" if start < at else "missing from"
                    raise ScriptError(
                        f"chapter {c}, paragraph {p}: characters {min(at, start)}-{max(at, start)} are {word} the script"
                    )
                at = end
            if at != len(paragraph.text):
                raise ScriptError(
                    f"chapter {c}, paragraph {p}: characters from {at} on are missing from the script"
                )
    if found:
        raise ScriptError(
            f"the script has text at chapter and paragraph {min(found)}, where the book has none"
        )
