"""Loudness is what BS.1770 says, peaks stay under the ceiling, and the finished file keeps its preset."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import av.filter
import numpy as np
import pytest

from made_speech import speech
from novelcast import loudness
from novelcast.errors import InputError, SettingsError
from novelcast.loudness import LoudnessMeter, measure
from novelcast.master import limit, master_to_file
from novelcast.media import decode
from novelcast.model import Loudness
from novelcast.presets import PRESETS, Preset, preset_named
from novelcast.publish.id3 import Tags
from novelcast.publish.mp3 import write_mp3

RATE = 48_000


def sine(
    dbfs: float, seconds: float, *, hz: float = 1000, rate_hz: int = RATE, channels: int = 2, phase: float = 0
):
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz + phase)
    return np.repeat(wave[:, np.newaxis], channels, axis=1).astype(np.float32)


def cut(audio: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (audio[at : at + size] for at in range(0, len(audio), size))


def measured(audio: np.ndarray, rate_hz: int = RATE) -> Loudness:
    return measure(cut(audio, 10_000), rate_hz=rate_hz, channels=audio.shape[1])


def limited(
    audio: np.ndarray,
    *,
    gain_db: float = 0,
    ceiling_dbtp: float = -1,
    size: int = 10_000,
    rate_hz: int = RATE,
):
    return np.concatenate(
        list(limit(cut(audio, size), gain_db=gain_db, ceiling_dbtp=ceiling_dbtp, rate_hz=rate_hz))
    )


def ffmpeg_measures(audio: np.ndarray, rate_hz: int) -> tuple[float, float, float]:
    """Integrated loudness, true peak and loudness range by FFmpeg's ebur128 filter."""
    layout = "mono" if audio.shape[1] == 1 else "stereo"
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate_hz, format="fltp", layout=layout)
    meter = graph.add("ebur128", "peak=true:metadata=1")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found: dict[str, str] = {}

    def drain() -> None:
        while True:
            try:
                found.update(sink.pull().metadata)
            except (av.BlockingIOError, av.EOFError):
                return

    for block in cut(audio, 4800):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout=layout)
        frame.sample_rate = rate_hz
        source.push(frame)
        drain()
    source.push(None)
    drain()
    peak = max(float(value) for name, value in found.items() if name.startswith("lavfi.r128.true_peaks_ch"))
    return float(found["lavfi.r128.I"]), 20 * np.log10(peak), float(found["lavfi.r128.LRA"])


# ---------------------------------------------------------------- the meter


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        # EBU Tech 3341, cases 1 to 5: stereo sines of 1 kHz at (dBFS, seconds).
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_the_ebu_signals_measure_what_the_ebu_says(parts: list[tuple[float, float]], lufs: float) -> None:
    audio = np.concatenate([sine(dbfs, seconds) for dbfs, seconds in parts])
    ours = measured(audio).integrated_lufs
    assert ours == pytest.approx(lufs, abs=0.1)
    assert ours == pytest.approx(ffmpeg_measures(audio, RATE)[0], abs=0.1)


@pytest.mark.parametrize(
    ("levels", "range_lu"),
    # EBU Tech 3342, cases 1 to 4: stereo sines of 1 kHz, 20 s at each of these levels in dBFS.
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
)
def test_the_ebu_signals_have_the_range_the_ebu_says(levels: tuple[float, ...], range_lu: float) -> None:
    audio = np.concatenate([sine(dbfs, 20) for dbfs in levels])
    ours = measured(audio).range_lu
    assert ours == pytest.approx(range_lu, abs=0.5)  # the EBU allows 1
    assert ours == pytest.approx(ffmpeg_measures(audio, RATE)[2], abs=0.1)


