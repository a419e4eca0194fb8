import pytest

from books import cast_of, cue, scene_break, script_of, segment
from novelcast.audio import ClipInfo, WordTime
from novelcast.model import Pauses, Script, Timeline
from novelcast.timeline import VOICE_LUFS, CueInfo, build_timeline, chapter_scripts

RATE_HZ = 1000  # one sample is a millisecond
PAUSES = Pauses()


def clip(ms: int, lufs: float = VOICE_LUFS, *, ends_sentence: bool = True) -> ClipInfo:
    return ClipInfo(ms, RATE_HZ, lufs, ends_sentence)


def laid_out(script: Script, clips: dict, cues: dict | None = None, pauses: Pauses = PAUSES) -> Timeline:
    return build_timeline(
        script,
        0,
        "一",
        clips,
        cues or {},
        cast_of("甲", "乙"),
        rate_hz=RATE_HZ,
        pauses=pauses,
        head_ms=500,
        tail_ms=2000,
    )


def gap(timeline: Timeline, first: int = 0) -> int:
    a, b = timeline.placements[first : first + 2]
    return b.start - (a.start + a.length)


def one_each(script: Script, ms: int = 1000) -> dict:
    return {s.id: [(s.id, clip(ms))] for s in script.segments}


def pair(before: dict, after: dict) -> Script:
    return script_of([segment(**before), segment(**after)])


@pytest.mark.parametrize(
    ("before", "after", "pause_ms"),
    [
        ({"text": "第一章", "kind": "heading"}, {"text": "雨。", "paragraph": 1}, PAUSES.heading_ms),
        ({"text": "雨。"}, {"text": "风。", "paragraph": 1}, PAUSES.paragraph_ms),
        (
            {"text": "“谁？”", "kind": "dialogue", "speaker": "甲"},
            {"text": "他问。", "start": 4},
            PAUSES.tag_ms,
        ),
        (
            {"text": "“谁？”", "kind": "dialogue", "speaker": "甲"},
            {"text": "“我。”", "kind": "dialogue", "speaker": "乙", "paragraph": 1},
            PAUSES.turn_ms,
        ),
        (
            {"text": "“你听我——”", "kind": "dialogue", "speaker": "甲"},
            {"text": "“不听。”", "kind": "dialogue", "speaker": "乙", "paragraph": 1},
            PAUSES.interrupted_ms,
        ),
        ({"text": "雨，", "kind": "narration"}, {"text": "雪。", "start": 2}, PAUSES.clause_ms),
        ({"text": "雨。", "kind": "narration"}, {"text": "雪。", "start": 2}, PAUSES.sentence_ms),
        ({"text": "雨。", "pause_after_ms": 77}, {"text": "风。", "paragraph": 1}, 77),
    ],
)
def test_a_pause_is_exactly_as_long_as_its_boundary_asks(before: dict, after: dict, pause_ms: int) -> None:
    script = pair(before, after)
    assert gap(laid_out(script, one_each(script))) == pause_ms


def test_a_scene_break_is_heard_and_marked() -> None:
    script = script_of([segment("雨停了。"), segment("三年后。", paragraph=2)], skipped=[scene_break(1)])
    line = laid_out(script, one_each(script))
    assert gap(line) == PAUSES.scene_ms
    assert line.scenes == (line.placements[1].start,)


def quotes(*texts: str) -> Script:
    return script_of(
        [
            segment(text, "dialogue", paragraph=n, speaker="甲乙"[n % 2])
            if text.startswith("“")
            else segment(text, paragraph=n)
            for n, text in enumerate(texts)
        ]
    )


def test_short_quotes_in_a_row_follow_each_other_fast() -> None:
    script = quotes("“谁？”", "“我。”", "“进来。”", "“不。”")
    line = laid_out(script, one_each(script))
    assert [gap(line, n) for n in range(3)] == [PAUSES.fast_turn_ms] * 3


@pytest.mark.parametrize(
    "texts",
    [
        ("“谁？”", "“我。”"),  # two are no exchange yet
        ("“谁？”", "“我。”", "“是你啊，我还以为今天晚上谁也不会到这里来了。”"),
        ("“谁？”", "“我。”", "门开了。", "“进来。”"),
    ],
)
def test_a_talk_that_is_not_fast_has_room_to_breathe(texts: tuple[str, ...]) -> None:
    script = quotes(*texts)
    assert gap(laid_out(script, one_each(script))) == PAUSES.turn_ms


def test_an_interruption_is_shorter_than_a_fast_answer() -> None:
    script = quotes("“你——”", "“我。”", "“走。”")
    assert gap(laid_out(script, one_each(script))) == PAUSES.interrupted_ms < PAUSES.fast_turn_ms


def test_a_sentence_that_was_cut_to_be_spoken_goes_on_soon() -> None:
    script = script_of([segment("雨下着，风也刮着。天黑了。")])
    clips = {"000.0000.0": [("a", clip(300, ends_sentence=False)), ("b", clip(400)), ("c", clip(400))]}
    line = laid_out(script, clips)
    assert (gap(line, 0), gap(line, 1)) == (PAUSES.clause_ms, PAUSES.sentence_ms)


