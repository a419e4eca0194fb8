"""Saved web pages: the story is found, the rest is skipped, the encoding is right."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from files import chapters, is_all_there, letters, mangled, read, read_or_refused, reasons
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.errors import InputError
from novelcast.read import read_book

STORY = "<p>雨下了一整夜，巷子里一个人也没有。</p><p>“谁在那里？”她把灯举高，问道。</p><p>没有人回答她，只有风。</p>"
SITE = """<html lang="zh"><head><title>第三章 雨夜_长夜_某站</title><style>p {{color: red}}</style>
<meta property="og:novel:book_name" content="长夜"><meta property="og:novel:author" content="林中客">
<script>var x = "不是正文。";</script></head><body>
<div class="nav"><a href="/">首页</a> <a href="/x">玄幻</a></div><div class="bookname"><h1>第三章 雨夜</h1></div>
<div id="content">{}</div>
<div class="comments"><p>写得好，催更。</p></div><footer>某站版权所有。</footer></body></html>"""


def write(folder: Path, text: str | bytes, name: str = "页.html") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_story_is_read_and_the_pages_own_text_is_skipped(tmp_path: Path) -> None:
    book = read_book(write(tmp_path, SITE.format(STORY)))
    assert (book.title, book.authors) == ("长夜", ("林中客",))
    assert chapters(book) == [
        ("第三章 雨夜", ["第三章 雨夜", "雨下了一整夜，巷子里一个人也没有。", "“谁在那里？”她把灯举高，问道。", "没有人回答她，只有风。"])
    ]  # fmt: skip
    assert reasons(book) == {
        "首页 玄幻": "a page's own text",
        "写得好，催更。": "a page's own text",
        "某站版权所有。": "a page's own text",
    }


def test_lines_that_only_breaks_part_are_paragraphs(tmp_path: Path) -> None:
    text = "&nbsp;&nbsp;&nbsp;&nbsp;雨下了一整夜，没有人来。<br><br>　　天亮了，<b>雨</b>停了。<hr>他走了。"
    book = read_book(write(tmp_path, SITE.format(text)))
    own = [(p.kind, p.text) for p in book.chapters[0].paragraphs][2:6]
    assert own == [
        ("body", "雨下了一整夜，没有人来。"),
        ("body", "天亮了，雨停了。"),
        ("break", ""),
        ("body", "他走了。"),
    ]


def test_a_whole_book_on_one_page_has_its_chapters(tmp_path: Path) -> None:
    body = "".join(f"<div><h2>第{n}章 路</h2>{STORY}</div>" for n in "一二三")
    found = read(write(tmp_path, f"<html><body><h1>长夜</h1>{body}</body></html>"))
    assert [t for t, _ in found] == ["第一章 路", "第二章 路", "第三章 路"]


def test_a_line_end_in_the_page_is_no_space_in_chinese_and_one_in_english(tmp_path: Path) -> None:
    page = "<p>雨下了\n一整夜。</p><p>The rain\n fell, all  night.</p>"
    assert read(write(tmp_path, page))[0][1] == ["雨下了一整夜。", "The rain fell, all night."]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gb18030", ""), ("utf-16", ""), ("gb18030", "utf-8")]
)  # fmt: skip
def test_the_encoding_is_the_declared_one_if_that_holds(tmp_path: Path, encoding: str, declared: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    page = f"<html><head>{meta}</head><body>{STORY * 5}</body></html>"
    assert read(write(tmp_path, page.encode(encoding)))[0][1][0] == "雨下了一整夜，巷子里一个人也没有。"


def test_big5_is_read_as_declared(tmp_path: Path) -> None:
    page = '<meta charset="big5"><body><p>雨下了一整夜，巷子裡一個人也沒有。</p></body>'
    assert read(write(tmp_path, page.encode("cp950")))[0][1] == ["雨下了一整夜，巷子裡一個人也沒有。"]


def test_text_that_is_hidden_on_the_page_is_cut_out_of_the_running_text(tmp_path: Path) -> None:
    page = '<p>雨下了<span style="display: none">本站首发</span>一整夜，没有人来。</p>'
    book = read_book(write(tmp_path, page))
    assert chapters(book)[0][1] == ["雨下了一整夜，没有人来。"]
    assert [(r.before, r.why) for r in book.repairs] == [("本站首发", "hidden on the page")]


def test_a_page_without_text_and_a_file_without_tags_are_refused(tmp_path: Path) -> None:
    for text in ("<html><body><img src='a.png'></body></html>", "只有字"):
        with pytest.raises(InputError):
            read_book(write(tmp_path, text))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["p", "h2", "li", "div", "footer", "rt", "a", "nav", "pre"]), letters), min_size=1, max_size=12), st.booleans())  # fmt: skip
def test_no_character_of_a_page_is_lost(parts: list[tuple[str, str]], repair: bool) -> None:
    body = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in [*parts, ("p", "天亮了，他走了。")])
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>')
        book = read_book(path, repair=repair)
    assert is_all_there("".join(text for _, text in parts), book)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_page_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read_or_refused(write(Path(folder), mangled(SITE.format(STORY).encode(), data.draw)))
