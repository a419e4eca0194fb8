"""The books of a batch: all of a folder, or those of a list with settings for each."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from novelcast import __version__
from novelcast.errors import InputError, toml_fault
from novelcast.model import Model
from novelcast.read import books_in


class _Entry(Model):
    """One [[book]] of a list. What is not set is as on the command line."""

    path: str = Field(min_length=1)
    title: str | None = None
    author: str | None = None
    cover: str | None = None
    engine: str | None = None
    preset: str | None = None
    characters: str | None = None
    cast: str | None = None
    narrator_voice: Literal["same", "own"] | None = None
    cues: Literal["none", "few", "all"] | None = None
    masked: Literal["silence", "bleep"] | None = None


class _List(Model):
    book: tuple[_Entry, ...]


_PATHS = ("path", "cover", "characters", "cast")
_DETAILS = ("title", "author", "cover")


@dataclass(frozen=True)
class BookJob:
    """One book: where it is, what its list says of it (title, author, cover), and settings of its own."""

    source: Path
    details: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def mark(self, common: Mapping[str, Any]) -> str:
        """Changes whenever the book would be rendered otherwise: its files, its settings, or our version."""
        seen = [(str(f), s.st_size, s.st_mtime_ns) for f in self.files if (s := f.stat())]
        made_of = [seen, dict(self.details), {**common, **self.settings}, __version__]
        return hashlib.sha256(json.dumps(made_of, default=str, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def files(self) -> list[Path]:
        return (
            sorted(f for f in self.source.rglob("*") if f.is_file())
            if self.source.is_dir()
            else [self.source]
        )


def jobs_of(where: Path) -> list[BookJob]:
    """The books of a folder (each file, and each folder in it, is one), or of a list (.toml), in order.

    Raises InputError where there is none, or naming the line of a list that cannot be used.
    """
    jobs = _listed(where) if where.suffix.lower() == ".toml" else [BookJob(path) for path in books_in(where)]
    if not jobs:
        raise InputError(
            f"there is no book in {where}",
            hint="a batch takes a folder of books (.txt, .epub, …), or a list: batch.toml with [[book]] path = …",
        )
    return jobs


def _listed(where: Path) -> list[BookJob]:
    text = ""
    try:
        text = where.read_text("utf-8-sig")
        entries = _List.model_validate(tomllib.loads(text)).book
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read {where}: {error}", hint="look at its name and its permissions"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: {toml_fault(text, error)}", hint="mend that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        number = next((int(p) + 1 for p in first["loc"] if isinstance(p, int)), 0)
        raise InputError(
            f"{where}: book {number}: {first['loc'][-1]}: {first['msg']}",
            hint="a book may have: " + ", ".join(_Entry.model_fields),
        ) from None
    return _checked(where, entries)


def _checked(where: Path, entries: Sequence[_Entry]) -> list[BookJob]:
    jobs: dict[Path, BookJob] = {}
    for number, entry in enumerate(entries, 1):
        given = {
            name: str((where.parent / value).resolve()) if name in _PATHS else value
            for name, value in entry.model_dump(exclude_none=True).items()
        }
        source = Path(given.pop("path"))
        if not source.exists():
            raise InputError(f"{where}: book {number}: there is no {source}", hint="mend its path")
        if source in jobs:
            raise InputError(f"{where}: book {number}: {source} is in the list twice", hint="take one out")
        details = {name: given.pop(name) for name in _DETAILS if name in given}
        jobs[source] = BookJob(source, details, given)
    return list(jobs.values())
