"""script.md read back, line by line: what each says, and what cannot be understood. Words are not checked here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import get_args

from pydantic import ValidationError

from novelcast.catalog import load_delivery_rules
from novelcast.characters import person_of
from novelcast.delivery import PLAINLY
from novelcast.editing.lines import LineKind
from novelcast.editing.markdown import GONE, NOBODY, OURS, SPEAKERS, TAG
from novelcast.model import MUSIC, Channel, Cue, SegmentKind, Span, Speaker

_BULLET = re.compile(r"\s{0,3}[-*+]\s+(?P<rest>\S.*)")
_LABEL = re.compile(
    r"(?:(?P<mark>[?!？！])\s+(?![(（]))?(?P<label>\"[^\"]*\"[^:：]*|[^:：]*?)\s*[:：](?P<text>.*)"
)
_ID = re.compile(r"(?:^|\s)\^([\w.-]+)(?=\s*(?:\[[^\]]*\]\s*)*$)")  # a tag may be written behind it
_ANCHOR = re.compile(r"\s\^(\S.*?)\s*$")
_MUSIC = re.compile(
    r'(?:"(?P<quoted>[^"]+)"|(?P<file>[^\s"=]+))(?P<options>(?:\s+(?:under|(?:gain|duck)=\S+))*)'
)
_TAGS = re.compile(rf"\\[\\\[^]|(?P<tag>{TAG}(?:say:(?:\\.|[^\\\]])*|[^\]]*)(?P<end>\]|$))")
"""A tag, or a character that is escaped so as not to be read as one."""
_HOW = re.compile(rf"(?P<name>.*?)\s*[(（](?P<how>dialogue|thought|{'|'.join(get_args(Channel))})[)）]")
_ALONE = re.compile(
    r"(?P<kind>narration|system|heading|sound|skipped|dialogue|thought)(?:\s*[(（](?P<why>.*)[)）])?"
)
_CHAPTER = re.compile(r"##\s+\d+\.")
_NO_PLACE = Span(chapter=0, paragraph=0, start=0, end=0)


MOST_FAULTS = 100
"""So many mistakes are looked for in the words and in the names: more is another file."""


@dataclass(frozen=True)
class Fault:
    """Something that cannot be taken: the line of script.md (from 1), what is wrong, what to do."""

    line: int
    what: str
    hint: str


@dataclass(slots=True)
class Sound:
    """A sound among the words of a line, behind `at` of its characters that are not white space."""

    at: int
    cue: Cue
    mode_given: bool


@dataclass(slots=True)
class Written:
    """One line of script.md. `words` are without tags; `name` is the label's, None for nobody known."""

    number: int
    mark: str
    kind: LineKind
    name: str | None
    channel: Channel | None = None
    words: str = ""
    reason: str = ""
    sounds: list[Sound] = field(default_factory=list)
    pause_ms: int | None = None
    say: str | None = None
    how: str | None = None
    id: str | None = None
    note: str = ""


@dataclass
class Entry:
    """One line of the list of speakers. `anchor` is the id of the speaker that the line was written for."""

    number: int
    person: Speaker
    anchor: str | None
    note: str = ""


@dataclass
class Read:
    """What stands in script.md."""

    speakers: list[Entry] = field(default_factory=list)
    lines: list[Written] = field(default_factory=list)
    gone: list[Written] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_page(text: str, sounds: Collection[str]) -> Read:
    """The lines of script.md. `sounds` are the names that a sound may have."""
    reader = _Reader(sounds)
    for number, line in _joined(text):
        reader.take(number, line)
    if not reader.listed:
        reader.fault(
            1, f"the list of speakers (## {SPEAKERS}) is gone", "put it back above the first chapter"
        )
    return reader.read


