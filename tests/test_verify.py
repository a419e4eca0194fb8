"""Verify finds what is wrong with an edition, and nothing where nothing is."""

from pathlib import Path

import pytest

from novelcast.errors import InputError
from novelcast.podcasting import Rhythm, feed
from novelcast.publish.edition import file_sha256
from novelcast.publish.id3 import tag_length
from novelcast.publish.view import Options
from novelcast.publishing import publish
from novelcast.verify import editions_under, verify
from novelcast.workspace import write_model
from whole_book import TEXT, copied, record_of, render_book, settings_in


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    render_book(root)
    folder = root / "out" / "夜班"
    publish(folder, ["m4b", "opus"], settings_in(root), Options())
    feed(folder, "https://example.org/", Rhythm(), settings_in(root))
    return root


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    return copied(once, tmp_path)


def found(folder: Path, **how: bool) -> list[tuple[str, str]]:
    return [(wrong.file, wrong.what) for wrong in verify(folder, **how).wrong]


def recorded_anew(folder: Path, name: str) -> None:
    """edition.json says of a file what it is now: as if it had been made so."""
    record = record_of(folder)
    path = folder / name
    now = {"sha256": file_sha256(path), "size_bytes": path.stat().st_size}
    chapters = tuple(c.model_copy(update=now) if c.file == name else c for c in record.chapters)
    files = tuple(f.model_copy(update=now) if f.file == name else f for f in record.files)
    write_model(folder / "edition.json", record.model_copy(update={"chapters": chapters, "files": files}))


def test_an_edition_that_is_whole_has_no_fault(folder: Path) -> None:
    verified = verify(folder)
    assert (verified.wrong, verified.files) == (
        (),
        3 + 2 + 6 + 6,
    )  # MP3s, whole books, the podcast's own, subtitles


def test_a_missing_file_is_found_and_the_feed_that_points_at_it(folder: Path) -> None:
    name = record_of(folder).chapters[1].file
    (folder / name).unlink()
    assert found(folder, quick=True) == [
        (name, "missing"),
        ("feed.xml", f"points at {name}, which is missing"),
    ]


def test_one_changed_byte_is_found(folder: Path) -> None:
    data = bytearray((folder / "夜班.opus").read_bytes())
    data[-100] ^= 1
    (folder / "夜班.opus").write_bytes(data)
    assert found(folder, quick=True) == [("夜班.opus", "its content has changed (SHA-256)")]


def test_a_file_that_is_shorter_than_said_is_found(folder: Path) -> None:
    name = record_of(folder).chapters[0].file
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) * 2 // 3])
    recorded_anew(folder, name)
    faults = found(folder)
    assert any(file == name and "s of audio, wanted" in what for file, what in faults)


@pytest.mark.parametrize("name", ["夜班.m4b", "夜班.opus"])
def test_a_file_that_is_no_audio_is_found(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"no audio at all" * 1000)
    recorded_anew(folder, name)
    assert any(file == name and "cannot be decoded" in what for file, what in found(folder))


def test_missing_tags_are_found(folder: Path) -> None:
    name = record_of(folder).chapters[0].file
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[tag_length(data[:10]) :])
    recorded_anew(folder, name)
    assert (name, "no tag title, album, artist") in found(folder, quick=True)


def test_a_feed_with_a_wrong_length_is_found(folder: Path) -> None:
    path = folder / "feed.xml"
    size = record_of(folder).chapters[0].size_bytes
    path.write_text(path.read_text("utf-8").replace(f'length="{size}"', f'length="{size + 1}"'), "utf-8")
    recorded_anew(folder, "feed.xml")
    assert found(folder, quick=True) == [
        ("feed.xml", f"says {size + 1} bytes of {record_of(folder).chapters[0].file}")
    ]


def test_a_feed_that_is_no_xml_is_found(folder: Path) -> None:
    (folder / "feed.xml").write_text("<rss>", "utf-8")
    recorded_anew(folder, "feed.xml")
    assert any("no XML" in what for _, what in found(folder, quick=True))


def test_a_file_that_is_older_than_its_chapters_is_found(folder: Path) -> None:
    root = folder.parent.parent
    render_book(root, TEXT.replace("太阳照常升起来了。", "太阳没有升起来。"))
    stale = {file for file, what in found(folder, quick=True) if "older than" in what}
    assert {"夜班.m4b", "夜班.opus"} <= stale
    publish(folder, ["m4b", "opus"], settings_in(root), Options())
    feed(folder, "https://example.org/", Rhythm(), settings_in(root))
    assert found(folder) == []


def test_a_damaged_record_is_found(folder: Path) -> None:
    (folder / "edition.json").write_text("{}}", "utf-8")
    assert [file for file, _ in found(folder)] == ["edition.json"]


def test_every_fault_says_what_to_do(folder: Path) -> None:
    for path in folder.glob("*.m4b"):
        path.unlink()
    assert [wrong.do for wrong in verify(folder).wrong] == ["publish m4b again"]


def test_all_editions_of_a_folder_are_found(folder: Path, tmp_path: Path) -> None:
    assert editions_under(folder.parent) == [folder]
    assert editions_under(folder) == [folder]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no edition"):
        editions_under(tmp_path / "empty")
