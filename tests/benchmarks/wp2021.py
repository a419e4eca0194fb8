"""WP2021 files: windows of sentences around one quotation each, and the running text they were cut from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from novelcast.catalog import load_cue_sounds
from novelcast.model import Age, Book, Chapter, Gender, Paragraph, Speaker
from novelcast.script.cues import find_cues
from novelcast.script.pieces import Piece
from novelcast.script.split import split_book

OVERLAP = 2  # sentences that two windows share before they are taken for one text


@dataclass
class Run:
    """Sentences that follow each other in the novel; `labels`: sentence -> the rows of the file that ask for its speaker."""

    sentences: list[str]
    labels: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    last: int = 0  # where the window that came last starts


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows that can be asked: those with sentences and a quotation among them."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [r for r in rows if 0 <= r.get("quote", -1) < len(r.get("paragraphs") or ())]


def running_text(rows: Sequence[dict[str, Any]]) -> list[Run]:
    """The windows joined where they overlap, in the order of the file."""
    runs: list[Run] = []
    for row in rows:
        window = list(row["paragraphs"])
        at = _where(runs[-1], window) if runs else None
        if at is None:
            runs.append(Run(window))
        else:
            runs[-1].sentences[at:] = max(runs[-1].sentences[at:], window, key=len)
            runs[-1].last = at
        runs[-1].labels.setdefault(runs[-1].last + row["quote"], []).append(row)
    return runs


def _where(run: Run, window: Sequence[str]) -> int | None:
    """Where the window starts in the run, if its beginning is the run's end."""
    for at in range(run.last, len(run.sentences) - OVERLAP + 1):
        common = min(len(run.sentences) - at, len(window))
        if run.sentences[at : at + common] == list(window[:common]):
            return at
    return None


def book_of(runs: Sequence[Run]) -> Book:
    """Each run as a chapter, each sentence as a paragraph."""
    chapters = tuple(
        Chapter(title="", paragraphs=tuple(Paragraph(kind="body", text=s) for s in run.sentences))
        for run in runs
    )
    return Book(id="windows", title="windows", chapters=chapters, source="windows", source_sha256="0")


def pieces_of(book: Book) -> list[Piece]:
    return find_cues(split_book(book), load_cue_sounds())[0]


def read_roster(path: Path) -> list[Speaker]:
    """The people of a roster file; a field that is missing or odd is unknown."""
    people = []
    for entry in json.loads(path.read_text("utf-8")):
        gender = entry.get("gender")
        age = entry.get("age")
        people.append(
            Speaker(
                id=entry["name"],
                name=entry["name"],
                aliases=tuple(a for a in entry.get("aliases") or () if a and a != entry["name"]),
                gender=gender if gender in get_args(Gender) else "unknown",
                age=age if age in get_args(Age) else "unknown",
                sure=1.0 if gender in ("male", "female") else 0.0,
            )
        )
    return people
