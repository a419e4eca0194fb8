"""How well and how fast novelcast reads: the bar of the reader, measured.

    python tests/benchmarks/reading.py [CLEAN.txt …] [--seeds N] [--no-speed]

Clean chapters (tests/data, and the files given) are damaged by tests/read/damage.py and read back; then our own
chapters, repeated with changed names, are read at 0.3, 1 and 3 million characters, clean and heavily damaged, each
in a process of its own. Prints one JSON object: the figures of the bar; seconds of user time and peak memory.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "read"))

from damage import Rates, Score, damage, score, spoken  # noqa: E402

from novelcast.read import read_book  # noqa: E402

SIZES = (300_000, 1_000_000, 3_000_000)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
GIVEN = "安柏承德恩方歌航嘉恺岚铭宁鹏清荣山棠维轩言"
DAMAGE = {
    "usual": Rates(),
    "most stops lost": Rates(lost_stop=0.9, glued=0.5),
    "few stops lost": Rates(lost_stop=0.15, glued=0.05),
    "simplified": Rates(traditional=False, rare_swap=0.2),
    "other look-alikes, a third": Rates(traditional=False, swap=0.0, other_swap=0.33),
    "other look-alikes, all": Rates(traditional=False, swap=0.0, other_swap=1.0),
    "quotes lost": Rates(lost_close=0.3),
    "quotes lost anywhere": Rates(lost_close=0.2, lost_inner=0.1, lost_open=0.1, mangled_end=0.2),
}


def chapters(files: Sequence[Path]) -> list[list[str]]:
    return [spoken(read_book(file)) for file in files]


def quality(clean: Sequence[list[str]], rates: Rates, seeds: int) -> dict[str, float | int]:
    total = Score()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.txt"
        for chapter in clean:
            for seed in range(seeds):
                damaged = damage(chapter, random.Random(seed), rates)
                path.write_text(damaged.text, encoding="utf-8")
                total += score(chapter, damaged, spoken(read_book(path)))
    return total.figures()


def repeated(clean: Sequence[list[str]], size: int, *, damaged: bool) -> Iterator[str]:
    """So many characters of our chapters over and over, each time with other names and another number."""
    rng = random.Random(7)
    names = ["林小满", "老秦", "苏棠", "周予安", "陆云溪", "顾行舟", "丁薇", "葛老汉"]
    length = number = 0
    while length < size:
        number += 1
        swaps = {name: rng.choice(SURNAMES) + rng.choice(GIVEN) * (len(name) - 1) for name in names}
        for chapter in clean:
            lines = [f"第{number}章 {chapter[0][-4:]}{rng.choice(GIVEN)}{rng.choice(GIVEN)}", *chapter[1:]]
            for name, other in swaps.items():
                lines = [line.replace(name, other) for line in lines]
            text = damage(lines, rng, Rates(blurb=False)).text if damaged else "\n".join(lines)
            length += len(text)
            yield text + "\n"


def cost(path: Path) -> dict[str, float | int]:
    """Seconds and peak memory (resident, as Linux counts it) of a process that reads the file."""
    code = (
        f"from pathlib import Path; from novelcast.read import read_book; read_book(Path({str(path)!r}));"
        "print(next(x.split()[1] for x in open('/proc/self/status') if x.startswith('VmHWM')))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {
        "characters": len(path.read_text(encoding="utf-8")),
        "user_s": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, 1),
        "wall_s": round(time.perf_counter() - start, 1),
        "peak_mb": round(int(done.stdout) / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="*", help="clean chapters, one a file")
    parser.add_argument("--seeds", type=int, default=4, help="times each chapter is damaged")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--only-speed", action="store_true")
    args = parser.parse_args()
    own = chapters([file for file in sorted((ROOT / "data").glob("*.txt")) if not file.stem.isascii()])
    wanted = {} if args.only_speed else DAMAGE
    report: dict[str, object] = {name: quality(own, rates, args.seeds) for name, rates in wanted.items()}
    if args.files:
        given = chapters(args.files)
        report["files given"] = {name: quality(given, rates, args.seeds) for name, rates in DAMAGE.items()}
    if not args.no_speed:
        with tempfile.TemporaryDirectory() as folder:
            for damaged in (False, True):
                rows = []
                for size in SIZES:
                    path = Path(folder) / "book.txt"
                    path.write_text("".join(repeated(own, size, damaged=damaged)), encoding="utf-8")
                    rows.append(cost(path))
                report["damaged" if damaged else "clean"] = rows
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
