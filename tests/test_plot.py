"""The picture shows what is heard, where it is heard, and never a box in place of a letter."""

import sys
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from novelcast.cli import app
from novelcast.errors import InputError, SettingsError
from novelcast.model import Cue, Loudness, Placement, Script, Segment, Span, Speaker, Timeline
from novelcast.plot import captions, drawing, letters, overview, people
from novelcast.preview import plots_of
from novelcast.publish.edition import ChapterRecord, EditionRecord
from novelcast.publish.id3 import Tags
from novelcast.publish.mp3 import write_mp3
from novelcast.workspace import BookFolder, write_model

RATE = 44_100
HERE = Span(chapter=0, paragraph=0, start=0, end=1)


def tone(hz: float, seconds: float, level: float = 0.3) -> np.ndarray:
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def record(path: Path, seconds: float, *sounds: tuple[float, np.ndarray], channels: int = 1) -> Path:
    """An MP3 with each sound at its second."""
    audio = np.zeros(round(seconds * RATE), dtype=np.float32)
    for at, sound in sounds:
        audio[round(at * RATE) : round(at * RATE) + len(sound)] += sound.astype(np.float32)
    block = np.repeat(audio[:, np.newaxis], channels, axis=1)
    tags = Tags(title="t", album="a")
    write_mp3(path, [block], rate_hz=RATE, channels=channels, bitrate_kbps=128, tags=tags)
    return path


def voice(segment: str, at: float, seconds: float) -> Placement:
    start, length = round(at * RATE), round(seconds * RATE)
    return Placement(clip="k", track="voice", start=start, length=length, segment=segment)


def line(name: str, speaker: str | None) -> Segment:
    kind = "dialogue" if speaker else "narration"
    return Segment(id=name, span=HERE, kind=kind, speaker=speaker, text="好", spoken="好")


def timeline(seconds: float, *placements: Placement, title: str = "第一章") -> Timeline:
    return Timeline(chapter=0, title=title, rate_hz=RATE, length=round(seconds * RATE), placements=placements)


def script(*segments: Segment, speakers: tuple[Speaker, ...] = (), cues: tuple[Cue, ...] = ()) -> Script:
    return Script(title="t", language="zh", segments=segments, speakers=speakers, cues=cues)


def pixels(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)


