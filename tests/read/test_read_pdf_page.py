"""Pages in columns and pages of vertical text are read in their order; other pages are not taken for such."""

from __future__ import annotations

from pathlib import Path

import pytest
from files import chapters, read, reasons, write_pdf

from novelcast.read import read_book

Line = tuple[float, float, float, str]
# Sentences of our own, no two the same length.
SENTENCES = (
    "雨从半夜下到天亮也没有停。",
    "巷子口的灯一直亮着，照着一辆没有人认领的旧车。",
    "她数到第七声雷的时候，楼下的门响了，有人在台阶上跺了两下脚，又不动了。",
    "没有人回答，只听见水顺着墙往下流，流进那只早就满了的桶里，再从桶边漫到院子中间去。",
    "他说：“路断了，今天走不了。”",
    "桥那边的人家都搬走了，只剩下一只黄狗，白天睡在门口，夜里沿着河堤来回地走。",
)


def wrapped(paragraphs: list[str], width: int, indent: int = 2) -> list[tuple[int, str]]:
    """The paragraphs in lines of so many characters: the indent in characters, and the line."""
    out = []
    for text in paragraphs:
        rest, left = text, indent
        while rest:
            out.append((left, rest[: width - left]))
            rest, left = rest[width - left :], 0
    return out


def in_columns(
    paragraphs: list[str], *, columns: int = 2, lines: int = 12, top: float = 520, shift: float = 0
) -> list[list[Line]]:
    """Pages of a magazine: columns of 12 characters, each so many lines long; `shift` lowers every other column."""
    rows = wrapped(paragraphs, 12)
    size = 340 / columns / 14
    pages = []
    while rows:
        page: list[Line] = []
        for column in range(columns):
            part, rows = rows[:lines], rows[lines:]
            for n, (left, text) in enumerate(part):
                x = 30 + column * 14 * size + left * size
                page.append((x, top - 1.5 * size * n - (shift if column % 2 else 0), size, text))
        pages.append(page)
    return pages


def told(count: int = 3) -> list[str]:
    """Paragraphs that are all different."""
    return [text.replace("。", f"，第{n}夜。", 1) for n in range(count) for text in SENTENCES]


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize("shift", [0, 5])
def test_columns_are_read_one_after_the_other(tmp_path: Path, columns: int, shift: float) -> None:
    pages = in_columns(told(), columns=columns, shift=shift)
    assert len(pages) > 1
    assert read(write_pdf(tmp_path / "a.pdf", pages))[0][1] == told()


def test_a_title_over_both_columns_and_the_pages_furniture_are_set_apart(tmp_path: Path) -> None:
    pages = in_columns(told(4), top=480)
    for n, page in enumerate(pages):
        page += [(30, 560, 8, "长夜"), (330, 560, 8, f"第{n}期"), (195, 30, 8, str(n + 1))]
    pages[0].append((150, 520, 18, "第一章 雨夜"))
    book = read_book(write_pdf(tmp_path / "a.pdf", pages))
    assert chapters(book) == [("第一章 雨夜", ["第一章 雨夜", *told(4)])]
    assert {"长夜", "1", "2", "3"} <= set(reasons(book))


def test_a_title_between_columns_parts_what_is_above_and_below_it(tmp_path: Path) -> None:
    above, below = list(SENTENCES[:4]), list(SENTENCES[2:])
    heading = [(120.0, 340.0, 18.0, "第二章 天亮")]
    page = in_columns(above, lines=8)[0] + heading + in_columns(below, lines=9, top=310)[0]
    page = [(100, 560, 18, "第一章 雨夜"), *page]
    found = read(write_pdf(tmp_path / "a.pdf", [page]))
    assert [t for t, _ in found] == ["第一章 雨夜", "第二章 天亮"]
    assert "".join(found[0][1][1:]) == "".join(above)
    assert "".join(found[1][1][1:]) == "".join(below)


def test_a_last_page_with_two_lines_in_its_second_column_is_still_in_columns(tmp_path: Path) -> None:
    for count in range(1, 7):
        texts = [*told(3), *SENTENCES[:count]]
        assert read(write_pdf(tmp_path / "a.pdf", in_columns(texts, lines=9)))[0][1] == texts


