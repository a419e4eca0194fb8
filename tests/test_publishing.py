"""Further formats of a rendered edition: the same sound, chapters where they are, nothing made twice."""

import base64
import json
import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from mutagen.flac import Picture
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus

from novelcast.errors import InputError, SettingsError
from novelcast.media import decode_mono
from novelcast.pipeline import BookDetails, render
from novelcast.publish.edition import EditionRecord
from novelcast.publish.view import Options
from novelcast.publishing import Published, publish
from novelcast.settings import Settings
from novelcast.workspace import ClipCache

HOSTILE = "“<&>” 𠮷龘 😀 'x' " + "长" * 300
TEXT = """第一卷 山 第一章 夜班

仓库里只剩下一盏灯还亮着。

“有人吗？”周航问道。

第二卷 海 第二章 天亮

太阳照常升起来了。

第二卷 海 第三章 风

“滴滴滴——”

风从海上来。
"""


def settings_in(root: Path, **changes: object) -> Settings:
    values = {"output": root / "out", "cache_dir": root / "cache", "engine": "tone", "preset": "audiobook"}
    return Settings(**(values | changes))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from PIL import Image

    root = tmp_path_factory.mktemp("once")
    (root / "夜班.txt").write_text(TEXT, "utf-8")
    Image.new("RGB", (300, 300), "teal").save(root / "夜班.jpg")
    render([root / "夜班.txt"], settings_in(root), BookDetails(author="某人"), lambda _: None)
    return root


@pytest.fixture
def root(once: Path, tmp_path: Path) -> Path:
    """A rendered book of three chapters in two volumes, in out/夜班."""
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def published(root: Path, *formats: str, **options: object) -> Published:
    return publish(root / "out" / "夜班", formats, settings_in(root), Options(**options))  # type: ignore[arg-type]


def record_of(root: Path) -> EditionRecord:
    return EditionRecord.model_validate_json((root / "out" / "夜班" / "edition.json").read_bytes())


def the(root: Path, suffix: str) -> Path:
    (path,) = (root / "out" / "夜班").glob(f"*{suffix}")
    return path


def lag_ms(one: np.ndarray, other: np.ndarray, rate_hz: int) -> float:
    """How much later `one` is than `other`, both float32 (n,), by cross-correlation of what they share."""
    from scipy.signal import correlate

    size = min(one.size, other.size)
    found = correlate(one[:size], other[:size], mode="full", method="fft")
    return float(np.argmax(found) - (size - 1)) / rate_hz * 1000


@pytest.mark.parametrize("suffix", [".m4b", ".opus"])
def test_the_whole_book_is_heard_as_in_its_chapters(root: Path, suffix: str) -> None:
    made = published(root, suffix[1:])
    chapters = record_of(root).chapters
    rate_hz = chapters[0].rate_hz
    whole = decode_mono(the(root, suffix), rate_hz=rate_hz)
    total = sum(c.samples for c in chapters)
    assert abs(whole.size - total) <= 1
    assert made.files[0].seconds == pytest.approx(total / rate_hz)
    at = 0
    for chapter in chapters:
        mp3 = decode_mono(root / "out" / "夜班" / chapter.file, rate_hz=rate_hz)
        part = whole[at : at + chapter.samples]
        assert abs(lag_ms(part, mp3, rate_hz)) < 1.0
        assert np.corrcoef(part[: mp3.size], mp3[: part.size])[0, 1] > 0.98
        at += chapter.samples


@pytest.mark.parametrize("suffix", [".m4b", ".opus"])
def test_the_marks_are_where_the_chapters_begin(root: Path, suffix: str) -> None:
    published(root, suffix[1:])
    chapters = record_of(root).chapters
    with av.open(the(root, suffix)) as container:
        marks = [(float(c["start"] * c["time_base"]), c["metadata"]["title"]) for c in container.chapters()]
    assert [title for _, title in marks] == [
        "第一卷 山 · 第一章 夜班",
        "第二卷 海 · 第二章 天亮",
        "第二卷 海 · 第三章 风",
    ]
    starts = np.cumsum([0] + [c.samples / c.rate_hz for c in chapters[:-1]])
    assert [start for start, _ in marks] == pytest.approx(starts, abs=0.001)


def test_an_m4b_has_marks_tags_and_cover_for_another_library(root: Path) -> None:
    (root / "out" / "夜班" / "about.toml").write_text(
        f"narrator = '''{HOSTILE}'''\nseries = '四灯'\nseries_part = '2'\ndescription = '灯 & 海'\ndate = '2027'\n",
        "utf-8",
    )
    published(root, "m4b")
    found = MP4(the(root, ".m4b"))
    assert [c.title for c in found.chapters][1] == "第二卷 海 · 第二章 天亮"
    assert (found["\xa9nam"], found["\xa9alb"], found["\xa9ART"], found["aART"]) == (
        ["夜班"],
        ["夜班"],
        ["某人"],
        ["某人"],
    )
    assert found["\xa9wrt"] == found["\xa9nrt"] == [HOSTILE]
    assert (found["\xa9gen"], found["\xa9day"], found["desc"], found["stik"]) == (
        ["Audiobook"],
        ["2027"],
        ["灯 & 海"],
        [2],
    )
    assert bytes(found["----:com.apple.iTunes:SERIES"][0]).decode() == "四灯"
    assert bytes(found["----:com.apple.iTunes:SERIES-PART"][0]) == b"2"
    assert bytes(found["covr"][0])[:3] == b"\xff\xd8\xff"
    with av.open(the(root, ".m4b")) as container:
        assert container.streams.audio[0].metadata["language"] == "zho"
        assert container.metadata["album_artist"] == "某人"


