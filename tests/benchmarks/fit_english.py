"""Fit the weights that decide who speaks in English books: src/novelcast/script/english/weights.json.

    python tests/benchmarks/fit_english.py ../shared/data/attribution/pdnc [--write]

A log-linear chain (novelcast.script.decode), first by pseudo-likelihood and then, from there, by a few steps on the
likelihood itself; from each novel twice: with its list of characters, and with the characters found. Every figure it prints is of novels left out of the fit, one at a time; so is the curve that
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
STEPS = 15
BATCH = 32  # parts of chapters that are summed over together
LONGEST = 60  # turns of a part
KEPT = 6  # candidates of a turn in the sum over sequences
NEVER = -1e9


@dataclass
class View:
    """A novel's turns, one list a chapter; who is right for each; and the labelled quotations, each with its turn."""

    stem: str
    kind: str
    chapters: list[list[Turn]]
    right: list[list[set[int]]]
    answers: list[tuple[str, int, int, set[int]]] = field(default_factory=list)  # category, chapter, turn, right


def view_of(novel: Novel, stem: str, kind: str) -> View:
    pieces = english.split_book(novel.book)
    people = english.find_people(pieces, listed(novel) if kind == "given" else ())
    roster = Roster.of(people, common_nouns(pieces, people))
    chapters = read_turns(pieces, roster)
    index = character_of(novel)
    stands = {s.id: index[s.id] for s in people if s.id in index} if kind == "given" else characters_of(people, novel)
    by_character: dict[int, set[int]] = defaultdict(set)
    for i, person in enumerate(people):
        if person.id in stands:
            by_character[stands[person.id]].add(i)
    turn_of = {i: (c, t) for c, turns in enumerate(chapters) for t, turn in enumerate(turns) for i in turn.pieces}
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
        [by_character.get(max(r, key=lambda k: r[k]), set()) if r else set() for r in chapter] for chapter in right
    ]
    return view


# ---------------------------------------------------------------- fitting


def run_of(view: View) -> list[tuple[list[Turn], list[set[int]]]]:
    """(turns, right candidates) in parts of up to LONGEST turns: the sum over parts is nearly that over the whole."""
    parts = []
    for turns, right in zip(view.chapters, view.right, strict=True):
        run = [(t, r) for t, r in zip(turns, right, strict=True) if t.candidates]
        for at in range(0, len(run), LONGEST):
            part = run[at : at + LONGEST]
            if any(set(t.candidates) & r for t, r in part):
                parts.append(([t for t, _ in part], [r for _, r in part]))
    return parts


def vectors(rows: Sequence[Mapping[str, float]], index: Mapping[str, int]) -> Any:
    cells = [(r, index[k], v) for r, row in enumerate(rows) for k, v in row.items() if k in index and v]
    r, c, v = zip(*cells, strict=True) if cells else ((), (), ())
    return csr_matrix((np.array(v, dtype=np.float64), (r, c)), shape=(len(rows), len(index)))


def first_fit(parts: Sequence[tuple[list[Turn], list[set[int]]]], index: Mapping[str, int], pull: float) -> Any:
    """Weights by pseudo-likelihood: each turn given the labelled speakers of its neighbours. Quick, and a good start."""
    rows: list[dict[str, float]] = []
    groups, right = [], []
    for turns, gold in parts:
        known = [next(iter(r)) if r else None for r in gold]
        links = [({}, {})] + [(same_features(a, b), alternate_features(a, b)) for a, b in pairwise(turns)]
        for t, turn in enumerate(turns):
            if not set(turn.candidates) & gold[t]:
                continue
            for j, who in enumerate(turn.candidates):
                row = Counter(turn.features[j])
                for at in (t, t + 1, t + 2):
                    _link(row, known, links, at, t, who)
                rows.append(row)
                groups.append(len(right))
                right_here = who in gold[t]
                if right_here:
                    row["\x00right"] = 1.0
            right.append(t)
    hit = np.array([r.pop("\x00right", 0.0) for r in rows])
    x, group = vectors(rows, index), np.array(groups)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])

    def loss(w: Any) -> tuple[float, Any]:
        score = x @ w
        free, clamped = _softmax(score, starts, group), _softmax(np.where(hit > 0, score, NEVER), starts, group)
        value = float((free[1] - clamped[1]).sum()) + pull / 2 * float(w @ w)
        return value, x.T @ (free[0] - clamped[0]) + pull * w

    return minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x


