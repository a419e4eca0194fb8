"""Book -> pieces: what kind of text each span of a paragraph is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from novelcast.hanzi import simplified
from novelcast.model import Book, Chapter, Paragraph, Span
from novelcast.script.lexicon import MESSAGE, SAY, SENTENCE_END, THINK, WRITE
from novelcast.script.pieces import Piece, PieceKind
from novelcast.script.thoughts import Narration, find_thoughts, unsaid

_PAIRS = {"“": "”", "‘": "’", "「": "」", "『": "』", "〝": "〞"}
_CARRIED_PARAGRAPHS = 12
_ALIKE = {'"': '"', "＂": "＂"}
_SYSTEM = re.compile(r"【[^【】]*】|\[[^\[\]]*\]|［[^［］]*］|〖[^〖〗]*〗")
_WORD = re.compile(r"[\w]")
_ENDS_SPOKEN = re.compile(r"[。！？!?…，,—～~；;：:、\-][”’」』\"]*$|[.][”’\"]*$")
_AT_BOUNDARY = re.compile(r"(?:^|[。！？!?…：:，,—～~；;”’」』\"】\]）)])\s*$")
_IN_SENTENCE = re.compile(r"^(?:[的之了地得字二两三四五六七八九十几个这那一是为]|[\u4e00-\u9fff]字)")
_SENTENCE = re.compile(rf"[^{SENTENCE_END}]*[{SENTENCE_END}]*")
# A sentence that opens like this after a spoken one, inside a quotation that was never closed, is its tag.
_TAG_SENTENCE = re.compile(
    r"^\s*(?:[他她]们?(?![的是说要])|[\u4e00-\u9fff]{1,4}(?:[\u4e00-\u9fff]{0,4}))?[\u4e00-\u9fff]{0,6}?"
    r"(?:(?:低声|轻声|大声|沉声|冷冷|淡淡|缓缓|笑着|[他她])[\u4e00-\u9fff]{0,4}(?:说|道|问|喊|叫|答)|说道|问道|喊道|笑道|答道|叫道|骂道|吼道)"
)
_THIRD_PERSON = re.compile(r"^\s*[他她]们?(?!的?[。！？!?，,]|是|要是|说的)")


@dataclass(frozen=True)
class _Quote:
    """A quotation of a paragraph, marks included; `closed` is False where its end was guessed."""

    start: int
    end: int
    closed: bool


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
    texts = [simplified(p.text) for p in chapter.paragraphs]
    carried = _carried(chapter.paragraphs, texts)
    regions = [
        _regions(p, text, i + 1 in carried or _opens_quoted(texts, i), carried.get(i, 0))
        for i, (p, text) in enumerate(zip(chapter.paragraphs, texts, strict=True))
    ]
    narration = Narration(
        text[a:b]
        for text, found in zip(texts, regions, strict=True)
        for a, b, kind in found
        if kind == "narration"
    )
    for i, (paragraph, text) in enumerate(zip(chapter.paragraphs, texts, strict=True)):
        parts = [
            (a, b, kind, "scene break" if kind == "skip" else "")
            for a, b, kind in find_thoughts(text, regions[i], narration, texts[i - 1] if i else "")
        ]
        for start, end, reason in sorted(skipped.get((number, i), [])):
            parts = _overlay(parts, max(0, start), min(end, len(text)), reason)
        for start, end, kind, reason in parts:
            span = Span(chapter=number, paragraph=i, start=start, end=end)
            yield Piece(span, paragraph.text[start:end], kind, reason)


def _opens_quoted(texts: Sequence[str], i: int) -> bool:
    """Whether the paragraph after this one opens with a quotation mark: speech may run on into it."""
    return i + 1 < len(texts) and texts[i + 1].lstrip()[:1] in (*_PAIRS, *_ALIKE)


def _carried(paragraphs: Sequence[Paragraph], texts: Sequence[str]) -> dict[int, int]:
    """Paragraphs that begin inside a quotation opened in an earlier one, and where it closes in them.

    A scraped text may break a quotation's lines: “快走！ / 快走！”. The closing mark has to come soon.
    """
    found: dict[int, int] = {}
    for i, text in enumerate(texts):
        opener = text.lstrip()[:1]
        if i in found or opener not in _PAIRS or _PAIRS[opener] in text or paragraphs[i].kind != "body":
            continue
        ends: dict[int, int] = {}
        for k in range(i + 1, min(i + 1 + _CARRIED_PARAGRAPHS, len(texts))):
            close = texts[k].find(_PAIRS[opener])
            head = texts[k] if close < 0 else texts[k][:close]
            if paragraphs[k].kind != "body" or any(c in head for c in _PAIRS):
                break
            ends[k] = len(texts[k]) if close < 0 else close + 1
            if close >= 0:
                found |= ends
                break
    return found


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


def _regions(
    paragraph: Paragraph, text: str, speech_may_run_on: bool, carried: int
) -> list[tuple[int, int, PieceKind]]:
    """(start, end, kind) for one paragraph, whose simplified text is `text`; unquoted thoughts not yet found.
    Its first `carried` characters belong to a quotation that an earlier paragraph opens."""
    if not text:
        return []
    if paragraph.kind == "heading":
        return [(0, len(text), "heading")]
    if paragraph.kind == "break":
        return [(0, len(text), "skip")]
    if carried:
        rest = _regions(paragraph, text[carried:], speech_may_run_on, 0)
        return [(0, carried, "dialogue"), *((a + carried, b + carried, kind) for a, b, kind in rest)]
    marked: list[tuple[int, int, PieceKind]] = []
    quotes = find_quotes(text, speech_may_run_on)
    for k, quote in enumerate(quotes):
        before = text[quotes[k - 1].end if k else 0 : quote.start]
        after = text[quote.end : quotes[k + 1].start if k + 1 < len(quotes) else len(text)]
        kind = _quote_kind(before, text[quote.start : quote.end], after, quote.closed)
        if kind != "narration":
            marked.append((quote.start, quote.end, kind))
    taken = [(q.start, q.end) for q in quotes]
    marked.extend(
        (m.start(), m.end(), "system")
        for m in _SYSTEM.finditer(text)
        if not any(a < m.end() and m.start() < b for a, b in taken) and _is_system(text, m.start(), m.end())
    )
    return _filled(sorted(marked), len(text))


def _filled(marked: list[tuple[int, int, PieceKind]], size: int) -> list[tuple[int, int, PieceKind]]:
    out: list[tuple[int, int, PieceKind]] = []
    at = 0
    for start, end, kind in marked:
        if at < start:
            out.append((at, start, "narration"))
        out.append((start, end, kind))
        at = end
    if at < size:
        out.append((at, size, "narration"))
    return out


def _is_system(text: str, start: int, end: int) -> bool:
    """Brackets around a line of a system or a log, not around a name or a footnote number."""
    inside = text[start + 1 : end - 1].strip()
    if not inside or inside.isdigit():
        return False
    alone = _AT_BOUNDARY.search(text[:start]) is not None
    return alone or len(inside) >= 8 or re.search(r"[。！？!?…：:，,]", inside) is not None


def find_quotes(text: str, speech_may_run_on: bool = False) -> list[_Quote]:
    """The outermost quotations of a paragraph. One that is never closed ends where its sentence shape says,
    else at the next one, else with the paragraph."""
    quotes: list[_Quote] = []
    i = 0
    while i < len(text):
        if text[i] in _ALIKE or (
            text[i] in _PAIRS
            and not (text[i] == "‘" and i and text[i - 1].isascii() and text[i - 1].isalnum())
        ):
            quote = _quote_at(text, i, speech_may_run_on)
            quotes.append(quote)
            i = quote.end
        else:
            i += 1
    return quotes


def _quote_at(text: str, start: int, speech_may_run_on: bool) -> _Quote:
    opener = text[start]
    closer = _ALIKE.get(opener) or _PAIRS[opener]
    inner: list[str] = []
    for i in range(start + 1, len(text)):
        c = text[i]
        if c == closer and not inner:
            return _Quote(start, i + 1, True)
        if inner and c == _PAIRS[inner[-1]]:
            inner.pop()
        elif c == opener:
            # The same opening mark again: a closing mark typed wrong, or the first was never closed.
            if i > start + 1 and text[i - 1] in "。！？!?…—～" and not _looks_open(text, i):
                return _Quote(start, i + 1, True)
            if _has_close_first(text, i, opener, closer):
                return _Quote(start, _guess_end(text, start, i), False)
        elif c in _PAIRS and c != opener:
            inner.append(c)
        elif c == closer:
            return _Quote(start, i + 1, True)
    if speech_may_run_on and start == len(text) - len(text.lstrip()):
        return _Quote(start, len(text), False)
    return _Quote(start, _guess_end(text, start, len(text)), False)


def _looks_open(text: str, i: int) -> bool:
    """Whether the mark at i opens a quotation: text of its own follows and a closing mark after that."""
    close = text.find(_PAIRS.get(text[i], text[i]), i + 1)
    return close > i + 1


def _has_close_first(text: str, i: int, opener: str, closer: str) -> bool:
    """Whether, after the opening mark at i, only one closing mark comes before the paragraph ends or opens anew."""
    rest = text[i + 1 :]
    close = rest.find(closer)
    return (
        close >= 0
        and closer not in rest[close + 1 : close + 2]
        and (rest[close + 1 :].count(closer) <= rest[close + 1 :].count(opener))
    )


def _guess_end(text: str, start: int, limit: int) -> int:
    """Where a quotation that opens at `start` and is never closed ends: before its tag, if one can be seen."""
    body = text[start + 1 : limit]
    at = start + 1
    for m in _SENTENCE.finditer(body):
        if not m.group():
            break
        sentence_start = start + 1 + m.start()
        if sentence_start > at and (_TAG_SENTENCE.match(m.group()) or _THIRD_PERSON.match(m.group())):
            return sentence_start
    if limit < len(text):
        # Another quotation follows: what leads into it is not speech.
        ends = [m.end() for m in re.finditer(rf"[{SENTENCE_END}]+", body)]
        if ends and body[-1] in "，,：:":
            return start + 1 + ends[-1]
    return limit


def _quote_kind(before: str, quote: str, after: str, closed: bool) -> PieceKind:
    """dialogue, thought or narration (not speech). `before` and `after` reach to the neighbouring quotations."""
    inside = quote[1 : len(quote) - closed]
    before, after = before.rstrip(), after.lstrip()
    lead = re.split(r"[。！？!?…；;]", before)[-1]
    tail = re.split(r"[。！？!?…；;]", after)[0]
    at_boundary = _AT_BOUNDARY.search(before) is not None
    ends_spoken = _ENDS_SPOKEN.search(inside) is not None or not _WORD.search(inside)
    if WRITE.search(lead) and not MESSAGE.search(before):
        return "narration"
    if THINK.search(lead[-16:]) and re.search(r"[：:，,]$", lead):
        return "thought"
    if not before or at_boundary:
        spoken = ends_spoken or not closed or _bare_speech(before, after, tail, lead)
    else:
        said = SAY.search(lead[-5:]) is not None or re.search(r"[了过]?[一几两]?[声句]$", lead) is not None
        spoken = (
            ends_spoken
            and (said or not _IN_SENTENCE.match(after))
            and (said or _WORD.search(inside) is not None)
        )
        if re.search(r"(?:念头|想法|想的)(?:就?是)?$", lead) and ends_spoken:
            return "thought"
    if not spoken:
        return "narration"
    if THINK.search(_tag_of(after)) or unsaid(after):
        return "thought"
    return "dialogue"


def _bare_speech(before: str, after: str, tail: str, lead: str) -> bool:
    """A quotation without a closing stop, at a place where speech can stand: is it speech?"""
    if not before and not after:
        return True
    if re.search(r"[：:]$", before):
        return SAY.search(lead) is not None or not after
    if _IN_SENTENCE.match(after):
        return False
    return not before and SAY.search(tail[:12]) is not None


def _tag_of(after: str) -> str:
    """The clause behind a quotation, as far as it can be its tag: to the first stop, or comma and quotation."""
    return re.split(r"[。！？!?…；;：:“「『]", after)[0][:24]
