"""What a language model is asked: numbered quotations of one scene, and the people who may have said them.

Made from the script alone, so that it asks the same whatever found the speakers. Equal scripts give equal
questions, and an answer that is kept under its question (see answers.py) is never paid for twice.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from novelcast.hanzi import simplified
from novelcast.model import Script, Segment, Speaker

SPAN_CHARS = 2400
"""From the first quotation of a request to its last, at most."""
BEFORE_CHARS, AFTER_CHARS = 700, 300
"""Of the scene, around the quotations that are asked about; whole paragraphs, at least one."""
MAX_CANDIDATES = 20
TESTS = 2
"""Quotations in a request whose speaker the text itself tells: what the model says of those tells how good it is."""
KNOWN = 0.95
"""The confidence from which a quotation may be one: tags and beats, mostly (docs/attribution.md)."""
UNKNOWN = "?"
_OPENING, _CLOSING = '“「『‘"', '”」』’"'

_RULES = """You find out who speaks in a novel. You are given one scene and the people who may speak in it.
A mark stands before each quotation: «NAME» where the speaker is known, «1», «2» … where you are asked, «?» where nobody asks you.
Who is called by name inside a quotation is mostly the one spoken to, not the speaker. People in conversation mostly take turns.
Answer with one JSON object and nothing else: each number, and the name of its speaker exactly as listed, or "?" where the text does not tell.
Form of the answer: {"1": "NAME", "2": "?"}"""


@dataclass(frozen=True)
class Batch:
    """One request. `turns`: for each number, counting from 1, the segments (indexes) that it stands for.

    `tests`: the numbers that are there only to see how good the model is. `candidates` is never shorter than two.
    """

    turns: tuple[tuple[int, ...], ...]
    tests: frozenset[int]
    candidates: tuple[Speaker, ...]
    scene: str

    @property
    def asked(self) -> int:
        """How many questions there are without the tests."""
        return len(self.turns) - len(self.tests)

    @cached_property
    def messages(self) -> list[dict[str, str]]:
        people = "\n".join(f"- {_described(p)}" for p in self.candidates)
        numbers = ", ".join(str(n) for n in range(1, len(self.turns) + 1))
        text = f"People:\n{people}\n\nScene:\n{self.scene}\n\nWho speaks {numbers}? Answer in JSON."
        return [{"role": "system", "content": _RULES}, {"role": "user", "content": text}]

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of a good answer, for services that hold a model to one."""
        numbers = [str(n) for n in range(1, len(self.turns) + 1)]
        who = {"type": "string", "enum": [*(p.name for p in self.candidates), UNKNOWN]}
        return {
            "type": "object",
            "properties": dict.fromkeys(numbers, who),
            "required": numbers,
            "additionalProperties": False,
        }

    def content(self, model: str) -> str:
        """All that an answer depends on, as one text."""
        return json.dumps([model, self.messages], ensure_ascii=False, separators=(",", ":"))


def _described(person: Speaker) -> str:
    about: list[str] = [x for x in (person.gender, person.age) if x != "unknown"]
    if person.aliases:
        about.append(f"also {', '.join(person.aliases[:6])}")
    return f"{person.name} ({'; '.join(about)})" if about else person.name


def turns_of(script: Script) -> list[tuple[int, ...]]:
    """The quotations (indexes of segments) by who must speak them together: one that its tag breaks in two
    (“…，”他说，“…”), and one that runs over several paragraphs."""
    turns: list[tuple[int, ...]] = []
    previous: Segment | None = None
    for i, segment in enumerate(script.segments):
        if segment.kind == "dialogue":
            before = script.segments[turns[-1][-1]] if turns else None
            if before is not None and (_is_one_turn(before, segment) or _runs_on(previous, segment)):
                turns[-1] = (*turns[-1], i)
            else:
                turns.append((i,))
        previous = segment
    return turns


def _is_one_turn(a: Segment, b: Segment) -> bool:
    """The analysis labels the parts of a turn alike."""
    return _paragraph(a) == _paragraph(b) and (a.speaker, a.confidence, a.evidence) == (
        b.speaker,
        b.confidence,
        b.evidence,
    )


