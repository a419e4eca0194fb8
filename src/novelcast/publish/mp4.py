"""An MP4 audio file with chapters and tags, written box by box.

FFmpeg's muxer keeps 64 bytes of every packet in memory (half a gigabyte for a book of 40 hours) and knows neither
narrator nor series. Here a packet costs four bytes. Sources: ISO/IEC 14496-12 and -14, Apple's QuickTime File Format
(chapter tracks, user data), and for what no standard has (chpl) FFmpeg's movenc.c.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from struct import pack
from typing import IO

from novelcast.model import Model
from novelcast.publish.id3 import Tags, clean, iso_639_2

FRAME = 1024  # samples in an AAC packet
_PACKETS_A_CHUNK = 48  # about a second: what a player reads at once
_NERO_MOST = 255
_SPARE = 4096


class Mark(Model):
    """A chapter of the file: its first sample, its title."""

    start: int
    title: str


class Mp4File:
    """Takes AAC packets in their order, and writes the file's index when it is closed.

    Room for the index is left at the file's start, so that players on the web need not fetch its end first.
    """

    def __init__(
        self,
        file: IO[bytes],
        *,
        rate_hz: int,
        channels: int,
        bitrate_kbps: int,
        samples: int,
        marks: Sequence[Mark],
        tags: Tags,
        cover: tuple[str, bytes] | None,
        encoder: str,
    ) -> None:
        """`samples` is how long the file will be; `encoder` who made it."""
        self._file, self._rate_hz, self._channels = file, rate_hz, channels
        self._bitrate, self._samples, self._marks = bitrate_kbps * 1000, samples, marks
        self._sizes = array("I")
        self._config, self._priming = b"", 0
        self._language = _packed_language(tags.language)
        self._tags = _user_data(marks, rate_hz, tags, cover, encoder)
        file.write(_box(b"ftyp", b"M4B ", pack(">I", 512), b"M4B M4A mp42isom"))
        self._room_at = file.tell()
        packets = samples // FRAME + 8
        titles = sum(len(_title_sample(m.title)) + 16 for m in marks)
        self._room = 4 * packets + 16 * (packets // _PACKETS_A_CHUNK + 1) + titles + len(self._tags) + _SPARE
        file.write(pack(">I4s", self._room, b"free"))
        self._data_at = file.seek(self._room_at + self._room)
        file.write(pack(">I4sQ", 1, b"mdat", 16))

    def add(self, packet: bytes) -> None:
        self._file.write(packet)
        self._sizes.append(len(packet))

    def close(self, config: bytes, priming: int) -> None:
        """Writes the chapters' titles and the index: `config` is the AudioSpecificConfig, `priming` what the encoder
        put before the first sample."""
        self._config, self._priming = config, priming
        file = self._file
        titles_at = file.tell()
        file.write(b"".join(_title_sample(mark.title) for mark in self._marks))
        end = file.tell()
        moov = self._index(self._data_at + 16, titles_at)
        file.seek(self._data_at + 8)
        file.write(pack(">Q", end - self._data_at))
        left = self._room - len(moov)
        if left < 8:
            raise ValueError(f"an index of {len(moov)} bytes has room for {self._room}")
        file.seek(self._room_at)
        file.write(moov + pack(">I4s", left, b"free"))

    # ------------------------------------------------------------ the index

    def _index(self, audio_at: int, titles_at: int) -> bytes:
        last_track = 2 if self._marks else 1
        header = _timed_box(
            b"mvhd", self._rate_hz, self._samples, pack(">IHHQ", 0x10000, 0x100, 0, 0),
            _MATRIX, bytes(24), pack(">I", last_track + 1),
        )  # fmt: skip
        tracks = self._audio_track(audio_at)
        if self._marks:
            tracks += self._chapter_track(titles_at)
        return _box(b"moov", header, tracks, self._tags)

    def _audio_track(self, audio_at: int) -> bytes:
        sample = (
            bytes(6)
            + pack(">H", 1)
            + bytes(8)
            + pack(">HHHHI", self._channels, 16, 0, 0, self._rate_hz << 16)
            + self._decoder()
        )
        chapters = _box(b"tref", _box(b"chap", pack(">I", 2))) if self._marks else b""
        length = min(len(self._sizes) * FRAME, self._priming + self._samples)
        tables = [
            _full_box(b"stsd", pack(">I", 1), _box(b"mp4a", sample)),
            _full_box(b"stts", self._durations(length)),
            *self._chunks(audio_at),
            _full_box(b"stsz", pack(">II", 0, len(self._sizes)), _big_endian(self._sizes)),
        ]
        return _box(
            b"trak",
            _track_header(1, self._samples, enabled=True),
            _edit(self._samples, self._priming),
            chapters,
            self._media(b"soun", length, _full_box(b"smhd", bytes(4)), tables),
        )

    def _chapter_track(self, titles_at: int) -> bytes:
        ends = [mark.start for mark in self._marks[1:]] + [self._samples]
        lengths = [end - mark.start for end, mark in zip(ends, self._marks, strict=True)]
        sizes = array("I", (len(_title_sample(mark.title)) for mark in self._marks))
        tables = [
            _full_box(b"stsd", pack(">I", 1), _box(b"text", bytes(6), pack(">H", 1), _TEXT_STYLE)),
            _full_box(b"stts", pack(">I", len(lengths)), *(pack(">II", 1, length) for length in lengths)),
            _full_box(b"stsc", pack(">IIII", 1, 1, len(sizes), 1)),
            _offsets([titles_at]),
            _full_box(b"stsz", pack(">II", 0, len(sizes)), _big_endian(sizes)),
        ]
        return _box(
            b"trak",
            _track_header(2, self._samples, enabled=False),
            self._media(b"text", self._samples, _box(b"gmhd", _GENERIC, _box(b"text", _TEXT_MATRIX)), tables),
        )

    def _media(self, kind: bytes, length: int, header: bytes, tables: list[bytes]) -> bytes:
        here = _full_box(b"dref", pack(">I", 1), _box(b"url ", pack(">I", 1)))
        return _box(
            b"mdia",
            _timed_box(b"mdhd", self._rate_hz, length, pack(">HH", self._language, 0)),
            _full_box(b"hdlr", bytes(4), kind, bytes(12), b"\0"),
            _box(b"minf", header, _box(b"dinf", here), _box(b"stbl", *tables)),
        )

    def _durations(self, length: int) -> bytes:
        """Every packet lasts as long as the next, but for the last, of which less plays."""
        whole, last = len(self._sizes) - 1, length - FRAME * (len(self._sizes) - 1)
        if last == FRAME or last <= 0:
            return pack(">III", 1, whole + 1, FRAME)
        return pack(">IIIII", 2, whole, FRAME, 1, last)

    def _chunks(self, audio_at: int) -> list[bytes]:
        """Which packets lie together, and where."""
        count = len(self._sizes)
        offsets, at = [], audio_at
        for first in range(0, count, _PACKETS_A_CHUNK):
            offsets.append(at)
            at += sum(self._sizes[first : first + _PACKETS_A_CHUNK])
        runs = [(1, _PACKETS_A_CHUNK)] if count >= _PACKETS_A_CHUNK else []
        if count % _PACKETS_A_CHUNK:
            runs.append((len(offsets), count % _PACKETS_A_CHUNK))
        table = b"".join(pack(">III", first, packets, 1) for first, packets in runs)
        return [_full_box(b"stsc", pack(">I", len(runs)), table), _offsets(offsets)]

    def _decoder(self) -> bytes:
        specific = _descriptor(5, self._config)
        audio, aac = b"\x15", b"\x40"
        rates = pack(">II", self._bitrate, self._bitrate)
        config = _descriptor(4, aac + audio + bytes(3) + rates + specific)
        return _full_box(b"esds", _descriptor(3, pack(">HB", 1, 0) + config + _descriptor(6, b"\2")))


_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_GENERIC = pack(">I4s4xHHHHHH", 24, b"gmin", 0x40, 0x8000, 0x8000, 0x8000, 0, 0)
_TEXT_MATRIX = pack(">H3II3IIH", 1, 0, 0, 0, 1, 0, 0, 0, 0x4000, 0)
# Of text that nobody draws: one font without a name.
_TEXT_STYLE = pack(">I", 1) + bytes(18) + b"\0\1" + bytes(6) + pack(">I4sHHB", 13, b"ftab", 1, 1, 0)


def _box(name: bytes, *content: bytes) -> bytes:
    size = 8 + sum(map(len, content))
    return b"".join((pack(">I4s", size, name), *content))


def _full_box(name: bytes, *content: bytes, version: int = 0) -> bytes:
    return _box(name, bytes([version, 0, 0, 0]), *content)


def _wide(largest: int) -> tuple[int, str]:
    """The version of a box whose numbers need 32 or 64 bits, and their letter for `struct`."""
    return (1, "Q") if largest > 0x7FFF_FFFF else (0, "I")


def _timed_box(name: bytes, rate_hz: int, length: int, *content: bytes) -> bytes:
    """A header with no dates, the clock's rate and a length."""
    version, wide = _wide(length)
    return _full_box(name, pack(f">2{wide}I{wide}", 0, 0, rate_hz, length), *content, version=version)


