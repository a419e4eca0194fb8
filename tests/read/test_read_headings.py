"""Headings that only their place among others gives away, volumes, and contents pages of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from files import nav, page, write_epub

from novelcast.model import Book
from novelcast.read import read_book
from novelcast.read.chapters import find_heading

PLACES = ["巷子", "渡口", "码头", "后院", "城门", "山脚", "桥头", "戏台", "当铺", "药铺", "车站", "灯塔"]
PEOPLE = ["老人", "女人", "孩子", "和尚", "士兵", "船夫", "郎中"]


def story(number: int, lines: int = 4) -> str:
    """So many lines of text that stand in no other chapter."""
    return "\n".join(
        f"那一夜他走到{PLACES[(number + i) % 12]}，看见{PEOPLE[(number * 3 + i) % 7]}坐在{PLACES[(number * 5 + i) % 12]}"
        f"边上，数着手里的第{number * 10 + i}枚铜钱。"
        for i in range(lines)
    )


def book_of(folder: Path, *parts: str, name: str = "长夜.txt") -> Book:
    path = folder / name
    path.write_text("\n".join(parts), encoding="utf-8")
    return read_book(path)


def titles(book: Book) -> list[str]:
    return [c.title for c in book.chapters]


def told(headings: list[str], lines: int = 4) -> list[str]:
    """Each heading with a chapter's text behind it."""
    return [part for n, h in enumerate(headings, 1) for part in (h, story(n, lines))]


# ---------------------------------------------------------------- one line


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("【第一章】雨夜", "第一章 雨夜"),
        ("《第三章 山》", "第三章 山"),
        ("「第二章」河", "第二章 河"),
        ("◇第四章 海◇", "第四章 海"),
        ("VIP第六章 归来", "第六章 归来"),
        ("12.第十二章 别离", "第十二章 别离"),
        ("正文 第七章 重逢", "第七章 重逢"),
        ("第八章。河", "第八章。河"),
        ("第二册 江湖", "第二册 江湖"),
        ("上卷 春", "上卷 春"),
        ("卷之三 长风", "卷之三 长风"),
        ("番外（一） 那年", "番外（一） 那年"),
        ("Chapter1 雨夜", "Chapter1 雨夜"),
        ("CHAPTER FORTY-TWO", "CHAPTER FORTY-TWO"),
        ("Book the Second: The Road", "Book the Second: The Road"),
        ("Vol. 3", "Vol. 3"),
    ],
)
def test_a_heading_is_found_in_its_decoration(line: str, title: str) -> None:
    heading = find_heading(line)
    assert heading is not None
    assert heading.title == title


@pytest.mark.parametrize(
    "line",
    [
        "「第一章呢？」",
        "（第三章完）",
        "【第二卷 终】",
        "Part I knew by heart",
        "Chapter ill",
        "引路的人",
        "卷三百里",
    ],
)
def test_what_only_looks_like_a_heading_is_none(line: str) -> None:
    assert find_heading(line) is None


def test_a_volume_and_a_chapter_in_one_line_are_both_known() -> None:
    heading = find_heading("第一卷 潜流 第三章 少年")
    assert heading is not None
    assert (heading.level, heading.title, heading.volume) == ("chapter", "第三章 少年", "第一卷 潜流")


# ---------------------------------------------------------------- volumes


def test_chapters_of_several_volumes_bear_their_volumes_title(tmp_path: Path) -> None:
    parts = told(["第一章 路", "第二章 河"])
    book = book_of(
        tmp_path, "第一卷 山", *parts, "第二卷 海", *told(["第一章 船", "第二章 岛"], 5), "后记", story(9)
    )
    assert titles(book) == [
        "第一卷 山 · 第一章 路",
        "第一卷 山 · 第二章 河",
        "第二卷 海 · 第一章 船",
        "第二卷 海 · 第二章 岛",
        "后记",
    ]
    assert [p.text for p in book.chapters[2].paragraphs[:2]] == ["第二卷 海", "第一章 船"]


def test_a_volume_that_stands_in_each_chapters_line_is_its_volume(tmp_path: Path) -> None:
    lines = ["第一卷 山 第一章 路", "第一卷 山 第二章 河", "第二卷 海 第三章 船"]
    assert titles(book_of(tmp_path, *told(lines))) == [
        "第一卷 山 · 第一章 路",
        "第一卷 山 · 第二章 河",
        "第二卷 海 · 第三章 船",
    ]


def test_what_sites_call_the_text_is_no_volume(tmp_path: Path) -> None:
    assert titles(book_of(tmp_path, "正文卷", *told(["第一章 路", "第二章 河"]))) == [
        "第一章 路",
        "第二章 河",
    ]
    assert titles(book_of(tmp_path, "正文", story(1))) == ["长夜"]


