"""What a book's folder holds of its script, and what the user changed in it since we wrote it.

script.json is the script, script.md the same for a person. Either may be edited. `.written.gz` is the script
as we wrote it last: what differs from it is the user's. `.unfinished` is there while we write, with the hashes of
what stood before, so that a run that is stopped half-way leaves nothing that looks like an edit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from novelcast.characters import Characters
from novelcast.editing.checking import read_script
from novelcast.editing.edits import Edited, compare_scripts, read_edits
from novelcast.editing.files import (
    WrittenAs,
    hash_of,
    hash_of_file,
    read_text,
    read_written,
    script_json,
    write_parts,
    write_written,
)
from novelcast.editing.lines import Line, Place, by_paragraph, paragraph_texts, script_lines, with_lines
from novelcast.editing.markdown import Page, write_page
from novelcast.editing.reading import Fault, line_numbers
from novelcast.errors import InputError
from novelcast.model import Book, Script, Speaker
from novelcast.workspace import BookFolder, write_model, write_text

Say = Callable[[str], None]
Speak = Callable[[str], str]
_SHOWN_FAULTS = 10


@dataclass
class FileFaults:
    """What is wrong with one file of the folder."""

    path: Path
    faults: list[Fault] = field(default_factory=list)

    def raise_any(self) -> None:
        """Raises InputError naming each fault with its line and what to do, the first ten."""
        if not self.faults:
            return
        first, *more = self.faults
        if not more:
            raise InputError(f"{self.path}, line {first.line}: {first.what}", hint=first.hint)
        shown = [f"  line {f.line}: {f.what}\n    what to do: {f.hint}" for f in self.faults[:_SHOWN_FAULTS]]
        if len(self.faults) > _SHOWN_FAULTS:
            shown.append(f"  … and {len(self.faults) - _SHOWN_FAULTS} more")
        raise InputError(
            "\n".join([f"{self.path}: {len(self.faults)} mistakes", *shown]),
            hint="mend these lines and run again; nothing was changed",
        )


class Store:
    """The script files of one book's folder."""

    def __init__(
        self, folder: BookFolder, sounds: Collection[str], given: Characters, speak: Speak, say: Say
    ) -> None:
        self._folder, self._sounds, self._given, self._speak, self._say = folder, sounds, given, speak, say
        self.page_faults = FileFaults(folder.page)
        self.json_faults = FileFaults(folder.script)

    def current(self, book: Book | None) -> Edited | None:
        """The script with all that the user changed in either file; None where there is none yet.

        `book` is the text that it was written for. Raises InputError for files that cannot be taken.
        """
        found = self.edited(book)
        self.json_faults.raise_any()
        self.page_faults.raise_any()
        return found

    def edited(self, book: Book | None) -> Edited | None:
        """The same; what is wrong is left in `page_faults` and `json_faults`."""
        found = self._kept(book)
        if found is None:
            return None
        base, kept = found
        ours = {None, kept.page, kept.json_file, *self._unfinished()}
        from_json, from_page = Edited(base), Edited(base)
        if (text := _unless(ours, self._folder.script)) is not None:
            texts = paragraph_texts(script_lines(base))
            theirs, self.json_faults.faults = read_script(text, texts, self._sounds)
            if theirs is not None:
                from_json = compare_scripts(base, theirs, self._speak)
        if (text := _unless(ours, self._folder.page)) is not None:
            from_page = read_edits(text, base, self._sounds, self._given, kept.review_below, self._speak)
            self.page_faults.faults = from_page.faults
        for path, edited in ((self._folder.page, from_page), (self._folder.script, from_json)):
            if edited.lines or edited.speakers:
                self._say(f"{path.name}: taken: {_counted(edited.lines, 'line')} and {_counted(edited.speakers, 'speaker')} that you changed")  # fmt: skip
        edited = self._both(base, from_json, from_page)
        edited.before = base.speakers
        return edited

    def line_numbers(self) -> dict[str, int]:
        """The line of each segment in script.md as it stands, by id."""
        return line_numbers(read_text(self._folder.page) or "")

    def over(self, script: Script) -> Edited:
        """What script.md says over a new script, where nothing else is left of the one it was written for.

        Raises InputError for one that cannot be taken.
        """
        text = read_text(self._folder.page)
        if text is None:
            return Edited(script)
        edited = read_edits(text, script, self._sounds, self._given, 0.0, self._speak)
        self.page_faults.faults = edited.faults
        self.page_faults.raise_any()
        return edited

    def _kept(self, book: Book | None) -> tuple[Script, WrittenAs] | None:
        if (found := read_written(self._folder.written)) is not None:
            return found
        # An edition of an older version, or the file was deleted: what stands in script.json is what we wrote.
        text = read_text(self._folder.script)
        if text is None or book is None:
            return None
        texts = {
            (c, p): paragraph.text
            for c, chapter in enumerate(book.chapters)
            for p, paragraph in enumerate(chapter.paragraphs)
            if paragraph.text
        }
        script, self.json_faults.faults = read_script(text, texts, self._sounds)
        return None if script is None else (script, WrittenAs(json_file=hash_of([text.encode()])))

    def _unfinished(self) -> list[str]:
        """The hashes of files that a stopped run did not come to write."""
        text = read_text(self._folder.unfinished)
        try:
            return list(json.loads(text)) if text else []
        except ValueError:
            return []

    def _both(self, base: Script, from_json: Edited, from_page: Edited) -> Edited:
        """What was changed in the one and in the other file; where both changed the same, the one saved last."""
        if not (from_page.lines or from_page.speakers or from_page.undecided):
            if from_json.lines or from_json.speakers or from_json.undecided:
                return from_json
            return from_page
        if not (from_json.lines or from_json.speakers or from_json.undecided):
            return from_page
        page_last = self._folder.page.stat().st_mtime_ns >= self._folder.script.stat().st_mtime_ns
        early, late = (from_json, from_page) if page_last else (from_page, from_json)
        name = (self._folder.page if page_last else self._folder.script).name
        out: list[Line] = []
        before = dict(by_paragraph(script_lines(base)))
        one, two = (
            dict(by_paragraph(script_lines(early.script))),
            dict(by_paragraph(script_lines(late.script))),
        )
        for place, lines in before.items():
            if one[place] != lines and two[place] != lines and one[place] != two[place]:
                self._say(
                    f"both script.md and script.json changed {_where(place, lines)}: {name}, saved last, is taken"
                )
            out += two[place] if two[place] != lines else one[place]
        speakers = self._both_speakers(base, early.script, late.script, name)
        gone = late.script.gone if late.script.gone != base.gone else early.script.gone
        script = with_lines(base, out).model_copy(update={"speakers": speakers, "gone": gone})
        return Edited(
            script, early.undecided | late.undecided, early.lines + late.lines, early.speakers + late.speakers
        )

    def _both_speakers(self, base: Script, early: Script, late: Script, name: str) -> tuple[Speaker, ...]:
        before = {s.id: s for s in base.speakers}
        one, two = {s.id: s for s in early.speakers}, {s.id: s for s in late.speakers}
        out = []
        for speaker in dict.fromkeys([*two, *one]):
            old, a, b = before.get(speaker), one.get(speaker), two.get(speaker)
            if a != old and b != old and a != b:
                self._say(
                    f"both script.md and script.json changed the speaker {speaker}: {name}, saved last, is taken"
                )
            chosen = b if b != old else a
            if chosen is not None:
                out.append(chosen)
        return tuple(out)

    # ------------------------------------------------------------ writing

    def write(self, book: Book, script: Script, review_below: float) -> Page:
        """Writes script.json, script.md and book.json; what stands in script.md."""
        page = write_page(script, [c.title for c in book.chapters], review_below)
        hashes = {
            self._folder.script: hash_of(script_json(script)),
            self._folder.page: hash_of([page.text.encode()]),
        }
        before = {path: hash_of_file(path) for path in hashes}
        write_text(self._folder.unfinished, json.dumps([h for h in before.values() if h is not None]))
        written = WrittenAs(
            page=hashes[self._folder.page],
            json_file=hashes[self._folder.script],
            review_below=review_below,
        )
        write_written(self._folder.written, script, written)
        if before[self._folder.script] != written.json_file:
            write_parts(self._folder.script, script_json(script))
        if before[self._folder.page] != written.page:
            write_text(self._folder.page, page.text)
        write_model(self._folder.book, book)
        self._folder.unfinished.unlink(missing_ok=True)
        return page

    def set_aside(self) -> None:
        """Moves script.json and script.md out of the way and forgets what was set."""
        for path in (self._folder.script, self._folder.page):
            set_aside(path)
        self._folder.written.unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Renames a file to script.previous.json, or whatever name of that kind is free."""
    if path.exists():
        path.replace(_free(path))


def _free(path: Path) -> Path:
    """script.previous.md, or script.previous-2.md and so on where that is taken."""
    for n in range(1, 10_000):
        found = path.with_name(f"{path.stem}.previous{f'-{n}' if n > 1 else ''}{path.suffix}")
        if not found.exists():
            return found
    raise InputError(f"{path.parent} is full of old scripts", hint="delete script.previous-*")


def _unless(known: Collection[str | None], path: Path) -> str | None:
    """The text of a file whose hash is none of these."""
    return None if hash_of_file(path) in known else read_text(path)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _where(place: Place, lines: list[Line]) -> str:
    text = "".join(line.text for line in lines)
    return f"chapter {place[0] + 1}, «{text if len(text) <= 30 else text[:29] + '…'}»"
