"""Texts of a rendered edition through the command's own path: made once, made again only where they would differ."""

import html
import json
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest

from edition import Edition, edition_in
from novelcast.errors import InputError
from novelcast.pipeline import BookDetails, render
from novelcast.publish.view import Options
from novelcast.publishing import Published, publish
from novelcast.settings import Settings

ALL = ["srt", "vtt", "lrc", "ass", "json", "html", "epub"]
VOLUMES = """第一卷 山 第一章 燈下

雨停了。“你來晚了。”蘇棠說道。

第一卷 山 第二章 路上

風很大。

第二卷 海 第三章 船

「走吧。」陸川說。
"""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return edition_in(tmp_path_factory.mktemp("texts"), VOLUMES, "山海")


@pytest.fixture
def root(once: Edition, tmp_path: Path) -> Path:
    """A rendered book of three chapters in two volumes, in traditional characters."""
    shutil.copytree(once.root.parents[1], tmp_path, dirs_exist_ok=True)
    return tmp_path


def settings_in(root: Path) -> Settings:
    return Settings(output=root / "out", cache_dir=root / "cache", engine="tone", preset="audiobook")


def published(root: Path, *formats: str, **options: object) -> Published:
    return publish(root / "out" / "山海", formats, settings_in(root), Options(**options))  # type: ignore[arg-type]


def test_each_text_lies_beside_its_chapter_and_is_made_once(root: Path) -> None:
    made = published(root, *ALL)
    mp3s = sorted((root / "out" / "山海" / "chapters").glob("*.mp3"))
    assert len(mp3s) == 3
    for mp3 in mp3s:
        for suffix in ("srt", "vtt", "lrc", "ass", "json", "html"):
            assert mp3.with_suffix(f".{suffix}").stat().st_size > 100
    assert {"transcript.html", "山海.epub"} <= set(made.written)
    assert published(root, *ALL).written == []


def test_one_line_changed_makes_only_its_chapters_texts_again(tmp_path: Path) -> None:
    root = edition_in(tmp_path, VOLUMES, "山海").root.parents[1]
    published(root, "srt", "json")
    source = root / "山海.txt"
    source.write_text(VOLUMES.replace("風很大。", "風很大，雪也很大。"), "utf-8")
    render([source], settings_in(root), BookDetails(author="佚名客"), lambda _: None)
    written = published(root, "srt", "json").written
    assert len(written) == 2 and all("002" in name for name in written)


def test_texts_of_a_script_edited_after_rendering_are_refused(root: Path) -> None:
    script = root / "out" / "山海" / "script.json"
    text = json.loads(script.read_text("utf-8"))
    text["segments"] = text["segments"][:1]
    script.write_text(json.dumps(text), "utf-8")
    with pytest.raises(InputError) as raised:
        published(root, "srt")
    assert "render" in raised.value.hint


def test_pages_lead_to_one_another_and_to_their_audio(root: Path) -> None:
    published(root, "html")
    folder = root / "out" / "山海"
    pages = [folder / "transcript.html", *sorted(folder.glob("chapters/*.html"))]
    for page in pages:
        text = page.read_text("utf-8")
        for address in re.findall(r'(?:href|src)="([^"#][^"]*)"', text):
            if not address.startswith("data:"):
                assert (page.parent / unquote(html.unescape(address))).is_file(), address
    top = pages[0].read_text("utf-8")
    assert top.count("<li>") == 3 and re.findall("<h2>(.*?)</h2>", top) == ["第一卷 山", "第二卷 海"]


def test_texts_can_be_had_in_simplified_characters(root: Path) -> None:
    folder = root / "out" / "山海"
    published(root, "srt", "html", "epub")
    first = next(folder.glob("chapters/001*.srt"))
    assert "你來晚了" in first.read_text("utf-8")
    published(root, "srt", "html", "epub", simplified=True)
    assert "你来晚了" in first.read_text("utf-8")
    assert 'lang="zh-Hans"' in first.with_suffix(".html").read_text("utf-8")
    with zipfile.ZipFile(folder / "山海.epub") as archive:
        assert "你来晚了" in archive.read("EPUB/text/0001.xhtml").decode()


def test_the_epub_has_the_volumes_and_a_cover_made_where_there_is_none(root: Path) -> None:
    published(root, "epub")
    with zipfile.ZipFile(root / "out" / "山海" / "山海.epub") as archive:
        nav = archive.read("EPUB/nav.xhtml").decode()
        assert re.findall("<span>(.*?)</span>", nav) == ["第一卷 山", "第二卷 海"]
        assert nav.count("<a ") == 3
        assert archive.read("EPUB/cover.jpg").startswith(b"\xff\xd8")


def test_a_chapter_that_was_not_rendered_can_be_read_in_the_epub(root: Path) -> None:
    folder = root / "out" / "山海"
    record = json.loads((folder / "edition.json").read_text("utf-8"))
    record["chapters"] = record["chapters"][:2]
    (folder / "edition.json").write_text(json.dumps(record), "utf-8")
    published(root, "epub")
    with zipfile.ZipFile(folder / "山海.epub") as archive:
        assert "走吧" in archive.read("EPUB/text/0003.xhtml").decode()
        assert sum(name.endswith(".smil") for name in archive.namelist()) == 2
