"""A new analysis of a book over the script of before: what the user set stays set, wherever the text went.

Lines are found again by their text. With `keep_labels` what we found before stays too, where the text did not
change, so that a chapter that is added changes nothing in the others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from novelcast.editing.align import Moves, paired, shared
from novelcast.editing.cutting import carved
from novelcast.editing.edits import with_ids
from novelcast.editing.lines import (
    Line,
    Place,
    by_paragraph,
    lines_of,
    script_lines,
    with_lines,
)
from novelcast.model import Cue, Gone, Guess, Script, Segment, Skipped, Span, Speaker

Speak = Callable[[str], str]
_NEAR = 2
"""A line of the new analysis that begins and ends so few characters from where the user's line went is that line."""
_STILL = 0.4
"""Of a line that was changed more than this, what the user set is not what they would set now."""


@dataclass
class Merged:
    """The script. `respoken`: ids of segments whose words changed under the spoken form that the user gave."""

    script: Script
    respoken: list[str] = field(default_factory=list)


def merge(
    old: Script, new: Script, speak: Speak, *, keep_labels: bool, undecided: Collection[str] = ()
) -> Merged:
    """The new script with what the user set in the old one; what has no place any more goes to `gone`.

    `undecided` are segments of the old script whose label the new one decides.
    """
    new = _with_old_ids(old, new)
    return _Merger(old, new, speak, keep_labels, undecided).merged()