def _link(row: Counter[str], known: Sequence[int | None], links: Sequence[Any], at: int, t: int, who: int) -> None:
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


class Batch:
    """Parts of like length as arrays (part, turn, candidate), short ones padded; the likeliest candidates only."""

    def __init__(self, parts: Sequence[tuple[list[Turn], list[set[int]]]], index: Mapping[str, int], w: Any) -> None:
        n, length, k = len(parts), max(len(turns) for turns, _ in parts), KEPT
        self.shape = (n, length, k)
        self.ids = np.full(self.shape, -1)
        self.mask = np.full(self.shape, NEVER)
        self.clamp = np.zeros(self.shape)
        self.held = np.zeros((n, length))
        empty: dict[str, float] = {}
        rows = [empty] * (n * length * k)
        same, again = [empty] * (n * length), [empty] * (n * length)
        named = list(index)
        weight = dict(zip(named, w, strict=True))
        for c, (turns, gold) in enumerate(parts):
            for t, turn in enumerate(turns):
                score = [sum(weight.get(f, 0.0) * v for f, v in fs.items()) for fs in turn.features]
                order = sorted(range(len(score)), key=lambda j: (turn.candidates[j] not in gold[t], -score[j]))[:k]
                for slot, j in enumerate(order):
                    self.ids[c, t, slot] = turn.candidates[j]
                    rows[(c * length + t) * k + slot] = turn.features[j]
                self.mask[c, t, : len(order)] = 0.0
                good = [slot for slot, j in enumerate(order) if turn.candidates[j] in gold[t]]
                if good:
                    self.clamp[c, t, :] = NEVER
                    self.clamp[c, t, good] = 0.0
                if t:
                    same[c * length + t] = same_features(turns[t - 1], turn)
                    again[c * length + t] = alternate_features(turns[t - 1], turn)
                    self.held[c, t] = HELD["same.continued"] * turn.continued
            self.mask[c, len(turns) :, 0] = 0.0  # behind its end a part has one candidate that costs nothing
        self.x, self.same, self.again = vectors(rows, index), vectors(same, index), vectors(again, index)
        self.kept = (self.ids[:, :-1, :, None] == self.ids[:, 1:, None, :]) & (self.ids[:, 1:, None, :] >= 0)
        self.back = (self.ids[:, :-2, :, None] == self.ids[:, 2:, None, :]) & (self.ids[:, 2:, None, :] >= 0)

    def likelihood(self, w: Any, *, clamped: bool) -> tuple[float, Any]:
        """Log of the sum over all sequences (only right ones, if clamped), and its gradient."""
        n, length, k = self.shape
        local = (self.x @ w).reshape(self.shape) + self.mask + (self.clamp if clamped else 0.0)
        same = (self.same @ w).reshape(n, length) + self.held
        again = (self.again @ w).reshape(n, length)
        if length == 1:
            z = _logsum(local[:, 0], 1)
            return float(z.sum()), self.x.T @ np.exp(local[:, 0] - z[:, None]).ravel()
        steps = self.kept * same[:, 1:, None, None] + local[:, 1:, None, :]
        other = self.back[:, :, :, None, :] & ~self.kept[:, 1:][:, :, None, :, :]
        cubes = other * again[:, 2:, None, None, None] + steps[:, 1:, None, :, :]
        forward = [local[:, 0, :, None] + steps[:, 0]]
        for t in range(2, length):
            forward.append(_logsum(forward[-1][..., None] + cubes[:, t - 2], 1))
        z = _logsum(_logsum(forward[-1], 1), 1)
        p = np.zeros(self.shape)
        p_same, p_again = np.zeros((n, length)), np.zeros((n, length))
        rest = np.zeros((n, k, k))
        for t in range(length - 1, 0, -1):
            pair = np.exp(forward[t - 1] + rest - z[:, None, None])
            p[:, t] = pair.sum(1)
            p_same[:, t] = (pair * self.kept[:, t - 1]).sum((1, 2))
            if t > 1:
                inner = cubes[:, t - 2] + rest[:, None, :, :]
                whole = np.exp(forward[t - 2][..., None] + inner - z[:, None, None, None])
                p_again[:, t] = (whole * other[:, t - 2]).sum((1, 2, 3))
                rest = _logsum(inner, 3)
            else:
                p[:, 0] = pair.sum(2)
        grad = self.x.T @ p.ravel() + self.same.T @ p_same.ravel() + self.again.T @ p_again.ravel()
        return float(z.sum()), grad


