"""Fit the weights that decide who speaks: src/novelcast/script/weights.json.

    python tests/benchmarks/fit_attribution.py tests/data/labelled ../shared/data/webnovel [--folds 4] [--write]

Each chapter is learnt from three times, with the characters found in the text, with the labelled roster (what a user's
--characters gives) and with some plain nouns among the characters, as a log-linear chain (see decode.py) by L-BFGS with a pull towards
weights set by hand. Chapters whose number ends in 4 or 8 are the development set, never learnt from. The confidences
are mapped on held-out folds, so that they say how often such an answer is right. Prints JSON; nothing is random.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from labelled import chapters_in, pieces_of
from scipy.optimize import minimize

from novelcast.model import Speaker
from novelcast.script.clues import Roster
from novelcast.script.decode import (
    HELD,
    WEIGHTS_FILE,
    Model,
    alternate_features,
    decode,
    load_model,
    same_features,
)
from novelcast.script.people import find_people
from novelcast.script.pieces import Piece
from novelcast.script.turns import Turn, read_turns

STRAYS = 2
UNSEEN = 1.5
"""Errors in a new book for each one in the held-out folds, where we are sure."""
BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97)
PULL = 10.0  # of the squared distance to the prior, in log-likelihood
STEPS = 25
PRIOR = json.loads((Path(__file__).parent / "attribution_prior.json").read_text("utf-8"))


@dataclass
class Labelled:
    """The turns of one chapter with the candidates that are right for each, and the quotes' evidence letters."""

    stem: str
    turns: list[Turn]
    right: list[set[int]]
    letters: list[list[str]]
    arrays: list[Any] = field(default_factory=list)
    same: list[Any] = field(default_factory=list)
    alternate: list[Any] = field(default_factory=list)


def strays(pieces: Sequence[Piece], people: Sequence[Speaker]) -> list[Speaker]:
    """Nouns of the narration taken for people, as happens in a book that nobody looked at before."""
    import jieba.posseg

    text = "\n".join(p.text for p in pieces if p.kind == "narration")
    known = {w for p in people for w in (p.name, *p.aliases)}
    nouns = Counter(
        token.word for token in jieba.posseg.lcut(text) if token.flag in ("n", "nz") and len(token.word) > 1
    )
    wrong = [w for w, _ in nouns.most_common() if not any(w in k or k in w for k in known)]
    return [Speaker(id=w, name=w) for w in wrong[:STRAYS]]


def read_chapter(gold: dict[str, Any], view: str) -> Labelled:
    pieces = pieces_of(gold)
    words = {
        r["name"]: [r["name"], *r["aliases"]] + ["我"] * (r["name"] == gold["pov"]) for r in gold["roster"]
    }
    if view == "roster":
        people: Sequence[Speaker] = [
            Speaker(
                id=r["name"], name=r["name"], aliases=tuple(words[r["name"]][1:]),
                gender=r["gender"], age=r["age"], sure=1.0,
            )
            for r in gold["roster"]
        ]  # fmt: skip
    else:
        people = find_people(pieces)
        if view == "strays":
            people = (*people, *strays(pieces, people))
    turns = read_turns(pieces, range(len(pieces)), Roster.of(people))
    right, letters = [], []
    for turn in turns:
        spans = [pieces[i].span for i in turn.pieces]
        said = [
            s
            for s in gold["spans"]
            if s["tag"] == "D"
            and any(
                s["paragraph"] == p.paragraph and s["start"] < p.end and p.start < s["end"] for p in spans
            )
        ]
        names = set(words.get(said[0]["value"], [said[0]["value"]])) if said else set()
        right.append({i for i, p in enumerate(people) if names & {p.name, *p.aliases}})
        letters.append([s["evidence"] for s in said])
    return Labelled(gold["stem"], turns, right, letters)


def read_all(folders: Sequence[Path], view: str) -> list[Labelled]:
    return [read_chapter(gold, view) for gold in chapters_in(folders)]


# ---------------------------------------------------------------- fitting


def names_in(chapters: Sequence[Labelled]) -> list[str]:
    found = set(PRIOR)
    for chapter in chapters:
        for before, turn in zip([None, *chapter.turns], chapter.turns, strict=False):
            for features in turn.features:
                found.update(features)
            if before is not None:
                found.update(same_features(before, turn))
                found.update(alternate_features(before, turn))
    return sorted(found - set(HELD))


