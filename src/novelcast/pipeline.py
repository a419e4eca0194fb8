"""The whole book on one screen: read, script, cast, speak, timeline, mix, master, publish."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

from novelcast import __version__
from novelcast.audio import ClipInfo
from novelcast.catalog import load_cue_sounds, load_delivery_rules
from novelcast.chapter import MASTER_PASSES, ChapterMaker
from novelcast.characters import load_characters
from novelcast.delivery import NO_DELIVERIES, deliveries_of
from novelcast.engines import Engine, EngineOptions, about_engine, engine_in, open_engine
from novelcast.errors import InputError
from novelcast.lexicon import lexicon_for, surnames_of
from novelcast.model import Book, Cast, Progress, ProgressSink, Script, Timeline
from novelcast.packs import fetched
from novelcast.presets import preset_named
from novelcast.publish.about import load_about, offer_about
from novelcast.publish.edition import ChapterRecord, EditionRecord, FileRecord, loudness_report
from novelcast.publish.formats import check_formats
from novelcast.publish.picture import picture_of
from novelcast.publish.view import Options
from novelcast.publishing import publish_locked
from novelcast.read import cover_of, read_book
from novelcast.resume import Say, Written, adopt_cast, cast_of, script_of
from novelcast.runners import Models, open_runner
from novelcast.settings import Settings
from novelcast.shared_clips import shared_clips
from novelcast.speak import Spoken, Utterance, plan_utterances, speak
from novelcast.timeline import ClipRef, chapter_scripts
from novelcast.utterances import ends_sentence
from novelcast.workspace import (
    BookFolder,
    ClipCache,
    book_folder,
    read_model,
    write_bytes,
    write_model,
    write_text,
)


@dataclass(frozen=True)
class BookDetails:
    """What the user says of the book, over what the text says."""

    title: str | None = None
    author: str | None = None
    cover: Path | None = None
    fresh: bool = False
    """Forget the script in the book's folder, and what the user set in it."""
    again: bool = False
    """Analyse the text again; what the user set stays set."""


@dataclass
class Edition:
    """What a run made: finished chapters, lines that failed with the reason, clips newly spoken."""

    folder: Path
    engine: str
    chapters: list[ChapterRecord] = field(default_factory=list)
    failed: list[tuple[Utterance, str]] = field(default_factory=list)
    spoken: int = 0
    reused: int = 0
    also: list[FileRecord] = field(default_factory=list)
    """Files of further formats, where they were asked for and every chapter is there."""

    def complete(self, part: Script) -> bool:
        """Whether every line of this part of the script could be spoken."""
        failed = {utterance.segment for utterance, _ in self.failed}
        return not any(segment.id in failed for segment in part.segments)


