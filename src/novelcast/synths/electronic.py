"""Tones that a machine makes: beeps, alarms, telephones, hums."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    add,
    buzzing,
    noise,
    phase_of,
    pitched,
    sine,
    struck,
    swell,
    synth,
    wander,
)


@synth("beep")
def _beep(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A monitor's tone, with a little third harmonic."""
    hz = pitched(params, 1000, rng, 0.004)
    return (sine(hz, length, rate) + 0.15 * sine(3 * hz, length, rate)) * swell(length, rate, 0.004, 0.02)


@synth("alarm")
def _alarm(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One piercing beep of an alarm: square-like, stepping from `hz` down to `second_hz` half way."""
    first = pitched(params, 1480, rng, 0.004)
    halves = []
    for hz, samples in (
        (first, length // 2),
        (first * params.get("second_hz", 1110) / params.get("hz", 1480), length - length // 2),
    ):
        tone = sum((sine(k * hz, samples, rate) / k for k in (1, 3, 5)), np.zeros(samples))
        halves.append(tone * swell(samples, rate, 0.004, 0.004))
    return np.concatenate(halves) * swell(length, rate, 0.004, 0.012)


@synth("phone")
def _phone(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One ring: a clapper going between two small bells 24 times a second."""
    out = np.zeros(length)
    hz = pitched(params, 1050, rng)
    ring = int(0.35 * rate)
    for i in range(int(length / rate * 24)):
        bell = hz * (1.0 if i % 2 else 1.26)
        part = struck(ring, rate, rng, [(bell, 1, 0.3), (bell * 2.76, 0.5, 0.16), (bell * 5.4, 0.2, 0.08)])
        add(out, part, i / 24, rate)
    return out * swell(length, rate, 0.003, 0.12)


@synth("buzz")
def _buzz(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A vibrating motor on a table: a rough low hum with a rattle on each turn."""
    hz = pitched(params, 165, rng, 0.03)
    turns = phase_of(hz * (1 + 0.02 * wander(length, rate, rng, 12)), rate)
    rattle = noise(length, rate, rng, 900, 3500) * np.maximum(0, np.sin(turns)) ** 6
    hum: Wave = buzzing(turns, hz, rate, 1.3) + 0.35 * rattle
    return hum * swell(length, rate, 0.03, 0.06)
