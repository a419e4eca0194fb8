"""Labelled texts whose lines are sentences: WP2021's windows, and web-novel chapters with their paragraphs taken away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fit_attribution import labels_of
from wp2021 import Run, book_of, pieces_of, read_roster, read_rows, running_text

from novelcast.model import Book, Chapter, Paragraph, Speaker
from novelcast.script.line_features import describe
from novelcast.script.line_people import people_of
from novelcast.script.line_scene import Scene
from novelcast.script.lines import read_scenes

_SENTENCE = re.compile(r"[^。！？!?…]*[。！？!?…]*[”’」』]*")


@dataclass
class Text:
    """A book as lines. `labels`: (chapter, line) -> (speaker, category) of each row that asks for it."""

    name: str
    book: Book
    roster: list[Speaker]
    labels: dict[tuple[int, int], list[tuple[str, str]]] = field(default_factory=dict)


def wp2021(path: Path, roster: Path) -> Text:
    runs = running_text(read_rows(path))
    return Text(path.stem, book_of(runs), read_roster(roster), labels_in(runs))


def labels_in(runs: Sequence[Run]) -> dict[tuple[int, int], list[tuple[str, str]]]:
    return {
        (c, line): [(row.get("speaker", ""), row.get("category", "")) for row in rows]
        for c, run in enumerate(runs)
        for line, rows in run.labels.items()
    }


def flattened(folder: Path) -> list[Text]:
    """The labelled chapters as a scraper without paragraphs would leave them."""
    module = labels_of(folder)
    return [_flat(module.load(str(f)), f.stem) for f in sorted(folder.glob("[0-9][0-9].txt"))]


def _flat(gold: Mapping[str, Any], stem: str) -> Text:
    lines: list[str] = []
    labels: dict[tuple[int, int], list[tuple[str, str]]] = {}
    for i, paragraph in enumerate(gold["paragraphs"][1:], 1):
        at = 0
        for span in sorted(
            (s for s in gold["spans"] if s["paragraph"] == i and s["tag"] == "D"), key=lambda s: s["start"]
        ):
            lines += _sentences(paragraph[at : span["start"]])
            labels[0, len(lines)] = [(span["value"], span["evidence"])]
            lines.append(paragraph[span["start"] : span["end"]])
            at = span["end"]
        lines += _sentences(paragraph[at:])
    chapter = Chapter(title="", paragraphs=tuple(Paragraph(kind="body", text=t) for t in lines))
    roster = [
        Speaker(
            id=r["name"], name=r["name"], gender=r["gender"], age=r["age"], sure=1.0,
            aliases=(*r["aliases"], *(["我"] if r["name"] == gold["pov"] else [])),
        )
        for r in gold["roster"]
    ]  # fmt: skip
    book = Book(id=stem, title=stem, chapters=(chapter,), source=stem, source_sha256="0")
    return Text(stem, book, roster, labels)


def _sentences(text: str) -> list[str]:
    return [m.group().strip() for m in _SENTENCE.finditer(text) if m.group().strip()]


@dataclass
class Sample:
    """A chapter described, and for each quotation that is asked for: the candidates that are right, the categories."""

    text: str
    scene: Scene
    right: dict[int, set[int]]
    categories: dict[int, list[str]]
    # Of each reading, by quotation: the candidates and their features.
    rows: list[list[tuple[list[int], list[dict[str, float]]]]] = field(default_factory=list)


def samples(text: Text, *, found: bool = False) -> list[Sample]:
    pieces = pieces_of(text.book)
    people = list(people_of(pieces)) if found else text.roster
    names = {p.name: {p.name, *p.aliases} for p in text.roster}
    out = []
    scenes = read_scenes(pieces, people)
    for scene in scenes:
        describe(scene)
    chapters = sorted({p.span.chapter for p in pieces})
    for chapter, scene in zip(chapters, scenes, strict=True):
        sample = Sample(text.name, scene, {}, {})
        seen: set[int] = set()
        for t, quote in enumerate(scene.quotes):
            for unit in quote.units:
                if unit.line in seen:
                    continue
                seen.add(unit.line)
                for speaker, category in text.labels.get((chapter, unit.line), ()):
                    wanted = names.get(speaker, {speaker})
                    sample.right[t] = {i for i, p in enumerate(people) if wanted & {p.name, *p.aliases}}
                    sample.categories.setdefault(t, []).append(category)
        out.append(sample)
    return out
