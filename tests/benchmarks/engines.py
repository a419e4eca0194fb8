"""How fast the embedded engine is: audio seconds per wall second, against a plain loop over kokoro-onnx's create().

    pip install kokoro-onnx
    python tests/benchmarks/engines.py [--rounds 2] [--sentences 60]

Same sentences, same phonemes, same weights and style rows, in one process, in turn; prints JSON: rates in the best round
of each (something else may be at work on the machine: see the load), their ratio, and how far the sound of the two is
apart (mean distance of log-mel spectra in dB, beside the distance of the plain loop to itself at a speed of 1.01).
Needs the model in the cache, as after any render.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from novelcast.audio import Samples
from novelcast.engines.kokoro import MODEL, PACK, RATE_HZ, KokoroEngine
from novelcast.engines.phonemes import phonemes
from novelcast.model import SpeechRequest
from novelcast.settings import load_settings

VOICE = "zf_xiaobei"
OPENINGS = ("夜里下了一场雨，", "他把门轻轻推开，", "谁也没有想到，", "天刚蒙蒙亮，", "过了很久很久，", "")
ENDINGS = (
    "街上一个人也没有。",
    "桌上的灯还亮着，旁边放着一封没有写完的信。",
    "“你怎么现在才来？”她放下手里的书，抬起头来问道。",
    "走吧。",
    "列车缓缓驶出站台，窗外的灯火一盏一盏地向后退去，像谁在夜色里点起了一串长长的星星。",
    "这件事要从三年前那个冬天说起，那时候巷口的老槐树还没有倒。",
    "他点了点头，没有再说什么。",
    "明天早上八点，老地方见，别忘了带上那把旧雨伞。",
    "“快跑！”",
    "河水漫过了堤岸，把半个村子都淹在了水里，只剩下几座屋顶还露在外面。",
)
SENTENCES = [a + b for a, b in product(OPENINGS, ENDINGS)]


def plain_loop(folder: Path, rate: float = 1.0) -> Callable[[Sequence[str]], list[Samples]]:
    """kokoro-onnx with its default session, one line after another."""
    from kokoro_onnx import Kokoro

    table = np.fromfile(folder / f"{VOICE}.bin", dtype=np.float32).reshape(510, 1, 256)
    with tempfile.TemporaryDirectory() as scratch:
        voices = Path(scratch) / "voices.npz"
        # kokoro-onnx takes row n for n tokens, we row n - 1.
        np.savez(voices, **{VOICE: np.concatenate([table[:1], table[:-1]])})
        kokoro = Kokoro(str(folder / MODEL), str(voices))

    def run(sentences: Sequence[str]) -> list[Samples]:
        said = [phonemes(s, "zh") for s in sentences]
        return [
            np.asarray(
                kokoro.create(p, voice=VOICE, speed=rate, is_phonemes=True, trim=False)[0], dtype=np.float32
            )
            for p in said
        ]

    return run


def ours(engine: KokoroEngine) -> Callable[[Sequence[str]], list[Samples]]:
    """Our engine, as speak() drives it: as many lines at once as it says it takes."""

    async def all_of(sentences: Sequence[str]) -> list[Samples]:
        gate = asyncio.Semaphore(engine.concurrency)

        async def one(text: str) -> Samples:
            async with gate:
                return (
                    await engine.speak(SpeechRequest(engine="kokoro", voice=VOICE, language="zh", text=text))
                ).samples

        return list(await asyncio.gather(*(one(s) for s in sentences)))

    return lambda sentences: asyncio.run(all_of(sentences))


def log_mel(samples: Samples) -> Any:
    """Log-mel spectrum, 80 bands, 1024-sample windows every 256 samples, in dB."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, (0, 1024)), 1024)[::256]
    power = np.abs(np.fft.rfft(frames * np.hanning(1024), axis=1)) ** 2
    mel = lambda hz: 2595 * np.log10(1 + hz / 700)  # noqa: E731
    edges = 700 * (10 ** (np.linspace(mel(40), mel(11000), 82) / 2595) - 1)
    hz = np.fft.rfftfreq(1024, 1 / RATE_HZ)
    bank = np.maximum(
        0,
        np.minimum(
            (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None],
            (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None],
        ),
    )
    return 10 * np.log10(power @ bank.T + 1e-7)


def apart_db(one: Sequence[Samples], other: Sequence[Samples]) -> float:
    """Mean distance of two renderings of the same lines, each aligned by stretching one to the other's length."""
    found = []
    for a, b in zip(one, other, strict=True):
        x, y = log_mel(a), log_mel(b)
        found.append(np.abs(x - y[np.linspace(0, len(y) - 1, len(x)).round().astype(int)]).mean())
    return round(float(np.mean(found)), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sentences", type=int, default=len(SENTENCES))
    args = parser.parse_args()
    sentences = SENTENCES[: args.sentences]
    load = os.getloadavg()[0]
    packs = load_settings().cache_dir / "packs"
    folder = packs / PACK
    engines: dict[str, Callable[[Sequence[str]], list[Samples]]] = {"plain loop": plain_loop(folder)}
    engines["ours"] = ours(KokoroEngine(packs))
    heard = {name: run(sentences[:3]) for name, run in engines.items()}  # opens and warms
    wall = dict.fromkeys(engines, float("inf"))
    for _ in range(args.rounds):
        for name, run in engines.items():
            start = time.perf_counter()
            heard[name] = run(sentences)
            wall[name] = min(wall[name], time.perf_counter() - start)
    seconds = {name: sum(a.size for a in audio) / RATE_HZ for name, audio in heard.items()}
    rates = {name: seconds[name] / wall[name] for name in engines}
    base = heard["plain loop"]
    print(
        json.dumps(
            {
                "load before and after": [round(load, 1), round(os.getloadavg()[0], 1)],
                "audio seconds per second": {name: round(rate, 2) for name, rate in rates.items()},
                "times the plain loop": {n: round(r / rates["plain loop"], 2) for n, r in rates.items()},
                "spectral distance to the plain loop, dB": {n: apart_db(base, heard[n]) for n in engines},
                "the plain loop to itself at speed 1.01, dB": apart_db(
                    base, plain_loop(folder, 1.01)(sentences)
                ),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
