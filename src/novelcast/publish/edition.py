"""edition.json: what was made of a book, from what, and how it measures."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from novelcast.model import Loudness, Model


class ChapterRecord(Model):
    """One finished chapter, or one of its `parts`, counted from 0, where it is too long for a file.

    `file` is relative to the edition's folder, `samples` counts per channel; `made_from` is a fingerprint of all that
    decides the file's content. `misses` says what of its preset the file does not keep.
    """

    chapter: int
    part: int = 0
    parts: int = 1
    preset: str = ""
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

    @property
    def name(self) -> str:
        return part_title(self.title, self.part, self.parts)


def part_title(title: str, part: int, parts: int) -> str:
    """What a file is called: its chapter's title, and which part it is where there are several."""
    return title if parts == 1 else f"{title} ({part + 1}/{parts})"


class EditionRecord(Model):
    chapters: tuple[ChapterRecord, ...] = ()

    def with_chapter(self, record: ChapterRecord) -> EditionRecord:
        """The edition with this file in place of the one that it makes again, and of parts cut otherwise."""
        others = [
            c
            for c in self.chapters
            if c.chapter != record.chapter or (c.parts == record.parts and c.part != record.part)
        ]
        return EditionRecord(chapters=tuple(sorted([*others, record], key=lambda c: (c.chapter, c.part))))

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


def loudness_report(edition: EditionRecord) -> str:
    """loudness.json: what each file measures when decoded, and what of its preset it misses."""
    files = [
        {
            "file": c.file,
            "chapter": c.chapter + 1,
            "title": c.name,
            "preset": c.preset,
            "seconds": round(c.samples / c.rate_hz, 3),
            **{name: round(value, 2) for name, value in c.loudness.model_dump().items()},
            "misses": list(c.misses),
        }
        for c in edition.chapters
    ]
    return json.dumps({"files": files}, ensure_ascii=False, indent=1) + "\n"
