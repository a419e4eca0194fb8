"""Loudness: measure it, bring it to the preset's, keep true peaks under the ceiling; all as a stream.

A block is float32 (n, channels), any n. The meter and the limiter cut what they are given into windows of one
size, so that their results don't depend, to the last bit, on how a chapter was cut before.

Sources: ITU-R BS.1770-4 (loudness, true peak), EBU Tech 3341 (the meter's test signals), libebur128 (the
K-weighting filters for any sample rate).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import log10, pi, sqrt, tan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from novelcast import media
from novelcast.audio import decibels, gain, samples_in
from novelcast.errors import SettingsError
from novelcast.model import Loudness, Model
from novelcast.workspace import complete_file

Block = NDArray[np.float32]
Writer = Callable[[Path, Iterable[Block]], object]

FLOOR = -120.0
"""What silence measures, in any of the units below: a number that a table and a JSON file can hold."""

LOUDNESS_TOLERANCE_LU = 0.5

# ---------------------------------------------------------------- presets


class Preset(Model):
    """What a finished file must measure. `target_lufs` None: leave the loudness as it is."""

    name: str
    channels: int
    rate_hz: int
    bitrate_kbps: int
    target_lufs: float | None
    ceiling_dbtp: float
    head_ms: int
    tail_ms: int

    def misses(self, measured: Loudness) -> list[str]:
        """What is wrong with a file that measures so, in words; empty where it keeps the preset."""
        wrong = []
        if (
            self.target_lufs is not None
            and abs(measured.integrated_lufs - self.target_lufs) > LOUDNESS_TOLERANCE_LU
        ):
            wrong.append(f"loudness {measured.integrated_lufs:.1f} LUFS, wanted {self.target_lufs:.1f}")
        if measured.true_peak_dbtp > self.ceiling_dbtp:
            wrong.append(f"true peak {measured.true_peak_dbtp:.1f} dBTP, at most {self.ceiling_dbtp:.1f}")
        return wrong


def _preset(
    name: str, *, channels: int, rate_hz: int, kbps: int, lufs: float | None, ceiling_dbtp: float
) -> Preset:
    # Half a second before the first word and two after the last: ACX's bounds (0.5 to 1 s, 1 to 5 s) hold.
    return Preset(
        name=name,
        channels=channels,
        rate_hz=rate_hz,
        bitrate_kbps=kbps,
        target_lufs=lufs,
        ceiling_dbtp=ceiling_dbtp,
        head_ms=500,
        tail_ms=2000,
    )


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        # Apple Podcasts, audio requirements: -16 LUFS ±1, at most -1 dBTP. Mono plays from two loudspeakers
        # and gains 3 dB there, so its file is 3 LU lower.
        _preset("podcast", channels=2, rate_hz=44_100, kbps=128, lufs=-16.0, ceiling_dbtp=-1.0),
        _preset("podcast-mono", channels=1, rate_hz=44_100, kbps=64, lufs=-19.0, ceiling_dbtp=-1.0),
        # AES TD1008 (2021): -18 LUFS for speech. Small files: the voices are made at 24 kHz, so nothing is
        # lost at that rate; half a dB more under the ceiling because few bits make more overshoot.
        _preset("audiobook", channels=1, rate_hz=24_000, kbps=48, lufs=-18.0, ceiling_dbtp=-1.5),
        # As mixed; only what would clip is held.
        _preset("none", channels=2, rate_hz=44_100, kbps=128, lufs=None, ceiling_dbtp=0.0),
    )
}


def preset_named(name: str) -> Preset:
    try:
        return PRESETS[name]
    except KeyError:
        raise SettingsError(f"no preset {name!r}", hint=f"choose one of: {', '.join(PRESETS)}") from None


# ---------------------------------------------------------------- windows of one size


class _Windows:
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


# ---------------------------------------------------------------- true peak

_OVERSAMPLING = 4  # BS.1770-4 annex 2
_TAPS = 32
_LEAD = _TAPS // 2 - 1  # taps before the sample that an interval starts with
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
    matrix = np.zeros((_RUN + _TAPS - 1, _OVERSAMPLING - 1, _RUN))
    at = np.arange(-_LEAD, _TAPS - _LEAD)
    for phase in range(1, _OVERSAMPLING):
        distance = at - phase / _OVERSAMPLING
        window = np.i0(8.0 * np.sqrt(np.clip(1 - (distance / (_TAPS / 2)) ** 2, 0, None)))
        kernel = np.sinc(distance) * window
        for first in range(_RUN):
            matrix[first : first + _TAPS, phase - 1, first] = kernel / kernel.sum()
    return matrix.reshape(_RUN + _TAPS - 1, -1).astype(np.float32)


def _peaks(block: Block) -> NDArray[np.float32]:
    """For each sample, the highest true level of any channel from it up to the next sample.

    (n, channels) to (n - TAPS + 1,): result k belongs to sample k + LEAD.
    """
    length = len(block) - _TAPS + 1
    batches = -(-length // (_RUN * _BATCH))
    highest = np.zeros(batches * _BATCH * _RUN, dtype=np.float32)
    samples = np.zeros(highest.size + _TAPS - 1, dtype=np.float32)
    for channel in range(block.shape[1]):
        samples[: len(block)] = block[:, channel]
        np.maximum(highest, np.abs(samples[_LEAD : _LEAD + highest.size]), out=highest)
        runs = np.lib.stride_tricks.sliding_window_view(samples, _RUN + _TAPS - 1)[::_RUN]
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


def _lufs(power: float) -> float:
    return max(FLOOR, -0.691 + 10 * log10(power)) if power > 0 else FLOOR


def _means(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The mean of every `count` values in a row; empty where there are fewer."""
    if values.size < count:
        return np.zeros(0)
    mean: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(values, count).mean(axis=1)
    return mean


