"""What stands in a book's folder: taken where it fits, however the user edited it; made where it is missing."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from novelcast import cast
from novelcast.catalog import load_cue_sounds, load_voices
from novelcast.errors import InputError, ScriptError
from novelcast.lexicon import lexicon_for
from novelcast.model import SCRIPT_VERSION, Book, Cast, Script
from novelcast.script import check_coverage, write_script
from novelcast.settings import Settings
from novelcast.workspace import BookFolder, read_model, write_model

DEFAULT_ENGINE = "kokoro"


def script_of(book: Book, settings: Settings, folder: BookFolder, *, fresh: bool) -> Script:
    """The script that stands in the book's folder, if it is of this text; else a new one, kept there.

    Raises InputError, saying where, for a script.json that was edited and no longer fits the book.
    """
    same_text = (old := read_model(folder.book, Book)) is not None and old.chapters == book.chapters
    if same_text and not fresh:
        kept = _kept_script(folder.script, book)
        if kept is not None and (kept.with_cues, kept.masked) == (settings.cues, settings.masked):
            write_model(folder.book, book)
            return kept.model_copy(update={"title": book.title})
    sounds = load_cue_sounds() if settings.cues else ()
    script = write_script(book, sounds, lexicon_for(folder.root), masked=settings.masked)
    script = script.model_copy(update={"with_cues": settings.cues})
    if folder.script.exists():
        folder.script.replace(folder.script.with_name("script.previous.json"))
    write_model(folder.script, script)
    # Only now: a run that was stopped before must not leave the new text beside the old script.
    write_model(folder.book, book)
    return script


def _kept_script(path: Path, book: Book) -> Script | None:
    if not path.exists():
        return None
    hint = "mend it, or run again with --fresh to analyse the text anew"
    try:
        data = json.loads(path.read_text("utf-8-sig"))
        if not isinstance(data, dict) or data.get("version") != SCRIPT_VERSION:
            return None
        script = Script.model_validate(data)
        check_coverage(book, script)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}", hint=hint) from None
    except (ValueError, ScriptError) as error:
        raise InputError(f"{path}: {error}", hint=hint) from None
    known = {speaker.id for speaker in script.speakers}
    seen: set[str] = set()
    for segment in script.segments:
        if segment.speaker is not None and segment.speaker not in known:
            raise InputError(
                f"{path}: segment {segment.id}: no speaker {segment.speaker!r}",
                hint=f"choose one of {', '.join(sorted(known))}, or add one to speakers",
            )
        if segment.id in seen:
            raise InputError(
                f"{path}: two segments have the id {segment.id}", hint="give one of them another"
            )
        seen.add(segment.id)
    sounds = {sound.name for sound in load_cue_sounds()}
    for cue in script.cues:
        if cue.sound not in sounds:
            raise InputError(
                f"{path}: {cue.text}: no sound {cue.sound!r}", hint="`novelcast cues` lists them"
            )
    return script


def cast_of(script: Script, settings: Settings, folder: BookFolder) -> Cast:
    """The book's cast: what cast.toml says, and a voice for each speaker that it does not have yet.

    Another engine than the file's starts another cast; the old one is kept as cast.<engine>.toml.
    """
    voices = load_voices()
    kept = cast.load_cast(folder.cast, voices)
    engine = settings.engine or (kept.engine if kept else DEFAULT_ENGINE)
    if kept is not None and kept.engine != engine:
        folder.cast.replace(folder.root / f"cast.{kept.engine}.toml")
        if (earlier := folder.root / f"cast.{engine}.toml").exists():
            earlier.replace(folder.cast)
        kept = cast.load_cast(folder.cast, voices)
    roles = cast.cast_script(script, voices, engine, kept)
    cast.save_cast(folder.cast, roles, script)
    return roles
