"""What a user changed in a script: compared with the script of before, line by line, and marked as theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from novelcast.characters import Characters
from novelcast.editing.lines import (
    Item,
    Line,
    LineKind,
    Overlaps,
    Place,
    by_paragraph,
    paragraph_texts,
    script_lines,
    with_lines,
)
from novelcast.editing.placing import Placed, place_lines
from novelcast.editing.reading import MOST_FAULTS, Fault, Read, Written, read_page
from novelcast.editing.review import is_unsure
from novelcast.editing.speakers import People, people_of
from novelcast.model import Channel, Cue, Gone, Script, Segment, SegmentKind, SetField, Skipped, Span, Speaker
from novelcast.script.ids import short_ids

SET_BY_USER = "set by you"
Speak = Callable[[str], str]
"""The spoken form of a text."""


@dataclass
class Edited:
    """A script with a user's changes. `undecided` are segments that the user gives back to the analysis;
    `lines` and `speakers` count what was changed; `before` are the speakers as we wrote them last."""

    script: Script
    undecided: set[str] = field(default_factory=set)
    lines: int = 0
    speakers: int = 0
    faults: list[Fault] = field(default_factory=list)
    before: tuple[Speaker, ...] = ()


@dataclass(slots=True)
class _Draft:
    """A line as the user left it. `decided`: True, the label is theirs; False, they gave it back; None, nothing said."""

    span: Span
    text: str
    kind: LineKind
    speaker: str | None
    decided: bool | None
    channel: Channel | None = None
    cues: tuple[Cue, ...] = ()
    pause_ms: int | None = None
    say: str | None = None
    how: str | None = None
    reason: str = ""
    id: str | None = None
    note: str = ""


def read_edits(
    text: str, base: Script, sounds: Collection[str], given: Characters, review_below: float, speak: Speak
) -> Edited:
    """What the user wrote in script.md, over the script that it was written from. Faults, where it has any,
    name its lines; then nothing else of the result counts."""
    read = read_page(text, sounds)
    lines = script_lines(base)
    placed, faults = place_lines(read.lines, paragraph_texts(lines))
    people = people_of(read.speakers, base, given)
    unknown = islice(_unknown(read.lines, people), MOST_FAULTS)
    faults = [*read.faults, *faults, *unknown, *_soundless(read.lines)]
    if faults:
        return Edited(base, faults=sorted(faults, key=lambda f: f.line))
    before = base.model_copy(update={"speakers": tuple(people.speakers)})
    kept = [_renamed(line, people.merged) for line in lines]
    drafts = _drafts(placed, kept, people, review_below)
    edited = _edited(before, kept, drafts, speak)
    edited.speakers = _changes(base.speakers, people.speakers)
    script = edited.script.model_copy(update={"gone": _gone(base.gone, read)})
    return Edited(script, edited.undecided, edited.lines, edited.speakers)


def compare_scripts(base: Script, theirs: Script, speak: Speak) -> Edited:
    """What the user changed in script.json."""
    kept = script_lines(base)
    sets = {(line.place, line.span.start, line.span.end): line for line in kept}
    drafts: dict[Place, list[_Draft]] = {}
    for line in script_lines(theirs):
        old = sets.get((line.place, line.span.start, line.span.end))
        was = old is not None and "label" in old.by_user
        drafts.setdefault(line.place, []).append(_draft_of(line, old, was))
    before = base.model_copy(update={"speakers": theirs.speakers, "gone": theirs.gone})
    edited = _edited(before, kept, drafts, speak)
    old_people = {s.id: s for s in base.speakers}
    marked = tuple(_marked(s, old_people.get(s.id)) for s in theirs.speakers)
    edited.script = edited.script.model_copy(update={"speakers": marked})
    edited.speakers = _changes(base.speakers, marked)
    return edited


def _draft_of(line: Line, old: Line | None, was: bool) -> _Draft:
    item = line.item
    mine = "label" in item.by_user
    draft = _Draft(
        line.span, line.text, line.kind, line.speaker, True if mine else False if was else None,
        line.channel if line.kind == "dialogue" else None, cues=line.cues, id=line.id, note=item.note,
    )  # fmt: skip
    if isinstance(item, Segment):
        draft.pause_ms, draft.how = item.pause_after_ms, item.how
        machine = old.item.spoken if old is not None and isinstance(old.item, Segment) else None
        if "spoken" in item.by_user or (machine is not None and item.spoken != machine):
            draft.say = item.spoken
    elif isinstance(item, Cue):
        draft.cues = (item,)
    else:
        draft.reason = item.reason
    return draft


def _marked(speaker: Speaker, old: Speaker | None) -> Speaker:
    fields = ("name", "aliases", "gender", "age")
    if old is None:
        return speaker.model_copy(update={"by_user": tuple(f for f in fields if getattr(speaker, f) not in ((), "unknown"))})  # fmt: skip
    changed = [f for f in fields if getattr(speaker, f) != getattr(old, f) or f in speaker.by_user]
    return speaker.model_copy(update={"by_user": tuple(changed)})


def _changes(old: Sequence[Speaker], new: Sequence[Speaker]) -> int:
    before, after = {s.id: s for s in old}, {s.id: s for s in new}
    return sum(before.get(i) != after.get(i) for i in before | after)


# ---------------------------------------------------------------- from script.md


def _unknown(lines: Sequence[Written], people: People) -> Iterator[Fault]:
    for line in lines:
        if line.name is not None and people.id_of(line.name) is None:
            yield people.fault(line.number, line.name)


def _soundless(lines: Sequence[Written]) -> Iterator[Fault]:
    for line in lines:
        if line.kind == "sound" and len(line.sounds) != 1:
            yield Fault(line.number, f"{len(line.sounds)} sounds in a sound line", "write one: - sound: [sfx:bang]…; `novelcast cues` lists them")  # fmt: skip
        if line.kind == "skipped" and line.sounds:
            yield Fault(line.number, "a sound in a skipped line", "write it into a line beside it")


def _drafts(
    placed: Sequence[Placed], kept: Sequence[Line], people: People, review_below: float
) -> dict[Place, list[_Draft]]:
    """The lines that the user wrote, by paragraph, with the white space between them where it was before."""
    found: dict[Place, list[Placed]] = {}
    for one in placed:
        found.setdefault(one.place, []).append(one)
    out: dict[Place, list[_Draft]] = {}
    for place, lines in by_paragraph(kept):
        if place in found:
            out[place] = list(_paragraph(found[place], lines, people, review_below))
    return out


def _paragraph(
    placed: Sequence[Placed], lines: Sequence[Line], people: People, review_below: float
) -> Iterator[_Draft]:
    text = "".join(line.text for line in lines)
    cuts = sorted({line.span.start for line in lines} | {len(text)})
    spaces = [x for x in lines if not x.text.strip()]
    overlaps = Overlaps(lines)
    start = _edge(cuts, 0, placed[0].start)[1]
    yield from (_space(x) for x in spaces if x.span.end <= start)
    for n, one in enumerate(placed):
        following = placed[n + 1].start if n + 1 < len(placed) else len(text)
        end, then = _edge(cuts, one.end, following)
        if n + 1 == len(placed):
            end = min((c for c in cuts if c >= one.end), default=len(text))
            then = len(text)
        span = Span(chapter=one.place[0], paragraph=one.place[1], start=start, end=end)
        yield _draft(one, span, text[start:end], overlaps.with_span(start, end), people, review_below)
        yield from (_space(x) for x in spaces if end <= x.span.start and x.span.end <= then)
        start = then


def _edge(cuts: Sequence[int], end: int, following: int) -> tuple[int, int]:
    """Where a line ends and the next begins, in the white space [end, following) between their words."""
    known = [c for c in cuts if end <= c <= following]
    return (known[0], known[-1]) if known else (following, following)


def _space(line: Line) -> _Draft:
    return _draft_of(line, line, "label" in line.by_user)


def _draft(
    one: Placed, span: Span, text: str, over: Sequence[Line], people: People, review_below: float
) -> _Draft:
    line = one.line
    ours = all("label" in x.by_user for x in over)
    unsure = any(
        isinstance(x.item, Segment) and x.item.speaker is not None and is_unsure(x.item, review_below)
        for x in over
    )
    decided: bool | None
    if line.mark == "!":
        decided = True
    elif ours:
        decided = False
    else:
        decided = True if unsure and not line.mark and line.kind in ("dialogue", "thought") else None
    return _Draft(
        span, text, line.kind,
        None if line.name is None else people.id_of(line.name),
        decided, line.channel,
        cues=tuple(_cue(s.cue, at, span, text, over) for at, s in one.sounds),
        pause_ms=line.pause_ms if one.last else None,
        say=line.say, how=line.how, reason=line.reason,
        id=line.id if one.first else None,
        note=line.note if one.last else "",
    )  # fmt: skip


def _cue(cue: Cue, at: int, span: Span, text: str, over: Sequence[Line]) -> Cue:
    """The sound with its place; one that stood there before keeps the words that it goes with."""
    if cue.mode == "replace":
        return cue.model_copy(update={"span": span, "text": text})
    for old in (c for line in over for c in line.cues):
        between = sorted((old.span.start - span.start, at - span.start))
        if old.mode == cue.mode and not text[max(0, between[0]) : max(0, between[1])].strip():
            return cue.model_copy(update={"span": old.span, "text": old.text})
    return cue.model_copy(update={"span": span.model_copy(update={"start": at, "end": at}), "text": ""})


def _renamed(line: Line, merged: Mapping[str, str]) -> Line:
    return line if line.speaker is None else line.with_item(speaker=merged.get(line.speaker, line.speaker))


def _gone(gone: Gone, read: Read) -> Gone:
    """What is gone from the book, without what the user took out of the list."""
    left = {"".join(line.words.split()) for line in read.gone}

    def still(item: Item) -> bool:
        return "".join(item.text.split()) in left

    segments = tuple(s for s in gone.segments if still(s))
    ids = {s.id for s in segments}
    cues = tuple(c for c in gone.cues if (still(c) if c.mode == "replace" else c.segment in ids))
    return Gone(segments=segments, cues=cues, skipped=tuple(s for s in gone.skipped if still(s)))


# ---------------------------------------------------------------- the comparison


def _edited(
    before: Script, kept: Sequence[Line], drafts: Mapping[Place, Sequence[_Draft]], speak: Speak
) -> Edited:
    out: list[Line] = []
    undecided: set[str] = set()
    changed = 0
    for place, lines in by_paragraph(kept):
        maker = _Maker(lines, speak)
        made = [maker.line(draft) for draft in drafts.get(place, ())] or lines
        undecided |= maker.undecided
        changed += sum(x not in lines for x in made)
        out += lines if made == lines else made
    script = with_lines(before, with_ids(out))
    return Edited(script, undecided, changed)


class _Maker:
    """Makes the lines of one paragraph from the user's drafts and the lines of before."""

    def __init__(self, lines: Sequence[Line], speak: Speak) -> None:
        self._overlaps, self._speak = Overlaps(lines), speak
        self._used: set[str] = set()
        self.undecided: set[str] = set()

    def line(self, draft: _Draft) -> Line:
        over = self._overlaps.with_span(draft.span.start, draft.span.end)
        same = next((x for x in over if x.span == draft.span), None)
        mine = all("label" in x.by_user for x in over)
        changed = {(x.kind, x.speaker, x.channel) for x in over} != {
            (draft.kind, draft.speaker, draft.channel)
        }
        label = changed or draft.decided is True or (mine and draft.decided is None)
        if draft.kind == "sound":
            return self._sound(draft, same, label)
        if draft.kind == "skipped":
            return self._skipped(draft, same, label)
        return self._segment(draft, draft.kind, over, same, label, handed_back=mine and not label)

    def _sound(self, draft: _Draft, same: Line | None, label: bool) -> Line:
        (cue,) = draft.cues
        old = same.item if same is not None and isinstance(same.item, Cue) else None
        fields = ("sound", "count", "gain_db", "length_ms")
        if old is None or any(getattr(cue, f) != getattr(old, f) for f in fields):
            label = True
        return Line(cue.model_copy(update={"by_user": ("label",) if label else (), "note": draft.note,
                                           "segment": old.segment if old else None}))  # fmt: skip

    def _skipped(self, draft: _Draft, same: Line | None, label: bool) -> Line:
        if same is not None and isinstance(same.item, Skipped):
            return same.with_item(by_user=("label",) if label else (), note=draft.note)
        return Line(
            Skipped(
                span=draft.span, text=draft.text, reason=draft.reason or SET_BY_USER,
                by_user=("label",), note=draft.note,
            )
        )  # fmt: skip

    def _segment(
        self,
        draft: _Draft,
        kind: SegmentKind,
        over: Sequence[Line],
        same: Line | None,
        label: bool,
        *,
        handed_back: bool,
    ) -> Line:
        near = next((x.item for x in over if isinstance(x.item, Segment)), None)
        old = near if same is not None and same.item is near else None
        was = set(old.by_user) if old else set()
        had = same.cues if same else _cues_in(over, draft.span)
        new_cues = [_audible(c) for c in draft.cues] != [_audible(c) for c in had]
        fields: dict[SetField, bool] = {
            "label": label,
            "spoken": draft.say is not None,
            "pause": draft.pause_ms is not None
            and ("pause" in was or draft.pause_ms != _pause(over, draft.span)),
            "cues": "cues" in was or new_cues,
            "how": draft.how is not None,
        }
        name = self._id(draft, over, old)
        if handed_back and name:
            self.undecided.add(name)
        segment = Segment(
            id=name, span=draft.span, kind=kind, speaker=draft.speaker, channel=draft.channel,
            evidence=SET_BY_USER, text=draft.text, spoken=self._spoken(draft, old),
            pause_after_ms=draft.pause_ms, how=draft.how, by_user=tuple(f for f, mine in fields.items() if mine), note=draft.note,
        )  # fmt: skip
        if near is not None and not label:
            guess = {"confidence": near.confidence, "evidence": near.evidence, "others": near.others}
            segment = segment.model_copy(update=guess)
        return Line(segment, draft.cues if new_cues else had)

    def _id(self, draft: _Draft, over: Sequence[Line], old: Segment | None) -> str:
        """The id that stands in the line if it is one of this place, else the one of before, else none yet."""
        written = [draft.id] if any(x.id == draft.id for x in over) else []
        for name in (*written, old.id if old else None):
            if name and name not in self._used:
                self._used.add(name)
                return name
        return ""

    def _spoken(self, draft: _Draft, old: Segment | None) -> str:
        theirs = old is not None and "spoken" in old.by_user
        if draft.say is None:
            return old.spoken if old is not None and not theirs else self._speak(draft.text)
        if old is not None and theirs and " ".join(old.spoken.split()) == " ".join(draft.say.split()):
            return old.spoken  # as it was, with the white space that script.md does not keep
        return draft.say


def _pause(over: Sequence[Line], span: Span) -> int | None:
    """The pause that stood at the end of a span."""
    last = next((x.item for x in over if x.span.end == span.end), None)
    return last.pause_after_ms if isinstance(last, Segment) else None


def _cues_in(over: Sequence[Line], span: Span) -> tuple[Cue, ...]:
    return tuple(c for x in over for c in x.cues if span.start <= c.span.start < span.end)


def _audible(cue: Cue) -> tuple[object, ...]:
    return (cue.sound, cue.mode, cue.count, cue.gain_db, cue.length_ms, cue.far, cue.duck_db, cue.span.start)


def with_ids(lines: Sequence[Line]) -> list[Line]:
    """Lines in which each segment has an id."""
    taken = {line.id for line in lines if line.id}
    fresh = iter(short_ids((x.text for x in lines if x.id == ""), taken))
    return [line.with_item(id=next(fresh)) if line.id == "" else line for line in lines]