def render(
    sources: Sequence[Path],
    settings: Settings,
    details: BookDetails,
    progress: ProgressSink,
    say: Say = lambda _: None,
    also: Sequence[str] = (),
) -> Edition:
    """Source text in, mastered chapters out, and files of the formats in `also`; what is already made is not made
    again.

    A chapter with a line that could not be spoken is not written; the line is in the result's `failed`. `say` is
    told, in sentences, what came of the user's edits.
    Raises InputError, SettingsError, EngineUnavailable.
    """
    preset = preset_named(settings.preset)
    formats = check_formats(also)
    book, folder = read(sources, settings, details, progress)
    about = load_about(folder.root)
    cache = ClipCache(settings.clips_dir, shared_clips(settings.shared_cache))
    with folder.locked(), cache.in_use():
        written, cast = write(book, folder, settings, details, progress, say, on_trial=True)
        script = written.script
        engine = _engine(cast.engine, settings, progress)
        lexicon = lexicon_for(folder.root)
        names = [name for s in script.speakers for name in (s.name, *s.aliases)]
        lexicon += surnames_of(names, pinyin=engine.takes_pinyin)
        deliveries = deliveries_of(script, load_delivery_rules()) if settings.delivery else NO_DELIVERIES
        plan = plan_utterances(script, cast, engine, lexicon, deliveries)
        spoken = Spoken()
        try:
            asyncio.run(_speak(plan, engine, cache, progress, spoken))
        finally:
            if spoken.made or all(u.key in spoken.clips for u in plan):
                adopt_cast(folder, cast.engine)
        edition = _edition_of(spoken, plan, folder, engine)

        clips = _clips_by_segment(plan, spoken.clips)
        library = load_cue_sounds()
        parts = chapter_scripts(script)
        makers = [
            ChapterMaker(number, part, book, preset, cache, library, settings.music, folder.root)
            for number, part in parts.items()
            if edition.complete(part) and _is_heard(part)
        ]
        timelines = [
            (maker, timeline)
            for maker in makers
            for timeline in maker.timelines(
                clips, cast, settings.pauses, deliveries, thought_effect=settings.thought_effect
            )
        ]
        tracks = _track_numbers(len(book.chapters), [t for _, t in timelines])
        bar = _Bar("master", MASTER_PASSES * sum(t.length for _, t in timelines), progress)
        offer_about(folder.root)
        before = read_model(folder.edition, EditionRecord) or EditionRecord()
        done = before.model_copy(
            update={"title": book.title, "preset": preset.name, "versions": _versions(engine)}
        )
        for maker, timeline in timelines:
            write_model(folder.timeline(maker.number, timeline.part, timeline.parts), timeline)
            record = maker.publish(
                timeline, cast.narrator.voice, about, folder.root, done, bar.add,
                track=tracks[maker.number] + timeline.part, track_total=tracks[-1] - 1,
            )  # fmt: skip
            done = done.with_chapter(record)
            write_model(folder.edition, done)
            edition.chapters.append(record)
        done = _swept(before, done, parts, folder)
        write_model(folder.edition, done)
        write_text(folder.loudness, loudness_report(done))
        bar.finish()
        if formats and edition.failed:
            say(f"{', '.join(formats)}: not made, because chapters are missing")
        elif formats:
            edition.also = publish_locked(folder, formats, settings, Options(), progress, say).files
    return edition


def read(
    sources: Sequence[Path], settings: Settings, details: BookDetails, progress: ProgressSink
) -> tuple[Book, BookFolder]:
    """The book in a file, a folder or several files, and the folder where what is made of it goes."""
    if settings.engine is not None:
        about_engine(settings.engine)  # an unknown name is an error before anything is made
    if settings.characters is not None:
        load_characters(settings.characters)  # and so is a list that cannot be read
    bar = _Bar("read", 1, progress)
    book = read_book(*sources, repair=settings.repair)
    changes: dict[str, object] = {}
    if details.title:
        changes["title"] = details.title
    if details.author:
        changes["authors"] = (details.author,)
    folder = book_folder(settings.output, book)
    if cover := _cover(sources, details.cover, folder):
        changes["cover"] = str(cover.resolve())
    bar.finish()
    return book.model_copy(update=changes), folder


def _cover(sources: Sequence[Path], given: Path | None, folder: BookFolder) -> Path | None:
    """The cover the user gave, else a picture beside the book, else the book's own, taken out of it."""
    if given is not None:
        picture_of(given)  # what the user gave must be an image; what we found is taken if it is one
        return given
    names = [stem + end for stem in (sources[0].stem, "cover") for end in (".jpg", ".jpeg", ".png")]
    beside = [p for name in names if (p := sources[0].with_name(name)).is_file() and _is_picture(p)]
    if beside or (inside := cover_of(*sources)) is None:
        return beside[0] if beside else None
    path = folder.root / ("cover.png" if inside.startswith(b"\x89PNG") else "cover.jpg")
    write_bytes(path, inside)
    return path if _is_picture(path) else None


def _is_picture(path: Path) -> bool:
    try:
        picture_of(path)
    except InputError:
        return False
    return True


def write(
    book: Book,
    folder: BookFolder,
    settings: Settings,
    details: BookDetails,
    progress: ProgressSink,
    say: Say = lambda _: None,
    *,
    on_trial: bool = False,
) -> tuple[Written, Cast]:
    """Script and cast, as they stand in the book's folder where the user has them, else made and kept there.

    The cast of another engine than the book's is `on_trial` until something was spoken with it.
    """
    bar = _Bar("script", 1, progress)
    written = script_of(book, settings, folder, progress, again=details.again, fresh=details.fresh, say=say)
    cast = cast_of(written, settings, folder, on_trial=on_trial, say=say)
    bar.finish()
    return written, cast


