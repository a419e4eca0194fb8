"""Timeline + script -> timed lines: who says which words of the author's, from when to when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from novelcast.errors import InputError
from novelcast.hanzi import simplified
from novelcast.model import Cue, Placement, Script, Segment, SegmentKind, Span, Timeline
from novelcast.utterances import speaking_time, utterance_texts

LineKind = SegmentKind | Literal["sound"]
_LEAST_MAX_CHARS = 10
"""No engine takes so little at once."""


@dataclass(frozen=True)
class Part:
    """What one clip says of a line, in the author's words; samples [start, end) of the chapter's file."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A segment, or a sound that stands in place of words (`kind` sound; `segment` is then the one after it, if any).

    `speaker` is a Speaker's id, None for the narrator. The texts of `parts` make up `text`; without parts nothing
    is heard of the line (……), and it stands where the next thing is heard. Samples [start, end) of file number
    `file` of the chapter.
    """

    segment: str | None
    span: Span
    kind: LineKind
    speaker: str | None
    text: str
    start: int
    end: int
    parts: tuple[Part, ...] = ()
    file: int = 0


def lines_of(timeline: Timeline, script: Script, files: Sequence[int] = (0,)) -> tuple[Line, ...]:
    """The lines of one chapter in reading order, from its own script (see `timeline.chapter_scripts`).

    `files`: where each of the chapter's files begins, as a sample of the timeline; most chapters have one.
    Raises InputError where the script is another than the one that the timeline was made of.
    """
    clips: dict[str, list[Placement]] = {}
    sounds: dict[int, Placement] = {}
    for placement in timeline.placements:
        if placement.cue is not None:
            sounds[placement.cue] = placement
        else:
            clips.setdefault(placement.segment or "", []).append(placement)
    if not clips.keys() <= {s.id for s in script.segments} or not all(n < len(script.cues) for n in sounds):
        raise _stale(timeline)
    lines: list[Line] = [_line_of(s, clips.get(s.id, ()), timeline) for s in script.segments]
    for n, cue in enumerate(script.cues):
        if cue.mode == "replace":
            lines.append(_sound_line(cue, sounds.get(n)))
    lines.sort(key=lambda line: (line.span.paragraph, line.span.start))
    return tuple(_in_files(_all_timed(lines, timeline.length), files))


def _stale(timeline: Timeline) -> InputError:
    return InputError(
        f"the script has changed since “{timeline.title}” was rendered",
        hint="render the book again, then publish",
    )


def _line_of(segment: Segment, placed: Sequence[Placement], timeline: Timeline) -> Line:
    texts = _texts_of_clips(segment, [p.length for p in placed])
    if texts is None:
        raise _stale(timeline)
    parts = tuple(Part(t, p.start, p.start + p.length) for t, p in zip(texts, placed, strict=True))
    start, end = (parts[0].start, parts[-1].end) if parts else (-1, -1)
    return Line(segment.id, segment.span, segment.kind, segment.speaker, segment.text, start, end, parts)


def _sound_line(cue: Cue, placed: Placement | None) -> Line:
    parts = () if placed is None else (Part(cue.text, placed.start, placed.start + placed.length),)
    start, end = (parts[0].start, parts[0].end) if parts else (-1, -1)
    return Line(cue.segment, cue.span, "sound", None, cue.text, start, end, parts)


def _all_timed(lines: Sequence[Line], length: int) -> list[Line]:
    """Lines without a time get that of the next thing heard."""
    out: list[Line] = []
    upcoming = length
    for line in reversed(lines):
        upcoming = line.start if line.parts else upcoming
        out.append(line if line.parts else replace(line, start=upcoming, end=upcoming))
    return out[::-1]


def _in_files(lines: Sequence[Line], files: Sequence[int]) -> Iterator[Line]:
    for line in lines:
        file = max(0, sum(first <= line.start for first in files) - 1)
        zero = files[file]
        parts = tuple(replace(p, start=p.start - zero, end=p.end - zero) for p in line.parts)
        yield replace(line, start=line.start - zero, end=line.end - zero, parts=parts, file=file)


# ---------------------------------------------------------------- the author's words of each clip


def _texts_of_clips(segment: Segment, lengths: Sequence[int]) -> list[str] | None:
    """The segment's text in as many pieces as it has clips; None where its spoken form cannot have made so many."""
    if len(lengths) < 2:
        return [segment.text] * len(lengths)
    spoken = _utterances(segment.spoken, lengths)
    return None if spoken is None else _cut_alike(segment.text, spoken)


def _utterances(spoken: str, lengths: Sequence[int]) -> list[str] | None:
    """The texts of the clips, cut as they were for the engine.

    How long a request the engine took is kept nowhere. It matters only where a sentence is longer; then the
    limit is the one that fits the clips' lengths best.
    """
    whole = utterance_texts(spoken, len(spoken))
    if len(whole) == len(lengths):
        return whole
    tried = (utterance_texts(spoken, limit) for limit in range(_LEAST_MAX_CHARS, len(spoken)))
    fitting = [texts for texts in tried if len(texts) == len(lengths)]
    return min(fitting, key=lambda texts: _misfit(texts, lengths), default=None)


def _misfit(texts: Sequence[str], lengths: Sequence[int]) -> float:
    weights = [weight_of(text) for text in texts]
    return sum(
        abs(weight / sum(weights) - length / sum(lengths))
        for weight, length in zip(weights, lengths, strict=True)
    )


def weight_of(text: str) -> float:
    """How long a text takes to say, in syllables; never 0."""
    return sum(map(speaking_time, text)) or 1e-9


# What closes a sentence or a clause, and the quotes and brackets that close after it.
_CLOSING = re.compile(r"[^\w“‘「『（(《〈【\[]*")


def _cut_alike(text: str, spoken: Sequence[str]) -> list[str]:
    """`text` cut where its spoken form is. A cut falls after the marks that close what is before it."""
    said = "".join(spoken)
    blocks = SequenceMatcher(None, simplified(text), said, autojunk=False).get_matching_blocks()
    # (in text, in said) of every letter that stands in both, and the ends.
    pairs = [(-1, -1)]
    pairs += [(b.a + i, b.b + i) for b in blocks for i in range(b.size) if said[b.b + i].isalnum()]
    pairs.append((len(text), len(said)))
    cuts = [0]
    at = 0
    for piece in spoken[:-1]:
        at += len(piece)
        before = max(t for t, s in pairs if s < at) + 1
        after = min(t for t, s in pairs if s >= at)
        cuts.append(max(cuts[-1], _cut_between(text, before, after)))
    return [text[a:b] for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _cut_between(text: str, before: int, after: int) -> int:
    """The first place in text[before:after] that follows a mark (what is said otherwise than written stands around it)."""
    for at in range(before, after):
        closing = _CLOSING.match(text, at, after)
        if closing and closing.end() > at:
            return closing.end()
    return before
