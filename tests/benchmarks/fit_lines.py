"""Fit the model for texts without paragraphs: src/novelcast/script/line_weights.npz.

    pip install lightgbm
    python tests/benchmarks/fit_lines.py ../shared/data/attribution ../shared/data/webnovel [--write]

Learns from WP2021's training windows, joined to running text, and from the labelled web-novel chapters (without those
whose number ends in 4 or 8) with their paragraphs taken away. Five folds of whole stretches of text give the
probabilities from which the chain's weights and the confidences are fitted. Prints JSON; seeds are fixed.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from fit_attribution import calibration
from line_texts import Sample, flattened, samples, wp2021
from scipy.optimize import minimize

from novelcast.script.line_features import describe
from novelcast.script.line_model import LINE_WEIGHTS_FILE, LineModel, Trees, table_of, transition
from novelcast.script.lines import known_after

FOLDS = 5
SEEDS = (1, 2)
ROUNDS = 400
PULL = 2.0  # of the squared distance to the prior, in log-likelihood
SETTINGS = {
    "objective": "binary", "learning_rate": 0.03, "num_leaves": 20, "max_depth": 8, "min_data_in_leaf": 20,
    "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 2.0,
    "verbose": -1, "num_threads": 1, "deterministic": True,
}  # fmt: skip


# ---------------------------------------------------------------- trees


def fit_trees(learn: Sequence[Sample], names: Sequence[str]) -> Trees:
    import lightgbm

    rows, right = [], []
    for sample in learn:
        for reading in sample.rows:
            for t, wanted in sample.right.items():
                candidates, described = reading[t]
                rows += described
                right += [who in wanted for who in candidates]
    table, target = table_of(rows, names), np.array(right, dtype=float)
    dumps = []
    for seed in SEEDS:
        booster = lightgbm.train(
            SETTINGS | {"seed": seed},
            lightgbm.Dataset(table, target, feature_name=[f"f{k}" for k in range(len(names))]),
            ROUNDS,
        )
        dumps += [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    return tabled(dumps, tuple(names))


def tabled(dumps: Sequence[dict[str, Any]], names: tuple[str, ...]) -> Trees:
    """LightGBM's trees as arrays; their sum is the mean of the seeds' scores."""
    column: list[int] = []
    limit: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        deepest = max(deepest, depth)
        at = len(column)
        column.append(int(node.get("split_feature", 0)))
        limit.append(float(node.get("threshold", 0.0)))
        left.append(at)
        right.append(at)
        value.append(float(node.get("leaf_value", 0.0)) / len(SEEDS))
        if "left_child" in node:
            left[at] = add(node["left_child"], depth + 1)
            right[at] = add(node["right_child"], depth + 1)
        return at

    roots = [add(tree, 0) for tree in dumps]
    return Trees(
        names, np.array(roots, np.int32), np.array(column, np.int16), np.array(limit, np.float32),
        np.array(left, np.int32), np.array(right, np.int32), np.array(value, np.float32), deepest,
    )  # fmt: skip


# ---------------------------------------------------------------- chain


def fit_chain(
    learn: Sequence[Sample], ranked: Sequence[list[Any]]
) -> tuple[float, dict[str, float], dict[str, float]]:
    """(scale, same, alternate) that make the labelled speakers likeliest; quotations without a label may be anybody's."""
    pairs = [[transition(a, b) for a, b in pairwise(s.scene.quotes)] for s in learn]
    names = sorted({k for found in pairs for f in found for k in f})
    runs = []
    for sample, found, chances in zip(learn, pairs, ranked, strict=True):
        run: list[tuple[Any, Any, set[int] | None, Any]] = []
        for t, quote in enumerate(sample.scene.quotes):
            if not quote.candidates:
                runs.append(run)
                run = []
                continue
            step = np.array([found[t - 1].get(n, 0.0) for n in names]) if run else np.zeros(len(names))
            run.append((np.array(quote.candidates), np.log(chances[t]), sample.right.get(t), step))
        runs.append(run)
    prior = np.concatenate([[1.0], np.zeros(2 * len(names))])

    def loss(w: Any) -> tuple[float, Any]:
        total, grad = PULL / 2 * float(((w - prior) ** 2).sum()), PULL * (w - prior)
        for run in runs:
            if any(right is not None for _, _, right, _ in run):
                for clamped, sign in ((True, -1.0), (False, 1.0)):
                    z, g = _likelihood(run, w, clamped)
                    total, grad = total + sign * z, grad + sign * g
        return total, grad

    w = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 40}).x.round(3)
    k = len(names)
    return float(w[0]), dict(zip(names, w[1 : k + 1], strict=True)), dict(zip(names, w[k + 1 :], strict=True))


