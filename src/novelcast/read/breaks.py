"""Line ends inside a page's paragraph (<br>): which of them end a paragraph of the story, which only cut one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from novelcast.read.lines import WHY_WRAPPED, words_meet, wrapped
from novelcast.read.source import Block, Cut

_QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'))
_ENDS = '。！？…”』」】》）.!?"—～~；;：:'
_SPEECH = 200  # characters behind the line end in which a cut speech closes
_LINES = 5  # and lines
_VERSE = 16  # characters of a line of verse, at most


def without_cuts(
    blocks: Sequence[Block], soft: Mapping[int, int], apart: Collection[int]
) -> tuple[list[Block], list[int]]:
    """The blocks, those of one paragraph joined, and for each old number (one more than there are) the new one.

    `soft`: for blocks that stand behind others in one element, how many <br> are between the two. Most pages end
    their paragraphs that way. A line end is a cut where the lines are all of one width, where a speech goes on behind
    it to its closing quote, and behind a comma, but not in verse. Blocks in `apart` stay alone.
    """
    joins: set[int] = set()
    row: list[int] = []
    for i in range(len(blocks) + 1):
        if row and (i not in soft or i in apart or not _is_text(blocks[i])):
            joins |= _joins([blocks[n].running for n in row], [soft.get(n, 0) for n in row], row[0])
            row = []
        if i < len(blocks) and i not in apart and _is_text(blocks[i]):
            row.append(i)
    out: list[Block] = []
    places: list[int] = []
    for i, block in enumerate(blocks):
        if i in joins:
            out[-1] = _joined(out[-1], block)
        else:
            out.append(block)
        places.append(len(out) - 1)
    return out, [*places, len(out)]


def _is_text(block: Block) -> bool:
    return block.kind == "body" and bool(block.text) and not block.skip


def _joins(texts: Sequence[str], breaks: Sequence[int], first: int) -> set[int]:
    """Which of the lines (numbered from `first`) belong to the line before them."""
    if len(texts) < 2:
        return set()
    lines: list[str] = []
    numbers: dict[int, int] = {}
    for i, text in enumerate(texts):
        lines += [""] * (breaks[i] > 1)
        numbers[len(lines)] = i
        lines.append(text)
    out = {numbers[n] for group in wrapped(lines) for n in group[1:]}
    at = 1
    while at < len(texts):
        if at in out:
            at += 1
            continue
        start = next(n for n in range(at - 1, -1, -1) if n not in out)
        end = _end_of_cut("".join(texts[start:at]), texts, breaks, at)
        out.update(range(at, end))
        at = max(end, at + 1)
    return {first + i for i in out}


def _end_of_cut(before: str, texts: Sequence[str], breaks: Sequence[int], at: int) -> int:
    """Up to which line the paragraph `before` goes on from line `at`; `at` where it doesn't."""
    last, line = texts[at - 1], texts[at]
    quote = _open_quote(before)
    if not quote:
        return at + (last[-1] in "，、," and breaks[at] == 1 and not _is_verse(last, line))
    length = 0
    for i in range(at, min(at + _LINES, len(texts))):
        length += len(texts[i])
        opened, closed = texts[i].find(quote[0]), texts[i].find(quote[1])
        whole = breaks[i] > 1 and texts[i - 1][-1] in _ENDS  # a paragraph ends here
        if (
            whole
            or length > _SPEECH
            or (quote[0] != quote[1] and opened >= 0 and (closed < 0 or opened < closed))
        ):
            return at
        if closed >= 0:
            return i + 1
    return at


def _open_quote(text: str) -> tuple[str, str] | None:
    """The quotes of the speech that isn't closed at the end of a text."""
    for opening, closing in _QUOTES:
        single = opening == closing
        if text.count(opening) % 2 if single else text.rfind(opening) > text.rfind(closing):
            return opening, closing
    return None


def _is_verse(last: str, line: str) -> bool:
    """Whether two lines can be a verse's: short, and as long as each other."""
    return len(last) <= _VERSE and len(last.strip('“「『"')) == len(line.strip('”」』"'))


def _joined(block: Block, other: Block) -> Block:
    """Two blocks as one; the line end between them is cut out."""
    at = len(block.text) + 1
    last, line = block.running, other.running
    apart = words_meet(last, line) or (last[-1] not in _ENDS + "，、," and _is_verse(last, line))
    space = " " if apart else ""
    moved = tuple(replace(c, start=c.start + at, end=c.end + at) for c in other.cuts)
    return replace(
        block,
        text=f"{block.text}\n{other.text}",
        cuts=(*block.cuts, Cut(at - 1, at, WHY_WRAPPED, space), *moved),
    )
