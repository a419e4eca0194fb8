"""Is a feed right? The RSS 2.0 specification's rules, Apple's requirements for podcasts, Podcasting 2.0's tags.

Sources: rssboard.org/rss-specification; podcasters.apple.com/support/823-podcast-requirements and its guide to RSS
tags; github.com/Podcastindex-org/podcast-namespace. Written from these, apart from the code that writes feeds.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"
_ONCE_IN_CHANNEL = [
    "title",
    "link",
    "description",
    "language",
    f"{ITUNES}author",
    f"{ITUNES}explicit",
    f"{ITUNES}type",
]
_ONCE_IN_ITEM = [
    "title",
    "description",
    "guid",
    "pubDate",
    "enclosure",
    f"{ITUNES}duration",
    f"{ITUNES}explicit",
]
_LANGUAGES = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")


def faults(path: Path) -> list[str]:
    rss = ElementTree.parse(path).getroot()
    channel = rss.find("channel")
    if rss.tag != "rss" or rss.get("version") != "2.0" or channel is None or len(rss) != 1:
        return ["not RSS 2.0 with one channel"]
    wrong = _counted(channel, _ONCE_IN_CHANNEL, "channel")
    wrong += [
        f"url {u}" for u in _urls(channel) if urlsplit(u).scheme not in ("http", "https") or not u.isascii()
    ]
    if not _LANGUAGES.fullmatch(channel.findtext("language", "")):
        wrong.append("language")
    parsedate_to_datetime(channel.findtext("lastBuildDate", ""))
    image = channel.find("image")
    if image is None or image.findtext("title") != channel.findtext("title") or not image.findtext("link"):
        wrong.append("image: title and link must be the channel's")
    art = channel.find(f"{ITUNES}image")
    if art is None or not urlsplit(art.get("href", "")).path.endswith((".jpg", ".png")):
        wrong.append("itunes:image")
    if not [c for c in channel.findall(f"{ITUNES}category") if c.get("text")]:
        wrong.append("itunes:category")
    own = [link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"]
    if len(own) != 1 or own[0].get("type") != "application/rss+xml":
        wrong.append("atom:link")
    wrong += _podcasting(channel)
    items = channel.findall("item")
    guids = [item.findtext("guid", "") for item in items]
    if len(set(guids)) != len(guids):
        wrong.append("guids twice")
    return wrong + [f"{item.findtext('title')}: {fault}" for item in items for fault in _item(item)]


def _podcasting(channel: ElementTree.Element) -> list[str]:
    wrong = _counted(channel, [f"{PODCAST}guid", f"{PODCAST}medium", f"{PODCAST}locked"], "channel")
    UUID(channel.findtext(f"{PODCAST}guid", ""))
    if channel.findtext(f"{PODCAST}medium") != "audiobook":
        wrong.append("podcast:medium")
    if channel.findtext(f"{PODCAST}locked") not in ("yes", "no"):
        wrong.append("podcast:locked")
    return wrong


def _item(item: ElementTree.Element) -> list[str]:
    wrong = _counted(item, _ONCE_IN_ITEM, "item")
    parsedate_to_datetime(item.findtext("pubDate", ""))
    enclosure = item.find("enclosure")
    assert enclosure is not None
    if not enclosure.get("length", "").isdigit() or enclosure.get("type") not in (
        "audio/mpeg",
        "audio/x-m4a",
    ):
        wrong.append("enclosure")
    if not urlsplit(enclosure.get("url", "")).path.endswith((".mp3", ".m4a")):
        wrong.append("enclosure without an extension that Apple takes")
    if item.find("guid").get("isPermaLink") != "false":  # type: ignore[union-attr]
        wrong.append("a guid that is no address must say so")
    if not item.findtext(f"{ITUNES}duration", "").isdigit():
        wrong.append("itunes:duration")
    for tag in ("season", "episode"):
        number = item.findtext(f"{ITUNES}{tag}", "1")
        if not (number.isdigit() and int(number) > 0):
            wrong.append(f"itunes:{tag}")
    for tag in ("chapters", "transcript"):
        wrong += [
            f"podcast:{tag}" for e in item.findall(f"{PODCAST}{tag}") if not (e.get("url") and e.get("type"))
        ]
    wrong += ["podcast:person" for e in item.findall(f"{PODCAST}person") if not e.text or len(e.text) > 128]
    return wrong


def _counted(parent: ElementTree.Element, names: list[str], where: str) -> list[str]:
    found = {name: parent.findall(name) for name in names}
    wrong = [f"{where}: {name} {len(e)} times" for name, e in found.items() if len(e) != 1]
    return wrong + [
        f"{where}: {name} is empty"
        for name, e in found.items()
        if len(e) == 1 and not (e[0].text or e[0].attrib)
    ]


def _urls(channel: ElementTree.Element) -> list[str]:
    return [e.get(name, "") for e in channel.iter() for name in ("url", "href") if e.get(name) is not None]
