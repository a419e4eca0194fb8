"""A format's own table of contents -> chapters: the paragraphs where its entries lead, in EPUBs and Kindle books."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from novelcast.read.chapters import find_heading
from novelcast.read.source import Block, Start


@dataclass
class Entry:
    """A line of the table of contents: its target is a file's name and an id in it."""

    title: str
    file: str
    id: str
    inner: list[Entry] = field(default_factory=list)


def start_chapters(
    blocks: list[Block], entries: Sequence[Entry], places: Mapping[tuple[str, str], int]
) -> None:
    """Mark the blocks where the entries lead. A chapter's own sections start none.

    `places`: for each file and id the number of the block that stands there; the id is empty for the file's first.
    """
    nexts = next_read(blocks)
    flat = [(entry, over, _place(blocks, entry, places, nexts)) for entry, over in _deep(entries)]
    found = sorted({place for *_, place in flat if place is not None})
    if len(found) < 2:
        return
    nested = any(over for _, over, _ in flat)
    volumes: set[int] = set()
    closed: int | None = None  # the depth of the chapter that the entries under it belong to
    for entry, over, place in flat:
        depth = len(over)
        if closed is not None and depth > closed:
            continue
        closed = None
        if place is None:
            if entry.inner:
                volumes.add(id(entry))  # a volume that has no page of its own
            continue
        behind = bisect_right(found, place)
        following = found[behind] if behind < len(found) else len(blocks)
        volume = _is_volume(entry, (blocks[i] for i in range(place + 1, following)))
        if volume:
            volumes.add(id(entry))
        else:
            closed = depth
        within = " · ".join(e.title for e in over if id(e) in volumes)
        title = entry.title or blocks[place].running
        start = Start(title, volume=volume, within=within if nested else None)
        blocks[place] = replace(blocks[place], start=start)


def _is_volume(entry: Entry, own: Iterable[Block]) -> bool:
    """Whether an entry is a volume of chapters: by its name, else by having others under it and no text behind its
    first paragraph (`own`)."""
    heading = find_heading(entry.title)
    if heading is not None:
        return heading.level == "volume"
    return bool(entry.inner) and not any(b.kind != "heading" and b.text and not b.skip for b in own)


def next_read(blocks: Sequence[Block]) -> list[int | None]:
    """For each block the first from it on that is read."""
    out: list[int | None] = []
    at: int | None = None
    for i in range(len(blocks) - 1, -1, -1):
        if blocks[i].text and not blocks[i].skip:
            at = i
        out.append(at)
    return out[::-1]


def _place(
    blocks: Sequence[Block], entry: Entry, places: Mapping[tuple[str, str], int], nexts: Sequence[int | None]
) -> int | None:
    """The first block that is read at an entry's target; the heading before it if that has the entry's name."""
    target = places.get((entry.file, entry.id), places.get((entry.file, "")))
    at = nexts[target] if target is not None and target < len(nexts) else None
    if at is None:
        return None
    before = blocks[at - 1] if at and blocks[at].kind != "heading" else None
    same = before is not None and before.kind == "heading" and before.running.split() == entry.title.split()
    return at - 1 if same else at


def flat(entries: Sequence[Entry]) -> Iterator[Entry]:
    return (entry for entry, _ in _deep(entries))


def _deep(
    entries: Sequence[Entry], over: tuple[Entry, ...] = ()
) -> Iterator[tuple[Entry, tuple[Entry, ...]]]:
    """Each entry and those that it stands under, the outermost first."""
    for entry in entries:
        yield entry, over
        yield from _deep(entry.inner, (*over, entry))
