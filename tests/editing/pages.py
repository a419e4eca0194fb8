"""Scripts built by hand for the tests of script.md, and the ways through it."""

from __future__ import annotations

from collections.abc import Sequence

from novelcast.characters import NOBODY, Characters
from novelcast.editing.edits import Edited, read_edits
from novelcast.editing.lines import script_lines, with_lines
from novelcast.editing.markdown import write_page
from novelcast.model import Cue, Script, Segment, Skipped, Span, Speaker
from novelcast.script.ids import short_ids

SOUNDS = {"knock", "bang", "alarm"}
Made = tuple[str, ...]  # (label, text) or (label, text, confidence)


def speaker(name: str, *aliases: str, gender: str = "unknown", age: str = "unknown") -> Speaker:
    return Speaker(id=name, name=name, aliases=aliases, gender=gender, age=age)  # type: ignore[arg-type]


def script(*paragraphs: Sequence[tuple], speakers: Sequence[Speaker] = (), per_chapter: int = 0) -> Script:  # type: ignore[type-arg]
    """A script of paragraphs of lines (label, text): a kind, or a speaker's name for what they say; `NAME*` is
    unsure; `sound NAME` replaces the words. `per_chapter` paragraphs make a chapter, all of them without it."""
    items: list[Segment | Cue | Skipped] = []
    texts = [text for paragraph in paragraphs for _, text in paragraph]
    ids = iter(short_ids(texts))
    for n, paragraph in enumerate(paragraphs):
        chapter, number = divmod(n, per_chapter) if per_chapter else (0, n)
        at = 0
        for label, text in paragraph:
            span = Span(chapter=chapter, paragraph=number, start=at, end=at + len(text))
            items.append(_item(label, text, span, next(ids)))
            at += len(text)
    known = {s.id for s in speakers}
    said = dict.fromkeys(i.speaker for i in items if isinstance(i, Segment) and i.speaker)
    made = Script(
        title="书",
        language="zh",
        speakers=(*speakers, *(speaker(s) for s in said if s not in known)),
        segments=tuple(i for i in items if isinstance(i, Segment)),
        cues=tuple(i for i in items if isinstance(i, Cue)),
        skipped=tuple(i for i in items if isinstance(i, Skipped)),
    )
    return with_lines(made, script_lines(made))


def _item(label: str, text: str, span: Span, name: str) -> Segment | Cue | Skipped:
    if label.startswith("sound "):
        return Cue(sound=label.removeprefix("sound "), mode="replace", span=span, text=text)
    if label == "skipped":
        return Skipped(span=span, text=text, reason="a blurb")
    kind = label if label in ("narration", "system", "heading") else "dialogue"
    who = None if kind != "dialogue" or label == "?" else label.removesuffix("*")
    if label.endswith(" (thought)"):
        kind, who = "thought", label.removesuffix(" (thought)")
    sure = 0.0 if label == "?" else 0.4 if label.endswith("*") else 1.0
    return Segment(
        id=name, span=span, kind=kind, speaker=who, confidence=sure, evidence="turn-taking", text=text, spoken=f"说{text}"
    )  # type: ignore[arg-type]  # fmt: skip


def page(made: Script) -> str:
    return write_page(made, ["一", "二", "三"], 0.7).text


def edited(made: Script, *changes: tuple[str, str], given: Characters = NOBODY) -> Edited:
    """The script after a user replaced each first text by the second in script.md."""
    text = page(made)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return read_edits(text, made, SOUNDS, given, 0.7, lambda t: f"说{t}")


def taken(made: Script, *changes: tuple[str, str], given: Characters = NOBODY) -> Script:
    """The same where the edit is right."""
    found = edited(made, *changes, given=given)
    assert not found.faults
    return found.script


def line(made: Script, text: str) -> Segment:
    return next(s for s in made.segments if s.text == text)
