"""What keeping spoken lines costs, by format: the clips of your own cache, encoded again.

    python tests/benchmarks/cache_size.py [--clips 200]

Prints one JSON object: for each format MB an hour of speech, milliseconds to write a clip, and, where it loses
something, how far its error lies under the speech (dB).
"""

from __future__ import annotations

import argparse
import io
import json
import time
from typing import Any

import numpy as np
import soundfile

from novelcast.audio import Samples
from novelcast.settings import load_settings

FORMATS: dict[str, dict[str, Any]] = {
    "WAV": {"format": "WAV", "subtype": "PCM_16"},
    "FLAC, as we write it": {"format": "FLAC", "subtype": "PCM_16"},
    "FLAC, smallest": {"format": "FLAC", "subtype": "PCM_16", "compression_level": 1.0},
} | {
    f"Opus, level {level}": {"format": "OGG", "subtype": "OPUS", "compression_level": level}
    for level in (0.3, 0.5, 0.7, 0.9)
}


def encoded(samples: Samples, rate_hz: int, how: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", samplerate=rate_hz, channels=1, **how) as file:
        file.write(samples)
    return out.getvalue()


def figures(clips: list[tuple[Samples, int]], how: dict[str, Any]) -> dict[str, float]:
    size, took_s, error, power = 0, 0.0, 0.0, 0.0
    for samples, rate_hz in clips:
        began_s = time.perf_counter()
        data = encoded(samples, rate_hz, how)
        took_s += time.perf_counter() - began_s
        size += len(data)
        back, _ = soundfile.read(io.BytesIO(data), dtype="float32")
        shared = min(back.size, samples.size)
        error += float(((back[:shared] - samples[:shared]) ** 2).sum())
        power += float((samples**2).sum())
    hours = sum(samples.size / rate_hz for samples, rate_hz in clips) / 3600
    out = {"mb_an_hour": round(size / hours / 1e6, 1), "ms_a_clip": round(took_s / len(clips) * 1000, 2)}
    return out | ({"error_db": round(10 * np.log10(error / power), 1)} if error else {})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--clips", type=int, default=200)
    count = options.parse_args().clips
    paths = sorted(load_settings().clips_dir.glob("*/*.flac"))[:count]
    clips = [soundfile.read(path, dtype="float32") for path in paths]
    if not clips:
        raise SystemExit("no clips in the cache: render a book first")
    print(json.dumps({name: figures(clips, how) for name, how in FORMATS.items()}, indent=1))


if __name__ == "__main__":
    main()