def _track_header(number: int, length: int, *, enabled: bool) -> bytes:
    version, wide = _wide(length)
    flags = 7 if enabled else 0
    volume = 0x100 if enabled else 0
    times = pack(f">2{wide}II{wide}", 0, 0, number, 0, length)
    content = times + pack(">QHHHH", 0, 0, 0, volume, 0) + _MATRIX + bytes(8)
    return _box(b"tkhd", bytes([version, 0, 0, flags]), content)


def _edit(length: int, priming: int) -> bytes:
    """What plays: all but the encoder's priming before and its padding behind."""
    version, wide = _wide(length)
    edit = pack(f">I2{wide}I", 1, length, priming, 0x10000)
    return _box(b"edts", _full_box(b"elst", edit, version=version))


def _offsets(offsets: Sequence[int]) -> bytes:
    name, letter = (b"stco", "I") if offsets[-1] < 1 << 32 else (b"co64", "Q")
    return _full_box(name, pack(">I", len(offsets)), pack(f">{len(offsets)}{letter}", *offsets))


def _big_endian(numbers: array[int]) -> bytes:
    swapped = array(numbers.typecode, numbers)
    if sys.byteorder == "little":
        swapped.byteswap()
    return swapped.tobytes()


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content


def _title_sample(title: str) -> bytes:
    text = clean(title).replace("\n", " ").encode()[:60_000]
    return pack(">H", len(text)) + text + _box(b"encd", pack(">I", 0x100))  # UTF-8


