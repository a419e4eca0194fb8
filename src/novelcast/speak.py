"""Script + Cast -> clips: what to say in which voice, from the cache or from the engine."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import random
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from novelcast.audio import Clip, ClipInfo
from novelcast.delivery import NO_DELIVERIES, PLAIN, Delivery
from novelcast.engines.base import Engine
from novelcast.errors import EngineUnavailable, NovelcastError, SpeechFailed
from novelcast.lexicon import NO_WORDS, Lexicon
from novelcast.loudness import clip_lufs
from novelcast.model import Cast, Progress, ProgressSink, Script, Segment, SpeechRequest
from novelcast.pace import Pace
from novelcast.readings import without_marks
from novelcast.takes import take
from novelcast.utterances import utterance_texts
from novelcast.word_times import word_times
from novelcast.workspace import ClipCache

STAGE = "speak"
TRIM_VERSION = "trim1"
"""Part of every key: change it whenever `trimmed` would cut otherwise."""
TRIES = 10
"""How often a line is asked for. Where three requests in ten fail, one line in 170,000 fails ten times."""
FETCHED_AT_ONCE = 256
"""Clips asked of a shared cache before Ctrl-C is listened to again."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0


@dataclass(frozen=True)
class Utterance:
    """One request of one segment, `index` counting from 0 within it."""

    segment: str
    index: int
    request: SpeechRequest
    key: str
    timed: bool = False
    """Whether it matters when its words are heard: a sound lies under them."""


@dataclass
class Spoken:
    """What came of speaking: clips by key, and the utterances that failed with the reason."""

    clips: dict[str, ClipInfo] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    made: int = 0


def plan_utterances(
    script: Script,
    cast: Cast,
    engine: Engine,
    lexicon: Lexicon = NO_WORDS,
    deliveries: Mapping[str, Delivery] = NO_DELIVERIES,
) -> list[Utterance]:
    """Every utterance of a script in reading order; segments with nothing to say have none.

    `deliveries` moves rate and pitch of the segments whose ids it has.
    """
    version = f"{engine.version}/{TRIM_VERSION}"
    plan = []
    under = {cue.segment for cue in script.cues if cue.mode == "under"}
    for segment in script.segments:
        for index, text in enumerate(utterance_texts(segment.spoken, engine.max_chars)):
            said = lexicon.read(text, script.language, pinyin=engine.takes_pinyin)
            how = deliveries.get(segment.id, PLAIN)
            request = _request(segment, said, cast, script.language, engine.name, how)
            plan.append(
                Utterance(segment.id, index, request, request.key(version), timed=segment.id in under)
            )
    return plan


def _request(
    segment: Segment, text: str, cast: Cast, language: str, engine: str, how: Delivery
) -> SpeechRequest:
    role = cast.role_of(segment)
    return SpeechRequest(
        engine=engine, voice=role.voice, language=language.split("-")[0], text=text,
        rate=round(role.rate * how.rate, 3), pitch_st=round(role.pitch_st + how.pitch_st, 2), mix=role.mix,
    )  # fmt: skip


class _Lines:
    """The utterances still to be spoken: those to be asked again, once their wait is over, before new ones."""

    def __init__(self, fresh: Iterable[Utterance]) -> None:
        self._fresh = deque(fresh)
        self._again: list[tuple[float, int, Utterance]] = []  # a heap: when, order of arrival
        self._arrivals = itertools.count()

    def __bool__(self) -> bool:
        return bool(self._fresh or self._again)

    def next(self, now_s: float) -> Utterance | None:
        if self._again and self._again[0][0] <= now_s:
            return heapq.heappop(self._again)[2]
        return self._fresh.popleft() if self._fresh else None

    def put_back(self, utterance: Utterance, due_s: float) -> None:
        heapq.heappush(self._again, (due_s, next(self._arrivals), utterance))

    def drained(self) -> list[Utterance]:
        """All of them, so that none is left."""
        left = [*self._fresh, *(utterance for _, _, utterance in self._again)]
        self._fresh.clear()
        self._again.clear()
        return left

    @property
    def due_s(self) -> float:
        """When the next one may be taken; infinity where there is none."""
        if self._fresh:
            return -math.inf
        return self._again[0][0] if self._again else math.inf


async def speak(
    plan: Sequence[Utterance],
    engine: Engine,
    cache: ClipCache,
    progress: ProgressSink | None = None,
    spoken: Spoken | None = None,
) -> Spoken:
    """The clip of each utterance, asked of the engine only where the cache has none.

    A clip is trimmed, checked and stored as soon as it comes, so that stopping loses at most what is under
    way. An utterance that fails is reported in the result, and so are all that are left when a service is gone for
    good. Raises EngineUnavailable where nothing can be spoken, or nothing was. `spoken` is filled as it goes on,
    for who wants to know what was made before an exception.
    """
    stage = _Stage(engine, cache, progress, spoken or Spoken())
    await stage.reuse(plan)
    await stage.run()
    if progress is not None and (shared := cache.shared) is not None and shared.failures:
        said = (
            f"the shared cache failed {shared.failures} times ({shared.last_failure}); nothing else is lost"
        )
        progress(Progress(stage=STAGE, done=0, total=0, warning=said))
    return stage.spoken


