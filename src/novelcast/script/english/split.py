"""English book -> pieces: speech, thoughts, system lines and narration, each character of a paragraph once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from novelcast.model import Book, Chapter, Paragraph, Span
from novelcast.script.english import lexicon as lx
from novelcast.script.english.quotes import carried_over, find_quotes, marks_of
from novelcast.script.pieces import Piece, PieceKind
from novelcast.script.split import filled

Region = tuple[int, int, PieceKind]

_SAY = "|".join(sorted(lx.SAY_VERBS, key=len, reverse=True))
_THINK = r"thought|thinks|wondered|mused|told (?:him|her|my)self"
_WHO = r"(?:he|she|I|they|we|the \w+(?: \w+)?|(?:[A-Z][\w'’.-]+ ?){1,3})"
_SAID_BEFORE = re.compile(rf"(?<![\w-])(?:{_SAY})\b[^.!?;]{{0,60}}$", re.I)
_SAID_AFTER = re.compile(rf"^[,\s—-]*(?:\w+ly )?(?:(?:{_SAY})\b|{_WHO} (?:\w+ly )?(?:{_SAY})\b)")
_THOUGHT_AFTER = re.compile(
    rf"^[,\s—-]*(?:(?:{_THINK})\b(?! that)|{_WHO} (?:\w+ly )?(?:{_THINK})\b(?! that))"
)
_THOUGHT_BEFORE = re.compile(rf"\b(?:{_THINK})[,:]\s*$")
_WRITTEN = re.compile(
    r"\b(?:written|inscribed|inscription|engraved|printed|painted|labelled|labeled|marked|entitled|titled|headed|"
    r"the (?:words?|phrase|title|sign|notice|label|motto|legend|placard|headline|caption)s?(?: \w+){0,2})[,:]?\s*$"
    r"|\b(?:called|named|known as|so-called|termed|styled|nicknamed|the word|spelled|spelt|signed)[,:]?\s*$",
    re.I,
)
_ENDS_SPOKEN = re.compile(r"[.,!?…—–;:-][_*]*$")
_BOUNDARY = re.compile(r"(?:^|[.,!?…:;—–\-)\]’”\"'_*])\s*$")
_SHORT_WORDS = 5
_SYSTEM = re.compile(r"^\s*(\[[^\[\]]+\]|【[^【】]+】)\s*$")
_STAGE = re.compile(r"^\s*([A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){0,2})(?: ?\([^)]{1,60}\))?:\s+(?=\S)")
_ITALICS = re.compile(r"(?<![\w*_])([_*])(?=\S)([^_*]{8,}?[.!?…])\1(?![\w*_])")
_UNQUOTED = re.compile(
    rf"(?:(?<=[.!?…] )|^)([^.!?]{{12,}}?[^.!?]*[,?!…]) {_WHO}\s?(?:thought|wondered)(?=[.!])"
)
_EXCLAIMS = re.compile(
    r"(?:How|What|Why|Oh|Ah|If only|So that|Poor|Perhaps|Surely|Of course|Strange|Thank)\b"
)
_OWN_WORDS = re.compile(r"\b(?:I|I['’]\w+|me|my|mine|myself|we|us|our|you|your)\b")
_LEAST_STAGE_LINES = 4


def split_book(book: Book) -> list[Piece]:
    """The book as pieces in reading order, which cover each paragraph exactly once."""
    skipped: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    for skip in book.skipped:
        at = (skip.span.chapter, skip.span.paragraph)
        skipped.setdefault(at, []).append((skip.span.start, skip.span.end, skip.reason))
    marks = marks_of(p.text for chapter in book.chapters for p in chapter.paragraphs if p.kind != "heading")
    pieces: list[Piece] = []
    for c, chapter in enumerate(book.chapters):
        for p, (paragraph, regions) in enumerate(
            zip(chapter.paragraphs, _split_chapter(chapter, marks), strict=True)
        ):
            parts = [(a, b, kind, "scene break" if kind == "skip" else "") for a, b, kind in regions]
            for start, end, reason in sorted(skipped.get((c, p), [])):
                parts = _overlay(parts, max(0, start), min(end, len(paragraph.text)), reason)
            for start, end, kind, reason in parts:
                span = Span(chapter=c, paragraph=p, start=start, end=end)
                pieces.append(Piece(span, paragraph.text[start:end], kind, reason))
    return pieces


def _split_chapter(chapter: Chapter, marks: str) -> list[list[Region]]:
    texts = [p.text if p.kind in ("body", "verse") else "" for p in chapter.paragraphs]
    carried = carried_over(texts, marks)
    stage = _stage_names(texts)
    narration = " ".join(t for t in texts if t[:1] not in marks)
    first_person = is_first_person(narration)
    return [_regions(p, marks, i in carried, stage, first_person) for i, p in enumerate(chapter.paragraphs)]


def is_first_person(narration: str) -> bool:
    """Whether the narrator says I: often, and not only in a character's stray thought."""
    count = len(re.findall(r"\bI\b", narration))
    return count >= 4 and count * 600 > len(narration)


