"""Kindle books (.mobi, .azw, .azw3, .prc) -> Source: MOBI 6 and KF8 without DRM, read in memory.

Written after the format's public description (wiki.mobileread.com, "MOBI" and "PalmDOC"), because the one library
on PyPI that reads it is GPL and unpacks to disk. All numbers are big-endian.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from novelcast.errors import InputError
from novelcast.read.archive import damaged, too_large
from novelcast.read.contents import Entry, start_chapters
from novelcast.read.mobi_index import assembled, contents, marked, read_index
from novelcast.read.page import aside_of_notes, note_marks, parse_page, walk, without_contents
from novelcast.read.source import MIB, Block, Source, clean, load_bytes, picture

_MAX_TEXT_BYTES = 128 * MIB
_MAX_RECORD_BYTES = MIB  # a text record holds 4 KiB unpacked
_KINDS = (b"BOOKMOBI", b"TEXtREAd")
_PLAIN, _PALMDOC, _HUFFMAN = 1, 2, 17480
_NOTHING = 0xFFFFFFFF
_CONTENTS, _FRAGMENTS, _SKELETONS = 244, 248, 252  # where record 0 names the records of the indexes
_AUTHOR, _KF8_AT, _COVER, _TITLE, _LANGUAGE = 100, 121, 201, 503, 524
_PHRASE_DEPTH = 32
_LOST = 0.05  # of a text may be bytes that are no character
# A KF8 book is many documents one behind the other, each an empty shell and then what belongs into it.
_SHELL = re.compile(r"<\?xml\b[^>]*>|<!DOCTYPE\b[^>]*>|</?(?:html|body)\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class _Head:
    """What record 0 of a book says. `first` is its own number: a file may hold a MOBI 6 and a KF8 book."""

    first: int
    record: bytes
    compression: int
    records: int
    encoding: str
    version: int
    extra: int
    """One bit for each kind of bytes that stand behind the text of a record."""

    def word(self, at: int) -> int:
        """The number at a place of the record; none where the header is shorter."""
        inside = at + 4 <= min(len(self.record), 16 + self.length)
        return int(struct.unpack_from(">L", self.record, at)[0]) if inside else _NOTHING

    @property
    def length(self) -> int:
        is_mobi = self.record[16:20] == b"MOBI" and len(self.record) >= 24
        return int(struct.unpack_from(">L", self.record, 20)[0]) if is_mobi else 0


def read(path: Path) -> Source:
    data = load_bytes(path)
    if data[60:68] not in _KINDS:
        kind = " (a KFX or Topaz book can't be read)" if data[:3] == b"TPZ" or data[:4] == b"CONT" else ""
        raise InputError(f"{path} is not a Kindle book{kind}", hint="give it as .epub or .txt")
    try:
        return _read(path, data)
    except (struct.error, IndexError) as error:
        raise damaged(path, "it ends early or points outside of itself") from error


def _read(path: Path, data: bytes) -> Source:
    records = _records(data)
    head = _head(records, 0)
    if struct.unpack_from(">H", head.record, 12)[0]:
        raise InputError(
            f"{path} is locked by DRM: only the shop's own programs can read it",
            hint="buy or export an edition without DRM",
        )
    about = _about(head)
    second = about.get(_KF8_AT)
    body = head
    if second and len(second[0]) == 4:
        number = int.from_bytes(second[0])
        if 0 < number < len(records) and records[number - 1].startswith(b"BOUNDARY"):
            body = _head(records, number)
    text, entries = _with_contents(_text(path, records, body), records, body)
    decoded = text.decode(body.encoding, "replace")
    if decoded.count("\ufffd") > _LOST * len(decoded):
        raise damaged(path, "its text is no text")
    blocks = _blocks(path, decoded, entries)
    if not blocks:
        raise InputError(f"there is no text in {path}", hint="it may hold pictures only")
    named = about.get(_TITLE) or [_full_name(head)]
    return Source(
        blocks,
        title=clean(named[0].decode(head.encoding, "replace")),
        authors=tuple(clean(a.decode(head.encoding, "replace")) for a in about.get(_AUTHOR, ())),
        language=clean(about.get(_LANGUAGE, [b""])[0].decode("ascii", "replace")),
        cover=_cover(records, head, about),
    )


def _records(data: bytes) -> list[bytes]:
    (count,) = struct.unpack_from(">H", data, 76)
    starts = [struct.unpack_from(">L", data, 78 + 8 * i)[0] for i in range(count)]
    ends = [*starts[1:], len(data)]
    if not starts or any(a > b for a, b in zip(starts, ends, strict=True)):
        raise IndexError("records out of order")
    return [data[a:b] for a, b in zip(starts, ends, strict=True)]


def _head(records: list[bytes], first: int) -> _Head:
    record = records[first]
    compression, _, _, count = struct.unpack_from(">HHLH", record)
    head = _Head(first, record, compression, count, "cp1252", 0, 0)
    if not head.length:
        return head
    encoding = "utf-8" if head.word(28) == 65001 else "cp1252"
    # The flags came with longer headers.
    extra = struct.unpack_from(">H", record, 242)[0] if head.length >= 228 and len(record) >= 244 else 0
    return _Head(first, record, compression, count, encoding, head.word(36), extra)


def _about(head: _Head) -> dict[int, list[bytes]]:
    """The book's data: values by their kind."""
    out: dict[int, list[bytes]] = {}
    at = 16 + head.length
    if not head.length or not head.word(128) & 0x40 or head.record[at : at + 4] != b"EXTH":
        return out
    (count,) = struct.unpack_from(">L", head.record, at + 8)
    at += 12
    for _ in range(min(count, 1000)):
        kind, length = struct.unpack_from(">LL", head.record, at)
        if length < 8:
            break
        out.setdefault(kind, []).append(head.record[at + 8 : at + length])
        at += length
    return out


