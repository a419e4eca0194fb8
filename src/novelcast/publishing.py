"""Further formats from a rendered edition: nothing is spoken, and what is already made is not made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from novelcast import media
from novelcast.casting import load_cast
from novelcast.catalog import load_cue_sounds
from novelcast.chapter import ChapterMaker
from novelcast.engines import all_voices
from novelcast.errors import InputError
from novelcast.loudness import Block
from novelcast.model import Book, Progress, ProgressSink, Script, Timeline
from novelcast.presets import preset_named
from novelcast.publish.about import load_about
from novelcast.publish.edition import ChapterRecord, EditionRecord, FileRecord, file_sha256, is_untouched
from novelcast.publish.formats import check_formats, plan_format
from novelcast.publish.shelf import shelve_book
from novelcast.publish.tagging import book_tags
from novelcast.publish.view import ChapterView, EditionView, Options, Planned
from novelcast.publish.volumes import shelve as shelve_chapters
from novelcast.settings import Settings
from novelcast.shared_clips import shared_clips
from novelcast.timeline import chapter_scripts
from novelcast.workspace import BookFolder, ClipCache, complete_file, read_model, write_model

Say = Callable[[str], None]


@dataclass
class Published:
    """What a run made: all files of the formats asked for, and those of them that were newly written."""

    folder: Path
    files: list[FileRecord] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


def publish(
    root: Path,
    formats: Sequence[str],
    settings: Settings,
    options: Options,
    progress: ProgressSink = lambda _: None,
    say: Say = lambda _: None,
) -> Published:
    """Make these formats of the edition in a book's folder.

    Raises InputError where there is none, or where the book was changed since; SettingsError for an unknown format.
    """
    wanted = check_formats(formats)
    folder = rendered_folder(root)
    cache = ClipCache(settings.clips_dir, shared_clips(settings.shared_cache))
    with folder.locked(), cache.in_use():
        return publish_locked(folder, wanted, settings, options, progress, say)


def publish_locked(
    folder: BookFolder,
    formats: Sequence[str],
    settings: Settings,
    options: Options,
    progress: ProgressSink = lambda _: None,
    say: Say = lambda _: None,
) -> Published:
    """`publish`, for who holds the folder and the clips already."""
    bar = _Seconds(progress)
    view = view_of(folder, settings, bar.heard, say)
    planned = [(name, plan_format(name, view, options)) for name in formats]
    published = Published(folder.root)
    fresh = {p.file: _kept(p, view) for _, plans in planned for p in plans}
    bar.start([p for _, plans in planned for p in plans if fresh[p.file] is None])
    record = view.record
    for name, plans in planned:
        made = []
        for plan in plans:
            found = fresh[plan.file] or _made(name, plan, folder.root)
            if fresh[plan.file] is None:
                published.written.append(plan.file)
                bar.made(plan)
            made.append(found.model_copy(update={"sound": record.sound_of(plan.chapters)}))
        before, record = record, record.with_files(name, made)
        write_model(folder.edition, record)
        _remove_others(name, before, record, folder.root)
        published.files += made
    bar.finish()
    return published


def shelve(root: Path, library: Path, settings: Settings) -> Path:
    """Put the edition into an Audiobookshelf library; returns the book's folder there."""
    folder = rendered_folder(root)
    with folder.locked():
        return shelve_book(view_of(folder, settings), library)


def rendered_folder(root: Path) -> BookFolder:
    """The folder, if it holds an edition; raises InputError."""
    folder = BookFolder(root)
    if not root.is_dir() or read_model(folder.edition, EditionRecord) is None:
        raise InputError(
            f"{root} holds no finished edition",
            hint="give a book's folder (output/<book>), rendered by this version: `novelcast render BOOK`",
        )
    return folder


