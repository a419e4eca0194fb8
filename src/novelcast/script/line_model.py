"""The model for texts without paragraphs: boosted trees rank the candidates of each quotation, a chain decides together.

The trees see one candidate at a time (line_features.py); their probabilities are the local scores of the chain of
decode.py, whose own weights say when a speaker goes on and when two take turns. tests/benchmarks/fit_lines.py fits both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from novelcast.script.decode import marginals
from novelcast.script.line_scene import Quote

LINE_WEIGHTS_FILE = Path(__file__).with_name("line_weights.npz")
LEAST = 1e-4  # no candidate is ruled out by the trees alone
_LONG = 60  # characters


@dataclass(frozen=True)
class Trees:
    """Binary trees in one table. Node i asks whether a row's column `column[i]` is at most `limit[i]`, and goes on at
    `left[i]` or `right[i]`; a leaf leads to itself. `roots`: where each tree starts; `value`: what a leaf adds."""

    names: tuple[str, ...]
    roots: Any
    column: Any
    limit: Any
    left: Any
    right: Any
    value: Any
    depth: int

    def scores(self, table: Any) -> Any:
        """The sum of the trees' leaves for each row of `table` (rows, len(names))."""
        import numpy as np

        flat = np.ascontiguousarray(table, dtype=np.float32).ravel()
        base = np.arange(len(table), dtype=np.int32) * len(self.names)
        children = np.stack([self.right, self.left], axis=1).ravel()
        total = np.zeros(len(table))
        for root in self.roots:
            at = np.full(len(table), root, dtype=np.int32)
            for _ in range(self.depth):
                below = flat.take(base + self.column.take(at)) <= self.limit.take(at)
                at = children.take(2 * at + below)
            total += self.value.take(at)
        return total


@dataclass(frozen=True)
class LineModel:
    """`scale` weighs the trees against the chain; `same`, `alternate`: the chain's weights by feature; `curve`: rising
    points (probability, share that is right)."""

    trees: Trees
    scale: float
    same: Mapping[str, float]
    alternate: Mapping[str, float]
    curve: tuple[tuple[float, float], ...] = ()

    def confidence(self, probability: float) -> float:
        import numpy as np

        if not self.curve:
            return probability
        xs, ys = zip((0.0, 0.0), *self.curve, strict=True)
        return float(np.interp(probability, xs, ys))

    def ranked(self, quotes: Sequence[Quote]) -> list[Any]:
        """The trees' probabilities over each quotation's candidates."""
        import numpy as np

        rows = [row for quote in quotes for row in quote.rows]
        if not rows:
            return [np.zeros(0) for _ in quotes]
        chances = 1 / (1 + np.exp(-self.trees.scores(table_of(rows, self.trees.names))))
        ends = np.cumsum([len(quote.rows) for quote in quotes])
        parts = np.split(chances, ends[:-1])
        return [np.clip(p / p.sum(), LEAST, 1.0) if len(p) else p for p in parts]

    def decide(self, quotes: Sequence[Quote], ranked: Sequence[Any]) -> list[Any]:
        """Probabilities over each quotation's candidates, the quotations of a chapter decided together; `ranked`: what
        the trees say of each."""
        import numpy as np

        out: list[Any] = [np.zeros(0) for _ in quotes]
        for run in _runs(quotes):
            pairs = [transition(quotes[a], quotes[b]) for a, b in pairwise(run)]
            found = marginals(
                [np.array(quotes[t].candidates) for t in run],
                [self.scale * np.log(ranked[t]) for t in run],
                [sum(self.same.get(k, 0.0) * v for k, v in f.items()) for f in pairs],
                [sum(self.alternate.get(k, 0.0) * v for k, v in f.items()) for f in pairs],
            )
            for t, p in zip(run, found, strict=True):
                out[t] = p
        return out


def _runs(quotes: Sequence[Quote]) -> list[list[int]]:
    """Indexes of quotations that follow each other and have candidates."""
    runs: list[list[int]] = [[]]
    for t, quote in enumerate(quotes):
        if quote.candidates:
            runs[-1].append(t)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def table_of(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> Any:
    """Features by name as an array (rows, names); what a row does not have is 0."""
    import numpy as np

    place = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)), dtype=np.float32)
    for i, row in enumerate(rows):
        for name, value in row.items():
            k = place.get(name)
            if k is not None:
                table[i, k] = value
    return table


def transition(last: Quote, quote: Quote) -> dict[str, float]:
    """Features of two quotations that follow each other, for a speaker who goes on and one who speaks again."""
    n = len(quote.before)
    lead = quote.before[0] if n else None
    size = min(3, n) if n <= 4 else 5
    kind = "" if lead is None else "lead" if lead.colon else "tag" if n == 1 and lead.say_end else "told"
    return {
        f"gap.{size}.{kind}": 1.0,
        "asks": float(last.asks),
        "asks.near": float(last.asks and n <= 1),
        "long": float(n == 0 and min(len(last.unit.text), len(quote.unit.text)) > _LONG),
    }


@cache
def load_line_model() -> LineModel:
    return read_line_model(LINE_WEIGHTS_FILE)


def read_line_model(path: Path) -> LineModel:
    import numpy as np

    with np.load(path, allow_pickle=False) as file:
        trees = Trees(
            tuple(str(n) for n in file["names"]),
            file["roots"],
            file["column"],
            file["limit"],
            file["left"],
            file["right"],
            file["value"],
            int(file["depth"]),
        )
        chain = [str(n) for n in file["chain"]]
        return LineModel(
            trees,
            float(file["scale"]),
            dict(zip(chain, map(float, file["same"]), strict=True)),
            dict(zip(chain, map(float, file["alternate"]), strict=True)),
            tuple((float(p), float(right)) for p, right in file["curve"]),
        )
