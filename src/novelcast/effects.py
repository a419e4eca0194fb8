"""What a voice sounds like that is not in the room: through a telephone, a radio, a loudspeaker, in the head.

An effect keeps the clip's loudness and adds its tail (`tail_ms`) behind it. The same samples give the same samples
every time. Corner frequencies: the telephone's are those of ITU-T G.712 (300 to 3400 Hz); the others are ours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Samples, gain, samples_in, silence
from novelcast.loudness import clip_lufs
from novelcast.model import Effect

Wave = NDArray[np.float64]

TAIL_MS: dict[Effect, int] = {"loudspeaker": 450, "telepathy": 700, "system": 150, "thought": 250}
"""How long an effect rings on after the voice; the others do not."""


def tail_samples(effect: Effect | None, rate_hz: int) -> int:
    return samples_in(TAIL_MS.get(effect, 0), rate_hz) if effect else 0


def apply_effect(samples: Samples, rate_hz: int, effect: Effect | None) -> Samples:
    """The clip as heard through it, float32 (n + tail,), as loud as it was (BS.1770)."""
    if effect is None or effect == "none":
        return samples
    dry = np.concatenate([samples, silence(tail_samples(effect, rate_hz))]).astype(np.float64)
    wet = _MAKERS[effect](dry, rate_hz).astype(np.float32)
    before, after = clip_lufs(samples, rate_hz), clip_lufs(wet[: samples.size], rate_hz)
    return wet if min(before, after) <= -100.0 else (wet * np.float32(gain(before - after)))


def _phone(x: Wave, rate_hz: int) -> Wave:
    return _band(x, rate_hz, 300.0, 3400.0)


def _radio(x: Wave, rate_hz: int) -> Wave:
    """Overdriven, and with a little of the channel's own noise while the key is held."""
    driven = np.tanh(_levelled(_band(x, rate_hz, 350.0, 3000.0)) * 2.2)
    hiss = np.random.default_rng(0).standard_normal(x.size) * gain(-34.0)
    return _band(driven + hiss, rate_hz, 350.0, 3000.0)


def _loudspeaker(x: Wave, rate_hz: int) -> Wave:
    """A horn's narrow band, thrown back by the walls of a hall or a yard."""
    horn = np.tanh(_levelled(_band(x, rate_hz, 280.0, 5000.0)) * 0.7)
    return horn + 0.35 * _reverberated(horn, rate_hz, TAIL_MS["loudspeaker"], delay_ms=45.0, top_hz=3500.0)


def _recording(x: Wave, rate_hz: int) -> Wave:
    """A small recorder: less bass and treble, a little compressed."""
    return np.tanh(_levelled(_band(x, rate_hz, 160.0, 5500.0)) * 0.8)


def _telepathy(x: Wave, rate_hz: int) -> Wave:
    """No room and no mouth: the words swim in a long, soft echo."""
    return x + 0.5 * _reverberated(x, rate_hz, TAIL_MS["telepathy"], delay_ms=18.0, top_hz=6000.0)


def _system(x: Wave, rate_hz: int) -> Wave:
    """A touch of metal: two early copies colour it like a small housing."""
    copies = 0.35 * _delayed(x, samples_in(7.0, rate_hz)) + 0.25 * _delayed(x, samples_in(11.0, rate_hz))
    return x + copies + 0.12 * _reverberated(x, rate_hz, TAIL_MS["system"], delay_ms=15.0, top_hz=7000.0)


def _thought(x: Wave, rate_hz: int) -> Wave:
    return x + 0.16 * _reverberated(x, rate_hz, TAIL_MS["thought"], delay_ms=12.0, top_hz=5000.0)


_MAKERS: dict[Effect, Callable[[Wave, int], Wave]] = {
    "phone": _phone,
    "radio": _radio,
    "loudspeaker": _loudspeaker,
    "recording": _recording,
    "telepathy": _telepathy,
    "system": _system,
    "thought": _thought,
}


def _band(x: Wave, rate_hz: int, low_hz: float, high_hz: float) -> Wave:
    """Elliptic, 50 dB down within a fifth of an octave of the corners: a voice's fundamental is strong."""
    from scipy.signal import ellip, sosfilt

    sections = ellip(
        6, 0.5, 50.0, [low_hz, min(high_hz, 0.45 * rate_hz)], "bandpass", fs=rate_hz, output="sos"
    )
    return np.asarray(sosfilt(sections, x))


def _levelled(x: Wave) -> Wave:
    """At an RMS of 0.3, so that a curve bends loud and soft clips alike."""
    rms = float(np.sqrt(np.mean(x**2))) if x.size else 0.0
    return x * (0.3 / rms) if rms > 1e-6 else x


def _delayed(x: Wave, by: int) -> Wave:
    out = np.zeros_like(x)
    out[by:] = x[: x.size - by]
    return out


def _reverberated(x: Wave, rate_hz: int, length_ms: int, *, delay_ms: float, top_hz: float) -> Wave:
    """The echo alone: noise that falls by 60 dB within `length_ms`, after `delay_ms`, as loud as what it echoes."""
    from scipy.signal import butter, fftconvolve, sosfilt

    n = samples_in(length_ms, rate_hz)
    decay = np.exp(-np.log(1000.0) * np.arange(n) / max(1, n))
    noise = np.random.default_rng(1).standard_normal(n) * decay
    noise[: min(n, samples_in(delay_ms, rate_hz))] = 0.0
    sections = butter(2, [180.0, min(top_hz, 0.45 * rate_hz)], "bandpass", fs=rate_hz, output="sos")
    impulse = np.asarray(sosfilt(sections, noise))
    impulse /= max(1e-9, float(np.sqrt(np.sum(impulse**2))))
    echo: Wave = np.asarray(fftconvolve(x, impulse))[: x.size]
    return echo
