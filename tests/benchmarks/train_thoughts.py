"""Train what finds thoughts that nobody marks: script/thought_weights.json and script/speechlike.npz.

    python tests/benchmarks/train_thoughts.py ../shared/data [--write]

Reads the labelled chapters of tests/data/labelled and of DATA/webnovel, the short scenes of tests/data/thoughts, and
some pages of a printed novel (DATA/attribution) whose narrator tells much of what people feel: no thoughts, unless
somebody says 我 or 你 there, which is left out. Chapters whose number ends in 4 or 8 are held out: they are scored
and not learnt from. Two linear models: how like speech a sentence is (dialogue and labelled thoughts against narration), and a
chain over the sentences of a chapter, which has the first as one of its features. The chain must not see how well
the first knows the sentences it learnt from, so its features come from a model of the other chapters (five parts).
Prints JSON: precision and recall of thoughts by cross-validation and on the held-out files, at several thresholds,
and the share of sentences of other pages of the printed novel that would be thoughts. Nothing is random. Two minutes
on one core.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from labelled import chapters_in, scenes_in
from scipy import sparse
from scipy.optimize import minimize
from train_stops import printed_chapters

from novelcast.model import Chapter, Paragraph
from novelcast.script import thought_features
from novelcast.script.split import by_marks
from novelcast.script.thought_features import BITS, SENTENCE, Unit, rows_of
from novelcast.script.thoughts import LINKS, link, posteriors, read_units

CHAPTERS = Path(__file__).parents[1] / "data" / "labelled"
SCENES = Path(__file__).parents[1] / "data" / "thoughts"
HERE = Path(thought_features.__file__).parent
PRINTED = 8  # pages learnt from: more of them, and the thoughts of web novels are lost
OWN_WORDS = {"我", "你", "marked", "cries", "after a marker:", "before a marker"}
PARTS = 5
THRESHOLD = 0.3
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.45)
PULL = 1.0  # of the chain's squared weights
TABLE_PULL = 0.1  # of the table's
THOUGHT_COUNTS = 5.0  # a labelled thought among the speech, against one of a sentence of dialogue
LIMIT = 3.0  # as `speechlike` limits its score

Cells = set[tuple[int, int]]


@dataclass
class Labelled:
    """One chapter or scene: its units, which of them are thoughts, and the labelled spans of thoughts."""

    name: str
    units: list[Unit]
    truth: list[bool]
    spans: list[list[tuple[int, int]]]
    sentences: list[tuple[str, bool]] = field(default_factory=list)  # and whether it is spoken
    share: list[float] = field(default_factory=list)
    matrix: Any = None


def read(gold: Mapping[str, Any]) -> Labelled:
    paragraphs = tuple(
        Paragraph(kind="body" if i else "heading", text=t) for i, t in enumerate(gold["paragraphs"])
    )
    simple, regions, narrations, written = by_marks(Chapter(title=gold["title"], paragraphs=paragraphs))
    units = read_units(simple, regions, narrations, written)
    spans = [
        [(s["paragraph"], k) for k in range(s["start"], s["end"])] for s in gold["spans"] if s["tag"] == "T"
    ]
    inside: Cells = {cell for span in spans for cell in span}
    truth = [
        2 * sum((u.paragraph, k) in inside for k in range(u.start, u.end)) > u.end - u.start for u in units
    ]
    chapter = Labelled(gold["stem"], units, truth, spans)
    thoughts = {u.text for u, yes in zip(units, truth, strict=True) if yes}
    for text, found in zip(simple, regions, strict=True):
        for start, end, kind in found:
            if kind in ("dialogue", "narration"):
                for m in SENTENCE.finditer(text[start:end].strip("“”「」")):
                    sentence = m.group().strip()
                    if len(re.findall(r"\w", sentence)) >= 2 and (
                        kind == "dialogue" or sentence not in thoughts
                    ):
                        chapter.sentences.append((sentence, kind == "dialogue"))
    return chapter


def read_all(data: Path) -> tuple[list[Labelled], list[Labelled]]:
    """(to learn from, held out)"""
    chapters = [read(gold) for gold in chapters_in([CHAPTERS, data / "webnovel"])]
    held = [c for c in chapters if c.name[-1] in "48"]
    scenes = [read(gold) for gold in scenes_in(SCENES)]
    return [c for c in chapters if c.name[-1] not in "48"] + scenes, held


def read_printed(data: Path) -> list[Labelled]:
    """Pages of the printed novel, without the sentences that may be thoughts."""
    pages = []
    for number, texts in enumerate(printed_chapters(data, held_out=False, rng=random.Random(1))):
        page = read({"title": "", "stem": f"printed.{number}", "paragraphs": ["", *texts], "spans": []})
        units = [u for u in page.units if not OWN_WORDS & u.features.keys()]
        pages.append(Labelled(page.name, units, [False] * len(units), []))
    return pages


# ---------------------------------------------------------------- how like speech


def speech_model(chapters: Sequence[Labelled]) -> tuple[np.ndarray, float]:
    rows = [(s, yes, 2.0) for c in chapters for s, yes in c.sentences]
    rows += [
        (u.text, True, 2 * THOUGHT_COUNTS)
        for c in chapters
        for u, y in zip(c.units, c.truth, strict=True)
        if y
    ]
    texts = [r[0] for r in rows]
    sign = np.where([r[1] for r in rows], 1.0, -1.0)
    count = np.array([r[2] for r in rows])
    owner, places = rows_of(texts)
    size = np.sqrt(np.maximum(1, np.bincount(owner, minlength=len(texts))))
    table = sparse.csr_matrix((1 / size[owner], (owner, places)), shape=(len(texts), 1 << BITS))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (table @ w[:-1] + w[-1])
        value = (count * np.logaddexp(0, -margin)).sum() + TABLE_PULL * w[:-1] @ w[:-1]
        slope = -sign * count / (1 + np.exp(np.clip(margin, -50, 50)))
        return value, np.append(table.T @ slope + 2 * TABLE_PULL * w[:-1], slope.sum())

    w = minimize(loss, np.zeros((1 << BITS) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return w[:-1], float(w[-1])


def set_speech(chapters: Sequence[Labelled], model: tuple[np.ndarray, float]) -> None:
    table, bias = model
    for chapter in chapters:
        texts = [u.text for u in chapter.units]
        owner, rows = rows_of(texts)
        size = np.sqrt(np.maximum(1, np.bincount(owner, minlength=len(texts))))
        score = np.bincount(owner, weights=table[rows], minlength=len(texts)) / size + bias
        for unit, x in zip(chapter.units, np.clip(score, -LIMIT, LIMIT).tolist(), strict=True):
            unit.features["speech"] = x


# ---------------------------------------------------------------- the chain


def fit(chapters: Sequence[Labelled], names: Sequence[str]) -> dict[str, float]:
    width = len(names)
    pull = np.full(width + len(LINKS), PULL)
    pull[names.index("bias")] = 0.01
    links = {}
    for c in chapters:
        c.matrix = np.array([[u.features.get(n, 0.0) for n in names] for u in c.units]).reshape(-1, width)
        links[c.name] = np.array(
            [-1, *(LINKS.index(x) if (x := link(a, b)) else -1 for a, b in pairwise(c.units))]
        )

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        value, grad = float(pull @ (w * w)) / 2, pull * w
        for c in chapters:
            if not c.units:
                continue
            truth = np.array(c.truth, float)
            both = np.append(0.0, truth[:-1] * truth[1:])
            kinds = links[c.name][: len(truth)]
            scores = c.matrix @ w[:width]
            bonus = np.where(kinds >= 0, w[width + np.maximum(kinds, 0)], 0.0)
            sure, pairs, total = forward_backward(scores, bonus)
            value += total - scores @ truth - bonus @ both
            grad[:width] += c.matrix.T @ (sure - truth)
            for k in range(len(LINKS)):
                grad[width + k] += ((pairs - both) * (kinds == k)).sum()
        return value, grad

    w = minimize(loss, np.zeros(width + len(LINKS)), jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    keys = [*names, *(f"goes on{x}" for x in LINKS)]
    return {n: round(float(x), 3) for n, x in zip(keys, w, strict=True)}


def forward_backward(scores: np.ndarray, bonus: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """(P(thought) of each unit, P(it and the one before), log of the sum over all labellings)"""
    n = len(scores)
    ahead, rest = np.zeros((n, 2)), np.zeros((n, 2))
    ahead[0] = 0.0, scores[0]
    for k in range(1, n):
        ahead[k, 0] = np.logaddexp(*ahead[k - 1])
        ahead[k, 1] = np.logaddexp(ahead[k - 1, 0], ahead[k - 1, 1] + bonus[k]) + scores[k]
    for k in range(n - 2, -1, -1):
        no, yes = rest[k + 1, 0], rest[k + 1, 1] + scores[k + 1]
        rest[k] = np.logaddexp(no, yes), np.logaddexp(no, yes + bonus[k + 1])
    total = float(np.logaddexp(*ahead[-1]))
    pairs = np.append(0.0, np.exp(ahead[:-1, 1] + bonus[1:] + scores[1:] + rest[1:, 1] - total))
    return np.exp(ahead[:, 1] + rest[:, 1] - total), pairs, total


def judge(chapter: Labelled, weights: Mapping[str, float]) -> None:
    scores = [sum(weights.get(n, 0.0) * x for n, x in u.features.items()) for u in chapter.units]
    between = [weights.get(f"goes on{link(a, b)}", 0.0) for a, b in pairwise(chapter.units)]
    chapter.share = posteriors(scores, between)


def measure(chapters: Sequence[Labelled], least: float) -> dict[str, float]:
    """Spans: a labelled one is found, and a found one right, if more than half of its characters are."""
    n: Counter[str] = Counter()
    for c in chapters:
        gold = {cell for span in c.spans for cell in span}
        runs: list[list[tuple[int, int]]] = []
        last = None
        for u, p in zip(c.units, c.share, strict=True):
            if p >= least:
                cells = [(u.paragraph, k) for k in range(u.start, u.end)]
                if last is not None and (last.paragraph, last.end) == (u.paragraph, u.start):
                    runs[-1] += cells
                else:
                    runs.append(cells)
                last = u
        found = {cell for run in runs for cell in run}
        units = {(u.paragraph, k) for u in c.units for k in range(u.start, u.end)}
        unquoted = [s for s in c.spans if s[0] in units]
        n["spans"] += len(unquoted)
        n["found"] += sum(2 * sum(x in found for x in s) > len(s) for s in unquoted)
        n["runs"] += len(runs)
        n["right"] += sum(2 * sum(x in gold for x in r) > len(r) for r in runs)
    return {
        "recall": round(n["found"] / max(1, n["spans"]), 3),
        "precision": round(n["right"] / max(1, n["runs"]), 3),
        "spans": n["spans"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="put the models where novelcast finds them")
    args = parser.parse_args()
    learn, held = read_all(args.data)
    names = sorted({n for c in learn for u in c.units for n in u.features} | {"speech"})
    for part in range(PARTS):
        others = [c for k, c in enumerate(learn) if k % PARTS != part]
        set_speech(learn[part::PARTS], speech_model(others))
    table, bias = speech_model(learn)
    printed = read_printed(args.data)
    set_speech([*held, *printed], (table, bias))
    counter, others = printed[:PRINTED], printed[PRINTED : 4 * PRINTED]
    for part in range(PARTS):
        weights = fit([c for k, c in enumerate(learn) if k % PARTS != part] + counter, names)
        for c in learn[part::PARTS]:
            judge(c, weights)
    weights = fit(learn + counter, names)
    for c in [*held, *others]:
        judge(c, weights)
    long = [c for c in learn if "." not in c.name]
    report: dict[str, Any] = {
        "cross-validation": {t: measure(long, t) for t in THRESHOLDS},
        "held out": {t: measure(held, t) for t in THRESHOLDS},
        "printed": {
            t: round(float(np.mean([p >= t for c in others for p in c.share])), 3) for t in THRESHOLDS
        },
        "weights": dict(sorted(weights.items(), key=lambda x: x[1])),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))
    if args.write:
        scale = float(np.abs(table).max()) / 127
        kept = np.round(table / scale).astype(np.int8)
        np.savez_compressed(HERE / "speechlike.npz", weights=kept, scale=scale, bias=bias)
        text = json.dumps({"threshold": THRESHOLD, **weights}, indent=1, ensure_ascii=False)
        (HERE / "thought_weights.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
