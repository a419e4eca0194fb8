"""Kindle books: every compression, both generations, their data."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from files import PNG, chapters, is_all_there, letters, mangled, read_or_refused, write_mobi
from hypothesis import given, settings
from hypothesis import strategies as st
from kindle import contents, parts

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


TOLD = "<p>“你来了，坐吧。”他说，{n}点的钟声已经响过了。</p>"


def test_the_contents_of_an_old_kindle_book_name_its_chapters(tmp_path: Path) -> None:
    text, entries = "<html><body>", []
    for n, name in enumerate(["雨夜", "归来", "别离"]):
        entries.append((name, [len(text.encode())], None))
        text += f"<p>{name}</p>" + TOLD.format(n=n)
    path = write_mobi(tmp_path / "a.mobi", text.encode(), indexes={244: contents(entries)})
    assert [(t, len(p)) for t, p in chapters(read_book(path))] == [("雨夜", 2), ("归来", 2), ("别离", 2)]


def test_an_entry_that_leads_into_a_tag_or_a_character_leads_to_its_paragraph(tmp_path: Path) -> None:
    text = "<html><body><p class='x'>雨夜</p>" + TOLD + "<p class='x'>归来</p>" + TOLD
    first, second = text.encode().index(b"<p class"), text.encode().rindex(b"<p class")
    entries = [("雨夜", [first + 4], None), ("归来", [second + len("<p class='x'>归".encode()) - 1], None)]
    path = write_mobi(tmp_path / "a.mobi", text.encode(), indexes={244: contents(entries)})
    found = chapters(read_book(path))
    assert [t for t, _ in found] == ["雨夜", "归来"]
    assert found[1][1][0] == "归来"


def test_the_contents_of_a_new_kindle_book_name_its_volumes_and_chapters(tmp_path: Path) -> None:
    shell = '<?xml version="1.0"?><html><head><title>x</title></head><body>|</body></html>'
    pages = [
        (shell, ["<p>春</p>", f"<p>雨夜</p>{TOLD}"]),
        (shell, [f"<p>归来</p>{TOLD}"]),
        (shell, ["<p>秋</p>", f"<p>别离</p>{TOLD}"]),
    ]
    text, skeletons, fragments = parts(pages)
    entries = [
        ("春", [0, 0], None),
        ("秋", [3, 0], None),
        ("雨夜", [1, 0], 0),
        ("归来", [2, 0], 0),
        ("别离", [4, 0], 1),
    ]
    path = write_mobi(
        tmp_path / "a.azw3", text, version=8, indexes={244: contents(entries), 248: fragments, 252: skeletons}
    )
    assert [(t, len(p)) for t, p in chapters(read_book(path))] == [
        ("春 · 雨夜", 3),
        ("春 · 归来", 2),
        ("秋 · 别离", 3),
    ]


def test_fragments_are_put_where_they_belong(tmp_path: Path) -> None:
    text, skeletons, fragments = parts(
        [("<html><body><p>先说。</p>|<p>后说。</p></body></html>", ["<p>再说。</p>", "<p>又说。</p>"])]
    )
    path = write_mobi(tmp_path / "a.azw3", text, version=8, indexes={248: fragments, 252: skeletons})
    assert [p.text for p in read_book(path).chapters[0].paragraphs] == [
        "先说。",
        "再说。",
        "又说。",
        "后说。",
    ]


def test_a_book_whose_contents_are_damaged_is_read_without_them(tmp_path: Path) -> None:
    for broken in (
        [b"INDX"],
        [b"x"],
        [contents([("雨夜", [0], None)])[0][:200]],
        contents([("雨夜", [1 << 34], None)]),
    ):
        path = write_mobi(tmp_path / "a.mobi", OLD.encode(), indexes={244: broken})
        assert [t for t, _ in chapters(read_book(path))] == ["第一章 雨夜", "第二章 天亮"]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_new_kindle_book_whose_indexes_are_damaged_loses_nothing(data: st.DataObject) -> None:
    shell = "<html><body>|</body></html>"
    text, skeletons, fragments = parts([(shell, [f"<p>雨夜</p>{TOLD}"]), (shell, [f"<p>归来</p>{TOLD}"])])
    table = contents([("雨夜", [0, 0], None), ("归来", [1, 0], None)])
    rows = {244: table, 248: fragments, 252: skeletons}
    which = data.draw(st.sampled_from(sorted(rows)))
    at = data.draw(st.integers(0, len(rows[which]) - 1))
    rows[which] = [mangled(r, data.draw) if i == at else r for i, r in enumerate(rows[which])]
    with tempfile.TemporaryDirectory() as folder:
        path = write_mobi(Path(folder) / "a.azw3", text, version=8, indexes=rows)
        book = read_book(path)
        assert (
            sum(len(p.text) for c in book.chapters for p in c.paragraphs)
            >= len("雨夜归来") + 2 * len(TOLD) - 14
        )


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
