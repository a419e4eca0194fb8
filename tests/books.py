"""Small books, scripts and casts for the tests, built by hand."""

from __future__ import annotations

from collections.abc import Sequence

from novelcast.model import (
    Book,
    Cast,
    Chapter,
    Cue,
    Paragraph,
    Role,
    Script,
    Segment,
    SegmentKind,
    Skipped,
    Span,
    Speaker,
)


def book_of(*chapters: Sequence[str], book_id: str = "book") -> Book:
    """A book whose chapters' paragraphs are all of kind body."""
    return Book(
        id=book_id,
        title="书",
        chapters=tuple(
            Chapter(title=f"第{n}章", paragraphs=tuple(Paragraph(kind="body", text=t) for t in paragraphs))
            for n, paragraphs in enumerate(chapters, 1)
        ),
        source=f"/{book_id}.txt",
        source_sha256="0" * 64,
    )


def segment(
    text: str,
    kind: SegmentKind = "narration",
    *,
    paragraph: int = 0,
    start: int = 0,
    chapter: int = 0,
    speaker: str | None = None,
    spoken: str | None = None,
    pause_after_ms: int | None = None,
) -> Segment:
    return Segment(
        id=f"{chapter:03}.{paragraph:04}.{start}",
        span=Span(chapter=chapter, paragraph=paragraph, start=start, end=start + len(text)),
        kind=kind,
        speaker=speaker,
        text=text,
        spoken=text if spoken is None else spoken,
        pause_after_ms=pause_after_ms,
    )


def cue(
    text: str,
    mode: str,
    *,
    sound: str = "knock",
    paragraph: int = 0,
    start: int = 0,
    segment: str | None = None,
) -> Cue:
    return Cue(
        sound=sound,
        mode=mode,  # type: ignore[arg-type]
        span=Span(chapter=0, paragraph=paragraph, start=start, end=start + len(text)),
        text=text,
        segment=segment,
    )


def scene_break(paragraph: int, text: str = "*****") -> Skipped:
    return Skipped(
        span=Span(chapter=0, paragraph=paragraph, start=0, end=len(text)), text=text, reason="scene break"
    )


def script_of(
    segments: Sequence[Segment],
    *,
    speakers: Sequence[Speaker] = (),
    cues: Sequence[Cue] = (),
    skipped: Sequence[Skipped] = (),
    language: str = "zh-Hans",
) -> Script:
    return Script(
        title="书",
        language=language,
        speakers=tuple(speakers),
        segments=tuple(segments),
        cues=tuple(cues),
        skipped=tuple(skipped),
    )


def speaker(name: str, gender: str = "unknown", age: str = "adult", aliases: Sequence[str] = ()) -> Speaker:
    return Speaker(id=name, name=name, gender=gender, age=age, aliases=tuple(aliases), sure=0.9)  # type: ignore[arg-type]


def cast_of(*speakers: str) -> Cast:
    return Cast(
        engine="tone",
        narrator=Role(voice="tone_bass"),
        system=Role(voice="tone_mezzo"),
        roles={name: Role(voice="tone_alto") for name in speakers},
    )