class _Stage:
    """What `speak` knows while it runs."""

    def __init__(
        self, engine: Engine, cache: ClipCache, progress: ProgressSink | None, spoken: Spoken
    ) -> None:
        self.engine, self.cache, self.progress, self.spoken = engine, cache, progress, spoken
        self.total = 0
        self.timed: set[str] = set()
        self.lines = _Lines(())
        self.tries: Counter[str] = Counter()
        self.pace = Pace(engine.concurrency)

    async def reuse(self, plan: Sequence[Utterance]) -> None:
        """Take from the cache what it has; the rest is what `run` has to do."""
        wanted = list({u.key: u for u in plan}.values())
        self.timed = {u.key for u in plan if u.timed}
        self.total = len(wanted)
        missing = []
        if self.cache.shared is not None:
            for at in range(0, len(wanted), FETCHED_AT_ONCE):
                await asyncio.to_thread(self.cache.fetch, [u.key for u in wanted[at : at + FETCHED_AT_ONCE]])
        for utterance in wanted:
            await asyncio.sleep(0)  # Ctrl-C must be heard
            clip = self.cache.load(utterance.key)
            if clip is None:
                missing.append(utterance)
            else:
                self.spoken.clips[utterance.key] = self.info(clip, utterance)
        self.lines = _Lines(missing)
        self.report()

    async def run(self) -> None:
        clock = asyncio.get_running_loop().time
        running: dict[asyncio.Task[Clip], tuple[Utterance, float]] = {}
        try:
            while running or self.lines:
                while len(running) < self.pace.limit(clock()) and (line := self.lines.next(clock())):
                    if self.pace.lost(line.request.voice):
                        self.fail(line, _LOST.format(voice=line.request.voice))
                    else:
                        task = asyncio.create_task(take(self.engine, line.request))
                        running[task] = (line, clock())
                await self._something(running, clock())
                for task in [t for t in running if t.done()]:
                    line, sent_s = running.pop(task)
                    self.take(task, line, sent_s, clock())
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _something(self, running: Collection[asyncio.Task[Clip]], now_s: float) -> None:
        """Wait until a request is through, or another may be sent."""
        wake_s = max(self.lines.due_s, self.pace.held_until_s)
        full = len(running) >= max(1, self.pace.limit(wake_s))
        timeout_s = None if full or math.isinf(wake_s) else max(0.0, wake_s - now_s)
        if running:
            await asyncio.wait(running, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        elif timeout_s:
            await asyncio.sleep(timeout_s)

    def take(self, task: asyncio.Task[Clip], line: Utterance, sent_s: float, now_s: float) -> None:
        """What came of one request. Raises EngineUnavailable where it is time to stop."""
        try:
            clip = task.result()
        except SpeechFailed as error:
            if not error.transient:
                self.fail(line, _reason(error))
                return
            try:
                self.pace.failed(error, line.request.voice, sent_s=sent_s, now_s=now_s)
            except EngineUnavailable as stop:
                self.give_up(line, stop)
                return
            if not self.pace.outage:
                self.tries[line.key] += 1
            if self.tries[line.key] == TRIES:
                self.fail(line, _reason(error))
                return
            self.lines.put_back(line, now_s + _wait_s(self.tries[line.key], error))
            self.report()
        else:
            self.pace.answered(line.request.voice)
            self.cache.store(line.key, clip)
            # What is mixed is what the cache holds, so that this run and the next sound the same.
            self.spoken.clips[line.key] = self.info(self.cache.load(line.key) or clip, line)
            self.spoken.made += 1
            self.report()

    def info(self, clip: Clip, line: Utterance) -> ClipInfo:
        lufs = clip_lufs(clip.samples, clip.rate_hz)
        if line.key not in self.timed:
            return ClipInfo(clip.samples.size, clip.rate_hz, lufs)
        text = without_marks(line.request.text)[0]
        words = word_times(clip.samples, clip.rate_hz, text)
        return ClipInfo(clip.samples.size, clip.rate_hz, lufs, text=text, words=words)

    def give_up(self, line: Utterance, stop: EngineUnavailable) -> None:
        """Ask no more. Where there are clips, what they are enough for can still be made."""
        if not self.spoken.clips:
            raise stop
        for left in [line, *self.lines.drained()]:
            self.fail(left, _reason(stop))

    def fail(self, line: Utterance, why: str) -> None:
        self.spoken.failed[line.key] = why
        self.report()

    def report(self) -> None:
        if self.progress is not None:
            done = len(self.spoken.clips) + len(self.spoken.failed)
            note = "waiting for the service" if self.pace.outage else ""
            self.progress(Progress(stage=STAGE, done=done, total=self.total, waiting=note))


_LOST = "voice {voice} fails again and again, others do not; choose another in cast.toml"


def _reason(error: NovelcastError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)


def _wait_s(tries: int, error: SpeechFailed) -> float:
    """How long a line that failed waits: twice as long each time, less where the service is not to blame."""
    first_s = FIRST_WAIT_S if error.busy else FIRST_WAIT_S / 2
    return min(LONGEST_WAIT_S, first_s * 2.0 ** max(0, tries - 1)) * random.uniform(0.5, 1.5)
