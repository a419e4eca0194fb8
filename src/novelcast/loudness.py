"""Loudness, peaks and noise floor of a stream of samples.

A block is float32 (n, channels), any n. The meter cuts what it is given into windows of one size, so that its
results don't depend, to the last bit, on how a stream was cut before.

Sources: ITU-R BS.1770-4 (loudness, true peak), EBU Tech 3341 and 3342 (the meter's test signals, loudness range),
libebur128 (the K-weighting filters for any sample rate).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from functools import cache
from math import log10, pi, sqrt, tan

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Samples, decibels, samples_in
from novelcast.model import Loudness

Block = NDArray[np.float32]

FLOOR = -120.0
"""What silence measures, in any of the units below: a number that a table and a JSON file can hold."""

# ---------------------------------------------------------------- windows of one size


class Windows:
    """Cuts a stream into windows of `margin + size + margin` samples, `size` apart, silence beyond its ends.

    Each window comes with how many of its middle samples are the stream's: `size`, and fewer only at the end.
    """

    def __init__(self, size: int, margin: int, channels: int) -> None:
        self._size, self._margin = size, margin
        self._held = [np.zeros((margin, channels), dtype=np.float32)]
        self._count = margin

    def add(self, block: Block) -> Iterator[tuple[Block, int]]:
        """The windows that are now complete."""
        self._held.append(block)
        self._count += len(block)
        width = self._size + 2 * self._margin
        if self._count < width:
            return
        held = np.concatenate(self._held)
        while len(held) >= width:
            yield held[:width], self._size
            held = held[self._size :]
        # A copy, so that a large block isn't kept alive for its last few samples.
        self._held, self._count = [held.copy()], len(held)

    def rest(self) -> Iterator[tuple[Block, int]]:
        """The windows of what is left when the stream has ended."""
        width = self._size + 2 * self._margin
        left = self._count - self._margin
        held = np.concatenate([*self._held, np.zeros((width, self._held[0].shape[1]), dtype=np.float32)])
        while left > 0:
            yield held[:width], min(left, self._size)
            held, left = held[self._size :], left - self._size
        self._held, self._count = [held[: self._margin]], self._margin


def all_windows(blocks: Iterable[Block], size: int, margin: int) -> Iterator[tuple[Block, int]]:
    """A whole stream in windows (see `Windows`)."""
    windows: Windows | None = None
    for block in blocks:
        windows = windows or Windows(size, margin, block.shape[1])
        yield from windows.add(block)
    if windows:
        yield from windows.rest()


# ---------------------------------------------------------------- true peak

_OVERSAMPLING = 4  # BS.1770-4 annex 2
TAPS = 32
LEAD = TAPS // 2 - 1  # taps before the sample that an interval starts with
_RUN = 32
# Runs in one matrix product: OpenBLAS leaves so small a one (under 64³ multiplications) to one thread. Spread
# over all, it takes five times as long on a machine that is busy.
_BATCH = 32


@cache
def _interpolator() -> NDArray[np.float32]:
    """(RUN + TAPS - 1, 3 * RUN): a run of samples to the three points between each of its neighbours.

    A Kaiser-windowed sinc of 32 taps, longer than the 12 that BS.1770-4 gives as an example, so that peaks of
    high frequencies aren't read too low. As one matrix product a run it takes a tenth of a FIR filter's time.
    """
    matrix = np.zeros((_RUN + TAPS - 1, _OVERSAMPLING - 1, _RUN))
    at = np.arange(-LEAD, TAPS - LEAD)
    for phase in range(1, _OVERSAMPLING):
        distance = at - phase / _OVERSAMPLING
        window = np.i0(8.0 * np.sqrt(np.clip(1 - (distance / (TAPS / 2)) ** 2, 0, None)))
        kernel = np.sinc(distance) * window
        for first in range(_RUN):
            matrix[first : first + TAPS, phase - 1, first] = kernel / kernel.sum()
    return matrix.reshape(_RUN + TAPS - 1, -1).astype(np.float32)


def peaks_of(block: Block) -> NDArray[np.float32]:
    """For each sample, the highest true level of any channel from it up to the next sample.

    (n, channels) to (n - TAPS + 1,): result k belongs to sample k + LEAD.
    """
    length = len(block) - TAPS + 1
    batches = -(-length // (_RUN * _BATCH))
    highest = np.zeros(batches * _BATCH * _RUN, dtype=np.float32)
    samples = np.zeros(highest.size + TAPS - 1, dtype=np.float32)
    for channel in range(block.shape[1]):
        samples[: len(block)] = block[:, channel]
        np.maximum(highest, np.abs(samples[LEAD : LEAD + highest.size]), out=highest)
        runs = np.lib.stride_tricks.sliding_window_view(samples, _RUN + TAPS - 1)[::_RUN]
        between = np.ascontiguousarray(runs).reshape(batches, _BATCH, -1) @ _interpolator()
        peaks = np.abs(between).reshape(-1, _OVERSAMPLING - 1, _RUN).max(axis=1)
        np.maximum(highest, peaks.reshape(-1), out=highest)
    return highest[:length]


# ---------------------------------------------------------------- the meter


@cache
def _k_weighting(rate_hz: int) -> NDArray[np.float64]:
    """BS.1770's two filters as second-order sections (2, 6) for any rate.

    The standard tabulates them at 48 kHz only; the analogue prototypes behind the table (centre, Q, gain) are
    those libebur128 found, and the bilinear transform gives the table back to 1e-9 at 48 kHz.
    """
    k, q = tan(pi * 1681.974450955533 / rate_hz), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        1.0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    ]
    k, q = tan(pi * 38.13547087602444 / rate_hz), 0.5003270373238773
    a0 = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])


_ABSOLUTE_GATE = 10 ** ((-70 + 0.691) / 10)  # -70 LUFS as a power
_SOUND_POWER = 1e-5  # -50 dB: over any floor that a shop takes, under any word


def _lufs(power: float) -> float:
    return max(FLOOR, -0.691 + 10 * log10(power)) if power > 0 else FLOOR


def _means(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The mean of every `count` values in a row; empty where there are fewer."""
    if values.size < count:
        return np.zeros(0)
    mean: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(values, count).mean(axis=1)
    return mean


