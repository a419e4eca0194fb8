"""Labelled chapters: who says each quotation of a chapter, as tests/data/labelled/README.md describes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from novelcast.catalog import load_cue_sounds
from novelcast.model import Book, Chapter, Paragraph
from novelcast.script.cues import find_cues
from novelcast.script.pieces import Piece
from novelcast.script.split import split_book

_TAG = re.compile(r"\[(/?)([DTQSCX])(?::([^\[\]]*))?\]")


def load(path: Path) -> dict[str, Any]:
    """A chapter: title, roster, pov, `paragraphs` (clean text, the heading first) and `spans` of them.

    A span is {"tag", "value", "paragraph", "start", "end"}, and `evidence` for a quotation.
    """
    head, *lines = path.read_text("utf-8").splitlines()
    gold: dict[str, Any] = {"pov": None} | json.loads(head.removeprefix("# "))
    letters = iter(gold["evidence"])
    spans: list[dict[str, Any]] = []
    paragraphs: list[str] = []
    for number, line in enumerate(lines):
        text, at, opened = "", 0, 0
        for m in _TAG.finditer(line):
            text += line[at : m.start()]
            at = m.end()
            if not m.group(1):
                opened = len(text)
                span = {"tag": m.group(2), "value": m.group(3), "paragraph": number, "start": opened}
                spans.append(span | ({"evidence": next(letters)} if m.group(2) == "D" else {}))
            else:
                spans[-1]["end"] = len(text)
        paragraphs.append(text + line[at:])
    return gold | {"paragraphs": paragraphs, "spans": spans, "stem": path.stem}


def chapters_in(folders: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for folder in folders:
        for path in sorted(folder.glob("[0-9][0-9].txt")):
            yield load(path)


def pieces_of(gold: dict[str, Any]) -> list[Piece]:
    head, *body = gold["paragraphs"]
    paragraphs = (Paragraph(kind="heading", text=head), *(Paragraph(kind="body", text=t) for t in body))
    chapter = Chapter(title=gold["title"], paragraphs=paragraphs)
    stem = gold["stem"]
    book = Book(id=stem, title=stem, chapters=(chapter,), source=stem, source_sha256="0")
    return list(find_cues(split_book(book), load_cue_sounds())[0])
