"""Bytes -> text -> paragraphs: what is no text refused, the lines as the author set them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from novelcast.errors import InputError
from novelcast.read.encodings import BOMS, Decoded, Run, decode, wide_encoding
from novelcast.read.lines import WHY_WRAPPED, Gap, Para, joined, unglued, wrapped

# What a file's first bytes give away about a format that isn't text.
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"ID3", "an MP3"),
    (b"\xff\xfb", "an MP3"),
    (b"\xff\xf3", "an MP3"),
    (b"fLaC", "a FLAC file"),
    (b"OggS", "an Ogg file"),
    (b"RIFF", "a RIFF file (WAV, AVI)"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"\x7fELF", "a program"),
)

_HINT = "give it the name that such files end in (.epub, .docx, .pdf …), or export the book as plain text"
_NULS = 0.01  # of a damaged text's bytes; a binary file has more
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
# A tag that ends a line on the page ends a paragraph here; it stays with the paragraph it closes.
_ENDS = r"(?:<br\s*/?>|</p>|</div>|</h[1-6]>|[?？\ufffd]\s?br\s*/?>)"
_PAGE_LINE_END = re.compile(rf"{_ENDS}(?:\s*{_ENDS})*(?=\s*\S)|(?<=\S)(?=<p[\s>])", re.IGNORECASE)


def load_text(path: Path) -> Decoded:
    """The file's text, in NFC. Raises InputError, naming what the file is instead."""
    data = file_bytes(path)
    _refuse_binary(path, data)
    decoded = _decoded(path, data)
    if not decoded.text.replace("\ufeff", "").strip():
        raise InputError(f"{path} is empty", hint="give a file with text in it")
    return decoded


def decode_text(path: Path, data: bytes) -> str:
    """Raises InputError where no encoding makes sense of the bytes."""
    return _decoded(path, data).text


def _decoded(path: Path, data: bytes) -> Decoded:
    decoded = decode(data)
    if decoded is None:
        raise InputError(
            f"cannot tell the encoding of {path}", hint="open it in an editor and save it as UTF-8"
        )
    return decoded


def split_paragraphs(text: str) -> list[str]:
    """A text's paragraphs, white space stripped at both ends (full-width indents too)."""
    return [p.text for p in paragraphs_of(Decoded(text, "utf-8"))]


def paragraphs_of(
    decoded: Decoded, group: Callable[[Sequence[str]], list[list[int]]] = wrapped, why: str = WHY_WRAPPED
) -> list[Para]:
    """The paragraphs of a text: its lines, in the groups that `group` puts together (for the reason `why`; an empty
    one isn't listed), parted at a page's own line ends and where a title is glued to text.

    The first line of each run in another encoding is listed, as its file has it.
    """
    starts, lines = _lines(decoded.text)
    runs = iter(decoded.runs)
    run = next(runs, None)
    paragraphs: list[Para] = []
    for numbers in group(lines):
        members = []
        for i in numbers:
            text = lines[i].strip()
            gaps: tuple[Gap, ...] = ()
            if run is not None and starts[i] + len(lines[i]) > run.at and not text.isascii():
                gaps = (Gap(0, run.before.strip(), text, _why(run)),)
                run = next(runs, None)
            members.append(Para(text, gaps))
        paragraph = joined(members, why)
        ends = [m.end() for m in _PAGE_LINE_END.finditer(paragraph.text)] if ">" in paragraph.text else []
        paragraphs += paragraph.cut(ends) if ends else [paragraph]
    return unglued(paragraphs)


def _lines(text: str) -> tuple[list[int], list[str]]:
    """Where each line begins, and the lines."""
    starts, lines, at = [], [], 0
    for end in _LINE_END.finditer(text):
        starts.append(at)
        lines.append(text[at : end.start()])
        at = end.end()
    return [*starts, at], [*lines, text[at:]]


def _why(run: Run) -> str:
    alone = run.last == run.first
    return (
        f"line {run.first + 1} is {run.what}"
        if alone
        else f"lines {run.first + 1} to {run.last + 1} are {run.what}"
    )


def file_bytes(path: Path) -> bytes:
    """The file's bytes. Raises InputError for what isn't there, may not be read, or is empty."""
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder", hint="give one file of it")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"no such file: {path}", hint="check the path and its spelling") from None
    except PermissionError:
        raise InputError(f"not allowed to read {path}", hint="check the file's permissions") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}", hint="check the path and the disk") from error
    if not data:
        raise InputError(f"{path} is empty", hint="give a file with text in it")
    return data


def _refuse_binary(path: Path, data: bytes) -> None:
    what = next((name for magic, name in _MAGIC if data.startswith(magic)), None)
    if data.startswith(b"PK\x03\x04"):
        what = _zip_kind(data)
    elif data[60:68] == b"BOOKMOBI":
        what = "a Kindle book (mobi, azw3)"
    elif data[4:8] == b"ftyp":
        what = "an MP4 (audio or video)"
    bom = any(data.startswith(mark) for mark, _ in BOMS)
    if what is None and not bom and data.count(0) > _NULS * len(data) and not wide_encoding(data):
        what = "a binary file"
    if what is not None:
        raise InputError(f"{path} is {what}, which cannot be read as text", hint=_HINT)


def _zip_kind(data: bytes) -> str:
    head = data[:4096]
    if b"application/epub+zip" in head:
        return "an EPUB"
    return "a Word document (docx)" if b"word/" in head or b"[Content_Types].xml" in head else "a zip archive"
