"""How far a sound has wandered by the end of an hour, in each format; what a book of 40 hours costs in memory.

    PYTHONPATH=tests:tests/publish python tests/benchmarks/publish.py drift [MINUTES]
    PYTHONPATH=tests:tests/publish python tests/benchmarks/publish.py memory [HOURS …]

`drift` writes a burst of noise each minute into an MP3, an M4B and an Opus file as the formats do, decodes them, and
finds each burst again by cross-correlation. `memory` writes an M4B of so many hours of a quiet tone, each in a process
of its own, and prints the most memory that it had.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from made_view import view_of_sound
from novelcast.media import decode
from novelcast.publish import m4b, opus
from novelcast.publish.id3 import Tags
from novelcast.publish.mp3 import write_mp3
from novelcast.publish.view import Block, Options

RATE_HZ = 44_100
BURST = 8192


def bursts(minutes: int) -> Iterator[Block]:
    """A second at a time: near silence, with the minute's own burst half a second into every minute."""
    for second in range(60 * minutes):
        block = np.zeros((RATE_HZ, 1), dtype=np.float32)
        if second % 60 == 0:
            block[RATE_HZ // 2 : RATE_HZ // 2 + BURST, 0] = burst(second // 60)
        yield block


def burst(minute: int) -> np.ndarray:
    """Noise under 4 kHz, which every codec keeps."""
    noise = np.random.default_rng(minute).standard_normal(BURST)
    spectrum = np.fft.rfft(noise)
    spectrum[round(4000 * BURST / RATE_HZ) :] = 0
    low = np.fft.irfft(spectrum, BURST)
    return (0.2 * low / low.std()).astype(np.float32)


def offsets_ms(path: Path, minutes: int) -> tuple[list[float], float]:
    """Of each minute's burst, how much later it is heard than it was written; and of the file's end."""
    found, window, start, count = [], np.zeros(0, dtype=np.float32), 0, 0
    minute = 0
    for block in decode(path, rate_hz=RATE_HZ):
        window = np.concatenate([window, block[:, 0]])
        count += len(block)
        while minute < minutes and count >= (60 * minute + 2) * RATE_HZ:
            at = 60 * minute * RATE_HZ - start
            heard = window[at : at + 2 * RATE_HZ]
            lag = int(np.argmax(np.correlate(heard, burst(minute), "valid"))) - RATE_HZ // 2
            found.append(lag / RATE_HZ * 1000)
            minute += 1
        keep = max(0, len(window) - 4 * RATE_HZ)
        if keep:
            window, start = window[keep:], start + keep
    return found, (count - 60 * minutes * RATE_HZ) / RATE_HZ * 1000


def drift(minutes: int) -> None:
    view = view_of_sound([60 * minutes * RATE_HZ], RATE_HZ, lambda _: bursts(minutes))
    with tempfile.TemporaryDirectory() as folder:
        for name in ("mp3", "m4b", "opus"):
            path = Path(folder) / f"hour.{name}"
            if name == "mp3":
                tags = Tags(title="t", album="a")
                write_mp3(path, bursts(minutes), rate_hz=RATE_HZ, channels=1, bitrate_kbps=64, tags=tags)
            else:
                plan = m4b.plan if name == "m4b" else opus.plan
                plan(view, Options())[0].write(path)
            offsets, end = offsets_ms(path, minutes)
            print(json.dumps({"format": name, "minutes": minutes, "worst_ms": round(max(map(abs, offsets)), 2),
                              "last_ms": round(offsets[-1], 2), "end_ms": round(end, 2)}))  # fmt: skip


def memory(hours: float) -> None:
    tone = 0.1 * np.sin(2 * np.pi * 220 * np.arange(RATE_HZ) / RATE_HZ)
    second = tone.astype(np.float32)[:, None]
    seconds = round(3600 * hours)
    view = view_of_sound([RATE_HZ * seconds], RATE_HZ, lambda _: (second for _ in range(seconds)))
    before, begun = _peak_mb(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.m4b"
        m4b.plan(view, Options())[0].write(path)
        size = path.stat().st_size
    print(json.dumps({"hours": hours, "file_mb": round(size / 1e6), "before_mb": before, "peak_mb": _peak_mb(),
                      "seconds": round(time.perf_counter() - begun)}))  # fmt: skip


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    what, *sizes = sys.argv[1:]
    if what == "drift":
        drift(int(sizes[0]) if sizes else 60)
    elif len(sizes) == 1:
        memory(float(sizes[0]))
    else:
        for size in sizes or ["1", "40"]:
            subprocess.run([sys.executable, __file__, "memory", size], check=True)
