"""A chapter posted twice is found, and told apart from chapters that merely share sentences."""

from __future__ import annotations

from pathlib import Path

from damage import spoken

from novelcast.read import read_book
from novelcast.read.duplicates import repeated_chapters

DATA = Path(__file__).parents[1] / "data"
TEXTS = ["\n".join(spoken(read_book(file))[1:]) for file in sorted(DATA.glob("*.txt"))]


def test_a_chapter_posted_twice_is_found_whatever_its_title() -> None:
    chapters = [("第一章", TEXTS[0]), ("第二章", TEXTS[1]), ("第三章", TEXTS[0].replace("。", "．", 2))]
    found = repeated_chapters(chapters)
    assert list(found) == [2]
    assert "第一章" in found[2]


def test_the_shorter_of_two_goes() -> None:
    cut = TEXTS[0][: len(TEXTS[0]) // 2]
    assert list(repeated_chapters([("第一章", cut), ("第一章", TEXTS[0]), ("第二章", TEXTS[1])])) == [0]
    assert list(repeated_chapters([("第一章", TEXTS[0]), ("第二章", TEXTS[1]), ("第一章", cut)])) == [2]


def test_chapters_that_share_a_beginning_both_stay() -> None:
    recap = TEXTS[0][:300]
    assert repeated_chapters([("第一章", recap + TEXTS[1]), ("第二章", recap + TEXTS[2])]) == {}


def test_a_title_that_stands_twice_is_heard_once() -> None:
    assert list(repeated_chapters([("第一章 雨", "第一章 雨"), ("第一章　雨", TEXTS[0])])) == [0]
