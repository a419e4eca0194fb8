"""The synthesisers of the cue sounds: one event each, made with numpy, scipy and pydub.

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


# ---------------------------------------------------------------- the workbench


def _synth(name: str) -> Callable[[Synth], Synth]:
    def register(make: Synth) -> Synth:
        SYNTHS[name] = make
        return make

    return register


def _time(length: int, rate: int) -> Wave:
    return np.arange(length) / rate


def _decay(length: int, rate: int, seconds: float, attack: float = 0.001) -> Wave:
    """An envelope that rises within `attack` and falls by 60 dB within `seconds`."""
    t = _time(length, rate)
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


def _noise(length: int, rate: int, rng: np.random.Generator, low: float, high: float) -> Wave:
    """Band-limited noise of unit power."""
    made = band(rng.standard_normal(length), rate, low, high)
    return made / max(1e-9, float(np.std(made)))


def _modes(
    length: int, rate: int, rng: np.random.Generator, modes: Sequence[tuple[float, float, float]]
) -> Wave:
    """What rings when struck: a sum of (Hz, level, seconds to -60 dB), each a little off as no two blows are alike."""
    t = _time(length, rate)
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


def _tone(hz: float, length: int, rate: int) -> Wave:
    """A sine from pydub's generator, full scale."""
    with warnings.catch_warnings():
        # pydub looks for an ffmpeg program when it is imported; its generators need none.
        warnings.simplefilter("ignore")
        from pydub.generators import Sine

    made = Sine(hz, sample_rate=rate, bit_depth=32).to_audio_segment(duration=1000 * length / rate + 1)
    return np.array(made.get_array_of_samples()[:length], dtype=np.float64) / 2**31


def _phase(hz: Wave, rate: int) -> Wave:
    return 2 * np.pi * np.cumsum(hz) / rate


def _buzzing(phase: Wave, hz: float, rate: int, tilt: float = 1.0) -> Wave:
    """A harmonic tone without aliases: partial k at level k**-tilt, up to 10 kHz, spread so as not to peak."""
    top = max(1, int(min(10_000, 0.45 * rate) / hz))
    return sum(
        (np.sin(k * phase + np.pi * k * k / top) / k**tilt for k in range(1, top + 1)), np.zeros(phase.size)
    )


def _wander(length: int, rate: int, rng: np.random.Generator, hz: float) -> Wave:
    """A smooth random curve from 0 to 1 that changes about `hz` times a second."""
    knots = rng.uniform(0, 1, max(4, int(length / rate * hz) + 3))
    at = np.linspace(0, knots.size - 1, length)
    low = np.minimum(at.astype(int), knots.size - 2)
    mix = 0.5 - 0.5 * np.cos(np.pi * (at - low))
    curve: Wave = knots[low] * (1 - mix) + knots[low + 1] * mix
    return curve


def _held(length: int, rate: int, attack: float, release: float) -> Wave:
    """An envelope that rises, stays and falls, in raised cosines."""
    flat = np.ones(length, dtype=np.float32)
    return fade(flat, int(attack * rate), int(release * rate)).astype(np.float64)


def _add(out: Wave, part: Wave, at: float, rate: int, level: float = 1.0) -> None:
    start = int(at * rate)
    part = part[: max(0, out.size - start)]
    out[start : start + part.size] += level * part


def _room(
    x: Wave, rate: int, rng: np.random.Generator, seconds: float, level: float, high: float = 3000
) -> Wave:
    """`x` with a diffuse tail behind it."""
    from scipy import signal

    n = int(seconds * rate)
    tail = _noise(n, rate, rng, 80, high) * _decay(n, rate, seconds, 0.01)
    wet = np.asarray(signal.fftconvolve(x, tail))[: x.size]
    return x + level * wet * float(np.max(np.abs(x))) / max(1e-9, float(np.max(np.abs(wet))))


def _hz(params: Params, default: float, rng: np.random.Generator, off: float = 0.01) -> float:
    return params.get("hz", default) * (1 + off * rng.uniform(-1, 1))


# ---------------------------------------------------------------- electronic