class LoudnessMeter:
    """Loudness, peaks and noise floor of a stream: `add` its blocks, then ask for `result`.

    Memory: two numbers for each tenth of a second.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        # A tenth of a second: the step of the gating blocks of 400 ms that overlap by 75 %.
        self._step = samples_in(100, rate_hz)
        self._margin = _TAPS
        self._windows = _Windows(10 * self._step, self._margin, channels)
        self._filter = _k_weighting(rate_hz)
        self._state = np.zeros((len(self._filter), channels, 2))
        self._weighted = array("d")  # K-weighted power of each step, summed over the channels
        self._plain = array("d")  # unweighted power of each step, mean of the channels
        self._square_sum = 0.0
        self._samples = 0
        self._sample_peak = 0.0
        self._true_peak = 0.0

    def add(self, block: Block) -> None:
        """Take in the next block, float32 (n, channels)."""
        for window, length in self._windows.add(block):
            self._measure(window, length)

    def result(self) -> Loudness:
        """The levels of all that was added. Silence gives -120 everywhere.

        `noise_floor_db` is the RMS of the quietest half second (on a grid of 0.1 s), as ACX's check takes it;
        of the whole where that is shorter. `rms_db` is over all samples of all channels, silence included.
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
        first = self._margin - _LEAD
        self._true_peak = max(self._true_peak, float(_peaks(window)[first : first + length].max()))

        weighted, self._state = sosfilt(self._filter, middle, zi=self._state)
        steps = length // self._step
        for powers, signal, voices in ((self._weighted, weighted, 1), (self._plain, middle, len(middle))):
            whole = signal[:, : steps * self._step].reshape(len(signal), steps, self._step)
            powers.extend(np.einsum("csk,csk->s", whole, whole) / (self._step * voices))

    def _integrated_lufs(self) -> float:
        """BS.1770-4: the mean of the gating blocks above -70 LUFS that are also above 10 LU under their mean."""
        blocks = _means(np.asarray(self._weighted), 4)
        blocks = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
        if not blocks.size:
            return FLOOR
        ten_lu_under = blocks.mean() / 10
        return _lufs(float(blocks[blocks > ten_lu_under].mean()))


def measure(blocks: Iterable[Block], *, rate_hz: int, channels: int) -> Loudness:
    """The loudness of a whole stream."""
    meter = LoudnessMeter(rate_hz, channels)
    for block in blocks:
        meter.add(block)
    return meter.result()


# ---------------------------------------------------------------- the limiter

LOOK_AHEAD_MS = 5.0
# Slow enough that the gain hardly moves within a voice's period (0.3 dB in 10 ms), fast enough that the word
# after a loud one is not quieter (3 dB are back after 100 ms).
RELEASE_DB_PER_S = 30.0


