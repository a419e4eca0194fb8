"""Line ends inside of a page's paragraph: the story's own stay, those that only cut a paragraph are taken out."""

from __future__ import annotations

from pathlib import Path

import pytest
from files import page, write_epub

from novelcast.model import Book
from novelcast.read import read_book, undo

TOLD = (
    "那一夜他走到巷子深处，看见一个老人坐在渡口边上，数着手里的铜钱，数了一遍又一遍，谁也不知道他在等什么人。"
)


def saved(folder: Path, body: str) -> Book:
    path = folder / "a.html"
    path.write_text(f"<html><body><div id='content'>{body}</div></body></html>", encoding="utf-8")
    return read_book(path)


def texts(book: Book) -> list[str]:
    return [p.text for c in book.chapters for p in c.paragraphs]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<p>“你来了，<br>坐吧。”他说。</p><p>雨停了。</p>", ["“你来了，坐吧。”他说。", "雨停了。"]),
        ("<p>“你来了。<br/>坐吧。”他说。</p>", ["“你来了。坐吧。”他说。"]),
        ("<p>“我不知道<br><br>他在哪里。”她说。</p>", ["“我不知道他在哪里。”她说。"]),
        ("<p>「我說過，<br>他不會來。」她說。</p>", ["「我說過，他不會來。」她說。"]),
        (
            '<p>He said, "I do not<br>know him." Then he left.</p>',
            ['He said, "I do not know him." Then he left.'],
        ),
        ("<p>他走到门口，<br>回头看了一眼。</p>", ["他走到门口，回头看了一眼。"]),
        (
            "他念道：<br>“床前灯火冷，<br>门外雪声深。”<br>念完就走了。",
            ["他念道：", "“床前灯火冷，门外雪声深。”", "念完就走了。"],
        ),
    ],
)
def test_a_line_end_that_cuts_a_speech_or_a_sentence_is_taken_out(
    tmp_path: Path, body: str, wanted: list[str]
) -> None:
    assert texts(saved(tmp_path, body)) == wanted


@pytest.mark.parametrize(
    "lines",
    [
        ["雨停了。", "“你来了？”他问。", "“来了。”", "他没有再说话。"],
        ["“你走吧。", "他转过身去，没有回头。", "“再见。”", "雨停了。"],
        ["“他说过的话很长。", "“他还说了别的。”", "雨停了。"],
        ["天上一轮旧月色，", "水中一只空木船。", "今夜有人归不得，", "他乡何处是故园。"],
        ["雨停了", "天亮了", "人散了"],
    ],
)
@pytest.mark.parametrize("between", ["<br>", "<br/>\n<br/>&nbsp;&nbsp;", "<br />　　"])
def test_line_ends_between_paragraphs_stay(tmp_path: Path, lines: list[str], between: str) -> None:
    book = saved(tmp_path, between.join(lines))
    assert texts(book) == lines
    assert not book.repairs


def test_lines_that_a_page_wraps_at_one_width_are_paragraphs_again(tmp_path: Path) -> None:
    paragraphs = [f"{TOLD}第{n}夜也是一样，没有人来，也没有船。" for n in range(6)]
    lines = [p[i : i + 22] for p in paragraphs for i in range(0, len(p), 22)]
    assert texts(saved(tmp_path, "<br>\n".join(lines))) == paragraphs


def test_each_cut_is_listed_and_undone(tmp_path: Path) -> None:
    book = saved(tmp_path, "<p>“你来了，<br>坐吧。”他说。</p>")
    (repair,) = book.repairs
    assert (repair.before, repair.after, repair.why) == ("\n", "", "a line end inside a paragraph")
    assert undo(texts(book)[0], [repair]) == "“你来了，\n坐吧。”他说。"


def test_a_place_that_the_contents_name_is_still_found_behind_joined_lines(tmp_path: Path) -> None:
    body = '<p>“你来了，<br/>坐吧。”</p><p id="a">天亮了。</p><p>“我不知道<br/>他在哪里。”</p><p id="b">雨停了。</p>'
    toc = (
        '<nav epub:type="toc"><ol><li><a href="1.xhtml">夜</a></li><li><a href="1.xhtml#a">晨</a></li>'
        '<li><a href="1.xhtml#b">晴</a></li></ol></nav>'
    )
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": page(body)}, toc=page(toc)))
    assert [(c.title, c.paragraphs[0].text) for c in book.chapters] == [
        ("夜", "“你来了，坐吧。”"),
        ("晨", "天亮了。"),
        ("晴", "雨停了。"),
    ]
