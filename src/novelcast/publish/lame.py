"""MP3 frames by LAME's own binding, and the header frame that tells players their exact length.

`lameenc` brings a build of LAME that is twice to three times as fast as the one in PyAV's wheels, and gives bare
frames. The header (Xing's "Info" with LAME's extension) is written here, as gabriel-bouvigne.net's description and
FFmpeg's mp3enc.c have it. There is no checksum of the music in it: nobody reads that.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

_QUALITY = 3  # what LAME takes by itself
_ENCODER_DELAY = 576  # libmp3lame/encoder.h: ENCDELAY
_KBPS = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),  # MPEG-2, half the sample rates
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG-1
)
_RATES_HZ = ((22_050, 24_000, 16_000), (44_100, 48_000, 32_000))
_LAME_BYTES = 156  # the header after the side information


def is_installed() -> bool:
    """Not everywhere: there are wheels for Linux, macOS and Windows on the usual processors."""
    return find_spec("lameenc") is not None


class LameStream:
    """Blocks of float32 (n, channels) to frames of one constant bit rate.

    `scale` multiplies the samples. `header` gives, when all is encoded, the frame that belongs before the first.
    """

    def __init__(self, rate_hz: int, channels: int, bitrate_kbps: int, scale: float) -> None:
        import lameenc

        self._lame = lameenc.Encoder()
        self._lame.silence()
        self._lame.set_channels(channels)
        self._lame.set_bit_rate(bitrate_kbps)
        self._lame.set_in_sample_rate(rate_hz)
        self._lame.set_out_sample_rate(rate_hz)
        self._lame.set_quality(_QUALITY)
        self._kbps, self._factor = bitrate_kbps, np.float32(32768.0 * scale)
        self._mpeg1 = int(rate_hz in _RATES_HZ[1])
        self._head = self._frame_head(rate_hz, channels)
        # 4 bytes of head, then side information, which is empty here.
        self._before = 4 + self._side_bytes(channels)
        self._samples = self._bytes = 0
        self._frame_bytes = 144 * bitrate_kbps * 1000 / rate_hz / (1 if self._mpeg1 else 2)

    def encode(self, block: NDArray[np.float32]) -> bytes:
        self._samples += len(block)
        pcm = np.clip(np.rint(block * self._factor), -32768, 32767).astype("<i2")
        return self._counted(self._lame.encode(pcm.tobytes()))

    def flush(self) -> bytes:
        return self._counted(self._lame.flush())

    @property
    def header(self) -> bytes:
        frame_samples = 1152 if self._mpeg1 else 576
        frames = round(self._bytes / self._frame_bytes)
        padding = max(0, frames * frame_samples - _ENCODER_DELAY - self._samples)
        size = len(self._head)
        xing = b"Info" + (0xF).to_bytes(4, "big") + frames.to_bytes(4, "big")
        xing += (size + self._bytes).to_bytes(4, "big")
        xing += bytes(
            n * 256 // 100 for n in range(100)
        )  # where each hundredth is: at a constant rate, there
        xing += (100 - 10 * _QUALITY).to_bytes(4, "big")
        lame = b"LAME3.100" + bytes([1]) + bytes(10) + bytes([min(255, self._kbps)])  # 1: constant bit rate
        lame += (_ENCODER_DELAY << 12 | min(padding, 4095)).to_bytes(3, "big")
        lame += bytes(4) + (size + self._bytes).to_bytes(4, "big") + bytes(2)
        body = self._head[: self._before] + xing + lame
        return (body + _crc16(body).to_bytes(2, "big")).ljust(size, b"\0")

    def _counted(self, frames: bytes | bytearray) -> bytes:
        self._bytes += len(frames)
        return bytes(frames)

    def _side_bytes(self, channels: int) -> int:
        return ((32, 17) if self._mpeg1 else (17, 9))[channels == 1]

    def _frame_head(self, rate_hz: int, channels: int) -> bytes:
        """An empty frame, of the lowest bit rate from the stream's on that has room for the header."""
        rate, rates = _RATES_HZ[self._mpeg1].index(rate_hz), _KBPS[self._mpeg1]
        sizes = [(144 if self._mpeg1 else 72) * kbps * 1000 // rate_hz for kbps in rates]
        least = 4 + self._side_bytes(channels) + _LAME_BYTES
        index = next(n for n, kbps in enumerate(rates) if kbps >= self._kbps and sizes[n] >= least)
        version = 0xFFFB if self._mpeg1 else 0xFFF3  # layer III, no checksum
        mode = 0b11 if channels == 1 else 0b01
        head = version << 16 | index << 12 | rate << 10 | mode << 6
        return head.to_bytes(4, "big").ljust(sizes[index], b"\0")


def _crc16(data: Iterable[int]) -> int:
    """CRC-16/ARC, which LAME's header has of itself."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
