"""ID3v2.3 tags (id3.org/id3v2.3.0, and its chapter frames: id3v2-chapters-1.0), as bytes.

They are written here: FFmpeg's muxer knows no COMM frame (a comment becomes a TXXX that players don't show), takes
the language of no text, and has no lyrics. Version 2.3, because Windows and many car radios read no later one.
"""

from __future__ import annotations

import re
import unicodedata

from novelcast.model import Model

MOST_SCENES = 255
"""The table of contents counts its entries in one byte."""


class Scene(Model):
    """A named stretch of the file, in ms from its start."""

    start_ms: int
    end_ms: int
    title: str


class Lyric(Model):
    """A line of the text and when it is said, in ms from the file's start."""

    start_ms: int
    text: str


class Tags(Model):
    """What a player shows. Empty or None: no such frame. `composer` is where audiobook players look for the
    narrator; `language` is BCP 47; `date` begins with the year; `disc` is the volume. Fewer than two `scenes`, or
    more than MOST_SCENES: none are written."""

    title: str
    album: str
    artist: str = ""
    album_artist: str = ""
    composer: str = ""
    track: int | None = None
    track_total: int | None = None
    disc: int | None = None
    disc_total: int | None = None
    genre: str = "Audiobook"
    date: str = ""
    language: str = ""
    comment: str = ""
    description: str = ""
    subtitle: str = ""
    series: str = ""
    series_part: str = ""
    publisher: str = ""
    copyright: str = ""
    scenes: tuple[Scene, ...] = ()
    lyrics: tuple[Lyric, ...] = ()


# TLAN, COMM and MP4 want ISO 639-2; books come in few languages, and any other is "und".
_ISO_639_2 = {
    "zh": "zho",
    "yue": "zho",
    "en": "eng",
    "ja": "jpn",
    "ko": "kor",
    "fr": "fra",
    "de": "deu",
    "es": "spa",
    "it": "ita",
    "pt": "por",
    "ru": "rus",
    "vi": "vie",
    "th": "tha",
}


def iso_639_2(language: str) -> str:
    """The three letters of a BCP 47 language; empty for none."""
    return _ISO_639_2.get(language.split("-")[0].lower(), "und") if language else ""


def id3(tags: Tags, cover: tuple[str, bytes] | None = None) -> bytes:
    """The whole tag: header and frames. `cover` is a picture's MIME type and bytes."""
    language = iso_639_2(tags.language)
    date = re.match(r"(\d{4})(?:-(\d\d)-(\d\d))?", tags.date)
    texts = {
        "TIT2": tags.title,
        "TIT3": tags.subtitle,
        "TALB": tags.album,
        "TPE1": tags.artist,
        "TPE2": tags.album_artist,
        "TCOM": tags.composer,
        "TRCK": _of(tags.track, tags.track_total),
        "TPOS": _of(tags.disc, tags.disc_total),
        "TCON": tags.genre,
        "TLAN": language,
        "TYER": date[1] if date else "",
        "TDAT": date[3] + date[2] if date and date[2] else "",
        "TPUB": tags.publisher,
        "TCOP": tags.copyright,
        # Apple's, and what its players call a movement.
        "TDES": tags.description,
        "MVNM": tags.series,
        "MVIN": tags.series_part,
    }
    frames = [_frame(name, _text(value)) for name, value in texts.items() if clean(value)]
    # By these names Audiobookshelf finds them (it reads what FFmpeg reads).
    named = {"description": tags.description, "series": tags.series, "series-part": tags.series_part}
    frames += [_frame("TXXX", _named_text(name, value)) for name, value in named.items() if clean(value)]
    if comment := clean(tags.comment):
        frames.append(_frame("COMM", _in_language(language) + _utf16("") + comment.encode("utf-16")))
    frames += _lyrics(tags.lyrics, language)
    if 2 <= len(tags.scenes) <= MOST_SCENES:
        frames += _scenes(tags.scenes)
    if cover:
        mime, data = cover
        front_cover, no_description = b"\3", b"\0"
        frames.append(_frame("APIC", b"\0" + mime.encode() + b"\0" + front_cover + no_description + data))
    body = b"".join(frames)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + body


def tag_length(head: bytes) -> int:
    """How long the tag at a file's start is, from the file's first ten bytes; 0 for none."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    footer = 10 if head[5] & 0x10 else 0
    return 10 + footer + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


def clean(value: str) -> str:
    """Text without what ends a string early or cannot be encoded: controls but line ends, lone surrogates."""
    return "".join(c for c in value if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def _of(number: int | None, total: int | None) -> str:
    return f"{number}" + (f"/{total}" if total else "") if number else ""


def _lyrics(lyrics: tuple[Lyric, ...], language: str) -> list[bytes]:
    """The text as a whole (USLT), and line by line with times (SYLT)."""
    said = [(line.start_ms, text) for line in lyrics if (text := clean(line.text).replace("\n", " "))]
    if not said:
        return []
    whole = "\n".join(text for _, text in said)
    milliseconds, words = b"\2", b"\1"
    timed = b"".join(_utf16(text) + start_ms.to_bytes(4, "big") for start_ms, text in said)
    return [
        _frame("USLT", _in_language(language) + _utf16("") + whole.encode("utf-16")),
        _frame("SYLT", _in_language(language) + milliseconds + words + _utf16("") + timed),
    ]


def _scenes(scenes: tuple[Scene, ...]) -> list[bytes]:
    names = [f"scene{number}".encode() + b"\0" for number in range(1, len(scenes) + 1)]
    top_level_and_ordered = b"\3"
    contents = b"toc\0" + top_level_and_ordered + bytes([len(scenes)]) + b"".join(names)
    no_byte_offsets = b"\xff" * 8
    return [_frame("CTOC", contents)] + [
        _frame(
            "CHAP",
            name
            + scene.start_ms.to_bytes(4, "big")
            + scene.end_ms.to_bytes(4, "big")
            + no_byte_offsets
            + _frame("TIT2", _text(scene.title)),
        )
        for name, scene in zip(names, scenes, strict=True)
    ]


def _frame(name: str, body: bytes) -> bytes:
    return name.encode() + len(body).to_bytes(4, "big") + b"\0\0" + body


def _text(value: str) -> bytes:
    """Encoding mark and text: Latin-1 for what is ASCII, else UTF-16 with its byte order mark."""
    value = clean(value)
    return b"\0" + value.encode() if value.isascii() else b"\1" + value.encode("utf-16")


def _named_text(name: str, value: str) -> bytes:
    return b"\1" + _utf16(name) + clean(value).encode("utf-16")


def _in_language(language: str) -> bytes:
    """What such frames begin with: the mark of UTF-16, and the language."""
    return b"\1" + (language or "und").encode()


def _utf16(text: str) -> bytes:
    return (text + "\0").encode("utf-16")
