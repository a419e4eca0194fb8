"""How far from its word a sound under it starts: estimated times against the durations that Kokoro's graph gives.

usage: python tests/benchmarks/word_times.py [VOICE …]        needs `pip install onnx`

The graph predicts how long each symbol lasts before it makes sound; here that tensor is made an output. Each Han
character of some sentences of our own is looked for in the trimmed clip. Prints, in ms, the median and 90 % of the
distance, and the share within 120 ms; beside it the same for each character's share of the clip (no clip looked at).
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from novelcast.audio import FRAME_MS, frame_levels_db, trimmed
from novelcast.engines.phonemes import _symbols, phonemes, tokens, vocabulary
from novelcast.hanzi import HAN
from novelcast.packs import ensure_pack, load_pack
from novelcast.readings import readings_of, words_of
from novelcast.settings import load_settings
from novelcast.word_times import time_of, word_times

RATE_HZ = 24_000
DURATIONS = "/encoder/Clip_output_0"
VOICES = ("zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi", "zm_yunjian")
SENTENCES = (
    "他把茶杯放下，砰的一声，门被风关上了。",
    "门铃叮咚响了两声，屋里没有人应。",
    "雨点噼里啪啦打在窗户上，她把灯拧亮，又坐回了桌前。",
    "院子里的黄狗汪汪叫了几声，老人披上衣服，推开了门。",
    "他啪的一声合上账本。",
    "走廊尽头传来咚咚的脚步声，越来越近，最后停在门外。",
    "咔嚓一声，树枝断了，积雪落了他一身。",
    "她话还没说完，电话就叮铃铃地响了起来。",
    "远处轰隆一声闷响，山坡上的石头滚了下来。",
    "他抬起手，笃笃笃敲了三下，里面的人没有回答。",
    "那扇老旧的木门吱呀一声开了，一股潮气扑面而来。",
    "没有人说话。过了很久，墙角的水管咕噜响了一下。",
)


def main(voices: list[str]) -> None:
    folder = ensure_pack(
        load_pack("kokoro-v1.0"), load_settings().cache_dir / "packs" / "kokoro-v1.0", lambda _: None
    )
    session = with_durations(next(folder.glob("*.onnx")))
    estimated, shared = [], []
    for text in SENTENCES:
        said = phonemes(text, "zh")
        places = symbols_of(text, said)
        ids = tokens(said)
        for voice in voices:
            style = np.fromfile(folder / f"{voice}.bin", dtype=np.float32).reshape(510, 256)[len(ids) - 1]
            audio, lengths = session.run(
                ["audio", DURATIONS],
                {
                    "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
                    "style": style[None],
                    "speed": np.ones(1, dtype=np.float32),
                },
            )
            samples = audio.ravel()
            begins = np.concatenate([[0.0], np.cumsum(lengths.ravel())]) * samples.size / lengths.sum()
            clip = trimmed(samples, RATE_HZ)
            words = word_times(clip, RATE_HZ, text)
            for char, symbol in places.items():
                true = begins[1 + symbol] - cut_off(samples)
                estimated.append(abs((time_of(words, char) or clip.size) - true) * 1000 / RATE_HZ)
                shared.append(abs(clip.size * char / len(text) - true) * 1000 / RATE_HZ)
    print(json.dumps({"estimated": summary(estimated), "share of the clip": summary(shared)}))


def with_durations(model: Path) -> onnxruntime.InferenceSession:
    graph = onnx.load(str(model))
    graph.graph.output.append(onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.FLOAT, None))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(graph, str(path))
        return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def symbols_of(text: str, said: str) -> dict[int, int]:
    """For each Han character its first symbol's place in the phonemes."""
    known = vocabulary()
    places, at = {}, 0
    for run in re.finditer(f"(?:{HAN.pattern})+", text):
        for n, reading in enumerate(readings_of(run[0], words_of(run[0]), {})):
            symbols = "".join(c for c in _symbols(reading) if c in known)
            at = said.index(symbols, at)
            places[run.start() + n] = at
            at += len(symbols)
    return places


def cut_off(samples: np.ndarray) -> int:
    """How much `trimmed` takes from the beginning."""
    levels = frame_levels_db(samples, RATE_HZ)
    first = int(np.flatnonzero(levels > levels.max() - 42.0)[0])
    return max(0, (first * FRAME_MS - 30) * RATE_HZ // 1000)


def summary(distances_ms: list[float]) -> dict[str, float]:
    far = np.array(distances_ms)
    return {
        "characters": far.size,
        "median_ms": round(float(np.median(far))),
        "p90_ms": round(float(np.quantile(far, 0.9))),
        "within_120_ms": round(float((far <= 120).mean()), 3),
    }


if __name__ == "__main__":
    main(sys.argv[1:] or list(VOICES))
