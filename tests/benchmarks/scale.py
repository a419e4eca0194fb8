"""How speaking scales past one process: workers, the scheduler at 200 of them, and a ledger of many books.

    python tests/benchmarks/scale.py workers [--lines 200] [--ray]   Kokoro by 1 and 2 processes (and Ray workers)
    python tests/benchmarks/scale.py scheduler [--workers 200]       the real scheduler in simulated time
    python tests/benchmarks/scale.py ledger [--books 1000]           a batch of tiny books with the tone engine

Each prints JSON. `workers` needs the model in the cache (as after any render); a line is spoken on one thread.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from engines import SENTENCES
from novelcast.audio import Clip, silence
from novelcast.batch import Ledger, jobs_of, run_batch
from novelcast.engines import EngineOptions, engine_in
from novelcast.engines.tone import ToneEngine
from novelcast.model import SpeechRequest
from novelcast.packs import fetched
from novelcast.read import read_book
from novelcast.runners import Models, open_runner
from novelcast.runners.crew import Answer, Crew
from novelcast.script import write_script
from novelcast.settings import load_settings
from novelcast.utterances import utterance_texts

TEXTS = Path(__file__).parent.parent / "data" / "labelled"

# ---------------------------------------------------------------- workers


def workers(args: argparse.Namespace) -> dict[str, Any]:
    packs_dir = load_settings().packs_dir
    models = Models(packs_dir, fetched("kokoro", packs_dir))
    opened = partial(engine_in, name="kokoro", options=EngineOptions(packs_dir=packs_dir, jobs=1))
    texts = (SENTENCES * (args.lines // len(SENTENCES) + 1))[: args.lines]
    requests = [SpeechRequest(engine="kokoro", voice="zf_xiaobei", language="zh", text=t) for t in texts]

    async def run(runner: Any, count: int) -> float:
        engine = open_runner(runner, opened, models, workers=count)
        await asyncio.gather(
            *map(engine.speak, requests[: 4 * count])
        )  # sessions are opened, dictionaries read
        began = time.perf_counter()
        clips = await asyncio.gather(*map(engine.speak, requests))
        took = time.perf_counter() - began
        await engine.close()
        return sum(c.samples.size / c.rate_hz for c in clips) / took

    out: dict[str, Any] = {"lines": args.lines}
    for runner in ("processes", "ray") if args.ray else ("processes",):
        one, two = asyncio.run(run(runner, 1)), asyncio.run(run(runner, 2))
        out[runner] = {
            "audio seconds per second, 1 worker": round(one, 2),
            "2 workers": round(two, 2),
            "of linear": round(two / one / 2, 3),
        }
    if args.ray:
        out["ray to processes, 2 workers"] = round(out["ray"]["2 workers"] / out["processes"]["2 workers"], 3)
    return out


# ---------------------------------------------------------------- the scheduler


class _Clock(asyncio.SelectorEventLoop):
    """A loop in which waiting takes no time: when nothing is to do, its clock jumps to the next thing that is."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def time(self) -> float:
        return self.now_s

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.now_s = max(self.now_s, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class _Simulated:
    """A worker that takes as long as Kokoro would, on one core, and a round trip for each batch."""

    def __init__(
        self, realtime_factor: float, line_s: float, trip_s: float, spread: float, seed: int
    ) -> None:
        self.factor, self.line_s, self.trip_s = realtime_factor, line_s, trip_s
        self.speed = random.Random(seed).uniform(1 - spread, 1 + spread)  # machines differ
        self.busy_s = 0.0

    async def ready(self) -> None:
        return None

    async def speak(self, requests: Sequence[SpeechRequest]) -> list[Answer]:
        spoken = sum(self.line_s + self.factor * 0.25 * len(r.text) for r in requests) * self.speed
        await asyncio.sleep(self.trip_s + spoken)
        self.busy_s += spoken
        return [Clip(silence(1), 24_000) for _ in requests]

    async def close(self) -> None:
        return None


def scheduler(args: argparse.Namespace) -> dict[str, Any]:
    """How much of their time workers speak, with the lengths of lines of our own chapters."""
    lengths = [
        len(text)
        for path in sorted(TEXTS.glob("*.txt"))[:8]
        for segment in write_script(read_book(path), ()).segments
        for text in utterance_texts(segment.spoken, 90)
    ]
    dice = random.Random(1)
    requests = [
        SpeechRequest(engine="tone", voice="v", language="zh", text="字" * dice.choice(lengths))
        for _ in range(args.lines)
    ]
    crews = [_Simulated(args.factor, args.line_s, args.trip_s, 0.15, seed) for seed in range(args.workers)]

    async def run() -> float:
        crew = Crew(ToneEngine(), crews)
        waiting = iter(requests)
        running = {
            asyncio.ensure_future(crew.speak(r))
            for _, r in zip(range(crew.concurrency), waiting, strict=False)
        }
        while running:
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            running |= {asyncio.ensure_future(crew.speak(r)) for _, r in zip(done, waiting, strict=False)}
        took = asyncio.get_running_loop().time()
        await crew.close()
        return took

    with asyncio.Runner(loop_factory=_Clock) as runner:
        began = time.perf_counter()
        took_s = runner.run(run())
        driver_s = time.perf_counter() - began
    lengths.sort()
    return {
        "workers": args.workers,
        "lines": args.lines,
        "characters a line, median and 90 %": [lengths[len(lengths) // 2], lengths[len(lengths) * 9 // 10]],
        "simulated hours": round(took_s / 3600, 2),
        "utilisation": round(sum(w.busy_s for w in crews) / (took_s * args.workers), 4),
        "driver's own seconds a thousand lines": round(driver_s / args.lines * 1000, 3),
    }


# ---------------------------------------------------------------- the ledger


def ledger(args: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "books").mkdir()
        for n in range(args.books):
            (folder / "books" / f"{n:05}.txt").write_text(f"第一章\n\n灯亮了{n}次。\n", "utf-8")
        common = {"engine": "tone", "output": folder / "out", "cache_dir": folder / "cache"}
        peaks: list[int] = []
        began = time.perf_counter()
        rows = run_batch(
            jobs_of(folder / "books"),
            Ledger(folder / "batch.sqlite"),
            common,
            lambda _: peaks.append(_peak()),
        )
        took = time.perf_counter() - began
    return {
        "books": args.books,
        "done": sum(row.state == "done" for row in rows),
        "seconds a book": round(took / args.books, 4),
        "driver's memory, MB": round(_peak() / 1e6),
        "worker's memory, MB": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3),
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("workers")
    one.add_argument("--lines", type=int, default=200)
    one.add_argument("--ray", action="store_true")
    one.set_defaults(run=workers)
    two = commands.add_parser("scheduler")
    two.add_argument("--workers", type=int, default=200)
    two.add_argument("--lines", type=int, default=50_000)
    two.add_argument("--factor", type=float, default=0.3, help="seconds of one core for a second of audio")
    two.add_argument("--line-s", type=float, default=0.05, help="what a line costs whatever its length")
    two.add_argument("--trip-s", type=float, default=0.005, help="a batch's way to a worker and back")
    two.set_defaults(run=scheduler)
    three = commands.add_parser("ledger")
    three.add_argument("--books", type=int, default=1000)
    three.set_defaults(run=ledger)
    args = parser.parse_args()
    print(json.dumps(args.run(args), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
