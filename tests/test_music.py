"""Music round and under a chapter: where it plays, how far it gives way to words, and that none of it is held."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from novelcast.errors import SettingsError
from novelcast.loudness import LoudnessMeter
from novelcast.model import Cue, MusicSettings, Placement, Span, Timeline
from novelcast.music import Ducking, add_music, with_music

RATE = 16_000
VOICE_LUFS = -21.0
BLOCK = 1 << 14


def tune(path: Path, seconds: float, level: float = 0.3) -> Path:
    at = np.arange(int(seconds * RATE)) / RATE
    soundfile.write(path, level * np.sin(2 * np.pi * 440 * at), RATE)
    return path


def voice(start_s: float, seconds: float, segment: str | None = None) -> Placement:
    start, length = int(start_s * RATE), int(seconds * RATE)
    return Placement(clip="k", track="voice", start=start, length=length, segment=segment)


def chapter(seconds: float, *placements: Placement, scenes: tuple[float, ...] = (), **more: int) -> Timeline:
    return Timeline(
        chapter=0, title="t", rate_hz=RATE, length=int(seconds * RATE), placements=placements,
        scenes=tuple(int(s * RATE) for s in scenes), **more,
    )  # fmt: skip


def silence(timeline: Timeline) -> Iterator[np.ndarray]:
    for begin in range(0, timeline.length, BLOCK):
        yield np.zeros((min(BLOCK, timeline.length - begin), 1), dtype=np.float32)


def heard(timeline: Timeline) -> np.ndarray:
    return np.concatenate([b[:, 0] for b in add_music(silence(timeline), timeline)])


def level_db(samples: np.ndarray, from_s: float, to_s: float) -> float:
    part = samples[int(from_s * RATE) : int(to_s * RATE)].astype(np.float64)
    return float(10 * np.log10(np.mean(part**2) + 1e-20))


def test_without_music_nothing_changes() -> None:
    plain = chapter(10, voice(1, 2))
    assert with_music(plain, MusicSettings(), VOICE_LUFS) == plain
    assert not heard(plain).any()


def test_a_bed_gives_way_before_the_first_word_and_comes_back_after_the_last(tmp_path: Path) -> None:
    settings = MusicSettings(bed=tune(tmp_path / "bed.wav", 3), attack_ms=50, release_ms=300, duck_db=-12)
    timeline = with_music(chapter(20, voice(4, 3), voice(12, 2)), settings, VOICE_LUFS)
    sound = heard(timeline)
    free, ducked = level_db(sound, 9, 11), level_db(sound, 4.0, 7.0)
    assert ducked - free == pytest.approx(-12, abs=0.3)
    gain = Ducking(timeline, timeline.music[0]).gain(0, timeline.length)
    assert gain[int(3.94 * RATE)] == pytest.approx(1.0, abs=0.01)
    assert gain[int(4.0 * RATE) :][0] == pytest.approx(10 ** (-12 / 20), abs=0.01)
    assert gain[int(7.31 * RATE)] == pytest.approx(1.0, abs=0.01)
    assert np.abs(np.diff(20 * np.log10(gain))).max() < 12 / (0.05 * RATE) * 1.01


def test_a_short_silence_brings_no_bed_up(tmp_path: Path) -> None:
    settings = MusicSettings(bed=tune(tmp_path / "bed.wav", 3))
    timeline = with_music(chapter(20, voice(4, 3), voice(7.6, 2)), settings, VOICE_LUFS)
    gain = Ducking(timeline, timeline.music[0]).gain(int(4 * RATE), int(9.6 * RATE))
    assert gain.max() == pytest.approx(gain.min())


def test_music_plays_at_the_loudness_that_is_asked_for(tmp_path: Path) -> None:
    for level in (0.02, 0.8):
        settings = MusicSettings(bed=tune(tmp_path / "bed.wav", 4, level), bed_db=-8)
        sound = heard(with_music(chapter(20, voice(1, 1), voice(18, 1)), settings, VOICE_LUFS))
        meter = LoudnessMeter(RATE, 1)
        meter.add(sound[5 * RATE : 15 * RATE, None])
        assert meter.result().integrated_lufs == pytest.approx(VOICE_LUFS - 8, abs=0.3)


def test_an_intro_comes_first_and_moves_the_words_back(tmp_path: Path) -> None:
    settings = MusicSettings(intro=tune(tmp_path / "intro.wav", 5), outro=tune(tmp_path / "outro.wav", 4))
    plain = chapter(20, voice(1, 5), voice(8, 4), scenes=(8,))
    timeline = with_music(plain, settings, VOICE_LUFS)
    intro, outro = timeline.music
    first, second = timeline.placements
    assert intro.start + intro.length - first.start == pytest.approx(0.4 * RATE, abs=1)
    assert second.start - first.start == 7 * RATE and timeline.scenes == (second.start,)
    assert outro.start < second.start + second.length < outro.start + outro.length < timeline.length
    sound = heard(timeline)
    assert level_db(sound, 2, 3) > -40 and not sound[: intro.start].any()


def test_only_the_first_file_of_a_chapter_has_its_intro_and_the_last_its_outro(tmp_path: Path) -> None:
    settings = MusicSettings(intro=tune(tmp_path / "intro.wav", 5), outro=tune(tmp_path / "outro.wav", 4))
    files = [
        with_music(chapter(20, voice(1, 5), part=n, parts=3), settings, VOICE_LUFS).music for n in range(3)
    ]
    assert [[Path(m.file).stem for m in music] for music in files] == [["intro"], [], ["outro"]]


def test_a_sting_stands_in_each_scene_break(tmp_path: Path) -> None:
    settings = MusicSettings(sting=tune(tmp_path / "sting.wav", 1))
    timeline = with_music(
        chapter(30, voice(1, 5), voice(8, 4), voice(15, 2), scenes=(8, 15)), settings, VOICE_LUFS
    )
    middles = [(m.start + m.length / 2) / RATE for m in timeline.music]
    assert middles == pytest.approx([7, 13.5], abs=0.01)


def test_the_same_music_sounds_the_same_whatever_the_blocks(tmp_path: Path) -> None:
    settings = MusicSettings(bed=tune(tmp_path / "bed.wav", 2.3))
    timeline = with_music(chapter(9, voice(1, 5)), settings, VOICE_LUFS)
    whole = add_music(iter([np.zeros((timeline.length, 1), dtype=np.float32)]), timeline)
    assert np.allclose(next(whole)[:, 0], heard(timeline), atol=1e-7)


def test_a_bed_of_half_an_hour_costs_no_memory(tmp_path: Path) -> None:
    settings = MusicSettings(bed=tune(tmp_path / "bed.wav", 60))
    timeline = with_music(chapter(1800, voice(1, 5), voice(1700, 5)), settings, VOICE_LUFS)
    tracemalloc.start()
    for _ in add_music(silence(timeline), timeline):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_what_is_no_music_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("no audio")
    for file in (tmp_path / "none.mp3", tmp_path / "text.mp3", tune(tmp_path / "silent.wav", 2, 0.0)):
        with pytest.raises(SettingsError, match=file.name):
            with_music(chapter(10, voice(1, 2)), MusicSettings(bed=file), VOICE_LUFS)


def test_music_of_the_script_plays_to_the_end_of_its_scene_in_place_of_the_bed(tmp_path: Path) -> None:
    tune(tmp_path / "night.wav", 3)
    settings = MusicSettings(bed=tune(tmp_path / "bed.wav", 3))
    here = Span(chapter=0, paragraph=0, start=0, end=0)
    cue = Cue(sound="music:night.wav", mode="under", span=here, text="", segment="b", duck_db=-20, gain_db=-3)
    plain = chapter(
        40, voice(1, 5, "a"), voice(8, 4, "b"), voice(20, 4, "c"), voice(30, 4, "d"), scenes=(20, 30)
    )
    timeline = with_music(plain, settings, VOICE_LUFS, [cue], tmp_path)
    found = [
        (Path(m.file).stem, m.start / RATE, (m.start + m.length) / RATE, m.duck_db) for m in timeline.music
    ]
    assert found == [("bed", 0, 8, -12), ("night", 8, 20, -20), ("bed", 20, 35.5, -12)]
    assert timeline.music[1].gain_db == pytest.approx(timeline.music[0].gain_db - 3, abs=0.1)
