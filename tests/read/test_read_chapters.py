"""Headings, scene breaks, title pages, tables of contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from novelcast.model import Book
from novelcast.read import read_book
from novelcast.read.chapters import find_heading, is_break


def book_of(folder: Path, text: str, name: str = "长夜.txt") -> Book:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_book(path)


@pytest.mark.parametrize(
    "line",
    [
        "第一章",
        "第一章 雨夜",
        "第12章：你是谁？",
        "第一百二十三回　英雄末路",
        "第３章 归来",
        "第二卷 山河",
        "第一部",
        "第四节 对峙",
        "第五章雨夜里的脚步声",
        "正文 第七章 重逢",
        "【第八章 出发】",
        "第九章 走，还是留！",
        "楔子",
        "序章 风起",
        "序",
        "尾声",
        "尾聲：天亮",
        "番外一 那年夏天",
        "后记",
        "第十節 歸途",
        "卷三 长风",
        "Chapter 3",
        "CHAPTER IV: The Door",
        "Chapter One The Rain",
        "Part Two",
        "Prologue",
        "Epilogue: Home",
    ],
)
def test_a_heading_is_found(line: str) -> None:
    assert find_heading(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "第一章写得不错，他想。",
        "第一章写得不错。",
        "第一节课下课了",
        "第三部分还没有写完",
        "第二回合开始",
        "第一章的内容他背得出来",
        "“第一章呢？”",
        "序列号丢了",
        "尾声已经听不见了。",
        "番外的人都走了",
        "Chapter two was the worst part of the book.",
        "Part of him wanted to go",
        "第一次见面",
        "第二天",
    ],
)
def test_a_sentence_is_no_heading(line: str) -> None:
    assert find_heading(line) is None


@pytest.mark.parametrize(
    "line", ["*****", "＊＊＊", "———", "——分割线——", "◇◇◇", "* * *", "======", "◆", "---"]
)
def test_a_decorative_line_is_a_scene_break(line: str) -> None:
    assert is_break(line)


@pytest.mark.parametrize("line", ["……", "——", "？", "“……”", "……。", "5", "他——"])
def test_a_silence_is_no_scene_break(line: str) -> None:
    assert not is_break(line)


def test_a_heading_starts_a_chapter_and_is_its_first_paragraph(tmp_path: Path) -> None:
    book = book_of(tmp_path, "第一章 来\n他来了。\n*****\n她也来了。\n第二章 去\n他走了。")
    assert [c.title for c in book.chapters] == ["第一章 来", "第二章 去"]
    assert [p.kind for p in book.chapters[0].paragraphs] == ["heading", "body", "break", "body"]
    assert book.chapters[1].paragraphs[0].text == "第二章 去"


def test_a_text_without_headings_is_one_chapter_named_as_the_book(tmp_path: Path) -> None:
    book = book_of(tmp_path, "他来了。\n她也来了。")
    assert [c.title for c in book.chapters] == [book.title] == ["长夜"]
    assert [p.kind for p in book.chapters[0].paragraphs] == ["body", "body"]


def test_a_title_page_is_kept_unspoken_and_names_title_and_author(tmp_path: Path) -> None:
    book = book_of(
        tmp_path, "《远山》\n作者：佚名\n内容简介：\n一个人走了很远的路。\n第一章 路\n他出发了。", "a.txt"
    )
    assert (book.title, book.authors) == ("远山", ("佚名",))
    assert len(book.chapters) == 1
    assert [s.text for s in book.skipped] == ["《远山》", "作者：佚名", "内容简介：", "一个人走了很远的路。"]
    assert [p.text for p in book.chapters[0].paragraphs][-2:] == ["第一章 路", "他出发了。"]


def test_a_games_panel_at_the_head_of_a_story_is_no_title_page(tmp_path: Path) -> None:
    assert book_of(tmp_path, "状态：饥饿\n类型：幸存者\n他睁开了眼睛。").skipped == ()


def test_story_before_the_first_heading_is_a_chapter_of_its_own(tmp_path: Path) -> None:
    book = book_of(tmp_path, "那一年的雪下得很早。\n谁也没有想到。\n第一章 雪\n他出发了。")
    assert [c.title for c in book.chapters] == ["长夜", "第一章 雪"]
    assert book.skipped == ()


def test_a_volume_and_the_chapter_under_it_are_one_chapter(tmp_path: Path) -> None:
    book = book_of(tmp_path, "第一卷 山\n第一章 路\n他出发了。\n第二章 河\n他过了河。")
    assert [c.title for c in book.chapters] == ["第一章 路", "第二章 河"]
    assert [p.kind for p in book.chapters[0].paragraphs] == ["heading", "heading", "body"]


def test_a_table_of_contents_is_skipped(tmp_path: Path) -> None:
    heads = ["第一章 路", "第二章 河", "第三章 山"]
    book = book_of(tmp_path, "\n".join(["目录", *heads, *(f"{h}\n他到了这里。" for h in heads)]))
    assert [c.title for c in book.chapters] == heads
    assert {s.reason for s in book.skipped} == {"table of contents"}
    assert len(book.skipped) == 4


def test_bare_numbers_in_order_are_headings(tmp_path: Path) -> None:
    book = book_of(tmp_path, "1\n他来了。\n2\n她也来了。\n3\n他们走了。")
    assert [c.title for c in book.chapters] == ["1", "2", "3"]


def test_a_lone_number_is_no_heading(tmp_path: Path) -> None:
    assert len(book_of(tmp_path, "他数到\n3\n门开了。").chapters) == 1


def test_markdown_headings_emphasis_and_wrapped_lines_are_read(tmp_path: Path) -> None:
    text = "# 远山\n\n## 第一节\n\n他走了\n很远的路，**终于**到了。\n\n---\n\n## 别离\n\n她[没有来](http://a.b)。\n"
    book = book_of(tmp_path, text, "a.md")
    assert book.title == "远山"
    assert [c.title for c in book.chapters] == ["第一节", "别离"]
    assert [(p.kind, p.text) for p in book.chapters[0].paragraphs] == [
        ("heading", "远山"),
        ("heading", "第一节"),
        ("body", "他走了很远的路，终于到了。"),
        ("break", "---"),
    ]
    assert book.chapters[1].paragraphs[1].text == "她没有来。"


def test_english_chapters_are_found(tmp_path: Path) -> None:
    book = book_of(tmp_path, "Prologue\nIt rained.\nChapter 1: The Door\nIt opened.\n", "rain.txt")
    assert [c.title for c in book.chapters] == ["Prologue", "Chapter 1: The Door"]
