"""Fit the weights that decide who speaks in English books: src/novelcast/script/english/weights.json.

    python tests/benchmarks/fit_english.py ../shared/data/attribution/pdnc [--write]

A log-linear chain (novelcast.script.decode) by pseudo-likelihood, from each novel twice: with its list of characters,
and with the characters found. Every figure it prints is of novels left out of the fit, one at a time; so is the curve that
maps probability to confidence. `--write` then fits all novels. Nothing is random.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from attribution import Novel, character_of, characters_of, listed, pieces_of_quotes, read_novel
from fit_attribution import calibration
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from novelcast.script import english
from novelcast.script.decode import HELD, Model, decode_chain
from novelcast.script.english.attribute import WEIGHTS_FILE, read_turns
from novelcast.script.english.features import alternate_features, same_features
from novelcast.script.english.mentions import Roster
from novelcast.script.english.relations import common_nouns
from novelcast.script.english.turns import Turn

PULL = 3.0  # of the squared weights, in log-likelihood
STEPS = 150
NEVER = -1e9


@dataclass
class View:
    """A novel's turns, one list a chapter; who is right for each; and the labelled quotations, each with its turn."""

    stem: str
    kind: str
    chapters: list[list[Turn]]
    right: list[list[set[int]]]
    answers: list[tuple[str, int, int, set[int]]] = field(
        default_factory=list
    )  # category, chapter, turn, right


def view_of(novel: Novel, stem: str, kind: str) -> View:
    pieces = english.split_book(novel.book)
    people = english.find_people(pieces, listed(novel) if kind == "given" else ())
    roster = Roster.of(people, common_nouns(pieces, people))
    chapters = read_turns(pieces, roster)
    index = character_of(novel)
    stands = (
        {s.id: index[s.id] for s in people if s.id in index}
        if kind == "given"
        else characters_of(people, novel)
    )
    by_character: dict[int, set[int]] = defaultdict(set)
    for i, person in enumerate(people):
        if person.id in stands:
            by_character[stands[person.id]].add(i)
    turn_of = {
        i: (c, t) for c, turns in enumerate(chapters) for t, turn in enumerate(turns) for i in turn.pieces
    }
    right: list[list[Counter[int]]] = [[Counter() for _ in turns] for turns in chapters]
    view = View(stem, kind, chapters, [])
    for quote, held in zip(novel.quotes, pieces_of_quotes(novel, pieces), strict=True):
        who = index.get(quote["speaker"], -1)
        sizes: Counter[tuple[int, int]] = Counter()
        for n, size in held.items():
            if n in turn_of:
                sizes[turn_of[n]] += size
                right[turn_of[n][0]][turn_of[n][1]][who] += size
        spoken = sum(sizes.values())
        if spoken * 2 >= sum(held.values()) and sizes:
            c, t = max(sizes, key=lambda k: sizes[k])
            view.answers.append((quote["category"], c, t, by_character.get(who, set())))
        else:
            view.answers.append((quote["category"], -1, -1, set()))
    view.right = [
        [by_character.get(max(r, key=lambda k: r[k]), set()) if r else set() for r in chapter]
        for chapter in right
    ]
    return view


# ---------------------------------------------------------------- fitting


def vectors(rows: Sequence[Mapping[str, float]], index: Mapping[str, int]) -> Any:
    cells = [(r, index[k], v) for r, row in enumerate(rows) for k, v in row.items() if k in index and v]
    r, c, v = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((np.array(v, dtype=np.float64), (r, c)), shape=(len(rows), len(index)))


def _link(
    row: Counter[str], known: Sequence[int | None], links: Sequence[Any], at: int, t: int, who: int
) -> None:
    """Add the features of the link into turn `at`, where turn `t` has the speaker `who` and the others the right one."""
    if not 0 < at < len(known):
        return

    def speaker(k: int) -> int | None:
        return who if k == t else known[k] if k >= 0 else None

    here, last, before = speaker(at), speaker(at - 1), speaker(at - 2)
    if here is None or last is None:
        return
    if here == last:
        row.update(links[at][0])
    elif before is not None and here == before:
        row.update(links[at][1])


def _softmax(score: Any, starts: Any, group: Any) -> tuple[Any, Any]:
    top = np.maximum.reduceat(score, starts)
    e = np.exp(score - top[group])
    total = np.add.reduceat(e, starts)
    return e / total[group], np.log(total) + top


def names_in(views: Sequence[View], least: int = 5) -> list[str]:
    counts: Counter[str] = Counter()
    for view in views:
        for turns in view.chapters:
            for before, turn in zip([None, *turns], turns, strict=False):
                for features in turn.features:
                    counts.update(k for k, v in features.items() if v)
                if before is not None:
                    counts.update(k for k, v in same_features(before, turn).items() if v)
                    counts.update(k for k, v in alternate_features(before, turn).items() if v)
    return sorted(n for n, c in counts.items() if c >= least and n not in HELD)