@pytest.mark.parametrize(
    ("hz", "degrees", "amplitude", "dbtp"),
    # EBU Tech 3341, cases 15 to 19: sines between whose samples the peak lies; +0.2 and -0.4 dB are allowed.
    [(RATE / 4, 0, 0.5, -6), (RATE / 4, 45, 0.5, -6), (RATE / 6, 60, 0.5, -6), (RATE / 8, 67.5, 0.5, -6),
     (RATE / 4, 45, 1.41, 3)],
)  # fmt: skip
def test_the_ebu_signals_peak_where_the_ebu_says(
    hz: float, degrees: float, amplitude: float, dbtp: float
) -> None:
    audio = sine(20 * np.log10(amplitude), 2, hz=hz, phase=np.radians(degrees))
    edge = np.minimum(1, np.minimum(np.arange(len(audio)), np.arange(len(audio))[::-1]) / 480)[:, np.newaxis]
    assert -0.4 <= measured((audio * edge).astype(np.float32)).true_peak_dbtp - dbtp <= 0.2


def test_what_is_before_and_after_the_first_sound_is_measured() -> None:
    audio = np.concatenate([sine(-70, 0.8, channels=1), sine(-20, 2, channels=1), sine(-70, 1.5, channels=1)])
    found = measured(audio)
    assert (found.head_s, found.tail_s) == (pytest.approx(0.8, abs=0.01), pytest.approx(1.5, abs=0.01))


def test_the_k_weighting_at_48_khz_is_the_table_of_the_standard() -> None:
    assert loudness._k_weighting(48_000) == pytest.approx(
        np.array(
            [
                [
                    1.53512485958697,
                    -2.69169618940638,
                    1.19839281085285,
                    1,
                    -1.69065929318241,
                    0.73248077421585,
                ],
                [1.0, -2.0, 1.0, 1, -1.99004745483398, 0.99007225036621],
            ]
        ),
        abs=1e-9,
    )


