"""A paragraph under repair: the text now, the text as it came, and every change between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from novelcast.model import Repair

_REPAIR_FIELDS = set(Repair.model_fields)


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters [start, end) of the text as it is now become `text`."""

    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class _Change:
    """[source_start, source_end) of the source has become [start, end) of the text."""

    source_start: int
    source_end: int
    start: int
    end: int
    why: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    source: str
    text: str = ""
    _changes: list[_Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = self.source

    def apply(self, edits: Sequence[Edit]) -> None:
        """Make the edits (any order, not overlapping); one that touches an earlier change is merged with it."""
        edits = sorted(
            (e for e in edits if self.text[e.start : e.end] != e.text), key=lambda e: (e.start, e.end)
        )
        if not edits:
            return
        new_text: list[str] = []
        changes: list[_Change] = []
        at = 0  # in the text as it is
        size = 0  # of the new text
        shift = 0  # source offset minus text offset, behind the changes seen so far
        for olds, news in _groups(self._changes, edits):
            start = min([c.start for c in olds] + [e.start for e in news])
            end = max([c.end for c in olds] + [e.end for e in news])
            kept, replaced = self.text[at:start], self._replaced(start, end, news)
            source_start = start + shift
            if olds:
                shift = olds[-1].source_end - olds[-1].end
            size += len(kept)
            why = tuple(dict.fromkeys([w for c in olds for w in c.why] + [e.why for e in news]))
            if self.source[source_start : end + shift] != replaced:
                changes.append(_Change(source_start, end + shift, size, size + len(replaced), why))
            new_text += [kept, replaced]
            size += len(replaced)
            at = end
        self.text = "".join([*new_text, self.text[at:]])
        self._changes = changes

    def join(self, other: Draft, why: str) -> None:
        """Take in the paragraph behind this one; the line break between them becomes a repair."""
        at, shift, source_shift = len(self.text), len(self.text) + 1, len(self.source) + 1
        for c in other._changes:
            moved = (
                c.source_start + source_shift,
                c.source_end + source_shift,
                c.start + shift,
                c.end + shift,
            )
            self._changes.append(_Change(*moved, c.why))
        self.source += "\n" + other.source
        self.text += "\n" + other.text
        self.apply([Edit(at, at + 1, "", why)])

    @property
    def changed(self) -> int:
        """How many changes there are."""
        return len(self._changes)

    def _replaced(self, start: int, end: int, news: Sequence[Edit]) -> str:
        parts = []
        for edit in news:
            parts += [self.text[start : edit.start], edit.text]
            start = edit.end
        return "".join([*parts, self.text[start:end]])

    def repairs(self, chapter: int, paragraph: int) -> list[Repair]:
        # A damaged book has a quarter of a million of them: they share what can be shared.
        return [
            Repair.model_construct(
                _REPAIR_FIELDS,
                chapter=chapter,
                paragraph=paragraph,
                start=c.start,
                before=self.source[c.source_start : c.source_end],
                after=self.text[c.start : c.end],
                why=c.why[0] if len(c.why) == 1 else "; ".join(c.why),
            )
            for c in self._changes
        ]


def _groups(changes: Sequence[_Change], edits: Sequence[Edit]) -> list[tuple[list[_Change], list[Edit]]]:
    """Old changes and new edits in order of place, those that overlap together."""
    marks: list[tuple[int, int, _Change | Edit]] = [(c.start, c.end, c) for c in changes]
    marks += [(e.start, e.end, e) for e in edits]
    marks.sort(key=lambda m: m[:2])
    groups: list[tuple[list[_Change], list[Edit]]] = []
    reach = -1
    for start, end, mark in marks:
        if start >= reach or not groups:
            groups.append(([], []))
            reach = end
        reach = max(reach, end)
        olds, news = groups[-1]
        if isinstance(mark, Edit):
            news.append(mark)
        else:
            olds.append(mark)
    return groups


def undo(text: str, repairs: Sequence[Repair]) -> str:
    """The paragraph as it stood in the source. Raises ValueError where a repair doesn't fit the text."""
    for repair in reversed(repairs):
        end = repair.start + len(repair.after)
        if text[repair.start : end] != repair.after:
            raise ValueError(f"{repair} is not in {text!r}")
        text = text[: repair.start] + repair.before + text[end:]
    return text
