"""The sound library: a CueSound to samples, made here with numpy, scipy and pydub, or decoded from a file.

`synths.py` makes one event of a sound; here it is repeated, levelled and faded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from novelcast.audio import Samples, fade, gain, resample, samples_in
from novelcast.catalog import CueSound
from novelcast.errors import SettingsError
from novelcast.synths import SYNTHS, Wave, band

PEAK_DB = -3.0
SYNTH_HZ = 48_000
"""Events are made at this rate, so that a sound is the same at every rate of a book."""
FAR_HZ = 900
"""Above this, what comes from afar falls by 6 dB an octave. (Air alone takes about 1 dB in 100 m at 2 kHz; walls, trees
and hills take more.)"""
HEAD_MS, TAIL_MS = 0.5, 12.0
LENGTH_MS, EVERY_MS = 500.0, 600.0
"""For a row that names no lengths of its own."""


def render(
    sound: CueSound, *, count: int, length_ms: int | None, seed: int, rate_hz: int, far: bool = False
) -> Samples:
    """`count` events of a sound: mono, peak at -3 dBFS. The row's `gain_db` is left to the timeline.

    `far`: dulled, as air and walls dull what comes from afar. `length_ms`: the whole lasts exactly so long, its events spread over it; None: each its natural length.
    Raises SettingsError for an unknown synthesiser, InputError for a file that cannot be decoded.
    """
    params = sound.params
    rng = np.random.default_rng([seed, *sound.name.encode()])
    natural = params.get("length_ms", LENGTH_MS)
    every = params.get("every_ms", EVERY_MS)
    count = max(1, count)
    if length_ms is not None:
        if params.get("roll"):
            count = max(count, round((length_ms - natural) / every) + 1)
        natural = _stretched(natural, every, count, length_ms, rolls=bool(params.get("roll")))
        every = length_ms / count
    events = [_event(sound, samples_in(natural, rate_hz), rng, rate_hz) for _ in range(count)]
    wave = _spread(events, samples_in(every, rate_hz), params.get("jitter", 0.0), rng)
    if length_ms is not None:
        wave = _fit(wave, samples_in(length_ms, rate_hz))
    if far:
        wave = band(wave, rate_hz, 0, FAR_HZ, order=1)
    out = fade(wave.astype(np.float32), samples_in(HEAD_MS, rate_hz), samples_in(TAIL_MS, rate_hz))
    peak = float(np.max(np.abs(out))) if out.size else 0.0
    return (out * (gain(PEAK_DB) / peak)).astype(np.float32) if peak > 0.0 else out


def _stretched(natural: float, every: float, count: int, length_ms: int, *, rolls: bool) -> float:
    """How long one of `count` events lasts, in ms, where the whole lasts `length_ms`."""
    if rolls:
        return natural
    if count == 1:
        return float(length_ms)
    return natural * max(1.0, length_ms / count / every)


def _event(sound: CueSound, length: int, rng: np.random.Generator, rate_hz: int) -> Wave:
    if sound.file is not None:
        from novelcast.media import decode_mono

        return decode_mono(Path(sound.file), rate_hz=rate_hz).astype(np.float64)
    if sound.make not in SYNTHS:
        raise SettingsError(
            f"sound {sound.name!r}: no synthesiser {sound.make!r}",
            hint=f"choose one of: {', '.join(sorted(SYNTHS))}",
        )
    made = SYNTHS[sound.make](max(1, round(length * SYNTH_HZ / rate_hz)), sound.params, rng, SYNTH_HZ)
    made = band(made, SYNTH_HZ, 20, 0)
    made = made / max(1e-9, float(np.max(np.abs(made))))
    return resample(made.astype(np.float32), SYNTH_HZ, rate_hz).astype(np.float64)


def _spread(events: Sequence[Wave], every: int, jitter: float, rng: np.random.Generator) -> Wave:
    """Events one after the other; `jitter` moves and softens each but the first by up to that share."""
    starts = [0] + [round(every * (i + jitter * rng.uniform(-0.5, 0.5))) for i in range(1, len(events))]
    levels = [1.0] + [1.0 - 0.5 * jitter * rng.uniform() for _ in events[1:]]
    out = np.zeros(max(s + e.size for s, e in zip(starts, events, strict=True)))
    for start, level, event in zip(starts, levels, events, strict=True):
        out[start : start + event.size] += level * event
    return out


def _fit(out: Wave, length: int) -> Wave:
    return np.pad(out, (0, max(0, length - out.size)))[:length]