def as_arrays(chapters: Sequence[Labelled], names: Sequence[str]) -> None:
    index = {n: i for i, n in enumerate(names)}

    def vector(features: Mapping[str, float]) -> Any:
        out = np.zeros(len(names))
        for name, value in features.items():
            if name in index:
                out[index[name]] = value
        return out

    for chapter in chapters:
        chapter.arrays = [
            np.array([vector(f) for f in t.features]).reshape(len(t.features), len(names))
            for t in chapter.turns
        ]
        pairs = list(zip(chapter.turns, chapter.turns[1:], strict=False))
        chapter.same = [np.zeros(len(names))] + [vector(same_features(a, b)) for a, b in pairs]
        chapter.alternate = [np.zeros(len(names))] + [vector(alternate_features(a, b)) for a, b in pairs]


def likelihood(chapter: Labelled, w: Any, *, clamped: bool) -> tuple[float, Any]:
    """Log of the sum over all sequences (only right ones, if clamped), and its gradient."""
    total, grad = 0.0, np.zeros_like(w)
    run: list[int] = []
    for t in range(len(chapter.turns) + 1):
        if t < len(chapter.turns) and chapter.turns[t].candidates:
            run.append(t)
            continue
        if run:
            z, g = _run(chapter, run, w, clamped)
            total, grad, run = total + z, grad + g, []
    return total, grad


def _run(chapter: Labelled, run: Sequence[int], w: Any, clamped: bool) -> tuple[float, Any]:
    ids = [np.array(chapter.turns[t].candidates) for t in run]
    local = []
    for k, t in enumerate(run):
        scores = chapter.arrays[t] @ w
        if clamped and chapter.right[t] & set(chapter.turns[t].candidates):
            scores = np.where(np.isin(ids[k], list(chapter.right[t])), scores, -1e9)
        local.append(scores)
    held = [HELD["same.continued"] * chapter.turns[t].continued for t in run]
    same = [None] + [ids[k - 1][:, None] == ids[k][None, :] for k in range(1, len(run))]
    step = [None] + [
        same[k] * (chapter.same[run[k]] @ w + held[k]) + local[k][None, :] for k in range(1, len(run))
    ]
    back = [None, None] + [
        (ids[k - 2][:, None, None] == ids[k][None, None, :]) & ~same[k][None, :, :]
        for k in range(2, len(run))
    ]
    forward = [local[0][None, :]]
    cubes: list[Any] = [None]
    for k in range(1, len(run)):
        if k == 1:
            cube = forward[0][0][None, :, None] + step[1][None, :, :]
        else:
            cube = forward[-1][:, :, None] + back[k] * (chapter.alternate[run[k]] @ w) + step[k][None, :, :]
        cubes.append(cube)
        forward.append(_logsum(cube, 0))
    z = float(_logsum(forward[-1].ravel(), 0))
    grad = np.zeros_like(w)
    rest = np.zeros_like(forward[-1])
    for k in range(len(run) - 1, -1, -1):
        grad += np.exp(_logsum(forward[k] + rest, 0) - z) @ chapter.arrays[run[k]]
        if k == 0:
            break
        joint = np.exp(cubes[k] + rest[None, :, :] - z)
        grad += (joint.sum(0) * same[k]).sum() * chapter.same[run[k]]
        if k > 1:
            grad += (joint * back[k]).sum() * chapter.alternate[run[k]]
        rest = (
            _logsum(cubes[k] + rest[None, :, :] - forward[k - 1][:, :, None], 2)
            if k > 1
            else (_logsum(step[1] + rest, 1)[None, :])
        )
    return z, grad


def _logsum(values: Any, axis: int) -> Any:
    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))


def fit(
    chapters: Sequence[Labelled], names: Sequence[str], *, pull: float = PULL, steps: int = STEPS
) -> dict[str, float]:
    prior = np.array([PRIOR.get(n, 0.0) for n in names])
    as_arrays(chapters, names)
    scale = 1.0 / len({id(c) for c in chapters}) * len({c.stem for c in chapters})

    def loss(w: Any) -> tuple[float, Any]:
        value = pull / 2 * float(((w - prior) ** 2).sum())
        grad = pull * (w - prior)
        for chapter in chapters:
            for clamped, sign in ((True, -scale), (False, scale)):
                z, g = likelihood(chapter, w, clamped=clamped)
                value, grad = value + sign * z, grad + sign * g
        return value, grad

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": steps})
    return {n: round(float(x), 3) for n, x in zip(names, found.x, strict=True)} | HELD


# ---------------------------------------------------------------- measuring


@dataclass
class Tally:
    right: Counter[str] = field(default_factory=Counter)
    count: Counter[str] = field(default_factory=Counter)
    answers: list[tuple[float, bool]] = field(default_factory=list)

    def add(self, chapter: Labelled, model: Model) -> None:
        decided = decode(chapter.turns, model)
        for right, letters, (who, sure) in zip(chapter.right, chapter.letters, decided, strict=True):
            for letter in letters:
                for key in ("all", letter, *(["sure"] if sure >= 0.9 else [])):
                    self.count[key] += 1
                    self.right[key] += who in right
                self.answers.append((sure, who in right))

    def summary(self) -> dict[str, float]:
        shares = {k: round(self.right[k] / n, 4) for k, n in sorted(self.count.items())}
        return shares | {
            "quotes": self.count["all"],
            "share_sure": round(self.count["sure"] / self.count["all"], 3),
        }


