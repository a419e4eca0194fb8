"""feed.xml: RSS 2.0 with Apple's and Podcasting 2.0's tags, an episode for each of the edition's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from novelcast import __version__
from novelcast.publish.id3 import clean
from novelcast.publish.schedule import Episode, Podcast
from novelcast.publish.view import ChapterView, EditionView
from novelcast.publish.volumes import scenes_of

FEED, COVER, PAGE = "feed.xml", "podcast.jpg", "index.html"
_ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
_PODCAST = "https://podcastindex.org/namespace/1.0"
_ATOM = "http://www.w3.org/2005/Atom"
_TRANSCRIPTS = {".vtt": "text/vtt", ".srt": "application/x-subrip"}
_EXCERPT = 160
_MOST_PEOPLE = 12


def chapters_file(chapter: ChapterView) -> str:
    """Where an episode's chapter marks lie."""
    return PurePosixPath(chapter.record.file).with_suffix(".chapters.json").as_posix()


def chapters_json(chapter: ChapterView) -> dict[str, Any]:
    """The episode's scenes (podcast:chapters, version 1.2.0); an episode without is one chapter."""
    scenes = scenes_of(chapter.part, chapter.timeline)
    marks = [{"startTime": s.start_ms / 1000, "title": clean(s.title)} for s in scenes]
    return {
        "version": "1.2.0",
        "chapters": marks or [{"startTime": 0.0, "title": clean(chapter.record.name)}],
    }


def transcripts_of(view: EditionView, chapter: ChapterView) -> dict[str, str]:
    """The edition's subtitle files of an episode, with their media types; they lie beside its MP3."""
    stem = PurePosixPath(chapter.record.file)
    made = {f.file for f in view.record.files}
    names = {stem.with_suffix(suffix).as_posix(): kind for suffix, kind in _TRANSCRIPTS.items()}
    return {name: kind for name, kind in names.items() if name in made}


def out_by(view: EditionView, podcast: Podcast, now: datetime) -> list[tuple[ChapterView, Episode]]:
    """The episodes that have appeared, in the book's order."""
    pairs = zip(view.chapters, podcast.episodes, strict=True)
    return [(chapter, episode) for chapter, episode in pairs if episode.published <= now]


