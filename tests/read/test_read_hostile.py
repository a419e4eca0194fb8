"""Files made to do harm: refused with a reason, in little memory, and nothing is written."""

from __future__ import annotations

import os
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from files import CONTAINER, chapters, page, read, write_epub, write_pdf

from novelcast.errors import InputError
from novelcast.read import archive, pdf, read_book, source

STORY = page("<h2>第一章 雨夜</h2><p>雨下了一整夜。</p>")
MIB = 1 << 20


@pytest.fixture(autouse=True)
def little_memory_and_nothing_written(tmp_path: Path) -> Iterator[None]:
    outside = {*Path.cwd().iterdir(), *tmp_path.parent.iterdir()}
    read_book(write_epub(tmp_path / "warm.epub", {"1.xhtml": STORY}))  # modules and tables are loaded once
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 300 * MIB
    finally:
        tracemalloc.stop()
    assert {*Path.cwd().iterdir(), *tmp_path.parent.iterdir()} == outside


def only(path: Path) -> None:
    """Reading fails with words and leaves the file alone in its folder."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(InputError) as caught:
        read_book(path)
    assert caught.value.hint
    assert sorted(path.parent.iterdir()) == before


def test_a_member_that_unpacks_to_more_than_a_book_is_refused(tmp_path: Path) -> None:
    only(write_epub(tmp_path / "a.epub", {"1.xhtml": STORY}, more={"OEBPS/x.xhtml": bytes(100 * MIB)}))


def test_a_page_that_is_too_large_is_refused_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 10_000)
    noise = "".join(chr(0x4E00 + n * n % 5000) for n in range(9000))
    only(write_epub(tmp_path / "a.epub", {"1.xhtml": page(f"<p>{noise}</p>")}))


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = write_epub(tmp_path / "a.epub", {"1.xhtml": page("<p>雨下了一整夜。</p>" * 5000)})
    with zipfile.ZipFile(path) as file:
        size = file.getinfo("OEBPS/1.xhtml").file_size
    data = path.read_bytes()
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    only(path)


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 50)
    only(write_epub(tmp_path / "a.epub", {"1.xhtml": STORY}, more={f"m{n}": b"" for n in range(60)}))


def test_names_that_lead_out_of_the_archive_are_never_followed(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    (tmp_path / "secret.xhtml").write_text(page("<p>秘密。</p>"), encoding="utf-8")
    more = {
        "../evil.txt": b"x",
        "../../evil.txt": b"x",
        "/tmp/evil-novelcast.txt": b"x",
        "..\\evil.txt": b"x",
    }
    manifest = '<item id="s" href="../../../secret.xhtml" media-type="application/xhtml+xml"/>'
    path = write_epub(folder / "a.epub", {"1.xhtml": STORY}, more=more, manifest=manifest)
    assert read(path) == [("第一章 雨夜", ["第一章 雨夜", "雨下了一整夜。"])]
    assert [p.name for p in folder.iterdir()] == ["a.epub"]
    assert not Path("/tmp/evil-novelcast.txt").exists()
    assert not list(tmp_path.rglob("evil*"))


BOMB = '<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [BOMB, FILE])
@pytest.mark.parametrize("member", ["META-INF/container.xml", "OEBPS/book.opf", "OEBPS/1.xhtml"])
def test_entities_are_refused_wherever_they_are_declared(tmp_path: Path, declared: str, member: str) -> None:
    whole = write_epub(tmp_path / "whole.epub", {"1.xhtml": STORY})
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == member:
                head, _, rest = text.removeprefix('<?xml version="1.0"?>').partition(">")
                text = f"{declared}{head}>{rest}".replace("</", "&a;</", 1)
            new.writestr(name, text)
    only(path)


def test_entities_in_a_word_document_are_refused_in_any_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / "a.docx"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("word/document.xml", f"{BOMB}<x>&c;</x>".encode(encoding))
        only(path)


def test_an_entity_bomb_in_a_saved_page_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"{BOMB}<html><body><p>天亮了，他走了。&c;</p></body></html>", encoding="utf-8")
    try:
        assert sum(len(t) for _, texts in chapters(read_book(path)) for t in texts) < 1000
    except InputError as error:
        assert error.hint


def test_a_line_of_300_mb_is_refused_unread(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "a.html"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(300 * MIB)
        only(path)


def test_a_long_text_without_line_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("雨下了一整夜，没有人来。" * (source.MAX_PARAGRAPH // 12 + 1), encoding="utf-8")
    only(path)


def test_a_page_without_line_ends_and_a_text_of_nothing_but_line_ends_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_path = tmp_path / "a.html"
    page_path.write_text("<p>" + "a, b. " * (source.MAX_PARAGRAPH // 3), encoding="utf-8")
    only(page_path)
    monkeypatch.setattr(sys.modules["novelcast.read.assemble"], "MAX_PARAGRAPHS", 1000)
    path = tmp_path / "a.txt"
    path.write_text("哈。\n" * 1001, encoding="utf-8")
    only(path)


def test_every_beginning_of_an_epub_is_refused_or_read(tmp_path: Path) -> None:
    data = write_epub(tmp_path / "whole.epub", {"1.xhtml": STORY}).read_bytes()
    path = tmp_path / "a.epub"
    for end in range(1, len(data), 37):
        path.write_bytes(data[:end])
        only(path)


def test_a_zip_that_is_no_epub_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("chapter.txt", "字")
    with pytest.raises(InputError, match="not an EPUB"):
        read_book(path)


def test_a_package_without_pages_or_that_points_nowhere_is_refused(tmp_path: Path) -> None:
    only(write_epub(tmp_path / "a.epub", {}))
    path = tmp_path / "b.epub"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("META-INF/container.xml", CONTAINER)
    only(path)


def test_a_page_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = "<div>" * 100_000 + "字" + "</div>" * 100_000
    (tmp_path / "a.html").write_text(f"<html><body>{deep}</body></html>", encoding="utf-8")
    only(tmp_path / "a.html")
    only(write_epub(tmp_path / "b.epub", {"1.xhtml": page(deep)}))


def test_a_table_of_contents_nested_without_end_is_no_crash(tmp_path: Path) -> None:
    deep = page('<nav epub:type="toc">' + '<ol><li><a href="1.xhtml">雨</a>' * 700 + "</nav>")
    assert read(write_epub(tmp_path / "a.epub", {"1.xhtml": STORY}, toc=deep))


def test_a_page_of_the_sloppy_kind_is_read(tmp_path: Path) -> None:
    body = "".join(f"<font size=3>这是第{n}段，雨还在下。<br>" for n in range(1500))
    (tmp_path / "a.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    assert len(read(tmp_path / "a.html")[0][1]) == 1500


def test_a_pdf_whose_streams_unpack_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_MAX_STREAM_BYTES", MIB)
    path = write_pdf(tmp_path / "a.pdf", [[(60, 500, 12, "下雨了。")]])
    whole = path.read_bytes()
    once = zlib.compress(bytes(3 * MIB))
    for packed in (once, zlib.compress(once + bytes(1000))):
        path.write_bytes(whole + b"9 0 obj<</Filter/FlateDecode>>stream\n" + packed + b"\nendstream endobj")
        only(path)


@pytest.mark.parametrize("suffix", [".epub", ".docx", ".pdf", ".mobi", ".html", ".txt", ".md"])
@pytest.mark.parametrize("data", [b"", b"\0" * 200, b"PK\x03\x04" + b"\xff" * 200, b"%PDF-1.7\n" + b"\xff" * 200,
                                  b"\xff\xd8\xff" + bytes(range(256)), bytes(60) + b"BOOKMOBI" + b"\xff" * 200])  # fmt: skip
def test_what_a_file_is_not_is_said(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    only(path)


@pytest.mark.parametrize("suffix", [".epub", ".docx", ".pdf", ".mobi", ".html", ".txt"])
def test_a_missing_file_says_so_in_every_format(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(InputError, match=r"no such file|cannot read"):
        read_book(tmp_path / f"a{suffix}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize("suffix", [".txt", ".epub"])
def test_a_pipe_that_nobody_fills_is_refused(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"a{suffix}")
    only(tmp_path / f"a{suffix}")


def test_a_folder_with_the_ending_of_a_book_is_read_as_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a.epub"
    folder.mkdir()
    with pytest.raises(InputError, match="folder"):
        read_book(folder)
