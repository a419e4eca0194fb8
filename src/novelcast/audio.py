"""Samples: the Clip, and the few operations every stage shares.

Samples are float32 in [-1, 1], mono, shape (n,). Positions and lengths are whole samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class WordTime:
    """Characters [start, end) of the spoken text, heard at samples [from_sample, to_sample)."""

    start: int
    end: int
    from_sample: int
    to_sample: int


@dataclass(frozen=True, eq=False)
class Clip:
    """Mono audio: `samples` float32 (n,), `rate_hz`; `words` where the engine times them."""

    samples: Samples
    rate_hz: int
    words: tuple[WordTime, ...] = field(default=())


@dataclass(frozen=True)
class ClipInfo:
    """What the timeline needs to know of a clip: its length in samples at its own rate, its loudness, and whether a
    sentence ends with it."""

    samples: int
    rate_hz: int
    lufs: float
    ends_sentence: bool = True
    text: str = ""
    words: tuple[WordTime, ...] = ()
    """What it says, and when; only where a sound lies under its words."""


def samples_in(ms: float, rate_hz: int) -> int:
    """Whole samples in a duration, rounded to the nearest."""
    return round(ms * rate_hz / 1000)


def gain(db: float) -> float:
    """Decibels to an amplitude factor."""
    return float(10.0 ** (db / 20.0))


def decibels(amplitude: float, floor_db: float = -120.0) -> float:
    """An amplitude (1.0 = full scale) in dB, never below `floor_db`."""
    return max(floor_db, 20.0 * float(np.log10(amplitude))) if amplitude > 0.0 else floor_db


def silence(samples: int) -> Samples:
    return np.zeros(samples, dtype=np.float32)


def fade(samples: Samples, head: int, tail: int) -> Samples:
    """A copy with a raised-cosine fade over the first `head` and the last `tail` samples."""
    out = samples.copy()
    head, tail = min(head, out.size), min(tail, out.size)
    if head:
        out[:head] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(head) / head)).astype(np.float32)
    if tail:
        out[-tail:] *= (0.5 + 0.5 * np.cos(np.pi * (np.arange(tail) + 1) / tail)).astype(np.float32)
    return out


def resampled_length(samples: int, from_hz: int, to_hz: int) -> int:
    """How many samples `resample` gives: the exact ratio, rounded up."""
    return -(-samples * to_hz // from_hz)


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Band-limited resampling (soxr, very high quality), exactly `resampled_length` long."""
    if from_hz == to_hz:
        return samples
    import soxr

    out = np.asarray(soxr.resample(samples, from_hz, to_hz, quality="VHQ"), dtype=np.float32)
    wanted = resampled_length(samples.size, from_hz, to_hz)
    if out.size < wanted:
        out = np.concatenate([out, silence(wanted - out.size)])
    return out[:wanted]


FRAME_MS = 10


def frame_levels_db(samples: Samples, rate_hz: int) -> NDArray[np.float32]:
    """RMS of each 10 ms frame in dB re full scale, shape (ceil(n / frame),); -120 for silence."""
    frame = samples_in(FRAME_MS, rate_hz)
    count = -(-samples.size // frame)
    padded = np.zeros(count * frame, dtype=np.float64)
    padded[: samples.size] = samples
    rms = np.sqrt((padded.reshape(count, frame) ** 2).mean(axis=1)) if count else np.zeros(0)
    return (20.0 * np.log10(np.maximum(rms, 1e-6))).astype(np.float32)


def trimmed(samples: Samples, rate_hz: int, *, below_peak_db: float = 42.0, keep_ms: float = 30.0) -> Samples:
    """Without the silence at both ends: frames more than `below_peak_db` under the loudest frame, save `keep_ms`."""
    levels = frame_levels_db(samples, rate_hz)
    if not levels.size:
        return samples
    sounding = np.flatnonzero(levels > max(float(levels.max()) - below_peak_db, -100.0))
    if not sounding.size:
        return samples[:0]
    frame, keep = samples_in(FRAME_MS, rate_hz), samples_in(keep_ms, rate_hz)
    start = max(0, int(sounding[0]) * frame - keep)
    end = min(samples.size, (int(sounding[-1]) + 1) * frame + keep)
    return fade(samples[start:end], min(keep, samples_in(5, rate_hz)), keep)
