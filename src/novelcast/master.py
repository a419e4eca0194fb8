"""Master: gain and a look-ahead true-peak limiter bring a chapter to its preset's levels, as a stream.

The limiter cuts what it is given into windows of one size, so that its samples don't depend on how a chapter was
cut before. `loudness` measures, `presets` says what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from math import log, log10
from pathlib import Path

import numpy as np

from novelcast import media
from novelcast.ahead import ahead
from novelcast.audio import gain, samples_in
from novelcast.loudness import FLOOR, TAPS, Block, all_windows, measure, peaks_of
from novelcast.model import Loudness
from novelcast.presets import Preset
from novelcast.workspace import complete_file

Writer = Callable[[Path, Iterable[Block]], object]

# ---------------------------------------------------------------- the limiter

LOOK_AHEAD_MS = 5.0
# How long half of a reduction, in dB, takes to end: slow enough that the gain hardly moves within a voice's period
# (of 4 dB 0.3 in 10 ms), fast enough that not even after a bang the next word is quieter.
RELEASE_MS = 80.0
_LEAST_DB = 1e-3  # less of a reduction is none


def limit(blocks: Iterable[Block], *, gain_db: float, ceiling_dbtp: float, rate_hz: int) -> Iterator[Block]:
    """The stream with `gain_db`, turned down around its peaks so that none is over the ceiling.

    As many samples come out as go in, without delay, all channels by the same gain. The reduction at a sample is
    a weighted mean of what the peaks within ±2.5 ms of it need at least, each held as long: so it is never
    too little, begins before the peak, and has no corners.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    # Even, so that both smoothing passes, each as wide as `reach + 1`, are centred.
    reach = 2 * max(1, samples_in(LOOK_AHEAD_MS / 4, rate_hz))
    margin = 2 * reach + TAPS // 2
    size = rate_hz
    factor, ceiling = np.float32(gain(gain_db)), gain(ceiling_dbtp)
    # A reduction is halved at a constant rate: its logarithm falls along a line.
    release = np.arange(size + 2 * reach) * (log(2) / samples_in(RELEASE_MS, rate_hz))
    reduction_before = log(_LEAST_DB)

    for window, length in all_windows(blocks, size, margin):
        loud = window * factor
        middle = loud[margin : margin + length]
        needed = 20 * np.log10(np.maximum(peaks_of(loud)[1:] / ceiling, 1.0), dtype=np.float64)
        held = maximum_filter1d(needed, 2 * reach + 1)[reach:-reach]
        # The max over all earlier j of log(held[j]) - rate * (now - j).
        falling = np.log(np.maximum(held, _LEAST_DB)) + release
        falling[0] = max(falling[0], reduction_before - release[1])
        fallen = np.maximum.accumulate(falling) - release
        reduction_before = float(fallen[size - 1])
        if fallen.max() > log(_LEAST_DB):
            reduction = np.where(fallen > log(_LEAST_DB), np.exp(fallen), 0.0)
            smooth = uniform_filter1d(uniform_filter1d(reduction, reach + 1), reach + 1)[reach:-reach]
            middle = (middle * (10 ** (-smooth[:length, np.newaxis] / 20))).astype(np.float32)
        yield middle


# ---------------------------------------------------------------- a mastered file

# What an MP3 encoder adds to the true peak of limited speech: 0.1 dB (128 kbit/s stereo) to 0.7 (48 mono), as
# measured. With this much room one encoding is enough; it costs more time than all the measuring.
_CODEC_OVERSHOOT_DB = 0.8
_ENCODINGS = 5
_GAINS = 2
"""So often a miss corrects the gain; then only the ceiling, since a peak over it is worse than half a dB."""
_TRIALS = 4
_SURE_DB = 1.0
"""A trial that is no farther from the target tells the gain to a tenth: the limiter keeps most of so little."""


def master_to_file(
    mix: Callable[[], Iterable[Block]],
    path: Path,
    preset: Preset,
    write: Writer,
    *,
    first_gain_db: float | None = None,
    settled: Callable[[float, float], None] = lambda gain_db, ceiling_dbtp: None,
) -> Loudness:
    """Write the mix at the preset's levels; return what the finished file measures when decoded.

    `mix` starts the stream anew, mono at the preset's rate, each time it is called: once or twice to try the limiter,
    once to write. It runs in another thread. `write(path, blocks)` encodes blocks with the preset's channels, all
    alike. The file is decoded and measured, and written again with what it misses corrected;
    `preset.misses(result)` says where that was not possible. `first_gain_db` is the gain to try first, for who knows
    about how loud the mix is. `settled` is told the gain and the ceiling of the file that was kept. `path` appears,
    or is replaced, only at the end.
    """
    ceiling_dbtp = preset.ceiling_db - _CODEC_OVERSHOOT_DB
    gain_db, kept = _gain_before_limiter(mix, preset, ceiling_dbtp, first_gain_db)
    with complete_file(path) as draft:
        for encoding in range(_ENCODINGS):
            limited = limit(mix(), gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, rate_hz=preset.rate_hz)
            with closing(ahead(limited)) as blocks:
                write(draft, (np.repeat(block, preset.channels, axis=1) for block in blocks))
            file = _file_loudness(draft, preset)
            settled(gain_db, ceiling_dbtp)
            if not preset.is_off(file):
                break
            if encoding < _GAINS:
                gain_db += preset.gain_db(file) / kept
            peak_db = file.sample_peak_db if preset.sample_peaks else file.true_peak_dbtp
            ceiling_dbtp -= max(0.0, peak_db - preset.ceiling_db + 0.1)
    return file


def _gain_before_limiter(
    mix: Callable[[], Iterable[Block]], preset: Preset, ceiling_dbtp: float, first_gain_db: float | None
) -> tuple[float, float]:
    """The gain with which the limited stream, not the mix, has the preset's level; and how much of a dB more, or less,
    would come through the limiter."""
    if preset.target is None:
        return 0.0, 1.0
    if first_gain_db is None:
        measured = _mix_loudness(mix(), preset)
        gain_db = preset.gain_db(measured)
        if measured.true_peak_dbtp + gain_db <= ceiling_dbtp:
            return gain_db, 1.0
    else:
        gain_db = first_gain_db

    def missing_db(gain_db: float) -> float:
        limited = limit(mix(), gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, rate_hz=preset.rate_hz)
        return preset.gain_db(_mix_loudness(limited, preset))

    missing = missing_db(gain_db)
    kept = 1.0
    for _ in range(_TRIALS):
        if abs(missing) < _SURE_DB:
            break
        step = missing / kept
        before, missing = missing, missing_db(gain_db + step)
        gain_db += step
        kept = min(1.0, max(0.3, (before - missing) / step))
    return gain_db + missing / kept, kept


def _mix_loudness(blocks: Iterable[Block], preset: Preset) -> Loudness:
    """What a mono stream will measure in the preset's channels."""
    with closing(ahead(blocks)) as taken:
        mono = measure(taken, rate_hz=preset.rate_hz, channels=1)
    if mono.integrated_lufs <= FLOOR:
        return mono
    louder = mono.integrated_lufs + 10 * log10(preset.channels)  # BS.1770 adds the channels' powers
    return mono.model_copy(update={"integrated_lufs": louder})


def _file_loudness(path: Path, preset: Preset) -> Loudness:
    with closing(ahead(media.decode(path, rate_hz=preset.rate_hz, channels=preset.channels))) as blocks:
        return measure(blocks, rate_hz=preset.rate_hz, channels=preset.channels)