def feed_xml(
    view: EditionView, podcast: Podcast, url: str, episodes: Sequence[tuple[ChapterView, Episode]]
) -> bytes:
    """`url` is where the edition's folder is found, with a / at its end."""
    from lxml import etree

    rss = etree.Element(
        "rss", {"version": "2.0"}, nsmap={"itunes": _ITUNES, "podcast": _PODCAST, "atom": _ATOM}
    )
    channel = etree.SubElement(rss, "channel")
    for tag, text, attributes in _channel(view, podcast, url):
        _add(channel, tag, text, attributes)
    image = _add(channel, "image")
    for tag, text in (("url", url + COVER), ("title", view.book.title), ("link", view.about.link or url)):
        _add(image, tag, text)
    if view.about.email:
        owner = _add(channel, "itunes:owner")
        _add(owner, "itunes:name", view.about.publisher or view.about.author)
        _add(owner, "itunes:email", view.about.email)
    category, _, below = view.about.category.partition("/")
    outer = _add(channel, "itunes:category", attributes={"text": category})
    if below:
        _add(outer, "itunes:category", attributes={"text": below})
    # New ones first, as directories that look at the top only expect.
    for chapter, episode in reversed(episodes):
        item = _add(channel, "item")
        for tag, text, attributes in _item(view, chapter, episode, url):
            _add(item, tag, text, attributes)
    data: bytes = etree.tostring(rss, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


Tag = tuple[str, str, dict[str, str]]


def _channel(view: EditionView, podcast: Podcast, url: str) -> Iterator[Tag]:
    about = view.about
    yield "title", view.book.title, {}
    yield "link", about.link or url, {}
    yield "description", about.description or f"{view.book.title} · {about.author}", {}
    yield "language", rss_language(view.book.language), {}
    if about.copyright:
        yield "copyright", about.copyright, {}
    yield "lastBuildDate", format_datetime(podcast.built), {}
    yield "generator", f"novelcast {__version__}", {}
    yield "atom:link", "", {"href": url + FEED, "rel": "self", "type": "application/rss+xml"}
    yield "itunes:author", about.author, {}
    yield "itunes:image", "", {"href": url + COVER}
    yield "itunes:explicit", "true" if about.explicit else "false", {}
    yield "itunes:type", "serial" if about.serial else "episodic", {}
    yield "podcast:guid", podcast.guid, {}
    yield "podcast:medium", "audiobook", {}
    yield "podcast:locked", "yes", {"owner": about.email} if about.email else {}
    yield "podcast:person", about.author, {"role": "author", "group": "writing"}
    yield "podcast:person", view.tags.composer, {"role": "narrator", "group": "cast"}


def _item(view: EditionView, chapter: ChapterView, episode: Episode, url: str) -> Iterator[Tag]:
    record, shelved = chapter.record, chapter.shelved
    within = [c for c in view.chapters if c.shelved.number == shelved.number]
    number = str(within.index(chapter) + 1)
    yield "title", record.name, {}
    yield "itunes:title", record.name, {}
    yield "description", excerpt(chapter), {}
    yield "guid", episode.guid, {"isPermaLink": "false"}
    yield "pubDate", format_datetime(episode.published), {}
    size = {"length": str(record.size_bytes), "type": "audio/mpeg"}
    yield "enclosure", "", {"url": url + quote(record.file), **size}
    yield "itunes:duration", str(round(chapter.seconds)), {}
    if shelved.number:
        yield "itunes:season", str(shelved.number), {}
        yield "podcast:season", str(shelved.number), {"name": shelved.volume[:128]}
    yield "itunes:episode", number, {}
    yield "podcast:episode", number, {}
    yield "itunes:episodeType", "full", {}
    yield "itunes:explicit", "true" if view.about.explicit else "false", {}
    marks = url + quote(chapters_file(chapter))
    yield "podcast:chapters", "", {"url": marks, "type": "application/json+chapters"}
    for name, kind in transcripts_of(view, chapter).items():
        language = rss_language(view.book.language)
        yield "podcast:transcript", "", {"url": url + quote(name), "type": kind, "language": language}
    yield "podcast:person", view.tags.composer, {"role": "narrator", "group": "cast"}
    for name in people_of(view, chapter):
        yield "podcast:person", f"{name} ({view.cast.engine})", {"role": "voice actor", "group": "cast"}


def people_of(view: EditionView, chapter: ChapterView) -> list[str]:
    """The voices heard in an episode beside the narrator's, with whom they play: `zm_yunxi: 周航`."""
    names = {s.id: s.name for s in view.script.speakers}
    heard = dict.fromkeys(s.speaker for s in chapter.part.segments if s.speaker in view.cast.roles)
    people = [f"{view.cast.roles[who].voice}: {names[who]}" for who in heard if who in names]
    return people[:_MOST_PEOPLE]


def excerpt(chapter: ChapterView) -> str:
    """How the chapter begins."""
    text = " ".join(s.text.strip() for s in chapter.part.segments[:20] if s.kind != "heading")
    text = " ".join(clean(text).split())
    return text if len(text) <= _EXCERPT else text[:_EXCERPT].rstrip() + "…" if text else chapter.record.name


def rss_language(language: str) -> str:
    """The language as the RSS specification's list has it."""
    known = {"zh-hans": "zh-cn", "zh": "zh-cn", "zh-hant": "zh-tw", "yue": "zh-tw"}
    return known.get(language.lower(), language.lower())


def _add(parent: Any, tag: str, text: str = "", attributes: dict[str, str] | None = None) -> Any:
    from lxml import etree

    prefix, _, name = tag.rpartition(":")
    full = f"{{{parent.nsmap[prefix]}}}{name}" if prefix else name
    element = etree.SubElement(parent, full, {k: clean(v) for k, v in (attributes or {}).items()})
    if text:
        element.text = clean(text)
    return element
