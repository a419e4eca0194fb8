"""Train the weights that place lost full stops: src/novelcast/read/sentences.npz.

    python tests/benchmarks/train_stops.py ../shared/data TEXT.txt … --chapters CHAPTER.txt …

The file that ships was made from the texts and chapters that train_lookalikes.py names.

Stops between sentences of narration are deleted from clean chapters at several rates, with and without the line
break behind them, and a logistic regression learns where they were. Chapters for measuring are held out (files
whose number ends in 4 or 8; the other corpus's dev part). Prints JSON: precision and recall there, by rate.
Only weights go into the project; a hashed table of sums holds no sentence of what it was made from.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from novelcast.hanzi import simplified
from novelcast.read import sentences
from novelcast.read.confusion import run_keys
from novelcast.read.sentences import BITS, WEIGHTS, Facts, Text, lost_stops

RATES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.9, 1.0)
PENALTY = 2.0  # of the squared weights
MARKUP = re.compile(r"\[/?[DTQSCX](?::[^\[\]]*)?\]")
STOP = re.compile("[。！？](?![。！？”’」』）】…])")

Chapter = list[str]


def web_chapters(folder: Path, *, held_out: bool) -> Iterator[Chapter]:
    for file in sorted((folder / "webnovel").glob("[0-9]*.txt")):
        if (file.stem[-1] in "48") == held_out:
            lines = file.read_text(encoding="utf-8").splitlines()[2:]
            yield [MARKUP.sub("", line) for line in lines]


def printed_chapters(folder: Path, *, held_out: bool, rng: random.Random) -> Iterator[Chapter]:
    """A printed novel's sentences, those of neighbouring windows once, in paragraphs of one to five."""
    name = "wp2021_dev.jsonl" if held_out else "wp2021_train.jsonl"
    seen: set[str] = set()
    sentences: list[str] = []
    for row in (folder / "attribution" / name).read_text(encoding="utf-8").splitlines():
        new = [s for s in json.loads(row)["paragraphs"] if s not in seen]
        seen.update(new)
        sentences += new
    chapter: Chapter = []
    i = 0
    while i < len(sentences):
        size = 1 if "“" in sentences[i] else rng.randint(1, 5)
        group = sentences[i : i + size]
        if any("“" in s for s in group[1:]):
            group = group[:1]
        chapter.append("".join(group))
        i += len(group)
        if len(chapter) == 80:
            yield chapter
            chapter = []


def without_stops(
    chapter: Chapter, rate: float, rng: random.Random
) -> tuple[list[str], list[tuple[int, int]]]:
    """The chapter with stops between sentences of narration gone, and where (paragraph, offset) they were."""
    glue = rng.choice((0.0, 0.3, 0.6, 1.0))
    broken = rng.random() < 0.4  # stops that stay become line ends, as converters leave them
    out: list[str] = [""]
    lost: list[tuple[int, int]] = []
    for i, paragraph in enumerate(chapter):
        quoted = 0
        for j, char in enumerate(paragraph):
            quoted += (char in "“「【") - (char in "”」】")
            last = j == len(paragraph) - 1
            stop = char in "。！？" and not quoted and STOP.match(paragraph, j) and out[-1]
            if stop and not last and rng.random() < rate * (1 if char == "。" else 0.4):
                lost.append((len(out) - 1, len(out[-1])))
            elif stop and not last and broken and char == "。":
                out[-1] += char
                out.append("")
            elif stop and last and rng.random() < rate * glue and i + 1 < len(chapter):
                if chapter[i + 1][0] not in "“「【[":
                    lost.append((len(out) - 1, len(out[-1])))
                break
            else:
                out[-1] += char
        else:
            out.append("")
    return [p for p in out if p], _moved(out, lost)


def _moved(out: Sequence[str], lost: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    rows, n = {}, 0
    for i, p in enumerate(out):
        rows[i] = n
        n += bool(p)
    return [(rows[r], at) for r, at in lost if at < len(out[r])]


def examples(paragraphs: list[str], lost: list[tuple[int, int]]) -> tuple[Text, np.ndarray, np.ndarray]:
    """(text, rows of each gap's features, whether a stop was lost in each gap)."""
    text = Text(paragraphs)
    rows = np.stack(list(Facts(text).features(text.gaps)), axis=1).astype(np.int32)
    there = set(lost)
    truth = np.array([place in there for place in text.offsets(text.gaps)])
    return text, rows, truth


def trained(rows: np.ndarray, truth: np.ndarray) -> np.ndarray:
    n, width = rows.shape
    table = sparse.csr_matrix(
        (np.ones(n * width, np.float32), rows.ravel(), np.arange(0, n * width + 1, width)),
        shape=(n, 1 << BITS),
    )
    sign = np.where(truth, 1.0, -1.0)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (table @ weights)
        value = np.logaddexp(0, -margin).sum() + PENALTY / 2 * weights @ weights
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        return value, table.T @ slope + PENALTY * weights

    start = np.zeros(1 << BITS)
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80}).x


