"""Whether the words of script.md are the book's, and where each line stands in it.

White space counts for nothing: editors change it. What a line covers is found by its other characters, in order,
so that a line can be cut in two or joined with its neighbour.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from novelcast.editing.lines import Place
from novelcast.editing.reading import MOST_FAULTS, Fault, Sound, Written

_SEARCHED = 20_000
"""How far ahead, in characters, a line is looked for that does not stand where it should."""
_TELLING = 4
"""A line of so many characters is not found by chance."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of script.md, or its part in one paragraph, over characters [start, end) of the paragraph.

    Of the two only the white space between lines is still open; `sounds` are (character, sound)."""

    line: Written
    place: Place
    start: int
    end: int
    sounds: tuple[tuple[int, Sound], ...]
    first: bool
    last: bool


def place_lines(lines: Sequence[Written], texts: Mapping[Place, str]) -> tuple[list[Placed], list[Fault]]:
    """Where each line stands in the book, or what is wrong with its words."""
    words = [_dense(line.words) for line in lines]
    stream = _Stream(texts)
    spans, faults = _Matcher(lines, words, stream.text).spans()
    if faults:
        return [], faults
    placed = []
    for line, (start, end) in zip(lines, spans, strict=True):
        parts = list(stream.parts(start, end))
        if len(parts) > 1 and line.say is not None:
            faults.append(
                Fault(line.number, "[say:] on a line that runs over two paragraphs", "cut it in two")
            )
        for n, (place, a, b) in enumerate(parts):
            sounds = [(stream.character(place, a, s.at - (a - start)), s) for s in line.sounds]
            last = n == len(parts) - 1
            mine = tuple(
                (at, s) for at, s in sounds if a - start <= s.at < b - start or (last and s.at == b - start)
            )
            first, final = stream.raw(place, a, b)
            placed.append(Placed(line, place, first, final, mine, n == 0, last))
    return placed, faults


def _dense(text: str) -> str:
    return "".join(text.split())


class _Stream:
    """The book's characters that are not white space, in one string, and the way back to its paragraphs."""

    def __init__(self, texts: Mapping[Place, str]) -> None:
        self._texts = texts
        self._places: list[Place] = []
        self._starts: list[int] = []
        at = 0
        dense = []
        for place, text in texts.items():
            if words := _dense(text):
                self._places.append(place)
                self._starts.append(at)
                dense.append(words)
                at += len(words)
        self.text = "".join(dense)
        self._held: tuple[Place | None, list[int]] = (None, [])

    def parts(self, start: int, end: int) -> Iterator[tuple[Place, int, int]]:
        """[start, end) of the stream, cut at the ends of paragraphs."""
        n = bisect_right(self._starts, start) - 1
        while start < end:
            stop = self._starts[n + 1] if n + 1 < len(self._starts) else len(self.text)
            yield self._places[n], start, min(end, stop)
            start, n = min(end, stop), n + 1

    def raw(self, place: Place, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the stream as characters of the paragraph."""
        at = self._offsets(place)
        first = self._starts[bisect_right(self._starts, start) - 1]
        return at[start - first], at[end - first - 1] + 1

    def character(self, place: Place, start: int, behind: int) -> int:
        """The character of the paragraph that stands `behind` characters behind the stream's `start`."""
        at = self._offsets(place)
        index = max(0, start + behind - self._starts[bisect_right(self._starts, start) - 1])
        return at[index] if index < len(at) else at[-1] + 1

    def _offsets(self, place: Place) -> list[int]:
        if self._held[0] != place:
            self._held = (place, [i for i, c in enumerate(self._texts[place]) if not c.isspace()])
        return self._held[1]


class _Matcher:
    """Lays the lines along the stream; where one does not fit, says why and goes on behind it."""

    def __init__(self, lines: Sequence[Written], words: Sequence[str], text: str) -> None:
        self._lines, self._words, self._text = lines, words, text
        self._at = 0
        self.faults: list[Fault] = []

    def spans(self) -> tuple[list[tuple[int, int]], list[Fault]]:
        found = []
        for n in range(len(self._lines)):
            found.append(self._span(n))
            if len(self.faults) >= MOST_FAULTS:
                return found, self.faults
        if self._at < len(self._text):
            number = self._lines[-1].number if self._lines else 1
            self._missing(number, "behind this line", self._text[self._at :])
        return found, self.faults

    def _span(self, n: int) -> tuple[int, int]:
        words, at = self._words[n], self._at
        if not words:
            self._fault(
                n,
                "a line without words",
                "delete it; a sound that replaces no words goes into a line beside it",
            )
        elif self._text.startswith(words, at):
            self._at = at + len(words)
        else:
            self._lost(n, words, self._words[n + 1] if n + 1 < len(self._words) else "")
        return at, self._at

    def _lost(self, n: int, words: str, after: str) -> None:
        """A line that is not what comes next: it is too much, or something before it is missing, or it was changed."""
        at = self._at
        if after and self._text.startswith(after, at):
            self._fault(
                n, f"these words stand twice, or are not in the book here: {_clip(words)}", "delete the line"
            )
            return
        ahead = self._find(words)
        if ahead > at and (len(words) >= _TELLING or self._text.startswith(after, ahead + len(words))):
            self._missing(self._lines[n].number, "before this line", self._text[at:ahead])
            self._at = ahead + len(words)
            return
        behind = self._find(after) if len(after) >= _TELLING else -1
        self._at = behind if behind > at else min(len(self._text), at + len(words))
        book, mine = _difference(self._text[at : self._at], words)
        self._fault(
            n,
            f"the words were changed: the book has {_clip(book)}, this line {_clip(mine)}",
            "put them back; [say:…] changes how they are said, another text means another book",
        )

    def _find(self, words: str) -> int:
        if not words:
            return -1
        found = self._text.find(words, self._at, self._at + _SEARCHED)
        return self._text.find(words, self._at) if found < 0 and len(words) > 2 * _TELLING else found

    def _missing(self, line: int, where: str, words: str) -> None:
        count = f", {len(words)} characters" if len(words) > 40 else ""
        self.faults.append(
            Fault(
                line,
                f"text of the book is missing {where}: {_clip(words)}{count}",
                "put it back; a line is left out of the audio with the label skipped",
            )
        )

    def _fault(self, n: int, what: str, hint: str) -> None:
        self.faults.append(Fault(self._lines[n].number, what, hint))


def _difference(book: str, mine: str) -> tuple[str, str]:
    """The two from a little before where they part."""
    same = next(
        (i for i, (a, b) in enumerate(zip(book, mine, strict=False)) if a != b), min(len(book), len(mine))
    )
    start = max(0, same - 6)
    lead = "…" if start else ""
    return lead + book[start : same + 14], lead + mine[start : same + 14]


def _clip(text: str, most: int = 40) -> str:
    return f"«{text if len(text) <= most else text[: most - 1] + '…'}»"
