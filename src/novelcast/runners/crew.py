"""A crew of workers that speak for one engine: requests in batches, lost ones done again, a poisoned one alone."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from novelcast.audio import Clip
from novelcast.errors import EngineUnavailable, NovelcastError, SpeechFailed
from novelcast.model import SpeechRequest

if TYPE_CHECKING:
    from novelcast.engines.base import Engine

MOST_IN_BATCH = 4
"""Requests sent to a worker at once: one takes about a second, a call to the next machine milliseconds."""
AHEAD = 2
"""Batches for each worker that are asked for at once: one with it, one waiting here, so that it finds the next."""
LOSSES = 3
"""A request that was with so many workers when they died is what kills them."""
DEATHS = 5
"""So many deaths in a row of a worker that has answered nothing: it will not come up."""

Answer = Clip | NovelcastError
OpenEngine = Callable[[Path], "Engine"]
"""Opens an engine session whose model files are in that folder, and which speaks one line at a time. Picklable."""


@dataclass(frozen=True)
class Models:
    """The engine's model files: names relative to `folder`, as far as they are there."""

    folder: Path
    files: tuple[str, ...] = ()


class WorkerLost(Exception):
    """The worker died, or its machine did; nothing is known of what it was given."""


class Worker(Protocol):
    """One engine session somewhere. It is started anew by itself after it was lost."""

    async def ready(self) -> None:
        """Returns when it could speak at once. Raises WorkerLost, EngineUnavailable."""
        ...

    async def speak(self, requests: Sequence[SpeechRequest]) -> list[Answer]:
        """An answer for each request, in order. Raises WorkerLost, EngineUnavailable."""
        ...

    async def close(self) -> None: ...


@dataclass(eq=False)
class _Job:
    request: SpeechRequest
    answer: asyncio.Future[Clip] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    lost: int = 0


class Crew:
    """An engine whose requests are spoken by workers.

    What waits here is what the stage before has under way, `concurrency` at most: a book of a million lines stays a
    list in the driver, and no worker is given more than it can speak in a few seconds.
    """

    takes_pinyin: bool

    def __init__(self, engine: Engine, workers: Sequence[Worker]) -> None:
        self.name, self.version = engine.name, engine.version
        self.takes_pinyin, self.max_chars = engine.takes_pinyin, engine.max_chars
        self.concurrency = len(workers) * AHEAD * MOST_IN_BATCH
        self._engine, self._workers = engine, workers
        self._waiting: deque[_Job] = deque()
        self._arrived = asyncio.Event()
        self._serving: list[asyncio.Task[None]] = []
        self._stopped: EngineUnavailable | None = None

    async def speak(self, request: SpeechRequest) -> Clip:
        if self._stopped is not None:
            raise self._stopped
        if not self._serving:
            self._serving = [asyncio.create_task(self._serve(worker)) for worker in self._workers]
        job = _Job(request)
        self._waiting.append(job)
        self._arrived.set()
        return await job.answer

    def check(self) -> str:
        return f"{self._engine.check()}; {len(self._workers)} workers"

    async def close(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await asyncio.gather(*(worker.close() for worker in self._workers), return_exceptions=True)
        await self._engine.close()

    async def _serve(self, worker: Worker) -> None:
        """Give a worker batches as long as there are any."""
        deaths = 0
        while True:
            batch: list[_Job] = []
            try:
                await worker.ready()  # or what it is given waits for a machine that may never come
                batch = await self._batch()
                answers = await worker.speak([job.request for job in batch])
            except WorkerLost as error:
                deaths += 1
                self._lost(batch, error)
                if deaths == DEATHS:
                    self._stop(EngineUnavailable(f"a worker dies again and again: {error}"))
            except EngineUnavailable as error:
                self._stop(error, batch)
            except NovelcastError as error:
                self._settle(batch, [error] * len(batch))
            else:
                deaths = 0
                self._settle(batch, answers)

    async def _batch(self) -> list[_Job]:
        """What a worker gets next: a fair share of what waits, so that none is idle while another has a heap.

        A request that a worker died with goes alone: if it is what kills, it takes no other with it.
        """
        while True:
            while self._waiting and self._waiting[0].answer.done():  # nobody waits for it any more
                self._waiting.popleft()
            if self._waiting:
                break
            self._arrived.clear()
            await self._arrived.wait()
        share = math.ceil(len(self._waiting) / len(self._workers))
        batch = [self._waiting.popleft()]
        while (
            self._waiting
            and len(batch) < min(share, MOST_IN_BATCH)
            and not (batch[0].lost or self._waiting[0].lost)
        ):
            batch.append(self._waiting.popleft())
        return batch

    def _lost(self, batch: Sequence[_Job], error: WorkerLost) -> None:
        for job in reversed(batch):
            job.lost += 1
            if job.lost == LOSSES:
                said = f"{LOSSES} workers died while they spoke {job.request.text!r} ({error})"
                self._settle([job], [SpeechFailed(said)])
            else:
                self._waiting.appendleft(job)
        self._arrived.set()

    def _settle(self, batch: Sequence[_Job], answers: Sequence[Answer]) -> None:
        for job, answer in zip(batch, answers, strict=True):
            if job.answer.done():
                continue
            if isinstance(answer, Clip):
                job.answer.set_result(answer)
            else:
                job.answer.set_exception(answer)

    def _stop(self, error: EngineUnavailable, batch: Sequence[_Job] = ()) -> None:
        self._stopped = error
        left = [*batch, *self._waiting]
        self._waiting.clear()
        self._settle(left, [error] * len(left))


async def speak_all(engine: Engine, requests: Sequence[SpeechRequest]) -> list[Answer]:
    """What a worker does with a batch. Raises EngineUnavailable."""
    answers: list[Answer] = []
    for request in requests:
        try:
            answers.append(await engine.speak(request))
        except SpeechFailed as error:
            answers.append(error)
    return answers
