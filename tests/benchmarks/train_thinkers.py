"""Fit the weights that say who thinks a thought: src/novelcast/script/thinker_weights.json.

    python tests/benchmarks/train_thinkers.py ../shared/data [--write]

Chapters and scenes as for train_thoughts.py. The thoughts are the labelled ones; the people and who speaks are those
that novelcast finds. A log-linear choice among the candidates of each thought, pulled towards nought; chapters told
in the first person are left out, as every thought there is the narrator's. Prints JSON: the share of thoughts with
the right thinker by cross-validation over chapters (five parts) and on the held-out files. Nothing is random.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from labelled import chapters_in, pieces_of, scenes_in
from scipy.optimize import minimize
from train_thoughts import CHAPTERS, SCENES

from novelcast.script import thinkers as module
from novelcast.script.attribute import attribute
from novelcast.script.clues import Roster
from novelcast.script.people import find_people
from novelcast.script.pieces import Piece, PieceKind
from novelcast.script.thinkers import Thought, on_from, read_thoughts
from novelcast.script.turns import chapters_of

PARTS = 5
PULL = 1.0
FILE = Path(module.__file__).parent / "thinker_weights.json"


@dataclass
class Labelled:
    """The thoughts of one chapter, and which of each one's candidates are right."""

    name: str
    thoughts: list[Thought]
    right: list[set[int]]


def with_thoughts(pieces: Sequence[Piece], spans: Mapping[int, list[tuple[int, int]]]) -> Iterator[Piece]:
    """The pieces with the labelled thoughts, and no others, as thoughts."""
    for piece in pieces:
        if piece.kind not in ("thought", "narration", "dialogue"):
            yield piece
            continue
        start, end = piece.span.start, piece.span.end
        own = [(a, b) for a, b in spans.get(piece.span.paragraph, []) if a < end and start < b]
        edges = sorted({start, end, *(min(max(x, start), end) for span in own for x in span)})
        for a, b in pairwise(edges):
            inside = any(x <= a and b <= y for x, y in own)
            kind: PieceKind = "thought" if inside else "narration" if piece.kind == "thought" else piece.kind
            span = piece.span.model_copy(update={"start": a, "end": b})
            yield Piece(span, piece.text[a - start : b - start], kind)


def read(gold: Mapping[str, Any]) -> Labelled:
    spans: dict[int, list[tuple[int, int]]] = {}
    whose: dict[tuple[int, int], str] = {}
    for s in gold["spans"]:
        if s["tag"] == "T":
            spans.setdefault(s["paragraph"], []).append((s["start"], s["end"]))
            whose[s["paragraph"], s["start"]] = s["value"]
    pieces = list(with_thoughts(pieces_of(gold), spans))
    people = find_people(pieces)
    ids = {p.id: k for k, p in enumerate(people)}
    known = {
        i: (ids[x.speaker], x.confidence)
        for i, x in enumerate(attribute(pieces, people))
        if x.kind == "dialogue" and x.speaker is not None
    }
    (only,) = chapters_of(pieces)
    thoughts = read_thoughts(pieces, only, Roster.of(people), known)
    words = {r["name"]: {r["name"], *r["aliases"]} for r in gold["roster"]}
    right = []
    for thought in thoughts:
        span = pieces[thought.pieces[0]].span
        name = whose.get((span.paragraph, span.start), "")
        meant = words.get(name, {name})
        right.append({k for k, p in enumerate(people) if meant & {p.name, *p.aliases}})
    return Labelled(gold["stem"], thoughts, right)


def read_all(data: Path) -> tuple[list[Labelled], list[Labelled]]:
    """(to learn from, held out), of what is told in the third person"""
    told = [*chapters_in([CHAPTERS, data / "webnovel"]), *scenes_in(SCENES)]
    chapters = [read(gold) for gold in told if gold["pov"] is None]
    held = [c for c in chapters if "." not in c.name and c.name[-1] in "48"]
    return [c for c in chapters if c not in held], held


def thought_before(chapter: Labelled, k: int) -> list[int]:
    """Who rightly thinks the thoughts before the k-th."""
    return [min(right) for right in chapter.right[:k] if right]


def fit(chapters: Sequence[Labelled], names: Sequence[str]) -> dict[str, float]:
    rows: list[tuple[Any, Any]] = []
    for c in chapters:
        for k, thought in enumerate(c.thoughts):
            good = [w in c.right[k] for w in thought.candidates]
            if any(good) and not all(good):
                table = [
                    f | on_from(thought_before(c, k), w)
                    for w, f in zip(thought.candidates, thought.features, strict=True)
                ]
                rows.append((np.array([[f.get(n, 0.0) for n in names] for f in table]), np.array(good)))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        value, grad = PULL / 2 * float(w @ w), PULL * w
        for table, good in rows:
            scores = table @ w
            share = np.exp(scores - scores.max())
            share /= share.sum()
            own = np.where(good, share, 0.0)
            value -= np.log(own.sum())
            grad += table.T @ (share - own / own.sum())
        return value, grad

    w = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    return {n: round(float(x), 3) for n, x in zip(names, w, strict=True)}


def judge(chapters: Sequence[Labelled], weights: Mapping[str, float]) -> list[tuple[float, bool]]:
    """(confidence, whether right) of each thought, one after another as novelcast does."""
    out = []
    for c in chapters:
        before: list[int] = []
        for thought, right in zip(c.thoughts, c.right, strict=True):
            if not thought.candidates:
                out.append((0.0, False))
                continue
            scores = np.array(
                [
                    sum(weights.get(n, 0.0) * x for n, x in (f | on_from(before, w)).items())
                    for w, f in zip(thought.candidates, thought.features, strict=True)
                ]
            )
            share = np.exp(scores - scores.max())
            best = int(share.argmax())
            before.append(thought.candidates[best])
            out.append((float(share[best] / share.sum()), before[-1] in right))
    return out


def summary(answers: Sequence[tuple[float, bool]]) -> dict[str, float]:
    sure = [yes for p, yes in answers if p >= 0.9]
    return {
        "thoughts": len(answers),
        "right": round(sum(yes for _, yes in answers) / len(answers), 3),
        "of the sure right": round(sum(sure) / max(1, len(sure)), 3),
        "sure": len(sure),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="put the weights where novelcast finds them")
    args = parser.parse_args()
    learn, held = read_all(args.data)
    names = sorted(
        {n for c in learn for t in c.thoughts for f in t.features for n in f} | {"thought last", "thinks"}
    )
    answers = []
    for part in range(PARTS):
        weights = fit([c for k, c in enumerate(learn) if k % PARTS != part], names)
        answers += judge([c for c in learn[part::PARTS] if "." not in c.name], weights)
    weights = fit(learn, names)
    report = {
        "candidates hold the right one": round(
            float(
                np.mean(
                    [
                        bool(r & set(t.candidates))
                        for c in learn
                        if "." not in c.name
                        for t, r in zip(c.thoughts, c.right, strict=True)
                    ]
                )
            ),
            3,
        ),
        "cross-validation": summary(answers),
        "held out": summary(judge(held, weights)),
        "weights": dict(sorted(weights.items(), key=lambda x: x[1])),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))
    if args.write:
        FILE.write_text(json.dumps(weights, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