@pytest.mark.parametrize("rate_hz", [22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_meter_agrees_with_ffmpegs(rate_hz: int, channels: int) -> None:
    audio = speech(12, rate_hz=rate_hz, channels=channels)
    if channels == 2:
        audio[:, 1] = 0.5 * np.roll(audio[:, 1], 5000)
    lufs, true_peak, range_lu = ffmpeg_measures(audio, rate_hz)
    ours = measured(audio, rate_hz)
    assert ours.integrated_lufs == pytest.approx(lufs, abs=0.1)
    assert ours.true_peak_dbtp == pytest.approx(true_peak, abs=0.2)
    assert ours.range_lu == pytest.approx(range_lu, abs=0.5)


def test_a_true_peak_where_two_windows_meet_is_found() -> None:
    audio = np.zeros((2 * RATE, 1), dtype=np.float32)
    audio[RATE - 1 : RATE + 1] = 0.5  # the two sides of a second, the meter's own step
    expected = np.zeros_like(audio)
    expected[RATE // 2 : RATE // 2 + 2] = 0.5
    assert measured(audio).true_peak_dbtp == pytest.approx(measured(expected).true_peak_dbtp, abs=1e-6)
    assert measured(audio).true_peak_dbtp > measured(audio).sample_peak_db + 1


def test_rms_and_sample_peak_are_plain() -> None:
    found = measured(sine(-20, 3))
    assert found.rms_db == pytest.approx(-23.01, abs=0.01)
    assert found.sample_peak_db == pytest.approx(-20.0, abs=0.01)


def test_the_noise_floor_is_the_quietest_half_second() -> None:
    rng = np.random.default_rng(3)
    noise = (0.001 * rng.standard_normal((RATE, 1))).astype(np.float32)
    audio = np.concatenate([sine(-20, 2, channels=1), noise, sine(-20, 2, channels=1)])
    assert measured(audio).noise_floor_db == pytest.approx(-60.0, abs=0.5)


def test_silence_is_a_floor_and_not_infinite() -> None:
    for audio in (np.zeros((RATE, 2), dtype=np.float32), np.zeros((0, 2), dtype=np.float32)):
        found = measured(audio).model_dump(exclude={"range_lu", "head_s", "tail_s"})
        assert set(found.values()) == {-120.0}
        assert measured(audio).head_s == measured(audio).tail_s == len(audio) / RATE


def test_less_than_a_gating_block_has_no_loudness_but_levels() -> None:
    found = measured(sine(-20, 0.2))
    assert found.integrated_lufs == -120.0
    assert found.noise_floor_db == found.rms_db == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("size", [101, 997, 48_000, 10**7])
def test_the_meter_does_not_see_how_a_stream_is_cut(size: int) -> None:
    audio = speech(3, channels=2)[: 3 * RATE - 77]
    assert measure(cut(audio, size), rate_hz=RATE, channels=2) == measured(audio)


def test_a_result_can_be_asked_for_twice() -> None:
    meter = LoudnessMeter(RATE, 1)
    meter.add(speech(2))
    assert meter.result() == meter.result()


def test_momentary_loudness_follows_the_sound() -> None:
    meter = LoudnessMeter(RATE, 2)
    meter.add(np.concatenate([sine(-30, 2), sine(-20, 2)]))
    meter.result()
    curve = meter.momentary_lufs()
    assert curve.size == 37  # 4 s in steps of 0.1 s, each 0.4 s long
    assert curve[5] == pytest.approx(-30, abs=0.1)
    assert curve[-5] == pytest.approx(-20, abs=0.1)


# ---------------------------------------------------------------- the limiter


def test_what_is_under_the_ceiling_passes_unchanged() -> None:
    audio = speech(3)
    assert np.array_equal(limited(audio), audio)
    assert np.allclose(limited(audio, gain_db=6), audio * 10 ** (6 / 20), rtol=1e-6)


@pytest.mark.parametrize("gain_db", [6, 20, 40])
def test_no_peak_is_over_the_ceiling(gain_db: float) -> None:
    rng = np.random.default_rng(5)
    noise = (0.2 * rng.standard_normal((3 * RATE, 1))).astype(np.float32)
    clicks = np.zeros((3 * RATE, 1), dtype=np.float32)
    clicks[rng.integers(0, 3 * RATE, 200)] = 1.0
    for audio in (
        speech(5),
        noise,
        clicks,
        sine(-3, 3, hz=11_000, channels=1),
        sine(0, 3, hz=60, channels=1),
    ):
        found = measured(limited(audio, gain_db=gain_db))
        assert found.sample_peak_db <= -1 + 1e-5
        assert found.true_peak_dbtp <= -1 + 0.05


def test_a_peak_at_either_end_is_limited_too() -> None:
    audio = np.zeros((RATE, 1), dtype=np.float32)
    audio[0] = audio[-1] = 1.0
    assert measured(limited(audio, ceiling_dbtp=-6)).sample_peak_db <= -6 + 1e-5


@pytest.mark.parametrize("length", [1, 100, RATE - 1, RATE, RATE + 1, 2 * RATE + 1234])
def test_as_many_samples_come_out_as_go_in(length: int) -> None:
    audio = np.full((length, 2), 0.5, dtype=np.float32)
    assert limited(audio, gain_db=12).shape == audio.shape
    assert list(limit([], gain_db=0, ceiling_dbtp=-1, rate_hz=RATE)) == []


def test_the_limiter_does_not_delay() -> None:
    audio = sine(-20, 2, channels=1)
    audio[RATE] = 4.0  # one click far over the ceiling
    out = limited(audio)
    assert int(np.abs(out).argmax()) == RATE
    # Before the look-ahead nothing has moved, and a second after the click 0.3 % are left of 13 dB.
    assert np.array_equal(out[: RATE - 300], audio[: RATE - 300])
    assert np.allclose(out[-RATE // 4 :], audio[-RATE // 4 :], rtol=0.003)


@pytest.mark.parametrize("size", [101, 333, 48_000, 10**7])
def test_the_limiter_does_not_see_how_a_stream_is_cut(size: int) -> None:
    audio = speech(3, channels=2)[: 3 * RATE - 77]
    assert np.array_equal(limited(audio, gain_db=30, size=size), limited(audio, gain_db=30))


def test_channels_are_turned_down_together() -> None:
    audio = np.hstack([sine(0, 2, channels=1), sine(-20, 2, channels=1)])
    out = limited(audio, ceiling_dbtp=-6)
    assert np.allclose(out[:, 1], out[:, 0] / 10, atol=1e-6)


def test_the_gain_comes_back_slowly_and_without_jumps() -> None:
    level = np.full((2 * RATE, 1), 0.1, dtype=np.float32)
    level[RATE] = 2.0
    out = limited(level, ceiling_dbtp=-6)
    gain_db = 20 * np.log10(out[:, 0] / level[:, 0])
    assert np.abs(np.diff(gain_db)).max() < 0.3
    assert gain_db[RATE] == pytest.approx(-12.04, abs=0.1)
    # Half of it is back after 80 ms, three quarters after 160, all after a second.
    half = RATE * 80 // 1000
    assert gain_db[RATE + half] == pytest.approx(-6.0, abs=0.3)
    assert gain_db[RATE + 2 * half] == pytest.approx(-3.0, abs=0.2)
    assert gain_db[-1] == pytest.approx(0, abs=0.01)


# ---------------------------------------------------------------- presets


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(SettingsError) as caught:
        preset_named("vinyl")
    assert all(name in caught.value.hint for name in PRESETS)
    assert preset_named("podcast").target_lufs == -16


def test_a_preset_says_what_a_file_misses() -> None:
    good = Loudness(
        integrated_lufs=-16.3, rms_db=-19, true_peak_dbtp=-1.2, sample_peak_db=-1.3, noise_floor_db=-70
    )
    podcast = preset_named("podcast")
    assert podcast.misses(good) == []
    [wrong] = podcast.misses(good.model_copy(update={"integrated_lufs": -17.5}))
    assert "-17.5 LUFS" in wrong.what and "1.5 dB louder" in wrong.do
    [wrong] = podcast.misses(good.model_copy(update={"true_peak_dbtp": -0.4}))
    assert "-0.40 dBTP" in wrong.what and "limit" in wrong.do
    assert preset_named("none").misses(good.model_copy(update={"integrated_lufs": -40.0})) == []


def test_silence_and_no_target_get_no_gain() -> None:
    silent = measured(np.zeros((RATE, 1), dtype=np.float32))
    assert preset_named("podcast-mono").gain_db(silent) == 0
    assert preset_named("none").gain_db(measured(sine(-23, 2))) == 0
    assert preset_named("podcast").gain_db(measured(sine(-23, 2))) == pytest.approx(7, abs=0.1)


# ---------------------------------------------------------------- a mastered file


def mp3_writer(preset: Preset):
    def write(path: Path, blocks: Iterable[np.ndarray]) -> None:
        write_mp3(
            path,
            blocks,
            rate_hz=preset.rate_hz,
            channels=preset.channels,
            bitrate_kbps=preset.bitrate_kbps,
            tags=Tags(title="t", album="a"),
        )

    return write


@pytest.mark.parametrize("name", ["podcast", "podcast-mono", "acx", "audiobook"])
@pytest.mark.parametrize("level", [0.05, 1.0, 8.0])
def test_the_finished_file_keeps_its_preset(tmp_path: Path, name: str, level: float) -> None:
    preset = preset_named(name)
    audio = level * speech(12, rate_hz=preset.rate_hz, seed=round(level * 100), noise=1e-5)
    spoken = np.flatnonzero(np.abs(audio) > 0.01 * level)
    head, tail = (np.zeros((round(s * preset.rate_hz), 1), dtype=np.float32) for s in (0.7, 1.5))
    audio = np.concatenate([head, audio[spoken[0] : spoken[-1]], tail])
    path = tmp_path / "a.mp3"
    reported = master_to_file(lambda: cut(audio, 4096), path, preset, mp3_writer(preset))

    decoded = np.concatenate(list(decode(path, rate_hz=preset.rate_hz, channels=preset.channels)))
    assert decoded.shape == (len(audio), preset.channels)
    assert measured(decoded, preset.rate_hz) == reported
    assert preset.misses(reported) == []
    lufs, true_peak, _ = ffmpeg_measures(decoded, preset.rate_hz)
    level = reported.rms_db if preset.target_rms_db is not None else lufs
    assert level == pytest.approx(preset.target, abs=0.5)
    assert true_peak <= preset.ceiling_db + 0.1
    assert list(tmp_path.iterdir()) == [path]


def peaky(voice: np.ndarray) -> np.ndarray:
    """A voice whose peaks are 6 dB higher over its loudness than any speaker's that we have heard."""
    return voice * np.abs(voice) * 10


def any_mix(seed: int, seconds: int = 8) -> np.ndarray:
    """A chapter of any voices: near and far, hummed, breathed and spoken, and now and then a bang or a click."""
    rng = np.random.default_rng(seed)
    rate_hz = 24_000
    audio = np.zeros((seconds * rate_hz, 1), dtype=np.float32)
    voices = [
        lambda: speech(2, rate_hz=rate_hz, seed=int(rng.integers(1000))),
        lambda: peaky(speech(2, rate_hz=rate_hz, seed=int(rng.integers(1000)))),
        lambda: sine(-3, 2, hz=rng.uniform(80, 4000), rate_hz=rate_hz, channels=1),
        lambda: np.clip(rng.laplace(0, 0.1, (2 * rate_hz, 1)), -1, 1),
    ]
    for start in range(0, len(audio), 2 * rate_hz):
        voice = voices[rng.integers(len(voices))]()
        voice *= 10 ** (rng.uniform(-26, -16) / 20) / np.sqrt(np.mean(voice**2))
        audio[start : start + 2 * rate_hz] += voice.astype(np.float32)
        audio[start + rng.integers(2 * rate_hz)] += 0.4
    bang = 0.2 * rng.standard_normal((rate_hz, 1)) * np.exp(-np.arange(rate_hz) / 2000)[:, np.newaxis]
    audio[3 * rate_hz : 4 * rate_hz] += bang.astype(np.float32)
    return audio


@pytest.mark.parametrize("seed", range(20))
def test_any_mix_of_sounds_comes_out_at_its_loudness_and_under_its_ceiling(tmp_path: Path, seed: int) -> None:
    preset = preset_named("audiobook")
    audio = any_mix(seed)
    file = master_to_file(lambda: cut(audio, 4096), tmp_path / "a.mp3", preset, mp3_writer(preset))
    assert file.true_peak_dbtp <= preset.ceiling_db
    assert file.integrated_lufs == pytest.approx(preset.target, abs=0.5)


def test_a_gain_that_is_a_bad_guess_does_no_harm(tmp_path: Path) -> None:
    preset = preset_named("audiobook")
    audio = speech(8, rate_hz=24_000)
    for guess_db in (-10.0, 0.0, 40.0):
        file = master_to_file(
            lambda: cut(audio, 4096), tmp_path / "a.mp3", preset, mp3_writer(preset), first_gain_db=guess_db
        )
        assert preset.misses(file, 0.5) == []


def test_without_a_target_the_loudness_stays(tmp_path: Path) -> None:
    audio = speech(6, rate_hz=44_100)
    preset = preset_named("none")
    reported = master_to_file(lambda: cut(audio, 4096), tmp_path / "a.mp3", preset, mp3_writer(preset))
    stereo = np.repeat(audio, 2, axis=1)
    assert reported.integrated_lufs == pytest.approx(measured(stereo, 44_100).integrated_lufs, abs=0.1)


def test_a_silent_chapter_is_written_as_it_is(tmp_path: Path) -> None:
    preset = preset_named("podcast")
    audio = np.zeros((2 * 44_100, 1), dtype=np.float32)
    assert master_to_file(lambda: [audio], tmp_path / "a.mp3", preset, mp3_writer(preset)).rms_db < -100
    assert (tmp_path / "a.mp3").exists()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_master_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"old")
    calls = 0

    def mix() -> Iterator[np.ndarray]:
        nonlocal calls
        calls += 1
        yield speech(2, rate_hz=44_100)
        if calls > 1:
            raise error

    preset = preset_named("podcast")
    with pytest.raises(error):
        master_to_file(mix, path, preset, mp3_writer(preset))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    preset = preset_named("podcast")
    with pytest.raises(InputError, match="cannot write") as caught:
        master_to_file(
            lambda: [sine(-20, 1, channels=1)], tmp_path / "file" / "a.mp3", preset, mp3_writer(preset)
        )
    assert "--output" in caught.value.hint
