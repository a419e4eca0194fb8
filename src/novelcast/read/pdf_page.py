"""The characters of PDF pages -> lines in reading order: pages in columns column by column, vertical text too.

A vertical page is read as one that was turned: its lines run down the page, the next one is to the left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

_SPACE = 0.25  # type sizes between two characters that a space is between
_APART = 0.9  # type sizes between two parts of a line that may stand in two columns
_GUTTER = 0.8  # type sizes that columns are apart, at least
_COLUMN_LINES = 4  # that a column has, at least
_COLUMN_SHARE = 0.2  # of a page's text
_LIKE = 0.5  # how wide the narrower of two columns is at least, seen from the other
_CROSSING = 0.2  # of a page's lines that may run over all columns
_PAGES = 0.3  # of a file's pages are in columns where all of them may be
_DOWN = 10  # steps from a character down to the next on a vertical page, at least
_ACROSS = 3  # characters side by side on a vertical page are a header or a page's number
_ROW = 0.35  # type sizes that characters of one vertical line may stand beside each other


@dataclass(frozen=True)
class Line:
    """Places in points, in the direction of reading: `bottom` falls from line to line. `column` numbers the parts of a
    page that are read one after the other; `aside`: outside of a vertical page's text."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    column: int = 0
    aside: bool = False


Row = list[Line]
"""The parts of one line from left to right, as far apart as columns can be."""


class _Glyph(NamedTuple):
    text: str
    start: float
    end: float
    base: float
    size: float


def rows_of(page: Any) -> list[Row]:
    """A page's rows from top to bottom (right to left on a vertical page)."""
    letters = list(_letters(page))
    across = _across(letters) if _is_vertical(letters) else None
    if across is None:
        return _rows([_glyph(c) for c in letters])
    rows = _rows([_turned(c) for i, c in enumerate(letters) if i not in across], _ROW)
    beside = _rows([_glyph(letters[i]) for i in sorted(across)])
    return [*_with_asides(rows), *([replace(line, aside=True) for line in row] for row in beside)]


def _letters(box: Any) -> Iterator[Any]:
    """The characters of a page, those of its forms too."""
    from pdfminer.layout import LTChar, LTContainer

    stack = [iter(box)]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, LTChar):
            yield item
        elif isinstance(item, LTContainer):
            stack.append(iter(item))


def _glyph(letter: Any) -> _Glyph:
    text = letter.get_text()
    text = "\ufffd" if text.startswith("(cid:") else text
    return _Glyph(text, letter.x0, letter.x1, letter.matrix[5], letter.size)


def _turned(letter: Any) -> _Glyph:
    """The character as it stands on the page turned to the left, in the form that it has in horizontal text."""
    text = _glyph(letter).text
    if len(text) == 1 and ("\ufe10" <= text <= "\ufe19" or "\ufe30" <= text <= "\ufe48"):
        text = {"︱": "—", "︙": "…"}.get(text) or unicodedata.normalize("NFKC", text)
    return _Glyph(text, -letter.y1, -letter.y0, (letter.x0 + letter.x1) / 2, letter.size)


def _is_vertical(letters: Sequence[Any]) -> bool:
    down = across = 0
    for a, b in pairwise(letters):
        aside, under = abs(b.x0 + b.x1 - a.x0 - a.x1) / 2, a.y1 - b.y1
        down += aside < 0.3 * a.size and 0.5 * a.size < under < 2.5 * a.size
        across += abs(under) < 0.3 * a.size < aside
    return down >= max(_DOWN, across)


def _across(letters: Sequence[Any]) -> set[int]:
    """The characters of a vertical page that stand side by side."""
    out: set[int] = set()
    row: list[int] = []
    for i, letter in enumerate(letters):
        last = letters[i - 1] if row else letter
        beside = abs(last.y1 - letter.y1) < 0.3 * last.size and 0 <= letter.x0 - last.x0 < 2.5 * last.size
        if not beside:
            out |= set(row) if len(row) >= _ACROSS else set()
            row = []
        row.append(i)
    return out | (set(row) if len(row) >= _ACROSS else set())