def _likelihood(
    run: Sequence[tuple[Any, Any, set[int] | None, Any]], w: Any, clamped: bool
) -> tuple[float, Any]:
    """Log of the sum over all sequences (only right ones, if clamped), and its gradient."""
    k = (len(w) - 1) // 2
    local = []
    for ids, logs, right, _ in run:
        score = w[0] * logs
        if clamped and right is not None and right & set(ids.tolist()):
            score = np.where(np.isin(ids, list(right)), score, -1e9)
        local.append(score)
    forward, cubes, alike, back = [local[0][None, :]], [None], [None], [None]
    for t in range(1, len(run)):
        same = run[t - 1][0][:, None] == run[t][0][None, :]
        cube = (same * (run[t][3] @ w[1 : k + 1]) + local[t][None, :])[None]
        again = None
        if t > 1:
            again = (run[t - 2][0][:, None, None] == run[t][0][None, None, :]) & ~same[None]
            cube = cube + again * (run[t][3] @ w[k + 1 :])
        alike.append(same)
        back.append(again)
        cubes.append(cube)
        forward.append(_logsum(forward[-1][:, :, None] + cube, 0))
    z = float(_logsum(forward[-1].ravel(), 0))
    grad = np.zeros_like(w)
    rest = np.zeros_like(forward[-1])
    for t in range(len(run) - 1, -1, -1):
        grad[0] += np.exp(forward[t] + rest - z).sum(0) @ run[t][1]
        if t == 0:
            break
        joint = np.exp(forward[t - 1][:, :, None] + cubes[t] + rest[None] - z)
        grad[1 : k + 1] += (joint.sum(0) * alike[t]).sum() * run[t][3]
        if back[t] is not None:
            grad[k + 1 :] += (joint * back[t]).sum() * run[t][3]
        rest = _logsum(cubes[t] + rest[None], 2)
    return z, grad


def _logsum(values: Any, axis: int) -> Any:
    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))


# ---------------------------------------------------------------- folds


