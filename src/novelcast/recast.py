"""A book's cast, shown, changed and listened to before anything is rendered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from novelcast import casting
from novelcast.audio import Samples, fade, gain, samples_in, silence
from novelcast.casting import RoleRow
from novelcast.catalog import load_delivery_rules
from novelcast.delivery import NO_DELIVERIES, PLAIN, Delivery, deliveries_of
from novelcast.effects import apply_effect
from novelcast.engines import all_voices, open_engine
from novelcast.errors import InputError, SpeechFailed
from novelcast.lexicon import lexicon_for, surnames_of
from novelcast.loudness import clip_lufs
from novelcast.model import Book, Cast, ProgressSink, Role, Script, Segment
from novelcast.pipeline import BookDetails, engine_options, read, write
from novelcast.publish.names import safe_name
from novelcast.resume import Say
from novelcast.settings import Settings
from novelcast.shared_clips import shared_clips
from novelcast.speak import Spoken, Utterance, plan_utterances, speak
from novelcast.workspace import BookFolder, ClipCache, complete_file, read_model

LINES = 3
"""Of a speaker, in an audition."""
SHORTEST, LONGEST = 8, 40
"""Characters of a line that shows a voice: shorter tells nothing, longer tires."""
OTHERS = 3
"""Voices beside the speaker's own, where the user names none."""
GAP_MS = 700
LEVEL_LUFS = -23.0


@dataclass(frozen=True)
class Casting:
    """A book's script and cast, and the folder where they lie."""

    script: Script
    cast: Cast
    rows: list[RoleRow]
    folder: BookFolder


@dataclass(frozen=True)
class Audition:
    """One voice saying the lines of one speaker."""

    voice: str
    role: Role
    path: Path


def cast_book(
    sources: Sequence[Path],
    settings: Settings,
    wishes: Sequence[str],
    progress: ProgressSink,
    say: Say = lambda _: None,
) -> Casting:
    """The cast of a book (or of a book's folder), with the user's wishes written to cast.toml.

    Raises InputError, SettingsError.
    """
    book, folder = _opened(sources, settings, progress)
    with folder.locked():
        written, cast = write(book, folder, settings, BookDetails(), progress, say)
        voices = all_voices(settings.openai)
        if wishes:
            cast, said = casting.with_wishes(cast, written.script, voices, wishes)
            casting.save_cast(folder.cast, cast, written.script)
            for sentence in said:
                say(sentence)
    return Casting(written.script, cast, casting.role_rows(cast, written.script, voices), folder)


def _opened(sources: Sequence[Path], settings: Settings, progress: ProgressSink) -> tuple[Book, BookFolder]:
    """The book in a source or in its own folder under output/."""
    if len(sources) == 1 and sources[0].is_dir():
        folder = BookFolder(sources[0])
        if (book := read_model(folder.book, Book)) is not None:
            return book, folder
    return read(sources, settings, BookDetails(), progress)


def audition(
    sources: Sequence[Path],
    name: str,
    candidates: Sequence[str],
    settings: Settings,
    progress: ProgressSink,
    say: Say = lambda _: None,
) -> tuple[list[Segment], list[Audition]]:
    """Three lines of one speaker's own in their voice and in others, a WAV file each under auditions/.

    `candidates` are written like the value of --set; without any, the voices that fit best are heard. Clips go
    through the cache, so that the voice chosen is not spoken again. Raises InputError, SettingsError.
    """
    found = cast_book(sources, settings, (), progress, say)
    script, cast, voices = found.script, found.cast, all_voices(settings.openai)
    who = casting.who_is(name, script)
    lines = lines_of(who, script)
    if not lines:
        raise InputError(f"{name} says nothing in this book", hint="`novelcast cast` lists who speaks")
    own = cast.role_of(lines[0])
    roles = [casting.role_in(text, cast.engine, voices) for text in candidates]
    roles = roles or [own, *casting.alternatives(who, cast, script, voices, OTHERS)]
    deliveries = deliveries_of(script, load_delivery_rules()) if settings.delivery else NO_DELIVERIES
    part = script.model_copy(update={"segments": tuple(lines), "cues": ()})
    engine = open_engine(cast.engine, engine_options(settings, progress))
    names = [word for s in script.speakers for word in (s.name, *s.aliases)]
    lexicon = lexicon_for(found.folder.root) + surnames_of(names, pinyin=engine.takes_pinyin)
    casts = [_with_role(cast, who, role) for role in roles]
    plans = [plan_utterances(part, c, engine, lexicon, deliveries) for c in casts]
    cache = ClipCache(settings.clips_dir, shared_clips(settings.shared_cache))

    async def all_spoken() -> Spoken:
        try:
            return await speak([u for plan in plans for u in plan], engine, cache, progress)
        finally:
            await engine.close()

    with cache.in_use():
        spoken = asyncio.run(all_spoken())
        out = []
        for role, one, plan in zip(roles, casts, plans, strict=True):
            if lost := next((spoken.failed[u.key] for u in plan if u.key in spoken.failed), None):
                raise SpeechFailed(f"{role.voice}: {lost}", hint="run it again, or choose another --voice")
            heard, rate_hz = _heard(lines, plan, one, deliveries, cache, settings)
            path = _path(found.folder, name, role)
            _write_wav(path, heard, rate_hz)
            out.append(Audition(role.voice, role, path))
    return lines, out