def test_an_opus_file_has_tags_and_cover_for_another_library(root: Path) -> None:
    (root / "out" / "夜班" / "about.toml").write_text(
        f"narrator = '''{HOSTILE}'''\nseries = '四灯'\n", "utf-8"
    )
    published(root, "opus")
    found = OggOpus(the(root, ".opus"))
    assert (found["title"], found["artist"], found["performer"], found["series"]) == (
        ["夜班"],
        ["某人"],
        [HOSTILE],
        ["四灯"],
    )
    assert found["chapter002name"] == ["第二卷 海 · 第二章 天亮"]
    picture = Picture(base64.b64decode(found["metadata_block_picture"][0]))
    assert (picture.mime, picture.type, picture.data[:3]) == ("image/jpeg", 3, b"\xff\xd8\xff")


def test_a_long_book_is_cut_between_chapters(root: Path) -> None:
    chapters = record_of(root).chapters
    seconds = [c.samples / c.rate_hz for c in chapters]
    made = published(root, "m4b", max_hours=(seconds[0] + seconds[1] + 0.1) / 3600)
    assert [f.chapters for f in made.files] in ([(0, 1), (2,)], [(0,), (1, 2)])
    assert [Path(f.file).name for f in made.files] == ["夜班 1.m4b", "夜班 2.m4b"]
    tags = [MP4(root / "out" / "夜班" / f.file) for f in made.files]
    assert [t["trkn"] for t in tags] == [[(1, 2)], [(2, 2)]]
    assert [str(t["\xa9alb"][0]) for t in tags] == ["夜班", "夜班"]
    whole = published(root, "m4b")
    assert [p.name for p in (root / "out" / "夜班").glob("*.m4b")] == [whole.files[0].file]


def test_publishing_again_writes_nothing_new(root: Path) -> None:
    assert published(root, "m4b", "opus").written == ["夜班.m4b", "夜班.opus"]
    before = the(root, ".m4b").stat().st_mtime_ns
    assert published(root, "opus", "m4b").written == []
    assert the(root, ".m4b").stat().st_mtime_ns == before


def test_a_file_that_was_damaged_is_made_again(root: Path) -> None:
    published(root, "m4b")
    data = the(root, ".m4b").read_bytes()
    the(root, ".m4b").write_bytes(data[:-1] + b"x")
    assert published(root, "m4b").written == ["夜班.m4b"]
    assert the(root, ".m4b").read_bytes() == data


def test_without_the_clips_a_format_is_made_of_the_mp3s_and_that_is_said(root: Path) -> None:
    ClipCache(settings_in(root).clips_dir).prune(0)
    said: list[str] = []
    publish(root / "out" / "夜班", ["m4b"], settings_in(root), Options(), say=said.append)
    assert len(said) == 3 and "made from its MP3" in said[0]
    assert the(root, ".m4b").is_file()


def test_a_book_that_changed_since_the_render_must_be_rendered_first(root: Path) -> None:
    script = root / "out" / "夜班" / "script.json"
    changed = json.loads(script.read_text("utf-8"))
    changed["cues"][0]["count"] += 1
    script.write_text(json.dumps(changed), "utf-8")
    with pytest.raises(InputError, match="was changed since it was rendered"):
        published(root, "m4b")


def test_render_makes_further_formats_at_its_end(root: Path) -> None:
    edition = render(
        [root / "夜班.txt"], settings_in(root), BookDetails(author="某人"), lambda _: None, also=["m4b"]
    )
    assert [f.file for f in edition.also] == ["夜班.m4b"]
    assert edition.spoken == 0


def test_an_unknown_format_is_an_error_that_lists_the_known(root: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        published(root, "wav")
    assert "m4b" in caught.value.hint


def test_a_folder_without_an_edition_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finished edition"):
        publish(tmp_path / "none", ["m4b"], settings_in(tmp_path), Options())


def test_a_cover_that_is_gone_is_said_and_left_out(root: Path) -> None:
    book = root / "out" / "夜班" / "book.json"
    cover = json.loads(book.read_text("utf-8"))["cover"]
    book.write_text(book.read_text("utf-8").replace(cover, str(root / "gone.jpg")), "utf-8")
    said: list[str] = []
    publish(root / "out" / "夜班", ["m4b"], settings_in(root), Options(), say=said.append)
    assert "gone.jpg is gone" in said[0]
    assert "covr" not in MP4(the(root, ".m4b"))


def test_no_hours_are_no_file(root: Path) -> None:
    with pytest.raises(SettingsError, match="max-hours"):
        published(root, "m4b", max_hours=0.0)
