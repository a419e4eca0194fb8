"""Damage put right: what passes there are, their order, and which of them a book needs.

A pass reads paragraphs and returns edits. Order matters: invisible characters first, since they hide the rest;
markup before punctuation; punctuation before quotes are counted. Passes that restore what isn't there any more
(lost stops) run only on a book that other damage shows to be a scraped one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from novelcast.read import markup, width
from novelcast.read.draft import Draft, Edit
from novelcast.read.lookalikes import lookalikes
from novelcast.read.masks import masked_words
from novelcast.read.notes import pinyin_notes
from novelcast.read.quotes import lost_quotes
from novelcast.read.stops import lost_marks
from novelcast.read.swaps import program_swaps

WHY_SPACE = "white space that a removed note or tag left"

WHY_CUT = "a speech cut by a line break"

_SPEECH = 200  # characters that a cut speech has at most
_CUTS = 5  # line breaks in it, at most
_DAMAGED_FROM = 3  # repairs of a kind that no clean book has


def repair_paragraphs(sources: Sequence[str], *, chinese: bool, markdown: bool = False) -> list[Draft]:
    """The paragraphs with their damage put right, each change recorded. A speech cut by line breaks is rejoined."""
    drafts = [Draft(s) for s in sources]
    if markdown:
        unmark(drafts)
    _each(drafts, markup.invisible)
    _each(drafts, markup.entities)
    if chinese:
        drafts = _repair_chinese(drafts)
    else:
        _each(drafts, markup.tags)
    _each(drafts, width.repeated)
    _each(drafts, _strip)
    return drafts


def unmark(drafts: Sequence[Draft]) -> None:
    """Markdown's own marks taken off."""
    _each(drafts, markup.markdown)


def _repair_chinese(drafts: list[Draft]) -> list[Draft]:
    _some(drafts, pinyin_notes([d.text for d in drafts]))
    wounds = sum(d.changed + markup.broken_breaks(d.text) for d in drafts)
    damaged = wounds >= _DAMAGED_FROM
    if damaged:
        drafts = _rejoin(drafts)
    for single in (markup.line_ends, markup.tags, markup.stray_marks, masked_words):
        _each(drafts, single)
    _some(drafts, program_swaps([d.text for d in drafts], damaged=damaged))
    mended = lookalikes([d.text for d in drafts], damaged=damaged)
    _some(drafts, mended)
    near = [drafts[i] for i in mended]  # what was mended may show what its neighbours are
    _some(near, program_swaps([d.text for d in near], damaged=damaged))
    for single in (width.punctuation, width.straight_quotes, width.single_quotes, width.doubled_quotes):
        _each(drafts, single)
    _each(drafts, width.dots_and_commas)
    if damaged:
        _each(drafts, width.lone_quote)
        _some(drafts, lost_quotes([d.text for d in drafts]))
        _some(drafts, lost_marks([d.text for d in drafts]))
    return drafts


def _rejoin(drafts: Sequence[Draft]) -> list[Draft]:
    """Paragraphs of one speech that a converter cut at its exclamation marks: “别走！ / 别走！”"""
    out: list[Draft] = []
    i = 0
    while i < len(drafts):
        draft = drafts[i]
        last = _closing_paragraph(drafts, i)
        for other in drafts[i + 1 : last + 1]:
            draft.join(other, WHY_CUT)
        out.append(draft)
        i = max(i, last) + 1
    return out


def _closing_paragraph(drafts: Sequence[Draft], i: int) -> int:
    """Which of the next paragraphs closes the quote that paragraph `i` leaves open; `i` where none does."""
    text = drafts[i].text
    if (
        text.count("“") <= text.count("”") + markup.broken_breaks(text)
        or len(text) - text.rfind("“") > _SPEECH
    ):
        return i
    length = 0
    for j in range(i + 1, min(i + 1 + _CUTS, len(drafts))):
        text = drafts[j].text
        length += len(text)
        if "“" in text or length > _SPEECH:
            return i
        if "”" in text or markup.broken_breaks(text):
            return j if text.endswith("”") or markup.broken_breaks(text) else i
    return i


def _each(drafts: Iterable[Draft], single: Callable[[str], Iterable[Edit]]) -> None:
    for draft in drafts:
        if edits := list(single(draft.text)):
            draft.apply(edits)


def _some(drafts: Sequence[Draft], edits: Mapping[int, Sequence[Edit]]) -> None:
    for i, found in edits.items():
        drafts[i].apply(found)


def _strip(text: str) -> list[Edit]:
    """White space at either end, left by what stood outside of it."""
    left = len(text) - len(text.lstrip())
    right = len(text.rstrip())
    if left >= len(text):
        return [Edit(0, len(text), "", WHY_SPACE)] if text else []
    edits = [Edit(0, left, "", WHY_SPACE)] if left else []
    return edits + ([Edit(right, len(text), "", WHY_SPACE)] if right < len(text) else [])