def _runs_on(previous: Segment | None, segment: Segment) -> bool:
    """Whether the segment before is a quotation that the next paragraph goes on with: opened, and not closed."""
    if previous is None or previous.kind != "dialogue":
        return False
    chapter, paragraph = _paragraph(previous)
    text = previous.text.strip()
    return (
        _paragraph(segment) == (chapter, paragraph + 1)
        and text[:1] in _OPENING
        and text[-1:] not in _CLOSING
        and segment.text.strip()[:1] in _OPENING
    )


def _paragraph(segment: Segment) -> tuple[int, int]:
    return segment.span.chapter, segment.span.paragraph


def is_known(turn: Sequence[int], script: Script) -> bool:
    """Whether the text tells who speaks."""
    return all(script.segments[i].confidence >= KNOWN and script.segments[i].speaker for i in turn)


def batches_of(script: Script, *, below: float | None, known_from: float, size: int) -> list[Batch]:
    """The requests, in reading order, about the turns of which we are less sure than `below`; None: about all.

    `known_from`: the confidence from which a quotation shows its speaker. A turn with nobody but one to choose
    from is not asked about, and never one that the user has set.
    """
    turns = turns_of(script)
    open_ = [t for t in turns if not any("label" in script.segments[i].by_user for i in t)]
    asked = [t for t in open_ if below is None or min(script.segments[i].confidence for i in t) < below]
    places = [_paragraph(script.segments[t[0]]) for t in asked]
    tests = {t[0]: t for t in open_ if below is not None and is_known(t, script)}
    chapters = {c: list(s) for c, s in groupby(script.segments, key=lambda s: s.span.chapter)}
    people = [(p, {simplified(w) for w in (p.name, *p.aliases)}) for p in script.speakers]
    out = []
    for chapter, scenes in groupby(_scenes(script), key=lambda s: s.paragraphs[0].place[0]):
        met = _Met(people, chapters.get(chapter, []))
        for scene in scenes:
            first, last = scene.paragraphs[0].place, scene.paragraphs[-1].place
            here = asked[bisect_left(places, first) : bisect_right(places, last)]
            for group in _groups(here, scene, size):
                batch = _batch(group, tests, scene, script, met, known_from)
                if len(batch.candidates) > 1:
                    out.append(batch)
    return out


# ---------------------------------------------------------------- scenes


@dataclass(frozen=True)
class _Paragraph:
    """`parts`: (text, the segment's index; None for words that a sound replaces)."""

    place: tuple[int, int]
    parts: tuple[tuple[str, int | None], ...]

    @property
    def length(self) -> int:
        return sum(len(text) for text, _ in self.parts)


class _Scene:
    """Consecutive paragraphs of one chapter, with no scene break between them."""

    def __init__(self, paragraphs: Sequence[_Paragraph]) -> None:
        self.paragraphs = paragraphs
        self.number = {p.place: n for n, p in enumerate(paragraphs)}
        self.ends = [0]
        for p in paragraphs:
            self.ends.append(self.ends[-1] + p.length)

    def chars(self, first: int, last: int) -> int:
        """In the paragraphs first to last, both in."""
        return self.ends[last + 1] - self.ends[first]

    def around(self, first: int, last: int) -> Sequence[_Paragraph]:
        """The paragraphs first to last, with some before and after."""
        start, end = first, last
        while start > 0 and (start == first or self.chars(start - 1, first - 1) <= BEFORE_CHARS):
            start -= 1
        while end + 1 < len(self.paragraphs) and (
            end == last or self.chars(last + 1, end + 1) <= AFTER_CHARS
        ):
            end += 1
        return self.paragraphs[start : end + 1]


def _scenes(script: Script) -> Iterator[_Scene]:
    # A paragraph that is nowhere in the script is empty: a scene break, as one of asterisks is.
    passed = {(s.span.chapter, s.span.paragraph) for s in script.skipped if s.reason != "scene break"}
    held: list[_Paragraph] = []
    for p in _paragraphs(script):
        if held:
            chapter, number = held[-1].place
            between = ((chapter, n) for n in range(number + 1, p.place[1]))
            if p.place[0] != chapter or any(place not in passed for place in between):
                yield _Scene(held)
                held = []
        held.append(p)
    if held:
        yield _Scene(held)


