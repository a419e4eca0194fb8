"""Voices that are not in the room, looked at by their spectrum."""

from typing import get_args

import numpy as np
import pytest

from novelcast.audio import Samples
from novelcast.effects import TAIL_MS, apply_effect, tail_samples
from novelcast.loudness import clip_lufs
from novelcast.model import Effect

RATE_HZ = 44_100
HEARD: list[Effect] = [e for e in get_args(Effect) if e != "none"]


@pytest.fixture(scope="module")
def voice() -> Samples:
    """A second of a buzz at 110 Hz with every harmonic up to 16 kHz, in syllables."""
    t = np.arange(RATE_HZ) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 110.0 * n * t) / n for n in range(1, 146))
    return (0.1 * buzz * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * t))).astype(np.float32)


def share(samples: Samples, low_hz: float, high_hz: float) -> float:
    """The share of the energy that lies between two frequencies."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(samples.size, 1 / RATE_HZ)
    return float(power[(hz >= low_hz) & (hz < high_hz)].sum() / power.sum())


@pytest.mark.parametrize("effect", ["phone", "radio"])
def test_a_telephone_has_neither_bass_nor_treble(voice: Samples, effect: Effect) -> None:
    heard = apply_effect(voice, RATE_HZ, effect)
    assert share(voice, 0, 250) > 0.2 and share(voice, 4000, 22_050) > 0.001  # there was something to lose
    assert share(heard, 0, 250) < 1e-4
    assert share(heard, 4000, 22_050) < 1e-4


@pytest.mark.parametrize("effect", HEARD)
def test_an_effect_keeps_the_level_and_adds_its_tail(voice: Samples, effect: Effect) -> None:
    heard = apply_effect(voice, RATE_HZ, effect)
    assert heard.dtype == np.float32
    assert heard.size == voice.size + tail_samples(effect, RATE_HZ)
    assert clip_lufs(heard[: voice.size], RATE_HZ) == pytest.approx(clip_lufs(voice, RATE_HZ), abs=0.1)
    assert not np.allclose(heard[: voice.size], voice, atol=1e-3)


@pytest.mark.parametrize("effect", list(TAIL_MS))
def test_an_echo_is_heard_after_the_voice_and_dies_away(voice: Samples, effect: Effect) -> None:
    tail = apply_effect(voice, RATE_HZ, effect)[voice.size :]
    third = tail.size // 3
    assert np.abs(tail[:third]).max() > 1e-3
    assert np.abs(tail[-third:]).max() < 0.3 * np.abs(tail[:third]).max()


def test_the_radio_is_distorted_and_the_telephone_is_not() -> None:
    t = np.arange(RATE_HZ) / RATE_HZ
    tone = (0.2 * np.sin(2 * np.pi * 800 * t)).astype(np.float32)
    assert share(apply_effect(tone, RATE_HZ, "phone"), 2200, 2600) < 1e-4
    assert share(apply_effect(tone, RATE_HZ, "radio"), 2200, 2600) > 1e-3  # the third harmonic


@pytest.mark.parametrize("effect", HEARD)
def test_the_same_clip_always_sounds_the_same(voice: Samples, effect: Effect) -> None:
    assert np.array_equal(apply_effect(voice, RATE_HZ, effect), apply_effect(voice, RATE_HZ, effect))


def test_no_effect_is_no_change(voice: Samples) -> None:
    assert apply_effect(voice, RATE_HZ, None) is voice and apply_effect(voice, RATE_HZ, "none") is voice


@pytest.mark.parametrize("effect", HEARD)
def test_silence_and_the_shortest_clip_stay_what_they_are(effect: Effect) -> None:
    assert np.isfinite(apply_effect(np.zeros(441, dtype=np.float32), RATE_HZ, effect)).all()
    assert np.isfinite(apply_effect(np.full(3, 0.1, dtype=np.float32), RATE_HZ, effect)).all()
