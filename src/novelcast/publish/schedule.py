"""When each episode appears, and by which name podcast apps know it: decided once, and kept in podcast.json."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from pydantic import Field

from novelcast.errors import SettingsError
from novelcast.model import Model
from novelcast.publish.edition import ChapterRecord

Every = Literal["day", "weekday", "week"]

# podcast:guid is a UUID of the feed's address in this namespace (podcastindex-org, Podcasting 2.0).
_PODCAST = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")


class Episode(Model):
    """One file of the edition. `guid` never changes, whatever becomes of the chapter's text, title or place."""

    chapter: int
    part: int
    title: str
    guid: str
    published: datetime


class Podcast(Model):
    """podcast.json. `guid` is made of the first address that the feed had; `built` is when the feed last changed.

    `every` None: all episodes at once. `start` and `at` (UTC): when the first one appears.
    """

    guid: str
    built: datetime
    every: Every | None = None
    start: date | None = None
    at: time = time(6, 0)
    episodes: tuple[Episode, ...] = Field(default=())


def every_of(words: str) -> Every:
    """Raises SettingsError for anything but day, weekday, week."""
    for every in ("day", "weekday", "week"):
        if words == every:
            return every
    raise SettingsError(f"--every {words}: no such rhythm", hint="choose one of: day, weekday, week")


def date_of(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise SettingsError(f"--start {words}: no such date", hint="write it like 2027-01-31") from None


def new_podcast(url: str, now: datetime) -> Podcast:
    address = url.split("://", 1)[-1].rstrip("/")
    return Podcast(guid=str(uuid.uuid5(_PODCAST, address)), built=now)


def scheduled(podcast: Podcast, files: Sequence[ChapterRecord], now: datetime) -> Podcast:
    """The podcast with an episode for each file; those that were published keep their guid and their date.

    A chapter is known again by its title, else by its place.
    """
    old = {(e.title, e.part): e for e in podcast.episodes}
    titles = {(f.title, f.part) for f in files}
    places = {(e.chapter, e.part): e for e in podcast.episodes if (e.title, e.part) not in titles}
    known = [old.get((f.title, f.part)) or places.get((f.chapter, f.part)) for f in files]
    taken: set[str] = set()
    episodes = []
    for number, (file, before) in enumerate(zip(files, known, strict=True)):
        again = before is not None and before.guid not in taken
        guid = before.guid if before and again else str(uuid.uuid4())
        taken.add(guid)
        out = before.published if before and again and before.published <= now else None
        episodes.append(
            Episode(
                chapter=file.chapter,
                part=file.part,
                title=file.title,
                guid=guid,
                published=out or _planned(podcast, number, len(files), now),
            )
        )
    return podcast.model_copy(update={"episodes": tuple(episodes)})


def _planned(podcast: Podcast, number: int, count: int, now: datetime) -> datetime:
    """When episode `number` (from 0) of `count` is to appear."""
    if podcast.every is None or podcast.start is None:
        # All at once, a second apart, so that an app that sorts by date has them in the book's order.
        return now + timedelta(seconds=number + 1 - count)
    day = podcast.start
    if podcast.every == "week":
        day += timedelta(weeks=number)
    elif podcast.every == "day":
        day += timedelta(days=number)
    else:
        day = _weekday(day, number)
    return datetime.combine(day, podcast.at, UTC)


def _weekday(start: date, number: int) -> date:
    """The weekday that is `number` weekdays after the first one from `start` on."""
    while start.weekday() > 4:
        start += timedelta(days=1)
    weeks, days = divmod(start.weekday() + number, 5)
    return start + timedelta(days=weeks * 7 + days - start.weekday())
