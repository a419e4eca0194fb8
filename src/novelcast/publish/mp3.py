"""One chapter's MP3: encoded through PyAV (libmp3lame), our own tags before it, exact length, there only when whole.

The audio frames and the Xing/LAME header are the muxer's. Nothing in them depends on the tags, so that tags are
written anew without encoding.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from novelcast.errors import InputError
from novelcast.publish import lame
from novelcast.publish.id3 import Tags, id3, tag_length
from novelcast.publish.picture import picture_of
from novelcast.workspace import complete_file

Block = NDArray[np.float32]


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
    head = id3(tags, picture_of(cover) if cover else None)
    with complete_file(path) as temp, temp.open("wb") as file:
        output = _AfterTags(file, head)
        samples = _encode(output, blocks, rate_hz=rate_hz, channels=channels, bitrate_kbps=bitrate_kbps)
        output.check()
    return samples


def with_tags(source: Path, path: Path, head: bytes) -> None:
    """The audio of an MP3 file as it is, behind other tags (see `id3`)."""
    with source.open("rb") as old, complete_file(path) as temp, temp.open("wb") as new:
        old.seek(tag_length(old.read(10)))
        new.write(head)
        shutil.copyfileobj(old, new, 1 << 20)


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
