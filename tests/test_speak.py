import asyncio
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import cast_of, script_of, segment
from novelcast.audio import Clip
from novelcast.engines.tone import ToneEngine
from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.model import Progress, SpeechRequest
from novelcast.speak import Spoken, plan_utterances, speak
from novelcast.utterances import utterance_texts
from novelcast.workspace import ClipCache


class CountingEngine(ToneEngine):
    """The humming engine with a list of what it was asked, and answers prepared for some texts."""

    def __init__(self, *, answers: dict[str, list[object]] | None = None) -> None:
        self.asked: list[SpeechRequest] = []
        self.answers = answers or {}

    async def speak(self, request: SpeechRequest) -> Clip:
        self.asked.append(request)
        prepared = self.answers.get(request.text)
        if prepared:
            answer = prepared.pop(0)
            if isinstance(answer, BaseException):
                raise answer
            if isinstance(answer, Clip):
                return answer
        return await super().speak(request)


SCRIPT = script_of([segment("夜里下起了大雨，街上没有人。"), segment("他撑着伞站在路灯下面。", paragraph=1)])


def spoken_with(engine: CountingEngine, cache: ClipCache, script=SCRIPT) -> Spoken:
    plan = plan_utterances(script, cast_of(), engine)
    return asyncio.run(speak(plan, engine, cache))


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    return ClipCache(tmp_path / "clips")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novelcast.speak.FIRST_WAIT_S", 0.001)


def test_a_second_run_asks_the_engine_nothing(cache: ClipCache) -> None:
    first, second = CountingEngine(), CountingEngine()
    made = spoken_with(first, cache)
    again = spoken_with(second, cache)
    assert len(first.asked) == made.made == 2
    assert second.asked == [] and again.made == 0
    assert again.clips == made.clips


def test_changing_one_line_speaks_one_line(cache: ClipCache) -> None:
    spoken_with(CountingEngine(), cache)
    engine = CountingEngine()
    changed = script_of([SCRIPT.segments[0], segment("她撑着伞站在路灯下面。", paragraph=1)])
    spoken_with(engine, cache, changed)
    assert [r.text for r in engine.asked] == ["她撑着伞站在路灯下面。"]


def test_a_deleted_clip_is_the_only_one_made_again(cache: ClipCache) -> None:
    keys = list(spoken_with(CountingEngine(), cache).clips)
    cache.path(keys[1]).unlink()
    engine = CountingEngine()
    assert spoken_with(engine, cache).made == len(engine.asked) == 1