def test_head_and_tail_are_as_long_as_asked() -> None:
    script = script_of([segment("雨。")])
    timeline = laid_out(script, one_each(script))
    assert timeline.placements[0].start == 500
    assert timeline.length == 500 + 1000 + 2000


def test_the_utterances_of_one_segment_follow_with_the_sentence_pause() -> None:
    script = script_of([segment("雨。风。")])
    timeline = laid_out(script, {"000.0000.0": [("a", clip(300)), ("b", clip(400))]})
    assert [(p.clip, p.start) for p in timeline.placements] == [("a", 500), ("b", 800 + PAUSES.sentence_ms)]


def test_a_sound_in_place_of_words_stands_between_the_lines() -> None:
    script = script_of(
        [segment("他等着。"), segment("门开了。", paragraph=2)], cues=[cue("咚咚！", "replace", paragraph=1)]
    )
    timeline = laid_out(script, one_each(script), {0: CueInfo(600, -3.0)})
    assert [p.track for p in timeline.placements] == ["voice", "cue", "voice"]
    assert gap(timeline, 0) == gap(timeline, 1) == PAUSES.cue_ms


def test_a_sound_under_a_word_starts_where_the_word_is_spoken() -> None:
    text = "他刚转身啪的一声灯灭了"
    script = script_of([segment(text)], cues=[cue("啪", "under", start=4, segment="000.0000.0")])
    timeline = laid_out(script, {"000.0000.0": [("a", clip(1100))]}, {0: CueInfo(200, 0.0)})
    sound = next(p for p in timeline.placements if p.cue == 0)
    assert sound.start == 500 + 400  # the fifth of eleven syllables in 1100 ms


def test_a_sound_under_a_word_starts_when_its_clip_says_that_it_is_heard() -> None:
    text = "第3次，门啪的一声关上了。"
    script = script_of([segment(text)], cues=[cue("啪", "under", start=5, segment="000.0000.0")])
    said = "第三次，门啪的一声关上了。"
    words = tuple(WordTime(n, n + 1, 300 * n, 300 * n + 300) for n in range(len(said)))
    timed = ClipInfo(4000, RATE_HZ, VOICE_LUFS, text=said, words=words)
    timeline = laid_out(script, {"000.0000.0": [("a", timed)]}, {0: CueInfo(100, 0.0)})
    voice, sound = sorted(timeline.placements, key=lambda p: p.track, reverse=True)
    assert sound.start == voice.start + 300 * said.index("啪")


def test_a_sound_under_the_last_word_does_not_run_past_the_end() -> None:
    script = script_of([segment("门砰")], cues=[cue("砰", "under", start=1, segment="000.0000.0")])
    timeline = laid_out(script, {"000.0000.0": [("a", clip(400))]}, {0: CueInfo(5000, 0.0)})
    assert timeline.length == 500 + 200 + 5000 + 2000


def test_a_sound_before_a_line_does_not_overlap_it() -> None:
    script = script_of([segment("铃响了")], cues=[cue("铃", "before", segment="000.0000.0")])
    timeline = laid_out(script, one_each(script), {0: CueInfo(700, 0.0)})
    sound, voice = timeline.placements
    assert (sound.cue, sound.start) == (0, 500)
    assert voice.start == 500 + 700 + PAUSES.cue_ms


def test_a_loud_and_a_soft_clip_come_out_equally_loud() -> None:
    script = script_of([segment("雨。"), segment("风。", paragraph=1)])
    clips = {
        script.segments[0].id: [("a", clip(500, -14.0))],
        script.segments[1].id: [("b", clip(500, -27.0))],
    }
    loud, soft = laid_out(script, clips).placements
    assert -14.0 + loud.gain_db == pytest.approx(-27.0 + soft.gain_db) == pytest.approx(VOICE_LUFS)


def test_a_segment_with_nothing_to_say_takes_no_time() -> None:
    script = script_of([segment("雨。"), segment("……", paragraph=1, spoken=""), segment("风。", paragraph=2)])
    clips = one_each(script)
    del clips["000.0001.0"]
    timeline = laid_out(script, clips)
    assert len(timeline.placements) == 2 and gap(timeline) == PAUSES.paragraph_ms


def test_a_chapter_gets_its_own_part_of_the_script() -> None:
    script = script_of(
        [segment("一。"), segment("二。", chapter=1)], cues=[cue("砰", "under", segment="000.0000.0")]
    )
    parts = chapter_scripts(script)
    assert [s.text for s in parts[0].segments] == ["一。"] and len(parts[0].cues) == 1
    assert [s.text for s in parts[1].segments] == ["二。"] and not parts[1].cues


def test_placements_are_in_order_of_time() -> None:
    script = script_of(
        [segment("他走过去啪的一声打了蚊子"), segment("完了", paragraph=1)],
        cues=[cue("啪", "under", start=4, segment="000.0000.0")],
    )
    starts = [p.start for p in laid_out(script, one_each(script), {0: CueInfo(3000, 0.0)}).placements]
    assert starts == sorted(starts)
