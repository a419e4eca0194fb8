"""Quotation marks: which belong together, as they are used and as they are damaged.

Marks come in kinds (double, single, corner, double corner, pointed), and each opens, closes, or does either. What
opens is closed by its own kind; a mark turned the wrong way round, one of another kind, one never written, and
quotations of the same kind within each other are told apart by what stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from novelcast.script.lexicon import SENTENCE_END

# kind -> (marks that open, marks that close, marks that do either)
_KINDS = {
    "double": ("“„〝", "”‟〞〟", '"＂«»'),
    "single": ("‘‚", "’‛", "'＇‹›"),
    "corner": ("「﹁｢", "」﹂｣", ""),
    "double corner": ("『﹃", "』﹄", ""),
}
_TURN: dict[str, tuple[str, int]] = {
    mark: (kind, turn)
    for kind, sides in _KINDS.items()
    for turn, marks in zip((1, -1, 0), sides, strict=True)
    for mark in marks
}
OPENING = frozenset(mark for mark, (_, turn) in _TURN.items() if turn >= 0)
_LOW = "„‚"  # closed by marks that elsewhere open: „…“
_TWICE = {"''": "double", "``": "double", "´´": "double"}

_WORD = re.compile(r"\w")
_SENTENCE = re.compile(rf"[^{SENTENCE_END}]*[{SENTENCE_END}]*")
_STOPS = "。！？!?…—～~.，,"
# A sentence that opens like this after a spoken one, inside a quotation that was never closed, is its tag.
_TAG_SENTENCE = re.compile(
    r"^\s*(?:[他她]们?(?![的是说要])|[\u4e00-\u9fff]{1,4}(?:[\u4e00-\u9fff]{0,4}))?[\u4e00-\u9fff]{0,6}?"
    r"(?:(?:低声|轻声|大声|沉声|冷冷|淡淡|缓缓|笑着|[他她])[\u4e00-\u9fff]{0,4}(?:说|道|问|喊|叫|答)|说道|问道|喊道|笑道|答道|叫道|骂道|吼道)"
    r"|^\s*[^\W你我]{1,4}?[^你我，。]{0,4}[说喊叫喝吼骂问答笑](?:了|出)?[一两几]?[声句]"
)
_THIRD_PERSON = re.compile(r"^\s*[他她]们?(?!的?[。！？!?，,]|是|要是|说的)")
_LONGEST_ORPHAN = 120  # characters of a quotation whose opening mark was lost
_DEPTH = 8  # quotations within each other
_AHEAD = 200  # marks that are looked at to tell what one is; a whole book may be one paragraph


@dataclass(frozen=True)
class Quote:
    """A quotation of a paragraph, marks included. `closed` is False where its end was guessed, `opened` where its
    beginning was."""

    start: int
    end: int
    closed: bool
    opened: bool = True


@dataclass(frozen=True)
class _Mark:
    at: int
    end: int
    kind: str
    turn: int  # 1 opens, -1 closes, 0 does either


def find_quotes(text: str, runs_on: int | None = None) -> list[Quote]:
    """The outermost quotations of a paragraph. One that is never closed ends where its sentence shape says,
    else at the next one, else with the paragraph; the one that begins at `runs_on`, with the paragraph."""
    marks = _marks(text)
    quotes: list[Quote] = []
    k = 0
    while k < len(marks):
        mark, taken = marks[k], quotes[-1].end if quotes else 0
        if mark.turn < 0 and not _opens_backwards(text, marks, k):
            quote, k = _orphan(text, taken, mark), k + 1
        elif mark.turn == 0 and not _WORD.search(text[mark.end :]) and len(marks) - k == 1:
            quote, k = None, k + 1
        else:
            quote, k = _quote_from(text, marks, k, runs_on)
        if quote is not None:
            quotes.append(quote)
    return quotes


def opens_quoted(text: str) -> bool:
    return text.lstrip()[:1] in OPENING


def bare(quotation: str) -> str:
    """What stands within the outer marks."""
    return quotation.strip("".join(_TURN) + "`´")


def left_open(text: str) -> int | None:
    """Where the last quotation of a paragraph begins, if nothing closes it."""
    within: list[_Mark] = []
    for mark in _marks(text):
        least = max(-1, len(within) - 1 - _DEPTH)
        own = next((n for n in range(len(within) - 1, least, -1) if within[n].kind == mark.kind), None)
        if mark.turn > 0 or (mark.turn == 0 and own is None):
            within.append(mark)
        elif own is not None:
            del within[own:]
    return max((m.at for m in within if m.kind == within[0].kind), default=None)


def closes(text: str, opener: str) -> int | None:
    """Where the first mark of `opener`'s kind ends, in a text that begins within its quotation; None without one."""
    kind = _TURN[opener][0]
    return next((m.end for m in _marks(text) if m.kind == kind and m.turn <= 0), None)


