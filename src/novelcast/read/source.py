"""What a format's reader hands on: the file's text in order, with what the format knows of it.

A reader finds out what is text and what is not; repair, chapters and marks are made from this by `assemble`, the
same way for all formats.
"""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from novelcast.errors import InputError
from novelcast.hanzi import HAN
from novelcast.model import ParagraphKind
from novelcast.read.text import file_bytes, split_paragraphs

MIB = 1 << 20
MAX_TEXT_BYTES = 128 * MIB
"""Of a file that isn't packed. A novel of 30 million characters (none is longer) is 90 MB."""
MAX_PAGE_BYTES = 32 * MIB
"""Of a saved page, which takes some fifty times as much memory."""
MAX_PACKED_BYTES = 512 * MIB
"""Of a file that holds pictures and fonts too."""
_PAGES = (".html", ".htm", ".xhtml")
_PACKED = (".epub", ".docx", ".pdf", ".mobi", ".azw", ".azw3", ".prc")
MAX_PARAGRAPH = 500_000
"""Characters; the longest paragraphs of real books have some thousands."""

MAX_PARAGRAPHS = 2_000_000
"""The longest web novels have less than a million."""

WHY_RUBY = "a ruby reading"
WHY_NOTE_MARK = "a footnote's mark"
REASON_FOOTNOTE = "a footnote"
REASON_PAGE = "a page's own text"
REASON_HIDDEN = "hidden on the page"
REASON_COVER = "the cover"
REASON_COPYRIGHT = "the copyright page"


@dataclass(frozen=True)
class Cut:
    """Characters [start, end) of a block that aren't read: a mark, a reading, a line end; `instead` of them is."""

    start: int
    end: int
    why: str
    instead: str = ""


@dataclass(frozen=True)
class Start:
    """A chapter begins here. `weak`: only because a file does; a heading in its first lines names it.

    `within`: the title of the volume it is in, empty for none, None where that isn't known.
    """

    title: str
    volume: bool = False
    weak: bool = False
    within: str | None = None


@dataclass(frozen=True)
class Block:
    """One paragraph of a source; no line ends in it. `skip` is the reason why it isn't the book, if it isn't.

    `level` is a heading's, 1 the highest, 0 the title over the whole book. A break's text may be empty.
    """

    text: str
    kind: ParagraphKind = "body"
    level: int = 0
    start: Start | None = None
    skip: str = ""
    cuts: tuple[Cut, ...] = ()

    @property
    def running(self) -> str:
        """The text without what is cut out of it."""
        at, parts = 0, []
        for cut in self.cuts:
            parts += [self.text[at : cut.start], cut.instead]
            at = cut.end
        return "".join([*parts, self.text[at:]])


@dataclass(frozen=True)
class Source:
    """A book as its file has it. Empty fields are unknown; `language` is what the file says, not what it is."""

    blocks: Sequence[Block]
    title: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    series: str = ""
    series_index: str = ""
    cover: bytes | None = None
    """A JPEG or PNG file."""
    markdown: bool = False


_WHITE = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")


@dataclass
class Builder:
    """Makes blocks of pieces of text as they come; white space between them is one space, or none in Chinese."""

    blocks: list[Block] = field(default_factory=list)
    _pieces: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, why: str = "") -> None:
        """Text of the paragraph under way; with `why`, text that is cut out of it for that reason."""
        if text:
            self._pieces.append((text, why))

    def end(
        self, kind: ParagraphKind = "body", *, level: int = 0, start: Start | None = None, skip: str = ""
    ) -> bool:
        """The paragraph under way is complete; False where it has no text."""
        pieces, self._pieces = self._pieces, []
        length = sum(len(text) for text, _ in pieces)
        if length > 2 * MAX_PARAGRAPH:  # white space that isn't kept counts here
            raise endless(length)
        if skip or all(why or not text.strip() for text, why in pieces):
            block = _aside(pieces, skip)
        else:
            block = _block(_joined(pieces), kind, level, start)
        if block is None:
            return False
        if block.kind == "body" and not block.cuts and not block.skip and ">" in block.text:
            # Tags of an older page that a converter wrote out as text.
            parts = split_paragraphs(block.text)
            self.blocks += [replace(block, text=p, start=None if i else start) for i, p in enumerate(parts)]
        else:
            self.blocks.append(block)
        return True

    def rule(self) -> None:
        """A scene break, after what is under way."""
        self.end()
        self.blocks.append(Block("", "break"))

    @property
    def pending(self) -> bool:
        return any(not text.isspace() for text, _ in self._pieces)


