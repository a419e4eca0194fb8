"""What stands in a book's folder: taken where it fits, however the user edited it; made where it is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from novelcast import casting
from novelcast.catalog import load_cue_sounds
from novelcast.characters import NOBODY, SUFFIXES, Characters, load_characters
from novelcast.editing.lines import lines_of
from novelcast.editing.markdown import Page
from novelcast.editing.merge import merge
from novelcast.editing.review import Doubt, doubts
from novelcast.editing.sparing import sparing
from novelcast.editing.store import FileFaults, Store, set_aside
from novelcast.engines import all_voices
from novelcast.errors import InputError
from novelcast.lexicon import lexicon_for
from novelcast.llm import asked_mark, with_answers
from novelcast.model import Book, Cast, Gone, ProgressSink, Script, Speaker, Voice
from novelcast.script import check_coverage, write_script
from novelcast.script.spoken import spoken_form
from novelcast.settings import Settings
from novelcast.workspace import BookFolder, read_model, write_bytes

DEFAULT_ENGINE = "kokoro"
Say = Callable[[str], None]
"""Where what the user should know is said, a sentence at a time."""


@dataclass(frozen=True)
class Written:
    """A book's script, and script.md as it stands in the folder. `recast` are the speakers whose gender the
    user changed since the last run."""

    script: Script
    page: Page
    recast: frozenset[str] = frozenset()


def script_of(
    book: Book,
    settings: Settings,
    folder: BookFolder,
    progress: ProgressSink = lambda _: None,
    *,
    again: bool = False,
    fresh: bool = False,
    say: Say = lambda _: None,
) -> Written:
    """The script of the book, with all that the user set in script.md or script.json, kept in the folder.

    The text is analysed where there is no script yet, where the text or what decides the analysis is another, and
    with `again`; a language model, where there is one, is asked about it. What the user set stays set, but for `fresh`; what has no place any more is said and kept.
    Raises InputError for an edit that cannot be taken.
    """
    given = characters_of(settings, folder)
    lexicon = lexicon_for(folder.root)

    def speak(text: str) -> str:
        return spoken_form(text, book.language, lexicon)

    sounds = load_cue_sounds()
    store = Store(folder, {s.name for s in sounds}, given, speak, say)
    if fresh:
        store.set_aside()
    old_book = read_model(folder.book, Book)
    edited = store.current(old_book)
    same_text = old_book is not None and old_book.chapters == book.chapters
    respoken: list[str] = []
    if edited is not None and same_text and not again and not edited.undecided and _alike(edited.script, settings, given):  # fmt: skip
        script = edited.script
    else:
        old = edited.script if edited else None
        people = _people(given, old, say)
        ask = _asking(settings, folder, progress)
        if ask is not None and edited is not None:
            ask = sparing(ask, edited.script, speak, edited.undecided)
        new = write_script(book, sounds, lexicon, people, ask, masked=settings.masked, cues=settings.cues)
        script = _by_user_as_in(old, new).model_copy(
            update={"with_cues": settings.cues, "characters": given.digest}
        )
        if edited is None:
            set_aside(folder.script)  # of another version
            script = store.over(script).script
        else:
            keep = not again and _alike(edited.script, settings, given)
            merged = merge(edited.script, script, speak, keep_labels=keep, undecided=edited.undecided)
            script, respoken = merged.script, merged.respoken
            _say_gone(script.gone, say)
        check_coverage(book, script)
    script = script.model_copy(update={"title": book.title})
    page = store.write(book, script, settings.review_below)
    for name in respoken:
        say(
            f"script.md, line {page.line_numbers.get(name, 0)}: the words changed under your [say:…]; "
            "look whether it still says them"
        )
    return Written(script, page, _recast(edited.before if edited else (), script.speakers))


def _recast(before: Sequence[Speaker], now: Sequence[Speaker]) -> frozenset[str]:
    old = {s.id: s for s in before}
    mine = [s for s in now if s.id in old and (s.listed or "gender" in s.by_user)]
    return frozenset(s.id for s in mine if s.gender != old[s.id].gender)


def _alike(script: Script, settings: Settings, given: Characters) -> bool:
    """Whether a new analysis would be made from the same."""
    llm = settings.llm_to_ask
    asked = llm is None or script.asked == asked_mark(llm)
    wanted = (settings.cues, settings.masked, given.digest)
    return asked and (script.with_cues, script.masked, script.characters) == wanted


def _asking(
    settings: Settings, folder: BookFolder, progress: ProgressSink
) -> Callable[[Script], Script] | None:
    if (llm := settings.llm_to_ask) is None:
        return None
    return partial(with_answers, llm=llm, folder=folder.answers, progress=progress, proxy=settings.proxy)


def _people(given: Characters, old: Script | None, say: Say) -> Characters:
    """The people that the user named in script.md and in their list; where the two differ, as script.md has it."""
    mine = {s.id: s for s in old.speakers if s.by_user} if old else {}
    words = {w: s.id for s in mine.values() for w in (s.name, *s.aliases)}
    for person in given.people:
        known = person.id if person.id in mine else words.get(person.name)
        mine[known or person.id] = _both_said(mine[known], person, say) if known else person
    return Characters(tuple(mine.values()), given.only)


def _both_said(mine: Speaker, listed: Speaker, say: Say) -> Speaker:
    """Somebody of whom script.md says something, and the list too."""
    changes: dict[str, object] = {"by_user": tuple({*mine.by_user, *listed.by_user}), "listed": True}
    for field in ("name", "gender", "age"):
        theirs, own = getattr(listed, field), getattr(mine, field)
        if field not in mine.by_user:
            changes[field] = theirs if field in listed.by_user else own
        elif field in listed.by_user and theirs != own:
            say(f"{mine.name}: {own} in script.md, {theirs} in the list of characters; script.md is taken")
    words = [w for w in (*mine.aliases, listed.name, *listed.aliases) if w not in mine.not_aliases]
    changes["aliases"] = tuple(w for w in dict.fromkeys(words) if w != changes.get("name", mine.name))
    if changes.get("gender", "unknown") != "unknown":
        changes["sure"] = 1.0
    return mine.model_copy(update=changes)


def _by_user_as_in(old: Script | None, new: Script) -> Script:
    """The new script, in which what only the list of characters says is not the user's edit."""
    mine = {s.id: s.by_user for s in old.speakers} if old else {}
    speakers = tuple(s.model_copy(update={"by_user": mine.get(s.id, ())}) for s in new.speakers)
    return new.model_copy(update={"speakers": speakers})