def _full_name(head: _Head) -> bytes:
    at, length = head.word(84), head.word(88)
    return head.record[at : at + length] if at != _NOTHING and length != _NOTHING else b""


def _cover(records: list[bytes], head: _Head, about: dict[int, list[bytes]]) -> bytes | None:
    offset, first = about.get(_COVER), head.word(108)
    if not offset or first == _NOTHING:
        return None
    number = first + int.from_bytes(offset[0])
    return picture(records[number]) if number < len(records) else None


# ---------------------------------------------------------------- the text


def _text(path: Path, records: list[bytes], head: _Head) -> bytes:
    huffman = _Huffman(records, head) if head.compression == _HUFFMAN else None
    if head.compression not in (_PLAIN, _PALMDOC, _HUFFMAN):
        raise damaged(path, f"unknown compression {head.compression}")
    parts, size = [], 0
    for record in records[head.first + 1 : head.first + 1 + head.records]:
        packed = _without_extras(record, head.extra)
        if huffman is not None:
            part = huffman.unpack(packed)
        else:
            part = _unpack(packed) if head.compression == _PALMDOC else packed
        size += len(part)
        if size > _MAX_TEXT_BYTES:
            raise too_large(path)
        parts.append(part)
    text = b"".join(parts)
    return text[: _end_of_text(records, head)] if head.version >= 8 else text


def _end_of_text(records: list[bytes], head: _Head) -> int | None:
    """Where a KF8 book's pages end and its styles and drawings begin; None where it doesn't say."""
    number = head.word(192)
    table = records[head.first + number] if number != _NOTHING and head.first + number < len(records) else b""
    return int(struct.unpack_from(">L", table, 16)[0]) if table.startswith(b"FDST") else None


def _without_extras(record: bytes, flags: int) -> bytes:
    """The record without what stands behind its text: entries that end in their own length, in sevens of bits."""
    for _ in range((flags >> 1).bit_count()):
        length = 0
        for byte in record[-4:]:
            if byte & 0x80:
                length = 0
            length = length << 7 | byte & 0x7F
        record = record[: len(record) - length] if 0 < length <= len(record) else record
    if flags & 1 and record:
        record = record[: len(record) - (record[-1] & 3) - 1]
    return record


def _unpack(packed: bytes) -> bytes:
    """PalmDOC: literals, a space with a letter, and pairs of distance and length."""
    out = bytearray()
    at = 0
    while at < len(packed) and len(out) < _MAX_RECORD_BYTES:
        byte = packed[at]
        at += 1
        if 1 <= byte <= 8:
            out += packed[at : at + byte]
            at += byte
        elif byte < 0x80:
            out.append(byte)
        elif byte >= 0xC0:
            out += bytes((0x20, byte ^ 0x80))
        else:
            pair = byte << 8 | packed[at]
            at += 1
            distance, length = pair >> 3 & 0x7FF, (pair & 7) + 3
            if not 0 < distance <= len(out):
                raise IndexError("a pair points before the record")
            for _ in range(length):
                out.append(out[-distance])
    return bytes(out)


