"""What the analysis makes of labelled chapters that nothing was learnt from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from novelcast.script.attribute import attribute
from novelcast.script.people import find_people

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "benchmarks"))

from labelled import chapters_in, pieces_of  # noqa: E402

UNSEEN = [gold for gold in chapters_in([TESTS / "data" / "labelled"]) if gold["stem"][-1] in "48"]


def speakers_right(gold: dict[str, Any]) -> tuple[int, int]:
    """(quotations with the right speaker, quotations) of a chapter; any of the person's names counts."""
    pieces = pieces_of(gold)
    people = find_people(pieces)
    names = {p.id: {p.name, *p.aliases} for p in people}
    own = {
        r["name"]: {r["name"], *r["aliases"]} | ({"我"} if r["name"] == gold["pov"] else set())
        for r in gold["roster"]
    }
    said = [s for s in gold["spans"] if s["tag"] == "D"]
    right = 0
    for piece, label in zip(pieces, attribute(pieces, people), strict=True):
        if label.kind != "dialogue" or label.speaker is None:
            continue
        for s in said:
            if (
                s["paragraph"] == piece.span.paragraph
                and s["start"] < piece.span.end
                and piece.span.start < s["end"]
            ):
                right += bool(names[label.speaker] & own.get(s["value"], {s["value"]}))
    return right, len(said)


def test_the_speakers_of_unseen_chapters_are_mostly_right() -> None:
    """81 % when this was written; a rule that breaks one kind of tag costs several points."""
    counts = [speakers_right(gold) for gold in UNSEEN]
    assert len(counts) >= 6
    assert sum(r for r, _ in counts) / sum(n for _, n in counts) > 0.77


@pytest.mark.parametrize("gold", UNSEEN, ids=lambda g: g["stem"])
def test_every_spoken_quotation_is_dialogue_and_nothing_else_is(gold: dict[str, Any]) -> None:
    found = {
        (p.span.paragraph, k)
        for p in pieces_of(gold)
        if p.kind == "dialogue"
        for k in range(p.span.start, p.span.end)
    }
    said = {
        (s["paragraph"], k) for s in gold["spans"] if s["tag"] == "D" for k in range(s["start"], s["end"])
    }
    assert len(found ^ said) <= 0.01 * len(said)
