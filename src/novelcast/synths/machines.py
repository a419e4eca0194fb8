"""Bells, horns, whistles, engines."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    band,
    buzzing,
    decay,
    noise,
    phase_of,
    pitched,
    seconds_of,
    struck,
    swell,
    synth,
    wander,
)

# A tuned bell's partials over its nominal: hum, prime, tierce, quint, nominal and above (ratio, level, ring).
_BELL = (
    (0.5, 0.5, 1.0),
    (1.0, 1.0, 0.8),
    (1.19, 0.5, 0.65),
    (1.5, 0.25, 0.5),
    (2.0, 0.8, 0.45),
    (2.51, 0.3, 0.3),
    (3.01, 0.3, 0.22),
    (4.1, 0.2, 0.15),
)


@synth("bell")
def _bell(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A struck bell that rings as long as it is given."""
    hz = pitched(params, 880, rng, 0.005)
    seconds = length / rate
    ring = struck(length, rate, rng, [(hz * r, a, s * seconds * 1.1) for r, a, s in _BELL])
    return ring + 0.1 * noise(length, rate, rng, 3000, 9000) * decay(length, rate, 0.01, 0.0003)


@synth("horn")
def _horn(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Two reeds a major third apart, as on a car or a boat."""
    hz = pitched(params, 415, rng, 0.008)
    t = seconds_of(length, rate)
    pitch = 1 - 0.03 * np.exp(-t / 0.03)
    tone = sum(
        (buzzing(phase_of(hz * r * pitch, rate), hz * r, rate, 0.9) for r in (1.0, 1.26)), np.zeros(length)
    )
    return band(tone, rate, 250, 3200) * swell(length, rate, 0.025, 0.06)


@synth("whistle")
def _whistle(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A referee's whistle: the pea makes its tone flutter."""
    hz = pitched(params, 2750, rng)
    t = seconds_of(length, rate)
    flutter = np.sin(2 * np.pi * 38 * t + rng.uniform(0, 6.28))
    tone = np.sin(phase_of(hz * (1 + 0.025 * flutter), rate)) + 0.5 * np.sin(
        phase_of(hz * 1.07 * (1 + 0.025 * flutter), rate)
    )
    breath = 0.12 * noise(length, rate, rng, 1800, 6000)
    return (tone * (0.7 + 0.3 * flutter) + breath) * swell(length, rate, 0.02, 0.05)


@synth("engine")
def _engine(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A motor: firing strokes, no two alike, through its exhaust."""
    hz = pitched(params, 34, rng, 0.03)
    phase = phase_of(hz * (1 + 0.06 * wander(length, rate, rng, 3)), rate) / (2 * np.pi)
    stroke = rng.uniform(0.6, 1.0, int(phase[-1]) + 2)[phase.astype(int)] if length else np.zeros(0)
    fire = stroke * np.exp(-7 * (phase % 1.0))
    rumble = sum(
        (band(fire, rate, f * 0.8, f * 1.25) * a for f, a in ((90, 1.0), (210, 0.8), (430, 0.4))),
        np.zeros(length),
    )
    rumble = rumble / max(1e-9, float(np.max(np.abs(rumble))))
    chug = noise(length, rate, rng, 250, 2200) * fire
    return (rumble + 0.12 * chug) * swell(length, rate, 0.15, 0.4)
