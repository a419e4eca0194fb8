"""What became of each book, in SQLite: a power cut loses at most what was being written."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from novelcast.errors import InputError

State = Literal["waiting", "working", "done", "partly", "failed"]
"""`partly`: some lines could not be spoken, and their chapters are missing."""
STATES: tuple[State, ...] = get_args(State)

_TABLE = """
create table if not exists books (
    source text primary key, place integer not null, mark text not null, state text not null, reason text not null,
    folder text not null, chapters integer not null, audio_s real not null, failed_lines integer not null,
    began_s real, ended_s real
) without rowid;
create index if not exists by_state on books (state, place);
"""


@dataclass(frozen=True)
class Row:
    """One book. Times are seconds of the wall clock since 1970; `audio_s` is the length of its chapters."""

    source: str
    state: State
    reason: str = ""
    folder: str = ""
    chapters: int = 0
    audio_s: float = 0.0
    failed_lines: int = 0
    began_s: float | None = None
    ended_s: float | None = None


_COLUMNS = "source, state, reason, folder, chapters, audio_s, failed_lines, began_s, ended_s"


class Ledger:
    """One driver writes it at a time (`driven`); anybody may read it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def driven(self) -> Iterator[None]:
        """Raises InputError where another batch is at work with it. What a killed driver had under way waits again."""
        from filelock import FileLock, Timeout

        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{self.path}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise InputError(
                f"another batch is at work with {self.path}", hint="--status shows how far it is"
            ) from None
        try:
            with self._open() as db:
                db.executescript(_TABLE)
                db.execute("update books set state = 'waiting' where state = 'working'")
            yield
        finally:
            lock.release()

    def enter(self, books: Sequence[tuple[str, str]], *, retry_failed: bool) -> None:
        """The books of this batch (source, mark), in order. A new one waits, and so does one whose mark is another,
        one that was not finished, and, with `retry_failed`, one that failed."""
        again = ("failed", "partly") if retry_failed else ()
        with self._open() as db:
            db.execute("update books set place = -1")
            db.executemany(
                "insert into books values (?, ?, ?, 'waiting', '', '', 0, 0, 0, null, null) "
                "on conflict (source) do update set place = excluded.place, mark = excluded.mark, "
                "state = case when mark = excluded.mark then state else 'waiting' end",
                [(source, place, mark) for place, (source, mark) in enumerate(books)],
            )
            marks = ", ".join("?" * len(again))
            db.execute(f"update books set state = 'waiting' where place >= 0 and state in ({marks})", again)

    def waiting(self) -> list[str]:
        with self._open() as db:
            return [
                source
                for (source,) in db.execute(
                    "select source from books where state = 'waiting' and place >= 0 order by place"
                )
            ]

    def begin(self, source: str) -> None:
        with self._open() as db:
            db.execute(
                "update books set state = 'working', reason = '', began_s = ?, ended_s = null where source = ?",
                (time.time(), source),
            )

    def end(self, row: Row) -> None:
        with self._open() as db:
            db.execute(
                "update books set state = ?, reason = ?, folder = ?, chapters = ?, audio_s = ?, failed_lines = ?, "
                "ended_s = ? where source = ?",
                (
                    row.state, row.reason, row.folder, row.chapters, row.audio_s, row.failed_lines,
                    time.time(), row.source,
                ),
            )  # fmt: skip

    def rows(self) -> list[Row]:
        """The books of the last batch, in order. Raises InputError where there is no ledger."""
        if not self.path.exists():
            raise InputError(
                f"there is no batch in {self.path.parent}", hint="start one: novelcast batch FOLDER"
            )
        with self._open() as db:
            return [
                Row(*values)
                for values in db.execute(f"select {_COLUMNS} from books where place >= 0 order by place")
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction. Raises InputError where the file is damaged or cannot be written."""
        try:
            db = sqlite3.connect(self.path, timeout=30.0)
            try:
                db.execute("pragma journal_mode = wal")
                with db:
                    yield db
            finally:
                db.close()
        except sqlite3.Error as error:
            raise InputError(
                f"{self.path}: {error}",
                hint="move it away: books that are whole are found again, and nothing is spoken twice",
            ) from None