def _swept(
    before: EditionRecord, done: EditionRecord, chapters: Collection[int], folder: BookFolder
) -> EditionRecord:
    """The edition without chapters that the book no longer has; files that no chapter has any more are removed."""
    kept = done.model_copy(update={"chapters": tuple(c for c in done.chapters if c.chapter in chapters)})
    for old in before.chapters:
        if old.file not in {c.file for c in kept.chapters}:
            (folder.root / old.file).unlink(missing_ok=True)
        timeline = folder.timeline(old.chapter, old.part, old.parts)
        if timeline not in {folder.timeline(c.chapter, c.part, c.parts) for c in kept.chapters}:
            timeline.unlink(missing_ok=True)
    return kept


def _track_numbers(chapters: int, timelines: Sequence[Timeline]) -> list[int]:
    """The track of each chapter's first file, counting from 1, and one more that would come after the last."""
    parts = {t.chapter: t.parts for t in timelines}
    return list(accumulate((parts.get(n, 1) for n in range(chapters)), initial=1))


def _is_heard(part: Script) -> bool:
    """Whether a chapter has anything to hear; one that was posted twice, say, is skipped whole."""
    return bool(part.cues) or any(segment.spoken for segment in part.segments)


def _engine(name: str, settings: Settings, progress: ProgressSink) -> Engine:
    """The engine, run where the settings say."""
    options = engine_options(settings, progress)
    if settings.runner in ("auto", "local"):
        return open_engine(name, options)
    files = fetched(name, settings.packs_dir, progress)
    one_line = partial(engine_in, name=name, options=replace(options, jobs=1, progress=None))
    models = Models(settings.packs_dir, files)
    workers = settings.jobs or None
    return open_runner(settings.runner, one_line, models, workers=workers, address=settings.address)


def engine_options(settings: Settings, progress: ProgressSink | None) -> EngineOptions:
    return EngineOptions(
        packs_dir=settings.packs_dir,
        jobs=settings.jobs or None,
        proxy=settings.proxy,
        progress=progress,
        openai=settings.openai,
        openai_key=os.environ.get(settings.openai.key_env) if settings.openai else None,
    )


def _versions(engine: Engine) -> dict[str, str]:
    return {"novelcast": __version__, engine.name: engine.version, "av": version("av")}


async def _speak(
    plan: Sequence[Utterance], engine: Engine, cache: ClipCache, progress: ProgressSink, spoken: Spoken
) -> None:
    try:
        await speak(plan, engine, cache, progress, spoken)
    finally:
        await engine.close()


def _edition_of(spoken: Spoken, plan: Sequence[Utterance], folder: BookFolder, engine: Engine) -> Edition:
    return Edition(
        folder=folder.root,
        engine=engine.name,
        failed=[(u, spoken.failed[u.key]) for u in plan if u.key in spoken.failed],
        spoken=spoken.made,
        reused=len(spoken.clips) - spoken.made,
    )


def _clips_by_segment(plan: Sequence[Utterance], clips: Mapping[str, ClipInfo]) -> dict[str, list[ClipRef]]:
    out: dict[str, list[ClipRef]] = {}
    for utterance in plan:
        if utterance.key in clips:
            clip = replace(clips[utterance.key], ends_sentence=ends_sentence(utterance.request.text))
            out.setdefault(utterance.segment, []).append((utterance.key, clip))
    return out


class _Bar:
    """Counts towards a stage's total and tells the sink."""

    def __init__(self, stage: str, total: int, sink: ProgressSink) -> None:
        self.stage, self.total, self.sink, self.done = stage, total, sink, 0
        self.add(0)

    def add(self, count: int) -> None:
        self.done = min(self.total, self.done + count)
        self.sink(Progress(stage=self.stage, done=self.done, total=self.total))

    def finish(self) -> None:
        self.add(self.total)