class _Merger:
    def __init__(
        self, old: Script, new: Script, speak: Speak, keep_labels: bool, undecided: Collection[str]
    ) -> None:
        self._old, self._new, self._speak = old, new, speak
        self._keep_labels, self._undecided = keep_labels, undecided
        self._before = dict(by_paragraph(script_lines(old)))
        self._after = dict(by_paragraph(script_lines(new)))
        self._lost: list[Line] = []
        self._respoken: list[str] = []

    def merged(self) -> Merged:
        places, targets = list(self._before), list(self._after)
        pairs = paired([_text(self._before[p]) for p in places], [_text(self._after[p]) for p in targets])
        out: dict[Place, list[Line]] = {}
        for n, target in enumerate(targets):
            source = self._before[places[pairs[n]]] if n in pairs else []
            out[target] = self._paragraph(target, source)
        taken = set(pairs.values())
        for n, place in enumerate(places):
            if n not in taken:
                self._lost += [x for x in self._before[place] if _is_mine(x)]
        gone = lines_of(self._old.gone.segments, self._old.gone.cues, self._old.gone.skipped)
        left = self._found_elsewhere([*self._lost, *gone], out)
        return Merged(self._script([x for lines in out.values() for x in lines], left), self._respoken)

    # ------------------------------------------------------------ one paragraph

    def _paragraph(self, place: Place, source: Sequence[Line]) -> list[Line]:
        lines = [_without_id(x) for x in self._after[place]]
        if not source:
            return lines
        old, new = _text(source), _text(lines)
        if old == new and self._keep_labels:
            return [self._kept(_at(x, place, x.span.start, x.span.end, new), lines) for x in source]
        lines = _with_ids_of(lines, source)
        if self._keep_labels:
            lines = self._with_labels_of(lines, source)
        mine = [x for x in source if _is_mine(x)]
        if not mine:
            return lines
        moves = Moves(old, new)
        for line in mine:
            span = moves.span(line.span.start, line.span.end)
            if span is None or shared(line.text, new[span[0] : span[1]]) < _STILL:
                self._lost.append(line)
                continue
            start, end = _snapped(span, lines)
            there = lambda c: moves.span(c, c + 1)  # noqa: E731
            lines = self._set(lines, line, place, start, end, there)
        return lines

    def _kept(self, line: Line, lines: Sequence[Line]) -> Line:
        """A line of before in a paragraph that did not change, with what the new analysis decides of it."""
        there = next((x for x in lines if x.span == line.span and isinstance(x.item, Segment)), None)
        if there is None or not isinstance(line.item, Segment) or not isinstance(there.item, Segment):
            return line
        changes: dict[str, object] = {}
        if "spoken" not in line.by_user and there.item.spoken != line.item.spoken:
            changes["spoken"] = there.item.spoken
        if line.id in self._undecided:
            changes |= _label_of(there.item)
        return line.with_item(**changes) if changes else line

    def _with_labels_of(self, lines: Sequence[Line], source: Sequence[Line]) -> list[Line]:
        """Where the text and the kind are the same, who said it before says it now."""
        said = {x.id: x.item for x in source if isinstance(x.item, Segment) and x.id not in self._undecided}
        out = []
        for line in lines:
            was = said.get(line.id)
            same = was is not None and was.kind == line.kind
            out.append(line.with_item(**_label_of(was)) if was is not None and same else line)
        return out

    def _set(
        self,
        lines: Sequence[Line],
        mine: Line,
        place: Place,
        start: int,
        end: int,
        there: Callable[[int], tuple[int, int] | None],
    ) -> list[Line]:
        """The lines with what the user set of `mine` at [start, end)."""
        text = _text(lines)
        over = _over(lines, start, end)
        line = _at(mine, place, start, end, text)
        item = line.item
        if isinstance(item, Segment):
            near = max(over, key=lambda x: min(x.span.end, end) - max(x.span.start, start))
            if "label" not in item.by_user and isinstance(near.item, Segment):
                item = item.model_copy(update=_label_of(near.item) | {"kind": near.item.kind})
            if "spoken" not in item.by_user:
                item = item.model_copy(update={"spoken": self._speak(item.text)})
            elif item.text != mine.text:
                self._respoken.append(item.id)
            if "cues" in item.by_user:
                cues = tuple(_moved(c, item.span, there) for c in mine.cues)
            else:
                cues = tuple(c for x in over for c in x.cues if start <= c.span.start < end)
            line = Line(item, cues)
        return carved(lines, line, self._speak)

    # ------------------------------------------------------------ the rest

    def _found_elsewhere(self, lost: Sequence[Line], out: dict[Place, list[Line]]) -> list[Line]:
        """Sets what was lost where its words stand now; what has no such place, or several, is left."""
        if not lost:
            return []
        places = list(out)
        texts = [_text(lines) for lines in out.values()]
        starts = list(accumulate((len(t) + 1 for t in texts), initial=0))
        book = "\n".join(texts)
        left = []
        for mine in lost:
            at = book.find(mine.text)
            once = at >= 0 and book.find(mine.text, at + 1) < 0
            n = bisect_right(starts, at) - 1
            start, end = at - starts[n], at - starts[n] + len(mine.text)
            if not once or "\n" in mine.text or any(_is_mine(x) for x in _over(out[places[n]], start, end)):
                left.append(mine)
                continue
            shift = start - mine.span.start

            def there(c: int, shift: int = shift) -> tuple[int, int]:
                return c + shift, c + shift + 1

            out[places[n]] = self._set(out[places[n]], mine, places[n], start, end, there)
        return left

    def _script(self, lines: Sequence[Line], left: Sequence[Line]) -> Script:
        script = with_lines(self._new, with_ids(_with_own_ids(lines)))
        segments = [x.item for x in left if isinstance(x.item, Segment)]
        cues = [x.item for x in left if isinstance(x.item, Cue)]
        cues += [c.model_copy(update={"segment": x.id}) for x in left for c in x.cues]
        skipped = [x.item for x in left if isinstance(x.item, Skipped)]
        gone = Gone(segments=tuple(segments), cues=tuple(cues), skipped=tuple(skipped))
        used = {s.speaker for s in (*script.segments, *segments)}
        known = {s.id: s for s in self._new.speakers}
        speakers = [s for s in self._new.speakers if s.id in used or s.by_user or s.listed]
        speakers += [s for s in self._old.speakers if s.id not in known and (s.id in used or s.by_user)]
        notes = {s.id: s.note for s in self._old.speakers}
        return script.model_copy(
            update={
                "speakers": tuple(s.model_copy(update={"note": notes.get(s.id, s.note)}) for s in speakers),
                "gone": gone,
            }
        )


def _is_mine(line: Line) -> bool:
    """Whether the user set or wrote anything in a line."""
    return bool(line.by_user or line.item.note)


def _text(lines: Sequence[Line]) -> str:
    return "".join(line.text for line in lines)


def _over(lines: Sequence[Line], start: int, end: int) -> list[Line]:
    return [x for x in lines if x.span.start < end and x.span.end > start]


def _label_of(segment: Segment) -> dict[str, object]:
    return {
        "kind": segment.kind, "speaker": segment.speaker, "channel": segment.channel, "confidence": segment.confidence,
        "evidence": segment.evidence, "others": segment.others,
    }  # fmt: skip