def _joined(pieces: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces with white space as a reader of the page would see it, none at either end."""
    out: list[tuple[str, str]] = []
    last = ""  # the last character of the running text
    space = ""  # white space that waits for what follows it
    chinese = False
    for text, why in pieces:
        if why:
            if text.strip():
                out.append((unicodedata.normalize("NFC", " ".join(text.split())), why))
            continue
        parts = _WHITE.split(space + text)
        whites = _WHITE.findall(space + text)
        space = ""
        for i, part in enumerate(parts):
            white = whites[i - 1] if i else ""
            if not part:
                space = white if i else ""
                continue
            chinese = chinese or HAN.search(part) is not None
            glued = "\n" in white and _wide(last, chinese) and _wide(part[0], chinese)
            if white and last and not glued:
                part = " " + part
            out.append((unicodedata.normalize("NFC", part), ""))
            last = part[-1]
    return out


def _wide(char: str, chinese: bool) -> bool:
    """Whether a character needs no space beside it; quotes and dashes are Chinese or not as their text is."""
    wide = HAN.match(char) is not None or "\u3000" <= char <= "\u303f" or "\uff00" <= char <= "\uffef"
    return wide or (chinese and char != "" and char in "“”‘’…—")


def _aside(pieces: Sequence[tuple[str, str]], skip: str) -> Block | None:
    """A block that is nothing but what isn't read, for the reason that most of it has."""
    text = " ".join("".join(piece for piece, _ in pieces).split())
    if not text:
        return None
    longest = max(pieces, key=lambda p: len(p[0].strip()))
    return Block(unicodedata.normalize("NFC", text), skip=skip or longest[1])


def _block(pieces: Sequence[tuple[str, str]], kind: ParagraphKind, level: int, start: Start | None) -> Block:
    if not any(why for _, why in pieces):
        text = "".join(piece for piece, _ in pieces)
        return Block(unicodedata.normalize("NFC", text.strip()), kind, level, start)
    pieces = _stripped(pieces)
    at, cuts = 0, []
    for piece, why in pieces:
        if why:
            cuts.append(Cut(at, at + len(piece), why))
        at += len(piece)
    return Block("".join(piece for piece, _ in pieces), kind, level, start, cuts=tuple(cuts))


def _stripped(pieces: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the white space (full-width indents too) at either end of the running text."""
    running = [i for i, (piece, why) in enumerate(pieces) if not why and piece.strip()]
    out = [(p if why or running[0] <= i <= running[-1] else "", why) for i, (p, why) in enumerate(pieces)]
    out[running[0]] = (out[running[0]][0].lstrip(), "")
    out[running[-1]] = (out[running[-1]][0].rstrip(), "")
    return out


def load_bytes(path: Path) -> bytes:
    """The file's bytes. Raises InputError for what isn't there, may not be read, is empty or too large."""
    check_size(path)
    return file_bytes(path)


def check_size(path: Path) -> None:
    """Refuse what is larger than any book, or no file. What isn't there is left to whoever opens it."""
    try:
        about = path.stat()
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
        raise InputError(f"{path} is no file", hint="give a file or a folder, no pipe or device")
    suffix = path.suffix.lower()
    limit = MAX_PACKED_BYTES if suffix in _PACKED else MAX_PAGE_BYTES if suffix in _PAGES else MAX_TEXT_BYTES
    if about.st_size > limit:
        raise InputError(
            f"{path} is too large to be a book: {about.st_size // MIB} MB, at most {limit // MIB} MB",
            hint="give the book alone, or in several files",
        )


def endless(length: int) -> InputError:
    """What to say of a paragraph that is too long."""
    return InputError(
        f"a paragraph of {length:,} characters is no book's: its line ends are lost",
        hint="put the line ends back in an editor (after each 。” for example)",
    )


def clean(text: str | None) -> str:
    """A field of a file's metadata: one line, NFC, white space once; empty for None."""
    return unicodedata.normalize("NFC", " ".join((text or "").split()))


def picture(data: bytes | None) -> bytes | None:
    """`data` if it is a JPEG or PNG file, which are what an MP3's picture may be."""
    return data if data and data.startswith((b"\xff\xd8\xff", b"\x89PNG")) else None


# What programs write as title and author when nobody has said.
_NOBODY = re.compile(
    r"(?:admin\w*|user|owner|python-docx|microsoft\b.*|windows\b.*|微软用户|unknown|anonymous|pc|lenovo|dell)",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"microsoft word.*|word document|untitled.*|无标题.*|未命名.*|.*\.(?:docx?|pdf|indd|txt|wps|rtf)|(?:文档|document)\s*\d*",
    re.IGNORECASE,
)


def author_of(text: str | None) -> tuple[str, ...]:
    """The author that an office program's file names, if that is a person."""
    name = clean(text)
    return (name,) if name and not _NOBODY.fullmatch(name) else ()


def title_of(text: str | None) -> str:
    """The title that an office program's file names; empty for a file's name or a program's own words."""
    title = clean(text)
    return "" if _NO_TITLE.fullmatch(title) else title
