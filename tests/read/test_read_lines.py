"""Hard-wrapped lines are paragraphs again, glued titles are headings, and other texts keep their lines."""

from __future__ import annotations

import random
import textwrap
from pathlib import Path

import pytest
from damage import Rates, damage, spoken

from novelcast.read import read_book, undo
from novelcast.read.text import split_paragraphs

DATA = Path(__file__).parents[1] / "data"
OWN = [file for file in sorted(DATA.glob("*.txt")) if not file.stem.isascii()]  # the Chinese ones
NO_LINE_BEGINS_WITH = "，。！？；：”』」》）、…"
ENGLISH = (
    "The harbour lay quiet under the first snow of the year, and nobody in the village had slept. "
    "Old Martin walked down to the pier with a lantern in his hand and counted the boats twice. "
    "One of them was missing, and he knew at once whose boat it was."
)


def wrapped(paragraph: str, columns: int, indent: str) -> list[str]:
    """The paragraph in lines of so many Chinese characters; no mark begins a line."""
    text = indent + paragraph
    out = []
    while text:
        end = columns
        while end < len(text) and text[end] in NO_LINE_BEGINS_WITH:
            end += 1
        out.append(text[:end])
        text = text[end:]
    return out


@pytest.mark.parametrize("file", OWN, ids=lambda f: f.stem)
@pytest.mark.parametrize("columns", [20, 32, 40])
@pytest.mark.parametrize("style", ["indents", "blank lines", "both"])
def test_hard_wrapped_lines_are_paragraphs_again(file: Path, columns: int, style: str) -> None:
    clean = spoken(read_book(file))
    lines: list[str] = []
    for paragraph in clean:
        lines += wrapped(paragraph, columns, "　　" if style != "blank lines" else "")
        lines += [""] if style != "indents" else []
    assert split_paragraphs("\n".join(lines)) == clean


@pytest.mark.parametrize("file", OWN, ids=lambda f: f.stem)
def test_wrapped_lines_without_any_sign_of_paragraphs_are_rejoined_where_they_were_cut(file: Path) -> None:
    clean = spoken(read_book(file))
    lines = [line for p in clean for line in wrapped(p, 20, "")]
    read = split_paragraphs("\n".join(lines))
    assert "".join(read) == "".join(clean)
    whole = sum(p in clean for p in read)
    assert whole >= 0.8 * len(clean)


def test_each_line_end_that_was_taken_out_is_listed_and_undone(tmp_path: Path) -> None:
    clean = spoken(read_book(OWN[0]))
    lines = [wrapped(paragraph, 32, "　　") for paragraph in clean]
    path = tmp_path / "book.txt"
    path.write_text("\n".join(line for part in lines for line in part), encoding="utf-8")
    book = read_book(path)
    assert {(r.before, r.after) for r in book.repairs} == {("\n", "")}
    assert len(book.repairs) == sum(len(part) - 1 for part in lines)
    undone = [
        undo(p.text, [r for r in book.repairs if (r.chapter, r.paragraph) == (c, n)])
        for c, chapter in enumerate(book.chapters)
        for n, p in enumerate(chapter.paragraphs)
    ]
    assert undone == ["\n".join(part).strip() for part in lines]


def test_a_mended_character_and_a_line_end_in_one_paragraph_are_both_listed(tmp_path: Path) -> None:
    paragraphs = [
        ENGLISH,
        ENGLISH.replace("pier", "pi\u200ber"),
        *[ENGLISH] * 6,
    ]
    path = tmp_path / "book.txt"
    path.write_text("\n\n".join(textwrap.fill(p, 60) for p in paragraphs), encoding="utf-8")
    book = read_book(path)
    assert [p.text for p in book.chapters[0].paragraphs] == [ENGLISH] * 8
    second = [r for r in book.repairs if r.paragraph == 1]
    assert undo(ENGLISH, second) == textwrap.fill(paragraphs[1], 60)
    assert sorted({(r.before, r.after) for r in second}) == [("\n", " "), ("\u200b", "")]


