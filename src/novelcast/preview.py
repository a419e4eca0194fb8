"""Short previews: one voice, one sound, one finished chapter's picture."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from novelcast import sounds
from novelcast.audio import Samples, fade, gain, samples_in, trimmed
from novelcast.catalog import load_cue_sounds
from novelcast.engines import about_engine, all_voices, open_engine
from novelcast.errors import InputError, SettingsError
from novelcast.lexicon import lexicon_for
from novelcast.model import ProgressSink, Script, SpeechRequest, Timeline, Voice
from novelcast.pipeline import engine_options
from novelcast.plot import check_plots, plot_chapter
from novelcast.publish.edition import EditionRecord
from novelcast.publish.id3 import Tags
from novelcast.publish.mp3 import write_mp3
from novelcast.publish.names import safe_name
from novelcast.script.spoken import spoken_form
from novelcast.settings import Settings
from novelcast.timeline import chapter_scripts
from novelcast.workspace import BookFolder, read_model

RATE_HZ = 44_100


def voices_of(settings: Settings) -> tuple[Voice, ...]:
    """All voices, or those of the engine that the user named. Raises SettingsError for an unknown engine."""
    voices = all_voices(settings.openai)
    if settings.engine is None:
        return voices
    about_engine(settings.engine)
    return tuple(v for v in voices if v.engine == settings.engine)


def voice(text: str, name: str, settings: Settings, progress: ProgressSink) -> Path:
    """`text` in the voice `name`, as an MP3 under output/previews. Raises SettingsError for an unknown voice."""
    found = [v for v in voices_of(settings) if v.id == name]
    if not found:
        raise SettingsError(f"no voice {name!r}", hint="`novelcast voices` lists them")
    chosen = found[0]
    language = "zh" if chosen.language == "mul" else chosen.language.split("-")[0]
    words = lexicon_for()
    spoken = spoken_form(text, language, words)
    if not spoken:
        raise InputError(f"nothing to say in {text!r}", hint="give a sentence")
    engine = open_engine(chosen.engine, engine_options(settings, progress))
    said = words.read(spoken, language, pinyin=engine.takes_pinyin)
    request = SpeechRequest(engine=chosen.engine, voice=name, language=language, text=said)
    clip = asyncio.run(engine.speak(request))
    return _written(settings, name, trimmed(clip.samples, clip.rate_hz), clip.rate_hz)


def cue(name: str, count: int, settings: Settings) -> Path:
    """The sound `name`, `count` times, as an MP3 under output/previews. Raises SettingsError for an unknown one."""
    found = [s for s in load_cue_sounds() if s.name == name]
    if not found:
        raise SettingsError(f"no sound {name!r}", hint="`novelcast cues` lists them")
    samples = sounds.render(found[0], count=count, length_ms=None, seed=0, rate_hz=RATE_HZ)
    return _written(settings, f"cue {name}", samples, RATE_HZ)


def _written(settings: Settings, title: str, samples: Samples, rate_hz: int) -> Path:
    path = settings.output / "previews" / safe_name(title)
    edge = samples_in(20, rate_hz)
    block = (fade(samples, edge, edge) * np.float32(gain(-3.0)))[:, None]
    write_mp3(
        path,
        [block],
        rate_hz=rate_hz,
        channels=1,
        bitrate_kbps=96,
        tags=Tags(title=path.stem, album="novelcast previews"),
    )
    return path


def plots_of(path: Path, number: int | None) -> list[Path]:
    """A picture beside a chapter's MP3, or beside those of chapter `number` (from 1; None: all) of a book's folder.

    Raises InputError where `path` is no finished chapter or edition, SettingsError without matplotlib.
    """
    check_plots()
    if path.is_dir():
        record = read_model(BookFolder(path).edition, EditionRecord) or EditionRecord()
        found = sorted({c.chapter for c in record.chapters if number in (None, c.chapter + 1)})
        if not found:
            what = "finished edition" if number is None else f"finished chapter {number}"
            raise InputError(
                f"{path} holds no {what}", hint="render the book first; give its folder, output/<book>"
            )
        return chapter_plots(path, found)
    for folder in (path.parent.parent, path.parent):
        record = read_model(BookFolder(folder).edition, EditionRecord) or EditionRecord()
        for done in record.chapters:
            if (folder / done.file).resolve() == path.resolve():
                return chapter_plots(folder, [done.chapter], file=done.file)
    raise InputError(
        f"{path} is no chapter of an edition",
        hint="give an MP3 in output/<book>/chapters, or the folder output/<book>",
    )


def chapter_plots(folder: Path, chapters: list[int], file: str | None = None) -> list[Path]:
    """A picture beside each finished chapter of an edition (`file`: only beside that one). Raises SettingsError
    without matplotlib."""
    book = BookFolder(folder)
    script, record = read_model(book.script, Script), read_model(book.edition, EditionRecord)
    if script is None or record is None:
        raise InputError(f"{folder} holds no finished edition", hint="render the book first")
    parts = chapter_scripts(script)
    pictures = []
    for done in record.chapters:
        timeline = read_model(book.timeline(done.chapter, done.part, done.parts), Timeline)
        if done.chapter in chapters and timeline is not None and file in (None, done.file):
            audio = folder / done.file
            picture = audio.with_suffix(".png")
            plot_chapter(audio, timeline, parts[done.chapter], picture)
            pictures.append(picture)
    return pictures
