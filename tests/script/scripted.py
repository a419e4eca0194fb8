"""Books for tests, built from a few paragraphs."""

from __future__ import annotations

from collections.abc import Sequence

from novelcast.model import Book, Chapter, Paragraph, Skipped, Span
from novelcast.script.attribute import Label, attribute
from novelcast.script.people import find_people
from novelcast.script.pieces import Piece
from novelcast.script.split import split_book


def book_of(*texts: str, skipped: Sequence[Skipped] = ()) -> Book:
    """A book of one chapter; a paragraph that starts with `# ` is its heading."""
    paragraphs = tuple(
        Paragraph(kind="heading" if t.startswith("# ") else "body", text=t.removeprefix("# ")) for t in texts
    )
    chapter = Chapter(title="一", paragraphs=paragraphs)
    return Book(
        id="b", title="书", chapters=(chapter,), source="b.txt", source_sha256="0", skipped=tuple(skipped)
    )


def skip(paragraph: int, start: int, end: int, text: str, reason: str) -> Skipped:
    return Skipped(span=Span(chapter=0, paragraph=paragraph, start=start, end=end), text=text, reason=reason)


def kinds(*texts: str) -> list[tuple[str, str]]:
    """(kind, text) of each piece."""
    return [(p.kind, p.text) for p in split_book(book_of(*texts))]


def spoken(*texts: str) -> list[tuple[str, str | None]]:
    """(quotation without its marks, speaker's name) of each spoken piece."""
    return [
        (p.text.strip("“”「」\"'"), label.speaker)
        for p, label in labelled(*texts)
        if label.kind == "dialogue"
    ]


def labelled(*texts: str) -> list[tuple[Piece, Label]]:
    pieces = split_book(book_of(*texts))
    return list(zip(pieces, attribute(pieces, find_people(pieces)), strict=True))