def _gated_lufs(blocks: NDArray[np.float64]) -> float:
    """BS.1770-4: the mean of the gating blocks above -70 LUFS that are also above 10 LU under their mean."""
    blocks = blocks[blocks > _ABSOLUTE_GATE]
    if not blocks.size:
        return FLOOR
    ten_lu_under = blocks.mean() / 10
    return _lufs(float(blocks[blocks > ten_lu_under].mean()))


class LoudnessMeter:
    """Loudness, peaks and noise floor of a stream: `add` its blocks, then ask for `result`.

    Memory: two numbers for each tenth of a second.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        # A tenth of a second: the step of the gating blocks of 400 ms that overlap by 75 %.
        self._step = samples_in(100, rate_hz)
        self._margin = TAPS
        self._windows = Windows(10 * self._step, self._margin, channels)
        self._filter = _k_weighting(rate_hz)
        self._state = np.zeros((len(self._filter), channels, 2))
        self._weighted = array("d")  # K-weighted power of each step, summed over the channels
        self._plain = array("d")  # unweighted power of each step, mean of the channels
        self._square_sum = 0.0
        self._samples = 0
        self._sample_peak = 0.0
        self._true_peak = 0.0
        self._rate_hz, self._position = rate_hz, 0  # samples of one channel so far
        self._first_sound: int | None = None
        self._last_sound = 0

    def add(self, block: Block) -> None:
        """Take in the next block, float32 (n, channels)."""
        for window, length in self._windows.add(block):
            self._measure(window, length)

    def result(self) -> Loudness:
        """The levels of all that was added. Silence gives -120 everywhere.

        `noise_floor_db` is the RMS of the quietest half second (on a grid of 0.1 s), as ACX's check takes it;
        of the whole where that is shorter. `rms_db` is over all samples of all channels, silence included.
        `head_s` and `tail_s` end and begin with a frame of 10 ms above -50 dB RMS.
        """
        for window, length in self._windows.rest():
            self._measure(window, length)
        rms = sqrt(self._square_sum / self._samples) if self._samples else 0.0
        half_seconds = _means(np.asarray(self._plain), 5)
        return Loudness(
            integrated_lufs=self._integrated_lufs(),
            rms_db=decibels(rms),
            true_peak_dbtp=decibels(max(self._true_peak, self._sample_peak)),
            sample_peak_db=decibels(self._sample_peak),
            noise_floor_db=decibels(sqrt(half_seconds.min()) if half_seconds.size else rms),
            range_lu=self._range_lu(),
            head_s=(self._position if self._first_sound is None else self._first_sound) / self._rate_hz,
            tail_s=(self._position - self._last_sound) / self._rate_hz,
        )

    def momentary_lufs(self) -> NDArray[np.float64]:
        """The loudness of each 400 ms, 100 ms apart, of all that was measured so far."""
        return np.array([_lufs(power) for power in _means(np.asarray(self._weighted), 4)])

    def _measure(self, window: Block, length: int) -> None:
        from scipy.signal import sosfilt

        middle = window[self._margin : self._margin + length].T.astype(np.float64)
        self._samples += middle.size
        self._square_sum += float(np.square(middle).sum())
        self._sample_peak = max(self._sample_peak, float(np.abs(middle).max()))
        first = self._margin - LEAD
        self._true_peak = max(self._true_peak, float(peaks_of(window)[first : first + length].max()))

        self._find_sound(middle)

        weighted, self._state = sosfilt(self._filter, middle, zi=self._state)
        steps = length // self._step
        for powers, signal, voices in ((self._weighted, weighted, 1), (self._plain, middle, len(middle))):
            whole = signal[:, : steps * self._step].reshape(len(signal), steps, self._step)
            powers.extend(np.einsum("csk,csk->s", whole, whole) / (self._step * voices))

    def _find_sound(self, signal: NDArray[np.float64]) -> None:
        length, frame = signal.shape[1], samples_in(10, self._rate_hz)
        power = np.add.reduceat(np.square(signal).mean(axis=0), np.arange(0, length, frame)) / frame
        sounding = np.flatnonzero(power > _SOUND_POWER)
        if sounding.size:
            if self._first_sound is None:
                self._first_sound = self._position + int(sounding[0]) * frame
            self._last_sound = self._position + min(length, (int(sounding[-1]) + 1) * frame)
        self._position += length

    def _range_lu(self) -> float:
        """EBU Tech 3342: between the 10th and the 95th percentile of the loudness of 3 s that is above -70 LUFS
        and above 20 LU under its own mean."""
        windows = _means(np.asarray(self._weighted), 30)
        windows = windows[windows > _ABSOLUTE_GATE]
        if not windows.size:
            return 0.0
        low, high = np.percentile(windows[windows > windows.mean() / 100], [10, 95])
        return 10 * log10(high / low)

    def _integrated_lufs(self) -> float:
        return _gated_lufs(_means(np.asarray(self._weighted), 4))


def measure(blocks: Iterable[Block], *, rate_hz: int, channels: int) -> Loudness:
    """The loudness of a whole stream."""
    meter = LoudnessMeter(rate_hz, channels)
    for block in blocks:
        meter.add(block)
    return meter.result()


def clip_lufs(samples: Samples, rate_hz: int) -> float:
    """The loudness of one spoken line, float32 (n,): BS.1770's gates over every 400 ms, 10 ms apart.

    Closer together than the standard's 100 ms, since a line may last no longer than a few of them; one of under
    400 ms is measured whole.
    """
    from scipy.signal import sosfilt

    frame = samples_in(10, rate_hz)
    if samples.size < frame:
        return FLOOR
    weighted = sosfilt(_k_weighting(rate_hz), samples.astype(np.float64))
    frames = np.square(weighted[: weighted.size // frame * frame]).reshape(-1, frame).mean(axis=1)
    return _gated_lufs(_means(frames, min(40, frames.size)))