def columns_of(image: np.ndarray, colour: str, tolerance: int = 6) -> np.ndarray:
    """Where, across the picture (0 left to 1 right), this colour is seen below the legend."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    seen = (np.abs(image[110:] - wanted).sum(axis=2) < tolerance).any(axis=0)
    return np.flatnonzero(seen) / image.shape[1]


def across(second: float, seconds: float) -> float:
    """Where a moment of a chapter of one strip is across the picture."""
    return 0.035 + (0.97 - 0.035) * second / seconds


# ---------------------------------------------------------------- the overview


@pytest.mark.parametrize("channels", [1, 2])
def test_a_beep_is_seen_at_its_time_and_pitch(tmp_path: Path, channels: int) -> None:
    audio = record(tmp_path / "a.mp3", 12, (7.0, tone(2400, 0.2)), channels=channels)
    view = overview.overview(audio, 12)
    loudest_mel, column = np.unravel_index(view.spectrum_db.argmax(), view.spectrum_db.shape)
    assert 6.98 <= column * view.column_s <= 7.2
    assert (loudest_mel + 0.5) / overview.MELS * overview.mel(10_000) == pytest.approx(
        overview.mel(2400), abs=40
    )
    assert view.spectrum_db.max() == pytest.approx(20 * np.log10(0.3), abs=2)

    heard = np.flatnonzero(view.high > 0.1) * view.column_s
    assert heard.min() == pytest.approx(7.0, abs=0.02)
    assert heard.max() == pytest.approx(7.2, abs=0.02)
    assert view.high.max() == pytest.approx(0.3, abs=0.03)
    assert view.low.min() == pytest.approx(-0.3, abs=0.03)


def test_loudness_is_that_of_the_files_own_channels(tmp_path: Path) -> None:
    mono = overview.overview(record(tmp_path / "m.mp3", 3, (0, tone(1000, 3))), 3)
    stereo = overview.overview(record(tmp_path / "s.mp3", 3, (0, tone(1000, 3)), channels=2), 3)
    assert stereo.integrated_lufs - mono.integrated_lufs == pytest.approx(3.0, abs=0.1)
    assert stereo.momentary_lufs[10] == pytest.approx(stereo.integrated_lufs, abs=0.1)


def test_an_hour_has_no_more_columns_than_a_picture_has_room_for(tmp_path: Path) -> None:
    audio = record(tmp_path / "a.mp3", 3, (1.0, tone(1000, 1)))
    for seconds in (3, 25, 61, 700, 3600, 36_000):
        view = overview.overview(audio, seconds)
        assert len(view.low) <= overview.STRIPS * overview.COLUMNS
        assert len(view.low) * view.column_s == pytest.approx(seconds, abs=2 * view.column_s)
        assert view.spectrum_db.shape == (overview.MELS, len(view.low))


# ---------------------------------------------------------------- the picture


def test_each_speaker_is_seen_in_one_colour_at_the_own_place(tmp_path: Path) -> None:
    audio = record(tmp_path / "a.mp3", 12, (1, tone(200, 3)), (5, tone(300, 2)), (9, tone(250, 1)))
    drawing.plot_chapter(
        audio,
        timeline(12, voice("a", 1, 3), voice("b", 5, 2), voice("c", 9, 1)),
        script(
            line("a", "x"),
            line("b", "y"),
            line("c", None),
            speakers=(Speaker(id="x", name="甲"), Speaker(id="y", name="乙")),
        ),
        tmp_path / "a.png",
    )
    image = pixels(tmp_path / "a.png")
    spans = [(people.PALETTE[0], 1, 4), (people.PALETTE[1], 5, 7), (people.COLOURS[people.NARRATOR], 9, 10)]
    for colour, start, end in spans:
        seen = columns_of(image, colour)
        assert seen.min() == pytest.approx(across(start, 12), abs=0.003)
        assert seen.max() == pytest.approx(across(end, 12), abs=0.003)


def test_a_cue_is_outlined_where_it_sounds(tmp_path: Path) -> None:
    audio = record(tmp_path / "a.mp3", 12, (6, tone(2000, 0.5)))
    sound = Placement(cue=0, track="cue", start=6 * RATE, length=RATE // 2)
    cue = Cue(sound="alarm", mode="replace", span=HERE, text="滴滴", count=2)
    drawing.plot_chapter(audio, timeline(12, sound), script(cues=(cue,)), tmp_path / "a.png")
    seen = columns_of(pixels(tmp_path / "a.png"), people.CUE_COLOUR, tolerance=40)
    assert seen.min() == pytest.approx(across(6.0, 12), abs=0.004)
    assert seen.max() == pytest.approx(across(6.5, 12), abs=0.004)


def test_a_longer_chapter_gets_more_strips(tmp_path: Path) -> None:
    heights = []
    for seconds in (20, 100, 150):
        audio = record(tmp_path / "a.mp3", seconds, (1, tone(200, 3)))
        drawing.plot_chapter(audio, timeline(seconds), script(), tmp_path / "a.png")
        heights.append(pixels(tmp_path / "a.png").shape[0])
    assert heights[1] - heights[0] == heights[2] - heights[1] == drawing.STRIP_IN * drawing.DPI


def test_more_speakers_than_colours_share_one() -> None:
    names = [f"n{number}" for number in range(20)]
    parts = {name: [voice(name, 0, 20 - number)] for number, name in enumerate(names)}
    coloured = people.coloured(parts)
    assert [coloured[name][0] for name in names[: len(people.PALETTE)]] == list(people.PALETTE)
    assert list(coloured)[len(people.PALETTE) :] == [people.OTHERS]
    assert len(coloured[people.OTHERS][1]) == 20 - len(people.PALETTE)


# ---------------------------------------------------------------- letters


def test_a_name_is_in_pinyin_where_no_font_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "CJK_FONTS", ())
    writer = letters.Letters()
    assert writer.write("林晓") == "Linxiao"
    assert writer.write("Anna 李·K") == "Anna Li ·K"
    assert writer.write("\U0001f525") == "?"
    for text in ("第三章：「灯塔」😀", "𠮷野", "Ünal"):
        assert set(map(ord, writer.write(text))) <= writer._known


def test_a_name_is_in_characters_where_a_font_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "CJK_FONTS", ("A font nobody has", "STIXGeneral"))
    monkeypatch.setattr(letters, "characters_of", lambda file: frozenset(map(ord, "林晓 Anna")))
    writer = letters.Letters()
    assert writer.family == ["STIXGeneral", "DejaVu Sans"]
    assert writer.write("林晓") == "林晓"
    assert writer.write("林晓 Anna") == "林晓 Anna"


# ---------------------------------------------------------------- what can be missing


def test_without_matplotlib_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(SettingsError) as caught:
        drawing.plot_chapter(tmp_path / "a.mp3", timeline(1), script(), tmp_path / "a.png")
    assert "novelcast[plot]" in caught.value.hint


@pytest.mark.parametrize("content", [None, b"no audio"])
def test_a_file_that_is_no_audio_is_an_input_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.mp3"):
        drawing.plot_chapter(tmp_path / "a.mp3", timeline(1), script(), tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


# ---------------------------------------------------------------- what is written into it


def test_pauses_are_the_silences_between_sounds() -> None:
    sound = Placement(cue=0, track="cue", start=4 * RATE, length=RATE)
    found = captions.pauses(timeline(12, voice("a", 1, 2), sound, voice("b", 5.2, 1), voice("c", 8, 1)))
    assert found == [(pytest.approx(3.0), pytest.approx(4.0)), (pytest.approx(6.2), pytest.approx(8.0))]


def test_a_line_is_written_where_it_fits_and_cut_where_it_does_not() -> None:
    assert captions._clipped("门开了。", 10) == "门开了。"
    assert captions._clipped("门开了，风吹了进来。", 5.5) == "门开了，…"
    assert captions._clipped("门开了。", 1) == ""


def test_short_term_loudness_is_that_of_three_seconds(tmp_path: Path) -> None:
    view = overview.overview(record(tmp_path / "a.mp3", 10, (0, tone(1000, 10))), 10)
    assert view.short_term_lufs == pytest.approx(view.integrated_lufs, abs=0.1)
    assert view.short_term_lufs.size == view.momentary_lufs.size - 26
    short = overview.overview(record(tmp_path / "b.mp3", 2, (0, tone(1000, 2))), 2)
    assert short.short_term_lufs.size == 0


# ---------------------------------------------------------------- novelcast plot


def edition(folder: Path) -> Path:
    """A book's folder with one finished chapter."""
    book = BookFolder(folder)
    audio = folder / "chapters" / "001 一.mp3"
    audio.parent.mkdir(parents=True)
    record(audio, 4, (1, tone(200, 2)))
    write_model(book.script, script(line("a", None)))
    write_model(book.timeline(0), timeline(4, voice("a", 1, 2)))
    loudness = Loudness(
        integrated_lufs=-16, rms_db=-20, true_peak_dbtp=-1, sample_peak_db=-1, noise_floor_db=-70
    )
    done = ChapterRecord(
        chapter=0, title="一", file="chapters/001 一.mp3", samples=4 * RATE, rate_hz=RATE, speakers=0, cues=0,
        loudness=loudness, gain_db=0, ceiling_dbtp=-1, size_bytes=0, sha256="", made_from="", tagged="",
    )  # fmt: skip
    write_model(book.edition, EditionRecord(chapters=(done,)))
    return audio


def test_a_chapter_is_drawn_by_its_file_or_by_its_number(tmp_path: Path) -> None:
    audio = edition(tmp_path / "book")
    picture = audio.with_suffix(".png")
    for chapter in ([audio], [tmp_path / "book"], [tmp_path / "book", "1"]):
        ran = CliRunner().invoke(app, ["plot", *map(str, chapter)])
        assert (ran.exit_code, ran.output.strip()) == (0, str(picture))
        picture.unlink()


def test_what_is_no_finished_chapter_is_an_input_error(tmp_path: Path) -> None:
    audio = edition(tmp_path / "book")
    other = record(tmp_path / "other.mp3", 1)
    for path, number in (
        (tmp_path / "book", 2),
        (tmp_path, None),
        (other, None),
        (audio.with_name("x.mp3"), None),
    ):
        with pytest.raises(InputError):
            plots_of(path, number)
