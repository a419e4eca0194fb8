"""Doors, steps, small mechanisms, cloth and paper."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    add,
    band,
    decay,
    noise,
    phase_of,
    pitched,
    struck,
    swell,
    synth,
    wander,
)


@synth("door")
def _door(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A hinge that creaks, then the leaf and its latch. The creak is stick and slip: pulses whose rate wanders."""
    out = np.zeros(length)
    n = int(0.62 * length)
    slips = 55 + 70 * wander(n, rate, rng, 5) + 30 * np.linspace(0, 1, n)
    pulses = np.diff(np.floor(phase_of(slips, rate) / (2 * np.pi)), prepend=0.0)
    creak = sum(
        (
            band(pulses, rate, f * 0.93, f * 1.07) * a
            for f, a in ((620, 1.0), (1130, 0.8), (1900, 0.6), (2900, 0.3))
        ),
        np.zeros(n),
    )
    creak = creak / max(1e-9, float(np.max(np.abs(creak)))) * (0.4 + 0.6 * wander(n, rate, rng, 8))
    add(out, creak * swell(n, rate, 0.04, 0.08), 0, rate, 0.55)
    shut = length - n
    leaf = struck(shut, rate, rng, [(88, 1.0, 0.25), (163, 0.8, 0.18), (290, 0.5, 0.12)])
    latch = noise(shut, rate, rng, 1500, 5000) * decay(shut, rate, 0.025)
    add(out, leaf + 0.3 * latch, n / rate, rate)
    return out


@synth("click")
def _click(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A switch: pressed, and 14 ms later at its stop."""
    out = np.zeros(length)
    n = int(0.02 * rate)
    for at, level in ((0.0, 0.6), (0.014, 1.0)):
        hz = rng.uniform(2600, 3400)
        part = struck(n, rate, rng, [(hz, 1, 0.014), (hz * 1.63, 0.7, 0.009)])
        add(
            out,
            part + 0.4 * noise(n, rate, rng, 2000, 9000) * decay(n, rate, 0.006, 0.0002),
            at,
            rate,
            level,
        )
    return out


@synth("clock")
def _clock(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Tick, and half the event later tock, a third lower."""
    out = np.zeros(length)
    hz = pitched(params, 2300, rng)
    n = int(0.05 * rate)
    for at, pitch in ((0.0, hz), (0.9 * length / rate - 0.05, hz * 0.8)):
        part = struck(n, rate, rng, [(pitch, 1, 0.035), (pitch * 2.1, 0.5, 0.015), (pitch * 0.41, 0.4, 0.04)])
        add(out, part + 0.2 * noise(n, rate, rng, 2500, 9000) * decay(n, rate, 0.005, 0.0002), at, rate)
    return out


@synth("footsteps")
def _footsteps(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One step: the heel on a floor that gives a little, and the sole that rolls down after it."""
    out = np.zeros(length)
    n = int(0.12 * rate)
    floor = rng.uniform(0.92, 1.08)
    heel = struck(
        n, rate, rng, [(105 * floor, 1.0, 0.1), (235 * floor, 0.6, 0.06), (720 * floor, 0.35, 0.03)]
    )
    add(out, heel + 0.2 * noise(n, rate, rng, 500, 3000) * decay(n, rate, 0.02), 0, rate)
    roll = noise(n, rate, rng, 700, 4500) * decay(n, rate, 0.06, 0.008) * (0.4 + wander(n, rate, rng, 90))
    add(out, roll, 0.055 * rng.uniform(0.9, 1.1), rate, 0.14)
    return out


@synth("keyboard")
def _keyboard(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One key: its cap, and the lower sound of the board under it."""
    hz = rng.uniform(1500, 2100)
    cap = noise(length, rate, rng, 1800, 7000) * decay(length, rate, 0.02, 0.0004)
    return 0.5 * cap + struck(length, rate, rng, [(hz, 0.8, 0.022), (hz * 0.24, 1.0, 0.05)])


@synth("rustle")
def _rustle(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Leaves or paper: high noise that comes in many small brushes."""
    brushes = wander(length, rate, rng, 14) ** 2 * (0.3 + wander(length, rate, rng, 60))
    return noise(length, rate, rng, 1800, 8500) * (0.08 + brushes) * swell(length, rate, 0.06, 0.25)