def plain(file: Path) -> list[str]:
    """A text's lines, without the markup of labelled chapters."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [MARKUP.sub("", line) for line in lines if not line.startswith("#")]


def usage(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """How often runs of two and three characters end a sentence, begin one, and are met, as levels of 1 to 15."""
    found: list[tuple[np.ndarray, ...]] = []
    text = re.sub('[“”"「」『』‘’]', "", simplified("。".join(texts)))
    text = re.sub("。+", "。", re.sub(r"[！？!?…\n]", "。", text))
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
    han = (codes >= 0x3400) & (codes <= 0x9FFF)
    stop = codes == ord("。")
    for order, least, prior in ((2, 5, 20), (3, 4, 8)):
        size = len(codes) - order
        columns = [codes[i : i + size] for i in range(order)]
        run = np.all([han[i : i + size] for i in range(order)], axis=0)
        run[0] = False
        keys = run_keys(columns)
        ends, begins = run & stop[order:], run & np.concatenate(([True], stop[: size - 1]))
        all_keys, met = np.unique(keys[run], return_counts=True)
        levels = [
            _levels(np.bincount(np.searchsorted(all_keys, keys[which]), minlength=len(met)), met, prior)
            for which in (ends, begins)
        ]
        often = np.clip(np.log2(met).astype(int), 1, 15)
        keep = met >= least
        found.append((all_keys[keep], levels[0][keep], levels[1][keep], often[keep]))
    keys, ends, starts, often = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(keys)
    steps = np.diff(keys[order].astype(np.int64), prepend=0).astype(np.uint32)
    levels = {
        name: c[order].astype(np.uint8) for name, c in (("ends", ends), ("starts", starts), ("often", often))
    }
    return {"steps": steps} | levels


def _levels(hits: np.ndarray, met: np.ndarray, prior: int) -> np.ndarray:
    share = hits.sum() / met.sum()
    odds = np.log((hits + prior * share) / (met - hits + prior * (1 - share))) - np.log(share / (1 - share))
    return np.clip(np.round(2 * odds) + 8, 1, 15)


def save(**arrays: object) -> None:
    kept: dict[str, object] = {}
    if WEIGHTS.exists():
        with np.load(WEIGHTS) as file:
            kept = {name: file[name] for name in file}
    np.savez_compressed(WEIGHTS, **(kept | arrays))
    sentences._weights.cache_clear()
    sentences._usages.cache_clear()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("texts", type=Path, nargs="*", help="texts that are only counted")
    parser.add_argument("--chapters", type=Path, nargs="*", default=[], help="chapters, plain or labelled")
    args = parser.parse_args()
    rng = random.Random(1)
    web = list(web_chapters(args.data, held_out=False))
    printed = list(printed_chapters(args.data, held_out=False, rng=rng))
    given = [plain(f)[1:] for f in args.chapters]
    if args.texts:
        # What is trained on is not counted: a book to be read is not counted either.
        save(**usage(["\n".join(plain(f)) for f in args.texts]))
    all_rows, all_truth = [], []
    for chapters, times in ((web, 14), (given, 12), (printed, 4)):
        for chapter in chapters:
            for _ in range(times):
                _, rows, truth = examples(*without_stops(chapter, rng.choice(RATES), rng))
                all_rows.append(rows)
                all_truth.append(truth)
    weights = trained(np.concatenate(all_rows), np.concatenate(all_truth))
    scale = float(np.abs(weights).max()) / 127
    save(weights=np.round(weights / scale).astype(np.int8), scale=scale, threshold=THRESHOLD)

    report: dict[str, object] = {
        "bytes": WEIGHTS.stat().st_size,
        "examples": int(sum(map(len, all_truth))),
        "lost": int(sum(map(sum, all_truth))),
    }
    for name, chapters in (
        ("web", list(web_chapters(args.data, held_out=True))),
        ("printed", list(printed_chapters(args.data, held_out=True, rng=rng))),
    ):
        for rate in (0.15, 0.4, 0.9):
            report[f"{name}, {rate} lost"] = measured(chapters, rate, 8 if name == "web" else 2, rng)
    print(json.dumps(report, indent=1))


def measured(chapters: Sequence[Chapter], rate: float, times: int, rng: random.Random) -> dict[str, float]:
    """With the weights as written: how many of the stops put back were there, and how many came back."""
    put, right, total = 0, 0, 0
    for chapter in chapters:
        for _ in range(times):
            paragraphs, lost = without_stops(chapter, rate, rng)
            places = {(row, at) for row, at, _ in lost_stops(paragraphs)}
            put, right, total = put + len(places), right + len(places & set(lost)), total + len(lost)
    return {
        "precision": round(right / max(1, put), 3),
        "recall": round(right / max(1, total), 3),
        "lost": total,
    }


THRESHOLD = 0.3  # of the log-odds: precision of about 0.93 and more at the rates measured

if __name__ == "__main__":
    main()
