"""How a book fares on a bad day of the online service: nothing lost, and how little time.

    python tests/benchmarks/edge_faults.py [--lines 1000] [--faults 0.3] [--latency 0.5]

The double of the service (tests/engines/edge_server.py) answers after `--latency` seconds, or fails with the
probability `--faults` in one of all the ways it knows. The real edge_tts talks to it. Prints one JSON object:
what is wrong with the mixed chapter (each line must be there, whole, in order, and spoken once); the seconds it
took; the ideal, which is lines × latency ÷ concurrency plus the time that failed requests took ÷ concurrency;
and their ratio. The latency is what the double took from a request to its last message, which on a busy machine is
more than it was told to. Time-outs are four times what it was told: short, as the latency is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "engines")]

from edge_server import EdgeServer  # noqa: E402
from novelcast.audio import Clip  # noqa: E402
from novelcast.engines import edge  # noqa: E402
from novelcast.errors import SpeechFailed  # noqa: E402
from novelcast.model import SpeechRequest  # noqa: E402
from novelcast.speak import speak  # noqa: E402
from novelcast.workspace import ClipCache  # noqa: E402
from tone_book import amiss, edge_plan, edge_script, faults  # noqa: E402


class Timed(edge.EdgeEngine):
    """The engine, and how long each of its requests took."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(connect_timeout_s=1.0, receive_timeout_s=timeout_s)
        self.good_s: list[float] = []
        self.failed_s: list[float] = []
        self.why: Counter[str] = Counter()

    async def speak(self, request: SpeechRequest) -> Clip:
        began_s = time.perf_counter()
        try:
            clip = await super().speak(request)
        except SpeechFailed as error:
            self.failed_s.append(time.perf_counter() - began_s)
            self.why[str(error).split(" (")[0].split(": ")[1]] += 1
            raise
        self.good_s.append(time.perf_counter() - began_s)
        return clip


def measured(lines: int, share: float, latency_s: float, seed: int) -> dict[str, object]:
    edge.DEADLINE_PER_CHAR_S = 0.05
    script = edge_script(lines)
    with EdgeServer() as server, server.used_by_edge_tts(), tempfile.TemporaryDirectory() as folder:
        server.latency_s, server.drip_s = latency_s, latency_s / 2
        server.faults = faults(share, 10 * lines, seed)
        engine, cache = Timed(4 * latency_s), ClipCache(Path(folder))
        plan = edge_plan(script, engine)
        began_s = time.perf_counter()
        spoken = asyncio.run(speak(plan, engine, cache))
        took_s = time.perf_counter() - began_s
        wrong = amiss(script, plan, spoken, cache, server)
    latency_seen_s = statistics.mean(server.served_s)
    ideal_s = (lines * latency_seen_s + sum(engine.failed_s)) / engine.concurrency
    return {
        "lines": lines,
        "amiss": wrong,
        "requests": len(engine.good_s) + len(engine.failed_s),
        "failed_requests": len(engine.failed_s),
        "why": dict(engine.why.most_common()),
        "latency_s": round(latency_seen_s, 3),
        "request_s": round(statistics.mean(engine.good_s), 3),
        "seconds": round(took_s, 1),
        "ideal_s": round(ideal_s, 1),
        "times_the_ideal": round(took_s / ideal_s, 3),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--lines", type=int, default=1000)
    options.add_argument("--faults", type=float, default=0.3)
    options.add_argument("--latency", type=float, default=0.5)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    figures = measured(given.lines, given.faults, given.latency, given.seed)
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    sys.exit(bool(figures["amiss"]))


if __name__ == "__main__":
    main()
