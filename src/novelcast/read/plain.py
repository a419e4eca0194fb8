"""Text and Markdown -> Source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from novelcast.errors import InputError
from novelcast.read.chapters import is_break
from novelcast.read.source import MAX_PARAGRAPHS, Block, Source, check_size
from novelcast.read.text import load_text, split_paragraphs

MARKDOWN = (".md", ".markdown")


def read(path: Path) -> Source:
    check_size(path)
    text, _ = load_text(path)
    lines = text.count("\n")
    if lines > 2 * MAX_PARAGRAPHS:  # every other one may be blank
        raise InputError(
            f"{path} has {lines:,} lines: that is no book", hint="give the book alone, or in parts"
        )
    markdown = path.suffix.lower() in MARKDOWN
    paragraphs = _unwrapped(text) if markdown else split_paragraphs(text)
    return Source(tuple(Block(p) for p in paragraphs), markdown=markdown)


def _unwrapped(text: str) -> list[str]:
    """Markdown's paragraphs: lines up to a blank line, a heading, a rule or a list item belong together."""
    out: list[str] = []
    block: list[str] = []
    for line in [*(part.strip() for part in re.split(r"\r\n|[\n\r]", text)), ""]:
        apart = not line or re.match(r"#{1,6}\s|[-*+]\s|>|\d+\.\s", line) or is_break(line)
        if apart and block:
            out.append(_joined(block))
            block = []
        if apart and line:
            out.append(line)
        elif line:
            block.append(line)
    return [p for block_text in out for p in split_paragraphs(block_text)]


def _joined(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        wide = ord(text[-1]) > 0x2E7F or ord(line[0]) > 0x2E7F or text[-1] in "“”…—"
        text += line if wide else " " + line
    return text