def _without_id(line: Line) -> Line:
    return line.with_item(id="") if isinstance(line.item, Segment) else line


def _at(line: Line, place: Place, start: int, end: int, text: str) -> Line:
    """The line at [start, end) of another paragraph, whose text is `text`."""
    span = Span(chapter=place[0], paragraph=place[1], start=start, end=end)
    if span == line.span and text[start:end] == line.text:
        return line
    moved = line.with_item(span=span, text=text[start:end])
    chapter = {"chapter": place[0], "paragraph": place[1]}
    cues = tuple(c.model_copy(update={"span": c.span.model_copy(update=chapter)}) for c in line.cues)
    return Line(moved.item, cues)


def _moved(cue: Cue, span: Span, there: Callable[[int], tuple[int, int] | None]) -> Cue:
    """A sound with its place in the new paragraph; where its words are gone, at the line's start."""
    start = there(cue.span.start)
    at = min(max(start[0] if start else span.start, span.start), span.end)
    end = min(at + len(cue.text), span.end)
    return cue.model_copy(update={"span": span.model_copy(update={"start": at, "end": end})})


def _snapped(span: tuple[int, int], lines: Sequence[Line]) -> tuple[int, int]:
    """The span of the line that the span is as good as, else the span."""
    for line in lines:
        if abs(line.span.start - span[0]) <= _NEAR and abs(line.span.end - span[1]) <= _NEAR:
            return line.span.start, line.span.end
    return span


def _with_ids_of(lines: Sequence[Line], source: Sequence[Line]) -> list[Line]:
    """Each line with the id of the line of before that has its words."""
    ids: dict[str, list[str]] = defaultdict(list)
    for line in source:
        if line.id:
            ids[line.text].append(line.id)
    return [
        line.with_item(id=ids[line.text].pop(0)) if line.id == "" and ids.get(line.text) else line
        for line in lines
    ]


def _with_own_ids(lines: Sequence[Line]) -> list[Line]:
    """Lines without an id that another has: the user's line keeps it, else the first."""
    owner: dict[str, Line] = {}
    for line in lines:
        if line.id and (line.id not in owner or (_is_mine(line) and not _is_mine(owner[line.id]))):
            owner[line.id] = line
    return [_without_id(x) if x.id and owner[x.id] is not x else x for x in lines]


# ---------------------------------------------------------------- who is who


def _with_old_ids(old: Script, new: Script) -> Script:
    """The new script with the ids that its speakers had: somebody who is found under another name is the same."""
    ids = _same_people(old, new)
    if not ids:
        return new
    return new.model_copy(
        update={
            "speakers": tuple(s.model_copy(update={"id": ids.get(s.id, s.id)}) for s in new.speakers),
            "segments": tuple(_renamed(s, ids) for s in new.segments),
        }
    )


def _renamed(segment: Segment, ids: Mapping[str, str]) -> Segment:
    others = tuple(
        Guess(speaker=ids.get(g.speaker, g.speaker), confidence=g.confidence) for g in segment.others
    )
    speaker = None if segment.speaker is None else ids.get(segment.speaker, segment.speaker)
    return segment.model_copy(update={"speaker": speaker, "others": others})


def _same_people(old: Script, new: Script) -> dict[str, str]:
    """New id -> old id, for speakers whose name changed: one has the other's name, and they say the same lines."""
    here = {s.id for s in new.speakers}
    missing = [s for s in old.speakers if s.id not in here]
    if not missing:
        return {}
    said = {s.text: s.speaker for s in old.segments if s.speaker is not None}
    both = Counter((said[s.text], s.speaker) for s in new.segments if s.speaker and s.text in said)
    known = {s.id for s in old.speakers}
    found = [
        (both[one.id, other.id], one.id, other.id)
        for one in missing
        for other in new.speakers
        if other.id not in known and _share_a_name(one, other)
    ]
    ids: dict[str, str] = {}
    for count, one_id, other_id in sorted(found, key=lambda x: -x[0]):
        if count and other_id not in ids and one_id not in ids.values():
            ids[other_id] = one_id
    return ids


def _share_a_name(one: Speaker, other: Speaker) -> bool:
    return one.name in (other.name, *other.aliases) or other.name in (one.name, *one.aliases)
