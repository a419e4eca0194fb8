"""Animals: harmonic sources through formants, and a bird's pure glides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    add,
    band,
    buzzing,
    in_a_room,
    noise,
    phase_of,
    pitched,
    swell,
    synth,
)


def _voice(
    length: int,
    rate: int,
    rng: np.random.Generator,
    hz: Wave,
    formants: Sequence[tuple[float, float]],
    breath: float,
) -> Wave:
    """An animal's voice: a harmonic source at `hz`, rough with `breath`, through (Hz, level) formants."""
    source = buzzing(phase_of(hz, rate), float(np.max(hz)), rate, 0.8)
    source = source + breath * noise(length, rate, rng, 300, 5000)
    return sum((band(source, rate, f * 0.85, f * 1.18) * a for f, a in formants), np.zeros(length))


@synth("dog")
def _dog(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One bark: up and down again within a fifth of a second."""
    u = np.linspace(0, 1, length)
    hz = pitched(params, 420, rng, 0.06) * (0.75 + 0.5 * np.sin(np.pi * np.minimum(1, u * 1.15)) - 0.25 * u)
    bark = _voice(length, rate, rng, hz, ((620, 1.0), (1250, 0.9), (2500, 0.35)), 0.9)
    return in_a_room(
        bark * np.minimum(1, u / 0.06) * np.exp(-3.2 * u) * swell(length, rate, 0, 0.04),
        rate,
        rng,
        0.12,
        0.12,
    )


@synth("cat")
def _cat(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Mi-a-ow: the pitch arches, the mouth opens and closes again."""
    u = np.linspace(0, 1, length)
    hz = pitched(params, 560, rng, 0.04) * (1 + 0.45 * np.sin(np.pi * u**0.8) - 0.2 * u)
    open_mouth = np.exp(-(((u - 0.5) / 0.22) ** 2))
    closed = _voice(length, rate, rng, hz, ((650, 1.0), (2400, 0.6)), 0.08)
    wide = _voice(length, rate, rng, hz, ((1050, 1.0), (1800, 0.9), (3400, 0.4)), 0.08)
    call: Wave = closed * (1 - open_mouth) + 1.4 * wide * open_mouth
    return call * swell(length, rate, 0.07, 0.2)


@synth("bird")
def _bird(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A chirp of three quick notes, each gliding down."""
    out = np.zeros(length)
    hz = pitched(params, 3600, rng, 0.05)
    n = int(length * 0.28)
    u = np.linspace(0, 1, n)
    for i in range(3):
        glide = hz * (1 + 0.1 * i) * (1.25 - 0.4 * u + 0.03 * np.sin(2 * np.pi * 4 * u))
        add(
            out,
            np.sin(phase_of(glide, rate)) * np.sin(np.pi * u) ** 0.7,
            i * length / rate * 0.33,
            rate,
            1.0 - 0.1 * i,
        )
    return out