def test_parts_over_chapters_are_volumes_and_sections_under_them_are_not_chapters(tmp_path: Path) -> None:
    parts = [
        "第一篇 山",
        *told(["第一章 路", "第二章 河"]),
        "第二篇 海",
        *told(["第三章 船", "第四章 岛"], 5),
    ]
    assert titles(book_of(tmp_path, *parts))[::3] == ["第一篇 山 · 第一章 路", "第二篇 海 · 第四章 岛"]
    inner = [
        "第一章 路",
        "第一节",
        story(1),
        "第二节",
        story(2),
        "第二章 河",
        "第一节",
        story(3),
        "第二节",
        story(4),
    ]
    book = book_of(tmp_path, *inner)
    assert titles(book) == ["第一章 路", "第二章 河"]
    assert [p.text for p in book.chapters[0].paragraphs if p.kind == "heading"] == [
        "第一章 路",
        "第一节",
        "第二节",
    ]


def test_english_parts_hold_chapters(tmp_path: Path) -> None:
    text = [
        "Part One",
        "Chapter 1",
        "It rained all night.",
        "Part Two: Home",
        "Chapter 2",
        "He slept.",
        "Epilogue",
        "Dawn.",
    ]
    assert titles(book_of(tmp_path, *text, name="rain.txt")) == [
        "Part One · Chapter 1",
        "Part Two: Home · Chapter 2",
        "Epilogue",
    ]


def test_an_epubs_nested_contents_give_the_volumes(tmp_path: Path) -> None:
    pages = {
        f"{n}.xhtml": page(f"<h2>{t}</h2><p>{story(n, 1)}</p>")
        for n, t in enumerate(["风", "雨", "雷", "后记"])
    }
    table = nav(
        [
            ("春", "", [("风", "0.xhtml"), ("雨", "1.xhtml")]),
            ("秋", "", [("雷", "2.xhtml")]),
            ("后记", "3.xhtml"),
        ]
    )
    assert titles(read_book(write_epub(tmp_path / "a.epub", pages, toc=table))) == [
        "春 · 风",
        "春 · 雨",
        "秋 · 雷",
        "后记",
    ]


def test_an_epubs_flat_contents_give_them_too(tmp_path: Path) -> None:
    names = ["第一卷 春", "第一章 风", "第二卷 秋", "第一章 雷"]
    pages = {
        f"{n}.xhtml": page(f"<h2>{t}</h2>" + (f"<p>{story(n, 1)}</p>" if "章" in t else ""))
        for n, t in enumerate(names)
    }
    table = nav([(t, f"{n}.xhtml") for n, t in enumerate(names)])
    assert titles(read_book(write_epub(tmp_path / "a.epub", pages, toc=table))) == [
        "第一卷 春 · 第一章 风",
        "第二卷 秋 · 第一章 雷",
    ]


def test_folders_in_a_books_folder_are_its_volumes(tmp_path: Path) -> None:
    for name, text in (("第一卷 山", "第一章 路\n他出发了。"), ("第二卷 海", "第一章 船\n他上了船。")):
        folder = tmp_path / "长夜" / name
        folder.mkdir(parents=True)
        (folder / "第一章.txt").write_text(text, encoding="utf-8")
    assert titles(read_book(tmp_path / "长夜")) == ["第一卷 山 · 第一章 路", "第二卷 海 · 第一章 船"]


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    "numbers",
    [
        ["1", "2", "3"],
        ["01", "02", "03"],
        ["（一）", "（二）", "（三）"],
        ["I", "II", "III"],
        ["1.", "2.", "3."],
        ["一、", "二、", "三、"],
    ],
)
def test_numbers_alone_head_chapters_in_every_form(tmp_path: Path, numbers: list[str]) -> None:
    book = book_of(tmp_path, "楔子", story(9), *told(numbers), "尾声", story(8))
    assert titles(book) == ["楔子", *numbers, "尾声"]


def test_numbers_that_begin_anew_in_each_volume_head_its_chapters(tmp_path: Path) -> None:
    book = book_of(tmp_path, "第一卷 山", *told(["1", "2"]), "第二卷 海", *told(["1", "2"], 5))
    assert titles(book) == ["第一卷 山 · 1", "第一卷 山 · 2", "第二卷 海 · 1", "第二卷 海 · 2"]


@pytest.mark.parametrize("form", ["{n}、{t}", "{n:03} {t}", "{c}、{t}", "{c} {t}", "（{c}）{t}", "{n}. {t}"])
def test_numbers_with_titles_head_chapters(tmp_path: Path, form: str) -> None:
    lines = [
        form.format(n=n, c="一二三四"[n - 1], t=t) for n, t in enumerate(["雨夜", "归来", "别离", "重逢"], 1)
    ]
    assert titles(book_of(tmp_path, *told(lines, 12))) == lines


