"""Timeline -> blocks of samples, a stream: a ten-hour chapter costs what a ten-minute one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Samples, fade, gain, samples_in
from novelcast.model import Placement, Timeline

BLOCK = 1 << 16
ROOM_TONE_DB = -78.0
"""RMS of the noise under everything. Digital silence between words sounds like a broken cable; after
mastering this lies near -74 dB, well under ACX's -60."""
EDGE_MS = 4
_TONES = 16
"""Blocks of room tone, one after the other and then again: at 44.1 kHz they last 24 s."""


def mix(
    timeline: Timeline, load: Callable[[Placement], Samples], *, channels: int
) -> Iterator[NDArray[np.float32]]:
    """Blocks of float32 (n, channels), `timeline.length` samples in all.

    `load` gives a placement's samples, float32 (length,), at the timeline's rate; each is loaded once, when
    its time comes, and let go when it is over. The same timeline gives the same samples every time.
    """
    waiting = iter(timeline.placements)
    upcoming = next(waiting, None)
    sounding: list[tuple[int, Samples]] = []
    for begin in range(0, timeline.length, BLOCK):
        size = min(BLOCK, timeline.length - begin)
        while upcoming is not None and upcoming.start < begin + size:
            sounding.append((upcoming.start, _ready(upcoming, load(upcoming), timeline.rate_hz)))
            upcoming = next(waiting, None)
        block = _room_tone(begin // BLOCK % _TONES)[:size].copy()
        for start, samples in sounding:
            first, last = max(begin, start), min(begin + size, start + samples.size)
            block[first - begin : last - begin] += samples[first - start : last - start]
        sounding = [(s, x) for s, x in sounding if s + x.size > begin + size]
        yield np.repeat(block[:, None], channels, axis=1)


def _ready(placement: Placement, samples: Samples, rate_hz: int) -> Samples:
    if samples.size != placement.length:
        raise ValueError(
            f"a sound of {samples.size} samples stands where the timeline has {placement.length}"
        )
    edge = samples_in(EDGE_MS, rate_hz)
    return fade(samples, edge, edge) * np.float32(gain(placement.gain_db))


@lru_cache(_TONES)
def _room_tone(number: int) -> Samples:
    """A block of soft noise, the same for the same number."""
    noise = np.random.default_rng(number).standard_normal(BLOCK, dtype=np.float32)
    smooth = np.convolve(noise, np.full(4, 0.5, dtype=np.float32), mode="same")
    tone = (smooth * np.float32(gain(ROOM_TONE_DB))).astype(np.float32)
    tone.flags.writeable = False
    return tone
