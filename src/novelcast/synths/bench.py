"""The workbench of the synthesisers: envelopes, noise, what rings, voices; and the register of what was made of them.

A synthesiser takes (length in samples, the row's params, a random generator, the rate) and gives float64 of
about that length, at any level. Frequencies are Hz, times seconds unless named otherwise. Whatever is random
comes from the generator, so that a seed gives one sound. `sounds.render` repeats, levels and fades events.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import fade

Wave = NDArray[np.float64]
Params = Mapping[str, float]
Synth = Callable[[int, Params, np.random.Generator, int], Wave]

SYNTHS: dict[str, Synth] = {}
"""By the name that a row's `make` gives."""


def synth(name: str) -> Callable[[Synth], Synth]:
    def register(make: Synth) -> Synth:
        SYNTHS[name] = make
        return make

    return register


def seconds_of(length: int, rate: int) -> Wave:
    return np.arange(length) / rate


def decay(length: int, rate: int, seconds: float, attack: float = 0.001) -> Wave:
    """An envelope that rises within `attack` and falls by 60 dB within `seconds`."""
    t = seconds_of(length, rate)
    return np.minimum(1.0, t / attack) * np.exp(-6.9 * t / seconds)


def band(x: Wave, rate: int, low: float, high: float, order: int = 2) -> Wave:
    """Band-pass; low 0 is a low-pass, high 0 a high-pass."""
    from scipy import signal

    top = 0.45 * rate
    if low <= 0:
        sos = signal.butter(order, min(high, top), "low", fs=rate, output="sos")
    elif high <= 0:
        sos = signal.butter(order, min(low, top), "high", fs=rate, output="sos")
    else:
        sos = signal.butter(order, [low, min(high, top)], "band", fs=rate, output="sos")
    return np.asarray(signal.sosfilt(sos, x), dtype=np.float64)


def noise(length: int, rate: int, rng: np.random.Generator, low: float, high: float) -> Wave:
    """Band-limited noise of unit power."""
    made = band(rng.standard_normal(length), rate, low, high)
    return made / max(1e-9, float(np.std(made)))


def struck(
    length: int, rate: int, rng: np.random.Generator, modes: Sequence[tuple[float, float, float]]
) -> Wave:
    """What rings when struck: a sum of (Hz, level, seconds to -60 dB), each a little off as no two blows are alike."""
    t = seconds_of(length, rate)
    out = np.zeros(length)
    for hz, level, seconds in modes:
        hz *= 1 + 0.006 * rng.standard_normal()
        if hz < 0.45 * rate:
            out += (
                level
                * (1 + 0.15 * rng.standard_normal())
                * np.sin(2 * np.pi * hz * t)
                * np.exp(-6.9 * t / seconds)
            )
    return out * np.minimum(1.0, t / 0.0006)


def sine(hz: float, length: int, rate: int) -> Wave:
    """A sine from pydub's generator, full scale."""
    with warnings.catch_warnings():
        # pydub looks for an ffmpeg program when it is imported; its generators need none.
        warnings.simplefilter("ignore")
        from pydub.generators import Sine

    made = Sine(hz, sample_rate=rate, bit_depth=32).to_audio_segment(duration=1000 * length / rate + 1)
    return np.array(made.get_array_of_samples()[:length], dtype=np.float64) / 2**31


def phase_of(hz: Wave, rate: int) -> Wave:
    return 2 * np.pi * np.cumsum(hz) / rate


def buzzing(phase: Wave, hz: float, rate: int, tilt: float = 1.0) -> Wave:
    """A harmonic tone without aliases: partial k at level k**-tilt, up to 10 kHz, spread so as not to peak."""
    top = max(1, int(min(10_000, 0.45 * rate) / hz))
    return sum(
        (np.sin(k * phase + np.pi * k * k / top) / k**tilt for k in range(1, top + 1)), np.zeros(phase.size)
    )


def wander(length: int, rate: int, rng: np.random.Generator, hz: float) -> Wave:
    """A smooth random curve from 0 to 1 that changes about `hz` times a second."""
    knots = rng.uniform(0, 1, max(4, int(length / rate * hz) + 3))
    at = np.linspace(0, knots.size - 1, length)
    low = np.minimum(at.astype(int), knots.size - 2)
    mix = 0.5 - 0.5 * np.cos(np.pi * (at - low))
    curve: Wave = knots[low] * (1 - mix) + knots[low + 1] * mix
    return curve


def swell(length: int, rate: int, attack: float, release: float) -> Wave:
    """An envelope that rises, stays and falls, in raised cosines."""
    flat = np.ones(length, dtype=np.float32)
    return fade(flat, int(attack * rate), int(release * rate)).astype(np.float64)


def add(out: Wave, part: Wave, at: float, rate: int, level: float = 1.0) -> None:
    start = int(at * rate)
    part = part[: max(0, out.size - start)]
    out[start : start + part.size] += level * part


def in_a_room(
    x: Wave, rate: int, rng: np.random.Generator, seconds: float, level: float, high: float = 3000
) -> Wave:
    """`x` with a diffuse tail behind it."""
    from scipy import signal

    n = int(seconds * rate)
    tail = noise(n, rate, rng, 80, high) * decay(n, rate, seconds, 0.01)
    wet = np.asarray(signal.fftconvolve(x, tail))[: x.size]
    return x + level * wet * float(np.max(np.abs(x))) / max(1e-9, float(np.max(np.abs(wet))))


def pitched(params: Params, default: float, rng: np.random.Generator, off: float = 0.01) -> float:
    return params.get("hz", default) * (1 + off * rng.uniform(-1, 1))


def blast(length: int, rate: int, at: float, seconds: float) -> Wave:
    """The pressure of a shock that arrives `at`: Friedlander's wave, which falls below nothing after `seconds`."""
    t = seconds_of(length, rate) - at
    on = np.clip(t / 0.0002, 0.0, 1.0)  # a step has no place between two samples
    wave: Wave = on * (1 - t / seconds) * np.exp(-np.maximum(t, 0.0) / seconds)
    return wave
