"""What breaks, bursts and falls."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    add,
    band,
    blast,
    decay,
    in_a_room,
    noise,
    phase_of,
    seconds_of,
    struck,
    swell,
    synth,
    wander,
)


@synth("crack")
def _crack(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Wood that snaps: a few splinters within 60 ms, each a dry click with a short woody ring."""
    out = np.zeros(length)
    n = int(0.05 * rate)
    for i, at in enumerate([0.0, *np.sort(rng.uniform(0.008, 0.07, 5))]):
        wood = rng.uniform(900, 2400)
        part = noise(n, rate, rng, 1500, 8000) * decay(n, rate, 0.015, 0.0003)
        part = part + struck(n, rate, rng, [(wood, 1.2, 0.03), (wood * 1.7, 0.7, 0.02)])
        add(out, part, float(at), rate, 1.0 if i == 0 else rng.uniform(0.3, 0.8))
    return out


@synth("crash")
def _crash(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Metalware that falls: a blow, then bounces that come faster and weaker."""
    out = np.zeros(length)
    at, wait, level = 0.0, 0.2 * rng.uniform(0.85, 1.15), 1.0
    pan = [
        (rng.uniform(400, 700) * r, rng.uniform(0.4, 1), rng.uniform(0.2, 0.5))
        for r in (1, 1.48, 2.31, 3.17, 4.7, 6.3)
    ]
    while at < length / rate - 0.05 and level > 0.08:
        n = int(0.5 * rate)
        hit = struck(n, rate, rng, pan) + 0.9 * noise(n, rate, rng, 600, 6000) * decay(n, rate, 0.06)
        add(out, hit, at, rate, level)
        at, wait, level = at + wait, wait * 0.74, level * 0.66
    return out * swell(length, rate, 0, 0.1)


@synth("glass")
def _glass(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Glass that breaks: the blow, then splinters that ring high as they scatter."""
    out = noise(length, rate, rng, 2500, 10_000) * decay(length, rate, 0.09, 0.0004)
    for _ in range(45):
        hz = rng.uniform(2200, 9500)
        n = int(0.25 * rate)
        shard = struck(n, rate, rng, [(hz, 1, rng.uniform(0.05, 0.22)), (hz * 1.51, 0.5, 0.06)])
        at = min(rng.exponential(0.16), length / rate - 0.02)
        add(out, shard, at, rate, rng.uniform(0.2, 0.9) * float(np.exp(-at / 0.35)))
    return out


@synth("explosion")
def _explosion(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A blast: the shock, its returns from the ground and from walls, a falling boom, and rubble."""
    t = seconds_of(length, rate)
    seconds = length / rate
    shock = 2.6 * blast(length, rate, 0.0, 0.035)
    for _ in range(6):  # each return later, weaker, broader
        at = rng.uniform(0.03, 0.4)
        shock += 1.1 * np.exp(-at / 0.18) * blast(length, rate, at, 0.035 + 0.1 * at)
    front = noise(length, rate, rng, 40, 5000) * decay(length, rate, 0.25)
    boom = np.sin(phase_of(30 + 45 * np.exp(-t / 0.25), rate)) * decay(length, rate, seconds * 0.55)
    gusts = 0.6 + 0.6 * wander(length, rate, rng, 9)
    roar = noise(length, rate, rng, 35, 320) * decay(length, rate, seconds * 0.95, 0.02) * gusts
    pieces = wander(length, rate, rng, 25) ** 4 * decay(length, rate, seconds, 0.2)
    rubble = noise(length, rate, rng, 500, 2500) * pieces
    return shock + front + 1.1 * boom + 1.2 * roar + 0.25 * rubble


@synth("gunshot")
def _gunshot(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A shot in the open: the muzzle's shock and its gas, the ground's return, and echoes that roll off."""
    shot = 1.6 * blast(length, rate, 0.0, 0.0016) + 0.8 * blast(length, rate, 0.0045, 0.0022)
    gas = noise(length, rate, rng, 300, 9000) * decay(length, rate, 0.05, 0.0002)
    thump = np.sin(phase_of(70 + 120 * np.exp(-seconds_of(length, rate) / 0.02), rate)) * decay(
        length, rate, 0.2
    )
    shot = shot + 0.55 * gas + 0.5 * thump
    out = in_a_room(shot, rate, rng, min(0.9, length / rate), 0.3, 2200)
    for at, level in ((0.19, 0.16), (0.33, 0.09)):
        at *= rng.uniform(0.95, 1.05)
        add(out, band(shot, rate, 0, 1400 - 1500 * (at - 0.19)), at, rate, level)
    return out * swell(length, rate, 0, 0.15)
