"""script.json as a user may have left it: what is wrong with it, line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from novelcast.editing.lines import Item, Place
from novelcast.editing.reading import MOST_FAULTS, Fault
from novelcast.model import SCRIPT_VERSION, Cue, Script, Segment

_FIELDS = "docs/script-format.md says what each field may be"


def read_script(
    text: str, texts: Mapping[Place, str], sounds: Collection[str]
) -> tuple[Script | None, list[Fault]]:
    """The script in a script.json over a book whose paragraphs are `texts`, or None and what is wrong with it.

    None and no fault for a script of another version of novelcast.
    """
    try:
        script = Script.model_validate_json(text.removeprefix("\ufeff").encode())
    except ValidationError as error:
        return None, _wrong_fields(error, text)
    if script.version != SCRIPT_VERSION:
        return None, []
    faults = sorted(_Checker(script, text, texts, sounds).faults(), key=lambda f: f.line)
    return (None, faults) if faults else (script, [])


def _wrong_fields(error: ValidationError, text: str) -> list[Fault]:
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as broken:
        return [Fault(broken.lineno, broken.msg, "mend this line")]
    if not isinstance(data, dict) or data.get("version") != SCRIPT_VERSION:
        return []
    return [_wrong_field(e, data, text) for e in error.errors()[:MOST_FAULTS]]


def _wrong_field(error: Any, data: Any, text: str) -> Fault:
    name = None
    for part in error["loc"]:
        try:
            data = data[part]
        except (LookupError, TypeError):
            break
        name = data.get("id", name) if isinstance(data, dict) else name
    return Fault(_line_of(text, name), f"{'.'.join(map(str, error['loc']))}: {error['msg']}", _FIELDS)


def _line_of(text: str, name: object) -> int:
    """The line where the item with an id has it; 1 where it cannot be told."""
    found = (
        re.search(rf'"id"\s*:\s*{re.escape(json.dumps(name, ensure_ascii=False))}', text) if name else None
    )
    return text.count("\n", 0, found.start()) + 1 if found else 1


class _Checker:
    def __init__(
        self, script: Script, text: str, texts: Mapping[Place, str], sounds: Collection[str]
    ) -> None:
        self._script, self._text, self._texts, self._sounds = script, text, texts, sounds
        self._segments: dict[str, Segment] = {}

    def faults(self) -> Iterator[Fault]:
        speakers: set[str] = set()
        for speaker in self._script.speakers:
            if speaker.id in speakers:
                yield self._fault(
                    speaker.id, f"two speakers have the id {speaker.id}", "give one of them another"
                )
            speakers.add(speaker.id)
        for segment in self._script.segments:
            yield from self._segment_faults(segment, speakers)
            self._segments[segment.id] = segment
        for n, cue in enumerate(self._script.cues):
            for what, hint in self._cue_faults(cue):
                yield Fault(self._lines_of_cues[n], f"cue {cue.text or cue.sound}: {what}", hint)
        for skipped in self._script.skipped:
            if self._book_text(skipped) != skipped.text:
                yield Fault(1, f"skipped: {skipped.text!r} is not what the book has there", "put it back")
        yield from self._uncovered()

    def _fault(self, name: str, what: str, hint: str) -> Fault:
        return Fault(self._lines_of_ids.get(name, 1), what, hint)

    def _segment_faults(self, segment: Segment, speakers: Collection[str]) -> Iterator[Fault]:
        name = segment.id
        if segment.speaker is not None and segment.speaker not in speakers:
            hint = f"choose one of {', '.join(sorted(speakers))}, or add one to speakers"
            yield self._fault(name, f"segment {name}: no speaker {segment.speaker!r}", hint)
        if name in self._segments:
            yield self._fault(name, f"two segments have the id {name}", "give one of them another")
        if not re.fullmatch(r"[\w.-]+", name):
            yield self._fault(name, f"no id: {name!r}", "make it of letters, digits, . and -")
        if (book := self._book_text(segment)) != segment.text:
            hint = "put it back; `spoken` changes how it is said, another text means another book"
            yield self._fault(
                name, f"segment {name}: its text is not what the book has there: {book!r}", hint
            )

    def _cue_faults(self, cue: Cue) -> Iterator[tuple[str, str]]:
        if cue.music is None and cue.sound not in self._sounds:
            yield f"no sound {cue.sound!r}", "`novelcast cues` lists them"
        if self._book_text(cue) != cue.text:
            yield "its text is not what the book has there", "put it back"
        if cue.segment is None and cue.mode == "replace":
            return
        home = self._segments.get(cue.segment or "")
        if home is None:
            yield f"no segment {cue.segment!r}", "name the segment that it sounds in, by its id"
        elif cue.mode != "replace" and not _inside(cue, home):
            yield f"it is outside its segment {home.id}", "name the segment that has its words"

    def _book_text(self, item: Item) -> str:
        span = item.span
        return self._texts.get((span.chapter, span.paragraph), "")[max(0, span.start) : max(0, span.end)]

    @cached_property
    def _lines_of_ids(self) -> dict[str, int]:
        lines = enumerate(self._text.split("\n"), 1)
        return {
            json.loads(m[1]): n for n, line in lines for m in re.finditer(r'"id"\s*:\s*("[^"\\]*")', line)
        }

    @cached_property
    def _lines_of_cues(self) -> list[int]:
        """The line of each cue, in order: where its sound stands."""
        lines = enumerate(self._text.split("\n"), 1)
        found = [n for n, line in lines for _ in re.finditer(r'"sound"\s*:', line)]
        return found + [1] * len(self._script.cues)

    def _uncovered(self) -> Iterator[Fault]:
        """Characters that the script loses or has twice, paragraph by paragraph."""
        items: dict[Place, list[Item]] = {}
        all_items: list[Item] = [*self._script.segments, *self._script.skipped]
        all_items += [c for c in self._script.cues if c.mode == "replace"]
        for item in all_items:
            items.setdefault((item.span.chapter, item.span.paragraph), []).append(item)
        hint = "each character of the book is in one segment, one cue that replaces it, or skipped"
        for place, text in self._texts.items():
            found = _gap(sorted(items.pop(place, []), key=lambda i: i.span.start), len(text))
            if found is not None:
                at, there = found
                word = "twice in" if there is not None and there.span.start < at else "missing from"
                where = f"chapter {place[0]}, paragraph {place[1]}, character {at}"
                name = there.id if isinstance(there, Segment) else ""
                yield self._fault(name, f"{where}: text is {word} the script", hint)
        for place in items:
            yield Fault(
                1, f"text at chapter {place[0]}, paragraph {place[1]}, where the book has none", "take it out"
            )


def _gap(items: Sequence[Item], length: int) -> tuple[int, Item | None] | None:
    """The first character of a paragraph that no item has, or a second one, and the item that comes there."""
    at = 0
    for item in items:
        if item.span.start != at or item.span.end <= at:
            return at, item
        at = item.span.end
    return None if at == length else (at, None)


def _inside(cue: Cue, segment: Segment) -> bool:
    mine, home = cue.span, segment.span
    same = (mine.chapter, mine.paragraph) == (home.chapter, home.paragraph)
    return same and home.start <= mine.start and mine.end <= home.end
