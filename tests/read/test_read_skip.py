"""What isn't the book is kept, marked and named; the story is not taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from novelcast.errors import InputError
from novelcast.read import read_book

STORY = ["第一章 雨", "雨下了一整夜。", "她把灯举高。", "没有人回答。", "他终于开口了。", "天快亮了。"]


def skipped(folder: Path, lines: list[str]) -> list[tuple[str, str]]:
    path = folder / "雨.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    book = read_book(path)
    for s in book.skipped:
        text = book.chapters[s.span.chapter].paragraphs[s.span.paragraph].text
        assert text[s.span.start : s.span.end] == s.text
    return [(s.text, s.reason) for s in book.skipped]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("请记住本站网址：www.example.com", "a site's name or address"),
        ("https://www.example.com/book/1", "a site's name or address"),
        ("天才一秒记住本站地址", "a site's name or address"),
        ("手机用户请浏览阅读", "a site's name or address"),
        ("本书首发于某某小说网", "a site's name or address"),
        ("求推荐票，求收藏！", "an appeal to readers, or a page's own text"),
        ("求月票！！！", "an appeal to readers, or a page's own text"),
        ("本章未完，请点击下一页继续阅读", "an appeal to readers, or a page's own text"),
        ("（本章完）", "an appeal to readers, or a page's own text"),
        ("未完待续……", "an appeal to readers, or a page's own text"),
        ("上一章 目录 下一章", "an appeal to readers, or a page's own text"),
        ("PS：今天更新晚了，抱歉。", "the author's note"),
        ("ps. 下周加更", "the author's note"),
        ("本書未完，點擊下一頁", "an appeal to readers, or a page's own text"),
    ],
)
def test_a_line_that_is_not_the_book_is_marked(tmp_path: Path, line: str, reason: str) -> None:
    assert skipped(tmp_path, [*STORY, line]) == [(line, reason)]


def test_a_blurb_at_the_end_is_marked_to_its_last_line(tmp_path: Path) -> None:
    blurb = ["小说简介", "书荒的朋友们看过来！", "一个人，一盏灯，一场下不完的雨。"]
    assert skipped(tmp_path, [*STORY, *blurb]) == [(line, "a blurb") for line in blurb]


def test_a_blurb_without_a_label_is_marked(tmp_path: Path) -> None:
    line = "书荒的小伙伴们看过来！这里有一本《雨》等着你们呢！"
    assert skipped(tmp_path, [*STORY, line]) == [(line, "a blurb")]


def test_an_authors_afterword_is_marked_to_the_chapters_end(tmp_path: Path) -> None:
    note = ["作者有话说：", "这一章写了三天。", "谢谢大家。"]
    lines = [*STORY, *note, "第二章 晴", "雨停了。", "她笑了。", "他没有笑。"]
    assert skipped(tmp_path, lines) == [(line, "the author's note") for line in note]


def test_an_advertisement_inside_a_paragraph_is_marked_alone(tmp_path: Path) -> None:
    line = (
        "她把灯举高，照亮了整条走廊。（最新章节请到www.example.com阅读）走廊尽头站着一个人，"
        + "一动也不动，" * 12
    )
    assert skipped(tmp_path, [*STORY, line]) == [
        ("（最新章节请到www.example.com阅读）", "a site's name or address")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "“求求你，给我投一张票吧！”她说。",
        "“记得看本章的简介。”他说。",
        "“网址是www.example.com，快打开！”",
        "他在故事的最后写下了自己的名字。",
        "他收藏了很多邮票，最新的一张是昨天买的。",
        "她求收留，求一口饭吃。",
        "下一页是空白的。",
        "她去庙里求月老保佑。",
        "“PS：别忘了带伞。”",
    ],
)
def test_the_story_is_never_marked(tmp_path: Path, line: str) -> None:
    assert skipped(tmp_path, [*STORY, line]) == []


def test_a_file_of_nothing_but_a_sites_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to read"):
        skipped(tmp_path, ["请记住本站网址：www.example.com"])


def test_an_authors_note_before_a_sites_own_lines_is_skipped_too(tmp_path: Path) -> None:
    story = "\n".join(f"他走了{n}里路，才停下来歇脚。" for n in "一二三四五六七八九")
    tail = [
        "ps：今天停电，晚了，抱歉。",
        *["求月票！", "最新网址：www.yehang-example.com"] * 4,
        "上一章 目录 下一章",
    ]
    path = tmp_path / "路.txt"
    path.write_text("第一章 路\n" + story + "\n" + "\n".join(tail), encoding="utf-8")
    assert len(read_book(path).skipped) == len(tail)
