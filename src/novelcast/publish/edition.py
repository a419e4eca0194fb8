"""edition.json: what was made of a book, from what, and how it measures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from novelcast.model import Loudness, Model


class ChapterRecord(Model):
    """One finished chapter, or one of its `parts`, counted from 0, where it is too long for a file.

    `file` is relative to the edition's folder, `samples` counts per channel; `made_from` is a fingerprint of all that
    decides how it sounds, `tagged` one of its tags. The mix was given `gain_db` and limited to `ceiling_dbtp`. `misses` says what of its preset the file does not keep.
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
    gain_db: float
    ceiling_dbtp: float
    size_bytes: int
    sha256: str
    made_from: str
    tagged: str

    @property
    def name(self) -> str:
        return part_title(self.title, self.part, self.parts)


class FileRecord(Model):
    """A further file, made by `format` from the rendered chapters (see `formats`). `seconds` is how long it plays,
    None for what is not heard. `sound` is `EditionRecord.sound_of` its chapters when it was made."""

    format: str
    file: str
    chapters: tuple[int, ...] = ()
    seconds: float | None = None
    size_bytes: int
    sha256: str
    made_from: str
    sound: str = ""


def part_title(title: str, part: int, parts: int) -> str:
    """What a file is called: its chapter's title, and which part it is where there are several."""
    return title if parts == 1 else f"{title} ({part + 1}/{parts})"


class EditionRecord(Model):
    """`versions`: of novelcast, the engine and the encoders that made the newest of it; `preset`: by which the
    chapters were mastered."""

    title: str = ""
    preset: str = ""
    versions: dict[str, str] = Field(default_factory=dict)
    chapters: tuple[ChapterRecord, ...] = ()
    files: tuple[FileRecord, ...] = ()

    def with_chapter(self, record: ChapterRecord) -> EditionRecord:
        """The edition with this file in place of the one that it makes again, and of parts cut otherwise."""
        others = [
            c
            for c in self.chapters
            if c.chapter != record.chapter or (c.parts == record.parts and c.part != record.part)
        ]
        chapters = tuple(sorted([*others, record], key=lambda c: (c.chapter, c.part)))
        return self.model_copy(update={"chapters": chapters})

    def with_files(self, format_: str, records: Iterable[FileRecord]) -> EditionRecord:
        """The edition with these files of a format, and no others of it."""
        others = [f for f in self.files if f.format != format_]
        return self.model_copy(update={"files": tuple(sorted([*others, *records], key=lambda f: f.file))})

    def sound_of(self, chapters: Iterable[int]) -> str:
        """A fingerprint of how these chapters sound."""
        wanted = set(chapters)
        return digest(*(c.made_from for c in self.chapters if c.chapter in wanted))

    def kept(self, chapter: int, made_from: str, root: Path) -> ChapterRecord | None:
        """The record of a chapter that need not be mastered again: same ingredients, file untouched."""
        for record in self.chapters:
            if record.chapter == chapter and record.made_from == made_from:
                return record if is_untouched(root / record.file, record.size_bytes, record.sha256) else None
        return None


def is_untouched(path: Path, size_bytes: int, sha256: str) -> bool:
    return path.is_file() and path.stat().st_size == size_bytes and file_sha256(path) == sha256


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(*parts: str | bytes) -> str:
    """One fingerprint of several ingredients, in their order."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


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
