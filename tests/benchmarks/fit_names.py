"""Fit the weights that say which words of a book are names: src/novelcast/script/naming.json.

    python tests/benchmarks/fit_names.py tests/data/labelled ../shared/data/webnovel [--write]

A word of a labelled chapter is a name if the chapter's roster has it. Logistic regression with a pull towards zero,
by L-BFGS; chapters whose number ends in 4 or 8 are never learnt from. Prints, by cross-validation over chapters, how
many words the rules and the model find rightly, wrongly and not at all. Nothing is random.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from labelled import chapters_in, pieces_of
from scipy.optimize import minimize

from novelcast.script.names import Totals, choose, observe
from novelcast.script.naming import LEAST, WEIGHTS_FILE, Use, candidates, word_features
from novelcast.script.people import paragraphs_of_pieces

PULL = 1.0
FOLDS = 6
Row = tuple[dict[str, float], bool, bool]
"""Features of a word, whether it is a name, whether the rules say so."""


def rows_of(gold: dict[str, Any]) -> list[Row]:
    paragraphs = list(paragraphs_of_pieces(pieces_of(gold)))
    seen = observe(paragraphs)
    totals = Totals("\n".join(t for narration, said in paragraphs for t in (narration, *said)))
    rules = choose(seen, totals)
    words = candidates(seen)
    use = Use(paragraphs, words, totals)
    names = {n for r in gold["roster"] for n in (r["name"], *r["aliases"])}
    return [(word_features(w, seen[w], totals, use, w in rules), w in names, w in rules) for w in words]


def matrix(rows: Sequence[Row], names: Sequence[str]) -> Any:
    index = {n: i for i, n in enumerate(names)}
    out = np.zeros((len(rows), len(names)))
    for i, (features, _, _) in enumerate(rows):
        for name, value in features.items():
            if name in index:
                out[i, index[name]] = value
    return out


def fit(rows: Sequence[Row], names: Sequence[str]) -> Any:
    x, y = matrix(rows, names), np.array([float(label) for _, label, _ in rows])

    def loss(w: Any) -> tuple[float, Any]:
        p = 1 / (1 + np.exp(-(x @ w)))
        value = -(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12)).sum() + PULL / 2 * (w @ w)
        return float(value), x.T @ (p - y) + PULL * w

    return minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    chapters = [rows_of(gold) for gold in chapters_in(args.folders) if gold["stem"][-1] not in "48"]
    names = sorted({n for rows in chapters for features, _, _ in rows for n in features})
    report = {"rules": Counter(), "model": Counter()}  # type: dict[str, Counter[str]]
    for fold in range(FOLDS):
        learn = [row for k, rows in enumerate(chapters) if k % FOLDS != fold for row in rows]
        weights = fit(learn, names)
        for rows in chapters[fold::FOLDS]:
            likely = 1 / (1 + np.exp(-(matrix(rows, names) @ weights)))
            for (_, label, rule), p in zip(rows, likely, strict=True):
                for who, says in (("rules", rule), ("model", p >= LEAST)):
                    report[who]["right" if says and label else "wrong" if says else "missed"] += bool(
                        says or label
                    )
    print(json.dumps({"chapters": len(chapters)} | {k: dict(v) for k, v in report.items()}))
    if args.write:
        found = fit([row for rows in chapters for row in rows], names)
        weights = {n: round(float(x), 3) for n, x in zip(names, found, strict=True) if abs(x) >= 0.0005}
        WEIGHTS_FILE.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
