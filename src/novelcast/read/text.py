"""Bytes -> text -> paragraphs: the encoding found, the lines as the author set them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from novelcast.errors import InputError
from novelcast.hanzi import HAN
from novelcast.read.lines import rejoined, unglued

# UTF-32's little-endian mark begins with UTF-16's, so it is asked first.
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

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

# The most frequent characters of written Chinese, simplified and traditional.
_FREQUENT = frozenset(
    "的一是了不在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
    "而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知样现分将外但身些与高意"
    "這個來國說們為時後過會學對裡裏麼還發當無開經頭動兩長樣現將與點話見"
)
_SAMPLE_BYTES = 200_000
_UTF8_BYTES = 12
_PLAUSIBLE = 0.6  # and more: a text decoded right
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
# A tag that ends a line on the page ends a paragraph here; it stays with the paragraph it closes.
_ENDS = r"(?:<br\s*/?>|</p>|</div>|</h[1-6]>|[?？\ufffd]\s?br\s*/?>)"
_PAGE_LINE_END = re.compile(rf"{_ENDS}(?:\s*{_ENDS})*(?=\s*\S)|(?<=\S)(?=<p[\s>])", re.IGNORECASE)


def load_text(path: Path) -> tuple[str, bytes]:
    """The file's text, in NFC, and its bytes. Raises InputError, naming what the file is instead."""
    data = file_bytes(path)
    _refuse_binary(path, data)
    text = unicodedata.normalize("NFC", decode_text(path, data))
    if not text.replace("\ufeff", "").strip():
        raise InputError(f"{path} is empty", hint="give a file with text in it")
    return text, data


def split_paragraphs(text: str) -> list[str]:
    """Its paragraphs, white space stripped at both ends (full-width indents too).

    A line is one, but where the text is hard-wrapped, and where a title is glued to a line of text.
    """
    parts: list[str] = []
    for line in rejoined(_LINE_END.split(text)):
        at = 0
        if ">" in line:
            for end in _PAGE_LINE_END.finditer(line):
                parts.append(line[at : end.end()])
                at = end.end()
        parts.append(line[at:])
    return unglued([stripped for part in parts if (stripped := part.strip())])


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
    bom = any(data.startswith(mark) for mark, _ in _BOMS)
    if what is None and not bom and b"\0" in data:
        what = "a binary file"
    if what is not None:
        raise InputError(f"{path} is {what}, which cannot be read as text", hint=_HINT)


def _zip_kind(data: bytes) -> str:
    head = data[:4096]
    if b"application/epub+zip" in head:
        return "an EPUB"
    return "a Word document (docx)" if b"word/" in head or b"[Content_Types].xml" in head else "a zip archive"


def decode_text(path: Path, data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                if encoding == "utf-8-sig":
                    return _decode_by_line(data.removeprefix(mark), "utf-8")
                raise InputError(
                    f"{path} begins as {encoding} but is damaged",
                    hint="open it in an editor and save it as UTF-8",
                ) from None
    found = _find_encoding(data)
    if found is None:
        raise InputError(
            f"cannot tell the encoding of {path}", hint="open it in an editor and save it as UTF-8"
        )
    text = _strictly(data, found)
    mixed = found != "utf-8" and any(_is_utf8(line) for line in data.split(b"\n"))
    return _decode_by_line(data, found) if text is None or mixed else text


def _is_utf8(line: bytes) -> bool:
    """Whether a line can hardly be anything but UTF-8: four and more characters of three bytes, nothing else wide."""
    text = _strictly(line, "utf-8")
    high = 0 if text is None else len(line) - len(text.encode("ascii", "ignore"))
    return high >= _UTF8_BYTES and high % 3 == 0


def _decode_by_line(data: bytes, encoding: str) -> str:
    """Line by line: one in another encoding is read in that one; lost bytes become U+FFFD, for `repair` to list."""
    out = []
    for line in data.split(b"\n"):
        if encoding != "utf-8" and _is_utf8(line):
            out.append(line.decode())
            continue
        try:
            out.append(line.decode(encoding))
        except UnicodeDecodeError:
            others = [e for e in ("utf-8", "gb18030", "cp950") if e != encoding]
            read = (_strictly(line, e) for e in others)
            text = next((t for t in read if t is not None and plausibility(t) > _PLAUSIBLE), None)
            out.append(line.decode(encoding, "replace") if text is None else text)
    return "\n".join(out)


def _find_encoding(data: bytes) -> str | None:
    """The encoding whose characters make sense; a few damaged bytes don't rule it out."""
    if _strictly(data, "utf-8") is not None:
        return "utf-8"
    sample = data[:_SAMPLE_BYTES]
    scores = {e: plausibility(sample.decode(e, "replace")) for e in ("utf-8", "gb18030", "cp950")}
    best = max(scores, key=lambda e: scores[e])
    if scores[best] > _PLAUSIBLE:
        return best
    lines = [line for line in sample.split(b"\n")[:-1] if not line.isascii()]
    for encoding in scores:
        texts = [_strictly(line, encoding) for line in lines]
        if lines and sum(t is not None and plausibility(t) > _PLAUSIBLE for t in texts) > len(lines) / 2:
            return encoding
    from charset_normalizer import from_bytes

    guess = from_bytes(sample).best()
    return None if guess is None or _strictly(data, guess.encoding) is None else guess.encoding


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def plausibility(text: str) -> float:
    """How much a text looks like Chinese or English that was decoded right: about 0 (noise) to 1.

    Counts only what isn't ASCII: common characters and punctuation for it, lost and private ones against;
    a text where none of the most frequent characters occur is noise however common its characters are.
    """
    wide = [c for c in text if c > "\x7f"]
    if not wide:
        return 1.0 if text.isprintable() or text.isspace() else 0.9
    known = _common_characters()
    good = sum(c in known for c in wide)
    frequent = sum(c in _FREQUENT for c in wide)
    lost = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in wide)
    base = (good - 4 * lost) / len(wide)
    han = sum(1 for c in wide if HAN.match(c))
    # In running text a third and more of the characters are among the 150 most frequent; a title has few.
    return base if han < 20 else base * min(1.0, 0.4 + 3 * frequent / han)


@cache
def _common_characters() -> frozenset[str]:
    """Level 1 of GB 2312 (3,755 characters) and of Big5 (5,401), and the punctuation of both worlds."""
    gb = (bytes((hi, lo)) for hi in range(0xB0, 0xD8) for lo in range(0xA1, 0xFF))
    big5 = (bytes((hi, lo)) for hi in range(0xA4, 0xC7) for lo in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    letters = "".join(c.decode("gb2312", "ignore") for c in gb) + "".join(
        c.decode("big5", "ignore") for c in big5
    )
    marks = "，。！？；：、“”‘’「」『』《》〈〉（）【】〔〕—–…·～\u3000\xa0"
    wide_ascii = "".join(map(chr, range(0xFF01, 0xFF5F)))
    return frozenset(letters + marks + wide_ascii)