def _stage_names(texts: Sequence[str]) -> frozenset[str]:
    """Names that open lines of a chapter written as a play (NAME: words)."""
    names = Counter(m.group(1) for t in texts if (m := _STAGE.match(t)))
    found = [n for n, count in names.items() if count >= 2]
    return frozenset(found if len(found) >= 2 and sum(names.values()) >= _LEAST_STAGE_LINES else ())


def _regions(
    paragraph: Paragraph, marks: str, carried: bool, stage: frozenset[str], first_person: bool
) -> list[Region]:
    text = paragraph.text
    if not text:
        return []
    if paragraph.kind == "heading":
        return [(0, len(text), "heading")]
    if paragraph.kind == "break":
        return [(0, len(text), "skip")]
    if _SYSTEM.match(text):
        return [(0, len(text), "system")]
    line = _STAGE.match(text)
    if line is not None and line.group(1) in stage:
        return filled([(line.end(), len(text), "dialogue")], len(text))
    marked: list[Region] = []
    quotes = find_quotes(text, marks, carried)
    for k, quote in enumerate(quotes):
        before = text[quotes[k - 1].end if k else 0 : quote.start]
        after = text[quote.end : quotes[k + 1].start if k + 1 < len(quotes) else len(text)]
        inside = text[quote.start + quote.opened : quote.end - quote.closed]
        kind = _kind(before, inside, after, quote.opened and quote.closed)
        # What goes on behind its own tag is of the same kind as what came before it.
        if kind == "narration" and marked and re.search(r",\s*$", before) and marked[-1][1] > 0 and k:
            kind = marked[-1][2] if marked[-1][1] == quotes[k - 1].end else kind
        if kind != "narration":
            marked.append((quote.start, quote.end, kind))
    return _with_thoughts(text, filled(marked, len(text)), first_person)


def _kind(before: str, inside: str, after: str, whole: bool) -> PieceKind:
    """dialogue, thought or narration (words under discussion, titles, writing)."""
    if not re.search(r"\w", inside) and not re.search(r"[!?—…-]", inside):
        return "narration"
    if _THOUGHT_AFTER.match(after) or _THOUGHT_BEFORE.search(before):
        return "thought"
    if not whole:
        return "dialogue"
    if _SAID_AFTER.match(after):
        return "dialogue"
    ends = _ENDS_SPOKEN.search(inside.rstrip()) is not None
    if _WRITTEN.search(before) and not (ends and _SAID_BEFORE.search(before[-12:])):
        return "narration"
    words = inside.split()
    if _BOUNDARY.search(before):
        if ends or re.match(r"\s*(?:--|—|–| {2,}|- )", after):
            return "dialogue"
        leads = not before.strip() or re.search(r"[:,—]\s*$", before) is not None
        whole_sentence = inside[:1].isupper() and (
            re.search(r"[.!?,;]", inside) is not None
            or (len(words) > 1 and not re.match(r"\s*[a-z;]", after))
        )
        return "dialogue" if leads and (not after.strip() or whole_sentence) else "narration"
    if _SAID_BEFORE.search(before[-40:]) and (ends or inside[:1].isupper()):
        return "dialogue"
    spoken = ends and (len(words) > _SHORT_WORDS or (inside.rstrip()[-1] in ".!?—" and inside[:1].isupper()))
    return "dialogue" if spoken else "narration"


def _with_thoughts(text: str, regions: Sequence[Region], first_person: bool) -> list[Region]:
    """`regions` with thoughts without quotation marks cut out of the narration."""
    out: list[Region] = []
    for start, end, kind in regions:
        found: list[Region] = []
        if kind == "narration":
            part = text[start:end]
            for m in _ITALICS.finditer(part):
                own = _OWN_WORDS.search(m.group(2)) and not first_person
                told = _THOUGHT_AFTER.match(part[m.end() :]) is not None
                if m.group(2)[:1].isupper() and (told or own):
                    found.append((m.start(), m.end(), "thought"))
            if not found and not first_person:
                found = [
                    (m.start(1), m.end(1), "thought")
                    for m in _UNQUOTED.finditer(part)
                    if _OWN_WORDS.search(m.group(1)) or _EXCLAIMS.match(m.group(1)) or m.group(1)[-1] in "?!"
                ]
        at = start
        for a, b, what in found:
            if at < start + a:
                out.append((at, start + a, kind))
            out.append((start + a, start + b, what))
            at = start + b
        if at < end:
            out.append((at, end, kind))
    return out


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