def opens_before_closing(text: str, opener: str) -> bool:
    """Whether a quotation of `opener`'s kind opens in a text before one closes."""
    kind = _TURN[opener][0]
    first = next((m for m in _marks(text) if m.kind == kind), None)
    return first is not None and (first.turn > 0 or (first.turn == 0 and not text[: first.at].strip()))


# ---------------------------------------------------------------- the marks of a paragraph


def _marks(text: str) -> list[_Mark]:
    found: list[_Mark] = []
    i = 0
    while i < len(text):
        twice = text[i : i + 2]
        if twice in _TWICE:
            found.append(_Mark(i, i + 2, _TWICE[twice], 0))
            i += 2
            continue
        if text[i] in _TURN and not _is_part_of_a_word(text, i):
            found.append(_Mark(i, i + 1, *_TURN[text[i]]))
        i += 1
    return found


def _is_part_of_a_word(text: str, i: int) -> bool:
    """An apostrophe (It's), a measure (5'6"), a plural (the boys')."""
    before, behind = text[i - 1 : i], text[i + 1 : i + 2]
    if text[i] in "'’‘＇":
        return (
            before.isascii()
            and before.isalnum()
            and ((behind.isascii() and behind.isalnum()) or before.isdigit())
        )
    return (
        text[i] in '"”'
        and before.isdigit()
        and re.search(r"\d['’′]\d+$", text[max(0, i - 6) : i]) is not None
    )


def _opens_backwards(text: str, marks: Sequence[_Mark], k: int) -> bool:
    """Whether a closing mark with nothing to close stands where a quotation opens, and another will close it."""
    mark = marks[k]
    before = text[max(0, mark.at - _AHEAD) : mark.at].rstrip()
    if before and before[-1] not in '。！？!?…：:，,—～”’」』"':
        return False
    own = next((m for m in marks[k + 1 : k + _AHEAD] if m.kind == mark.kind), None)
    return (
        own is not None and text[own.at - 1] in _STOPS and _WORD.search(text[mark.end : own.at]) is not None
    )


def _orphan(text: str, taken: int, mark: _Mark) -> Quote | None:
    """The quotation that a mark closes whose opening was lost: back to a colon, else over the sentences before it
    that may be spoken."""
    earliest = max(taken, mark.at - _LONGEST_ORPHAN)
    body = text[earliest : mark.at]
    if not body.strip() or body.rstrip()[-1] not in _STOPS or not _WORD.search(body):
        return None
    colon = max(body.rfind("："), body.rfind(":"))
    if colon >= 0:
        return Quote(earliest + colon + 1, mark.end, True, opened=False)
    start = mark.at
    for sentence in reversed([m for m in _SENTENCE.finditer(body) if m.group().strip()]):
        if _TAG_SENTENCE.match(sentence.group()) or _THIRD_PERSON.match(sentence.group()):
            break
        start = earliest + sentence.start()
    cut_short = start == earliest > taken
    return Quote(start, mark.end, True, opened=False) if start < mark.at and not cut_short else None


