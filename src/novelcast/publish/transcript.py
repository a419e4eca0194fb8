"""A chapter's text with its times: a file for programs (transcript.json); `transcript_page` shows it to people."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence

from novelcast.model import Model
from novelcast.publish.lines import Line, LineKind

TRANSCRIPT_VERSION = 1


class TranscriptPart(Model):
    """What one clip says; seconds of the audio file."""

    text: str
    start_s: float
    end_s: float


class TranscriptLine(Model):
    """`segment`: its id in the script; `paragraph`: of the chapter, from 0; `speaker`: an id, None for the narrator.

    `parts` make up `text`; there are none where nobody hears it.
    """

    segment: str | None
    paragraph: int
    kind: LineKind
    speaker: str | None
    text: str
    start_s: float
    end_s: float
    parts: tuple[TranscriptPart, ...]


class TranscriptSpeaker(Model):
    """`number`: the speaker's place in the book, from 0, which decides the colour."""

    id: str
    name: str
    number: int


class Transcript(Model):
    """One audio file's text. `audio`: the file's name beside the transcript; `breaks`: paragraphs that are scene
    breaks."""

    version: int = TRANSCRIPT_VERSION
    book: str
    author: str
    chapter: int
    title: str
    language: str
    audio: str
    seconds: float
    speakers: tuple[TranscriptSpeaker, ...]
    lines: tuple[TranscriptLine, ...]
    breaks: tuple[int, ...] = ()


def transcript_of(
    lines: Sequence[Line],
    *,
    book: str,
    author: str,
    chapter: int,
    title: str,
    language: str,
    audio: str,
    rate_hz: int,
    length: int,
    speakers: Mapping[str, str],
    breaks: Sequence[int] = (),
    written: Callable[[str], str] = lambda text: text,
) -> Transcript:
    """`lines` are those of one file, `length` its samples, `speakers` names by id in the book's order.

    `written` puts a text into the characters wanted (`hanzi.simplified`).
    """
    heard = {line.speaker for line in lines}
    return Transcript(
        book=written(book),
        author=written(author),
        chapter=chapter + 1,
        title=written(title),
        language=language,
        audio=audio,
        seconds=round(length / rate_hz, 3),
        speakers=tuple(
            TranscriptSpeaker(id=id, name=written(name), number=n)
            for n, (id, name) in enumerate(speakers.items())
            if id in heard
        ),
        lines=tuple(_line(line, rate_hz, written) for line in lines),
        breaks=tuple(breaks),
    )


def _line(line: Line, rate_hz: int, written: Callable[[str], str]) -> TranscriptLine:
    text = written(line.text)  # as long as the line's own, so its parts are where they were
    parts = []
    at = 0
    for part in line.parts:
        parts.append(
            TranscriptPart(
                text=text[at : at + len(part.text)],
                start_s=_seconds(part.start, rate_hz),
                end_s=_seconds(part.end, rate_hz),
            )
        )
        at += len(part.text)
    return TranscriptLine(
        segment=line.segment,
        paragraph=line.span.paragraph,
        kind=line.kind,
        speaker=line.speaker,
        text=text,
        start_s=_seconds(line.start, rate_hz),
        end_s=_seconds(line.end, rate_hz),
        parts=tuple(parts),
    )


def _seconds(sample: int, rate_hz: int) -> float:
    return round(sample / rate_hz, 3)


def markup_safe(text: str) -> str:
    """A text without the characters that neither HTML nor XML may hold; line ends and tabs are spaces."""
    kept = (" " if c in "\t\n\r\x85\u2028" else c for c in text)
    return "".join(
        c for c in kept if unicodedata.category(c) not in ("Cc", "Cs") and ord(c) & 0xFFFE != 0xFFFE
    )
