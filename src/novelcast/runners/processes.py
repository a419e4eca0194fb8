"""Engine sessions in processes of this machine."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from novelcast.model import SpeechRequest
from novelcast.runners.crew import Answer, Crew, WorkerLost, speak_all

if TYPE_CHECKING:
    from novelcast.engines.base import Engine

LOOKS_EVERY_S = 1.0


def process_crew(engine: Engine, open_engine: Callable[[], Engine], workers: int) -> Crew:
    return Crew(engine, [ProcessWorker(open_engine) for _ in range(workers)])


class ProcessWorker:
    """One process, started at its first request and again after it died. A pool of one, so that its death is its own."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open_engine = open_engine
        self._pool: ProcessPoolExecutor | None = None

    async def ready(self) -> None:
        return None  # a process starts in a second

    async def speak(self, requests: Sequence[SpeechRequest]) -> list[Answer]:
        if self._pool is None:
            # Spawned, not forked: a fork of a process with threads may hold a lock for ever.
            self._pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), _begin, (self._open_engine, os.getpid())
            )
        pool = self._pool
        try:
            return await asyncio.wrap_future(pool.submit(_speak, requests))
        except (BrokenProcessPool, RuntimeError) as error:
            if self._pool is pool:
                self._pool = None
                pool.shutdown(wait=False, cancel_futures=True)
            raise WorkerLost("its process ended") from error

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # what it speaks now is wanted by nobody
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


_engine: Engine | None = None
_loop: asyncio.AbstractEventLoop | None = None


def _begin(open_engine: Callable[[], Engine], parent: int) -> None:
    global _engine, _loop
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; who started us tells us to end
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    _engine, _loop = open_engine(), asyncio.new_event_loop()


def end_with(parent: int) -> None:
    """A process whose parent was killed would wait for work for ever, with half a gigabyte in its hands."""
    while os.getppid() == parent:
        time.sleep(LOOKS_EVERY_S)
    os._exit(1)


def _speak(requests: Sequence[SpeechRequest]) -> list[Answer]:
    assert _engine is not None and _loop is not None
    return _loop.run_until_complete(speak_all(_engine, requests))