def _quote_from(text: str, marks: Sequence[_Mark], k: int, runs_on: int | None) -> tuple[Quote, int]:
    """The quotation that mark k opens, and the number of the first mark behind it."""
    first = marks[k]
    reverse = first.turn < 0 or text[first.at] in _LOW
    inner: list[_Mark] = []
    for n in range(k + 1, len(marks)):
        mark = marks[n]
        if mark.kind == first.kind:
            role = _role(text, marks, n, first, reverse, bool(inner))
            if role == "closes" and inner and inner[-1].kind == first.kind:
                inner.pop()
            elif role == "closes":
                return Quote(first.at, mark.end, True), n + 1
            elif role == "opens anew":
                return Quote(first.at, _guess_end(text, first, mark.at), False), n
            elif role == "nests":
                inner.append(mark)
        elif inner and mark.kind == inner[-1].kind and mark.turn <= 0:
            inner.pop()
        elif mark.turn >= 0:
            inner.append(mark)
        elif _closes_another_kind(text, marks, n, first):
            return Quote(first.at, mark.end, True), n + 1
    if first.at == runs_on:
        return Quote(first.at, len(text), False), len(marks)
    end = _guess_end(text, first, len(text))
    return Quote(first.at, end, False), next(
        (n for n in range(k + 1, len(marks)) if marks[n].at >= end), len(marks)
    )


def _role(text: str, marks: Sequence[_Mark], n: int, first: _Mark, reverse: bool, within: bool) -> str:
    """What a mark does inside a quotation of its own kind: closes, nests, opens anew, or nothing."""
    mark = marks[n]
    if reverse or mark.turn < 0:
        return "closes"
    rest = [m for m in marks[n + 1 : n + _AHEAD] if m.kind == mark.kind]
    if mark.turn == 0:
        # A straight mark in a curly quotation: a quotation of its own, if a curly one closes the whole later on.
        ahead = next((m for m in rest if m.turn), None)
        nests = first.turn > 0 and ahead is not None and ahead.turn < 0 and (within or len(rest) > 1)
        return "closes" if not nests or within else "nests"
    closers = sum(m.turn < 0 for m in rest)
    openers = sum(m.turn > 0 for m in rest)
    if first.turn == 0:
        # Opened by a straight mark, and here a curly one opens.
        return "nests" if closers > openers and any(m.turn == 0 for m in rest) else "opens anew"
    ends_here = mark.at > first.end and text[mark.at - 1] in "。！？!?…—～"
    if ends_here and not (rest and _WORD.search(text[mark.end : rest[0].at]) and rest[0].turn < 0):
        return "closes"
    if closers > openers + 1 or (closers == openers + 1 and within):
        return "nests"
    if closers or not ends_here:
        return "opens anew"
    return "closes"


def _closes_another_kind(text: str, marks: Sequence[_Mark], n: int, first: _Mark) -> bool:
    """Whether a closing mark of another kind is the end of a quotation that has no other: “下雨了。」"""
    mark = marks[n]
    own = next((m for m in marks[n + 1 : n + _AHEAD] if m.kind == first.kind), None)
    return text[mark.at - 1] in _STOPS and (own is None or own.turn > 0)


def _guess_end(text: str, first: _Mark, limit: int) -> int:
    """Where a quotation that is never closed ends: before its tag, if one can be seen."""
    body = text[first.end : limit]
    for m in _SENTENCE.finditer(body):
        if m.start() and m.group() and (_TAG_SENTENCE.match(m.group()) or _THIRD_PERSON.match(m.group())):
            return first.end + m.start()
    if limit < len(text):
        # Another quotation follows: what leads into it is not speech.
        ends = [m.end() for m in re.finditer(rf"[{SENTENCE_END}]+", body)]
        if ends and body[-1] in "，,：:":
            return first.end + ends[-1]
    return limit
