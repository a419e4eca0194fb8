"""Timed lines: the author's words, each where it is heard."""

import re

import pytest

from books import cast_of, cue, script_of, segment
from edition import TEXT, Edition
from novelcast.audio import ClipInfo
from novelcast.errors import InputError
from novelcast.model import Pauses, Script, Timeline
from novelcast.publish.lines import Line, lines_of
from novelcast.script.spoken import spoken_form
from novelcast.timeline import CueInfo, build_timeline
from novelcast.utterances import utterance_texts

RATE_HZ = 1000


def timeline_of(script: Script, max_chars: int = 200) -> Timeline:
    """Each character that is spoken takes 200 ms, each sound 600."""
    clips = {
        s.id: [
            (f"{s.id}/{n}", ClipInfo(200 * sum(c.isalnum() for c in text), RATE_HZ, -20.0))
            for n, text in enumerate(utterance_texts(s.spoken, max_chars))
        ]
        for s in script.segments
    }
    cues = {n: CueInfo(600, 0.0) for n in range(len(script.cues))}
    return build_timeline(
        script, 0, "一", clips, cues, cast_of("甲"),
        rate_hz=RATE_HZ, pauses=Pauses(), head_ms=500, tail_ms=2000,
    )  # fmt: skip


def lines_in(script: Script, max_chars: int = 200) -> tuple[Line, ...]:
    return lines_of(timeline_of(script, max_chars), script)


def said(text: str) -> str:
    return spoken_form(text, "zh-Hans")


def test_a_line_is_timed_as_its_clip_is_placed() -> None:
    script = script_of(
        [segment("雨停了。"), segment("“走吧。”", "dialogue", paragraph=1, speaker="甲", spoken="走吧。")]
    )
    first, second = lines_in(script)
    assert (first.speaker, first.kind, first.text) == (None, "narration", "雨停了。")
    assert (first.start, first.end) == (500, 500 + 600)
    assert (second.speaker, second.text) == ("甲", "“走吧。”")
    assert (second.start, second.end) == (1100 + 600, 1100 + 600 + 400)


def test_each_clip_of_a_segment_has_its_own_words_as_the_author_wrote_them() -> None:
    text = "他数了３个箱子，一共98℃！“什么？你刚才说的是什么呀？”他又看了一遍温度计……没有错，就是这样的。"
    script = script_of([segment(text, spoken=said(text))])
    (line,) = lines_in(script)
    assert "".join(p.text for p in line.parts) == text
    assert [p.text for p in line.parts] == [
        "他数了３个箱子，一共98℃！“什么？",
        "你刚才说的是什么呀？”",
        "他又看了一遍温度计……没有错，就是这样的。",
    ]
    assert all(a.end < b.start for a, b in zip(line.parts, line.parts[1:], strict=False))


def test_traditional_text_is_matched_with_what_was_said_in_simplified() -> None:
    text = "夜裡下起了一場大雨。街上一個人也沒有。"
    script = script_of([segment(text, spoken=said(text))])
    assert [p.text for p in lines_in(script)[0].parts] == ["夜裡下起了一場大雨。", "街上一個人也沒有。"]


def test_a_sentence_too_long_for_the_engine_is_cut_where_the_engine_was_given_it() -> None:
    clauses = [
        "天色一点一点暗下来，",
        "远处的山只剩下一道黑影，",
        "他仍旧坐在门槛上，",
        "手里攥着那封没有寄出的信，",
        "一句话也没有说。",
    ]
    text = "".join(clauses)
    script = script_of([segment(text)])
    for max_chars in (15, 25, 40):
        given = utterance_texts(text, max_chars)
        assert len(given) > 1
        assert [p.text for p in lines_in(script, max_chars)[0].parts] == given


def test_a_line_that_nobody_hears_stands_where_the_next_is_heard() -> None:
    script = script_of(
        [segment("雨。"), segment("“……”", "dialogue", paragraph=1, spoken=""), segment("风。", paragraph=2)]
    )
    _, silent, after = lines_in(script)
    assert silent.parts == () and silent.start == silent.end == after.start


def test_a_sound_in_place_of_words_is_a_line_where_the_text_has_it() -> None:
    script = script_of(
        [segment("他等着。"), segment("门开了。", paragraph=2)],
        cues=[cue("咚咚！", "replace", paragraph=1, segment="000.0002.0")],
    )
    lines = lines_in(script)
    assert [(line.kind, line.text) for line in lines] == [
        ("narration", "他等着。"),
        ("sound", "咚咚！"),
        ("narration", "门开了。"),
    ]
    assert lines[1].end - lines[1].start == 600
    assert lines[0].end < lines[1].start < lines[1].end < lines[2].start


def test_a_sound_under_words_is_no_line_and_moves_none() -> None:
    text = "他刚转身啪的一声灯灭了"
    script = script_of([segment(text)], cues=[cue("啪", "under", start=4, segment="000.0000.0")])
    (line,) = lines_in(script)
    assert line.text == text and line.start == 500


def test_a_chapter_in_two_files_has_its_lines_in_each_and_one_over_the_end_in_both() -> None:
    script = script_of([segment("雨停了。"), segment("夜里下起了一场大雨。街上一个人也没有。", paragraph=1)])
    whole = timeline_of(script)
    first = whole.model_copy(update={"placements": whole.placements[:2], "length": 6000})
    moved = whole.placements[2].model_copy(update={"start": 700})
    second = whole.model_copy(update={"placements": (moved,), "length": 5000})
    lines = lines_of([first, second], script)
    assert [(line.file, line.text) for line in lines] == [
        (0, "雨停了。"),
        (0, "夜里下起了一场大雨。"),
        (1, "街上一个人也没有。"),
    ]
    assert [(line.span.start, line.span.end) for line in lines[1:]] == [(0, 10), (10, 19)]
    assert (lines[2].start, lines[2].end) == (700, 700 + moved.length)
    assert lines[1].segment == lines[2].segment


def test_a_script_edited_after_rendering_is_refused_with_what_to_do() -> None:
    before = script_of([segment("夜里下起了一场大雨。街上一个人也没有。")])
    timeline = timeline_of(before)
    for after in (script_of([segment("雨。")]), script_of([segment("夜里。", paragraph=3)])):
        with pytest.raises(InputError) as raised:
            lines_of(timeline, after)
        assert "render" in raised.value.hint


def test_no_word_of_a_rendered_book_is_lost(edition: Edition) -> None:
    heard = "".join(line.text for _, _, _, lines in edition.chapters for line in lines)
    assert re.sub(r"\s", "", heard) == re.sub(r"\s|\*", "", TEXT)
