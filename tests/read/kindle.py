"""The indexes of a Kindle book, made for tests: a table of contents, and a KF8 text in parts."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

Row = tuple[bytes, Mapping[int, Sequence[int]]]


def index(tags: Sequence[tuple[int, int, int]], rows: Sequence[Row], strings: bytes = b"") -> list[bytes]:
    """The records of an index: `tags` are (tag, values each, mask); each row has a name and its values by tag."""
    table = b"".join(struct.pack("4B", tag, each, mask, 0) for tag, each, mask in tags) + b"\0\0\0\1"
    header = bytearray(192)
    header[:4] = b"INDX"
    struct.pack_into(">L", header, 4, len(header))
    struct.pack_into(">LL", header, 24, 1, 65001)
    struct.pack_into(">L", header, 52, 1 if strings else 0)
    header += b"TAGX" + struct.pack(">LL", 12 + len(table), 1) + table
    data = bytearray(192)
    data[:4] = b"INDX"
    starts = []
    for name, values in rows:
        starts.append(len(data))
        flags = 0
        for tag, each, mask in tags:
            flags |= len(values.get(tag, ())) // each << (mask & -mask).bit_length() - 1
        data += bytes((len(name),)) + name + bytes((flags,))
        for tag, *_ in tags:
            data += b"".join(number(value) for value in values.get(tag, ()))
    struct.pack_into(">LL", data, 20, len(data), len(starts))
    data += b"IDXT" + struct.pack(f">{len(starts)}H", *starts)
    return [bytes(header), bytes(data), *([strings] if strings else [])]


def number(value: int) -> bytes:
    """In sevens of bits, the last with its high bit set."""
    out = [value & 0x7F | 0x80]
    while value := value >> 7:
        out.append(value & 0x7F)
    return bytes(reversed(out))


def contents(entries: Sequence[tuple[str, Sequence[int], int | None]]) -> list[bytes]:
    """Of (title, place, number of the entry over it): the place is a byte of the text, or a fragment and a byte."""
    strings = b""
    rows: list[Row] = []
    for n, (title, place, parent) in enumerate(entries):
        values = {3: [len(strings)], 6 if len(place) == 2 else 1: place}
        rows.append((b"%03d" % n, values if parent is None else values | {21: [parent]}))
        strings += number(len(title.encode())) + title.encode()
    return index([(1, 1, 1), (3, 1, 2), (21, 1, 4), (6, 2, 8)], rows, strings)


def parts(pages: Sequence[tuple[str, Sequence[str]]]) -> tuple[bytes, list[bytes], list[bytes]]:
    """A KF8 text of pages, each a shell with a | where its fragments go; the indexes of skeletons and fragments."""
    text = b""
    skeletons: list[Row] = []
    fragments: list[Row] = []
    for n, (shell, bodies) in enumerate(pages):
        head, tail = (half.encode() for half in shell.split("|"))
        start, place = len(text), len(text) + len(head)
        size = len(head) + len(tail)
        skeletons.append((b"SKEL%010d" % n, {1: [len(bodies)] * 2, 6: [start, size] * 2}))
        text += head + tail
        for i, body in enumerate(bodies):
            fragments.append((b"%010d" % place, {2: [0], 3: [n], 4: [i], 6: [0, len(body.encode())]}))
            place += len(body.encode())
            text += body.encode()
    return (
        text,
        index([(1, 1, 3), (6, 2, 12)], skeletons),
        index([(2, 1, 1), (3, 1, 2), (4, 1, 4), (6, 2, 8)], fragments, b"\x80"),
    )
