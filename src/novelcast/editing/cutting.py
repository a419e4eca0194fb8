"""Lines cut at a character, and a line put in the place of others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from novelcast.editing.lines import Line
from novelcast.model import Cue, Segment


def cut(line: Line, at: int, speak: Callable[[str], str]) -> tuple[Line, Line]:
    """A line as two, the second from character `at` of the paragraph on. The pause stays at the end; a sound
    stays with the first part, and the words of the second are spoken."""
    item = line.item
    left = item.span.model_copy(update={"end": at})
    right = item.span.model_copy(update={"start": at})
    here, there = item.text[: at - item.span.start], item.text[at - item.span.start :]
    if isinstance(item, Segment):
        first = item.model_copy(
            update={"span": left, "text": here, "spoken": speak(here), "pause_after_ms": None}
        )
        second = item.model_copy(update={"id": "", "span": right, "text": there, "spoken": speak(there)})
        return (
            Line(first, tuple(c for c in line.cues if c.span.start < at)),
            Line(second, tuple(c for c in line.cues if c.span.start >= at)),
        )
    if isinstance(item, Cue):
        rest = Segment(id="", span=right, kind="narration", text=there, spoken=speak(there))
        return line.with_item(span=left, text=here), Line(rest)
    return line.with_item(span=left, text=here), line.with_item(span=right, text=there)


def carved(lines: Sequence[Line], new: Line, speak: Callable[[str], str]) -> list[Line]:
    """The lines of a paragraph with `new` in the place of what stood in its span."""
    out: list[Line] = []
    start, end = new.span.start, new.span.end
    for line in lines:
        if line.span.end <= start or line.span.start >= end:
            out.append(line)
            continue
        if line.span.start < start:
            before, line = cut(line, start, speak)
            out.append(before)
        if line.span.end > end:
            _, after = cut(line, end, speak)
            out.append(after)
    return sorted([*out, new], key=lambda x: x.span.start)
