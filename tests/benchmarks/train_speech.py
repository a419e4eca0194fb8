"""Train the weights that tell a sentence that is said from one that is told: src/novelcast/read/speech.npz.

    python tests/benchmarks/train_speech.py ../shared/data [CHAPTER.txt …]

Learns from chapters whose quotes are whole: the labelled chapters (markup taken off) but those whose number ends
in 4 or 8, a printed novel's sentences, and the chapters given. Prints JSON: how often it is right on the chapters held out.
Only weights go into the project; a hashed table of sums holds no sentence of what it was made from.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from train_stops import MARKUP, printed_chapters, web_chapters

from novelcast.hanzi import simplified
from novelcast.read import speech
from novelcast.read.speech import BITS, WEIGHTS, Habits, features, sentences_of

PENALTY = 1.0


def examples(chapters: Iterable[list[str]]) -> tuple[list[list[int]], list[bool]]:
    rows, said = [], []
    for chapter in chapters:
        texts = [simplified(line) for line in chapter]
        habits = Habits(texts)
        for text in texts:
            for sentence, spoken in sentences_of(text):
                rows.append(features(sentence, habits, own=spoken))
                said.append(spoken)
    return rows, said


def table_of(rows: list[list[int]]) -> sparse.csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    flat = np.concatenate([np.array(r) for r in rows])
    return sparse.csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(rows), 1 << BITS))


def trained(rows: list[list[int]], said: list[bool]) -> np.ndarray:
    table, sign = table_of(rows), np.where(said, 1.0, -1.0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (table @ weights)
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        return np.logaddexp(
            0, -margin
        ).sum() + PENALTY / 2 * weights @ weights, table.T @ slope + PENALTY * weights

    return minimize(loss, np.zeros(1 << BITS), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("chapters", type=Path, nargs="*")
    args = parser.parse_args()
    given = [
        [MARKUP.sub("", line) for line in f.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
        for f in args.chapters
    ]
    web = list(web_chapters(args.data, held_out=False))
    weights = trained(
        *examples([*web, *given, *printed_chapters(args.data, held_out=False, rng=random.Random(1))])
    )
    scale = float(np.abs(weights).max()) / 127
    np.savez_compressed(WEIGHTS, weights=np.round(weights / scale).astype(np.int8), scale=scale)
    speech._weights.cache_clear()
    rows, said = examples(web_chapters(args.data, held_out=True))
    right = (table_of(rows) @ weights > 0) == np.array(said)
    print(
        json.dumps(
            {"bytes": WEIGHTS.stat().st_size, "sentences": len(said), "right": round(float(right.mean()), 3)}
        )
    )


if __name__ == "__main__":
    main()
