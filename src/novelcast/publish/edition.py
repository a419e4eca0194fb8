"""edition.json: what was made of a book, from what, and how it measures."""

from __future__ import annotations

import hashlib
from pathlib import Path

from novelcast.model import Loudness, Model


class ChapterRecord(Model):
    """One finished chapter. `file` is relative to the edition's folder, `samples` counts per channel;
    `made_from` is a fingerprint of all that decides the file's content."""

    chapter: int
    title: str
    file: str
    samples: int
    rate_hz: int
    speakers: int
    cues: int
    loudness: Loudness
    misses: tuple[str, ...] = ()
    sha256: str
    made_from: str


class EditionRecord(Model):
    chapters: tuple[ChapterRecord, ...] = ()

    def with_chapter(self, record: ChapterRecord) -> EditionRecord:
        others = [c for c in self.chapters if c.chapter != record.chapter]
        return EditionRecord(chapters=tuple(sorted([*others, record], key=lambda c: c.chapter)))

    def kept(self, chapter: int, made_from: str, root: Path) -> ChapterRecord | None:
        """The record of a chapter that need not be made again: same ingredients, file untouched."""
        for record in self.chapters:
            if record.chapter == chapter and record.made_from == made_from:
                path = root / record.file
                return record if path.is_file() and file_sha256(path) == record.sha256 else None
        return None


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
