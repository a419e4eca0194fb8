"""Make src/novelcast/script/given_names.tsv: how far a character of a given name leans to men or women.

    pip download ngender==0.1.1 --no-deps --no-binary :all: && tar xzf ngender-0.1.1.tar.gz
    python tests/benchmarks/given_names.py ngender-0.1.1/ngender/charfreq.csv

The counts are ngender's (MIT, Jingchao Hu); a lean is the log of a character's share in men's names over its
share in women's.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from math import log
from pathlib import Path

OUT = Path(__file__).parents[2] / "src" / "novelcast" / "script" / "given_names.tsv"
ENOUGH = 50
SMOOTHING = 3.0  # per million characters
STEP = 0.25

rows = [
    (r["char"], int(r["male"]), int(r["female"]))
    for r in csv.DictReader(Path(sys.argv[1]).read_text(encoding="utf-8-sig").splitlines())
]
men, women = (sum(r[k] for r in rows) / 1e6 for k in (1, 2))
levels: dict[float, list[str]] = defaultdict(list)
for char, m, f in rows:
    lean = STEP * round(log((m / men + SMOOTHING) / (f / women + SMOOTHING)) / STEP)
    if lean and m + f >= ENOUGH and "\u4e00" <= char <= "\u9fff":
        levels[lean].append(char)
with OUT.open("w", encoding="utf-8", newline="\n") as out:
    out.write("# Lean of the characters of given names: positive to men. From ngender 0.1.1's counts, ")
    out.write("(c) 2015 Jingchao Hu, MIT licence.\n")
    for lean in sorted(levels):
        out.write(f"{lean:+.2f}\t{''.join(sorted(levels[lean]))}\n")
