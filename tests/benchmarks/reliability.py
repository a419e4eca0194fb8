"""How often answers of each confidence are right: the reliability plot of docs/attribution.md.

    python tests/benchmarks/fit_attribution.py tests/data/labelled ../shared/data/webnovel --answers web.json [--held-out]
    python tests/benchmarks/attribution.py ../shared/data/attribution/wp2021_dev.jsonl --answers wp.json
    python tests/benchmarks/reliability.py docs/reliability.png 'web novels=web.json' 'WP2021=wp.json'

Each file has rows (confidence, right). Prints a JSON line for each: the share right, and how many, of 0.9 and more, and
in each band. Bars are 95 % intervals (Wilson). Needs matplotlib (`pip install 'novelcast[plot]'`).
"""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from math import sqrt
from pathlib import Path

EDGES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0001)
SURE = 0.9
Answers = list[tuple[float, bool]]


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which the true share lies, 95 times in 100."""
    share = right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return middle - half, middle + half


def bands(answers: Answers) -> list[tuple[float, int, int]]:
    """(mean confidence, right, count) of each band that has any."""
    found = []
    for low, high in pairwise(EDGES):
        inside = [(sure, right) for sure, right in answers if low <= sure < high]
        if inside:
            mean = sum(sure for sure, _ in inside) / len(inside)
            found.append((mean, sum(right for _, right in inside), len(inside)))
    return found


def draw(path: Path, kinds: dict[str, Answers]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(6, 6), dpi=100)
    axis.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="as sure as right")
    axis.plot(
        [SURE, 1], [0.97, 0.97], color="tab:red", linewidth=1, linestyle=":", label="aim from 0.9 on: 0.97"
    )
    for n, (name, answers) in enumerate(kinds.items()):
        points = bands(answers)
        xs = [mean for mean, _, _ in points]
        ys = [right / count for _, right, count in points]
        spans = [wilson(right, count) for _, right, count in points]
        bars = [[y - a for y, (a, _) in zip(ys, spans, strict=True)], [b - y for y, (_, b) in zip(ys, spans, strict=True)]]  # fmt: skip
        axis.errorbar(
            xs, ys, bars, marker="o", capsize=3, color=f"C{n}", label=f"{name} ({len(answers)} quotations)"
        )
    axis.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.01), ylim=(0, 1.01))
    axis.legend(loc="lower right")
    axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("picture", type=Path)
    parser.add_argument("answers", nargs="+", metavar="NAME=FILE")
    args = parser.parse_args()
    kinds: dict[str, Answers] = {}
    for given in args.answers:
        name, _, path = given.partition("=")
        kinds[name] = [
            (float(sure), bool(right)) for sure, right in json.loads(Path(path).read_text("utf-8"))
        ]
        sure = [right for c, right in kinds[name] if c >= SURE]
        shares = {
            f"{mean:.2f}": [round(right / count, 3), count] for mean, right, count in bands(kinds[name])
        }
        print(
            json.dumps(
                {"of": name, "sure": [round(sum(sure) / max(1, len(sure)), 4), len(sure)], "bands": shares}
            )
        )
    draw(args.picture, kinds)


if __name__ == "__main__":
    main()