def line_numbers(text: str) -> dict[str, int]:
    """The line of each id that stands behind words in script.md."""
    found = ((number, _ID.search(line)) for number, line in enumerate(text.split("\n"), 1))
    return {m[1]: number for number, m in found if m is not None}


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; one that an editor broke is put together again."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        broken = held is not None and re.match(r"\s+[^\s>#*+-]", line) and _BULLET.match(held[1])
        if broken and held is not None:
            held = (held[0], f"{held[1]} {line.strip()}")
            continue
        if held is not None:
            yield held
        held = (number, line)
    if held is not None:
        yield held


class _Reader:
    def __init__(self, sounds: Collection[str]) -> None:
        self.read = Read()
        self.listed = False
        self._sounds = sounds
        self._section = ""
        self._last: Written | Entry | None = None
        self._early_notes: list[str] = []

    def fault(self, line: int, what: str, hint: str) -> None:
        self.read.faults.append(Fault(line, what, hint))

    def take(self, number: int, line: str) -> None:
        stripped = line.strip()
        if stripped.startswith("#"):
            self._heading(number, stripped)
        elif stripped.startswith(">"):
            self._note(stripped)
        elif (found := _BULLET.match(line)) is not None and self._section:
            self._bullet(number, found["rest"].rstrip())
        elif (tag := _TAGS.match(stripped)) is not None and tag["tag"] and self._section == "body":
            self._pause_alone(number, stripped, tag)
        elif stripped and (self._section or found is not None):
            self.fault(
                number,
                f"no line of a script: {_short(stripped)}",
                "a line begins with - NAME: or - narration: ; a note of yours with >",
            )

    def _heading(self, number: int, line: str) -> None:
        self._last = None
        if re.fullmatch(rf"##\s*{SPEAKERS}\s*", line):
            self._section, self.listed = "speakers", True
        elif re.fullmatch(rf"##\s*{GONE}\s*", line):
            self._section = "gone"
        elif _CHAPTER.match(line):
            self._section = "body"
        elif self._section or not line.startswith("# "):
            self.fault(
                number,
                f"no heading of a script: {_short(line)}",
                "chapters are headed ## and their number: ## 3. …",
            )

    def _note(self, line: str) -> None:
        if line.startswith(OURS) or self._section == "":
            return
        note = line.removeprefix(">").strip()
        if self._last is not None:
            self._last.note = f"{self._last.note}\n{note}".strip("\n")
        elif self._section == "body":
            self._early_notes.append(note)

    def _bullet(self, number: int, rest: str) -> None:
        if self._section == "speakers":
            self._speaker(number, rest)
            return
        written = self._written(number, rest)
        if written is None:
            return
        target = self.read.gone if self._section == "gone" else self.read.lines
        target += written
        self._last = written[-1]
        if self._early_notes:
            written[0].note = "\n".join(self._early_notes)
            self._early_notes = []

    def _speaker(self, number: int, rest: str) -> None:
        anchor = _ANCHOR.search(rest)
        try:
            person = person_of(rest[: anchor.start()] if anchor else rest)
        except ValueError as error:
            self.fault(number, str(error), "write: - NAME = ALIAS, ALIAS (male, young)")
            return
        entry = Entry(number, person, anchor[1] if anchor else None)
        self.read.speakers.append(entry)
        self._last = entry

    # ------------------------------------------------------------ a line

    def _written(self, number: int, rest: str) -> list[Written] | None:
        """The line, or the two that a pause among its words makes of it."""
        found = _LABEL.fullmatch(rest)
        if found is None:
            self.fault(
                number, f"no name or kind: {_short(rest)}", "write - NAME: or - narration: before the words"
            )
            return None
        label = _label_of(found["label"].strip())
        if label is None:
            self.fault(number, "nothing before the colon", "write NAME, ? or a kind there")
            return None
        kind, name, how = label
        reason = how if kind == "skipped" else ""
        channel = how if how in get_args(Channel) and kind == "dialogue" else None
        mark = {"？": "?", "！": "!"}.get(found["mark"] or "", found["mark"] or "")
        text = found["text"]
        identity = _ID.search(text)
        if identity:
            text = text[: identity.start()] + text[identity.end() :]
        first = Written(
            number, mark, kind, name, channel, reason=reason, id=identity[1] if identity else None  # type: ignore[arg-type]
        )  # fmt: skip
        lines = [first]
        at = 0
        for tag in _TAGS.finditer(text):
            if not tag["tag"]:
                continue
            lines[-1].words += _unescaped(text[at : tag.start()])
            at = tag.end()
            self._tag(number, tag, lines)
        lines[-1].words += _unescaped(text[at:])
        if len(lines) > 1 and not lines[-1].words.strip() and not lines[-1].sounds:
            lines.pop()
        return lines

    def _tag(self, number: int, tag: re.Match[str], lines: list[Written]) -> None:
        # What stands behind a pause at a line's end belongs to the line, not to one that would begin there.
        line = lines[-2] if len(lines) > 1 and not lines[-1].words.strip() else lines[-1]
        if not tag["end"]:
            self.fault(number, f"a bracket that is not closed: {_short(tag[0])}", "put ] behind it")
            return
        name, _, value = tag[0][1:-1].partition(":")
        if name == "sfx":
            self._sound(number, value, lines[-1])
        elif name == "music":
            self._music(number, value, lines[-1])
        elif name == "say":
            line.say = re.sub(r"\\(.)", r"\1", value).strip()
        elif name == "how":
            line.how = self._how(number, value, line)
        elif name == "pause":
            pause = self._ms(number, value)
            if pause is None:
                return
            if line.kind in ("sound", "skipped"):
                self.fault(
                    number, f"a pause behind a {line.kind} line", "write it behind a line that is spoken"
                )
                return
            line.pause_ms = pause
            lines.append(Written(number, line.mark, line.kind, line.name, line.channel))
        else:
            self.fault(
                number, f"no tag [{name}:]", "there are [sfx:…], [music:…], [pause:…], [say:…] and [how:…]"
            )

    def _how(self, number: int, value: str, line: Written) -> str | None:
        """The names of deliveries, as the script holds them."""
        names = [name.strip() for name in value.replace("，", ",").split(",")]
        known = [PLAINLY, *dict.fromkeys(rule.name for rule in load_delivery_rules())]
        if unknown := next((name for name in names if name not in known), None):
            self.fault(number, f"no tone {unknown!r}", f"there are {', '.join(known)}")
            return None
        if line.kind not in ("dialogue", "thought"):
            self.fault(number, f"a tone in a {line.kind} line", "it is for what somebody says or thinks")
            return None
        return ", ".join(names)

    def _pause_alone(self, number: int, text: str, tag: re.Match[str]) -> None:
        """[pause:800] on a line of its own: behind the line above it."""
        last = self._last
        if not text.startswith("[pause:") or tag.end() != len(text) or not isinstance(last, Written):
            self.fault(
                number, f"a tag on a line of its own: {_short(text)}", "write it in the line it belongs to"
            )
            return
        lines = [last]
        self._tag(number, tag, lines)

    def _ms(self, number: int, value: str) -> int | None:
        found = re.fullmatch(r"\s*(\d{1,6})\s*(?:ms)?\s*", value)
        if found is None or int(found[1]) > 600_000:
            self.fault(
                number, f"no length for a pause: {value!r}", "write it in ms, up to 600000: [pause:800]"
            )
            return None
        return int(found[1])

    def _music(self, number: int, value: str, line: Written) -> None:
        found = _MUSIC.fullmatch(value)
        if found is None or line.kind in ("sound", "skipped"):
            self.fault(
                number, f"[music:{value}] is not understood here",
                'write it in a line that is spoken, so: [music:night.mp3 under gain=-3 duck=-12]; "…" round a name with spaces',
            )  # fmt: skip
            return
        options = re.findall(r"(gain|duck)=(\S+)", found["options"])
        fields = {{"gain": "gain_db", "duck": "duck_db"}[key]: setting for key, setting in options}
        try:
            cue = Cue.model_validate(
                {
                    "sound": MUSIC + (found["quoted"] or found["file"]),
                    "mode": "under",
                    "span": _NO_PLACE,
                    "text": "",
                    **fields,
                }
            )
        except ValidationError as error:
            first = error.errors()[0]
            self.fault(number, f"[music:{value}]: {'.'.join(map(str, first['loc']))}: {first['msg']}",
                       "gain -60 to 24 dB, duck -60 to 0 dB")  # fmt: skip
            return
        line.sounds.append(Sound(len("".join(line.words.split())), cue, True))

    def _sound(self, number: int, value: str, line: Written) -> None:
        name, *options = value.split() or [""]
        if name not in self._sounds:
            self.fault(number, f"no sound {name!r}", "`novelcast cues` lists them")
            return
        fields: dict[str, str] = {"mode": "under"}
        given = False
        for option in options:
            key, equals, setting = option.partition("=")
            if not equals and key in ("before", "under", "replace"):
                key, setting = "mode", key
            elif not equals and key == "far":
                setting = "true"
            if key not in ("count", "gain", "length", "mode", "far"):
                self.fault(
                    number,
                    f"[sfx:{name}]: {option!r} is not known",
                    "it takes count=2 gain=-6 length=1500 mode=under far",
                )
                return
            given = given or key == "mode"
            fields[{"gain": "gain_db", "length": "length_ms"}.get(key, key)] = setting
        if line.kind == "sound":
            if given and fields["mode"] != "replace":
                self.fault(number, f"[sfx:{name} mode={fields['mode']}] in a sound line, whose words are not spoken",
                           "take the mode away, or make it a line that is spoken")  # fmt: skip
                return
            fields["mode"] = "replace"
        elif fields["mode"] == "replace":
            self.fault(number, f"[sfx:{name} mode=replace] among words that are spoken",
                       f"put the words it replaces on a line of their own: - sound: [sfx:{name}]…")  # fmt: skip
            return
        at = len("".join(line.words.split()))
        if not given and line.kind != "sound" and at == 0:
            fields["mode"] = "before"
        try:
            cue = Cue.model_validate({"sound": name, "span": _NO_PLACE, "text": "", **fields})
        except ValidationError as error:
            first = error.errors()[0]
            self.fault(number, f"[sfx:{name}]: {'.'.join(map(str, first['loc']))}: {first['msg']}",
                       "count 1 to 100, gain -60 to 24 dB, length in ms, mode before or under")  # fmt: skip
            return
        line.sounds.append(Sound(at, cue, given))


def _label_of(label: str) -> tuple[LineKind, str | None, str] | None:
    """(kind, name, what stands in brackets) of what stands before the colon."""
    if (alone := _ALONE.fullmatch(label)) is not None:
        kind: LineKind = alone["kind"]  # type: ignore[assignment]
        return kind, None, alone["why"] or ""
    how = ""
    if (found := _HOW.fullmatch(label)) is not None:
        label, how = found["name"], found["how"]
    said: SegmentKind = "thought" if how == "thought" else "dialogue"
    if len(label) > 2 and label[0] == label[-1] == '"':
        return said, label[1:-1], how
    if not label:
        return None
    return said, None if label in NOBODY else label, how


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\\[^])", r"\1", text)


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
