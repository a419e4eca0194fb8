"""Book -> Script: what is said, by whom, and what is heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from novelcast.catalog import CueSound
from novelcast.characters import NOBODY, Characters
from novelcast.errors import ScriptError
from novelcast.lexicon import NO_WORDS, Lexicon
from novelcast.model import Book, Cue, CueAmount, Masked, Script, Segment, Skipped, Span, Speaker
from novelcast.script import english
from novelcast.script.attribute import Label, attribute
from novelcast.script.bleeps import tone, without_masks
from novelcast.script.channels import channels
from novelcast.script.cues import find_cues
from novelcast.script.given import honoured, shown
from novelcast.script.ids import short_ids
from novelcast.script.line_people import people_of
from novelcast.script.pieces import Piece
from novelcast.script.split import split_book
from novelcast.script.spoken import spoken_form

__all__ = ["anchored", "check_coverage", "write_script"]


@dataclass(frozen=True)
class _Language:
    """How books of a language are read: what is said, who is there, who says it."""

    split: Callable[[Book], list[Piece]]
    people: Callable[[Sequence[Piece]], tuple[Speaker, ...]]
    attribute: Callable[[Sequence[Piece], Sequence[Speaker]], list[Label]]


_CHINESE = _Language(split_book, people_of, attribute)
_ENGLISH = _Language(english.split_book, english.find_people, english.attribute)


def _language_of(book: Book) -> _Language:
    """Chinese for languages written like it; English for all others, whose quotation marks are like its own."""
    return _CHINESE if book.language.lower().split("-")[0] in ("zh", "ja", "ko") else _ENGLISH


def write_script(
    book: Book,
    sounds: Sequence[CueSound],
    lexicon: Lexicon = NO_WORDS,
    given: Characters = NOBODY,
    refine: Callable[[Script], Script] | None = None,
    *,
    masked: Masked = "silence",
    cues: CueAmount = "few",
) -> Script:
    """The script of a book, with the people that the user gave and those that are found.

    `refine` may change who speaks; it sees everybody who was found, those too who say nothing.
    Raises ScriptError where a character is lost or doubled.
    """
    language = _language_of(book)
    pieces, found = find_cues(language.split(book), sounds, amount=cues)
    people = honoured(language.people(pieces), given)
    labels = language.attribute(pieces, people)
    heard = channels(pieces, labels)
    told = list(zip(pieces, labels, heard, strict=True))
    if masked == "bleep":  # after everybody is found: a tone parts no speech from its speaker
        told = [
            (part, label, channel)
            for piece, label, channel in told
            for part in without_masks(piece, said=label.kind in ("dialogue", "thought"))
        ]
        found = [*found, *(tone(p) for p, x, _ in told if p.kind == "cue" and x.kind not in ("cue", "skip"))]
    segments = []
    said = [x for x in told if x[0].kind != "cue" and x[1].kind not in ("cue", "skip")]
    for (piece, label, channel), name in zip(said, short_ids(p.text for p, _, _ in said), strict=True):
        segments.append(
            Segment(
                id=name,
                span=piece.span,
                kind=label.kind,  # type: ignore[arg-type]  # cues and what is skipped are not among them
                speaker=label.speaker,
                confidence=label.confidence,
                evidence=label.evidence,
                channel=channel,
                text=piece.text,
                spoken=spoken_form(piece.text, book.language, lexicon),
                others=label.others,
            )
        )
    script = Script(
        title=book.title,
        language=book.language,
        masked=masked,
        speakers=tuple(people),
        segments=tuple(segments),
        cues=anchored(sorted(found, key=lambda c: _place(c.span)), segments),
        skipped=tuple(
            Skipped(span=p.span, text=p.text, reason=p.reason)
            for p, x in zip(pieces, labels, strict=True)
            if x.kind == "skip"
        ),
    )
    if refine is not None:
        script = refine(script)
    kept = {s.speaker for s in script.segments} | {p.id for p in given.people}
    script = script.model_copy(
        update={"speakers": shown((p for p in script.speakers if p.id in kept), given)}
    )
    check_coverage(book, script)
    return script


def anchored(cues: Sequence[Cue], segments: Sequence[Segment]) -> tuple[Cue, ...]:
    """Each cue with the segment it sounds in, or (for one that replaces its words) the segment after it."""
    starts = [_place(s.span) for s in segments]
    out = []
    for cue in cues:
        after = bisect_right(starts, _place(cue.span))
        if cue.mode != "replace":
            after -= 1
        name = segments[after].id if after < len(segments) else None
        out.append(cue if cue.segment == name else cue.model_copy(update={"segment": name}))
    return tuple(out)


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
