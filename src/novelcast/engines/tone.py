"""An engine that hums: each character a short tone, as long as a voice would take for it, each voice its own pitch. For trying out and for tests."""

from __future__ import annotations

import zlib

import numpy as np

from novelcast.audio import Clip, fade, samples_in, silence
from novelcast.model import SpeechRequest
from novelcast.utterances import speaking_time

RATE_HZ = 24_000
CHAR_MS = 200  # a Mandarin reader makes 3 to 7 syllables a second
PADDING_MS = 100


class ToneEngine:
    name = "tone"
    version = "2"
    takes_pinyin = False
    concurrency = 4
    max_chars = 200

    async def speak(self, request: SpeechRequest) -> Clip:
        said = sum(speaking_time(c) for c in request.text if c.isalnum())
        length = samples_in(CHAR_MS * said / request.rate, RATE_HZ)
        pitch_hz = (110 + zlib.crc32(request.voice.encode()) % 160) * 2.0 ** (request.pitch_st / 12)
        at_s = np.arange(length) / RATE_HZ
        beat = 0.6 + 0.4 * np.cos(2 * np.pi * at_s * 1000 / CHAR_MS)
        hum = (0.3 * beat * np.sin(2 * np.pi * pitch_hz * at_s)).astype(np.float32)
        pad = silence(samples_in(PADDING_MS, RATE_HZ))
        return Clip(np.concatenate([pad, fade(hum, 240, 240), pad]), RATE_HZ)

    def check(self) -> str:
        return "ready"

    async def close(self) -> None:
        return None