@dataclass(frozen=True)
class Checked:
    """An edited script: what is wrong with its files, what else there is to say, the quotations to review. The
    script is None where something is wrong."""

    script: Script | None
    files: tuple[FileFaults, ...]
    said: tuple[str, ...]
    review: tuple[Doubt, ...]
    review_below: float

    @property
    def faults(self) -> int:
        return sum(len(file.faults) for file in self.files)


def check_folder(path: Path, settings: Settings) -> Checked:
    """What the next run would say to the script in a book's folder (or to a file in it); nothing is written.

    Raises InputError where there is no script.
    """
    folder = BookFolder(path if path.is_dir() else path.parent)
    book = read_model(folder.book, Book)
    said: list[str] = []
    lexicon = lexicon_for(folder.root)
    given = characters_of(settings.model_copy(update={"characters": None}), folder)
    language = book.language if book else "zh"
    sounds = {s.name for s in load_cue_sounds()}
    store = Store(folder, sounds, given, lambda text: spoken_form(text, language, lexicon), said.append)
    edited = store.edited(book)
    files = (store.page_faults, store.json_faults)
    faulty = any(file.faults for file in files)
    if edited is None and not faulty:
        raise InputError(
            f"{path}: no script of a book", hint="`novelcast script BOOK` writes one to output/<book>"
        )
    if edited is None or faulty:
        return Checked(None, files, (), (), settings.review_below)
    review = doubts(edited.script, settings.review_below, store.line_numbers())
    return Checked(edited.script, files, tuple(said), tuple(review), settings.review_below)


