"""What passes for much."""

from __future__ import annotations

import numpy as np

from novelcast.synths.bench import Params, Wave, noise, synth


@synth("whoosh")
def _whoosh(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Something quick goes by: air that brightens as it comes and darkens as it goes. It passes for much."""
    u = np.linspace(0, 1, length)
    out = np.zeros(length)
    for centre, place in ((500, 0.1), (1100, 0.3), (2200, 0.5), (1300, 0.72), (600, 0.9)):
        out += noise(length, rate, rng, centre * 0.7, centre * 1.4) * np.exp(-(((u - place) / 0.14) ** 2))
    return out * np.sin(np.pi * u**0.7) ** 1.5
