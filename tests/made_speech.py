"""Audio with the peaks and pauses of a voice, made without one."""

from __future__ import annotations

import numpy as np


def speech(
    seconds: int, *, rate_hz: int = 48_000, channels: int = 1, seed: int = 0, noise: float = 1e-4
) -> np.ndarray:
    """Something with the peaks of a voice: pulses through resonances, in syllables, words and pauses, over noise of that RMS."""
    from scipy.signal import lfilter

    rng = np.random.default_rng(seed)
    out = np.zeros(seconds * rate_hz)
    at = 0.3
    while at < seconds - 0.5:
        length = rng.uniform(0.08, 0.25)
        count = int(length * rate_hz)
        pulses = np.zeros(count)
        pulses[:: int(rate_hz / rng.uniform(90, 260))] = 1.0
        voice = pulses + 0.02 * rng.standard_normal(count)
        for formant in (rng.uniform(300, 900), rng.uniform(900, 2500), 3200):
            radius, angle = np.exp(-np.pi * 120 / rate_hz), 2 * np.pi * formant / rate_hz
            voice = lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], voice)
        start = int(at * rate_hz)
        out[start : start + count] += voice / np.abs(voice).max() * np.hanning(count) * rng.uniform(0.2, 1.0)
        at += length + (rng.uniform(0.2, 0.8) if rng.random() < 0.2 else 0.02)
    out = 0.1 * out + noise * rng.standard_normal(out.size)
    return np.repeat(out[:, np.newaxis], channels, axis=1).astype(np.float32)
