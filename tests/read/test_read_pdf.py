"""PDF with a text layer: paragraphs from lines, what stands on every page, chapters."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from files import chapters, is_all_there, mangled, read, read_or_refused, reasons, write_pdf
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.errors import InputError, SettingsError
from novelcast.read import read_book

Line = tuple[float, float, float, str]
WIDTH = 20  # characters of a full line
# Sentences of our own, no two the same length.
SENTENCES = (
    "雨从半夜下到天亮也没有停。",
    "巷子口的灯一直亮着，照着一辆没有人认领的旧车。",
    "她数到第七声雷的时候，楼下的门响了，有人在台阶上跺了两下脚，又不动了。",
    "“谁？”",
    "没有人回答，只听见水顺着墙往下流，流进那只早就满了的桶里，再从桶边漫到院子中间去。",
    "他说：“路断了，今天走不了。”",
)


def laid_out(number: int, paragraphs: list[str], *, heading: str = "", top: float = 520) -> list[Line]:
    """A page as a typesetter sets it: header, paragraphs with an indent of two characters, page number."""
    lines: list[Line] = [(60, 570, 8, "长夜"), (195, 30, 9, str(number))]
    y = top
    if heading:
        lines.append((60, y, 20, heading))
        y -= 40
    for text in paragraphs:
        rest, indent = text, 2
        while rest:
            lines.append((60 + 12 * indent, y, 12, rest[: WIDTH - indent]))
            rest, indent, y = rest[WIDTH - indent :], 0, y - 18
    return lines


def test_lines_become_paragraphs_and_page_furniture_is_skipped(tmp_path: Path) -> None:
    # Two long sentences a chapter: with more, four chapters of one text would count as posted four times.
    told = list(SENTENCES[2:6])
    pages = [laid_out(n + 7, told, heading=f"第{'一二三四'[n]}章 雨夜") for n in range(4)]
    book = read_book(write_pdf(tmp_path / "a.pdf", pages, title="长夜"))
    assert book.title == "长夜"
    assert chapters(book) == [(f"第{n}章 雨夜", [f"第{n}章 雨夜", *told]) for n in "一二三四"]
    assert set(reasons(book)) == {"长夜", "7", "8", "9", "10"}
    assert book.repairs == ()


def test_a_paragraph_goes_on_over_the_page(tmp_path: Path) -> None:
    pages = [laid_out(n, list(SENTENCES)) for n in range(1, 4)]
    long = SENTENCES[4]
    pages[0].append((60 + 24, 200, 12, long[: WIDTH - 2]))
    pages[1] = [(60, 520 + 18, 12, long[WIDTH - 2 :][:WIDTH]), *pages[1]]
    found = read(write_pdf(tmp_path / "a.pdf", pages))[0][1]
    assert long[: 2 * WIDTH - 2] in found


def test_paragraphs_without_an_indent_are_parted_at_short_lines(tmp_path: Path) -> None:
    lines: list[Line] = []
    for text in SENTENCES * 2:
        for i in range(0, len(text), WIDTH):
            lines.append((60, 560 - 18 * len(lines), 12, text[i : i + WIDTH]))
    assert read(write_pdf(tmp_path / "a.pdf", [lines]))[0][1] == list(SENTENCES * 2)


def test_english_lines_are_joined_with_spaces_and_parted_words_without_their_hyphen(tmp_path: Path) -> None:
    lines = [
        "He went down to the water every",
        "morning before the others were a-",
        "wake, and nobody asked him why.",
    ]
    page = [(60.0, 500.0 - 18 * i, 10.0, text) for i, text in enumerate(lines)]
    book = read_book(write_pdf(tmp_path / "a.pdf", [page]))
    assert chapters(book)[0][1] == [
        "He went down to the water every morning before the others were awake, and nobody asked him why."
    ]
    assert [(r.before, r.after, r.why) for r in book.repairs] == [("-", "", "a hyphen at a line's end")]


def test_numbers_that_count_chapters_are_no_page_numbers(tmp_path: Path) -> None:
    pages = [
        [(200, 560, 12, str(n)), *laid_out(2 * n + k, list(SENTENCES))[2:]] for n in (1, 2, 3) for k in (0, 1)
    ]
    pages[1], pages[3], pages[5] = pages[1][1:], pages[3][1:], pages[5][1:]
    assert [t for t, _ in read(write_pdf(tmp_path / "a.pdf", pages))] == ["1", "2", "3"]


def test_a_pdf_of_another_program_is_read(tmp_path: Path) -> None:
    class Printed(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.cell(0, 8, f"- {self.page_no()} -", align="C")

    pdf = Printed(format="A5")
    pdf.set_font("helvetica", size=11)
    words = "Rain had fallen on the roofs since noon and the street was one long mirror. "
    for n in range(1, 4):
        pdf.add_page()
        pdf.set_font("helvetica", size=18)
        pdf.cell(0, 14, f"Chapter {n}", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        for k in range(1, 4):
            pdf.multi_cell(0, 6, f"      {k} " + words * k, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(tmp_path / "a.pdf"))
    found = read(tmp_path / "a.pdf")
    assert [t for t, _ in found] == ["Chapter 1", "Chapter 2", "Chapter 3"]
    assert found[0][1][1:] == [f"{k} {(words * k).strip()}" for k in (1, 2, 3)]


def test_a_scan_a_locked_file_and_no_pdf_say_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="pictures of it"):
        read_book(write_pdf(tmp_path / "a.pdf", [[], []]))
    pdf = FPDF()
    pdf.set_encryption("owner", "user")
    pdf.add_page()
    pdf.output(str(tmp_path / "b.pdf"))
    with pytest.raises(InputError, match="password"):
        read_book(tmp_path / "b.pdf")
    (tmp_path / "c.pdf").write_text("只是字。", encoding="utf-8")
    with pytest.raises(InputError, match="not a PDF"):
        read_book(tmp_path / "c.pdf")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.7\n" + bytes(1000))
    with pytest.raises(InputError, match="damaged"):
        read_book(tmp_path / "d.pdf")


def test_without_its_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfminer.pdfdocument", None)
    with pytest.raises(SettingsError) as caught:
        read_book(write_pdf(tmp_path / "a.pdf", [[(60, 500, 12, "雨。")]]))
    assert "novelcast[pdf]" in caught.value.hint


plain = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("，。！？“”abcXYZ019-"),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(plain, max_size=8), min_size=1, max_size=4), st.booleans())
def test_no_character_of_a_pdf_is_lost(pages: list[list[str]], repair: bool) -> None:
    placed = [[(60.0, 540.0 - 20 * i, 12.0, text) for i, text in enumerate(lines)] for lines in pages]
    placed[0].append((60, 300, 12, "天亮了，雨停了。"))
    with tempfile.TemporaryDirectory() as folder:
        book = read_book(write_pdf(Path(folder) / "a.pdf", placed), repair=repair)
    for text in (t for lines in pages for t in lines):
        assert is_all_there(text, book)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_pdf_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_pdf(Path(folder) / "a.pdf", [laid_out(n, list(SENTENCES)) for n in (1, 2)])
        path.write_bytes(mangled(path.read_bytes(), data.draw))
        read_or_refused(path)
