"""A rendered edition as the makers of further formats see it, and what they answer with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from novelcast.model import Book, Cast, Script, Timeline
from novelcast.publish.about import About
from novelcast.publish.edition import ChapterRecord, EditionRecord
from novelcast.publish.id3 import Tags
from novelcast.publish.volumes import Shelved

Block = NDArray[np.float32]


@dataclass(frozen=True)
class ChapterView:
    """One rendered file: its record, the timeline it was mixed from, and its chapter's own script.

    `audio` gives the master anew each time it is called, a stream of float32 (n, channels) at the timeline's rate:
    the very samples that the MP3 was encoded from, so that no format is a copy of a lossy copy.
    """

    record: ChapterRecord
    timeline: Timeline
    part: Script
    shelved: Shelved
    audio: Callable[[], Iterator[Block]]

    @property
    def seconds(self) -> float:
        return self.record.samples / self.record.rate_hz


@dataclass(frozen=True)
class EditionView:
    """`root` is the book's folder; files' names in records are relative to it. `about` has what the book says of
    itself where the user says nothing; `tags` are those of the whole book."""

    root: Path
    book: Book
    script: Script
    cast: Cast
    record: EditionRecord
    about: About
    tags: Tags
    cover: Path | None
    channels: int
    bitrate_kbps: int
    chapters: tuple[ChapterView, ...]


@dataclass(frozen=True)
class Options:
    """What a user can ask of the formats. `max_hours` None: one file, however long."""

    max_hours: float | None = None
    simplified: bool = False


@dataclass(frozen=True)
class Planned:
    """A file that a format would make; `write` makes it at a path.

    `file` is relative to the edition's folder, with / between folders. `made_from` is a fingerprint of all that
    decides its content (see `edition.digest`): where it is the one on record, the file is left alone. `seconds`: how
    long it plays, None for what is not heard.
    """

    file: str
    made_from: str
    write: Callable[[Path], None]
    chapters: tuple[int, ...] = ()
    seconds: float | None = None