def test_english_lines_are_joined_with_a_space() -> None:
    lines = [*textwrap.wrap(ENGLISH, 60), ""] * 4
    assert split_paragraphs("\n".join(lines)) == [ENGLISH] * 4


@pytest.mark.parametrize("file", OWN, ids=lambda f: f.stem)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\n\n\n", "\r\n", "\r\n　　"])
def test_lines_that_are_paragraphs_stay_as_they_are(file: Path, between: str) -> None:
    clean = spoken(read_book(file))
    assert split_paragraphs(between.join(clean)) == clean


def test_a_poem_and_a_list_are_not_taken_for_wrapped_lines() -> None:
    poem = ["江上一轮旧月色", "照过当年送别人", "今夜有人归不得", "空船自渡水中云"] * 6
    assert split_paragraphs("\n".join(poem[:8])) == poem[:8]
    items = [f"{n}号柜里放着一只瓶子" for n in range(30)]
    items.append("他一个一个地数过去，数到最后一个的时候，灯忽然灭了。" * 3)
    assert split_paragraphs("\n".join(items)) == items


def split_lines(lines: list[str]) -> list[str]:
    return split_paragraphs("\n".join(lines))


BODY = "他推开门，看见屋里坐着一个陌生的老人。"


@pytest.mark.parametrize(
    ("glued", "parts"),
    [
        ("第二章 雨夜　　" + BODY, ["第二章 雨夜", BODY]),
        ("第二章 雨夜 " + BODY, ["第二章 雨夜", BODY]),
        ("第二章雨夜 " + BODY, ["第二章雨夜", BODY]),
        ("第2章 雨夜“是谁？”" + BODY, ["第2章 雨夜", "“是谁？”" + BODY]),
        ("门关上了。第二章 雨夜 " + BODY, ["门关上了。", "第二章 雨夜", BODY]),
    ],
)
def test_a_title_glued_to_text_stands_by_itself(glued: str, parts: list[str]) -> None:
    before = ["第一章 晴天", BODY]
    assert split_lines([*before, glued, "天亮了。"]) == [*before, *parts, "天亮了。"]


def test_a_title_that_the_contents_list_is_cut_where_it_ends() -> None:
    paragraphs = ["第一章 晴天", "第二章 雨夜", "第一章 晴天", BODY, "第二章 雨夜" + BODY]
    assert split_lines(paragraphs)[-2:] == ["第二章 雨夜", BODY]


def test_a_title_ends_where_a_name_that_begins_paragraphs_stands() -> None:
    told = ["顾远没有回头。他一直往前走。", "顾远停了下来，听了一会儿。", "顾远终于笑了，转过身来。"]
    assert split_lines(["第一章 晴天", *told, "第二章 雨夜顾远推开门，看见一个陌生的老人。"])[-2:] == [
        "第二章 雨夜",
        "顾远推开门，看见一个陌生的老人。",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "第九章 我已经看完了，写得很好，你也应该看一看。",
        "老师说：“请大家翻到课本。第八章 讲的是水的三种形态，请大家看图。”",
    ],
)
def test_a_sentence_that_speaks_of_a_chapter_is_no_heading(sentence: str) -> None:
    paragraphs = ["第一章 晴天", BODY, sentence, BODY]
    assert split_lines(paragraphs) == paragraphs


@pytest.mark.parametrize("columns", [20, 32])
def test_every_repair_of_a_wrapped_and_damaged_text_is_undone(tmp_path: Path, columns: int) -> None:
    damaged = damage(spoken(read_book(OWN[0])), random.Random(columns), Rates(blurb=False)).text
    lines = [x for p in damaged.split("\n") if p.strip() for x in wrapped(p.strip(), columns, "　　")]
    path = tmp_path / "book.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    book = read_book(path)
    undone = [
        undo(p.text, [r for r in book.repairs if (r.chapter, r.paragraph) == (c, n)])
        for c, chapter in enumerate(book.chapters)
        for n, p in enumerate(chapter.paragraphs)
    ]
    assert "".join("".join(undone).split()) == "".join("".join(lines).split())
