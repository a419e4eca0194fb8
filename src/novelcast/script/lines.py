"""Who speaks each quotation of a text without paragraphs.

Read twice: what the first reading is sure of says whom the pronouns mean, who is whose father and who is called by
which title; with that the second reading decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script.line_features import describe
from novelcast.script.line_model import LineModel, load_line_model
from novelcast.script.line_scene import Quote, Scene, learn, note_style, read_scene
from novelcast.script.line_text import Subject, Unit, read_units
from novelcast.script.line_words import Names, fit
from novelcast.script.pieces import Piece
from novelcast.script.turns import chapters_of

# How sure the first reading has to be of a speaker, for relations to be learnt and for pronouns to be resolved by it.
SURE, LIKELY = 0.9, 0.7
_ROWS = 20_000  # candidates described at a time

# Probabilities over the candidates of each quotation of a chapter.
Chances = list[Any]


@dataclass(frozen=True)
class Said:
    """Pieces of one quotation, who says them (index into the people), how sure, and why in words."""

    pieces: tuple[int, ...]
    who: int | None
    confidence: float
    evidence: str


def read_scenes(pieces: Sequence[Piece], people: Sequence[Speaker]) -> list[Scene]:
    """The chapters, not described yet."""
    texts = [simplified(p.text) for p in pieces]
    names = Names.of(people, texts)
    names.learn(t for t, p in zip(texts, pieces, strict=True) if p.kind == "narration")
    scenes = [read_scene(read_units(pieces, chapter, names), names) for chapter in chapters_of(pieces)]
    note_style(scenes)
    return scenes


def known_after(scenes: Sequence[Scene], chances: Sequence[Chances]) -> list[dict[int, int]]:
    """What the second reading of each chapter starts from: quotation's unit -> who says it, as likely after the first.
    What the first was sure of is learnt by the names."""
    for scene, found in zip(scenes, chances, strict=True):
        learn(scene, _speakers(scene, found, SURE))
    return [_speakers(scene, found, LIKELY) for scene, found in zip(scenes, chances, strict=True)]


def _speakers(scene: Scene, chances: Chances, least: float) -> dict[int, int]:
    found = {}
    for quote, p in zip(scene.quotes, chances, strict=True):
        if len(p) and max(p) >= least:
            found[quote.unit.at] = quote.candidates[int(p.argmax())]
    return found


def _read(
    scenes: Sequence[Scene], model: LineModel, known: Sequence[dict[int, int] | None]
) -> Iterator[Chances]:
    """Each chapter described and decided. Features are kept for a few chapters at a time: they take room."""
    batch: list[Scene] = []
    size = 0
    for scene, speakers in zip(scenes, known, strict=True):
        describe(scene, speakers)
        batch.append(scene)
        size += sum(len(q.candidates) for q in scene.quotes)
        if size > _ROWS:
            yield from _decide(batch, model)
            batch, size = [], 0
    yield from _decide(batch, model)


def _decide(batch: Sequence[Scene], model: LineModel) -> Iterator[Chances]:
    quotes = [q for scene in batch for q in scene.quotes]
    ranked = model.ranked(quotes)
    at = 0
    for scene in batch:
        end = at + len(scene.quotes)
        yield model.decide(scene.quotes, ranked[at:end])
        at = end
    for quote in quotes:
        quote.rows = []


def attribute_lines(pieces: Sequence[Piece], people: Sequence[Speaker]) -> list[Said]:
    """Every quotation of a book whose lines are sentences (`line_text.is_line_text`)."""
    model = load_line_model()
    scenes = read_scenes(pieces, people)
    first = list(_read(scenes, model, [None] * len(scenes)))
    known = known_after(scenes, first)
    said = []
    for scene, chances in zip(scenes, _read(scenes, model, known), strict=True):
        for quote, p in zip(scene.quotes, chances, strict=True):
            who = quote.candidates[int(p.argmax())] if len(p) else None
            sure = model.confidence(float(p.max())) if len(p) else 0.0
            parts = tuple(u.piece for u in quote.units)
            said.append(Said(parts, who, round(sure, 4), _evidence(scene, quote, who)))
    return said


# ---------------------------------------------------------------- evidence in words


def _evidence(scene: Scene, quote: Quote, who: int | None) -> str:
    if who is None:
        return "nobody in the text to choose from"
    lead = quote.before[0] if quote.before else None
    tag = quote.after[0] if quote.after else None
    if lead is not None and lead.colon and scene.last.get(lead.at) == who:
        return _told("line before", lead, lead.speaker, who, scene)
    if tag is not None and not tag.colon and scene.first.get(tag.at) == who:
        place = "line after" if tag.say_end else "action in the line after"
        return _told(place, tag, tag.main, who, scene)
    others = [r.word for r in quote.called if r.people and who not in r.people]
    if others:
        return f"addressed as {others[0]}, so not them; next in turn: {scene.names.people[who].name}"
    return "turn-taking in the conversation"


def _told(place: str, unit: Unit, subject: Subject | None, who: int, scene: Scene) -> str:
    words = unit.text if len(unit.text) <= 18 else unit.text[:17] + "…"
    person = scene.names.people[who]
    if subject is not None and who not in subject.ref.people and fit(subject.ref, who, person) >= 0:
        return (
            f"{place} with {unit.text[subject.ref.start : subject.ref.end]}, taken for {person.name}: {words}"
        )
    return f"{place}: {words}"
