"""Script + Cast -> clips: what to say in which voice, from the cache or from the engine."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from novelcast.audio import Clip, ClipInfo, active_level_db, trimmed
from novelcast.engines.base import Engine
from novelcast.errors import SpeechFailed
from novelcast.lexicon import NO_WORDS, Lexicon
from novelcast.model import Cast, Progress, ProgressSink, Script, Segment, SpeechRequest
from novelcast.readings import without_marks
from novelcast.workspace import ClipCache

STAGE = "speak"
TRIM_VERSION = "trim1"
"""Part of every key: change it whenever `trimmed` would cut otherwise."""
TRIES = 4
FIRST_WAIT_S = 1.0

# Speakers make 3 to 7 syllables a second in Mandarin and in English; the bounds leave room for a drawn-out 啊 and a fast line.
LONGEST_SYLLABLE_S = 0.9
SHORTEST_SYLLABLE_S = 0.05
SLACK_S = 0.6


@dataclass(frozen=True)
class Utterance:
    """One request of one segment, `index` counting from 0 within it."""

    segment: str
    index: int
    request: SpeechRequest
    key: str


@dataclass
class Spoken:
    """What came of speaking: clips by key, and the utterances that failed with the reason."""

    clips: dict[str, ClipInfo] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    made: int = 0


def plan_utterances(
    script: Script, cast: Cast, engine: Engine, lexicon: Lexicon = NO_WORDS
) -> list[Utterance]:
    """Every utterance of a script in reading order; segments with nothing to say have none."""
    version = f"{engine.version}/{TRIM_VERSION}"
    plan = []
    for segment in script.segments:
        for index, text in enumerate(utterance_texts(segment.spoken, engine.max_chars)):
            said = lexicon.read(text, script.language, pinyin=engine.takes_pinyin)
            request = _request(segment, said, cast, script.language, engine.name)
            plan.append(Utterance(segment.id, index, request, request.key(version)))
    return plan


def _request(segment: Segment, text: str, cast: Cast, language: str, engine: str) -> SpeechRequest:
    role = cast.role_of(segment)
    return SpeechRequest(
        engine=engine, voice=role.voice, language=language.split("-")[0], text=text,
        rate=role.rate, pitch_st=role.pitch_st, mix=role.mix,
    )  # fmt: skip


_SENTENCE = re.compile(r".+?(?:[。！？!?…]+|\.(?=\s|$)|$)[”’」』\"]*\s*", re.S)
_CLAUSE = re.compile(r".+?(?:[，、；：,;:]|$)\s*", re.S)
_SHORT = 8


def utterance_texts(spoken: str, max_chars: int) -> list[str]:
    """A segment's spoken text in parts of at most `max_chars`, cut at sentence ends.

    Sentences of under 8 characters join a neighbour, because a model babbles or swallows a word said alone.
    A sentence that is too long is cut at its clauses, one without a mark at the limit.
    """
    parts: list[str] = []
    for sentence in _SENTENCE.findall(spoken):
        for piece in _within(sentence, max_chars):
            short = parts and min(len(parts[-1]), len(piece)) < _SHORT
            if short and len(parts[-1]) + len(piece) <= max_chars:
                parts[-1] += piece
            else:
                parts.append(piece)
    return [p.strip() for p in parts if p.strip()]


def _within(sentence: str, max_chars: int) -> Iterator[str]:
    if len(sentence) <= max_chars:
        yield sentence
        return
    held = ""
    for clause in _CLAUSE.findall(sentence):
        while len(clause) > max_chars:
            if held:
                yield held
                held = ""
            at = _hard_cut(clause, max_chars)
            yield clause[:at]
            clause = clause[at:]
        if len(held) + len(clause) > max_chars:
            yield held
            held = ""
        held += clause
    if held:
        yield held


def _hard_cut(clause: str, max_chars: int) -> int:
    """Where to cut a clause without marks: at a space if there is one, and never so that a mark is left alone."""
    at = clause.rfind(" ", 1, max_chars) + 1 or max_chars
    return at if any(c.isalnum() for c in clause[at:]) else max(1, at // 2)


async def speak(
    plan: Sequence[Utterance], engine: Engine, cache: ClipCache, progress: ProgressSink | None = None
) -> Spoken:
    """The clip of each utterance, asked of the engine only where the cache has none.

    A clip is trimmed, checked and stored before the next is begun, so that stopping loses at most what is
    under way. An utterance that fails is reported in the result; EngineUnavailable ends the stage.
    """
    spoken = Spoken()
    wanted = list({u.key: u for u in plan}.values())
    missing: list[Utterance] = []
    for utterance in wanted:
        clip = cache.load(utterance.key)
        if clip is None:
            missing.append(utterance)
        else:
            spoken.clips[utterance.key] = _info(clip)

    def report() -> None:
        if progress is not None:
            progress(Progress(stage=STAGE, done=len(spoken.clips) + len(spoken.failed), total=len(wanted)))

    report()
    queue = iter(missing)

    async def worker() -> None:
        for utterance in queue:
            await asyncio.sleep(0)  # an engine that never waits must not keep Ctrl-C from being heard
            try:
                clip = await _asked(engine, utterance.request)
            except SpeechFailed as error:
                spoken.failed[utterance.key] = str(error)
            else:
                cache.store(utterance.key, clip)
                kept = cache.load(utterance.key)
                # What is mixed is what the cache holds, so that this run and the next sound the same.
                spoken.clips[utterance.key] = _info(kept or clip)
                spoken.made += 1
            report()

    workers = [asyncio.create_task(worker()) for _ in range(min(engine.concurrency, len(missing)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return spoken


async def _asked(engine: Engine, request: SpeechRequest) -> Clip:
    """One checked, trimmed clip. Transient failures are asked again after a wait; a clip that cannot be
    right is asked for once more a little slower, which puts a model that babbles back on its feet."""
    slower = request.model_copy(update={"rate": max(0.5, request.rate * 0.93)})
    asked, tries = request, iter(range(TRIES - 1))
    while True:
        try:
            clip = await engine.speak(asked)
            return checked(Clip(trimmed(clip.samples, clip.rate_hz), clip.rate_hz), asked)
        except ImplausibleClip:
            if asked is slower:
                raise
            asked = slower
        except SpeechFailed as error:
            attempt = next(tries, None)
            if attempt is None or not error.transient:
                raise
            await asyncio.sleep(FIRST_WAIT_S * 2**attempt * random.uniform(0.5, 1.5))


_LATIN = re.compile(r"[A-Za-z]+")
_VOWELS = re.compile(r"[aeiouy]+", re.I)


def syllables_of(text: str) -> int:
    """How many syllables a text has, about: a Han character or a digit is one, so is a run of vowels in a Latin word
    and each letter of a word in capitals."""
    words = _LATIN.findall(text)
    latin = sum(len(w) if w.isupper() else max(1, len(_VOWELS.findall(w))) for w in words)
    return latin + sum(c.isalnum() for c in _LATIN.sub(" ", text))


class ImplausibleClip(SpeechFailed):
    """The engine answered, but not with speech of that text."""


def checked(clip: Clip, request: SpeechRequest) -> Clip:
    """The clip, if it can be speech of that text. Raises ImplausibleClip for silence, NaN or an absurd length."""
    syllables = max(1, syllables_of(without_marks(request.text)[0]))
    seconds = clip.samples.size / clip.rate_hz * request.rate
    if not np.isfinite(clip.samples).all() or not clip.samples.size or np.abs(clip.samples).max() < 1e-3:
        raise ImplausibleClip(f"the engine gave silence for {request.text!r}")
    if (
        not SHORTEST_SYLLABLE_S * syllables <= seconds + 0.05
        or seconds > LONGEST_SYLLABLE_S * syllables + SLACK_S
    ):
        raise ImplausibleClip(f"the engine gave {seconds:.1f} s for {request.text!r}, which cannot be right")
    return clip


def _info(clip: Clip) -> ClipInfo:
    return ClipInfo(clip.samples.size, clip.rate_hz, active_level_db(clip.samples, clip.rate_hz))