def limit(blocks: Iterable[Block], *, gain_db: float, ceiling_dbtp: float, rate_hz: int) -> Iterator[Block]:
    """The stream with `gain_db`, turned down around its peaks so that none is over the ceiling.

    As many samples come out as go in, without delay, all channels by the same gain. The reduction at a sample is
    a weighted mean of what the peaks within ±2.5 ms of it need at least, each held as long: so it is never
    too little, begins before the peak, and has no corners.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    # Even, so that both smoothing passes, each as wide as `reach + 1`, are centred.
    reach = 2 * max(1, samples_in(LOOK_AHEAD_MS / 4, rate_hz))
    margin = 2 * reach + _TAPS // 2
    size = rate_hz
    factor, ceiling = np.float32(gain(gain_db)), gain(ceiling_dbtp)
    release = np.arange(size + 2 * reach) * (RELEASE_DB_PER_S / rate_hz)
    reduction_before = 0.0

    for window, length in _all_windows(blocks, size, margin):
        loud = window * factor
        middle = loud[margin : margin + length]
        needed = 20 * np.log10(np.maximum(_peaks(loud)[1:] / ceiling, 1.0), dtype=np.float64)
        held = maximum_filter1d(needed, 2 * reach + 1)[reach:-reach]
        # A reduction ends at a constant rate: max over all earlier j of held[j] - rate * (now - j).
        falling = held + release
        falling[0] = max(falling[0], reduction_before - release[1])
        reduction = np.maximum.accumulate(falling) - release
        reduction_before = max(0.0, float(reduction[size - 1]))
        if reduction.max() > 0:
            smooth = uniform_filter1d(uniform_filter1d(reduction, reach + 1), reach + 1)[reach:-reach]
            middle = (middle * (10 ** (-smooth[:length, np.newaxis] / 20))).astype(np.float32)
        yield middle


def _all_windows(blocks: Iterable[Block], size: int, margin: int) -> Iterator[tuple[Block, int]]:
    windows: _Windows | None = None
    for block in blocks:
        windows = windows or _Windows(size, margin, block.shape[1])
        yield from windows.add(block)
    if windows:
        yield from windows.rest()


# ---------------------------------------------------------------- a mastered file

# What an MP3 encoder adds to the true peak of limited speech: 0.1 dB (128 kbit/s stereo) to 0.7 (48 mono), as
# measured. With this much room one encoding is enough; it costs more time than all the measuring.
_CODEC_OVERSHOOT_DB = 0.8
_ENCODINGS = 4


def master_gain_db(mix: Loudness, preset: Preset) -> float:
    """The gain that brings a mix to the preset's loudness; 0 where it has none, or all is under the gate."""
    if preset.target_lufs is None or mix.integrated_lufs <= FLOOR:
        return 0.0
    return preset.target_lufs - mix.integrated_lufs


def master_to_file(
    mix: Callable[[], Iterable[Block]],
    path: Path,
    preset: Preset,
    write: Writer,
    *,
    settled: Callable[[float, float], None] = lambda gain_db, ceiling_dbtp: None,
) -> Loudness:
    """Write the mix at the preset's levels; return what the finished file measures when decoded.

    `mix` starts the stream anew, at the preset's rate and channels, each time it is called (two to four times,
    as a rule). `write(path, blocks)` encodes. The file is decoded and measured, and written again with what it
    misses corrected; `preset.misses(result)` says where that was not possible. `path` appears, or is replaced,
    only at the end. `settled` is told the gain and the ceiling of the file that was kept.
    """
    ceiling_dbtp = preset.ceiling_dbtp - _CODEC_OVERSHOOT_DB
    gain_db = _gain_before_limiter(mix, preset, ceiling_dbtp)
    with complete_file(path) as draft:
        for _ in range(_ENCODINGS):
            write(draft, limit(mix(), gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, rate_hz=preset.rate_hz))
            file = _measured(media.decode(draft, rate_hz=preset.rate_hz, channels=preset.channels), preset)
            settled(gain_db, ceiling_dbtp)
            if not preset.misses(file):
                break
            gain_db += master_gain_db(file, preset)
            ceiling_dbtp -= max(0.0, file.true_peak_dbtp - preset.ceiling_dbtp + 0.1)
    return file


def _gain_before_limiter(mix: Callable[[], Iterable[Block]], preset: Preset, ceiling_dbtp: float) -> float:
    """The gain with which the limited stream, not the mix, has the preset's loudness: limiting costs some."""
    measured = _measured(mix(), preset)
    gain_db = master_gain_db(measured, preset)
    if measured.true_peak_dbtp + gain_db <= ceiling_dbtp:
        return gain_db

    def missing_lu(gain_db: float) -> float:
        limited = limit(mix(), gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, rate_hz=preset.rate_hz)
        return master_gain_db(_measured(limited, preset), preset)

    first = missing_lu(gain_db)
    if first < 0.3:
        return gain_db + first
    # Where the limiter works so hard, it takes a part of what is added too: see how much.
    second = missing_lu(gain_db + first)
    kept = max(0.3, 1 - second / first)
    return gain_db + first + second / kept


def _measured(blocks: Iterable[Block], preset: Preset) -> Loudness:
    return measure(blocks, rate_hz=preset.rate_hz, channels=preset.channels)