def _logsum(values: Any, axis: int) -> Any:
    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))


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


def fit(views: Sequence[View], names: Sequence[str], *, pull: float, steps: int) -> dict[str, float]:
    index = {n: i for i, n in enumerate(names)}
    parts = sorted((p for v in views for p in run_of(v)), key=lambda p: len(p[0]))
    w = first_fit(parts, index, pull)
    data = [Batch(parts[i : i + BATCH], index, w) for i in range(0, len(parts), BATCH)] if steps else []

    def loss(w: Any) -> tuple[float, Any]:
        value, grad = pull / 2 * float(w @ w), pull * w
        for batch in data:
            for clamped, sign in ((True, -1), (False, 1)):
                z, g = batch.likelihood(w, clamped=clamped)
                value, grad = value + sign * z, grad + sign * g
        return value, grad

    if steps:
        w = minimize(loss, w, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x
    return {n: round(float(x), 3) for n, x in zip(names, w, strict=True)} | HELD


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pull", type=float, default=PULL)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    novels = {f.stem: read_novel(f) for f in sorted(args.folder.glob("*.json"))}
    views = [view_of(novel, stem, kind) for stem, novel in novels.items() for kind in ("given", "found")]
    names = names_in(views)
    report: dict[str, Any] = {"features": len(names), "left out": {}}
    totals: dict[str, Tally] = defaultdict(Tally)
    for stem in novels:
        others = [v for v in views if v.stem != stem]
        model = Model(fit(others, names, pull=args.pull, steps=args.steps))
        for view in (v for v in views if v.stem == stem):
            tally = Tally()
            tally.add(view, model)
            totals[view.kind].add(view, model)
            report["left out"].setdefault(stem, {})[view.kind] = tally.summary()
    report["all left out"] = {kind: t.summary() for kind, t in totals.items()}
    answers = [a for t in totals.values() for a in t.answers]
    curve = calibration(answers, least=100)
    report["confidence"] = {kind: _bands(t.answers, Model({}, tuple(curve))) for kind, t in totals.items()}
    report["curve"] = curve
    print(json.dumps(report, indent=1))
    if args.write:
        weights = fit(views, names, pull=args.pull, steps=args.steps)
        WEIGHTS_FILE.write_text(json.dumps({"weights": weights, "calibration": curve}, indent=1) + "\n", "utf-8")


def _bands(answers: Sequence[tuple[float, bool]], model: Model) -> dict[str, tuple[float, int]]:
    """Of the left-out answers in each band of confidence, the share that is right, and how many there are."""
    bands: dict[str, list[bool]] = defaultdict(list)
    for p, ok in answers:
        sure = model.confidence(p)
        bands[f"from {max(b for b in (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97) if b <= sure)}"].append(ok)
    return {k: (round(100 * sum(v) / len(v), 1), len(v)) for k, v in sorted(bands.items())}


if __name__ == "__main__":
    main()