def test_english_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [
        "He went down to",
        "the water every",
        "morning before",
        "the others were",
        "awake, and no-",
        "body asked him",
    ]
    right = [
        "why he did it",
        "or where he had",
        "been. The boat",
        "lay dry on the",
        "sand, and the",
        "rope was gone.",
    ]
    page = [
        (x, 500.0 - 15 * n, 9.0, t) for x, part in ((40.0, left), (210.0, right)) for n, t in enumerate(part)
    ]
    assert read(write_pdf(tmp_path / "a.pdf", [page]))[0][1] == [
        "He went down to the water every morning before the others were awake, and nobody asked him why he did it or "
        "where he had been. The boat lay dry on the sand, and the rope was gone."
    ]


def test_a_contents_page_and_a_play_are_no_columns(tmp_path: Path) -> None:
    contents = [(40.0, 540.0 - 20 * n, 12.0, f"第{n}章 路上的{n}个人") for n in range(1, 11)]
    numbers = [(350.0, 540.0 - 20 * n, 12.0, str(9 * n)) for n in range(1, 11)]
    found = read(write_pdf(tmp_path / "a.pdf", [contents + numbers]))
    assert [t for t, _ in found][:2] == ["第1章 路上的1个人 9", "第2章 路上的2个人 18"]
    names = [(40.0, 540.0 - 20 * n, 12.0, "船夫" if n % 2 else "老板") for n in range(10)]
    said = [(100.0, 540.0 - 20 * n, 12.0, f"这是今夜的第{n}条船，水还在涨。") for n in range(10)]
    whole = "".join(read(write_pdf(tmp_path / "b.pdf", [names + said]))[0][1])
    assert "船夫 这是今夜的第1条船，水还在涨。老板 这是今夜的第2条船" in whole


# ---------------------------------------------------------------- vertical text


def vertical(paragraphs: list[str], *, height: int = 16, size: float = 14, top: float = 520) -> list[Line]:
    """A page whose lines run down and stand from right to left, character by character."""
    out: list[Line] = []
    for n, (indent, text) in enumerate(wrapped(paragraphs, height)):
        out += [(350 - 1.6 * size * n, top - size * (indent + i), size, c) for i, c in enumerate(text)]
    return out


def test_vertical_lines_are_read_from_right_to_left(tmp_path: Path) -> None:
    pages = [vertical(list(SENTENCES[:5])), vertical(list(SENTENCES[5:] + SENTENCES[:3]))]
    assert read(write_pdf(tmp_path / "a.pdf", pages))[0][1] == [*SENTENCES, *SENTENCES[:3]]


def test_a_vertical_font_and_vertical_marks_are_read(tmp_path: Path) -> None:
    lines = [
        (350 - 24 * n, 540, 14, t.replace("。", "︒").replace("，", "︐"))
        for n, t in enumerate(SENTENCES[:3])
    ]
    found = read(write_pdf(tmp_path / "a.pdf", [lines], vertical=True))
    assert "".join(found[0][1]) == "".join(SENTENCES[:3])


def test_a_vertical_pages_header_and_number_are_set_apart(tmp_path: Path) -> None:
    pages = [vertical(list(SENTENCES[n : n + 3]), top=500) for n in range(3)]
    for n, page in enumerate(pages):
        page += [(60, 560, 9, "长夜卷一"), (200, 30, 9, str(n + 1))]
    book = read_book(write_pdf(tmp_path / "a.pdf", pages))
    assert chapters(book)[0][1] == [SENTENCES[i] for n in range(3) for i in range(n, n + 3)]
    assert set(reasons(book)) == {"长夜卷一", "1", "2", "3"}


def test_two_rows_of_vertical_lines_are_read_one_after_the_other(tmp_path: Path) -> None:
    upper, lower = list(SENTENCES[:4]), list(SENTENCES[4:] + SENTENCES[:2])
    page = vertical(upper, height=14, top=560, size=12) + vertical(lower, height=14, top=320, size=12)
    assert read(write_pdf(tmp_path / "a.pdf", [page]))[0][1] == upper + lower