@_synth("beep")
def _beep(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A monitor's tone, with a little third harmonic."""
    hz = _hz(params, 1000, rng, 0.004)
    return (_tone(hz, length, rate) + 0.15 * _tone(3 * hz, length, rate)) * _held(length, rate, 0.004, 0.02)


@_synth("alarm")
def _alarm(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One piercing beep of an alarm: square-like, stepping from `hz` down to `second_hz` half way."""
    first = _hz(params, 1480, rng, 0.004)
    halves = []
    for hz, samples in (
        (first, length // 2),
        (first * params.get("second_hz", 1110) / params.get("hz", 1480), length - length // 2),
    ):
        tone = sum((_tone(k * hz, samples, rate) / k for k in (1, 3, 5)), np.zeros(samples))
        halves.append(tone * _held(samples, rate, 0.004, 0.004))
    return np.concatenate(halves) * _held(length, rate, 0.004, 0.012)


@_synth("phone")
def _phone(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One ring: a clapper going between two small bells 24 times a second."""
    out = np.zeros(length)
    hz = _hz(params, 1050, rng)
    ring = int(0.35 * rate)
    for i in range(int(length / rate * 24)):
        bell = hz * (1.0 if i % 2 else 1.26)
        part = _modes(ring, rate, rng, [(bell, 1, 0.3), (bell * 2.76, 0.5, 0.16), (bell * 5.4, 0.2, 0.08)])
        _add(out, part, i / 24, rate)
    return out * _held(length, rate, 0.003, 0.12)


@_synth("buzz")
def _buzz(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A vibrating motor on a table: a rough low hum with a rattle on each turn."""
    hz = _hz(params, 165, rng, 0.03)
    turns = _phase(hz * (1 + 0.02 * _wander(length, rate, rng, 12)), rate)
    rattle = _noise(length, rate, rng, 900, 3500) * np.maximum(0, np.sin(turns)) ** 6
    hum: Wave = _buzzing(turns, hz, rate, 1.3) + 0.35 * rattle
    return hum * _held(length, rate, 0.03, 0.06)


# ---------------------------------------------------------------- blows


@_synth("bang")
def _bang(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A heavy blow on something hollow."""
    body = _modes(length, rate, rng, [(72, 1.0, 0.35), (118, 0.8, 0.28), (187, 0.5, 0.2), (311, 0.3, 0.14)])
    hit = _noise(length, rate, rng, 150, 2600) * _decay(length, rate, 0.12)
    return _room(body + 0.35 * hit, rate, rng, 0.35, 0.25)


@_synth("knock")
def _knock(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Knuckles on a wooden door."""
    hz = _hz(params, 190, rng, 0.04)
    wood = [(hz, 1.0, 0.12), (hz * 2.3, 0.7, 0.09), (hz * 3.9, 0.5, 0.06), (hz * 6.1, 0.3, 0.04)]
    return _modes(length, rate, rng, wood) + 0.25 * _noise(length, rate, rng, 700, 3500) * _decay(
        length, rate, 0.02
    )


@_synth("slap")
def _slap(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A palm on a flat surface: bright, dry, over at once."""
    crack = _noise(length, rate, rng, 900, 5500) * _decay(length, rate, 0.07, 0.0005)
    thump = _modes(length, rate, rng, [(240, 1.0, 0.07), (410, 0.6, 0.05)])
    return _room(crack + 0.6 * thump, rate, rng, 0.1, 0.12, 5000)


@_synth("pop")
def _pop(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A burst: a spark's crack in front of a short tone that runs up, as a closed space opens."""
    hz = _hz(params, 620, rng, 0.06)
    t = _time(length, rate)
    body = np.sin(_phase(hz * (1 + 18 * t), rate)) * _decay(length, rate, 0.06, 0.0006)
    spark = _noise(length, rate, rng, 1200, 7000) * _decay(length, rate, 0.018, 0.0003)
    return body + 0.45 * spark


@_synth("drum")
def _drum(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A large drum: the partials of a round skin, sinking a little after the blow."""
    hz = _hz(params, 92, rng, 0.02)
    t = _time(length, rate)
    sink = 1 + 0.25 * np.exp(-t / 0.03)
    skin = sum(
        (
            a * np.sin(_phase(hz * r * sink, rate)) * _decay(length, rate, s)
            for r, a, s in ((1, 1, 0.5), (1.59, 0.6, 0.3), (2.14, 0.4, 0.2), (2.65, 0.25, 0.15))
        ),
        np.zeros(length),
    )
    return skin + 0.2 * _noise(length, rate, rng, 300, 1800) * _decay(length, rate, 0.03)


@_synth("heartbeat")
def _heartbeat(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Lub-dub: two soft thumps, the second higher and weaker. An overtone keeps them audible on small speakers."""
    hz = _hz(params, 58, rng, 0.03)
    out = np.zeros(length)
    for at, pitch, level in ((0.0, hz, 1.0), (0.19, hz * 1.25, 0.65)):
        n = int(0.16 * rate)
        thump = _modes(n, rate, rng, [(pitch, 1.0, 0.16), (pitch * 2, 0.8, 0.12), (pitch * 3.1, 0.5, 0.08)])
        _add(out, thump * np.minimum(1, _time(n, rate) / 0.012), at, rate, level)
    return out


# ---------------------------------------------------------------- breaking and falling


@_synth("crack")
def _crack(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Wood that snaps: a few splinters within 60 ms, each a dry click with a short woody ring."""
    out = np.zeros(length)
    n = int(0.05 * rate)
    for i, at in enumerate([0.0, *np.sort(rng.uniform(0.008, 0.07, 5))]):
        wood = rng.uniform(900, 2400)
        part = _noise(n, rate, rng, 1500, 8000) * _decay(n, rate, 0.015, 0.0003)
        part = part + _modes(n, rate, rng, [(wood, 1.2, 0.03), (wood * 1.7, 0.7, 0.02)])
        _add(out, part, float(at), rate, 1.0 if i == 0 else rng.uniform(0.3, 0.8))
    return out


@_synth("crash")
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
        hit = _modes(n, rate, rng, pan) + 0.9 * _noise(n, rate, rng, 600, 6000) * _decay(n, rate, 0.06)
        _add(out, hit, at, rate, level)
        at, wait, level = at + wait, wait * 0.74, level * 0.66
    return out * _held(length, rate, 0, 0.1)


@_synth("glass")
def _glass(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Glass that breaks: the blow, then splinters that ring high as they scatter."""
    out = _noise(length, rate, rng, 2500, 10_000) * _decay(length, rate, 0.09, 0.0004)
    for _ in range(45):
        hz = rng.uniform(2200, 9500)
        n = int(0.25 * rate)
        shard = _modes(n, rate, rng, [(hz, 1, rng.uniform(0.05, 0.22)), (hz * 1.51, 0.5, 0.06)])
        at = min(rng.exponential(0.16), length / rate - 0.02)
        _add(out, shard, at, rate, rng.uniform(0.2, 0.9) * float(np.exp(-at / 0.35)))
    return out


@_synth("explosion")
def _explosion(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A blast: the front, a falling boom, and rubble."""
    t = _time(length, rate)
    seconds = length / rate
    front = _noise(length, rate, rng, 40, 5000) * _decay(length, rate, 0.25)
    boom = np.sin(_phase(30 + 45 * np.exp(-t / 0.25), rate)) * _decay(length, rate, seconds * 0.55)
    roar = (
        _noise(length, rate, rng, 35, 320)
        * _decay(length, rate, seconds * 0.95, 0.02)
        * (0.6 + 0.6 * _wander(length, rate, rng, 9))
    )
    rubble = (
        _noise(length, rate, rng, 500, 2500)
        * (_wander(length, rate, rng, 25) ** 4)
        * _decay(length, rate, seconds, 0.2)
    )
    return front + 1.2 * boom + 1.3 * roar + 0.25 * rubble


@_synth("gunshot")
def _gunshot(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A shot in the open: one sharp crack, the muzzle's thump, and an echo that rolls off."""
    crack = _noise(length, rate, rng, 300, 9000) * _decay(length, rate, 0.05, 0.0002)
    thump = np.sin(_phase(70 + 120 * np.exp(-_time(length, rate) / 0.02), rate)) * _decay(length, rate, 0.2)
    shot = crack + 0.9 * thump
    out = _room(shot, rate, rng, min(0.9, length / rate), 0.3, 2200)
    _add(out, band(shot, rate, 0, 1400), 0.19, rate, 0.16)
    return out * _held(length, rate, 0, 0.15)


# ---------------------------------------------------------------- doors, steps, small mechanisms


@_synth("door")
def _door(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A hinge that creaks, then the leaf and its latch. The creak is stick and slip: pulses whose rate wanders."""
    out = np.zeros(length)
    n = int(0.62 * length)
    slips = 55 + 70 * _wander(n, rate, rng, 5) + 30 * np.linspace(0, 1, n)
    pulses = np.diff(np.floor(_phase(slips, rate) / (2 * np.pi)), prepend=0.0)
    creak = sum(
        (
            band(pulses, rate, f * 0.93, f * 1.07) * a
            for f, a in ((620, 1.0), (1130, 0.8), (1900, 0.6), (2900, 0.3))
        ),
        np.zeros(n),
    )
    creak = creak / max(1e-9, float(np.max(np.abs(creak)))) * (0.4 + 0.6 * _wander(n, rate, rng, 8))
    _add(out, creak * _held(n, rate, 0.04, 0.08), 0, rate, 0.55)
    shut = length - n
    leaf = _modes(shut, rate, rng, [(88, 1.0, 0.25), (163, 0.8, 0.18), (290, 0.5, 0.12)])
    latch = _noise(shut, rate, rng, 1500, 5000) * _decay(shut, rate, 0.025)
    _add(out, leaf + 0.3 * latch, n / rate, rate)
    return out


@_synth("click")
def _click(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A switch: pressed, and 14 ms later at its stop."""
    out = np.zeros(length)
    n = int(0.02 * rate)
    for at, level in ((0.0, 0.6), (0.014, 1.0)):
        hz = rng.uniform(2600, 3400)
        part = _modes(n, rate, rng, [(hz, 1, 0.014), (hz * 1.63, 0.7, 0.009)])
        _add(
            out,
            part + 0.4 * _noise(n, rate, rng, 2000, 9000) * _decay(n, rate, 0.006, 0.0002),
            at,
            rate,
            level,
        )
    return out


@_synth("clock")
def _clock(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Tick, and half the event later tock, a third lower."""
    out = np.zeros(length)
    hz = _hz(params, 2300, rng)
    n = int(0.05 * rate)
    for at, pitch in ((0.0, hz), (0.9 * length / rate - 0.05, hz * 0.8)):
        part = _modes(n, rate, rng, [(pitch, 1, 0.035), (pitch * 2.1, 0.5, 0.015), (pitch * 0.41, 0.4, 0.04)])
        _add(out, part + 0.2 * _noise(n, rate, rng, 2500, 9000) * _decay(n, rate, 0.005, 0.0002), at, rate)
    return out


@_synth("footsteps")
def _footsteps(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One step: the heel, and the sole a moment later."""
    out = np.zeros(length)
    n = int(0.1 * rate)
    heel = _modes(n, rate, rng, [(115, 1.0, 0.1), (230, 0.6, 0.06), (720, 0.35, 0.03)])
    _add(out, heel + 0.2 * _noise(n, rate, rng, 500, 3000) * _decay(n, rate, 0.02), 0, rate)
    sole = _noise(n, rate, rng, 700, 4500) * _decay(n, rate, 0.05, 0.006)
    _add(out, sole, 0.055 * rng.uniform(0.9, 1.1), rate, 0.13)
    return out


@_synth("keyboard")
def _keyboard(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One key: its cap, and the lower sound of the board under it."""
    hz = rng.uniform(1500, 2100)
    cap = _noise(length, rate, rng, 1800, 7000) * _decay(length, rate, 0.02, 0.0004)
    return 0.5 * cap + _modes(length, rate, rng, [(hz, 0.8, 0.022), (hz * 0.24, 1.0, 0.05)])


@_synth("rustle")
def _rustle(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Leaves or paper: high noise that comes in many small brushes."""
    brushes = _wander(length, rate, rng, 14) ** 2 * (0.3 + _wander(length, rate, rng, 60))
    return _noise(length, rate, rng, 1800, 8500) * (0.08 + brushes) * _held(length, rate, 0.06, 0.25)


# ---------------------------------------------------------------- weather and water


@_synth("thunder")
def _thunder(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A crack that breaks into a roll, which swells and sinks away."""
    seconds = length / rate
    roll = (
        _noise(length, rate, rng, 28, 150)
        * (0.3 + _wander(length, rate, rng, 4) ** 1.5)
        * _decay(length, rate, seconds * 3, 0.05)
    )
    crack = (
        _noise(length, rate, rng, 120, 1600)
        * _wander(length, rate, rng, 30)
        * _decay(length, rate, 0.9, 0.012)
    )
    return (roll + 0.22 * crack) * _held(length, rate, 0.008, 0.3 * seconds)


@_synth("splash")
def _splash(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Water thrown up: a wash of noise, and bubbles whose tone rises."""
    out = (
        _noise(length, rate, rng, 450, 5000)
        * _decay(length, rate, length / rate * 0.75, 0.012)
        * (0.5 + _wander(length, rate, rng, 30))
    )
    thump = _modes(length, rate, rng, [(130, 1.0, 0.15)])
    for _ in range(14):
        n = int(rng.uniform(0.02, 0.06) * rate)
        bubble = np.sin(_phase(rng.uniform(500, 1500) * (1 + 9 * _time(n, rate)), rate)) * _decay(
            n, rate, n / rate, 0.002
        )
        _add(out, bubble, rng.uniform(0.04, 0.8 * length / rate), rate, rng.uniform(0.4, 1.0))
    return out + thump


@_synth("rain")
def _rain(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A steady hiss, and single drops in front of it."""
    seconds = length / rate
    out = 0.16 * _noise(length, rate, rng, 1200, 9000) * (0.85 + 0.3 * _wander(length, rate, rng, 3))
    for at in rng.uniform(0, max(0.01, seconds - 0.03), int(110 * seconds)):
        n = int(0.012 * rate)
        drop = _modes(n, rate, rng, [(rng.uniform(1500, 5500), 1, 0.01)])
        _add(out, drop, float(at), rate, float(rng.uniform(0.2, 1.1)) ** 2)
    return out * _held(length, rate, 0.35, 0.5)


@_synth("wind")
def _wind(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Gusts: three bands of noise that take turns as the wind rises and falls."""
    gust = _wander(length, rate, rng, 1.2)
    out = np.zeros(length)
    for centre, place in ((260, 0.1), (480, 0.5), (820, 0.95)):
        near = np.exp(-(((gust - place) / 0.35) ** 2))
        out += _noise(length, rate, rng, centre * 0.8, centre * 1.25) * near
    air = 0.12 * _noise(length, rate, rng, 900, 4000) * gust
    return (out + air) * (0.25 + 0.75 * gust) * _held(length, rate, 0.4, 0.6)


# ---------------------------------------------------------------- bells, horns, machines

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


@_synth("bell")
def _bell(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A struck bell that rings as long as it is given."""
    hz = _hz(params, 880, rng, 0.005)
    seconds = length / rate
    ring = _modes(length, rate, rng, [(hz * r, a, s * seconds * 1.1) for r, a, s in _BELL])
    return ring + 0.1 * _noise(length, rate, rng, 3000, 9000) * _decay(length, rate, 0.01, 0.0003)


@_synth("horn")
def _horn(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Two reeds a major third apart, as on a car or a boat."""
    hz = _hz(params, 415, rng, 0.008)
    t = _time(length, rate)
    pitch = 1 - 0.03 * np.exp(-t / 0.03)
    tone = sum(
        (_buzzing(_phase(hz * r * pitch, rate), hz * r, rate, 0.9) for r in (1.0, 1.26)), np.zeros(length)
    )
    return band(tone, rate, 250, 3200) * _held(length, rate, 0.025, 0.06)


@_synth("whistle")
def _whistle(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A referee's whistle: the pea makes its tone flutter."""
    hz = _hz(params, 2750, rng)
    t = _time(length, rate)
    flutter = np.sin(2 * np.pi * 38 * t + rng.uniform(0, 6.28))
    tone = np.sin(_phase(hz * (1 + 0.025 * flutter), rate)) + 0.5 * np.sin(
        _phase(hz * 1.07 * (1 + 0.025 * flutter), rate)
    )
    breath = 0.12 * _noise(length, rate, rng, 1800, 6000)
    return (tone * (0.7 + 0.3 * flutter) + breath) * _held(length, rate, 0.02, 0.05)


@_synth("engine")
def _engine(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A motor: firing strokes, no two alike, through its exhaust."""
    hz = _hz(params, 34, rng, 0.03)
    phase = _phase(hz * (1 + 0.06 * _wander(length, rate, rng, 3)), rate) / (2 * np.pi)
    stroke = rng.uniform(0.6, 1.0, int(phase[-1]) + 2)[phase.astype(int)] if length else np.zeros(0)
    fire = stroke * np.exp(-7 * (phase % 1.0))
    rumble = sum(
        (band(fire, rate, f * 0.8, f * 1.25) * a for f, a in ((90, 1.0), (210, 0.8), (430, 0.4))),
        np.zeros(length),
    )
    rumble = rumble / max(1e-9, float(np.max(np.abs(rumble))))
    chug = _noise(length, rate, rng, 250, 2200) * fire
    return (rumble + 0.12 * chug) * _held(length, rate, 0.15, 0.4)


# ---------------------------------------------------------------- animals


def _voice(
    length: int,
    rate: int,
    rng: np.random.Generator,
    hz: Wave,
    formants: Sequence[tuple[float, float]],
    breath: float,
) -> Wave:
    """An animal's voice: a harmonic source at `hz`, rough with `breath`, through (Hz, level) formants."""
    source = _buzzing(_phase(hz, rate), float(np.max(hz)), rate, 0.8)
    source = source + breath * _noise(length, rate, rng, 300, 5000)
    return sum((band(source, rate, f * 0.85, f * 1.18) * a for f, a in formants), np.zeros(length))


@_synth("dog")
def _dog(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """One bark: up and down again within a fifth of a second."""
    u = np.linspace(0, 1, length)
    hz = _hz(params, 420, rng, 0.06) * (0.75 + 0.5 * np.sin(np.pi * np.minimum(1, u * 1.15)) - 0.25 * u)
    bark = _voice(length, rate, rng, hz, ((620, 1.0), (1250, 0.9), (2500, 0.35)), 1.3)
    return _room(
        bark * np.minimum(1, u / 0.06) * np.exp(-3.2 * u) * _held(length, rate, 0, 0.04),
        rate,
        rng,
        0.12,
        0.12,
    )


@_synth("cat")
def _cat(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Mi-a-ow: the pitch arches, the mouth opens and closes again."""
    u = np.linspace(0, 1, length)
    hz = _hz(params, 560, rng, 0.04) * (1 + 0.45 * np.sin(np.pi * u**0.8) - 0.2 * u)
    open_mouth = np.exp(-(((u - 0.5) / 0.22) ** 2))
    closed = _voice(length, rate, rng, hz, ((650, 1.0), (2400, 0.6)), 0.08)
    wide = _voice(length, rate, rng, hz, ((1050, 1.0), (1800, 0.9), (3400, 0.4)), 0.08)
    call: Wave = closed * (1 - open_mouth) + 1.4 * wide * open_mouth
    return call * _held(length, rate, 0.07, 0.2)


@_synth("bird")
def _bird(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """A chirp of three quick notes, each gliding down."""
    out = np.zeros(length)
    hz = _hz(params, 3600, rng, 0.05)
    n = int(length * 0.28)
    u = np.linspace(0, 1, n)
    for i in range(3):
        glide = hz * (1 + 0.1 * i) * (1.25 - 0.4 * u + 0.03 * np.sin(2 * np.pi * 4 * u))
        _add(
            out,
            np.sin(_phase(glide, rate)) * np.sin(np.pi * u) ** 0.7,
            i * length / rate * 0.33,
            rate,
            1.0 - 0.1 * i,
        )
    return out


# ---------------------------------------------------------------- the rest


@_synth("whoosh")
def _whoosh(length: int, params: Params, rng: np.random.Generator, rate: int) -> Wave:
    """Something quick goes by: air that brightens as it comes and darkens as it goes. It passes for much."""
    u = np.linspace(0, 1, length)
    out = np.zeros(length)
    for centre, place in ((500, 0.1), (1100, 0.3), (2200, 0.5), (1300, 0.72), (600, 0.9)):
        out += _noise(length, rate, rng, centre * 0.7, centre * 1.4) * np.exp(-(((u - place) / 0.14) ** 2))
    return out * np.sin(np.pi * u**0.7) ** 1.5