def view_of(
    folder: BookFolder,
    settings: Settings,
    heard: Callable[[float], None] = lambda _: None,
    say: Say = lambda _: None,
) -> EditionView:
    """The edition in a folder; `heard` is told of each stretch of audio, in seconds, when it is taken.

    Raises InputError where a file of it is missing or was changed since the render.
    """
    record = read_model(folder.edition, EditionRecord)
    book, script = read_model(folder.book, Book), read_model(folder.script, Script)
    cast = load_cast(folder.cast, all_voices(settings.openai))
    if record is None or book is None or script is None or cast is None or not record.chapters:
        raise InputError(f"{folder.root} holds no finished edition", hint="render the book first")
    preset, cache = (
        preset_named(record.preset),
        ClipCache(settings.clips_dir, shared_clips(settings.shared_cache)),
    )
    parts, library = chapter_scripts(script), load_cue_sounds()
    shelved = shelve_chapters([c.title for c in book.chapters])
    about = load_about(folder.root)
    cover = Path(book.cover) if book.cover else None
    if cover and not cover.is_file():
        say(f"{cover} is gone: files are made without a cover until the book is rendered with another")
        cover = None

    def chapter_view(done: ChapterRecord) -> ChapterView:
        timeline = read_model(folder.timeline(done.chapter, done.part, done.parts), Timeline)
        if timeline is None or done.chapter not in parts:
            raise _changed(folder, done)
        maker = ChapterMaker(done.chapter, parts[done.chapter], book, preset, cache, library)
        if maker.made_from(timeline) != done.made_from:
            raise _changed(folder, done)
        mixable = all(cache.path(p.clip).is_file() for p in timeline.placements if p.clip)
        if not mixable:
            say(f"{done.name}: its clips are no longer in the cache; it is made from its MP3")

        def audio() -> Iterator[Block]:
            blocks = (
                maker.mastered(timeline, done)
                if mixable
                else media.decode(folder.root / done.file, rate_hz=done.rate_hz, channels=preset.channels)
            )
            for block in blocks:
                heard(len(block) / done.rate_hz)
                yield block

        return ChapterView(done, timeline, parts[done.chapter], shelved[done.chapter], audio)

    return EditionView(
        root=folder.root,
        book=book,
        script=script,
        cast=cast,
        record=record,
        about=about.over(book),
        tags=book_tags(book, about, cast.narrator.voice),
        cover=cover,
        channels=preset.channels,
        bitrate_kbps=preset.bitrate_kbps,
        chapters=tuple(chapter_view(done) for done in record.chapters),
    )


def _changed(folder: BookFolder, done: ChapterRecord) -> InputError:
    return InputError(
        f"{folder.root}: “{done.name}” was changed since it was rendered",
        hint="render the book again: only what changed is made anew",
    )


def _kept(plan: Planned, view: EditionView) -> FileRecord | None:
    """The record of a file that need not be made again."""
    for old in view.record.files:
        if old.file == plan.file and old.made_from == plan.made_from:
            return old if is_untouched(view.root / old.file, old.size_bytes, old.sha256) else None
    return None


def _made(format_: str, plan: Planned, root: Path) -> FileRecord:
    path = root / plan.file
    with complete_file(path) as temp:
        plan.write(temp)
    return FileRecord(
        format=format_,
        file=plan.file,
        chapters=plan.chapters,
        seconds=plan.seconds,
        size_bytes=path.stat().st_size,
        sha256=file_sha256(path),
        made_from=plan.made_from,
    )


def _remove_others(format_: str, before: EditionRecord, now: EditionRecord, root: Path) -> None:
    """Files that this format made before and makes no more."""
    names = {f.file for f in now.files} | {c.file for c in now.chapters}
    for old in before.files:
        if old.format == format_ and old.file not in names:
            (root / old.file).unlink(missing_ok=True)


class _Seconds:
    """Progress in seconds of audio; a file that is not heard counts as one."""

    def __init__(self, sink: ProgressSink) -> None:
        self._sink, self._total, self._done = sink, 0.0, 0.0

    def start(self, plans: Sequence[Planned]) -> None:
        self._total = sum(plan.seconds or 1.0 for plan in plans)
        self._tell()

    def heard(self, seconds: float) -> None:
        self._done += seconds
        self._tell()

    def made(self, plan: Planned) -> None:
        if plan.seconds is None:
            self.heard(1.0)

    def finish(self) -> None:
        self._done = self._total
        self._tell()

    def _tell(self) -> None:
        total = round(self._total)
        self._sink(Progress(stage="publish", done=min(total, round(self._done)), total=total))