def _paragraphs(script: Script) -> Iterator[_Paragraph]:
    parts = [
        ((s.span.chapter, s.span.paragraph), s.span.start, s.text, i) for i, s in enumerate(script.segments)
    ]
    sounds = [
        ((c.span.chapter, c.span.paragraph), c.span.start, c.text, None)
        for c in script.cues
        if c.mode == "replace"
    ]
    for place, found in groupby(sorted([*parts, *sounds], key=lambda x: x[:2]), key=lambda x: x[0]):
        yield _Paragraph(place, tuple((text, i) for _, _, text, i in found))


def _groups(
    turns: Sequence[tuple[int, ...]], scene: _Scene, size: int
) -> Iterator[list[tuple[tuple[int, ...], int, int]]]:
    """The turns of a scene that are asked about together, each with its first and last paragraph there."""
    held: list[tuple[tuple[int, ...], int, int]] = []
    of_segment = {i: n for n, p in enumerate(scene.paragraphs) for _, i in p.parts if i is not None}
    for turn in turns:
        inside = [of_segment[i] for i in turn if i in of_segment]
        first, last = inside[0], inside[-1]
        if held and (len(held) == size or scene.chars(held[0][1], last) > SPAN_CHARS):
            yield held
            held = []
        held.append((turn, first, last))
    if held:
        yield held


def _batch(
    group: Sequence[tuple[tuple[int, ...], int, int]],
    tests: Mapping[int, tuple[int, ...]],
    scene: _Scene,
    script: Script,
    met: _Met,
    known_from: float,
) -> Batch:
    shown = scene.around(group[0][1], group[-1][2])
    inside = [i for p in shown for _, i in p.parts if i is not None]
    told = [tests[i] for i in inside if i in tests]
    chosen = set(told[:1] + told[1:][-(TESTS - 1) :])
    turns = tuple(sorted({turn for turn, _, _ in group} | chosen))
    numbers = {i: n for n, turn in enumerate(turns, 1) for i in turn}
    lines = []
    speakers: list[str] = []
    for paragraph in shown:
        line = ""
        for text, i in paragraph.parts:
            if i is not None and (segment := script.segments[i]).kind == "dialogue":
                name = met.name(segment.speaker) if segment.confidence >= known_from else UNKNOWN
                line += f"«{numbers.get(i, name)}»"
                if segment.speaker is not None:
                    speakers.append(segment.speaker)
            line += text
        lines.append(line)
    local = [s for turn in turns for i in turn if (s := script.segments[i].speaker) is not None]
    text = "\n".join(lines)
    tested = frozenset(n for n, turn in enumerate(turns, 1) if turn in chosen)
    return Batch(turns, tested, met.candidates(local, speakers, text), text)


# ---------------------------------------------------------------- candidates


class _Met:
    """The people whose names stand in a chapter, or who speak in it."""

    def __init__(self, people: Sequence[tuple[Speaker, set[str]]], chapter: Sequence[Segment]) -> None:
        """`people`: everybody of the book, with their names in simplified characters."""
        text = simplified("\n".join(s.text for s in chapter))
        speaking = {s.speaker for s in chapter}
        here = [(p, words) for p, words in people if p.id in speaking or any(w in text for w in words)]
        self._people = {p.id: p for p, _ in here}
        self._words = {p.id: words for p, words in here}

    def name(self, person: str | None) -> str:
        return self._people[person].name if person in self._people else UNKNOWN

    def candidates(self, local: Sequence[str], speaking: Sequence[str], scene: str) -> tuple[Speaker, ...]:
        """Whom we took for the speakers, who else speaks in the scene, whose names stand there most; no more
        than MAX_CANDIDATES. In the order of the book's own list, which tells nothing of what we think."""
        text = simplified(scene)
        count = {who: sum(text.count(w) for w in self._words[who]) for who in self._people}
        ranked = [*local, *speaking, *sorted((w for w in count if count[w]), key=lambda w: -count[w])]
        chosen = set([w for w in dict.fromkeys(ranked) if w in self._people][:MAX_CANDIDATES])
        return tuple(p for who, p in self._people.items() if who in chosen)
