"""What strikes and is struck."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import (
    Params,
    Wave,
    add,
    decay,
    in_a_room,
    noise,
    phase_of,
    pitched,
    seconds_of,
    struck,
    synth,
)


@synth("bang")
def _bang(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A heavy blow on something hollow."""
    body = struck(length, rate, rng, [(72, 1.0, 0.35), (118, 0.8, 0.28), (187, 0.5, 0.2), (311, 0.3, 0.14)])
    hit = noise(length, rate, rng, 150, 2600) * decay(length, rate, 0.12)
    return in_a_room(body + 0.35 * hit, rate, rng, 0.35, 0.25)


@synth("knock")
def _knock(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Knuckles on a wooden door."""
    hz = pitched(params, 190, rng, 0.04)
    wood = [(hz, 1.0, 0.12), (hz * 2.3, 0.7, 0.09), (hz * 3.9, 0.5, 0.06), (hz * 6.1, 0.3, 0.04)]
    return struck(length, rate, rng, wood) + 0.25 * noise(length, rate, rng, 700, 3500) * decay(
        length, rate, 0.02
    )


@synth("slap")
def _slap(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A palm on a flat surface: bright, dry, over at once."""
    crack = noise(length, rate, rng, 900, 5500) * decay(length, rate, 0.07, 0.0005)
    thump = struck(length, rate, rng, [(240, 1.0, 0.07), (410, 0.6, 0.05)])
    return in_a_room(crack + 0.6 * thump, rate, rng, 0.1, 0.12, 5000)


@synth("pop")
def _pop(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A burst: a spark's crack in front of a short tone that runs up, as a closed space opens."""
    hz = pitched(params, 620, rng, 0.06)
    t = seconds_of(length, rate)
    body = np.sin(phase_of(hz * (1 + 18 * t), rate)) * decay(length, rate, 0.06, 0.0006)
    spark = noise(length, rate, rng, 1200, 7000) * decay(length, rate, 0.018, 0.0003)
    return body + 0.45 * spark


@synth("drum")
def _drum(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A large drum: the partials of a round skin, sinking a little after the blow."""
    hz = pitched(params, 92, rng, 0.02)
    t = seconds_of(length, rate)
    sink = 1 + 0.25 * np.exp(-t / 0.03)
    skin = sum(
        (
            a * np.sin(phase_of(hz * r * sink, rate)) * decay(length, rate, s)
            for r, a, s in ((1, 1, 0.5), (1.59, 0.6, 0.3), (2.14, 0.4, 0.2), (2.65, 0.25, 0.15))
        ),
        np.zeros(length),
    )
    return skin + 0.2 * noise(length, rate, rng, 300, 1800) * decay(length, rate, 0.03)


@synth("heartbeat")
def _heartbeat(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Lub-dub: two soft thumps, the second higher and weaker. An overtone keeps them audible on small speakers."""
    hz = pitched(params, 58, rng, 0.03)
    out = np.zeros(length)
    for at, pitch, level in ((0.0, hz, 1.0), (0.19, hz * 1.25, 0.65)):
        n = int(0.16 * rate)
        thump = struck(n, rate, rng, [(pitch, 1.0, 0.16), (pitch * 2, 0.8, 0.12), (pitch * 3.1, 0.5, 0.08)])
        add(out, thump * np.minimum(1, seconds_of(n, rate) / 0.012), at, rate, level)
    return out