def lines_of(who: str, script: Script) -> list[Segment]:
    """Three lines that are typical of somebody: of their own usual length, from all over the book."""
    kinds = {"narrator": ("narration",), "system": ("system",)}.get(who, ("dialogue", "thought"))
    theirs = [
        s for s in script.segments
        if s.kind in kinds and (s.speaker == who or who in ("narrator", "system")) and s.spoken.strip()
    ]  # fmt: skip
    good = [s for s in theirs if SHORTEST <= len(s.text) <= LONGEST and s.channel is None]
    if len(good) < LINES:
        good = sorted(theirs, key=lambda s: max(SHORTEST - len(s.text), len(s.text) - LONGEST, 0))[:LINES]
        order = {s.id: n for n, s in enumerate(theirs)}
        return sorted(good, key=lambda s: order[s.id])
    usual = float(np.median([len(s.text) for s in good]))
    thirds = [good[len(good) * n // LINES : len(good) * (n + 1) // LINES] for n in range(LINES)]
    return [min(third, key=lambda s: abs(len(s.text) - usual)) for third in thirds]


def _with_role(cast: Cast, who: str, role: Role) -> Cast:
    if who in ("narrator", "system"):
        return cast.model_copy(update={who: role})
    return cast.model_copy(update={"roles": {**cast.roles, who: role}})


def _heard(
    lines: Sequence[Segment],
    plan: Sequence[Utterance],
    cast: Cast,
    deliveries: Mapping[str, Delivery],
    cache: ClipCache,
    settings: Settings,
) -> tuple[Samples, int]:
    """The lines one after the other, as the book would have them, and their rate."""
    parts: list[Samples] = []
    rate_hz = 0
    for segment in lines:
        how = deliveries.get(segment.id, PLAIN)
        effect = cast.effect_of(segment, thoughts=settings.thought_effect)
        for utterance in (u for u in plan if u.segment == segment.id):
            clip = cache.load(utterance.key)
            if clip is None:
                raise InputError(f"clip {utterance.key} went missing", hint="run it again")
            rate_hz = clip.rate_hz
            level = LEVEL_LUFS + how.gain_db - clip_lufs(clip.samples, rate_hz)
            heard = apply_effect(clip.samples, rate_hz, effect) * np.float32(gain(level))
            parts += [heard, silence(samples_in(GAP_MS, rate_hz))]
    return np.concatenate(parts[:-1]), rate_hz


def _path(folder: BookFolder, name: str, role: Role) -> Path:
    blend = "".join(f"+{other} {share:g}" for other, share in role.mix.items())
    shift = f" {role.pitch_st:+g}st" if role.pitch_st else ""
    rate = f" x{role.rate:g}" if role.rate != 1.0 else ""
    stem = Path(safe_name(f"{role.voice}{blend}{shift}{rate}")).stem
    return folder.root / "auditions" / Path(safe_name(name)).stem / f"{stem}.wav"


def _write_wav(path: Path, samples: Samples, rate_hz: int) -> None:
    import soundfile

    edge = samples_in(5, rate_hz)
    with complete_file(path) as temp:
        soundfile.write(
            temp, fade(np.clip(samples, -1.0, 1.0), edge, edge), rate_hz, subtype="PCM_16", format="WAV"
        )