def folds_of(data: Sequence[Sample]) -> list[int]:
    """Stretches of a long text, and whole chapters of short ones, stay together."""
    count = Counter(s.text for s in data)
    seen: Counter[str] = Counter()
    order = {name: k for k, name in enumerate(count)}
    out = []
    for sample in data:
        n = count[sample.text]
        out.append(seen[sample.text] * FOLDS // n if n >= FOLDS else order[sample.text] % FOLDS)
        seen[sample.text] += 1
    return out


def held_out(data: Sequence[Sample], names: Sequence[str]) -> tuple[list[list[Any]], list[list[Any]]]:
    """The trees' and the chain's probabilities for each chapter, by a model that has not seen its fold."""
    fold = folds_of(data)
    ranked: list[list[Any]] = [[] for _ in data]
    for out in range(FOLDS):
        trees = fit_trees([s for s, f in zip(data, fold, strict=True) if f != out], names)
        model = LineModel(trees, 1.0, {}, {})
        for i, sample in enumerate(data):
            if fold[i] == out:
                ranked[i] = model.ranked(sample.scene.quotes)
    chained: list[list[Any]] = [[] for _ in data]
    for out in range(FOLDS):
        learn = [i for i in range(len(data)) if fold[i] != out]
        chain = fit_chain([data[i] for i in learn], [ranked[i] for i in learn])
        for i, sample in enumerate(data):
            if fold[i] == out:
                chained[i] = LineModel(None, *chain).decide(sample.scene.quotes, ranked[i])  # type: ignore[arg-type]
    return ranked, chained


def read_twice(data: Sequence[Sample], chances: Sequence[list[Any]]) -> None:
    """The second reading's rows, with the first reading's probabilities. One book's chapters are read together."""
    for name in dict.fromkeys(s.text for s in data):
        part = [i for i, s in enumerate(data) if s.text == name]
        known = known_after([data[i].scene for i in part], [chances[i] for i in part])
        for i, speakers in zip(part, known, strict=True):
            describe(data[i].scene, speakers)
    keep_rows(data)


def decided(data: Sequence[Sample], model: LineModel) -> list[list[Any]]:
    return [model.decide(s.scene.quotes, model.ranked(s.scene.quotes)) for s in data]


def keep_rows(data: Sequence[Sample]) -> None:
    for sample in data:
        sample.rows.append([(quote.candidates, quote.rows) for quote in sample.scene.quotes])


# ---------------------------------------------------------------- measuring


def answers(data: Sequence[Sample], chances: Sequence[list[Any]]) -> list[tuple[float, bool, str, str]]:
    """(probability, right, text, category) of each row that asks."""
    out = []
    for sample, found in zip(data, chances, strict=True):
        for t, wanted in sample.right.items():
            p = found[t]
            top = float(p.max()) if len(p) else 0.0
            hit = len(p) > 0 and sample.scene.quotes[t].candidates[int(p.argmax())] in wanted
            kind = "wp2021" if sample.text.startswith("wp") else "webnovel"
            out += [(top, hit, kind, category) for category in sample.categories[t]]
    return out


def summary(
    found: Sequence[tuple[float, bool, str, str]], curve: Sequence[tuple[float, float]] = ()
) -> dict[str, Any]:
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    model = LineModel(None, 1.0, {}, {}, tuple(curve))  # type: ignore[arg-type]
    for p, hit, text, category in found:
        sure = [f"{text} sure"] if model.confidence(p) >= 0.9 else []
        for key in (text, f"{text} {category}", *sure):
            count[key] += 1
            right[key] += hit
    return {k: (round(right[k] / n, 4), n) for k, n in sorted(count.items())}


def careful(found: Sequence[tuple[float, bool, str, str]]) -> tuple[tuple[float, float], ...]:
    """The lower of the two kinds of text's curves: a new book may be like either."""
    curves = [
        calibration([(p, hit) for p, hit, text, _ in found if text == kind], 40)
        for kind in ("wp2021", "webnovel")
    ]
    points = np.linspace(0.2, 1.0, 41)
    lower = np.min([np.interp(points, *zip((0.0, 0.0), *curve, strict=True)) for curve in curves], axis=0)
    return tuple((round(float(p), 3), round(float(y), 4)) for p, y in zip(points, lower, strict=True))


def write(model: LineModel) -> None:
    chain = sorted({*model.same, *model.alternate})
    trees = model.trees
    with LINE_WEIGHTS_FILE.open("wb") as file:
        np.savez_compressed(
            file, names=np.array(trees.names), roots=trees.roots, column=trees.column, limit=trees.limit,
            left=trees.left, right=trees.right, value=trees.value, depth=trees.depth, scale=model.scale,
            chain=np.array(chain), same=np.array([model.same[k] for k in chain]),
            alternate=np.array([model.alternate[k] for k in chain]), curve=np.array(model.curve),
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("attribution", type=Path)
    parser.add_argument("webnovel", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--without-webnovel", action="store_true", help="learn from WP2021 alone")
    args = parser.parse_args()
    roster = args.attribution / "wp2021_roster.json"
    data = samples(wp2021(args.attribution / "wp2021_train.jsonl", roster))
    dev = samples(wp2021(args.attribution / "wp2021_dev.jsonl", roster))
    for text in flattened(args.webnovel):
        (dev if text.name[-1] in "48" else data).extend(samples(text))
    if args.without_webnovel:
        dev += [s for s in data if not s.text.startswith("wp")]
        data = [s for s in data if s.text.startswith("wp")]
    keep_rows(data)
    names = sorted({k for s in data for _, rows in s.rows[0] for row in rows for k in row})
    report: dict[str, Any] = {"features": len(names), "quotes": sum(len(s.scene.quotes) for s in data)}
    ranked, chained = held_out(data, names)
    report["first reading, trees"] = summary(answers(data, ranked))
    report["first reading"] = summary(answers(data, chained))
    read_twice(data, chained)
    ranked, chained = held_out(data, names)
    report["second reading, trees"] = summary(answers(data, ranked))
    found = answers(data, chained)
    curve = careful(found)
    report["cross-validation"] = summary(found, curve)
    model = LineModel(fit_trees(data, names), *fit_chain(data, ranked), curve)
    first = decided(dev, model)
    report["development, first reading"] = summary(answers(dev, first), curve)
    read_twice(dev, first)
    report["development"] = summary(answers(dev, decided(dev, model)), curve)
    report["curve"] = curve
    print(json.dumps(report, indent=1, ensure_ascii=False))
    if args.write:
        write(model)


if __name__ == "__main__":
    main()
