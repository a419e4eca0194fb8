"""The podcast: valid, stable over renders, let out by its schedule, and pointing at what is there."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from novelcast.errors import InputError, SettingsError
from novelcast.podcasting import Fed, Rhythm, feed
from novelcast.verify import verify
from rss import ITUNES, PODCAST, faults
from whole_book import TEXT, copied, folder_in, record_of, render_book, settings_in

URL = "https://example.org/night/"
NOW = datetime(2027, 1, 10, 12, 0, tzinfo=UTC)
HOSTILE = "“<&>” ]]> 𠮷龘 😀 'x' " + "长" * 300


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    render_book(root)
    return root


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    return copied(once, tmp_path)


def fed(folder: Path, url: str | None = URL, now: datetime = NOW, **rhythm: object) -> Fed:
    settings = settings_in(folder.parent.parent)
    return feed(folder, url, Rhythm(**rhythm), settings, now=now)  # type: ignore[arg-type]


def items(folder: Path) -> list[ElementTree.Element]:
    """The feed's episodes in the book's order."""
    return ElementTree.parse(folder / "feed.xml").getroot().findall("channel/item")[::-1]


def guids(folder: Path) -> dict[str, str]:
    return {i.findtext("title", ""): i.findtext("guid", "") for i in items(folder)}


def test_the_feed_keeps_the_rules_of_rss_and_of_apple(folder: Path) -> None:
    (folder / "about.toml").write_text('email = "a@example.org"\ncopyright = "© 2027"\n', "utf-8")
    fed(folder)
    assert faults(folder / "feed.xml") == []


def test_each_episode_says_exactly_what_its_file_is(folder: Path) -> None:
    fed(folder)
    for item, record in zip(items(folder), record_of(folder).chapters, strict=True):
        enclosure = item.find("enclosure")
        assert enclosure is not None
        assert unquote(enclosure.get("url", "").removeprefix(URL)) == record.file
        assert int(enclosure.get("length", "")) == (folder / record.file).stat().st_size
        assert int(item.findtext(f"{ITUNES}duration", "")) == round(record.samples / record.rate_hz)
    numbers = [(i.findtext(f"{ITUNES}season"), i.findtext(f"{ITUNES}episode")) for i in items(folder)]
    assert numbers == [("1", "1"), ("2", "1"), ("2", "2")]


def test_another_library_reads_the_feed_as_it_was_meant(folder: Path) -> None:
    feedparser = pytest.importorskip("feedparser")
    (folder / "about.toml").write_text(
        f"author = '''{HOSTILE}'''\nnarrator = '何某'\ndescription = '灯 & 海 <b>'\n", "utf-8"
    )
    fed(folder)
    found = feedparser.parse((folder / "feed.xml").read_bytes(), sanitize_html=False)
    assert not found.bozo
    assert (found.feed.title, found.feed.language, found.feed.itunes_type) == ("夜班", "zh-cn", "serial")
    assert found.feed.author == HOSTILE
    assert found.feed.podcast_medium == "audiobook"
    assert [e.title for e in found.entries][::-1] == [c.title for c in record_of(folder).chapters]
    assert found.entries[0].enclosures[0].type == "audio/mpeg"
    assert [c.term for c in found.feed.tags] == ["Arts", "Books"]


def test_scenes_are_chapter_marks_and_people_are_named(folder: Path) -> None:
    fed(folder)
    first = items(folder)[0]
    url = first.find(f"{PODCAST}chapters").get("url", "")  # type: ignore[union-attr]
    marks = json.loads((folder / unquote(url.removeprefix(URL))).read_text("utf-8"))
    assert [m["title"] for m in marks["chapters"]][1] == "2. 天快亮了。"
    assert marks["chapters"][0]["startTime"] == 0
    people = [(p.get("role"), p.text) for p in first.findall(f"{PODCAST}person")]
    assert people[0] == ("narrator", "tone_bass")
    assert people[1][0] == "voice actor" and "周航" in (people[1][1] or "")


def test_each_episode_has_its_transcripts(folder: Path) -> None:
    fed(folder)
    for item in items(folder):
        found = {t.get("type"): t.get("url", "") for t in item.findall(f"{PODCAST}transcript")}
        assert set(found) == {"text/vtt", "application/x-subrip"}
        text = (folder / unquote(found["text/vtt"].removeprefix(URL))).read_text("utf-8")
        assert text.startswith("WEBVTT")


def test_an_episode_keeps_its_guid_whatever_becomes_of_the_text(folder: Path) -> None:
    fed(folder)
    before = guids(folder)
    root = folder.parent.parent
    changed = TEXT.replace("太阳照常升起来了。", "太阳没有升起来。").replace(
        "第二卷 海 第二章", "第二卷 海 第二章 雾\n\n雾很大。\n\n第二卷 海 第三章"
    )
    changed = changed.replace("第二卷 海 第三章 风", "第二卷 海 第四章 风")
    render_book(root, changed)
    fed(folder)
    after = guids(folder)
    assert len(set(after.values())) == 4
    assert after["第一卷 山 · 第一章 夜班"] == before["第一卷 山 · 第一章 夜班"]
    assert set(before.values()) <= set(after.values())
    fed(folder, url="https://other.example/")
    assert guids(folder) == after


def test_episodes_appear_by_their_schedule(folder: Path) -> None:
    start = date(2027, 1, 9)
    first = fed(folder, every="day", start=start)
    assert (first.episodes, first.waiting) == (2, 1)
    assert first.next == datetime(2027, 1, 11, 6, 0, tzinfo=UTC)
    dates = [i.findtext("pubDate") for i in items(folder)]
    assert dates == ["Sat, 09 Jan 2027 06:00:00 +0000", "Sun, 10 Jan 2027 06:00:00 +0000"]
    assert "第三章" not in (folder / "index.html").read_text("utf-8")
    later = fed(folder, now=datetime(2027, 1, 11, 6, 0, tzinfo=UTC))
    assert (later.episodes, later.waiting, len(items(folder))) == (3, 0, 3)


@pytest.mark.parametrize(
    ("every", "days"), [("day", [2, 3, 4]), ("weekday", [4, 5, 6]), ("week", [2, 9, 16])]
)
def test_each_rhythm_has_its_days(folder: Path, every: str, days: list[int]) -> None:
    fed(folder, every=every, start=date(2027, 1, 2), now=datetime(2027, 2, 1, tzinfo=UTC))  # a Saturday
    podcast = json.loads((folder / "podcast.json").read_text("utf-8"))
    assert [e["published"] for e in podcast["episodes"]] == [f"2027-01-{day:02}T06:00:00Z" for day in days]


def test_nothing_is_written_where_nothing_changed(folder: Path) -> None:
    assert "feed.xml" in fed(folder).written
    before = {
        p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.suffix in (".xml", ".html", ".jpg", ".mp3")
    }
    assert fed(folder, now=datetime(2027, 3, 1, tzinfo=UTC)).written == ()
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_cover_is_drawn_square_and_large_enough(folder: Path) -> None:
    from PIL import Image

    fed(folder)
    with Image.open(folder / "podcast.jpg") as cover:
        assert (cover.format, cover.mode) == ("JPEG", "RGB")
        assert cover.width == cover.height and 1400 <= cover.width <= 3000


def test_the_page_has_every_episode_and_takes_nothing_from_elsewhere(folder: Path) -> None:
    (folder / "about.toml").write_text(f"author = '''{HOSTILE}<script>'''\n", "utf-8")
    fed(folder)
    page = (folder / "index.html").read_text("utf-8")
    assert page.count("data-src=") == 3
    assert "<script>\nconst" in page and page.count("<script>") == 1
    assert "𠮷龘 😀" in page and 'src="http' not in page and "@import" not in page


def test_the_published_podcast_verifies(folder: Path) -> None:
    fed(folder)
    assert verify(folder).wrong == ()


@pytest.mark.parametrize(
    "url", ["example.org/night", "ftp://example.org/", "https://", "https://a b/", "file:///x"]
)
def test_an_address_that_is_none_is_refused_and_the_old_feed_kept(folder: Path, url: str) -> None:
    fed(folder)
    before = (folder / "feed.xml").read_bytes()
    with pytest.raises(SettingsError) as caught:
        fed(folder, url=url)
    assert "https://" in caught.value.hint
    assert (folder / "feed.xml").read_bytes() == before


def test_the_address_may_stand_in_about_toml(folder: Path) -> None:
    with pytest.raises(SettingsError, match="no address"):
        fed(folder, url=None)
    (folder / "about.toml").write_text('url = "https://example.org/x"\n', "utf-8")
    assert fed(folder, url=None).url == "https://example.org/x/"


def test_a_book_without_an_author_is_refused_with_what_to_do(tmp_path: Path) -> None:
    render_book(tmp_path, "第一章 夜\n\n灯亮了。\n", author=None)
    with pytest.raises(InputError, match="no author") as caught:
        fed(folder_in(tmp_path))
    assert "about.toml" in caught.value.hint
    assert not (folder_in(tmp_path) / "feed.xml").exists()