def _with_asides(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows of a vertical page; short ones wholly above or under its text are marked."""
    long = [line for row in rows for line in row if len(line.text) > _ACROSS]
    top, foot = min((x.left for x in long), default=0.0), max((x.right for x in long), default=0.0)
    for row in rows:
        yield [replace(x, aside=bool(long) and (x.right <= top or x.left >= foot)) for x in row]


def _rows(glyphs: Iterable[_Glyph], tolerance: float = 0.0) -> list[Row]:
    """Characters on one base line (within so many type sizes, a point at least), the top row first."""
    rows: dict[int, list[_Glyph]] = {}
    for glyph in glyphs:
        at, reach = round(glyph.base), max(1, int(tolerance * glyph.size))
        near = (at + sign * step for step in range(reach + 1) for sign in (1, -1))
        rows.setdefault(next((y for y in near if y in rows), at), []).append(glyph)
    out = (list(_parts(rows[y])) for y in sorted(rows, reverse=True))
    return [row for row in out if row]


def _parts(glyphs: list[_Glyph]) -> Iterator[Line]:
    glyphs.sort(key=lambda g: g.start)
    part: list[_Glyph] = []
    for glyph in glyphs:
        if part and glyph.start - part[-1].end > _APART * glyph.size:
            yield from _line(part)
            part = []
        part.append(glyph)
    yield from _line(part)


def _line(glyphs: Sequence[_Glyph]) -> Iterator[Line]:
    words: list[str] = []
    end = glyphs[0].start if glyphs else 0.0
    for glyph in glyphs:
        if glyph.start - end > _SPACE * glyph.size and words and not words[-1].isspace():
            words.append(" ")
        words.append(glyph.text)
        end = glyph.end
    text = " ".join("".join(words).split())
    seen = [g for g in glyphs if not g.text.isspace()]
    if text and seen:
        size = median(g.size for g in seen) or 1.0
        yield Line(text, seen[0].start, max(g.end for g in seen), median(g.base for g in seen), size)


# ---------------------------------------------------------------- columns


def in_reading_order(pages: Sequence[Sequence[Row]]) -> list[list[Line]]:
    """The lines of each page, those of columns one column after the other between lines that run over all of them."""
    gutters = [_gutters([line for row in page for line in row if not line.aside]) for page in pages]
    common = [g for g in gutters if g]
    if len(common) < _PAGES * len(pages):
        common = []
    out: list[list[Line]] = []
    for page, own in zip(pages, gutters, strict=True):
        out.append(list(_in_columns(page, own or _fitting(page, common))))
    return out


def _gutters(lines: Sequence[Line]) -> list[float]:
    """Where columns are parted, from left to right; none where there is one column."""
    at = _gutter(lines)
    if at is None:
        return []
    left, right = [x for x in lines if x.right <= at], [x for x in lines if x.left >= at]
    return [*_gutters(left), at, *_gutters(right)]


def _gutter(lines: Sequence[Line]) -> float | None:
    if len(lines) < 2 * _COLUMN_LINES:
        return None
    size = median(x.size for x in lines)
    start, end = min(x.left for x in lines), max(x.right for x in lines)
    over = [0] * (int(end - start) + 2)
    for line in lines:
        over[int(line.left - start)] += 1
        over[int(line.right - start) + 1] -= 1
    free: list[tuple[int, int]] = []  # width and middle of what few lines run over
    count = first = 0
    for x, change in enumerate(over):
        count += change
        if count > _CROSSING / 2 * len(lines):
            free += [(x - first, (x + first) // 2)] if x - first >= _GUTTER * size else []
            first = x + 1
    for _, middle in sorted(free, reverse=True):
        at = start + middle
        if _are_columns(lines, at):
            return at
    return None


def _are_columns(lines: Sequence[Line], at: float) -> bool:
    """Whether what stands on either side of a place are columns of text, one beside the other."""
    sides = [[x for x in lines if x.right <= at], [x for x in lines if x.left >= at]]
    if min(map(len, sides)) < _COLUMN_LINES or sum(map(len, sides)) < (1 - _CROSSING) * len(lines):
        return False
    texts = [sum(len(x.text) for x in side) for side in sides]
    widths = [median(x.right - x.left for x in side) for side in sides]
    beside = min(max(x.bottom for x in s) for s in sides) - max(min(x.bottom for x in s) for s in sides)
    height = max(x.bottom for x in lines) - min(x.bottom for x in lines)
    return (
        min(texts) >= _COLUMN_SHARE * sum(texts)
        and min(widths) >= _LIKE * max(widths)
        and beside >= _COLUMN_SHARE * height
    )


def _fitting(page: Sequence[Row], gutters: Sequence[list[float]]) -> list[float]:
    """Of the gutters of other pages those that this page's lines leave free, if it has text on both sides."""
    lines = [line for row in page for line in row if not line.aside]
    for found in gutters[:3]:
        crossing = sum(any(x.left < at < x.right for at in found) for x in lines)
        beside = any(x.right <= at for at in found for x in lines) and any(
            x.left >= at for at in found for x in lines
        )
        if beside and crossing <= _CROSSING * len(lines):
            return found
    return []


def _in_columns(page: Sequence[Row], gutters: Sequence[float]) -> Iterator[Line]:
    number = 0
    columns: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for row in page:
        aside = row[0].aside
        if gutters and not aside and not any(x.left < at < x.right for x in row for at in gutters):
            for n, column in enumerate(columns):
                part = [x for x in row if sum(x.left >= at for at in gutters) == n]
                column += [_whole(part)] if part else []
            continue
        for column in columns:
            number += bool(column)
            yield from (replace(x, column=number) for x in column)
            column.clear()
        yield replace(_whole(row), column=0)
    for column in columns:
        number += bool(column)
        yield from (replace(x, column=number) for x in column)


def _whole(row: Sequence[Line]) -> Line:
    """The parts of a row as one line."""
    size = max(row, key=lambda x: len(x.text)).size
    text = " ".join(x.text for x in row)
    return Line(text, row[0].left, max(x.right for x in row), row[0].bottom, size, aside=row[0].aside)
