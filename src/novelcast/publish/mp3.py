"""One chapter's MP3: encoded through PyAV (libmp3lame), ID3v2.3 tags, exact length, there only when whole.

The tags are written here: FFmpeg's muxer knows no COMM frame (a comment becomes a TXXX that players don't
show), and takes the language of no text. The audio frames and the Xing/LAME header are the muxer's.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from novelcast.errors import InputError
from novelcast.model import Model
from novelcast.publish import lame
from novelcast.workspace import complete_file

Block = NDArray[np.float32]


class Tags(Model):
    """What a player shows. Empty or None: no such frame. `composer` is where audiobook players look for the
    narrator; `language` is BCP 47; `date` begins with the year."""

    title: str
    album: str
    artist: str = ""
    album_artist: str = ""
    composer: str = ""
    track: int | None = None
    track_total: int | None = None
    genre: str = "Audiobook"
    date: str = ""
    language: str = ""
    comment: str = ""


def write_mp3(
    path: Path,
    blocks: Iterable[Block],
    *,
    rate_hz: int,
    channels: int,
    bitrate_kbps: int,
    tags: Tags,
    cover: Path | None = None,
) -> int:
    """Encode a stream of float32 (n, channels) at a constant bit rate; return how many samples went in.

    A decoder that honours the LAME header gives back exactly as many. `path` is made, or replaced, only when
    the file is complete. Raises InputError for a cover that is no image, an empty stream, and a folder that
    cannot be written to.
    """
    head = _id3(tags, picture_of(cover) if cover else None)
    with complete_file(path) as temp, temp.open("wb") as file:
        output = _AfterTags(file, head)
        samples = _encode(output, blocks, rate_hz=rate_hz, channels=channels, bitrate_kbps=bitrate_kbps)
        output.check()
    return samples


# ---------------------------------------------------------------- file names

_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_DEVICES |= {port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"}


def safe_name(title: str, suffix: str = ".mp3", max_bytes: int = 120) -> str:
    """A file name made of a title that Windows, macOS and Linux take, at most `max_bytes` of UTF-8 in all.

    What a system forbids becomes its full-width form where one reads the same (？ for ?), else a space.
    """
    text = unicodedata.normalize("NFC", title)
    text = _FORBIDDEN.sub(lambda match: chr(ord(match[0]) + 0xFEE0), text)
    # Control, format (direction marks, zero-width), surrogate, private and unassigned characters.
    text = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    text = " ".join(text.split())
    room = max_bytes - len(suffix.encode())
    # A name that ends in a dot or a space is another name to Windows; one that begins with a dot is hidden.
    text = text.lstrip(". ").encode()[:room].decode(errors="ignore").rstrip(". ")
    if text.split(".")[0].rstrip().lower() in _DEVICES:
        text = f"_{text}"[:room]
    return (text or "untitled") + suffix


# ---------------------------------------------------------------- the file


class _AfterTags:
    """The rest of a file after its tags, as a file: the muxer goes back to what it takes for the start.

    An error is kept for `check`, since one raised through the muxer is lost when that closes its file.
    """

    def __init__(self, file: IO[bytes], tags: bytes) -> None:
        self._file, self._start = file, len(tags)
        self._error: OSError | None = None
        self.write(tags)

    def write(self, data: bytes) -> int:
        with self._keeping_errors():
            self._file.write(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._keeping_errors():  # seeking writes what is buffered
            self._file.seek(offset + (self._start if whence == io.SEEK_SET else 0), whence)
        return self.tell()

    def tell(self) -> int:
        return self._file.tell() - self._start

    def check(self) -> None:
        """Raises what went wrong while writing."""
        if self._error is not None:
            raise self._error

    @contextmanager
    def _keeping_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._error = self._error or error


def _lame_scale(bitrate_kbps: int) -> float:
    """What LAME multiplies its input by, against clipping (libmp3lame/presets.c, the table of its ABR presets).

    Our levels are right already, so `_encode` undoes it.
    """
    return next(
        (scale for kbps, scale in ((160, 0.95), (192, 0.97), (224, 0.98)) if bitrate_kbps <= kbps), 1.0
    )


def _encode(
    output: _AfterTags, blocks: Iterable[Block], *, rate_hz: int, channels: int, bitrate_kbps: int
) -> int:
    """Frames and the Xing/LAME header into `output`; how many samples they hold."""
    scale = 1 / _lame_scale(bitrate_kbps)
    if lame.is_installed():
        return _encode_with_lame(output, blocks, lame.LameStream(rate_hz, channels, bitrate_kbps, scale))
    import av

    layout = "mono" if channels == 1 else "stereo"
    factor = np.float32(scale)
    written = 0
    options = {"id3v2_version": "0", "write_xing": "1"}
    with av.open(output, "w", format="mp3", options=options) as container:
        stream = container.add_stream("libmp3lame", rate=rate_hz, layout=layout, format="fltp")
        stream.bit_rate = bitrate_kbps * 1000
        for block in blocks:
            if not len(block):
                continue
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block.T) * factor, format="fltp", layout=layout
            )
            frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), written
            written += len(block)
            container.mux(stream.encode(frame))
            output.check()
        if not written:
            raise _nothing_to_write()
        for packet in stream.encode(None):
            # A last frame of padding only: the LAME header's count of padding then reaches past one frame,
            # which the muxer does not sum up, and a decoder would give up to 46 samples too many.
            if packet.duration:
                container.mux(packet)
    return written


def _encode_with_lame(output: _AfterTags, blocks: Iterable[Block], stream: lame.LameStream) -> int:
    written = 0
    output.write(stream.header)  # room for the one that is known at the end
    for block in blocks:
        written += len(block)
        output.write(stream.encode(block))
        output.check()
    if not written:
        raise _nothing_to_write()
    output.write(stream.flush())
    output.seek(0)
    output.write(stream.header)
    return written


def _nothing_to_write() -> InputError:
    return InputError("no audio to write", hint="the chapter has no line that could be spoken")


# ---------------------------------------------------------------- the cover

_COVER_FORMATS = {"mjpeg": "image/jpeg", "png": "image/png"}
_IMAGE_CODECS = {*_COVER_FORMATS, "webp", "gif", "bmp", "tiff"}
_COVER_BYTES = 500_000  # it is in every chapter's file
_COVER_PIXELS = 1400  # Apple's smallest, and more than any player draws


def picture_of(cover: Path) -> tuple[str, bytes]:
    """The cover's MIME type and bytes: as it is where it is a small JPEG or PNG, else made a JPEG that is.

    Raises InputError for a file that is no image.
    """
    import av

    try:
        data = cover.read_bytes()
        with av.open(io.BytesIO(data), "r") as container:
            codec = container.streams.video[0].codec_context.name
            if codec not in _IMAGE_CODECS:  # FFmpeg would take a film, or text as a terminal's screen
                raise ValueError(codec)
            image = next(container.decode(video=0))
    except OSError as error:
        raise InputError(f"cannot read the cover {cover}: {error.strerror or error}") from error
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise InputError(
            f"the cover {cover} is not an image that can be read", hint="give a JPEG or PNG file"
        ) from error
    if codec in _COVER_FORMATS and len(data) <= _COVER_BYTES:
        return _COVER_FORMATS[codec], data
    return "image/jpeg", _jpeg(image, _COVER_PIXELS)


def _jpeg(image: Any, longest: int) -> bytes:
    """An image as JPEG, no side longer than `longest` pixels."""
    import av

    scale = min(1.0, longest / max(image.width, image.height))
    small = image.reformat(
        width=max(2, round(image.width * scale)),
        height=max(2, round(image.height * scale)),
        format="yuvj420p",
    )
    out = io.BytesIO()
    with av.open(out, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1, options={"qmin": "2", "qmax": "4"})
        stream.width, stream.height, stream.pix_fmt = small.width, small.height, "yuvj420p"
        container.mux(stream.encode(small))
        container.mux(stream.encode(None))
    return out.getvalue()


# ---------------------------------------------------------------- ID3v2.3 (id3.org/id3v2.3.0)

# TLAN and COMM want ISO 639-2; books come in few languages, and any other is "und".
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


def _id3(tags: Tags, cover: tuple[str, bytes] | None) -> bytes:
    """The whole tag: header and frames."""
    track = str(tags.track or "") + (f"/{tags.track_total}" if tags.track and tags.track_total else "")
    language = _ISO_639_2.get(tags.language.split("-")[0].lower(), "und") if tags.language else ""
    date = re.match(r"(\d{4})(?:-(\d\d)-(\d\d))?", tags.date)
    texts = {
        "TIT2": tags.title,
        "TALB": tags.album,
        "TPE1": tags.artist,
        "TPE2": tags.album_artist,
        "TCOM": tags.composer,
        "TRCK": track,
        "TCON": tags.genre,
        "TLAN": language,
        "TYER": date[1] if date else "",
        "TDAT": date[3] + date[2] if date and date[2] else "",
    }
    frames = [_frame(name, _text(value)) for name, value in texts.items() if _clean(value)]
    if comment := _clean(tags.comment):
        # Encoding, language, an empty description, the text.
        body = b"\1" + (language or "und").encode() + "\0".encode("utf-16") + comment.encode("utf-16")
        frames.append(_frame("COMM", body))
    if cover:
        mime, data = cover
        front_cover, no_description = b"\3", b"\0"
        frames.append(_frame("APIC", b"\0" + mime.encode() + b"\0" + front_cover + no_description + data))
    body = b"".join(frames)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + size + body


def _frame(name: str, body: bytes) -> bytes:
    return name.encode() + len(body).to_bytes(4, "big") + b"\0\0" + body


def _text(value: str) -> bytes:
    """Encoding mark and text: Latin-1 for what is ASCII, else UTF-16 with its byte order mark."""
    value = _clean(value)
    return b"\0" + value.encode() if value.isascii() else b"\1" + value.encode("utf-16")


def _clean(value: str) -> str:
    """Text without what ends a string early or cannot be encoded: controls but line ends, lone surrogates."""
    return "".join(c for c in value if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()
