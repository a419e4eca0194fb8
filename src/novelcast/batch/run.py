"""Books in processes of their own: one that dies, or brings its process down, takes no other with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelcast.batch.jobs import BookJob
from novelcast.batch.ledger import Ledger, Row
from novelcast.errors import NovelcastError
from novelcast.model import Progress, ProgressSink
from novelcast.pipeline import BookDetails, render
from novelcast.runners.processes import end_with
from novelcast.settings import load_settings

STAGE = "batch"
TELLS_EVERY_S = 0.25


def run_batch(
    jobs: Sequence[BookJob],
    ledger: Ledger,
    common: Mapping[str, Any],
    progress: ProgressSink,
    *,
    at_once: int = 1,
    retry_failed: bool = False,
) -> list[Row]:
    """Render the books that the ledger has as not done, `at_once` at a time, in order; what became of all.

    `common` are the settings that all books share; a book's own win. Processors are shared fairly: each book under
    way gets as many threads as every other. A book that fails, or kills its process, is noted and the rest goes on.
    Raises InputError where another batch is at work with the ledger.
    """
    by_source = {str(job.source.resolve()): job for job in jobs}
    with ledger.driven():
        ledger.enter(
            [(source, job.mark(common)) for source, job in by_source.items()], retry_failed=retry_failed
        )
        waiting = ledger.waiting()
        share = max(1, (os.cpu_count() or 1) // at_once)
        common = {"jobs": share, **common}
        total = len(by_source)
        progress(Progress(stage=STAGE, done=total - len(waiting), total=total))
        with _places(min(at_once, len(waiting)), progress) as places:
            running: dict[Future[Row], tuple[_Place, str]] = {}
            left = iter(waiting)
            done = total - len(waiting)
            while True:
                for place in places[len(running) :] if not running else _free(places, running):
                    if (source := next(left, None)) is not None:
                        ledger.begin(source)
                        running[place.start(by_source[source], common)] = (place, source)
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    place, source = running.pop(future)
                    ledger.end(place.outcome(future, source))
                    done += 1
                    progress(Progress(stage=STAGE, done=done, total=total))
        return ledger.rows()


def _free(places: Sequence[_Place], running: Mapping[Any, tuple[_Place, str]]) -> list[_Place]:
    taken = {id(place) for place, _ in running.values()}
    return [place for place in places if id(place) not in taken]


@dataclass
class _Place:
    """Where one book after another is rendered: a pool of one process, started again when a book brought it down."""

    number: int
    told: Any
    pool: ProcessPoolExecutor | None = None

    def start(self, job: BookJob, common: Mapping[str, Any]) -> Future[Row]:
        if self.pool is None:
            self.pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), _begin, (self.told, self.number, os.getpid())
            )
        return self.pool.submit(_rendered, job, {**common, **job.settings})

    def outcome(self, future: Future[Row], source: str) -> Row:
        try:
            return future.result()
        except BrokenProcessPool:
            self.end()
            return Row(source, "failed", "its process died: out of memory, or killed")

    def end(self) -> None:
        pool, self.pool = self.pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):  # kill -9 loses nothing that was made
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _places(count: int, progress: ProgressSink) -> Iterator[list[_Place]]:
    """Places for books, whose progress reaches the sink; their processes end with the block."""
    told = multiprocessing.get_context("spawn").SimpleQueue()
    places = [_Place(n, told) for n in range(count)]
    listener = threading.Thread(target=_listen, args=(told, progress), daemon=True)
    listener.start()
    try:
        yield places
    finally:
        for place in places:
            place.end()
        told.put(None)
        listener.join(5.0)


def _listen(told: Any, progress: ProgressSink) -> None:
    while (said := told.get()) is not None:
        progress(said)


# ---------------------------------------------------------------- in the book's process

_tell: Any = None
_number = 0


def _begin(told: Any, number: int, parent: int) -> None:
    global _tell, _number
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the driver ends us
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    _tell, _number = told, number


def _rendered(job: BookJob, settings: Mapping[str, Any]) -> Row:
    source = str(job.source.resolve())
    details = BookDetails(
        title=job.details.get("title"),
        author=job.details.get("author"),
        cover=Path(job.details["cover"]) if "cover" in job.details else None,
    )
    try:
        made = render([job.source], load_settings(**settings), details, _Teller(job.source.stem))
    except NovelcastError as error:
        return Row(source, "failed", f"{error}; {error.hint}" if error.hint else str(error))
    except Exception as error:  # a defect of ours in one book is no reason to stop the others
        return Row(source, "failed", f"{type(error).__name__}: {error}")
    seconds = sum(c.samples / c.rate_hz for c in made.chapters)
    first = f"{len(made.failed)} lines failed: {made.failed[0][1]}" if made.failed else ""
    return Row(
        source, "partly" if made.failed else "done", first, str(made.folder.resolve()),
        len(made.chapters), seconds, len(made.failed),
    )  # fmt: skip


class _Teller:
    """Tells the driver how far this book is, a few times a second."""

    def __init__(self, name: str) -> None:
        self._name, self._told_s = name, 0.0

    def __call__(self, progress: Progress) -> None:
        now_s = time.monotonic()
        if progress.warning or now_s - self._told_s > TELLS_EVERY_S:
            self._told_s = now_s
            stage, name = f"{STAGE} {_number}", f"{self._name}: {progress.waiting or progress.stage}"
            warning = f"{self._name}: {progress.warning}" if progress.warning else ""
            _tell.put(
                Progress(stage=stage, done=progress.done, total=progress.total, warning=warning, waiting=name)
            )
