"""Kindle books: every compression, both generations, their data."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from files import PNG, chapters, is_all_there, letters, mangled, read_or_refused, write_mobi
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.errors import InputError
from novelcast.read import cover_of, read_book

OLD = (
    "<html><head></head><body><h2>第一章 雨夜</h2><p>雨下了一整夜。The rain fell all the night, all the night.</p>"
    "<mbp:pagebreak/><h2>第二章 天亮</h2><p>天亮了。</p></body></html>"
)
NEW = "".join(
    f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head>'
    f"<title>x</title></head><body></body></html>{body}"
    for body in (
        "<h2>第一章 雨夜</h2><p>雨下了一整夜。The rain fell all the night, all the night.</p>",
        "<h2>第二章 天亮</h2><p>天亮了。</p>",
    )
)


@pytest.mark.parametrize("compression", ["plain", "palmdoc", "huffman"])
@pytest.mark.parametrize(("text", "version"), [(OLD, 6), (NEW, 8)])
def test_a_book_is_read_with_its_data(tmp_path: Path, compression: str, text: str, version: int) -> None:
    path = write_mobi(tmp_path / "a.azw3", text.encode(), compression=compression, version=version)
    book = read_book(path)
    assert (book.title, book.authors, book.language) == ("长夜", ("林中客",), "zh-Hans")
    assert chapters(book) == [
        ("第一章 雨夜", ["第一章 雨夜", "雨下了一整夜。The rain fell all the night, all the night."]),
        ("第二章 天亮", ["第二章 天亮", "天亮了。"]),
    ]
    assert cover_of(path) == PNG


def test_a_long_book_is_joined_from_its_records(tmp_path: Path) -> None:
    body = "".join(f"<p>这是第{n}段，雨还在下。</p>" for n in range(2000))
    path = write_mobi(tmp_path / "a.mobi", f"<html><body>{body}</body></html>".encode())
    assert [p.text for p in read_book(path).chapters[0].paragraphs][1234] == "这是第1234段，雨还在下。"


def test_a_locked_book_and_other_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="DRM"):
        read_book(write_mobi(tmp_path / "a.mobi", OLD.encode(), locked=True))
    (tmp_path / "b.mobi").write_bytes(b"TPZ0" + bytes(100))
    with pytest.raises(InputError, match="Topaz"):
        read_book(tmp_path / "b.mobi")


@settings(max_examples=40, deadline=None)
@given(st.lists(letters, min_size=1, max_size=8), st.sampled_from(["plain", "palmdoc", "huffman"]))
def test_no_character_of_a_kindle_book_is_lost(parts: list[str], compression: str) -> None:
    body = "".join(f"<p>{escape(text)}</p>" for text in [*parts, "天亮了。"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mobi"
        write_mobi(path, f"<html><body>{body}</body></html>".encode(), compression=compression)
        assert is_all_there("".join(parts), read_book(path))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(["plain", "palmdoc", "huffman"]))
def test_a_damaged_kindle_book_is_read_or_refused(data: st.DataObject, compression: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_mobi(Path(folder) / "a.mobi", OLD.encode(), compression=compression)
        path.write_bytes(mangled(path.read_bytes(), data.draw))
        read_or_refused(path)
