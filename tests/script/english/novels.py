"""English books for tests, built from a few paragraphs, and a chapter of our own."""

from __future__ import annotations

from collections.abc import Sequence

from novelcast.model import Book, Chapter, Paragraph, Speaker
from novelcast.script import english
from novelcast.script.attribute import Label
from novelcast.script.pieces import Piece

LAMP = (
    "Mrs. Harrow set the kettle down and looked at the clock. It was 10:30, and the boat was late.",
    "“He said he would be here by ten,” she told her niece.",
    "Nora Quill did not turn from the window. “He says a great deal, Aunt Bess.”",
    "“Don’t be unkind.”",
    "“I’m not. I’m counting.” Nora tapped the glass. “That makes the 3rd time this week.”",
    "The door flew open. Captain Teague stood on the mat, dripping, with a parcel under his arm.",
    "“Evening, ladies,” he said. “I’ve brought the lamp oil, and it cost me $5 more than last time.”",
    "“Five dollars!” cried Mrs. Harrow. “Dr. Pell only pays three.”",
    "“Dr. Pell,” said the captain, setting the parcel down, “has never rowed across the bay in November.”",
    "Nora laughed. “Neither have you, Captain. You sent the boy.”",
    "Mrs. Harrow poured the tea.",
)


def novel(*texts: str) -> Book:
    paragraphs = tuple(Paragraph(kind="body", text=t) for t in texts)
    chapter = Chapter(title="One", paragraphs=paragraphs)
    return Book(id="n", title="N", language="en", chapters=(chapter,), source="n.txt", source_sha256="0")


def kinds(*texts: str) -> list[tuple[str, str]]:
    """(kind, text) of each piece."""
    return [(p.kind, p.text) for p in english.split_book(novel(*texts))]


def speech(*texts: str) -> list[str]:
    return [text for kind, text in kinds(*texts) if kind == "dialogue"]


def people(*texts: str, given: Sequence[Speaker] = ()) -> dict[str, Speaker]:
    return {s.name: s for s in english.find_people(english.split_book(novel(*texts)), given)}


def labelled(*texts: str, given: Sequence[Speaker] = ()) -> list[tuple[Piece, Label]]:
    pieces = english.split_book(novel(*texts))
    return list(zip(pieces, english.attribute(pieces, english.find_people(pieces, given)), strict=True))


def speakers(*texts: str, given: Sequence[Speaker] = ()) -> list[str | None]:
    """Who speaks each quotation."""
    return [x.speaker for p, x in labelled(*texts, given=given) if p.kind == "dialogue"]
