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

# What one event must be, from what the thing is:
#   ms            how long it lasts
#   onset         within so many ms of its start it reaches a tenth of its peak
#   attack        from there to nine tenths of the peak, in ms: a blow or a shock is there at once, a breath swells
#   hz            where its power has its centre
#   decay         ms from its loudest 4 ms until it stays 20 dB below: a dry blow is over, a bell rings on (from 0 for
#                 what sounds evenly, whose loudest moment may be its last)
HEARD = {
    # name       ms            onset attack  hz            decay
    # A tone of 1 kHz with a little of its third harmonic, switched on and off within some ms.
    "beep": ((100, 200), 5, 10, (900, 1200), (0, 160)),
    # Two tones round 1.3 kHz with odd harmonics, as piezo sirens have.
    "alarm": ((150, 300), 5, 10, (1300, 2400), (0, 200)),
    # Bells of 1.05 and 1.3 kHz with a struck shell's overtones (2.76, 5.4), 24 blows a second.
    "phone": ((700, 1200), 5, 900, (1000, 2400), (80, 900)),
    # A motor of 165 turns a second in a case: harmonics above that, loud throughout.
    "buzz": ((400, 900), 20, 500, (150, 800), (0, 650)),
    # Something big and hollow: modes from 70 Hz, struck.
    "bang": ((300, 600), 2, 5, (80, 450), (60, 250)),
    # A door's wood: modes from 190 Hz that die within a tenth of a second.
    "knock": ((80, 200), 2, 8, (180, 700), (15, 80)),
    # Skin on skin or on a table: broad noise above 900 Hz, over within 60 ms.
    "slap": ((80, 200), 2, 5, (1500, 4500), (10, 60)),
    "pop": ((50, 120), 2, 3, (600, 2200), (5, 40)),
    # A large skin's first mode is near 90 Hz; it rings for tenths of a second.
    "drum": ((300, 700), 2, 5, (70, 300), (80, 300)),
    # Valves: below 100 Hz, felt more than heard, soft at the start.
    "heartbeat": ((300, 500), 8, 30, (45, 150), (150, 300)),
    # Fibres that part: clicks of 1.5 to 8 kHz within a tenth of a second.
    "crack": ((100, 250), 2, 15, (1500, 4500), (20, 110)),
    # Thin metal: modes from 400 Hz, and bounces that fall over most of a second.
    "crash": ((600, 1200), 2, 60, (800, 3500), (300, 900)),
    # Small shards ring high: 2 to 10 kHz.
    "glass": ((600, 1200), 2, 120, (3500, 9000), (150, 800)),
    # A shock at once, then a boom of tens of Hz and a roar of some hundreds for seconds.
    "explosion": ((1500, 3500), 2, 5, (80, 700), (400, 1800)),
    # Muzzle blasts rise within microseconds and last 1 to 3 ms; what follows is echo.
    "gunshot": ((500, 1200), 2, 5, (400, 3000), (100, 500)),
    # The hinge creaks softly, the leaf falls to near the end.
    "door": ((500, 1000), 80, 600, (200, 1400), (40, 200)),
    # Small parts of metal: above 2.5 kHz, two strokes 14 ms apart.
    "click": ((40, 90), 2, 20, (2500, 5500), (2, 20)),
    "clock": ((400, 700), 2, 520, (1200, 3200), (5, 560)),
    # A floor under a heel gives way at 100 to 250 Hz; a sole brushes after.
    "footsteps": ((120, 250), 2, 10, (90, 500), (15, 100)),
    # A cap of 1.5 to 2.1 kHz over a board of 400 Hz.
    "keyboard": ((50, 120), 2, 5, (500, 2800), (8, 40)),
    # Leaves and paper: noise above 2 kHz that comes in brushes.
    "rustle": ((700, 1500), 120, 900, (3500, 8000), (100, 1000)),
    # Kilometres of air leave the low tones: below 400 Hz, rolling for seconds.
    "thunder": ((2500, 5000), 20, 400, (40, 400), (1000, 3500)),
    "splash": ((400, 1000), 10, 40, (1200, 4000), (200, 700)),
    # Drops on hard ground: 1 to 10 kHz, without a beginning.
    "rain": ((2000, 4000), 400, 2600, (3000, 7500), (100, 3000)),
    # Eddies round edges: some hundreds of Hz, that swell and sink.
    "wind": ((2000, 4000), 600, 2600, (200, 1200), (300, 3000)),
    # A struck bell is there at once and rings; hum to upper partials of a bell on a'' .
    "bell": ((1000, 2000), 2, 15, (800, 2000), (250, 900)),
    # Reeds at 415 and 523 Hz behind a bell that passes 250 Hz to 3.2 kHz.
    "horn": ((400, 800), 20, 60, (500, 1600), (0, 520)),
    # A pea whistle: 2 to 4 kHz.
    "whistle": ((400, 900), 20, 80, (2400, 3600), (0, 650)),
    # Firing strokes at 34 Hz through an exhaust: below 400 Hz.
    "engine": ((1500, 3000), 80, 1500, (60, 400), (200, 2000)),
    # A bark: 300 to 600 Hz with formants to 2.5 kHz, a fifth of a second.
    "dog": ((150, 300), 10, 40, (600, 1900), (80, 230)),
    "cat": ((500, 900), 40, 300, (600, 1900), (300, 700)),
    # Small birds chirp between 2 and 8 kHz.
    "bird": ((150, 350), 10, 60, (2000, 8000), (100, 260)),
    # A body that passes through the air: noise that brightens and darkens.
    "other": ((250, 500), 60, 250, (800, 2600), (100, 300)),
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


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", HEARD)
def test_every_sound_is_what_its_thing_would_sound_like(name: str, seed: int) -> None:
    ms, onset_ms, attack_ms, hz, decay_ms = HEARD[name]
    samples = render(name, seed=seed)
    level = np.abs(samples)
    begins = int(np.argmax(level > 0.1 * level.max()))
    loud = envelope(samples)
    after = np.flatnonzero(loud > 0.1 * loud.max())[-1] - int(loud.argmax())
    assert ms[0] <= samples.size / RATE * 1000 <= ms[1]
    assert begins / RATE * 1000 <= onset_ms
    assert (int(np.argmax(level >= 0.9 * level.max())) - begins) / RATE * 1000 <= attack_ms
    assert hz[0] <= centroid_hz(samples) <= hz[1]
    assert decay_ms[0] <= after * 4 <= decay_ms[1]


@pytest.mark.parametrize("name", LIBRARY)
def test_no_sound_clips_or_carries_an_offset(name: str) -> None:
    samples = render(name, count=3, length_ms=2000)
    assert np.abs(samples).max() < 0.71  # -3 dBFS
    assert abs(float(samples.mean())) < 0.001
    assert np.abs(samples[:2]).max() < 0.02 and np.abs(samples[-2:]).max() < 0.02


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
