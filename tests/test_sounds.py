"""Every sound of the library is there, is what it says, and is the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

import novelcast.sounds as sounds
from novelcast.audio import Samples, decibels, samples_in
from novelcast.catalog import CueSound, load_cue_sounds
from novelcast.errors import SettingsError
from novelcast.synths import SYNTHS

RATE = 44_100
LIBRARY = {s.name: s for s in load_cue_sounds()}

# name: (longest ms of one event, spectral centroid from and to in Hz, onset within ms)
HEARD = {
    "beep": (200, 850, 1300, 10),
    "alarm": (250, 1200, 2400, 10),
    "phone": (1200, 1000, 2400, 10),
    "buzz": (900, 120, 800, 40),
    "bang": (600, 80, 450, 10),
    "knock": (200, 180, 700, 10),
    "slap": (200, 1500, 4500, 10),
    "pop": (120, 600, 2200, 10),
    "drum": (700, 70, 300, 10),
    "heartbeat": (500, 50, 200, 20),
    "crack": (250, 1500, 4500, 10),
    "crash": (1200, 800, 3500, 10),
    "glass": (1200, 3500, 9000, 10),
    "explosion": (3500, 80, 900, 15),
    "gunshot": (1200, 400, 3000, 10),
    "door": (1000, 200, 1400, 80),
    "click": (90, 2500, 5500, 10),
    "clock": (700, 1200, 3200, 10),
    "footsteps": (250, 100, 600, 10),
    "keyboard": (120, 500, 2800, 10),
    "rustle": (1500, 3500, 8000, 300),
    "thunder": (5000, 50, 450, 120),
    "splash": (1000, 1200, 4000, 20),
    "rain": (4000, 3000, 7500, 400),
    "wind": (4000, 250, 1200, 1200),
    "bell": (2000, 800, 2000, 10),
    "horn": (800, 400, 1600, 40),
    "whistle": (900, 2400, 3300, 40),
    "engine": (3000, 60, 400, 200),
    "dog": (300, 600, 1900, 30),
    "cat": (900, 600, 1900, 100),
    "bird": (350, 3000, 5500, 20),
    "other": (500, 800, 2600, 120),
}
# One event of these is heard as several: two thumps of the heart, tick and tock.
STROKES = {"heartbeat": 2, "clock": 2}
# How long these fall silent between two events; a crack, a clatter, an echo and a sole belong to theirs.
QUIET_MS = {"gunshot": 150, "crack": 80, "footsteps": 80, "bird": 80, "slap": 60, "door": 200}
STRUCK = [
    "alarm", "beep", "phone", "bang", "knock", "slap", "pop", "drum", "heartbeat", "click", "clock", "keyboard",
    "gunshot", "horn", "whistle", "dog", "cat", "crack", "footsteps", "bird", "door",
]  # fmt: skip


def render(
    name: str, *, count: int = 1, length_ms: int | None = None, seed: int = 7, rate_hz: int = RATE
) -> Samples:
    return sounds.render(LIBRARY[name], count=count, length_ms=length_ms, seed=seed, rate_hz=rate_hz)


def envelope(samples: Samples, window_ms: float = 4.0) -> np.ndarray:
    n = samples_in(window_ms, RATE)
    blocks = samples[: samples.size // n * n].reshape(-1, n)
    return np.sqrt((blocks.astype(np.float64) ** 2).mean(axis=1))


def onsets(samples: Samples, quiet_ms: float) -> int:
    """Rises above -20 dB of the loudest block after at least `quiet_ms` below it."""
    loud = envelope(samples) > 0.1 * envelope(samples).max()
    need = quiet_ms / 4.0
    found, silent = 0, need
    for block in loud:
        if block and silent >= need:
            found += 1
        silent = 0.0 if block else silent + 1
    return found


def centroid_hz(samples: Samples) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((power * np.fft.rfftfreq(samples.size, 1 / RATE)).sum() / power.sum())


def test_the_library_holds_the_sounds_that_scripts_name() -> None:
    assert set(HEARD) <= set(LIBRARY)
    assert all(s.make in SYNTHS for s in LIBRARY.values() if s.file is None)


@pytest.mark.parametrize("name", LIBRARY)
def test_every_sound_peaks_at_minus_three_db_and_is_clean_at_both_ends(name: str) -> None:
    samples = render(name)
    assert samples.dtype == np.float32 and samples.ndim == 1
    assert decibels(float(np.max(np.abs(samples)))) == pytest.approx(-3.0, abs=0.1)
    assert abs(float(samples[0])) < 0.01 and abs(float(samples[-1])) < 0.01
    assert abs(float(samples.mean())) < 0.01


@pytest.mark.parametrize("name", HEARD)
def test_every_sound_has_its_own_length_colour_and_start(name: str) -> None:
    longest_ms, low, high, onset_ms = HEARD[name]
    for seed in (1, 2, 3):
        samples = render(name, seed=seed)
        assert 30 <= samples.size / RATE * 1000 <= longest_ms
        assert low <= centroid_hz(samples) <= high
        assert int(np.argmax(np.abs(samples) > 0.07)) <= samples_in(onset_ms, RATE)


@pytest.mark.parametrize("name", LIBRARY)
def test_a_seed_gives_one_sound_and_another_seed_a_slightly_other_one(name: str) -> None:
    first, again, other = render(name, seed=5), render(name, seed=5), render(name, seed=6)
    assert np.array_equal(first, again)
    assert other.size == first.size and not np.array_equal(first, other)


@pytest.mark.parametrize("name", STRUCK)
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_counted_sound_is_heard_as_often_as_asked(name: str, count: int) -> None:
    assert LIBRARY[name].countable
    assert onsets(render(name, count=count), QUIET_MS.get(name, 28)) == count * STROKES.get(name, 1)


@pytest.mark.parametrize("name", LIBRARY)
def test_more_events_take_longer(name: str) -> None:
    assert render(name, count=3).size > render(name, count=2).size > render(name).size


@pytest.mark.parametrize("name", LIBRARY)
@pytest.mark.parametrize(("count", "length_ms"), [(1, 1600), (3, 2400), (2, 90)])
def test_a_length_that_is_asked_for_is_kept(name: str, count: int, length_ms: int) -> None:
    samples = render(name, count=count, length_ms=length_ms)
    assert samples.size == samples_in(length_ms, RATE)
    assert decibels(float(np.max(np.abs(samples)))) == pytest.approx(-3.0, abs=0.1)


def test_a_drawn_out_alarm_keeps_its_number_of_beeps() -> None:
    assert onsets(render("alarm", count=3, length_ms=2400), quiet_ms=28) == 3


def test_a_drawn_out_bell_rings_longer() -> None:
    short, long = render("bell"), render("bell", length_ms=4000)
    late = slice(samples_in(900, RATE), samples_in(1200, RATE))
    assert np.std(long[late]) > 2 * np.std(short[late])


def test_typing_that_goes_on_is_many_keys_and_not_one_long_one() -> None:
    assert onsets(render("keyboard", length_ms=1500), quiet_ms=28) >= 6


def test_a_pop_is_short_and_bursts_at_once() -> None:
    energy = np.cumsum(render("pop").astype(np.float64) ** 2)
    assert np.searchsorted(energy, 0.9 * energy[-1]) < samples_in(40, RATE)


def test_an_alarm_beeps_in_two_tones() -> None:
    half = render("alarm").size // 2
    low, high = (render("alarm")[a : a + half].copy() for a in (half, 0))
    tones = [float(np.argmax(np.abs(np.fft.rfft(x, RATE)))) for x in (high, low)]
    assert tones[0] / tones[1] == pytest.approx(1480 / 1110, rel=0.03)


def test_thunder_and_explosions_die_away_over_seconds() -> None:
    for name in ("thunder", "explosion"):
        loud = envelope(render(name), 100.0)
        assert loud[:6].max() > 4 * loud[-3:].max()
        assert loud[12] > 0.003


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_a_sound_lasts_as_long_at_every_rate(rate_hz: int) -> None:
    for name in ("bell", "click", "rain"):
        assert render(name, rate_hz=rate_hz).size / rate_hz == pytest.approx(
            render(name).size / RATE, abs=0.001
        )


def test_a_file_is_a_sound_too(tmp_path: Path) -> None:
    tone = 0.2 * np.sin(2 * np.pi * 500 * np.arange(8000) / 16_000)
    soundfile.write(tmp_path / "tone.wav", tone, 16_000)
    mine = CueSound(name="mine", file=str(tmp_path / "tone.wav"), params={"every_ms": 700})
    one, two = (sounds.render(mine, count=n, length_ms=None, seed=1, rate_hz=RATE) for n in (1, 2))
    assert one.size / RATE == pytest.approx(0.5, abs=0.01)
    assert two.size / RATE == pytest.approx(1.2, abs=0.01)
    assert centroid_hz(one) == pytest.approx(500, rel=0.05)
    assert decibels(float(np.max(np.abs(one)))) == pytest.approx(-3.0, abs=0.1)


def test_what_comes_from_afar_is_duller() -> None:
    for name in ("gunshot", "slap", "bell"):
        near, far = (
            sounds.render(LIBRARY[name], count=1, length_ms=None, seed=3, rate_hz=RATE, far=far)
            for far in (False, True)
        )
        assert centroid_hz(far) < 0.9 * centroid_hz(near)


def test_an_unknown_synthesiser_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(SettingsError, match="gong") as refused:
        sounds.render(CueSound(name="mine", make="gong"), count=1, length_ms=None, seed=1, rate_hz=RATE)
    assert "bell" in refused.value.hint