def calibration(answers: Sequence[tuple[float, bool]], least: int = 30) -> list[tuple[float, float]]:
    """Points (probability, share right) of a rising curve (pool adjacent violators), few and far between."""
    ordered = sorted(answers)
    blocks: list[list[float]] = []  # [sum of probabilities, right, count]
    for k in range(0, len(ordered), least):
        part = ordered[k : k + least]
        blocks.append([sum(p for p, _ in part), float(sum(r for _, r in part)), len(part)])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return [(round(p / n, 4), round((right + 0.5) / (n + 1), 4)) for p, right, n in blocks]


def cautious(curve: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The curve with more errors where it is sure: the rules were written with these chapters in view, and text that
    nobody looked at goes wrong more often than the held-out folds."""
    out = []
    for probability, right in curve:
        sure = min(1.0, max(0.0, (right - 0.8) / 0.1))
        out.append((probability, round(1 - (1 - right) * (1 + (UNSEEN - 1) * sure), 4)))
    return out


def reliability(
    answers: Sequence[tuple[float, bool]], curve: Sequence[tuple[float, float]]
) -> dict[str, tuple[float, int]]:
    """Of the held-out answers in each band of confidence, the share that is right, and how many there are."""
    model = Model({}, tuple(curve))
    bands: dict[str, list[bool]] = defaultdict(list)
    for p, right in answers:
        sure = model.confidence(p)
        low = max(b for b in BANDS if b <= sure)
        bands[f"from {low}"].append(right)
    return {k: (round(sum(v) / len(v), 3), len(v)) for k, v in sorted(bands.items())}


def save_answers(path: Path, answers: Sequence[tuple[float, bool]]) -> None:
    path.write_text(json.dumps([(round(sure, 4), right) for sure, right in answers]) + "\n", encoding="utf-8")


def judge(folders: Sequence[Path], kept: Path | None) -> None:
    """Prints what the weights in place make of the development chapters, characters found by ourselves."""
    tally = Tally()
    for chapter in read_all(folders, "found"):
        if chapter.stem[-1] in "48":
            tally.add(chapter, load_model())
    print(json.dumps(tally.summary(), indent=1))
    if kept is not None:
        save_answers(kept, tally.answers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--pull", type=float, default=PULL)
    parser.add_argument("--write", action="store_true")
    parser.add_argument(
        "--answers", type=Path, help="where (confidence, right) of the held-out folds goes, as JSON"
    )
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="judge the weights in place on the chapters never learnt from; fit nothing",
    )
    args = parser.parse_args()
    if args.held_out:
        judge(args.folders, args.answers)
        return
    found, given, noisy = (read_all(args.folders, view) for view in ("found", "roster", "strays"))
    is_dev = [c.stem[-1] in "48" for c in found]
    names = names_in([*found, *given, *noisy])
    report: dict[str, Any] = {}
    held: dict[str, Tally] = defaultdict(Tally)
    stems = [c.stem for c in found if c.stem[-1] not in "48"]
    for fold in range(args.folds):
        out = set(stems[fold :: args.folds])
        learn = [c for c in (*found, *given, *noisy) if c.stem in stems and c.stem not in out]
        model = Model(fit(learn, names, pull=args.pull), ())
        for label, chapters in (("found", found), ("roster", given), ("strays", noisy)):
            for chapter in chapters:
                if chapter.stem in out:
                    held[label].add(chapter, model)
    report["cross-validation"] = {label: t.summary() for label, t in held.items()}
    # A book that nobody looked at before has more wrong characters than these chapters: the careful curve.
    curve = tuple(cautious(calibration(held["strays"].answers)))
    if args.answers:
        rows = [(Model({}, curve).confidence(p), right) for p, right in held["found"].answers]
        save_answers(args.answers, rows)
    report["reliability"] = {label: reliability(t.answers, curve) for label, t in held.items()}
    weights = fit([c for c in (*found, *given, *noisy) if c.stem in stems], names, pull=args.pull)
    for part, dev in (("training", False), ("development", True)):
        report[part] = {}
        for label, chapters in (("found", found), ("roster", given)):
            tally = Tally()
            for chapter, d in zip(chapters, is_dev, strict=True):
                if d == dev:
                    tally.add(chapter, Model(weights, curve))
            report[part][label] = tally.summary()
    report["curve"] = curve
    print(json.dumps(report, indent=1))
    if args.write:
        WEIGHTS_FILE.write_text(
            json.dumps({"weights": weights, "calibration": curve}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