def test_a_damaged_clip_is_made_again(cache: ClipCache) -> None:
    key = next(iter(spoken_with(CountingEngine(), cache).clips))
    data = bytearray(cache.path(key).read_bytes())
    data[len(data) // 2] ^= 0xFF
    cache.path(key).write_bytes(data)
    assert spoken_with(CountingEngine(), cache).made == 1


def test_a_line_said_twice_is_spoken_once(cache: ClipCache) -> None:
    engine = CountingEngine()
    twice = script_of([segment("雨一直下到了天亮。"), segment("雨一直下到了天亮。", paragraph=1)])
    assert len(spoken_with(engine, cache, twice).clips) == len(engine.asked) == 1


def test_a_busy_service_is_asked_again(cache: ClipCache) -> None:
    busy = SpeechFailed("busy", transient=True)
    engine = CountingEngine(answers={SCRIPT.segments[0].text: [busy, busy]})
    spoken = spoken_with(engine, cache)
    assert not spoken.failed and len(engine.asked) == 4


def test_a_line_that_fails_in_passing_is_asked_for_ten_times_and_then_reported(cache: ClipCache) -> None:
    broken = [SpeechFailed("broken", transient=True) for _ in range(20)]
    engine = CountingEngine(answers={SCRIPT.segments[0].text: list(broken)})
    engine.concurrency = 1
    long = script_of(
        [SCRIPT.segments[0], *(segment(f"第{n}天，雨还没有停。", paragraph=n) for n in range(1, 40))]
    )
    spoken = spoken_with(engine, cache, long)
    assert list(spoken.failed.values()) == ["broken"]
    assert sum(r.text == SCRIPT.segments[0].text for r in engine.asked) == 10
    assert len(spoken.clips) == 39


class Dead(CountingEngine):
    """Answers `alive` requests, then none."""

    def __init__(self, alive: int) -> None:
        super().__init__()
        self.alive = alive

    async def speak(self, request: SpeechRequest) -> Clip:
        if len(self.asked) < self.alive:
            return await super().speak(request)
        self.asked.append(request)
        raise SpeechFailed("out of reach", hint="check the network", transient=True)


MANY = script_of([segment(f"第{n}天，雨还没有停。", paragraph=n) for n in range(60)])


def test_a_service_that_was_never_there_stops_the_run(
    cache: ClipCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novelcast.pace.FIRST_PROBE_S", 0.001)
    engine = Dead(0)
    with pytest.raises(EngineUnavailable, match="out of reach") as unavailable:
        spoken_with(engine, cache, MANY)
    assert "network" in unavailable.value.hint
    assert len(engine.asked) < 20


def test_a_service_that_goes_away_does_not_burn_the_book_and_what_was_spoken_is_kept(
    cache: ClipCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novelcast.pace.FIRST_PROBE_S", 0.001)
    engine = Dead(20)
    spoken = spoken_with(engine, cache, MANY)
    assert (len(spoken.clips), len(spoken.failed)) == (20, 40)
    assert all("out of reach" in why and "check the network" in why for why in spoken.failed.values())
    assert len(engine.asked) < 40, "most of what is left was never asked for"
    assert spoken_with(CountingEngine(), cache, MANY).made == 40


def test_a_line_that_a_service_will_not_speak_does_not_keep_the_rest_of_the_book_from_being_made(
    cache: ClipCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novelcast.pace.FIRST_PROBE_S", 0.001)
    bad = SCRIPT.segments[0].text
    for _ in range(2):  # the second time it is the only line that is asked for
        engine = CountingEngine(answers={bad: [SpeechFailed("no audio", transient=True) for _ in range(50)]})
        spoken = spoken_with(engine, cache)
        assert len(spoken.clips) == 1 and "no audio" in next(iter(spoken.failed.values()))


def test_a_service_that_comes_back_costs_no_line(cache: ClipCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novelcast.pace.FIRST_PROBE_S", 0.001)
    notes: set[str] = set()

    class Restarted(Dead):
        async def speak(self, request: SpeechRequest) -> Clip:
            if len(self.asked) > self.alive + 10:
                self.alive = 1000
            return await super().speak(request)

    engine = Restarted(20)
    plan = plan_utterances(MANY, cast_of(), engine)
    spoken = asyncio.run(speak(plan, engine, cache, lambda p: notes.add(p.waiting)))
    assert len(spoken.clips) == 60 and not spoken.failed
    assert notes == {"", "waiting for the service"}


def test_a_voice_that_the_service_no_longer_has_costs_its_own_lines_and_not_thousands_of_requests(
    cache: ClipCache,
) -> None:
    class Withdrawn(CountingEngine):
        async def speak(self, request: SpeechRequest) -> Clip:
            clip = await super().speak(request)
            if request.voice == "tone_alto":
                raise SpeechFailed("no audio came", transient=True)
            return clip

    both = script_of(
        [
            segment(f"第{n}天，雨还没有停。", "dialogue" if n % 2 else "narration", paragraph=n, speaker="周航" if n % 2 else None)
            for n in range(80)
        ]
    )  # fmt: skip
    engine = Withdrawn()
    plan = plan_utterances(both, cast_of("周航"), engine)
    spoken = asyncio.run(speak(plan, engine, cache))
    assert (len(spoken.clips), len(spoken.failed)) == (40, 40)
    assert "tone_alto" in list(spoken.failed.values())[-1]
    assert sum(r.voice == "tone_alto" for r in engine.asked) < 40


def test_no_more_requests_are_under_way_than_the_engine_allows(cache: ClipCache) -> None:
    class Watched(CountingEngine):
        under_way = most = 0

        async def speak(self, request: SpeechRequest) -> Clip:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(0.001)
            self.under_way -= 1
            return await super().speak(request)

    engine = Watched()
    engine.concurrency = 3
    spoken_with(engine, cache, MANY)
    assert engine.most == 3


def test_one_bad_line_is_reported_and_the_rest_is_spoken(cache: ClipCache) -> None:
    engine = CountingEngine(answers={SCRIPT.segments[0].text: [SpeechFailed("no such sound")]})
    spoken = spoken_with(engine, cache)
    assert list(spoken.failed.values()) == ["no such sound"]
    assert len(spoken.clips) == 1


def test_a_broken_engine_stops_the_run_at_once(cache: ClipCache) -> None:
    engine = CountingEngine(answers={SCRIPT.segments[0].text: [EngineUnavailable("gone")]})
    engine.concurrency = 1
    with pytest.raises(EngineUnavailable):
        spoken_with(engine, cache)
    assert len(engine.asked) == 1


def test_a_line_that_babbles_however_it_is_asked_for_is_reported_not_played(cache: ClipCache) -> None:
    babble = Clip(np.full(24_000 * 60, 0.3, dtype=np.float32), 24_000)
    texts = [SCRIPT.segments[0].text, *SCRIPT.segments[0].text.replace("，", "，|").split("|")]
    spoken = spoken_with(CountingEngine(answers={text: [babble] * 9 for text in texts}), cache)
    assert "cannot be right" in next(iter(spoken.failed.values())) and len(spoken.clips) == 1


def test_progress_reaches_its_total(cache: ClipCache) -> None:
    seen: list[Progress] = []
    engine = CountingEngine()
    asyncio.run(speak(plan_utterances(SCRIPT, cast_of(), engine), engine, cache, seen.append))
    assert (seen[0].done, seen[-1].done, seen[-1].total) == (0, 2, 2)


def test_clips_are_stored_one_by_one_so_that_stopping_loses_only_what_is_under_way(cache: ClipCache) -> None:
    engine = CountingEngine(answers={SCRIPT.segments[1].text: [KeyboardInterrupt()]})
    engine.concurrency = 1
    with pytest.raises(KeyboardInterrupt):
        spoken_with(engine, cache)
    assert spoken_with(CountingEngine(), cache).made == 1


# ---------------------------------------------------------------- cutting


def test_a_segment_is_cut_at_its_sentence_ends() -> None:
    assert utterance_texts("夜里下起了一场大雨。街上一个人也没有。", 40) == [
        "夜里下起了一场大雨。",
        "街上一个人也没有。",
    ]


def test_a_short_sentence_is_not_said_alone() -> None:
    assert utterance_texts("走。他头也不回地出了门。", 40) == ["走。他头也不回地出了门。"]
    assert utterance_texts("他头也不回地出了门。走。", 40) == ["他头也不回地出了门。走。"]


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    text = "，".join(["他走过一条又一条街"] * 6) + "。"
    parts = utterance_texts(text, 25)
    assert all(len(p) <= 25 for p in parts)
    assert all(p.endswith(("，", "。")) for p in parts)


@pytest.mark.parametrize("text", ["山" * 200 + "。", "风" * 40 + "！", "a" * 95 + ".”"])
def test_a_mark_is_never_left_alone_by_a_hard_cut(text: str) -> None:
    parts = utterance_texts(text, 40)
    assert "".join(parts) == text
    assert all(any(c.isalnum() for c in p) for p in parts)


def test_english_words_are_not_cut_in_half() -> None:
    text = "he had nothing but an old rusty lantern and the long road home in front of him"
    assert " ".join(utterance_texts(text, 30)) == text


@given(st.text(alphabet="雨风，。！？…— aB1\n", max_size=200), st.integers(min_value=5, max_value=60))
def test_cutting_loses_no_character_and_keeps_the_limit(text: str, limit: int) -> None:
    parts = utterance_texts(text, limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < len(p) <= limit for p in parts)