def fit(views: Sequence[View], names: Sequence[str], *, pull: float) -> dict[str, float]:
    """Weights by pseudo-likelihood: each turn given the labelled speakers of its neighbours. As good here as the
    likelihood of whole sequences, at a tenth of the time."""
    index = {n: i for i, n in enumerate(names)}
    rows: list[Counter[str]] = []
    groups, hits, turns_seen = [], [], 0
    for turns, gold in (part for view in views for part in zip(view.chapters, view.right, strict=True)):
        known = [next(iter(r)) if r else None for r in gold]
        links: list[Any] = [({}, {})]
        links += [(same_features(a, b), alternate_features(a, b)) for a, b in pairwise(turns)]
        for t, turn in enumerate(turns):
            if not set(turn.candidates) & gold[t]:
                continue
            for who, features in zip(turn.candidates, turn.features, strict=True):
                row = Counter(features)
                for at in (t, t + 1, t + 2):
                    _link(row, known, links, at, t, who)
                rows.append(row)
                groups.append(turns_seen)
                hits.append(who in gold[t])
            turns_seen += 1
    x, group, hit = vectors(rows, index), np.array(groups), np.array(hits)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])

    def loss(w: Any) -> tuple[float, Any]:
        score = x @ w
        free, clamped = _softmax(score, starts, group), _softmax(np.where(hit, score, NEVER), starts, group)
        value = float((free[1] - clamped[1]).sum()) + pull / 2 * float(w @ w)
        return value, x.T @ (free[0] - clamped[0]) + pull * w

    start = np.zeros(len(names))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return {n: round(float(x), 3) for n, x in zip(names, found.x, strict=True)} | HELD


# ---------------------------------------------------------------- measuring


@dataclass
class Tally:
    right: Counter[str] = field(default_factory=Counter)
    count: Counter[str] = field(default_factory=Counter)
    answers: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, view: View, model: Model) -> None:
        decided = [decode_chain(turns, model, same_features, alternate_features) for turns in view.chapters]
        for category, c, t, right in view.answers:
            who, sure = decided[c][t] if c >= 0 else (None, 0.0)
            ok = who is not None and who in right
            for key in ("all", category):
                self.count[key] += 1
                self.right[key] += ok
            if c >= 0:
                self.answers.append((sure, ok))

    def summary(self) -> dict[str, float]:
        keys = ("all", "explicit", "anaphoric", "implicit")
        return {k: round(100 * self.right[k] / self.count[k], 1) for k in keys if self.count[k]}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pull", type=float, default=PULL)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    novels = {f.stem: read_novel(f) for f in sorted(args.folder.glob("*.json"))}
    views = [view_of(novel, stem, kind) for stem, novel in novels.items() for kind in ("given", "found")]
    names = names_in(views)
    report: dict[str, Any] = {"features": len(names), "left out": {}}
    totals: dict[str, Tally] = defaultdict(Tally)
    for stem in novels:
        others = [v for v in views if v.stem != stem]
        model = Model(fit(others, names, pull=args.pull))
        for view in (v for v in views if v.stem == stem):
            tally = Tally()
            tally.add(view, model)
            totals[view.kind].add(view, model)
            report["left out"].setdefault(stem, {})[view.kind] = tally.summary()
    report["all left out"] = {kind: t.summary() for kind, t in totals.items()}
    # The careful curve: with characters found, as in most books, some are nobody's.
    curve = calibration(totals["found"].answers, least=100)
    report["confidence"] = {kind: _bands(t.answers, Model({}, tuple(curve))) for kind, t in totals.items()}
    report["curve"] = curve
    print(json.dumps(report, indent=1))
    if args.write:
        weights = fit(views, names, pull=args.pull)
        WEIGHTS_FILE.write_text(
            json.dumps({"weights": weights, "calibration": curve}, indent=1) + "\n", "utf-8"
        )


def _bands(answers: Sequence[tuple[float, bool]], model: Model) -> dict[str, tuple[float, int]]:
    """Of the left-out answers in each band of confidence, the share that is right, and how many there are."""
    bands: dict[str, list[bool]] = defaultdict(list)
    for p, ok in answers:
        sure = model.confidence(p)
        bands[f"from {max(b for b in (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97) if b <= sure)}"].append(ok)
    return {k: (round(100 * sum(v) / len(v), 1), len(v)) for k, v in sorted(bands.items())}


if __name__ == "__main__":
    main()
