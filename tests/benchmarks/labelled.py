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
    paragraphs, spans = marked_up(lines)
    for span, letter in zip((s for s in spans if s["tag"] == "D"), gold["evidence"], strict=True):
        span["evidence"] = letter
    return gold | {"paragraphs": paragraphs, "spans": spans, "stem": path.stem}


def marked_up(lines: Sequence[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """(clean paragraphs, spans) of paragraphs with markup."""
    spans: list[dict[str, Any]] = []
    paragraphs: list[str] = []
    for number, line in enumerate(lines):
        text, at = "", 0
        for m in _TAG.finditer(line):
            text += line[at : m.start()]
            at = m.end()
            if m.group(1):
                spans[-1]["end"] = len(text)
            else:
                spans.append(
                    {"tag": m.group(2), "value": m.group(3), "paragraph": number, "start": len(text)}
                )
        paragraphs.append(text + line[at:])
    return paragraphs, spans


def scenes_in(folder: Path) -> Iterator[dict[str, Any]]:
    """Short scenes in the same markup, several a file, of which only thoughts are labelled. A scene begins with
    `# ` and its title; one with 第一人称 in its title is told by its 我."""
    for path in sorted(folder.glob("*.txt")):
        for number, scene in enumerate(re.split(r"\n(?=# )", path.read_text("utf-8").strip())):
            title, *lines = [line for line in scene.splitlines() if line]
            paragraphs, spans = marked_up([title.removeprefix("# "), *lines])
            pov = "我" if "第一人称" in title else None
            yield {
                "title": paragraphs[0],
                "pov": pov,
                "roster": [],
                "paragraphs": paragraphs,
                "spans": spans,
                "stem": f"{path.stem}.{number}",
            }


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
