"""A masked word becomes a tone where the user wants one; stars that mask nothing never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.catalog import load_cue_sounds
from novelcast.model import Book, Chapter, Paragraph, Script
from novelcast.script import check_coverage, write_script
from novelcast.script.bleeps import masks_in
from novelcast.script.spoken import spoken_form


def book_of(*paragraphs: str) -> Book:
    lines = tuple(Paragraph(kind="body", text=text) for text in paragraphs)
    return Book(
        id="b",
        title="书",
        chapters=(Chapter(title="一", paragraphs=lines),),
        source="b.txt",
        source_sha256="",
    )


def script_of(*paragraphs: str, masked: str = "bleep") -> Script:
    return write_script(book_of(*paragraphs), load_cue_sounds(), masked=masked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("像一颗**在人群里炸开。", ["**"]),
        ("他开着那辆***走了。", ["***"]),
        ("机箱里的RG*灯，接入*模型。", ["*", "*"]),
        ("■■公司的人来了。", ["■■"]),
        ("＊＊＊的车停在门口。", ["＊＊＊"]),
    ],
)
def test_masked_words_are_found(text: str, masked: list[str]) -> None:
    assert [text[a:b] for a, b in masks_in(text)] == masked


@pytest.mark.parametrize(
    "text",
    [
        "HP+100，5*3等于15，3 * 4等于12，2*x+1。",
        "*****",
        "* * *",
        "他练的是天罡诀*。",
        "*天罡诀：一种功法。",
        "他用A*算法找路。",
        "把*.txt都删了。",
        " **重要** 的事。",
        "■",
    ],
)
def test_stars_that_mask_nothing_are_left_alone(text: str) -> None:
    assert list(masks_in(text)) == []


def test_a_star_before_a_mark_hides_a_word_where_somebody_speaks() -> None:
    assert list(masks_in("你他妈*！", said=True)) == [(3, 4)]
    assert list(masks_in("此人姓沈*！")) == []


def test_the_words_around_a_tone_are_spoken_in_order_by_the_same_voice() -> None:
    script = script_of("“你这个**，给我站住！”周航喊道，像一颗**在人群里炸开。")
    parts = sorted([*script.segments, *script.cues], key=lambda e: e.span.start)
    assert [p.text for p in parts] == [
        "“你这个", "**", "，给我站住！”", "周航喊道，像一颗", "**", "在人群里炸开。",
    ]  # fmt: skip
    assert [c.sound for c in script.cues] == ["censor", "censor"]
    assert [c.mode for c in script.cues] == ["replace", "replace"]
    said = [s for s in script.segments if s.kind == "dialogue"]
    assert len(said) == 2
    assert len({s.speaker for s in said}) == 1
    assert [c.segment for c in script.cues] == [said[1].id, script.segments[-1].id]
    assert len({s.id for s in script.segments}) == len(script.segments)


def test_a_longer_mask_is_a_longer_tone_up_to_a_limit() -> None:
    lengths = [script_of(f"他骂了一句{'*' * n}就走了。").cues[0].length_ms or 0 for n in (1, 3, 5, 30)]
    assert lengths == sorted(lengths)
    assert lengths[0] >= 250
    assert lengths[-1] < 1000


def test_without_the_wish_for_a_tone_masks_are_a_short_silence() -> None:
    script = script_of("像一颗**在人群里炸开。", masked="silence")
    assert script.cues == ()
    assert [s.spoken for s in script.segments] == ["像一颗，在人群里炸开。"]


def test_a_mask_is_never_read_as_a_star() -> None:
    for text in ("像一颗**炸开", "RG*灯", "*模型", "他*的", "A*算法"):
        assert "星号" not in spoken_form(text, "zh")


PIECES = st.sampled_from(["**", "*", "■■", "他", "说：“", "”", "，", "。", "5", "A", "走吧", " ", "……", "＊"])


@given(st.lists(st.lists(PIECES, min_size=1, max_size=12).map("".join), min_size=1, max_size=4))
def test_every_character_is_in_a_segment_a_cue_or_skipped(paragraphs: list[str]) -> None:
    book = book_of(*paragraphs)
    check_coverage(book, write_script(book, load_cue_sounds(), masked="bleep"))