def test_a_list_in_a_story_is_no_row_of_chapters(tmp_path: Path) -> None:
    rules = [
        f"{n}、{rule}" for n, rule in enumerate(["不要开门", "不要应声", "不要看镜子", "天亮以前不要回头"], 1)
    ]
    assert titles(book_of(tmp_path, story(1, 12), *rules, story(2, 12))) == ["长夜"]
    spread = [part for n, rule in enumerate(rules) for part in (rule, story(n, 1))]
    assert titles(book_of(tmp_path, story(7), *spread)) == ["长夜"]


def test_a_count_that_somebody_says_is_no_row_of_chapters(tmp_path: Path) -> None:
    assert titles(book_of(tmp_path, story(1), "三", "二", "一", story(2))) == ["长夜"]
    assert titles(book_of(tmp_path, story(1), "1", "2", "3", story(2))) == ["长夜"]


def test_a_title_on_the_line_behind_its_number_belongs_to_it(tmp_path: Path) -> None:
    parts = [x for n, t in enumerate(["雨夜", "归来", "别离"], 1) for x in (f"第{n}章", t, story(n))]
    book = book_of(tmp_path, *parts)
    assert titles(book) == ["第1章 雨夜", "第2章 归来", "第3章 别离"]
    assert [p.kind for p in book.chapters[0].paragraphs[:3]] == ["heading", "heading", "body"]
    english = [
        "CHAPTER I.",
        "THE DOOR",
        "It rained.",
        "CHAPTER II.",
        "A Long Road",
        "It poured.",
        "CHAPTER III.",
        "HOME",
        "Dry.",
    ]
    assert titles(book_of(tmp_path, *english, name="a.txt")) == [
        "CHAPTER I. THE DOOR",
        "CHAPTER II. A Long Road",
        "CHAPTER III. HOME",
    ]


def test_a_short_first_line_of_a_chapter_is_no_title(tmp_path: Path) -> None:
    parts = [x for n in range(1, 4) for x in (f"第{n}章", "天黑了。" if n > 1 else "雨夜", story(n))]
    assert titles(book_of(tmp_path, *parts)) == ["第1章", "第2章", "第3章"]


def test_a_books_name_before_each_heading_does_not_hide_them(tmp_path: Path) -> None:
    lines = ["长夜 第一章 路", "长夜 第二章 河", "长夜 第三章 山"]
    assert titles(book_of(tmp_path, *told(lines))) == ["第一章 路", "第二章 河", "第三章 山"]


def test_a_first_sentence_on_the_line_of_a_prologue_is_text(tmp_path: Path) -> None:
    book = book_of(
        tmp_path, "楔子 那一年的雪下得很早，谁也没有想到。", story(1), *told(["第一章 路", "第二章 河"])
    )
    assert titles(book) == ["楔子", "第一章 路", "第二章 河"]
    assert book.chapters[0].paragraphs[1].text == "那一年的雪下得很早，谁也没有想到。"


# ---------------------------------------------------------------- contents pages

HEADS = ["第一章 路", "第二章 河", "第三章 山"]


@pytest.mark.parametrize(
    "contents",
    [
        ["目录", *HEADS],
        ["目  录", "第一章　路\t1", "第二章　河\t23", "第三章　山\t45"],
        ["【目录】", "第一章 路……1", "第二章 河……23", "第三章 山……45"],
        ["目录：第一章 路 第二章 河 第三章 山"],
        ["目录", "第一章 路 第二章 河 第三章 山"],
        ["目录", "路", "河", "山"],
        ["目录", "第1章 路", "第2章 河", "第3章 山"],
        HEADS,
    ],
)
def test_a_contents_page_is_skipped_in_every_form(tmp_path: Path, contents: list[str]) -> None:
    book = book_of(tmp_path, *contents, *told(HEADS))
    assert titles(book) == HEADS
    assert [s.text for s in book.skipped] == contents
    assert {s.reason for s in book.skipped} == {"table of contents"}


def test_a_contents_page_at_the_end_is_skipped_too(tmp_path: Path) -> None:
    book = book_of(tmp_path, *told(HEADS), "目录", *HEADS)
    assert titles(book) == HEADS
    assert [s.text for s in book.skipped] == ["目录", *HEADS]


def test_a_contents_page_of_volumes_leaves_the_volumes_themselves(tmp_path: Path) -> None:
    listed = ["第一卷 春", "第一章 路", "第二卷 秋", "第二章 河"]
    book = book_of(
        tmp_path, "目录", *listed, "第一卷 春", *told(["第一章 路"]), "第二卷 秋", "第二章 河", story(5)
    )
    assert titles(book) == ["第一卷 春 · 第一章 路", "第二卷 秋 · 第二章 河"]
    assert [s.text for s in book.skipped] == ["目录", *listed]