def _packed_language(language: str) -> int:
    a, b, c = (ord(letter) - 0x60 for letter in iso_639_2(language) or "und")
    return a << 10 | b << 5 | c


# ---------------------------------------------------------------- user data


def _user_data(
    marks: Sequence[Mark], rate_hz: int, tags: Tags, cover: tuple[str, bytes] | None, encoder: str
) -> bytes:
    handler = _full_box(b"hdlr", bytes(4), b"mdirappl", bytes(9))
    meta = _full_box(b"meta", handler, _box(b"ilst", *_items(tags, cover, encoder)))
    return _box(b"udta", meta, _nero_chapters(marks, rate_hz))


def _items(tags: Tags, cover: tuple[str, bytes] | None, encoder: str) -> list[bytes]:
    texts = {
        b"\xa9nam": tags.title,
        b"\xa9alb": tags.album,
        b"\xa9ART": tags.artist,
        b"aART": tags.album_artist,
        b"\xa9wrt": tags.composer,
        b"\xa9nrt": tags.composer,
        b"\xa9gen": tags.genre,
        b"\xa9day": tags.date,
        b"\xa9cmt": tags.comment,
        b"desc": tags.description,
        b"ldes": tags.description,
        b"\xa9pub": tags.publisher,
        b"cprt": tags.copyright,
        b"\xa9too": encoder,
    }
    items = [_box(name, _data(1, clean(value).encode())) for name, value in texts.items() if clean(value)]
    for name, number, total in (
        (b"trkn", tags.track, tags.track_total),
        (b"disk", tags.disc, tags.disc_total),
    ):
        if number:
            items.append(_box(name, _data(0, pack(">4H", 0, number, total or 0, 0))))
    audiobook, gapless = b"\2", b"\1"
    items += [_box(b"stik", _data(21, audiobook)), _box(b"pgap", _data(21, gapless))]
    if cover:
        mime, picture = cover
        items.append(_box(b"covr", _data(13 if mime == "image/jpeg" else 14, picture)))
    named = {
        "SERIES": tags.series,
        "SERIES-PART": tags.series_part,
        "SUBTITLE": tags.subtitle,
        "LANGUAGE": tags.language,
    }
    return items + [_named_item(name, clean(value)) for name, value in named.items() if clean(value)]


def _named_item(name: str, value: str) -> bytes:
    return _box(
        b"----",
        _full_box(b"mean", b"com.apple.iTunes"),
        _full_box(b"name", name.encode()),
        _data(1, value.encode()),
    )


def _data(kind: int, value: bytes) -> bytes:
    return _box(b"data", pack(">II", kind, 0), value)


def _nero_chapters(marks: Sequence[Mark], rate_hz: int) -> bytes:
    """The other form of chapter marks, which counts in one byte; where that is too few, the track alone has them."""
    if not 0 < len(marks) <= _NERO_MOST:
        return b""
    content = bytes(4) + pack(">B", len(marks))
    for mark in marks:
        title = clean(mark.title).encode()[:255].decode(errors="ignore").encode()
        content += pack(">QB", mark.start * 10_000_000 // rate_hz, len(title)) + title
    return _full_box(b"chpl", content, version=1)
