"""Captions: what is read at a glance."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.hanzi import simplified
from novelcast.model import Span
from novelcast.publish.captions import captions_of, laid_out
from novelcast.publish.lines import Line, Part

RATE_HZ = 1000
LONG = (
    "他推开那扇锈迹斑斑的铁门，走廊尽头的灯忽明忽暗，像是有人在一遍又一遍地拨弄开关。"
    "“你别过来！”她退到墙边，手里攥着那把生锈的剪刀，“再走一步我就喊人了。”"
)


def line(text: str, start: int, end: int, speaker: str | None = None, parts: tuple[Part, ...] = ()) -> Line:
    span = Span(chapter=0, paragraph=0, start=0, end=len(text))
    kind = "dialogue" if speaker else "narration"
    return Line("s", span, kind, speaker, text, start, end, parts or (Part(text, start, end),))


def test_a_row_holds_twenty_chinese_characters_or_forty_two_latin_ones_and_a_caption_two_rows() -> None:
    english = (
        "The old keeper climbed the last of the hundred and forty steps, set down his lantern, and waited."
    )
    for text, most in ((LONG, 20), (english, 42), ("字" * 300, 20), ("A" * 300, 42)):
        for rows in laid_out(text):
            assert 1 <= len(rows) <= 2
            assert all(0 < len(row) <= most for row in rows)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120))
def test_no_character_is_lost_or_changed(text: str) -> None:
    shown = "".join(row for rows in laid_out(text) for row in rows)
    assert "".join(shown.split()) == "".join(text.split())


def test_a_text_is_cut_at_its_marks() -> None:
    assert laid_out(LONG) == [
        ("他推开那扇锈迹斑斑的铁门，", "走廊尽头的灯忽明忽暗，"),
        ("像是有人在一遍又一遍地拨弄开关。", "“你别过来！”"),
        ("她退到墙边，手里攥着那把生锈的剪刀，", "“再走一步我就喊人了。”"),
    ]


def test_a_word_is_not_cut_in_two() -> None:
    import jieba

    text = "没有标点的一句话一直说下去也不知道什么时候才会停下来因为作者忘了写标点符号所以读者只好自己去断句了真是麻烦"
    words = set(jieba.lcut(text))
    rows = [row for rows in laid_out(text) for row in rows]
    assert len(rows) > 2
    for before, after in pairwise(rows):
        assert not any(before[-n:] + after[:m] in words for n in (1, 2) for m in (1, 2))
    numbers = [
        row for rows in laid_out("他说模型的参数有1,760,000,000,000个，没有一个人相信。") for row in rows
    ]
    assert sum("1,760,000,000,000" in row for row in numbers) == 1


@pytest.mark.parametrize("mark", "，。！？”、；")
def test_a_row_never_begins_with_a_mark_that_closes(mark: str) -> None:
    text = ("风吹过来" * 5 + mark) * 6
    assert not any(row.startswith(mark) for rows in laid_out(text) for row in rows)


def test_a_picture_of_several_code_points_stays_whole() -> None:
    family = "👨‍👩‍👧"
    rows = [row for rows in laid_out(family * 30) for row in rows]
    assert sum(row.count(family) for row in rows) == 30


def test_long_words_share_the_time_of_their_clip_by_their_syllables() -> None:
    text = "一二三四五六七八九十一二三四五六七八九，" * 3  # each 19 syllables and a pause
    captions = captions_of([line(text, 1000, 7000)], RATE_HZ)
    assert [c.start for c in captions] == [1000, 3000]
    assert captions[-1].end == 7000


def test_captions_never_join_two_speakers_or_two_clips() -> None:
    lines = [
        line("“走。”", 0, 2000, "甲"),
        line("“不走。”", 2500, 4500, "乙"),
        line("雨。风。", 5000, 9000, parts=(Part("雨。", 5000, 6500), Part("风。", 7000, 9000))),
    ]
    captions = captions_of(lines, RATE_HZ)
    assert [(c.speaker, c.text, c.start) for c in captions] == [
        ("甲", "“走。”", 0),
        ("乙", "“不走。”", 2500),
        (None, "雨。", 5000),
        (None, "风。", 7000),
    ]


def test_a_short_caption_stands_a_second_unless_the_next_one_comes() -> None:
    captions = captions_of([line("嗯。", 0, 200), line("好。", 500, 700), line("走。", 5000, 5100)], RATE_HZ)
    assert [c.end for c in captions] == [500, 1500, 6000]


def test_what_nobody_hears_has_no_caption() -> None:
    silent = Line("s", Span(chapter=0, paragraph=0, start=0, end=2), "dialogue", "甲", "……", 0, 0)
    assert captions_of([silent], RATE_HZ) == ()


def test_captions_can_be_in_simplified_characters() -> None:
    (caption,) = captions_of([line("夜裡下起了雨。", 0, 2000)], RATE_HZ, simplified)
    assert caption.text == "夜里下起了雨。"


def test_the_rows_of_a_caption_join_with_a_space_only_between_latin_words() -> None:
    (caption,) = captions_of(
        [line("He climbed the last of the stairs and waited for a sign.", 0, 3000)], RATE_HZ
    )
    assert (
        len(caption.rows) == 2 and caption.text == "He climbed the last of the stairs and waited for a sign."
    )
    chinese, *_ = captions_of([line(LONG, 0, 9000)], RATE_HZ)
    assert " " not in chinese.text
