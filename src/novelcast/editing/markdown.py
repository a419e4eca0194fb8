"""script.md: the script as a person reads and edits it. `reading` reads it back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from novelcast.characters import line_of, quoted
from novelcast.editing.lines import Line, by_paragraph, lines_of, script_lines
from novelcast.editing.review import is_unsure
from novelcast.model import Cue, Script, Segment, Skipped, Speaker

RESERVED = ("narration", "system", "heading", "sound", "skipped", "dialogue", "thought")
"""Labels that are no names."""
NOBODY = ("?", "？")
SPEAKERS = "Speakers"
GONE = "Gone from the book"
TAG = r"\[(?=/?(?:sfx|pause|say|how|music)\b)"
OURS = "> ?"
"""How our own remarks under a line begin; others are the user's notes."""

_ABOUT = """\
> Who says what, a line for each voice. Change what you like and save: the next run takes it, and what you set
> stays set, also when the book changes. `novelcast check` on this folder finds mistakes. docs/script-format.md
> explains it all.
>
> `- NAME: …` is said by NAME, `- NAME (thought): …` is thought, `- NAME (phone): …` comes out of a phone, `- ?: …`
> is said by nobody known. The other kinds are narration, system, heading, sound and skipped. Another name or kind
> before the colon is all it takes.
> `- ? NAME: …` is a guess to look at: change the name, or take the ? away if it is right.
> `- ! NAME: …` is what you set: take the ! away to have it decided anew.
> A line can be cut in two, and lines of one paragraph can be joined. The words stay the book's own.
> Behind the words: `[pause:800]` silence after the line, in ms; `[say:words]` how it is said;
> `[how:whisper]` in what tone (plain, shout, whisper, sneer, slow …: the names in voices/delivery).
> Among the words: `[sfx:knock count=2 gain=-6 mode=under]`, a sound; `novelcast cues` lists them.
> Leave what stands behind ^ alone. A line that begins with > is a note: yours are kept.
"""
_ABOUT_SPEAKERS = """\
> NAME = ALIAS, ALIAS (male or female or ?, child or young or adult or elderly). To rename somebody, change the
> name here. To make two one, give one of them the other's name as an alias. To make one two, add a line for the
> second and write that name before what they say.
"""
_ABOUT_GONE = "> You set these, but the book no longer has their words. They come back with the words; delete what you no longer want."


@dataclass(frozen=True)
class Page:
    """The text of script.md, and the line (from 1) on which each segment stands, by its id."""

    text: str
    line_numbers: Mapping[str, int]


def write_page(script: Script, titles: Sequence[str], review_below: float) -> Page:
    """`titles` are the chapters' titles. Quotations with less confidence than `review_below` are marked."""
    writer = _Writer(script, review_below)
    out = [f"# {_flat(script.title)}", "", *_ABOUT.splitlines(), "", f"## {SPEAKERS}", "", *_ABOUT_SPEAKERS.splitlines(), ""]  # fmt: skip
    lines = Counter(s.speaker for s in script.segments)
    for speaker in script.speakers:
        count = lines[speaker.id]
        remark = f"{count} line{'s' * (count != 1)}"
        out += [f"- {line_of(speaker, remark)} ^{_flat(speaker.id)}", *_notes(speaker.note)]
    numbers: dict[str, int] = {}
    chapter = -1
    for place, paragraph in by_paragraph(script_lines(script)):
        if place[0] != chapter:
            chapter = place[0]
            title = _flat(titles[chapter]) if chapter < len(titles) else ""
            out += ["", f"## {chapter + 1}. {title}".rstrip()]
        out.append("")
        for line in paragraph:
            if not line.text.strip():
                continue
            if isinstance(line.item, Segment):
                numbers[line.item.id] = len(out) + 1
            out += writer.line(line)
    if gone := lines_of(script.gone.segments, script.gone.cues, script.gone.skipped):
        out += ["", f"## {GONE}", "", _ABOUT_GONE, ""]
        for line in gone:
            out += writer.line(line)
    return Page("\n".join(out) + "\n", numbers)


