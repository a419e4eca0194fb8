"""Timeline + script -> timed lines: who says which words of the author's, from when to when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from novelcast.errors import InputError
from novelcast.hanzi import simplified
from novelcast.model import Placement, Script, Segment, SegmentKind, Span, Timeline
from novelcast.utterances import speaking_time, utterance_texts

LineKind = SegmentKind | Literal["sound"]
_LEAST_MAX_CHARS = 10
"""No engine takes so little at once."""


@dataclass(frozen=True)
class Part:
    """What one clip says of a line, in the author's words; samples [start, end) of the line's file."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A segment, or a sound that stands in place of words (`kind` sound; `segment` is then the one after it, if any).

    `speaker` is a Speaker's id, None for the narrator. The texts of `parts` make up `text`; without parts nothing
    is heard of the line (……), and it stands where the next thing is heard. Samples [start, end) of file number
    `file` of the chapter; a segment over the end of a file is a line in each of the two.
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


def lines_of(timelines: Timeline | Sequence[Timeline], script: Script) -> tuple[Line, ...]:
    """The lines of one chapter in reading order, from its own script (see `timeline.chapter_scripts`).

    `timelines`: the chapter's, or those of its files where it has several.
    Raises InputError where the script is another than the one that the timelines were made of.
    """
    files = [timelines] if isinstance(timelines, Timeline) else timelines
    clips: dict[str, list[_Placed]] = {}
    sounds: dict[int, list[_Placed]] = {}
    for number, timeline in enumerate(files):
        for placement in timeline.placements:
            if placement.cue is not None:
                sounds.setdefault(placement.cue, []).append((number, placement))
            else:
                clips.setdefault(placement.segment or "", []).append((number, placement))
    known = {s.id for s in script.segments}
    if not clips.keys() <= known or any(n >= len(script.cues) for n in sounds):
        raise _stale(files[0])
    lines: list[Line] = []
    for s in script.segments:
        placed = clips.get(s.id, [])
        texts = _texts_of_clips(s, [p.length for _, p in placed])
        if texts is None:
            raise _stale(files[0])
        lines += _lines(Line(s.id, s.span, s.kind, s.speaker, s.text, -1, -1), texts, placed)
    for n, cue in enumerate(script.cues):
        if cue.mode == "replace":
            placed = sounds.get(n, [])
            line = Line(cue.segment, cue.span, "sound", None, cue.text, -1, -1)
            lines += _lines(line, [cue.text] * len(placed), placed)
    lines.sort(key=lambda line: (line.span.paragraph, line.span.start))
    return tuple(_all_timed(lines, len(files) - 1, files[-1].length))


_Placed = tuple[int, Placement]


def _stale(timeline: Timeline) -> InputError:
    return InputError(
        f"the script has changed since “{timeline.title}” was rendered",
        hint="render the book again, then publish",
    )


def _lines(whole: Line, texts: Sequence[str], placed: Sequence[_Placed]) -> list[Line]:
    """One line, or one for each file that it is heard in."""
    if not placed:
        return [whole]
    lines: list[Line] = []
    at = whole.span.start
    for text, (file, placement) in zip(texts, placed, strict=True):
        part = Part(text, placement.start, placement.start + placement.length)
        if lines and lines[-1].file == file:
            begun = lines.pop()
        else:
            begun = replace(whole, span=whole.span.model_copy(update={"start": at}), text="", file=file)
        at += len(text)
        lines.append(
            replace(
                begun,
                span=begun.span.model_copy(update={"end": at}),
                text=begun.text + text,
                start=begun.start if begun.parts else part.start,
                end=part.end,
                parts=(*begun.parts, part),
            )
        )
    return lines


def _all_timed(lines: Sequence[Line], file: int, start: int) -> list[Line]:
    """Lines without a time get that of the next thing heard; the last ones get `start` in `file`."""
    out: list[Line] = []
    for line in reversed(lines):
        if line.parts:
            file, start = line.file, line.start
            out.append(line)
        else:
            out.append(replace(line, file=file, start=start, end=start))
    return out[::-1]


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
