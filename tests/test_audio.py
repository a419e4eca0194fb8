import numpy as np
import pytest

from novelcast.audio import (
    decibels,
    fade,
    gain,
    resample,
    resampled_length,
    samples_in,
    silence,
    trimmed,
)


def sine(seconds: float, rate_hz: int, hz: float = 440.0, amplitude: float = 0.5) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(
        np.float32
    )


@pytest.mark.parametrize(
    ("ms", "rate_hz", "samples"), [(1000, 44_100, 44_100), (10, 44_100, 441), (0, 24_000, 0), (1, 22_050, 22)]
)
def test_a_duration_is_whole_samples(ms: float, rate_hz: int, samples: int) -> None:
    assert samples_in(ms, rate_hz) == samples


def test_decibels_and_gain_undo_each_other() -> None:
    assert decibels(gain(-17.5)) == pytest.approx(-17.5)
    assert decibels(0.0) == -120.0


@pytest.mark.parametrize("length", [0, 1, 7, 24_000, 24_001])
def test_resampling_gives_exactly_the_length_it_announces(length: int) -> None:
    out = resample(sine(2.0, 24_000)[:length], 24_000, 44_100)
    assert out.size == resampled_length(length, 24_000, 44_100)


def test_resampling_keeps_a_tone_and_its_level() -> None:
    out = resample(sine(1.0, 24_000, hz=1000), 24_000, 44_100)
    spectrum = np.abs(np.fft.rfft(out))
    assert np.argmax(spectrum) * 44_100 / out.size == pytest.approx(1000, abs=2)
    assert np.sqrt((out**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_a_fade_leaves_its_input_alone_and_begins_in_silence() -> None:
    tone = np.ones(1000, dtype=np.float32)
    out = fade(tone, 100, 200)
    assert tone.min() == 1.0
    assert out[0] == 0.0 and out[-1] == pytest.approx(0.0, abs=1e-6)
    assert (out[100:800] == 1.0).all()


def test_trimming_takes_the_silence_and_leaves_the_speech() -> None:
    rate_hz = 24_000
    spoken = sine(1.0, rate_hz)
    padded = np.concatenate([silence(9_600), spoken, silence(24_000)])
    out = trimmed(padded, rate_hz, keep_ms=30)
    assert spoken.size <= out.size <= spoken.size + samples_in(100, rate_hz)


def test_trimming_keeps_the_pause_inside_a_line() -> None:
    rate_hz = 24_000
    line = np.concatenate([sine(0.5, rate_hz), silence(rate_hz), sine(0.5, rate_hz)])
    assert trimmed(line, rate_hz).size >= 2 * rate_hz - samples_in(20, rate_hz)


def test_silence_trims_to_nothing() -> None:
    assert trimmed(silence(5000), 24_000).size == 0
