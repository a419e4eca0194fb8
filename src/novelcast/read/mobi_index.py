"""The indexes of a Kindle book: its table of contents, and how the parts of a KF8 text belong together.

Written after the format's public description (wiki.mobileread.com, "MOBI", "KF8"). All numbers are big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from novelcast.read.contents import Entry
from novelcast.read.source import clean

_NOTHING = 0xFFFFFFFF
_MAX_ROWS = 200_000
_POSITION, _LABEL, _PLACE, _PARENT = 1, 3, 6, 21  # of a table of contents
_COUNT, _SPAN = 1, 6  # of skeletons and fragments


@dataclass(frozen=True)
class Index:
    """`rows`: each with its name and its values by tag. `strings`: records of texts that the values point to."""

    rows: list[tuple[bytes, dict[int, list[int]]]]
    strings: Sequence[bytes]

    def string(self, at: int) -> bytes:
        record = self.strings[at >> 16]
        length, start = _number(record, at & 0xFFFF)
        return record[start : start + length]


def read_index(records: Sequence[bytes], number: int) -> Index:
    """The index whose header is record `number`. Raises IndexError or struct.error where it is damaged."""
    header = records[number]
    if not header.startswith(b"INDX"):
        raise IndexError("no index")
    length, count, strings = (struct.unpack_from(">L", header, at)[0] for at in (4, 24, 52))
    tags, width = _tags(header, length)
    rows: list[tuple[bytes, dict[int, list[int]]]] = []
    for record in records[number + 1 : number + 1 + count]:
        places, size = struct.unpack_from(">LL", record, 20)
        if len(rows) + size > _MAX_ROWS:
            raise IndexError("too many rows")
        starts = struct.unpack_from(f">{size}H", record, places + 4)
        for start, end in zip(starts, [*starts[1:], places], strict=True):
            name = 1 + record[start]
            rows.append((record[start + 1 : start + name], _values(record[start + name : end], tags, width)))
    return Index(rows, records[number + 1 + count : number + 1 + count + strings])


def _tags(header: bytes, at: int) -> tuple[list[tuple[int, int, int, int]], int]:
    """What each bit of a row's first bytes stands for (tag, values, mask, whether a byte ends), and how many bytes
    there are."""
    if header[at : at + 4] != b"TAGX":
        raise IndexError("an index without tags")
    length, width = struct.unpack_from(">LL", header, at + 4)
    table = header[at + 12 : at + length]
    rows = (struct.unpack_from("4B", table, i) for i in range(0, len(table) - 3, 4))
    return [(tag, each, mask, end) for tag, each, mask, end in rows], width


def _values(row: bytes, tags: Sequence[tuple[int, int, int, int]], width: int) -> dict[int, list[int]]:
    flags, at = 0, width
    wanted: list[tuple[int, int, bool]] = []  # tag, how many numbers or how many bytes of them, whether bytes
    for tag, each, mask, end in tags:
        if end:
            flags += 1
            continue
        value = row[flags] & mask
        if value == mask and mask.bit_count() > 1:
            length, at = _number(row, at)
            wanted.append((tag, length, True))
        elif value:
            wanted.append((tag, each * (value >> (mask & -mask).bit_length() - 1), False))
    out: dict[int, list[int]] = {}
    for tag, amount, in_bytes in wanted:
        values: list[int] = []
        stop = at + amount
        while (at < stop) if in_bytes else (len(values) < amount):
            value, at = _number(row, at)
            values.append(value)
        out[tag] = values
    return out


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number in sevens of bits, the last with its high bit set, and where it ends."""
    value = 0
    for i in range(at, min(at + 5, len(data))):
        value = value << 7 | data[i] & 0x7F
        if data[i] & 0x80:
            return value, i + 1
    raise IndexError("a number without end")


# ---------------------------------------------------------------- KF8's parts


def assembled(text: bytes, skeletons: Index, fragments: Index) -> tuple[bytes, list[int]]:
    """A KF8 text with each fragment where it belongs in its skeleton, and where each fragment is put."""
    out: list[bytes] = []
    places: list[int] = []
    rows = iter(fragments.rows)
    end = 0
    for _, values in skeletons.rows:
        start, length = values[_SPAN][:2]
        part, end = bytearray(text[start : start + length]), start + length
        for _ in range(values[_COUNT][0]):
            name, about = next(rows, (b"", {}))
            place, size = int(name), about[_SPAN][1]
            part[place - start : place - start] = text[end : end + size]
            places.append(place)
            end += size
        out.append(bytes(part))
    whole = b"".join([*out, text[end:]])
    if len(whole) != len(text):
        raise IndexError("parts that don't make the whole")
    return whole, places


# ---------------------------------------------------------------- the table of contents


def contents(index: Index, fragments: Sequence[int], encoding: str) -> tuple[list[Entry], dict[str, int]]:
    """The entries, and for the id of each where it leads, in bytes of the (assembled) text."""
    entries: list[Entry] = []
    tops: list[Entry] = []
    places: dict[str, int] = {}
    for n, (_, values) in enumerate(index.rows):
        entry = Entry(clean(index.string(values[_LABEL][0]).decode(encoding, "replace")), "", f"ncx-{n}")
        place = _place(values, fragments)
        if place is not None:
            places[entry.id] = place
        entries.append(entry)
        parent = values.get(_PARENT, [n])[0]
        (entries[parent].inner if parent < n else tops).append(entry)
    return tops, places


def _place(values: Mapping[int, Sequence[int]], fragments: Sequence[int]) -> int | None:
    if _PLACE in values:
        number, offset = values[_PLACE][:2]
        return fragments[number] + offset if number < len(fragments) else None
    return values[_POSITION][0] if _POSITION in values else None


def marked(text: bytes, places: Mapping[str, int]) -> bytes:
    """The text with an anchor at each place; not inside of a tag, an entity or a character."""
    out: list[bytes] = []
    last = 0
    for id, place in sorted(places.items(), key=lambda item: item[1]):
        at = min(place, len(text))
        opened = text.rfind(b"<", max(0, at - 2000), at)
        if opened > text.rfind(b">", max(0, at - 2000), at):
            at = opened
        entity = text.rfind(b"&", max(0, at - 10), at)
        if entity > text.rfind(b";", max(0, at - 10), at):
            at = entity
        while at < len(text) and text[at] & 0xC0 == 0x80:
            at -= 1
        at = max(at, last)
        out += [text[last:at], f'<a id="{id}"></a>'.encode()]
        last = at
    return b"".join([*out, text[last:]])