class _Huffman:
    """Phrases under Huffman codes of 1 to 32 bits; a phrase may itself be coded."""

    def __init__(self, records: list[bytes], head: _Head) -> None:
        first, count = head.word(112), head.word(116)
        if first == _NOTHING or not 0 < count <= len(records):
            raise IndexError("no code table")
        table = records[head.first + first]
        short_at, long_at = struct.unpack_from(">LL", table, 8)
        # For each first byte of a code: its length, whether that is certain, the largest code of that length.
        self._short = struct.unpack_from(">256L", table, short_at)
        self._long = struct.unpack_from(">64L", table, long_at)
        self._phrases: list[tuple[bytes, bool]] = []
        for record in records[head.first + first + 1 : head.first + first + count]:
            self._phrases += self._read_phrases(record, len(self._phrases))

    @staticmethod
    def _read_phrases(record: bytes, known: int) -> Iterator[tuple[bytes, bool]]:
        total, bits = struct.unpack_from(">LL", record, 8)
        for i in range(max(0, min(1 << min(bits, 16), total - known))):
            (at,) = struct.unpack_from(">H", record, 16 + 2 * i)
            (length,) = struct.unpack_from(">H", record, 16 + at)
            yield record[18 + at : 18 + at + (length & 0x7FFF)], bool(length & 0x8000)

    def unpack(self, packed: bytes, depth: int = 0) -> bytes:
        if depth > _PHRASE_DEPTH:
            raise IndexError("phrases within phrases without end")
        bits = int.from_bytes(packed) << 32
        left = len(packed) * 8
        out = bytearray()
        while left > 0 and len(out) < _MAX_RECORD_BYTES:
            code = bits >> left & 0xFFFFFFFF
            length, largest = self._code(code)
            left -= length
            if left < 0:
                break
            number = (largest - code) >> (32 - length)
            phrase, plain = self._phrases[number]
            if not plain:
                phrase = self.unpack(phrase, depth + 1)
                self._phrases[number] = phrase, True
            out += phrase
        return bytes(out)

    def _code(self, code: int) -> tuple[int, int]:
        """The length of the code that 32 bits begin with, and the largest code of that length, in 32 bits."""
        entry = self._short[code >> 24]
        length, certain = entry & 0x1F, entry & 0x80
        if certain:
            if not length:
                raise IndexError("a code without length")
            return length, ((entry >> 8) + 1 << 32 - length) - 1
        length = max(length, 1)
        while code < self._long[2 * length - 2] << 32 - length:
            length += 1
        return length, (self._long[2 * length - 1] + 1 << 32 - length) - 1


def _with_contents(text: bytes, records: list[bytes], head: _Head) -> tuple[bytes, list[Entry]]:
    """The text, a KF8 book's in order, with an anchor where each entry of the table of contents leads; its entries.

    A book whose indexes are damaged is read without them.
    """
    fragments: list[int] = []
    try:
        if head.version >= 8 and head.word(_SKELETONS) != _NOTHING:
            parts = [read_index(records, head.first + head.word(at)) for at in (_SKELETONS, _FRAGMENTS)]
            text, fragments = assembled(text, *parts)
        if head.word(_CONTENTS) == _NOTHING:
            return text, []
        index = read_index(records, head.first + head.word(_CONTENTS))
        entries, places = contents(index, fragments, head.encoding)
    except (struct.error, IndexError, KeyError, ValueError):
        return text, []
    return marked(text, places), entries


def _blocks(path: Path, text: str, entries: list[Entry]) -> list[Block]:
    root = parse_page(f"<html><body>{_SHELL.sub('', text)}</body></html>", path)
    if root is None:
        return []
    targets = [href.rpartition("#")[2] for _, href in note_marks(root) if href]
    page = walk(root, aside_of_notes(root, targets))
    blocks = without_contents(page)
    start_chapters(blocks, entries, {("", id): n for id, n in page.anchors.items()})
    return blocks
