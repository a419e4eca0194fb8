"""Effects and deliveries on their way from the cast to the samples that are mixed."""

from pathlib import Path

import numpy as np
import pytest

from books import book_of, cast_of, script_of, segment
from novelcast.audio import Clip, samples_in
from novelcast.chapter import ChapterMaker
from novelcast.delivery import Delivery
from novelcast.effects import TAIL_MS, apply_effect
from novelcast.engines.tone import ToneEngine
from novelcast.loudness import clip_lufs
from novelcast.model import Cast, Pauses, Placement, Role, Script, Segment, Timeline
from novelcast.presets import preset_named
from novelcast.speak import plan_utterances
from novelcast.workspace import ClipCache

RATE_HZ = 44_100


def buzz(seconds: float = 1.0) -> np.ndarray:
    t = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
    return (0.05 * sum(np.sin(2 * np.pi * 100.0 * n * t) / n for n in range(1, 150))).astype(np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    cache = ClipCache(tmp_path / "clips")
    cache.store("buzz", Clip(buzz(), RATE_HZ))
    return cache


def line(kind: str = "dialogue", channel: str | None = None, paragraph: int = 0) -> Segment:
    said = segment("“喂，听得见吗？”", kind, paragraph=paragraph, speaker="甲" if kind != "system" else None)  # type: ignore[arg-type]
    return said.model_copy(update={"channel": channel})


def laid_out(
    cache: ClipCache, *lines: Segment, cast: Cast | None = None, **more: object
) -> tuple[ChapterMaker, Timeline]:
    from novelcast.audio import ClipInfo

    script = script_of(lines)
    book = book_of([s.text for s in lines])
    maker = ChapterMaker(0, script, book, preset_named("podcast"), cache, ())
    info = ClipInfo(RATE_HZ, RATE_HZ, clip_lufs(buzz(), RATE_HZ))
    clips = {s.id: [("buzz", info)] for s in lines}
    return maker, maker.timelines(clips, cast or cast_of("甲"), Pauses(), **more)[0]  # type: ignore[arg-type]


def voices(timeline: Timeline) -> list[Placement]:
    return [p for p in timeline.placements if p.track == "voice"]


def test_what_comes_out_of_a_phone_has_a_phones_spectrum_in_the_mix(cache: ClipCache) -> None:
    maker, timeline = laid_out(cache, line(channel="phone"))
    samples = maker.load(voices(timeline)[0])
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(samples.size, 1 / RATE_HZ)
    assert power[(hz < 250) | (hz > 4000)].sum() < 1e-3 * power.sum()  # 30 dB
    assert clip_lufs(samples, RATE_HZ) == pytest.approx(clip_lufs(buzz(), RATE_HZ), abs=0.1)


def test_each_line_is_heard_through_what_it_comes_through(cache: ClipCache) -> None:
    lines = [
        line(paragraph=0), line(channel="radio", paragraph=1), line("thought", paragraph=2),
        line("system", paragraph=3), line(channel="message", paragraph=4), line(channel="telepathy", paragraph=5),
    ]  # fmt: skip
    _, timeline = laid_out(cache, *lines)
    assert [p.effect for p in voices(timeline)] == [None, "radio", "thought", "system", None, "telepathy"]
    _, plain = laid_out(cache, *lines, thought_effect=False)
    assert [p.effect for p in voices(plain)] == [None, "radio", None, "system", None, "telepathy"]


def test_a_roles_own_effect_wins_and_none_is_none(cache: ClipCache) -> None:
    robot = cast_of("甲").model_copy(update={"roles": {"甲": Role(voice="tone_alto", effect="radio")}})
    assert voices(laid_out(cache, line(channel="phone"), cast=robot)[1])[0].effect == "radio"
    dry = cast_of("甲").model_copy(update={"system": Role(voice="tone_mezzo", effect="none")})
    assert voices(laid_out(cache, line("system"), cast=dry)[1])[0].effect is None


def test_a_tail_rings_into_the_pause_and_delays_nobody(cache: ClipCache) -> None:
    _, wet = laid_out(cache, line(channel="loudspeaker"), line(paragraph=1))
    _, dry = laid_out(cache, line(), line(paragraph=1))
    first, second = voices(wet)
    assert first.length == voices(dry)[0].length + samples_in(TAIL_MS["loudspeaker"], RATE_HZ)
    assert second.start == voices(dry)[1].start
    _, last = laid_out(cache, line(channel="telepathy"))
    assert last.length >= voices(last)[0].start + voices(last)[0].length


def test_a_delivery_moves_the_level_in_the_timeline_and_the_rest_in_the_request(cache: ClipCache) -> None:
    soft = {line().id: Delivery(rate=0.95, pitch_st=-0.2, gain_db=-3.0, why="whisper")}
    _, quiet = laid_out(cache, line(), deliveries=soft)
    _, plain = laid_out(cache, line())
    assert voices(quiet)[0].gain_db == pytest.approx(voices(plain)[0].gain_db - 3.0)
    script, cast = script_of([line()]), cast_of("甲")
    said = plan_utterances(script, cast, ToneEngine(), deliveries=soft)[0]
    as_is = plan_utterances(script, cast, ToneEngine())[0]
    assert (said.request.rate, said.request.pitch_st) == (0.95, -0.2) and said.key != as_is.key


def key_of(script: Script, cast: Cast) -> str:
    return plan_utterances(script, cast, ToneEngine())[0].key


def test_an_effect_makes_another_chapter_of_the_same_clips(cache: ClipCache, tmp_path: Path) -> None:
    keys, prints = set(), set()
    for channel in (None, "phone", "radio"):
        said = line(channel=channel)
        keys.add(key_of(script_of([said]), cast_of("甲")))
        maker, timeline = laid_out(cache, said)
        prints.add(timeline.model_dump_json())
        assert maker.load(voices(timeline)[0]).size == voices(timeline)[0].length
    assert len(keys) == 1 and len(prints) == 3


def test_the_mix_hears_the_effect_at_the_rate_of_the_preset(cache: ClipCache) -> None:
    maker, timeline = laid_out(cache, line(channel="radio"))
    expected = apply_effect(cache.load("buzz").samples, RATE_HZ, "radio")  # type: ignore[union-attr]
    assert np.allclose(maker.load(voices(timeline)[0]), expected, atol=1e-6)
