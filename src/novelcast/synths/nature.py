"""Weather and water."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    add,
    band,
    blast,
    decay,
    noise,
    phase_of,
    seconds_of,
    struck,
    swell,
    synth,
    wander,
)


@synth("thunder")
def _thunder(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Lightning is a crooked channel of kilometres: each piece of it sends its own shock, the near ones first and
    sharp, the far ones later, weaker and duller. Their sum cracks, rolls and sinks away."""
    from scipy import signal

    seconds = length / rate
    roll = noise(length, rate, rng, 28, 150) * (0.3 + wander(length, rate, rng, 4) ** 1.5)
    roll *= decay(length, rate, seconds * 3, 0.05)
    arrivals = np.zeros(length)
    times = np.sort(rng.gamma(1.3, 0.22 * seconds, 160))
    for at in times - times[0] + 0.004:
        if at < 0.97 * seconds:
            arrivals[int(at * rate)] += rng.uniform(0.3, 1.0) / (1 + 3.5 * at)
    out = np.zeros(length)
    for n, high in enumerate((900, 330, 140)):  # the air takes the high tones on the way
        after = arrivals * np.exp(-(((seconds_of(length, rate) / seconds - 0.32 * n) / 0.28) ** 2))
        shock = band(blast(int(0.2 * rate), rate, 0.002, 0.004 + 0.009 * n), rate, 0, high)
        out += np.asarray(signal.fftconvolve(after, shock))[:length]
    out /= max(1e-9, float(np.max(np.abs(out))))
    return (out + 0.22 * roll) * swell(length, rate, 0.002, 0.3 * seconds)


@synth("splash")
def _splash(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Water thrown up: a wash of noise, and bubbles whose tone rises."""
    out = (
        noise(length, rate, rng, 450, 5000)
        * decay(length, rate, length / rate * 0.75, 0.012)
        * (0.5 + wander(length, rate, rng, 30))
    )
    thump = struck(length, rate, rng, [(130, 1.0, 0.15)])
    for _ in range(14):
        n = int(rng.uniform(0.02, 0.06) * rate)
        bubble = np.sin(phase_of(rng.uniform(500, 1500) * (1 + 9 * seconds_of(n, rate)), rate)) * decay(
            n, rate, n / rate, 0.002
        )
        add(out, bubble, rng.uniform(0.04, 0.8 * length / rate), rate, rng.uniform(0.4, 1.0))
    return out + thump


@synth("rain")
def _rain(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A steady hiss, and single drops in front of it."""
    seconds = length / rate
    out = 0.16 * noise(length, rate, rng, 1200, 9000) * (0.85 + 0.3 * wander(length, rate, rng, 3))
    for at in rng.uniform(0, max(0.01, seconds - 0.03), int(110 * seconds)):
        n = int(0.012 * rate)
        drop = struck(n, rate, rng, [(rng.uniform(1500, 5500), 1, 0.01)])
        add(out, drop, float(at), rate, float(rng.uniform(0.2, 1.1)) ** 2)
    return out * swell(length, rate, 0.35, 0.5)


@synth("wind")
def _wind(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Gusts: three bands of noise that take turns as the wind rises and falls."""
    gust = wander(length, rate, rng, 1.2)
    out = np.zeros(length)
    for centre, place in ((260, 0.1), (480, 0.5), (820, 0.95)):
        near = np.exp(-(((gust - place) / 0.35) ** 2))
        out += noise(length, rate, rng, centre * 0.8, centre * 1.25) * near
    air = 0.12 * noise(length, rate, rng, 900, 4000) * gust
    return (out + air) * (0.25 + 0.75 * gust) * swell(length, rate, 0.4, 0.6)
