"""Compressed audio in, samples out, through PyAV (FFmpeg's libraries inside a wheel; no ffmpeg program)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from novelcast.errors import InputError
from novelcast.model import Model

Blocks = Iterator[NDArray[np.float32]]


class AudioFormat(Model):
    """How a file's first audio stream is stored. `constant`: whether its packets are all of one size."""

    codec: str
    rate_hz: int
    channels: int
    bitrate_kbps: float
    constant: bool


def probe(path: Path) -> AudioFormat:
    """Reads the whole file, decodes none of it. Raises InputError where it holds no audio."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputError(f"{path}: no audio in it", hint="give an audio file")
            stream = container.streams.audio[0]
            size, ticks, sizes = 0, 0, set[int]()
            for packet in container.demux(stream):
                if packet.size:
                    size, ticks = size + packet.size, ticks + (packet.duration or 0)
                    sizes.add(packet.size)
            seconds = float(ticks * stream.time_base) if stream.time_base else 0.0
            return AudioFormat(
                codec=stream.codec_context.name,
                rate_hz=stream.codec_context.sample_rate,
                channels=stream.codec_context.channels,
                bitrate_kbps=round(size * 8 / seconds / 1000, 1) if seconds else 0.0,
                # A frame has a byte of padding now and then, so that the mean comes out.
                constant=bool(sizes) and max(sizes) - min(sizes) <= 1,
            )
    except av.FFmpegError as error:
        raise InputError(
            f"{path}: cannot be read as audio ({error.strerror})", hint="give an audio file"
        ) from error


def decode(source: Path | bytes, *, rate_hz: int, channels: int = 1) -> Iterator[NDArray[np.float32]]:
    """Decode any audio file or bytes to blocks of float32 (n, channels) at `rate_hz`.

    Encoder delay and padding that the file declares (LAME, iTunSMPB) are left out, as players do.
    Raises InputError where nothing can be decoded.
    """
    import av

    name = str(source) if isinstance(source, Path) else "audio data"
    stream: Any = str(source) if isinstance(source, Path) else io.BytesIO(source)
    try:
        with av.open(stream) as container:
            if not container.streams.audio:
                raise InputError(f"{name}: no audio in it")
            resampler = av.AudioResampler(
                format="fltp", layout="mono" if channels == 1 else "stereo", rate=rate_hz
            )
            for frame in container.decode(container.streams.audio[0]):
                for out in resampler.resample(frame):
                    yield out.to_ndarray().T.astype(np.float32, copy=False)
            for out in resampler.resample(None):
                yield out.to_ndarray().T.astype(np.float32, copy=False)
    except av.FFmpegError as error:
        raise InputError(f"{name}: cannot be decoded ({error})") from error


def decode_mono(source: Path | bytes, *, rate_hz: int) -> NDArray[np.float32]:
    """The whole of a short piece of audio as float32 (n,)."""
    blocks = [b[:, 0] for b in decode(source, rate_hz=rate_hz)]
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def decode_native(source: bytes) -> tuple[NDArray[np.float32], int]:
    """The whole of a short piece of audio as float32 (n,), and the rate it has by itself."""
    import av

    try:
        with av.open(io.BytesIO(source)) as container:
            rate_hz = container.streams.audio[0].rate if container.streams.audio else 0
    except av.FFmpegError as error:
        raise InputError(f"audio data: cannot be decoded ({error})") from error
    if not rate_hz:
        raise InputError("audio data: no audio in it")
    return decode_mono(source, rate_hz=rate_hz), rate_hz