def _say_gone(gone: Gone, say: Say) -> None:
    texts = [line.text for line in lines_of(gone.segments, gone.cues, gone.skipped)]
    if not texts:
        return
    shown = "".join(f" «{text if len(text) <= 24 else text[:23] + '…'}»" for text in texts[:5])
    more = f" and {len(texts) - 5} more" if len(texts) > 5 else ""
    say(
        f"you set something in lines that the book no longer has:{shown}{more}. They stand at the end of script.md"
    )


def characters_of(settings: Settings, folder: BookFolder) -> Characters:
    """The list of characters that the user gave now, kept in the book's folder, or that they gave before."""
    names = [folder.root / f"characters{suffix}" for suffix in SUFFIXES]
    if settings.characters is None:
        kept = next((path for path in names if path.is_file()), None)
        return load_characters(kept) if kept else NOBODY
    given = load_characters(settings.characters)
    suffix = settings.characters.suffix.lower()
    target = folder.root / f"characters{suffix if suffix in SUFFIXES else '.txt'}"
    data = settings.characters.read_bytes()
    for path in names:
        if path != target:
            path.unlink(missing_ok=True)
    if not target.is_file() or target.read_bytes() != data:
        write_bytes(target, data)
    return given


def cast_of(
    written: Written,
    settings: Settings,
    folder: BookFolder,
    *,
    on_trial: bool = False,
    say: Say = lambda _: None,
) -> Cast:
    """The book's cast: what cast.toml says, and a voice for each speaker that it does not have yet. Somebody whose
    gender the user changed is cast anew, unless their voice in cast.toml fits.

    Another engine than the file's starts another cast, in cast.<engine>.toml; it becomes the book's at once, or
    where it is `on_trial` by `adopt_cast`.
    """
    voices = all_voices(settings.openai)
    kept = casting.load_cast(folder.cast, voices)
    series = casting.load_cast(settings.cast, voices) if settings.cast else None
    if settings.cast and series is None:
        raise InputError(f"{settings.cast}: no such cast", hint="name another book's cast.toml")
    usual = kept.engine if kept else series.engine if series else DEFAULT_ENGINE
    wanted = settings.engine or usual
    mine = folder.cast if wanted == (kept.engine if kept else usual) else folder.cast_of(wanted)
    script, before = written.script, casting.load_cast(mine, voices)
    misfits = casting.misfits(before, script, voices) & written.recast if before else frozenset()
    old = casting.without_roles(before, misfits) if before else None
    if settings.cast and series:
        old = _carried(script, settings.cast, series, old, wanted, voices, say)
    roles = casting.cast_script(script, voices, wanted, old, settings.narrator_voice)
    casting.save_cast(mine, roles, script)
    names = {s.id: s.name for s in script.speakers}
    for who in sorted(misfits & roles.roles.keys()):
        say(f"{mine.name}: {names[who]} has another voice now, {roles.roles[who].voice}")
    if not on_trial:
        adopt_cast(folder, wanted)
    return roles


def _carried(
    script: Script,
    path: Path,
    series: Cast,
    own: Cast | None,
    engine: str,
    voices: Sequence[Voice],
    say: Say,
) -> Cast:
    """The book's own cast with what another book's has of the same people. Raises InputError where that one is of
    another engine."""
    if series.engine != engine:
        raise InputError(
            f"{path} is a cast of engine {series.engine!r}, this book is to be spoken with {engine!r}",
            hint=f"add --engine {series.engine}, or leave --cast out",
        )
    theirs = read_model(BookFolder(path.parent).script, Script)
    done = casting.carried(script, series, theirs.speakers if theirs else (), voices, own)
    if done.taken:
        say(f"voices carried over from {path}: {'、'.join(done.taken)}")
    for sentence in done.said:
        say(sentence)
    return done.cast


def adopt_cast(folder: BookFolder, engine: str) -> None:
    """Make cast.<engine>.toml the book's cast.toml; the one before is kept under its own engine's name."""
    if not folder.cast_of(engine).exists():
        return
    if folder.cast.exists():
        before = tomllib.loads(folder.cast.read_text("utf-8-sig"))["engine"]
        if before == engine:
            return
        folder.cast.replace(folder.cast_of(before))
    folder.cast_of(engine).replace(folder.cast)
