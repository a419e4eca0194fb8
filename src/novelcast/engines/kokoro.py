"""Kokoro v1.0, the embedded engine: an 82-million-parameter model (int8), offline; kokoro_runtime.py runs it.

Model and voice tables: voices/packs/kokoro-v1.0.toml. The graph takes `tokens` int64 (1, n) padded with 0
at both ends, `style` float32 (1, 256) and `speed` float32 (1), and gives `audio` float32 at 24 kHz.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Clip, Samples, resample
from novelcast.engines.kokoro_runtime import OnnxRuntime, lanes
from novelcast.engines.phonemes import phonemes, tokens
from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.model import ProgressSink, SpeechRequest
from novelcast.packs import Pack, ensure_pack, load_pack, missing_files

PACK = "kokoro-v1.0"
MODEL = "kokoro-v1.0.int8.onnx"
RATE_HZ = 24_000
MAX_TOKENS = 510
"""Tokens between the two pads; a voice table has one style row for each count."""


MARKS = ".!?;:,…—"
"""Phonemes at which a voice pauses."""


class KokoroEngine:
    """One runtime, opened at the first request (about 0.5 GB), that speaks several lines at once."""

    name = "kokoro"
    version = "v1.0-int8/4"  # the number after the slash is ours: phonemes, style row, pitch, graph, stop
    takes_pinyin = True
    max_chars = 90  # about 350 of the 510 tokens in Mandarin

    def __init__(
        self, packs_dir: Path, *, threads: int | None = None, progress: ProgressSink | None = None
    ) -> None:
        self._folder = packs_dir / PACK
        self.concurrency = lanes(threads)
        self._progress = progress
        self._tables: dict[str, NDArray[np.float32]] = {}
        self._runtime: OnnxRuntime | None = None
        self._opening = threading.Lock()
        self._reading = threading.Lock()

    async def speak(self, request: SpeechRequest) -> Clip:
        """24 kHz. Raises SpeechFailed where the text has nothing the model can say."""
        return await asyncio.to_thread(self._speak, request)

    def check(self) -> str:
        pack = load_pack(PACK)
        if missing := missing_files(pack, self._folder):
            raise EngineUnavailable(
                f"{len(missing)} of its files are not here yet ({pack.size >> 20} MB)",
                hint="they are fetched by the first render; `novelcast doctor --fetch` fetches them now",
            )
        return f"model and {len(_voices(pack))} voices in {self._folder}"

    async def close(self) -> None:
        self._runtime = None

    def fetch(self) -> Path:
        """Make sure that the files are here. Raises EngineUnavailable where they cannot be had."""
        return ensure_pack(load_pack(PACK), self._folder, self._progress)

    def _speak(self, request: SpeechRequest) -> Clip:
        runtime = self._opened()
        with self._reading:  # the dictionaries behind it are not made for threads
            said = phonemes(request.text, request.language)
        if not tokens(said):
            raise SpeechFailed(f"nothing to say in {request.text!r}")
        if said.rstrip(' "”)')[-1:] not in MARKS:
            said += "."  # without one the model drags the last word out, or adds to it
        # The graph has no pitch: speak slower or faster, then play the samples at another rate.
        shift = 2.0 ** (request.pitch_st / 12.0)
        parts = [self._run(runtime, part, request, request.rate / shift) for part in within(said, MAX_TOKENS)]
        audio = np.concatenate(parts)
        if shift != 1.0:
            audio = resample(audio, round(RATE_HZ * shift), RATE_HZ)
        return Clip(audio, RATE_HZ)

    def _run(self, runtime: OnnxRuntime, said: str, request: SpeechRequest, speed: float) -> Samples:
        ids = tokens(said)
        inputs = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": self._style(request, len(ids)),
            "speed": np.array([speed], dtype=np.float32),
        }
        audio = runtime.run(inputs)
        if not np.isfinite(audio).all():
            raise SpeechFailed(f"the model gave no sound for {request.text!r}")
        return audio

    def _style(self, request: SpeechRequest, count: int) -> NDArray[np.float32]:
        """The style row for `count` tokens, float32 (1, 256): the voice's own and the mix's, weighted."""
        row = min(count, MAX_TOKENS) - 1
        rest = 1.0 - sum(request.mix.values())
        style: NDArray[np.float32] = rest * self._table(request.voice)[row]
        for voice, weight in request.mix.items():
            style = style + weight * self._table(voice)[row]
        return style[None].astype(np.float32, copy=False)

    def _table(self, voice: str) -> NDArray[np.float32]:
        if voice not in self._tables:
            path = self._folder / f"{voice}.bin"
            if not path.is_file():
                raise SpeechFailed(f"kokoro has no voice {voice!r}")
            self._tables[voice] = np.fromfile(path, dtype=np.float32).reshape(MAX_TOKENS, 256)
        return self._tables[voice]

    def _opened(self) -> OnnxRuntime:
        with self._opening:
            if self._runtime is None:
                self._runtime = OnnxRuntime(self.fetch() / MODEL)
            return self._runtime


def _voices(pack: Pack) -> list[str]:
    return [name for group in pack.group for name in group.files if name.endswith(".bin")]


def within(said: str, limit: int) -> list[str]:
    """Phonemes in pieces of at most `limit` tokens, cut after a mark if there is one, else at a space."""
    pieces = []
    while len(tokens(said)) > limit:
        head = said[:limit]
        cut = max(head.rfind(mark) for mark in MARKS) + 1 or head.rfind(" ") + 1 or limit
        pieces.append(said[:cut])
        said = said[cut:]
    return [p for p in [*pieces, said] if tokens(p)]
