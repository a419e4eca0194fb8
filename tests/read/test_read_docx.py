"""Word documents, made by python-docx."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from files import chapters, is_all_there, letters, mangled, read, read_or_refused, reasons
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.errors import InputError
from novelcast.read import read_book


def novel() -> docx.document.Document:
    document = docx.Document()
    document.core_properties.author = "林中客"
    document.add_heading("长夜", 0)
    document.add_heading("第一章 雨夜", 1)
    document.add_paragraph("　　雨下了一整夜。")
    document.add_heading("一更", 2)
    document.add_paragraph("没有人来。")
    document.add_heading("第二章 天亮", 1)
    document.add_paragraph("天亮了。").add_run().add_break()
    document.paragraphs[-1].add_run("雨停了。")
    return document


def save(document: docx.document.Document, folder: Path) -> Path:
    document.save(str(folder / "书.docx"))
    return folder / "书.docx"


def test_headings_are_known_by_their_styles(tmp_path: Path) -> None:
    book = read_book(save(novel(), tmp_path))
    assert (book.title, book.authors) == ("长夜", ("林中客",))
    assert chapters(book) == [
        ("第一章 雨夜", ["第一章 雨夜", "雨下了一整夜。", "一更", "没有人来。"]),
        ("第二章 天亮", ["第二章 天亮", "天亮了。", "雨停了。"]),
    ]
    assert [p.kind for p in book.chapters[0].paragraphs][1:] == ["heading", "body", "heading", "body"]


def test_headings_without_styles_are_known_by_their_words(tmp_path: Path) -> None:
    document = docx.Document()
    for text in ("第一章 雨夜", "雨下了一整夜。", "第二章 天亮", "天亮了。"):
        document.add_paragraph(text)
    assert [t for t, _ in read(save(document, tmp_path))] == ["第一章 雨夜", "第二章 天亮"]


def test_a_line_end_in_a_speech_does_not_cut_it(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("“你来了，").add_run().add_break()
    document.paragraphs[-1].add_run("坐吧。”他说。").add_break()
    document.paragraphs[-1].add_run("雨停了。")
    assert read(save(document, tmp_path))[0][1] == ["“你来了，坐吧。”他说。", "雨停了。"]


def test_tables_are_read_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("表前。")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "甲", "乙"
    document.add_paragraph("表后。")
    assert read(save(document, tmp_path))[0][1] == ["表前。", "甲", "乙", "表后。"]


def test_ruby_deletions_and_hidden_text_are_not_read_and_not_lost(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("他姓")
    w = nsdecls("w")
    for xml in (
        f"<w:r {w}><w:ruby><w:rt><w:r><w:t>zhǎng</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>仉</w:t></w:r></w:rubyBase></w:ruby></w:r>",
        f'<w:del {w} w:id="1"><w:r><w:delText>不是的</w:delText></w:r></w:del>',
        f"<w:r {w}><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r>",
        f"<w:r {w}><w:t>，北方人。</w:t></w:r>",
    ):
        paragraph._p.append(parse_xml(xml))
    book = read_book(save(document, tmp_path))
    assert chapters(book)[0][1] == ["他姓仉，北方人。"]
    assert "".join(r.before for r in book.repairs) == "zhǎng不是的看不见"


def test_footnotes_are_skipped(tmp_path: Path) -> None:
    path = save(novel(), tmp_path)
    w = nsdecls("w")
    notes = f'<w:footnotes {w}><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote><w:footnote w:id="1"><w:p><w:r><w:t>注的内容。</w:t></w:r></w:p></w:footnote></w:footnotes>'
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    assert reasons(read_book(path))["注的内容。"] == "a footnote"


def test_another_zip_is_no_word_document(tmp_path: Path) -> None:
    path = tmp_path / "书.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "字")
    with pytest.raises(InputError, match="not a Word document"):
        read_book(path)
    path.write_text("字", encoding="utf-8")
    with pytest.raises(InputError, match="not a Word document"):
        read_book(path)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Normal", "Heading 1", "Heading 2", "List Bullet", "Quote"]), letters), min_size=1, max_size=8), st.booleans())  # fmt: skip
def test_no_character_of_a_document_is_lost(parts: list[tuple[str, str]], repair: bool) -> None:
    document = docx.Document()
    for style, text in [*parts, ("Normal", "天亮了。")]:
        document.add_paragraph(text, style=style)
    with tempfile.TemporaryDirectory() as folder:
        book = read_book(save(document, Path(folder)), repair=repair)
    assert is_all_there("".join(text for _, text in parts), book)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_document_is_read_or_refused(data: st.DataObject) -> None:
    file = io.BytesIO()
    novel().save(file)
    with zipfile.ZipFile(file) as archive:
        members = {n: archive.read(n) for n in archive.namelist()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "书.docx"
        name = data.draw(st.sampled_from(["", "word/document.xml", "word/styles.xml", "docProps/core.xml"]))
        if name:
            members[name] = mangled(members[name], data.draw)
            with zipfile.ZipFile(path, "w") as archive:
                for member, content in members.items():
                    archive.writestr(member, content)
        else:
            path.write_bytes(mangled(file.getvalue(), data.draw))
        read_or_refused(path)
