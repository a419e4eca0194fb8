"""A podcast of a rendered edition: feed, cover, chapter marks, page; files change only where the edition did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from novelcast.errors import InputError, SettingsError
from novelcast.model import ProgressSink
from novelcast.publish.about import web_address
from novelcast.publish.cover import square_cover
from novelcast.publish.edition import FileRecord, digest, file_sha256, is_untouched
from novelcast.publish.feed import COVER, FEED, PAGE, chapters_file, chapters_json, feed_xml, out_by
from novelcast.publish.formats import FORMATS
from novelcast.publish.podcast_page import podcast_page
from novelcast.publish.schedule import Every, Podcast, new_podcast, scheduled
from novelcast.publish.view import EditionView, Options
from novelcast.publishing import Say, publish_locked, rendered_folder, view_of
from novelcast.settings import Settings
from novelcast.shared_clips import shared_clips
from novelcast.workspace import BookFolder, ClipCache, read_model, write_bytes, write_model

PODCAST = "podcast.json"
_SUBTITLES = ("vtt", "srt")


@dataclass(frozen=True)
class Rhythm:
    """What the user asks of the schedule; None: as it was."""

    every: Every | None = None
    start: date | None = None


@dataclass(frozen=True)
class Fed:
    """`waiting` are the episodes that have not appeared yet, `next` when the first of them does."""

    folder: Path
    url: str
    episodes: int
    waiting: int
    next: datetime | None
    written: tuple[str, ...]


def feed(
    root: Path,
    url: str | None,
    rhythm: Rhythm,
    settings: Settings,
    progress: ProgressSink = lambda _: None,
    say: Say = lambda _: None,
    now: datetime | None = None,
) -> Fed:
    """Write the podcast into a book's folder. `url` is where that folder will be found; None: as about.toml says.

    Raises InputError where there is no edition or no author, SettingsError for a bad address.
    """
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    folder = rendered_folder(root)
    with folder.locked(), ClipCache(settings.clips_dir, shared_clips(settings.shared_cache)).in_use():
        view = view_of(folder, settings, say=say)
        url = _address(url or view.about.url)
        if not view.about.author:
            raise InputError(
                f"{view.book.title}: no author, and a podcast needs one",
                hint=f'write author = "…" in {root / "about.toml"}',
            )
        subtitles = [name for name in _SUBTITLES if name in FORMATS]
        publish_locked(folder, subtitles, settings, Options(), progress, say)
        view = view_of(folder, settings)
        podcast = _podcast(folder, view, url, rhythm, now)
        return _written(folder, view, podcast, url, now, say)


def _address(url: str) -> str:
    if not url:
        raise SettingsError("no address for the feed", hint="say where the folder will be: --url https://…")
    try:
        return web_address(url).rstrip("/") + "/"
    except ValueError as error:
        raise SettingsError(f"--url: {error}", hint="begin with https://") from None


def _podcast(folder: BookFolder, view: EditionView, url: str, rhythm: Rhythm, now: datetime) -> Podcast:
    podcast = read_model(folder.root / PODCAST, Podcast) or new_podcast(url, now)
    every, start = rhythm.every or podcast.every, rhythm.start or podcast.start
    if start and not every:
        every = "day"
    podcast = podcast.model_copy(update={"every": every, "start": start or (now.date() if every else None)})
    return scheduled(podcast, [c.record for c in view.chapters], now)


def _written(
    folder: BookFolder, view: EditionView, podcast: Podcast, url: str, now: datetime, say: Say
) -> Fed:
    root = folder.root
    episodes = out_by(view, podcast, now)
    files = {chapters_file(c): _json(chapters_json(c)) for c in view.chapters}
    files[PAGE] = podcast_page(view, url, episodes).encode()
    unchanged = (root / FEED).is_file() and (root / FEED).read_bytes() == feed_xml(
        view, podcast, url, episodes
    )
    if not unchanged:
        podcast = podcast.model_copy(update={"built": now})
    written = []
    records = []
    cover = _cover(view, say)
    if cover is None:
        records.append(next(f for f in view.record.files if f.file == COVER))
    else:
        files[COVER] = cover
    files[FEED] = feed_xml(view, podcast, url, episodes)  # last: what it points at is there when it appears
    write_model(root / PODCAST, podcast)
    for name, data in files.items():
        path = root / name
        if not path.is_file() or path.read_bytes() != data:
            write_bytes(path, data)
            written.append(name)
        made_from = _cover_made_from(view) if name == COVER else digest(data)
        records.append(
            FileRecord(
                format="podcast", file=name, size_bytes=len(data), sha256=file_sha256(path), made_from=made_from
            )
        )  # fmt: skip
    record = view.record.with_files("podcast", records)
    write_model(folder.edition, record)
    for old in view.record.files:
        if old.format == "podcast" and old.file not in {f.file for f in record.files}:
            (root / old.file).unlink(missing_ok=True)
    waiting = [e.published for e in podcast.episodes if e.published > now]
    return Fed(root, url, len(episodes), len(waiting), min(waiting, default=None), tuple(written))


def _cover(view: EditionView, say: Say) -> bytes | None:
    """The cover's bytes; None where the one that is there is right."""
    for old in view.record.files:
        same = old.file == COVER and old.made_from == _cover_made_from(view)
        if same and is_untouched(view.root / COVER, old.size_bytes, old.sha256):
            return None
    data, written = square_cover(view.book.title, view.about.author, view.cover)
    if not written:
        say(
            "no font of this machine has the title's characters: the cover is without it. Install a CJK font (Noto)"
        )
    return data


def _cover_made_from(view: EditionView) -> str:
    whose = file_sha256(view.cover) if view.cover else f"{view.book.title}\n{view.about.author}"
    return digest("1", whose)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
