"""An engine of another package, whole: it whistles. Copy it, and its pyproject.toml, to begin one of your own."""

import numpy as np

from novelcast.audio import Clip
from novelcast.engines import EngineEntry
from novelcast.model import SpeechRequest, Voice

PITCHES_HZ = {"whistle_high": 1800.0, "whistle_low": 900.0}
RATE_HZ = 24_000


class Whistle:
    name = "whistle"
    version = "1"  # another one makes every clip anew
    takes_pinyin = False
    concurrency = 2
    max_chars = 200

    async def speak(self, request: SpeechRequest) -> Clip:
        at_s = np.arange(round(0.2 * RATE_HZ * len(request.text) / request.rate)) / RATE_HZ
        hz = PITCHES_HZ[request.voice] * 2 ** (request.pitch_st / 12)
        return Clip((0.3 * np.sin(2 * np.pi * hz * at_s)).astype(np.float32), RATE_HZ)

    def check(self) -> str:
        return "has lips"

    async def close(self) -> None:
        pass


def voices() -> list[Voice]:
    return [
        Voice(id=name, engine="whistle", language="mul", gender=gender, licence="CC0-1.0")
        for name, gender in (("whistle_low", "male"), ("whistle_high", "female"))
    ]


ENGINE = EngineEntry(open=lambda _options: Whistle(), about="whistles each line", voices=voices)
