"""Which files a book is made of, in which order, and the reader of each."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from novelcast.errors import InputError
from novelcast.read.numerals import CHINESE, value
from novelcast.read.source import Source, Start, picture

_MAX_FILES = 20_000

_READERS = {
    ".txt": "plain",
    ".md": "plain",
    ".markdown": "plain",
    ".epub": "epub",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".docx": "docx",
    ".pdf": "pdf",
    ".mobi": "mobi",
    ".azw": "mobi",
    ".azw3": "mobi",
    ".prc": "mobi",
}
"""By suffix, the module of this package that reads it, opened when needed. Any other suffix is read as text."""

_COVERS = ("cover.jpg", "cover.jpeg", "cover.png", "folder.jpg", "封面.jpg", "封面.png")
# Chinese numerals count only where something is counted: 第十章, 卷三, 十二、 but not 十字路口.
_PART = re.compile(
    rf"([0-9]+)|(?:(?<=第)|(?<=[卷部篇])|(?<=第\s)|^)[{CHINESE}]+(?=$|[\s章回节節卷部集篇幕折话話、._—-])"
    r"|(?:^|(?<=[\s_—-]))[上中下](?=$|[\s_.册冊卷部])|[上中下]$"
)
_FIRST = re.compile(
    r"^[0-9\s_.-]*(?:序|楔子|引子|前言|引言|prologue|preface|foreword|cover|封面)", re.IGNORECASE
)
_LAST = re.compile(
    r"^(?:尾声|尾聲|终章|終章|番外|外传|后记|後記|跋|完本|完结|epilogue|afterword|appendix|附录)",
    re.IGNORECASE,
)
# A number that a downloader puts before a name that has its own: 001_第一章 雨夜.
_INDEX = re.compile(r"^[0-9]{1,5}[\s_.、-]+(?=\D)")


class _Reader(Protocol):
    def read(self, path: Path) -> Source: ...


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files of a book: those given, a folder's in natural order. Raises InputError where there are none."""
    if not paths:
        raise InputError("no book was given", hint="give a file or a folder of chapters")
    files = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    if len(files) > _MAX_FILES:
        raise InputError(f"{len(files):,} files are no book", hint="give the folder of one book")
    return files


def books_in(folder: Path) -> list[Path]:
    """The books of a folder of books, in natural order: each file that is one, each folder that holds one.

    Raises InputError where the folder cannot be read.
    """
    try:
        inside = [path for path in folder.iterdir() if path.name[0] not in ".~"]
    except OSError as error:
        raise InputError(
            f"cannot read {folder}: {error.strerror}", hint="give a folder that holds books"
        ) from None
    return sorted((path for path in inside if _is_book(path)), key=lambda path: natural_key(path.name))


def _is_book(path: Path) -> bool:
    if path.is_dir():
        return any(file.suffix.lower() in _READERS for file in path.rglob("*"))
    return path.suffix.lower() in _READERS


def is_text(file: Path) -> bool:
    return _READERS.get(file.suffix.lower(), "plain") == "plain"


def _inside(folder: Path) -> list[Path]:
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(where, n) for n in names if Path(n).suffix.lower() in _READERS and n[0] not in ".~"]
        if len(found) > _MAX_FILES:
            break
    if not found:
        raise InputError(
            f"the folder {folder} has no file of a book",
            hint="give a folder with chapters as " + ", ".join(sorted(_READERS)),
        )
    return sorted(found, key=lambda p: [natural_key(part) for part in p.relative_to(folder).parts])


def natural_key(name: str) -> tuple[int, list[tuple[int, int, str]], str]:
    """What file names are sorted by: numbers (Arabic, or Chinese after 第 and the like) by value, forewords first,
    epilogues last."""
    stem = unicodedata.normalize("NFKC", Path(name).stem)
    key: list[tuple[int, int, str]] = []
    at = 0
    for match in _PART.finditer(stem):
        if match.start() > at:
            key.append((1, 0, stem[at : match.start()].casefold().strip()))
        key.append((0, _value(match[0]), ""))
        at = match.end()
    if at < len(stem):
        key.append((1, 0, stem[at:].casefold().strip()))
    rank = 0 if _FIRST.match(stem) and not stem[:1].isdigit() else 2 if _LAST.match(stem) else 1
    return rank, key, name


def _value(numeral: str) -> int:
    """Of a numeral, or of 上中下."""
    return "上中下".index(numeral) + 1 if numeral in ("上", "中", "下") else value(numeral)


def name_of(paths: Sequence[Path]) -> str:
    """What a book is called after its files: the file's or folder's name; for several files their folder's."""
    if len(paths) > 1:
        return paths[0].resolve().parent.name or "book"
    path = paths[0]
    return path.resolve().name if path.is_dir() else path.stem


def sha256_of(files: Sequence[Path]) -> str:
    """Of the file; of several, of their hashes in order."""
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def read_source(files: Sequence[Path]) -> Source:
    """One source of all files, in order; each of several starts a chapter."""
    sources = [_reader(file).read(file) for file in files]
    if len(sources) == 1:
        return sources[0]
    first = sources[0]
    top = os.path.commonpath([file.parent for file in files])
    return replace(
        first,
        blocks=tuple(
            block
            for file, source in zip(files, sources, strict=True)
            for block in _chapter(file, source, "" if str(file.parent) == top else file.parent.name).blocks
        ),
        title=first.title if all(s.title == first.title for s in sources) else "",
        authors=tuple(dict.fromkeys(a for s in sources for a in s.authors)),
        cover=next((s.cover for s in sources if s.cover), None) or picture_beside(files[0].parent),
        markdown=all(s.markdown for s in sources),
    )


def _reader(file: Path) -> _Reader:
    name = _READERS.get(file.suffix.lower(), "plain")
    return cast(_Reader, import_module(f"novelcast.read.{name}"))


def _chapter(file: Path, source: Source, volume: str) -> Source:
    """The source with a chapter started at its first paragraph, if it starts none of its own there.

    `volume`: the name of the folder that the file is in, where the book's files are in several.
    """
    blocks = list(source.blocks)
    first = next((i for i, b in enumerate(blocks) if b.text and not b.skip), None)
    if first is not None and blocks[first].start is None:
        stem = unicodedata.normalize("NFC", file.stem)
        title = _INDEX.sub("", stem).replace("_", " ").strip() or stem
        blocks[first] = replace(blocks[first], start=Start(title, weak=True, within=volume or None))
    return replace(source, blocks=tuple(blocks))


def picture_beside(folder: Path) -> bytes | None:
    for name in _COVERS:
        if (folder / name).is_file():
            return picture((folder / name).read_bytes())
    return None
