"""A stream made in another thread, a few items ahead of who takes them: codecs and numpy let go of the lock."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


class _End:
    """Ends a stream; `error` is what ended it early."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterable[T], depth: int = 4) -> Generator[T]:
    """The same items in the same order; at most `depth` are made before they are asked for.

    What the stream raises is raised here, in its place. Closing this generator ends the thread.
    """
    ready: Queue[T | _End] = Queue(depth)
    closed = Event()

    def put(item: T | _End) -> None:
        while not closed.is_set():
            try:
                ready.put(item, timeout=0.1)
                return
            except Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put(item)
                if closed.is_set():
                    return
            put(_End())
        except BaseException as error:  # it is raised in the thread that reads
            put(_End(error))

    thread = Thread(target=work, name="ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        closed.set()
        thread.join()
