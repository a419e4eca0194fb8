import asyncio

import numpy as np
import pytest

from novelcast.audio import Clip
from novelcast.engines.tone import ToneEngine
from novelcast.errors import SpeechFailed
from novelcast.model import SpeechRequest
from novelcast.takes import checked, take

RATE_HZ = 24_000
TEXT = "夜里下起了大雨，街上没有人"


def asked(text: str, language: str = "zh") -> SpeechRequest:
    return SpeechRequest(engine="tone", voice="tone_bass", language=language, text=text)


def hum(seconds: float, peak: float = 0.5) -> Clip:
    wave = peak * np.sin(np.arange(round(RATE_HZ * seconds)) / 20)
    return Clip(wave.astype(np.float32), RATE_HZ)


class Stumbling(ToneEngine):
    """Hums, but babbles for the first so many requests, and for texts longer than a limit."""

    def __init__(self, babbles: int = 0, longest: int = 99) -> None:
        self.babbles, self.longest = babbles, longest
        self.asked: list[SpeechRequest] = []

    async def speak(self, request: SpeechRequest) -> Clip:
        self.asked.append(request)
        if len(self.asked) <= self.babbles or len(request.text) > self.longest:
            return hum(60)
        return await super().speak(request)


def test_a_good_line_is_asked_for_once() -> None:
    engine = Stumbling()
    asyncio.run(take(engine, asked(TEXT)))
    assert engine.asked == [asked(TEXT)]


def test_a_babbling_line_is_asked_for_slower_then_with_the_stop_it_lacks() -> None:
    engine = Stumbling(babbles=2)
    asyncio.run(take(engine, asked(TEXT)))
    assert [(r.text, r.rate) for r in engine.asked] == [(TEXT, 1.0), (TEXT, 0.93), (TEXT + "。", 0.93)]


def test_a_line_that_is_too_much_is_spoken_clause_by_clause_and_whole() -> None:
    engine = Stumbling(longest=9)
    clip = asyncio.run(take(engine, asked(TEXT + "。")))
    assert [r.text for r in engine.asked] == [TEXT + "。"] * 2 + ["夜里下起了大雨，", "街上没有人。"]
    parts = [asyncio.run(take(ToneEngine(), r)) for r in engine.asked[2:]]
    assert clip.samples.size == sum(p.samples.size for p in parts) + round(0.15 * RATE_HZ)


def test_readings_in_the_text_stay_whole_in_its_clauses() -> None:
    engine = Stumbling(longest=14)
    asyncio.run(take(engine, asked("他去了银行{hang2}，没有人。")))
    assert [r.text for r in engine.asked[-2:]] == ["他去了银行{hang2}，", "没有人。"]


def test_what_was_wrong_is_said_when_nothing_helps() -> None:
    with pytest.raises(SpeechFailed, match=r"60\.0 s for .*3 ways"):
        asyncio.run(take(Stumbling(babbles=9), asked("嗯")))


def test_a_failure_of_the_service_is_not_asked_about_here() -> None:
    class Broken(ToneEngine):
        async def speak(self, request: SpeechRequest) -> Clip:
            raise SpeechFailed("broken", transient=True)

    with pytest.raises(SpeechFailed, match=r"^broken$"):
        asyncio.run(take(Broken(), asked(TEXT)))


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(RATE_HZ),
        np.zeros(0),
        np.full(RATE_HZ, np.nan),
        np.full(240, 0.5),
        np.clip(3 * np.sin(np.arange(2 * RATE_HZ) / 20), -1, 1),
    ],
    ids=["silence", "nothing", "no numbers", "too short", "clipped"],
)
def test_what_cannot_be_speech_is_refused(samples: np.ndarray) -> None:
    with pytest.raises(SpeechFailed):
        checked(Clip(samples.astype(np.float32), RATE_HZ), asked("夜里下起了雨。"))


def test_a_peak_at_full_scale_is_not_clipping() -> None:
    clip = hum(2.0, peak=1.0)
    assert checked(clip, asked("夜里下起了雨。")) is clip


@pytest.mark.parametrize(
    ("text", "language", "seconds", "believed"),
    [
        ("There is a light out past the Point, miss.", "en", 1.4, True),
        ("There is a light out past the Point, miss.", "en", 0.4, False),
        ("There is a light out past the Point, miss.", "en", 12.0, False),
        ("夜里下起了大雨，街上没有人。", "zh", 1.4, True),
        ("夜里下起了大雨，街上没有人。", "zh", 3.8, True),
        ("夜里下起了大雨，街上没有人。", "zh", 0.7, False),
        ("夜里下起了大雨，街上没有人。", "zh", 9.0, False),
        ("嗯。", "zh", 0.25, True),
        ("啊——", "zh", 1.8, True),
        ("嗯。", "zh", 3.0, False),
    ],
)
def test_a_pace_that_no_speaker_has_is_not_believed(
    text: str, language: str, seconds: float, believed: bool
) -> None:
    clip = hum(seconds)
    if believed:
        assert checked(clip, asked(text, language)) is clip
    else:
        with pytest.raises(SpeechFailed, match="cannot be right"):
            checked(clip, asked(text, language))
