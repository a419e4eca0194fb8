"""Book -> pieces: what kind of text each span of a paragraph is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from novelcast.hanzi import simplified
from novelcast.model import Book, Chapter, Paragraph, Span
from novelcast.script.marks import Quote, closes, find_quotes, left_open, opens_before_closing, opens_quoted
from novelcast.script.narration import Narration, letters, narrated
from novelcast.script.pieces import SCENE_BREAK, Piece, PieceKind, Region
from novelcast.script.quotes import bracket_kind, quote_kind
from novelcast.script.thoughts import find_thoughts
from novelcast.script.unmarked import unmarked_speech

_CARRIED_PARAGRAPHS = 4
_BRACKETS = re.compile(r"【[^【】]*】|\[[^\[\]]*\]|［[^［］]*］|〖[^〖〗]*〗")


def split_book(book: Book) -> list[Piece]:
    """The book as pieces in reading order, which cover each paragraph exactly once."""
    skipped: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    for skip in book.skipped:
        at = (skip.span.chapter, skip.span.paragraph)
        skipped.setdefault(at, []).append((skip.span.start, skip.span.end, skip.reason))
    return [piece for c, chapter in enumerate(book.chapters) for piece in _split_chapter(c, chapter, skipped)]


def _split_chapter(
    number: int, chapter: Chapter, skipped: dict[tuple[int, int], list[tuple[int, int, str]]]
) -> Iterator[Piece]:
    texts, marked, narrations, written = by_marks(chapter)
    regions = find_thoughts(texts, marked, narrations, written)
    for i, paragraph in enumerate(chapter.paragraphs):
        parts = [(a, b, kind, SCENE_BREAK if kind == "skip" else "") for a, b, kind in regions[i]]
        for start, end, reason in sorted(skipped.get((number, i), [])):
            parts = _overlay(parts, max(0, start), min(end, len(texts[i])), reason)
        for start, end, kind, reason in parts:
            span = Span(chapter=number, paragraph=i, start=start, end=end)
            yield Piece(span, paragraph.text[start:end], kind, reason)


def by_marks(chapter: Chapter) -> tuple[list[str], list[list[Region]], list[Narration], set[int]]:
    """Of a chapter's paragraphs: the simplified texts, the regions that marks and words of saying show, what the
    narration is like there, and which of them nobody thinks in (letters, verses)."""
    paragraphs = chapter.paragraphs
    texts = [simplified(p.text) for p in paragraphs]
    runs_on, carried = _carried(paragraphs, texts)
    regions = [
        _regions(p, text, runs_on.get(i), carried.get(i, 0))
        for i, (p, text) in enumerate(zip(paragraphs, texts, strict=True))
    ]
    written = letters(texts) | {i for i, p in enumerate(paragraphs) if p.kind == "verse"}
    regions = unmarked_speech(texts, regions, Narration(_told(texts, regions, written)), written)
    scenes = narrated(_told(texts, regions, written), [p.kind == "break" for p in paragraphs])
    return texts, regions, scenes, written


def _told(texts: Sequence[str], regions: Sequence[Sequence[Region]], written: set[int]) -> list[str]:
    """What of each paragraph the narrator tells."""
    return [
        "" if i in written else "\n".join(text[a:b] for a, b, kind in found if kind == "narration")
        for i, (text, found) in enumerate(zip(texts, regions, strict=True))
    ]


def _carried(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> tuple[dict[int, int], dict[int, int]]:
    """(where in a paragraph speech begins that runs on to its end, how many characters of a paragraph belong to a
    quotation that an earlier one opened).

    Speech of several paragraphs opens each with a mark. A scraped text may break a quotation's lines, too:
    “快走！ / 快走！”. The closing mark has to come soon.
    """
    runs_on: dict[int, int] = {}
    carried: dict[int, int] = {}
    for i, text in enumerate(texts):
        start = left_open(text)
        if start is None or i in carried or paragraphs[i].kind != "body":
            continue
        at_start = not text[:start].strip()
        if at_start and i + 1 < len(texts) and opens_quoted(texts[i + 1]):
            runs_on[i] = start
        if not at_start and text[:start].rstrip()[-1] not in "：:":
            continue
        ends: dict[int, int] = {}
        for k in range(i + 1, min(i + 1 + _CARRIED_PARAGRAPHS, len(texts))):
            if paragraphs[k].kind != "body" or opens_before_closing(texts[k], text[start]):
                break
            close = closes(texts[k], text[start])
            ends[k] = len(texts[k]) if close is None else close
            if close is not None:
                carried |= ends
                runs_on[i] = start
                break
    return runs_on, carried


def _overlay(
    parts: list[tuple[int, int, PieceKind, str]], start: int, end: int, reason: str
) -> list[tuple[int, int, PieceKind, str]]:
    """`parts` with [start, end) made one skipped part."""
    if start >= end:
        return parts
    out: list[tuple[int, int, PieceKind, str]] = []
    for a, b, kind, why in parts:
        if a < start:
            out.append((a, min(b, start), kind, why))
        if b > end:
            out.append((max(a, end), b, kind, why))
    out.append((start, end, "skip", reason))
    return sorted(out)


# ---------------------------------------------------------------- one paragraph


def _regions(paragraph: Paragraph, text: str, runs_on: int | None, carried: int) -> list[Region]:
    """(start, end, kind) for one paragraph, whose simplified text is `text`; unquoted thoughts not yet found.
    Its first `carried` characters belong to a quotation that an earlier paragraph opens."""
    if not text:
        return []
    if paragraph.kind == "heading":
        return [(0, len(text), "heading")]
    if paragraph.kind == "break":
        return [(0, len(text), "skip")]
    if carried:
        rest = _regions(paragraph, text[carried:], None, 0)
        return [(0, carried, "dialogue"), *((a + carried, b + carried, kind) for a, b, kind in rest)]
    quotes, brackets = _apart(find_quotes(text, runs_on), [m.span() for m in _BRACKETS.finditer(text)])
    marked = _bracketed(text, brackets)
    for k, quote in enumerate(quotes):
        before = text[quotes[k - 1].end if k else 0 : quote.start]
        after = text[quote.end : quotes[k + 1].start if k + 1 < len(quotes) else len(text)]
        marked.append((quote.start, quote.end, quote_kind(before, quote, text, after)))
    marked = [region for region in marked if region[2] != "narration"]
    return filled(sorted(marked), len(text))


def _apart(
    quotes: Sequence[Quote], brackets: Sequence[tuple[int, int]]
) -> tuple[list[Quote], list[tuple[int, int]]]:
    """Both without those of one kind that stand in one of the other. Both are in order."""
    ends = [q.end for q in quotes]
    kept: list[tuple[int, int]] = []
    dropped: set[int] = set()
    for start, end in brackets:
        first = bisect_right(ends, start)
        touched = []
        while first < len(quotes) and quotes[first].start < end:
            touched.append(first)
            first += 1
        if all(start < quotes[k].start and quotes[k].end <= end for k in touched):
            kept.append((start, end))
            dropped.update(touched)
    return [q for k, q in enumerate(quotes) if k not in dropped], kept


def _bracketed(text: str, brackets: Sequence[tuple[int, int]]) -> list[Region]:
    found: list[Region] = []
    for start, end in brackets:
        kind = bracket_kind(text, start, end)
        # What one and the same goes on to say behind a tag is speech, too.
        goes_on = (
            found and found[-1][2] == "dialogue" and text[found[-1][1] : start].rstrip()[-1:] in tuple("，,")
        )
        found.append((start, end, "dialogue" if goes_on and kind == "system" else kind))
    return found


def filled(marked: Sequence[Region], size: int) -> list[Region]:
    """The regions of a text of `size` characters, with narration where none is marked."""
    out: list[Region] = []
    at = 0
    for start, end, kind in marked:
        if at < start:
            out.append((at, start, "narration"))
        out.append((start, end, kind))
        at = end
    if at < size:
        out.append((at, size, "narration"))
    return out