class _Writer:
    def __init__(self, script: Script, review_below: float) -> None:
        self._labels = labels_of(script.speakers)
        self._review_below = review_below

    def line(self, line: Line) -> Iterator[str]:
        item = line.item
        mark = "! " if "label" in item.by_user else ""
        remark = ""
        if isinstance(item, Segment) and is_unsure(item, self._review_below):
            mark = "? " if item.speaker is not None else ""
            remark = self._doubt(item)
        yield f"- {mark}{self._label(line)}: {self._text(line)}"
        if remark:
            yield f"  {OURS} {remark}"
        yield from _notes(item.note)

    def _label(self, line: Line) -> str:
        item = line.item
        if isinstance(item, Cue):
            return "sound"
        if isinstance(item, Skipped):
            return f"skipped ({re.sub('[:：]', ' -', _flat(item.reason))})" if item.reason else "skipped"
        if item.kind not in ("dialogue", "thought"):
            return item.kind
        name = self._name(item.speaker)
        how = "thought" if item.kind == "thought" else item.channel
        return f"{name} ({how})" if how else name

    def _name(self, speaker: str | None) -> str:
        return NOBODY[0] if speaker is None else self._labels.get(speaker) or _label(speaker)

    def _text(self, line: Line) -> str:
        item = line.item
        if isinstance(item, Cue):
            return f"{tag_of(item)}{escaped(_flat(item.text))}"
        parts: list[str] = []
        at = 0
        for cue in line.cues:
            offset = cue.span.start - item.span.start
            parts += [escaped(_flat(item.text[at:offset])), tag_of(cue)]
            at = offset
        parts.append(escaped(_flat(item.text[at:])))
        text = "".join(parts).strip()
        if isinstance(item, Segment):
            if item.pause_after_ms is not None:
                text += f" [pause:{item.pause_after_ms}]"
            if "spoken" in item.by_user:
                text += f" [say:{_in_brackets(item.spoken)}]"
            if item.how is not None:
                text += f" [how:{item.how}]"
            text += f" ^{item.id}"
        return text

    def _doubt(self, item: Segment) -> str:
        if item.speaker is None:
            return item.evidence
        others = "".join(f", or {self._name(g.speaker)} {g.confidence:.2f}" for g in item.others)
        return f"{item.confidence:.2f}{others}: {_flat(item.evidence)}"


def labels_of(speakers: Sequence[Speaker]) -> dict[str, str]:
    """What each speaker is called before a line, by id: the name, or the id where two have one name."""
    names = Counter(s.name for s in speakers)
    return {s.id: _label(s.name if names[s.name] == 1 else s.id) for s in speakers}


def _label(name: str) -> str:
    name = _flat(name)
    return f'"{name}"' if name in RESERVED or name in NOBODY else quoted(name)


def tag_of(cue: Cue) -> str:
    """`[sfx:alarm count=3 gain=-6 mode=under]`; a sound that replaces its words names no mode."""
    if cue.music is not None:
        return _music_tag(cue, cue.music)
    parts = [f"sfx:{cue.sound}"]
    if cue.count != 1:
        parts.append(f"count={cue.count}")
    if cue.gain_db:
        parts.append(f"gain={cue.gain_db:.10g}")
    if cue.length_ms is not None:
        parts.append(f"length={cue.length_ms}")
    if cue.far:
        parts.append("far")
    if cue.mode != "replace":
        parts.append(f"mode={cue.mode}")
    return f"[{' '.join(parts)}]"


def _music_tag(cue: Cue, file: str) -> str:
    parts = [f'music:"{file}"' if " " in file else f"music:{file}", "under"]
    if cue.gain_db:
        parts.append(f"gain={cue.gain_db:.10g}")
    if cue.duck_db is not None:
        parts.append(f"duck={cue.duck_db:.10g}")
    return f"[{' '.join(parts)}]"


def escaped(text: str) -> str:
    """Text of the book in which nothing looks like one of our tags or ids."""
    return re.sub(rf"\\|{TAG}|(?<!\S)\^", r"\\\g<0>", text)


def _in_brackets(text: str) -> str:
    return re.sub(r"[\\\]]", r"\\\g<0>", _flat(text).strip())


def _flat(text: str) -> str:
    """On one line, whatever ends a line in the text."""
    return re.sub(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", " ", text)


def _notes(note: str) -> list[str]:
    return [f"  > {line}" for line in note.splitlines()]
