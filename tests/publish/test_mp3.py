"""The MP3 file: what went in comes out, tags survive, and no half-made file is ever seen."""

import io
import unicodedata
from pathlib import Path

import av
import mutagen
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3
from mutagen.mp3 import MP3, BitrateMode

from novelcast.errors import InputError
from novelcast.media import decode
from novelcast.publish import lame, names
from novelcast.publish.id3 import Lyric, Scene, Tags, id3
from novelcast.publish.mp3 import with_tags, write_mp3
from novelcast.publish.names import safe_name

TAGS = Tags(title="第一章 雨夜", album="灯塔")


def tone(samples: int, channels: int = 1, rate_hz: int = 44_100) -> np.ndarray:
    """A chirp: every place of it is unlike every other, so a shift of one sample shows."""
    time = np.arange(samples) / rate_hz
    wave = 0.4 * np.sin(2 * np.pi * (200 * time + 400 * time**2))
    return np.repeat(wave[:, np.newaxis], channels, axis=1).astype(np.float32)


def write(
    path: Path, audio: np.ndarray, *, tags: Tags = TAGS, cover: Path | None = None, rate_hz: int = 44_100
) -> int:
    blocks = (audio[at : at + 3000] for at in range(0, len(audio), 3000))
    return write_mp3(
        path, blocks, rate_hz=rate_hz, channels=audio.shape[1], bitrate_kbps=128, tags=tags, cover=cover
    )


def read(path: Path, channels: int = 1, rate_hz: int = 44_100) -> np.ndarray:
    return np.concatenate(list(decode(path, rate_hz=rate_hz, channels=channels)))


