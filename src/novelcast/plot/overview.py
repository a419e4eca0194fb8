"""A recording decimated to what a picture can show, as it streams in: an hour costs no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from novelcast import media
from novelcast.errors import InputError
from novelcast.loudness import LoudnessMeter

STRIP_S = 60.0  # a strip is at least so long, and longer where a chapter has more than STRIPS of them
STRIPS = 12
COLUMNS = 1800  # of one strip, about a pixel each
_LEAST_COLUMN = 64  # samples; a shorter chapter gets fewer columns

_RATE_HZ = 24_000  # all that is heard up to 12 kHz
TOP_HZ = 10_000
_WINDOW = 1024  # 43 ms: a beep's pitch and its beginning are both seen
MELS = 96


@dataclass(frozen=True)
class Overview:
    """A recording, decimated. `column_s` seconds of it are in each of the n columns."""

    column_s: float
    low: NDArray[np.float32]
    """(n,): the lowest sample in the column, of the mean of the channels."""
    high: NDArray[np.float32]
    spectrum_db: NDArray[np.float32]
    """(mels, n): the strongest moment in the column, dB below a full-scale sine."""
    momentary_lufs: NDArray[np.float64]
    """Loudness of 400 ms, every 100 ms, the first at 0.4 s."""
    integrated_lufs: float

    @property
    def short_term_lufs(self) -> NDArray[np.float64]:
        """Loudness of 3 s, every 100 ms, the first at 3 s: the mean power of the 27 blocks of 400 ms in it."""
        blocks = 27
        if self.momentary_lufs.size < blocks:
            return np.zeros(0)
        power = np.concatenate([[0.0], np.cumsum(10.0 ** (self.momentary_lufs / 10))])
        mean = np.maximum(power[blocks:] - power[:-blocks], 0.0) / blocks
        return np.asarray(10 * np.log10(mean + 1e-12), dtype=np.float64)


def overview(audio: Path, seconds: float) -> Overview:
    """Decimate an audio file that lasts `seconds`. Raises InputError where it cannot be decoded."""
    strip = max(STRIP_S, seconds / STRIPS)
    column = max(_LEAST_COLUMN, ceil(min(strip, seconds) * _RATE_HZ / COLUMNS))
    count = max(1, ceil(seconds * _RATE_HZ / column))
    low, high = np.zeros((2, count), dtype=np.float32)
    power = np.zeros((count, MELS), dtype=np.float32)
    channels = _channels(audio)
    meter = LoudnessMeter(_RATE_HZ, channels)

    def mono() -> Iterator[NDArray[np.float32]]:
        for block in media.decode(audio, rate_hz=_RATE_HZ, channels=channels):
            meter.add(block)
            yield block.mean(axis=1)

    start = 0
    spectra = _Spectra(power, column)
    for block in _at_least(mono(), _RATE_HZ):
        block = block[: count * column - start]
        spectra.add(block)
        if block.size:
            first, last = start // column, (start + block.size - 1) // column
            edges = np.maximum(np.arange(first, last + 1) * column - start, 0)
            np.minimum(low[first : last + 1], np.minimum.reduceat(block, edges), out=low[first : last + 1])
            np.maximum(high[first : last + 1], np.maximum.reduceat(block, edges), out=high[first : last + 1])
        start += block.size
    spectra.end()
    return Overview(
        column_s=column / _RATE_HZ,
        low=low,
        high=high,
        spectrum_db=10 * np.log10(power.T + 1e-12),
        integrated_lufs=meter.result().integrated_lufs,
        momentary_lufs=meter.momentary_lufs(),
    )


def _channels(audio: Path) -> int:
    import av

    try:
        with av.open(str(audio), "r") as container:
            return min(2, container.streams.audio[0].channels)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise InputError(f"{audio}: cannot be decoded ({error})") from error


def _at_least(blocks: Iterator[NDArray[np.float32]], size: int) -> Iterator[NDArray[np.float32]]:
    """The stream in blocks worth numpy's while."""
    held: list[NDArray[np.float32]] = []
    for block in blocks:
        held.append(block)
        if sum(map(len, held)) >= size:
            yield np.concatenate(held)
            held = []
    if held:
        yield np.concatenate(held)


class _Spectra:
    """The strongest bin of each mel band and column of a stream, kept in `power` (columns, mels)."""

    def __init__(self, power: NDArray[np.float32], column: int) -> None:
        self._power, self._column = power, column
        self._hop = min(column, _WINDOW // 2)
        # Half a window before the first sample: frame n is centred at n hops.
        self._held = np.zeros(_WINDOW // 2, dtype=np.float32)
        self._frames = 0
        self._hann = (np.hanning(_WINDOW) * 4 / _WINDOW).astype(np.float32)  # a full-scale sine is 1

    def add(self, samples: NDArray[np.float32]) -> None:
        self._held = np.concatenate([self._held, samples])
        if len(self._held) < _WINDOW:
            return
        frames = np.lib.stride_tricks.sliding_window_view(self._held, _WINDOW)[:: self._hop]
        bands, end = _bands()
        amplitude = np.abs(np.fft.rfft(frames * self._hann))[:, :end]
        power = np.maximum.reduceat(amplitude, bands, axis=1) ** 2
        columns = np.arange(self._frames, self._frames + len(frames)) * self._hop // self._column
        inside = columns < len(self._power)
        np.maximum.at(self._power, columns[inside], power[inside].astype(np.float32))
        self._held = self._held[len(frames) * self._hop :]
        self._frames += len(frames)

    def end(self) -> None:
        self.add(np.zeros(_WINDOW, dtype=np.float32))


def mel(hz: float) -> float:
    """O'Shaughnessy's formula."""
    return float(2595 * np.log10(1 + hz / 700))


@cache
def _bands() -> tuple[NDArray[np.intp], int]:
    """The first bin of each of MELS bands of equal width in mel up to TOP_HZ, and the bin after the last.

    The lowest bands are narrower than a bin, which several of them then show.
    """
    edges_hz = 700 * (10 ** (np.linspace(0, mel(TOP_HZ), MELS + 1) / 2595) - 1)
    bins = np.round(edges_hz * _WINDOW / _RATE_HZ).astype(np.intp)
    return bins[:-1], int(bins[-1])
