"""EPUB 2 and 3: order, chapters, footnotes, ruby, metadata, locks."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from files import (
    METADATA,
    PNG,
    chapters,
    is_all_there,
    letters,
    mangled,
    nav,
    ncx,
    page,
    read,
    read_or_refused,
    reasons,
    write_epub,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.errors import InputError
from novelcast.read import cover_of, read_book

ONE = page("<h2>第一章 雨夜</h2><p>雨下了一整夜。</p><p>“谁在那里？”她问道。</p>")
TWO = page("<h2>第二章 天亮</h2><p>天亮了，雨停了。</p>")


def test_chapters_come_in_the_spines_order_with_the_books_data(tmp_path: Path) -> None:
    book = read_book(write_epub(tmp_path / "a.epub", {"z.xhtml": ONE, "a.xhtml": TWO}))
    assert (book.title, book.authors, book.language) == ("长夜", ("林中客",), "zh-Hans")
    assert chapters(book) == [
        ("第一章 雨夜", ["第一章 雨夜", "雨下了一整夜。", "“谁在那里？”她问道。"]),
        ("第二章 天亮", ["第二章 天亮", "天亮了，雨停了。"]),
    ]
    assert book.chapters[0].paragraphs[0].kind == "heading"
    assert book.repairs == ()


@pytest.mark.parametrize("version", [2, 3])
def test_titles_come_from_the_table_of_contents(tmp_path: Path, version: int) -> None:
    pages = {"1.xhtml": page("<p>雨下了一整夜。</p>"), "2.xhtml": page("<p>天亮了。</p>")}
    rows = [("夜里的雨", "1.xhtml"), ("早晨", "2.xhtml")]
    tables = {"toc": nav(rows)} if version == 3 else {"toc_ncx": ncx(rows)}
    assert read(write_epub(tmp_path / "a.epub", pages, **tables)) == [
        ("夜里的雨", ["雨下了一整夜。"]),
        ("早晨", ["天亮了。"]),
    ]


def test_several_chapters_in_one_file_are_parted_at_their_ids(tmp_path: Path) -> None:
    text = page('<p id="a">雨下了一整夜。</p><p>没有人来。</p><div><a id="b"></a><p>天亮了。</p></div>')
    table = nav([("雨", "1.xhtml#a"), ("晴", "1.xhtml#b")])
    assert read(write_epub(tmp_path / "a.epub", {"1.xhtml": text}, toc=table)) == [
        ("雨", ["雨下了一整夜。", "没有人来。"]),
        ("晴", ["天亮了。"]),
    ]


def test_a_heading_before_the_id_that_the_contents_name_is_the_chapters(tmp_path: Path) -> None:
    text = page('<h2>雨</h2><p id="a">雨下了一整夜。</p><h2>晴</h2><p id="b">天亮了。</p>')
    table = nav([("雨", "1.xhtml#a"), ("晴", "1.xhtml#b")])
    assert read(write_epub(tmp_path / "a.epub", {"1.xhtml": text}, toc=table)) == [
        ("雨", ["雨", "雨下了一整夜。"]),
        ("晴", ["晴", "天亮了。"]),
    ]


def test_a_chapter_over_several_files_is_one(tmp_path: Path) -> None:
    pages = {"1.xhtml": ONE, "1b.xhtml": page("<h3>后半夜</h3><p>灯灭了。</p>"), "2.xhtml": TWO}
    table = nav([("第一章 雨夜", "1.xhtml"), ("第二章 天亮", "2.xhtml")])
    found = read(write_epub(tmp_path / "a.epub", pages, toc=table))
    assert [title for title, _ in found] == ["第一章 雨夜", "第二章 天亮"]
    assert found[0][1][-2:] == ["后半夜", "灯灭了。"]


def test_a_chapter_that_the_contents_leave_out_is_found_by_its_heading(tmp_path: Path) -> None:
    pages = {"1.xhtml": ONE, "2.xhtml": TWO, "3.xhtml": page("<h2>第三章 路</h2><p>他走了。</p>")}
    table = nav([("第一章 雨夜", "1.xhtml"), ("第三章 路", "3.xhtml")])
    assert [t for t, _ in read(write_epub(tmp_path / "a.epub", pages, toc=table))] == [
        "第一章 雨夜",
        "第二章 天亮",
        "第三章 路",
    ]


def test_volumes_hold_chapters_and_a_chapters_sections_stay_in_it(tmp_path: Path) -> None:
    pages = {
        "v.xhtml": page("<h1>第一卷 山</h1>"),
        "1.xhtml": page(
            '<h2>第一章 雨</h2><h3 id="s1">一更</h3><p>下雨了。</p><h3 id="s2">二更</h3><p>雨停了。</p>'
        ),
        "2.xhtml": page("<h2>第二章 晴</h2><p>天亮了。</p>"),
    }
    inner = [
        ("第一章 雨", "1.xhtml", [("一更", "1.xhtml#s1"), ("二更", "1.xhtml#s2")]),
        ("第二章 晴", "2.xhtml"),
    ]
    for volume in ("v.xhtml", ""):
        path = write_epub(tmp_path / "a.epub", pages, toc=nav([("第一卷 山", volume, inner)]))
        assert read(path) == [
            ("第一章 雨", ["第一卷 山", "第一章 雨", "一更", "下雨了。", "二更", "雨停了。"]),
            ("第二章 晴", ["第二章 晴", "天亮了。"]),
        ]


def test_a_volume_with_another_name_is_known_by_having_no_text(tmp_path: Path) -> None:
    pages = {
        "v.xhtml": page("<h1>山</h1>"),
        "1.xhtml": page("<h2>雨</h2><p>下雨了。</p>"),
        "2.xhtml": page("<h2>晴</h2><p>天亮了。</p>"),
    }
    table = nav([("山", "v.xhtml", [("雨", "1.xhtml"), ("晴", "2.xhtml")])])
    assert [t for t, _ in read(write_epub(tmp_path / "a.epub", pages, toc=table))] == ["雨", "晴"]


def test_files_without_headings_or_contents_are_chapters(tmp_path: Path) -> None:
    pages = {"1.xhtml": page("<p>下雨了。</p>", title="雨"), "2.xhtml": page("<p>天亮了。</p>")}
    assert read(write_epub(tmp_path / "a.epub", pages)) == [("雨", ["下雨了。"]), ("2", ["天亮了。"])]


@pytest.mark.parametrize(
    ("mark", "body"),
    [
        ('<a epub:type="noteref" href="#n1">1</a>', '<aside epub:type="footnote" id="n1"><p>注的内容。</p></aside>'),
        ('<sup><a href="#n1">[1]</a></sup>', '<p><a id="n1" href="#r1">[1]</a>注的内容。</p>'),
        ('<a href="#n1"><sup>①</sup></a>', '<div id="n1">注的内容。</div>'),
        ('<a class="duokan-footnote" href="#n1"><img src="n.png" alt="注"/></a>',
         '<ol class="duokan-footnote-content"><li class="duokan-footnote-item" id="n1">注的内容。</li></ol>'),
        ('<a role="doc-noteref" href="#n1">*</a>', '<section role="doc-endnotes"><p id="n1">注的内容。</p></section>'),
    ],
)  # fmt: skip
def test_a_footnote_is_neither_read_nor_lost(tmp_path: Path, mark: str, body: str) -> None:
    text = page(f"<h2>第一章 雨夜</h2><p>雨下{mark}了一整夜。</p>{body}<p>天亮了。</p>")
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": text}))
    assert chapters(book) == [("第一章 雨夜", ["第一章 雨夜", "雨下了一整夜。", "天亮了。"])]
    assert any("注的内容。" in s and reason == "a footnote" for s, reason in reasons(book).items())
    assert {r.why for r in book.repairs} <= {"a footnote's mark"}


def test_footnotes_in_a_file_of_their_own_are_found_by_the_links_to_them(tmp_path: Path) -> None:
    pages = {
        "1.xhtml": page('<h2>第一章 雨夜</h2><p>雨下了<sup><a href="notes.xhtml#n1">1</a></sup>一整夜。</p>'),
        "notes.xhtml": page('<p id="n1"><a href="1.xhtml">1</a> 注的内容。</p>'),
    }
    book = read_book(write_epub(tmp_path / "a.epub", pages))
    assert chapters(book) == [("第一章 雨夜", ["第一章 雨夜", "雨下了一整夜。"])]
    assert reasons(book) == {"1 注的内容。": "a footnote"}


def test_a_power_and_a_link_to_a_chapter_are_no_footnotes(tmp_path: Path) -> None:
    text = page('<h2 id="c">第一章 雨夜</h2><p>一百m<sup>2</sup>的屋子，见<a href="#c">第一章</a>。</p>')
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": text}))
    assert chapters(book)[0][1][1] == "一百m2的屋子，见第一章。"
    assert book.repairs == ()


def test_a_ruby_reading_is_no_extra_text_and_is_kept_as_a_repair(tmp_path: Path) -> None:
    text = page("<h2>第一章 雨夜</h2><p>他姓<ruby>仉<rp>(</rp><rt>zhǎng</rt><rp>)</rp></ruby>，是<ruby>北<rt>bei</rt>方<rt>fang</rt></ruby>人。</p>")  # fmt: skip
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": text}))
    assert chapters(book)[0][1][1] == "他姓仉，是北方人。"
    assert "".join(r.before for r in book.repairs) == "(zhǎng)beifang"
    assert {(r.after, r.why) for r in book.repairs} == {("", "a ruby reading")}


def test_a_cut_and_a_repair_in_one_paragraph_are_both_undone(tmp_path: Path) -> None:
    text = page(
        "<h2>第一章</h2><p>他用機(jī)器<ruby>打<rt>da</rt></ruby>電(diàn)話(huà)，然後(hòu)走了&amp;nbsp;。</p>"
        * 3
    )
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": text}))
    assert chapters(book)[0][1][1].replace(" ", "") == "他用機器打電話，然後走了。"
    assert is_all_there("他用機(jī)器打da電(diàn)話(huà)，然後(hòu)走了&nbsp;。", book)


def test_a_speech_cut_over_two_paragraphs_is_rejoined_with_its_ruby_and_its_footnote(tmp_path: Path) -> None:
    text = page(
        "<h2>第一章</h2><p>機(jī)器響了，電(diàn)話(huà)也響了，然後(hòu)他聽見她喊。</p><p>“别走！</p>"
        "<aside epub:type='footnote'>注的内容。</aside><p>你<ruby>别<rt>bié</rt></ruby>走！”</p><p>他走了。</p>"
    )
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": text}))
    assert "“别走！你别走！”" in chapters(book)[0][1]
    assert chapters(book)[0][1][-1] == "他走了。"
    assert reasons(book) == {"注的内容。": "a footnote"}
    assert any("bié" in r.before for r in book.repairs)


def test_a_page_in_an_older_encoding_is_read(tmp_path: Path) -> None:
    text = '<html><head><meta charset="gbk"/></head><body><h2>第一章 雨夜</h2><p>下雨了。</p></body></html>'
    path = write_epub(tmp_path / "a.epub", {"1.xhtml": ONE})
    with zipfile.ZipFile(path) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, text.encode("gbk") if name.endswith("1.xhtml") else data)
    assert read(path) == [("第一章 雨夜", ["第一章 雨夜", "下雨了。"])]


def test_chapters_in_one_file_without_contents_are_parted_at_their_headings(tmp_path: Path) -> None:
    text = page(
        "<h1>长夜</h1><h2>雨</h2><p>下雨了。</p><h3>二更</h3><p>没有人来。</p><h2>晴</h2><p>天亮了。</p>"
    )
    assert read(write_epub(tmp_path / "a.epub", {"1.xhtml": text})) == [
        ("雨", ["雨", "下雨了。", "二更", "没有人来。"]),
        ("晴", ["晴", "天亮了。"]),
    ]


def test_images_leave_no_text_and_verse_and_breaks_are_known(tmp_path: Path) -> None:
    text = page('<h2>第一章</h2><p>下雨了。<img src="a.png" alt="一只猫"/></p><hr/><div class="poem"><p>床前的光，<br/>地上的霜。</p></div>')  # fmt: skip
    book = read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": text}))
    assert [(p.kind, p.text) for p in book.chapters[0].paragraphs] == [
        ("heading", "第一章"),
        ("body", "下雨了。"),
        ("break", ""),
        ("verse", "床前的光，"),
        ("verse", "地上的霜。"),
    ]


def test_cover_title_page_contents_and_copyright_are_skipped_by_their_kind(tmp_path: Path) -> None:
    pages = {
        "cover.xhtml": page("<p>封面的字</p>", body_type="cover"),
        "title.xhtml": page("<h1>长夜</h1><p>林中客</p>"),
        "copy.xhtml": page("<p>版权所有，请勿翻印。</p>"),
        "toc.xhtml": page('<p><a href="1.xhtml">第一章 雨夜</a></p><p><a href="2.xhtml">第二章 天亮</a></p>' * 2),
        "1.xhtml": ONE,
        "2.xhtml": TWO,
    }  # fmt: skip
    guide = '<guide><reference type="title-page" href="title.xhtml"/></guide>'
    table = nav([("版权信息", "copy.xhtml"), ("第一章 雨夜", "1.xhtml"), ("第二章 天亮", "2.xhtml")])
    book = read_book(write_epub(tmp_path / "a.epub", pages, toc=table, guide=guide))
    assert [t for t, _ in chapters(book)] == ["第一章 雨夜", "第二章 天亮"]
    assert chapters(book)[0][1][0] == "第一章 雨夜"
    assert set(reasons(book).values()) == {
        "the cover",
        "title page",
        "the copyright page",
        "table of contents",
    }


def test_what_stands_outside_the_reading_order_is_skipped(tmp_path: Path) -> None:
    pages = {"1.xhtml": ONE, "x.xhtml": page("<p>地图的说明。</p>"), "2.xhtml": TWO}
    book = read_book(write_epub(tmp_path / "a.epub", pages, not_linear=["x.xhtml"]))
    assert reasons(book) == {"地图的说明。": "outside the book's reading order"}


def test_series_and_cover_are_taken_from_both_versions(tmp_path: Path) -> None:
    from novelcast.read.epub import read as read_epub

    old = METADATA + '<meta name="calibre:series" content="山河"/><meta name="calibre:series_index" content="2"/><meta name="cover" content="pic"/>'  # fmt: skip
    new = METADATA + '<meta property="belongs-to-collection" id="c">山河</meta><meta refines="#c" property="collection-type">series</meta><meta refines="#c" property="group-position">2</meta>'  # fmt: skip
    for metadata, properties in ((old, ""), (new, ' properties="cover-image"')):
        item = f'<item id="pic" href="c.png" media-type="image/png"{properties}/>'
        path = write_epub(
            tmp_path / "a.epub", {"1.xhtml": ONE}, metadata=metadata, manifest=item, more={"OEBPS/c.png": PNG}
        )
        source = read_epub(path)
        assert (source.series, source.series_index) == ("山河", "2")
        assert cover_of(path) == PNG


def test_a_translator_is_no_author(tmp_path: Path) -> None:
    metadata = '<dc:title>长夜</dc:title><dc:creator opf:role="trl">甲</dc:creator><dc:creator opf:role="aut">乙</dc:creator>'
    assert read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": ONE}, metadata=metadata)).authors == ("乙",)


def test_pages_that_are_no_xml_are_read_all_the_same(tmp_path: Path) -> None:
    broken = "<html><body><h2>第一章 雨夜</h2><p>下雨了&nbsp;&mdash;真的<br>很大<p>没有人来</body>"
    assert read(write_epub(tmp_path / "a.epub", {"1.xhtml": broken})) == [
        ("第一章 雨夜", ["第一章 雨夜", "下雨了\xa0—真的", "很大", "没有人来"])
    ]


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("META-INF/encryption.xml", '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>'),
        ("META-INF/rights.xml", "<rights/>"),
        ("META-INF/sinf.xml", "<sinf/>"),
    ],
)  # fmt: skip
def test_a_locked_book_says_so(tmp_path: Path, member: str, content: str) -> None:
    with pytest.raises(InputError, match="DRM"):
        read_book(write_epub(tmp_path / "a.epub", {"1.xhtml": ONE}, more={member: content}))


def test_scrambled_fonts_are_no_lock(tmp_path: Path) -> None:
    content = '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></EncryptedData></encryption>'
    path = write_epub(tmp_path / "a.epub", {"1.xhtml": ONE}, more={"META-INF/encryption.xml": content})
    assert len(read(path)) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["p", "h2", "li", "div", "td", "rt", "blockquote"]), letters), min_size=1, max_size=12), st.booleans())  # fmt: skip
def test_no_character_of_an_epub_is_lost(parts: list[tuple[str, str]], repair: bool) -> None:
    body = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in [*parts, ("p", "天亮了。")])
    with tempfile.TemporaryDirectory() as folder:
        path = write_epub(Path(folder) / "a.epub", {"1.xhtml": page(body)})
        book = read_book(path, repair=repair)
    assert is_all_there("".join(text for _, text in parts), book)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_epub_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_epub(Path(folder) / "a.epub", {"1.xhtml": ONE, "2.xhtml": TWO}, toc=nav([("雨", "1.xhtml"), ("晴", "2.xhtml")]))  # fmt: skip
        with zipfile.ZipFile(path) as archive:
            members = {n: archive.read(n) for n in archive.namelist()}
        name = data.draw(st.sampled_from(["", *sorted(members)]))
        if name:
            members[name] = mangled(members[name], data.draw)
            with zipfile.ZipFile(path, "w") as archive:
                for member, content in members.items():
                    archive.writestr(member, content)
        else:
            path.write_bytes(mangled(path.read_bytes(), data.draw))
        read_or_refused(path)
