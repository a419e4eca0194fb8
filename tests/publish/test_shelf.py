"""An Audiobookshelf library: the folders, the metadata, and nothing of the user's touched."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from mutagen.id3 import ID3

from novelcast.publishing import shelve
from whole_book import TEXT, copied, record_of, render_book, settings_in

HOSTILE = "“<&>” 𠮷龘 😀 /..\\ 'x'"
ABOUT = f"""author = '''{HOSTILE}'''
series = '四灯'
series_part = '2'
narrator = '何某'
description = '灯 & 海'
date = '2027-01-31'
"""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    render_book(root)
    return root


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    return copied(once, tmp_path)


def shelved(folder: Path) -> Path:
    root = folder.parent.parent
    return shelve(folder, root / "shelf", settings_in(root))


def test_the_book_lies_under_author_series_and_title(folder: Path, tmp_path: Path) -> None:
    (folder / "about.toml").write_text(ABOUT, "utf-8")
    place = shelved(folder)
    author, series, title = place.relative_to(tmp_path / "shelf").parts
    assert (series, title) == ("四灯", "夜班")
    assert "𠮷龘 😀" in author and not set(author) & set('/\\<>"')
    names = {p.name for p in place.iterdir()}
    assert {Path(c.file).name for c in record_of(folder).chapters} | {
        "metadata.json",
        "metadata.opf",
    } <= names


def test_the_metadata_says_what_is_known_of_the_book(folder: Path) -> None:
    (folder / "about.toml").write_text(ABOUT, "utf-8")
    place = shelved(folder)
    found = json.loads((place / "metadata.json").read_text("utf-8"))
    assert (found["title"], found["authors"], found["narrators"]) == ("夜班", [HOSTILE], ["何某"])
    assert (found["series"], found["publishedYear"], found["description"]) == (["四灯 #2"], "2027", "灯 & 海")
    total = sum(c.samples / c.rate_hz for c in record_of(folder).chapters)
    assert found["chapters"][-1]["end"] == pytest.approx(total, abs=0.001)
    opf = ElementTree.parse(place / "metadata.opf").getroot()
    dc, ns = "{http://purl.org/dc/elements/1.1/}", "{http://www.idpf.org/2007/opf}"
    people = {e.get(f"{ns}role"): e.text for e in opf.iter(f"{dc}creator")}
    assert people == {"aut": HOSTILE, "nrt": "何某"}
    assert opf.findtext(f".//{dc}description") == "灯 & 海"


def test_a_second_call_takes_away_what_is_stale_and_leaves_what_is_the_users(folder: Path) -> None:
    place = shelved(folder)
    (place / "desc.txt").write_text("mine", "utf-8")
    old = {p.name for p in place.glob("*.mp3")}
    render_book(folder.parent.parent, TEXT.replace("第三章 风", "第三章 雨"))
    assert shelved(folder) == place
    assert (place / "desc.txt").read_text("utf-8") == "mine"
    assert (
        {p.name for p in place.glob("*.mp3")}
        == {Path(c.file).name for c in record_of(folder).chapters}
        != old
    )


def test_new_tags_reach_the_library(folder: Path) -> None:
    place = shelved(folder)
    (folder / "about.toml").write_text("narrator = '何某'\n", "utf-8")
    render_book(folder.parent.parent)
    shelved(folder)
    assert {str(ID3(p)["TCOM"]) for p in place.glob("*.mp3")} == {"何某"}