@pytest.fixture(params=["lame", "ffmpeg"])
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two encoders that a machine may have."""
    if request.param == "lame" and not lame.is_installed():
        pytest.skip("lameenc is not installed")
    monkeypatch.setattr(lame, "is_installed", lambda: request.param == "lame")
    return request.param


def image(path: Path, format: str, codec: str, width: int = 64, height: int = 64) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    with av.open(out, "w", format=format) as container:
        stream = container.add_stream(codec, rate=1)
        stream.width, stream.height = width, height
        stream.pix_fmt = "rgb24" if codec == "png" else "yuvj420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    path.write_bytes(out.getvalue())
    return path


# ---------------------------------------------------------------- samples


@pytest.mark.parametrize("rate_hz", [24_000, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_decodes_to_exactly_the_samples_that_went_in(
    tmp_path: Path, channels: int, rate_hz: int, encoder: str
) -> None:
    path = tmp_path / "a.mp3"
    # Lengths around the places where the encoder needs one frame more, which holds padding only.
    for samples in (30_000, 51_840, *range(52_920, 53_000, 9)):
        audio = tone(samples, channels, rate_hz)
        assert write(path, audio, rate_hz=rate_hz) == samples
        decoded = read(path, channels, rate_hz)
        assert decoded.shape == audio.shape
        # A shift by one sample would be an error of 0.02 here.
        assert np.sqrt(np.mean((decoded - audio)[2000:-2000] ** 2)) < 0.01


@pytest.mark.parametrize("kbps", [64, 128, 160, 192, 224, 256])
def test_the_encoder_does_not_change_the_level(tmp_path: Path, kbps: int, encoder: str) -> None:
    audio = tone(60_000)
    write_mp3(tmp_path / "a.mp3", [audio], rate_hz=44_100, channels=1, bitrate_kbps=kbps, tags=TAGS)
    assert np.vdot(read(tmp_path / "a.mp3"), audio) / np.vdot(audio, audio) == pytest.approx(1, abs=0.003)


def test_the_bit_rate_is_constant_and_as_asked(tmp_path: Path, encoder: str) -> None:
    write(tmp_path / "a.mp3", tone(100_000, 2))
    info = MP3(tmp_path / "a.mp3").info
    assert (info.bitrate_mode, info.channels) == (BitrateMode.CBR, 2)
    assert info.bitrate == pytest.approx(128_000, abs=10)
    assert info.length == pytest.approx(100_000 / 44_100, abs=0.06)


# ---------------------------------------------------------------- tags


def test_every_tag_is_read_back_by_another_library(tmp_path: Path) -> None:
    tags = Tags(
        title="第二章 “谁？” & <𠮷> 😀",
        album="灯塔",
        artist="沈舟",
        album_artist="Shen Zhou",
        composer="zf_xiaoxiao",
        track=2,
        track_total=31,
        date="2026-11-24",
        language="zh-Hant",
        comment="第一行\nsecond line",
        disc=1,
        disc_total=2,
        description="一座岛 & a lamp",
        subtitle="海上",
        series="四灯",
        series_part="2",
        publisher="出版“社”",
        copyright="© 2026",
    )
    write(tmp_path / "a.mp3", tone(5000), tags=tags)
    found = ID3(tmp_path / "a.mp3", translate=False)
    assert found.version == (2, 3, 0)
    texts = {name: str(frame) for name, frame in found.items()}
    assert texts == {
        "TIT2": tags.title,
        "TALB": "灯塔",
        "TPE1": "沈舟",
        "TPE2": "Shen Zhou",
        "TCOM": "zf_xiaoxiao",
        "TRCK": "2/31",
        "TCON": "Audiobook",
        "TLAN": "zho",
        "TYER": "2026",
        "TDAT": "2411",
        "COMM::zho": tags.comment,
        "TPOS": "1/2",
        "TIT3": "海上",
        "TPUB": "出版“社”",
        "TCOP": "© 2026",
        "TDES": tags.description,
        "MVNM": "四灯",
        "MVIN": "2",
        "TXXX:description": tags.description,
        "TXXX:series": "四灯",
        "TXXX:series-part": "2",
    }


def test_the_text_is_there_as_a_whole_and_line_by_line_with_times(tmp_path: Path) -> None:
    lyrics = (Lyric(start_ms=500, text="“谁？” 𠮷 😀"), Lyric(start_ms=61_234, text="没有人\0答。"))
    write(
        tmp_path / "a.mp3",
        tone(5000),
        tags=TAGS.model_copy(update={"lyrics": lyrics, "language": "zh-Hans"}),
    )
    found = ID3(tmp_path / "a.mp3")
    [whole], [timed] = found.getall("USLT"), found.getall("SYLT")
    assert (whole.lang, whole.text) == ("zho", "“谁？” 𠮷 😀\n没有人答。")
    assert (timed.lang, timed.format, timed.type) == ("zho", 2, 1)
    assert timed.text == [("“谁？” 𠮷 😀", 500), ("没有人答。", 61_234)]


def test_scenes_are_chapters_within_the_file(tmp_path: Path) -> None:
    scenes = (
        Scene(start_ms=0, end_ms=700, title="1. 雨"),
        Scene(start_ms=700, end_ms=2000, title="2. & <雪>"),
    )
    write(tmp_path / "a.mp3", tone(90_000), tags=TAGS.model_copy(update={"scenes": scenes}))
    found = ID3(tmp_path / "a.mp3")
    [contents] = found.getall("CTOC")
    assert contents.child_element_ids == ["scene1", "scene2"]
    chapters = [found[f"CHAP:{name}"] for name in contents.child_element_ids]
    assert [(c.start_time, c.end_time, str(c.sub_frames["TIT2"])) for c in chapters] == [
        (s.start_ms, s.end_ms, s.title) for s in scenes
    ]
    with av.open(tmp_path / "a.mp3") as container:
        seen = [(c["start"], c["end"], c["metadata"]["title"]) for c in container.chapters()]
    assert seen == [(s.start_ms, s.end_ms, s.title) for s in scenes]


def test_one_scene_is_no_table_of_contents(tmp_path: Path) -> None:
    scene = (Scene(start_ms=0, end_ms=700, title="1. 雨"),)
    write(tmp_path / "a.mp3", tone(5000), tags=TAGS.model_copy(update={"scenes": scene}))
    assert not ID3(tmp_path / "a.mp3").getall("CHAP")


def test_other_tags_leave_the_audio_as_it_is(tmp_path: Path) -> None:
    audio = tone(30_000)
    write(tmp_path / "a.mp3", audio, tags=TAGS.model_copy(update={"comment": "一" * 1000}))
    with_tags(tmp_path / "a.mp3", tmp_path / "a.mp3", id3(Tags(title="新", album="b")))
    with_tags(tmp_path / "a.mp3", tmp_path / "b.mp3", id3(TAGS))
    write(tmp_path / "c.mp3", audio, tags=TAGS)
    assert str(ID3(tmp_path / "a.mp3")["TIT2"]) == "新"
    assert (tmp_path / "b.mp3").read_bytes() == (tmp_path / "c.mp3").read_bytes()
    assert len(read(tmp_path / "a.mp3")) == 30_000


def test_players_built_on_ffmpeg_see_the_same_tags(tmp_path: Path) -> None:
    write(tmp_path / "a.mp3", tone(5000), tags=TAGS.model_copy(update={"comment": "随笔", "track": 3}))
    with av.open(tmp_path / "a.mp3") as container:
        seen = container.metadata
    assert {name: seen[name] for name in ("title", "album", "comment", "track")} == {
        "title": "第一章 雨夜",
        "album": "灯塔",
        "comment": "随笔",
        "track": "3",
    }


def test_a_tag_that_is_empty_is_not_written(tmp_path: Path) -> None:
    write(tmp_path / "a.mp3", tone(5000))
    assert set(ID3(tmp_path / "a.mp3")) == {"TIT2", "TALB", "TCON"}


def test_a_control_character_does_not_cut_a_title_short(tmp_path: Path) -> None:
    write(tmp_path / "a.mp3", tone(5000), tags=Tags(title="雨\0夜\x1b\ud800里" + "长" * 300, album="b\0ook"))
    found = ID3(tmp_path / "a.mp3")
    assert str(found["TIT2"]) == "雨夜里" + "长" * 300
    assert str(found["TALB"]) == "book"


# ---------------------------------------------------------------- the cover


def test_a_small_jpeg_is_embedded_as_it_is(tmp_path: Path) -> None:
    cover = image(tmp_path / "cover", "mjpeg", "mjpeg")
    write(tmp_path / "a.mp3", tone(5000), cover=cover)
    [found] = ID3(tmp_path / "a.mp3").getall("APIC")
    assert (found.mime, found.type, found.data) == ("image/jpeg", 3, cover.read_bytes())


def test_a_png_becomes_a_jpeg(tmp_path: Path) -> None:
    cover = image(tmp_path / "cover", "image2pipe", "png")
    write(tmp_path / "a.mp3", tone(5000), cover=cover)
    [found] = ID3(tmp_path / "a.mp3").getall("APIC")
    assert (found.mime, found.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")


def test_a_large_cover_is_made_small(tmp_path: Path) -> None:
    cover = image(tmp_path / "cover.png", "image2pipe", "png", 3000, 2000)
    write(tmp_path / "a.mp3", tone(5000), cover=cover)
    [found] = ID3(tmp_path / "a.mp3").getall("APIC")
    with av.open(io.BytesIO(found.data)) as container:
        picture = next(container.decode(video=0))
    assert (found.mime, picture.width, picture.height) == ("image/jpeg", 1400, 933)
    assert len(found.data) < cover.stat().st_size / 4


@pytest.mark.parametrize("content", [b"", b"not an image at all\n" * 50, b"\x89PNG\r\n\x1a\nbroken"])
def test_a_cover_that_is_no_image_is_refused_and_the_old_file_kept(tmp_path: Path, content: bytes) -> None:
    path, cover = tmp_path / "a.mp3", tmp_path / "cover.jpg"
    path.write_bytes(b"old")
    cover.write_bytes(content)
    with pytest.raises(InputError, match=r"cover\.jpg") as caught:
        write(path, tone(5000), cover=cover)
    assert caught.value.hint
    assert path.read_bytes() == b"old"


def test_a_film_is_no_cover(tmp_path: Path) -> None:
    write(tmp_path / "song.mp3", tone(5000))
    with pytest.raises(InputError, match="not an image"):
        write(tmp_path / "a.mp3", tone(5000), cover=tmp_path / "song.mp3")


def test_a_missing_cover_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the cover"):
        write(tmp_path / "a.mp3", tone(5000), cover=tmp_path / "none.png")


# ---------------------------------------------------------------- whole or not at all


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_stream_that_breaks_off_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"old")

    def broken():
        yield tone(50_000)
        raise error

    with pytest.raises(error):
        write_mp3(path, broken(), rate_hz=44_100, channels=1, bitrate_kbps=64, tags=TAGS)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_up_is_an_input_error_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"old")

    class Full(io.FileIO):
        def write(self, data):
            if self.tell() > 10_000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    monkeypatch.setattr(Path, "open", lambda self, mode: Full(self, mode.replace("b", "")))
    with pytest.raises(InputError, match="No space left on device"):
        write(path, tone(200_000))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_is_no_folder_is_an_input_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot write") as caught:
        write(tmp_path / "file" / "a.mp3", tone(5000))
    assert "--output" in caught.value.hint


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write(tmp_path / "book" / "chapters" / "a.mp3", tone(5000))
    assert (tmp_path / "book" / "chapters" / "a.mp3").is_file()


def test_an_empty_stream_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no audio"):
        write(tmp_path / "a.mp3", np.zeros((0, 1), dtype=np.float32))
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("001 第一章 雨夜", "001 第一章 雨夜.mp3"),
        ('谁/在\\门:外*?"<>|', "谁／在＼门：外＊？＂＜＞｜.mp3"),
        ("  ..a\tb\n\0c. . ", "a b c.mp3"),
        ("con", "_con.mp3"),
        ("NUL.第一章", "_NUL.第一章.mp3"),
        ("com1", "_com1.mp3"),
        ("console", "console.mp3"),
        ("", "untitled.mp3"),
        ("...", "untitled.mp3"),
        ("cafe\u0301", "café.mp3"),
    ],
)
def test_a_title_becomes_a_name_that_reads_the_same(title: str, name: str) -> None:
    assert safe_name(title) == name


def test_a_long_title_is_cut_between_characters() -> None:
    name = safe_name("长" * 300)
    assert len(name.encode()) <= 120
    assert name == "长" * 38 + ".mp3"


@given(st.text(max_size=80))
def test_any_title_makes_a_name_that_every_system_takes(title: str) -> None:
    name = safe_name(title)
    stem = name.removesuffix(".mp3")
    assert stem
    assert len(name.encode()) <= 120
    assert not set(name) & set('/\\:*?"<>|')
    assert not any(unicodedata.category(character) == "Cc" for character in name)
    assert stem == stem.strip(". ")
    assert stem.split(".")[0].rstrip().lower() not in names._DEVICES


def test_a_name_is_safe_to_make_a_name_of_again() -> None:
    name = safe_name("谁?/a:b")
    assert safe_name(name.removesuffix(".mp3")) == name


def test_the_file_is_an_mp3_to_a_library_that_guesses(tmp_path: Path) -> None:
    write(tmp_path / "a", tone(5000))
    assert isinstance(mutagen.File(tmp_path / "a"), MP3)
