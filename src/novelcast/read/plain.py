"""Text and Markdown -> Source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from novelcast.errors import InputError
from novelcast.read.chapters import is_break
from novelcast.read.lines import Para
from novelcast.read.source import MAX_PARAGRAPHS, Block, Cut, Source, check_size
from novelcast.read.text import load_text, paragraphs_of

MARKDOWN = (".md", ".markdown")


def read(path: Path) -> Source:
    check_size(path)
    decoded = load_text(path)
    lines = decoded.text.count("\n")
    if lines > 2 * MAX_PARAGRAPHS:  # every other one may be blank
        raise InputError(
            f"{path} has {lines:,} lines: that is no book", hint="give the book alone, or in parts"
        )
    markdown = path.suffix.lower() in MARKDOWN
    paragraphs = paragraphs_of(decoded, _unwrapped, "") if markdown else paragraphs_of(decoded)
    return Source(tuple(_block(p) for p in paragraphs), markdown=markdown)


def _block(paragraph: Para) -> Block:
    """The paragraph as its file has it, with what the running text has in other places."""
    parts: list[str] = []
    cuts: list[Cut] = []
    at = size = 0
    for gap in paragraph.gaps:
        kept = paragraph.text[at : gap.at]
        parts += [kept, gap.before]
        size += len(kept) + len(gap.before)
        cuts.append(Cut(size - len(gap.before), size, gap.why, gap.instead))
        at = gap.at + len(gap.instead)
    return Block("".join([*parts, paragraph.text[at:]]), cuts=tuple(cuts))


def _unwrapped(lines: Sequence[str]) -> list[list[int]]:
    """Markdown's paragraphs: lines up to a blank line, a heading, a rule or a list item belong together."""
    out: list[list[int]] = []
    open_ = False
    for i, line in enumerate(part.strip() for part in lines):
        apart = not line or re.match(r"#{1,6}\s|[-*+]\s|>|\d+\.\s", line) or is_break(line)
        if line and (apart or not open_):
            out.append([i])
        elif line:
            out[-1].append(i)
        open_ = not apart
    return out
