"""A file is told what a shop would say of it, and what to do."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from made_speech import speech
from novelcast.audiocheck import check_audio
from novelcast.cli import app
from novelcast.errors import InputError
from novelcast.master import master_to_file
from novelcast.presets import preset_named
from novelcast.publish.id3 import Tags
from novelcast.publish.mp3 import write_mp3

ACX = preset_named("acx")


def silence_around(audio: np.ndarray, head_s: float, tail_s: float, rate_hz: int = 44_100) -> np.ndarray:
    rng = np.random.default_rng(0)
    room = [1e-5 * rng.standard_normal((round(s * rate_hz), 1)) for s in (head_s, tail_s)]
    return np.concatenate([room[0], audio, room[1]]).astype(np.float32)


def spoken(seconds: int = 20) -> np.ndarray:
    """Speech whose first and last sample are sound."""
    audio = speech(seconds, rate_hz=44_100, seed=4, noise=1e-5)
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    return audio[loud[0] : loud[-1]]


def acx_file(path: Path, *, head_s: float = 0.75, tail_s: float = 2.0) -> Path:
    audio = silence_around(spoken(), head_s, tail_s)

    def write(to: Path, blocks) -> None:
        write_mp3(to, blocks, rate_hz=44_100, channels=1, bitrate_kbps=192, tags=Tags(title="t", album="a"))

    master_to_file(lambda: [audio], path, ACX, write)
    return path


def test_a_file_mastered_for_acx_is_what_acx_takes(tmp_path: Path) -> None:
    report = check_audio(acx_file(tmp_path / "a.mp3"), ACX)
    assert report.misses == ()
    assert -23 <= report.loudness.rms_db <= -18
    assert report.loudness.sample_peak_db <= -3 and report.loudness.noise_floor_db <= -60
    assert (report.format.rate_hz, report.format.channels, report.format.constant) == (44_100, 1, True)
    assert report.format.bitrate_kbps == pytest.approx(192, abs=1)
    assert report.loudness.head_s == pytest.approx(0.75, abs=0.05)
    assert report.loudness.tail_s == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    ("head_s", "tail_s", "missed"),
    [(0.1, 2.0, ["head"]), (3.0, 2.0, ["head"]), (0.75, 0.3, ["tail"]), (0.75, 7.0, ["tail"])],
)
def test_too_much_or_too_little_silence_at_the_ends_is_named(
    tmp_path: Path, head_s: float, tail_s: float, missed: list[str]
) -> None:
    report = check_audio(acx_file(tmp_path / "a.mp3", head_s=head_s, tail_s=tail_s), ACX)
    assert [m.what.split()[0] for m in report.misses] == missed
    [miss] = report.misses
    assert ("add" if head_s < 0.5 or tail_s < 1 else "cut") in miss.do


def test_every_rule_that_a_bad_file_breaks_is_listed_with_what_to_do(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = 0.02 * rng.standard_normal((48_000 * 3, 2))
    noise[5000] = 1.0
    soundfile.write(tmp_path / "a.flac", noise, 48_000)
    report = check_audio(tmp_path / "a.flac", ACX)
    named = " | ".join(m.what for m in report.misses)
    for word in ("format flac", "48000 Hz", "RMS", "peak", "noise floor", "head", "tail"):
        assert word in named
    assert all(m.do for m in report.misses)


def test_a_file_longer_than_a_shop_takes_is_named(tmp_path: Path) -> None:
    short = ACX.model_copy(update={"longest_s": 10})
    [miss] = check_audio(acx_file(tmp_path / "a.mp3"), short).misses
    assert "minutes" in miss.what and "scene break" in miss.do


def test_a_varying_bit_rate_is_seen(tmp_path: Path) -> None:
    soundfile.write(
        tmp_path / "v.mp3", spoken(), 44_100, format="MP3", bitrate_mode="VARIABLE", compression_level=0.2
    )
    report = check_audio(tmp_path / "v.mp3", ACX)
    assert not report.format.constant
    assert any("varying" in m.what for m in report.misses)


def test_a_mono_file_is_no_stereo_podcast(tmp_path: Path) -> None:
    report = check_audio(acx_file(tmp_path / "a.mp3"), preset_named("podcast"))
    assert "mono, wanted stereo" in [m.what for m in report.misses]


def test_what_is_no_audio_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("no audio at all\n" * 100)
    for path in (tmp_path / "a.mp3", tmp_path / "absent.mp3"):
        with pytest.raises(InputError, match=path.name):
            check_audio(path, ACX)


def test_the_command_ends_with_1_where_a_file_misses_and_says_so_as_json(tmp_path: Path) -> None:
    good = acx_file(tmp_path / "good.mp3")
    run = CliRunner().invoke(app, ["check-audio", str(good), "--preset", "acx"])
    assert run.exit_code == 0 and "keeps acx" in run.stdout
    bad = acx_file(tmp_path / "bad.mp3", head_s=0.1)
    run = CliRunner().invoke(app, ["check-audio", str(good), str(bad), "--preset", "acx", "--json"])
    assert run.exit_code == 1
    files = json.loads(run.stdout)["files"]
    assert [f["keeps"] for f in files] == [True, False]
    assert files[1]["misses"][0]["what"].startswith("head")


def test_the_command_ends_with_2_for_what_it_cannot_read_or_does_not_know(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["check-audio", str(tmp_path / "absent.mp3")]).exit_code == 2
    good = acx_file(tmp_path / "good.mp3")
    assert CliRunner().invoke(app, ["check-audio", str(good), "--preset", "vinyl"]).exit_code == 2
