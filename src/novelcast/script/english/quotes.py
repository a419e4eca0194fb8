"""Where quotations stand in English paragraphs: which marks a book uses, and where each quotation ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelcast.script.english import lexicon as lx

DOUBLE, SINGLE = '“”"„«»', "‘’'"
_OPENERS = {"“": "”", '"': '"', "„": "“”", "«": "»", "‘": "’", "'": "'’"}
# Words that begin or end with an apostrophe.
_CLIPPED = re.compile(
    r"(?:tis|twas|twere|twill|twould|em|er|im|is|ere|cause|bout|un|n|til|ll|d|ve|neath|mongst|gainst|cos|coz|ow|ad|ave|round|tween|\d0s)\b",
    re.I,
)
_STOP = ".,!?;:…—-–"
MOST_PARAGRAPHS = 12
"""Speech without a mark of its own in each paragraph (a song, a broken line) closes within this many."""


@dataclass(frozen=True)
class Quote:
    """A quotation [start, end) of a paragraph, marks included. `opened`: its opening mark stands in it;
    `closed`: its closing mark does."""

    start: int
    end: int
    opened: bool = True
    closed: bool = True


def marks_of(texts: Iterable[str]) -> str:
    """The opening marks that set off speech in a book: double ones, or single ones where those open paragraphs.

    Single marks inside double ones, and in a book of double ones, quote words and not speech.
    """
    double = single = 0
    for text in texts:
        head = text.lstrip()[:1]
        double += (head in '“"„«') if head else 0
        single += head in ("‘", "'") and _opens_single(text, len(text) - len(text.lstrip()))
    return "‘'" if single > double else '“"„«'


def find_quotes(text: str, marks: str, carried: bool = False) -> list[Quote]:
    """The outermost quotations of a paragraph. With `carried` the paragraph begins inside one.

    One that is not closed ends where its tag shows (…, said X), else with the paragraph.
    """
    quotes: list[Quote] = []
    start, opener, opened = (0, marks[0], False) if carried else (-1, "", True)
    for i, c in enumerate(text):
        if start < 0:
            if c in marks and _opens(text, i):
                start, opener, opened = i, c, True
        elif _closes(text, i, opener):
            quotes.append(Quote(start, i + 1, opened))
            start = -1
        elif c == opener and c != '"' and c != "'" and _opens(text, i):
            # The same opening mark again: the first was never closed.
            quotes.append(Quote(start, _guess_end(text, start, i), opened, False))
            start, opened = i, True
    if start >= 0:
        quotes.append(Quote(start, _guess_end(text, start, len(text)), opened, False))
    return [q for q in quotes if q.end > q.start]


def carried_over(texts: Sequence[str], marks: str) -> set[int]:
    """Paragraphs that begin inside a quotation opened in an earlier one, without a mark of their own."""
    found: set[int] = set()
    i = 0
    while i < len(texts):
        quotes = find_quotes(texts[i], marks)
        k = i + 1
        if quotes and not quotes[-1].closed and quotes[-1].end == len(texts[i]):
            while k < len(texts) and k - i <= MOST_PARAGRAPHS:
                head = texts[k].lstrip()[:1]
                if head and head in marks:
                    break
                inside = find_quotes(texts[k], marks, carried=True)
                if not inside:
                    break
                if inside[0].closed:
                    # Straight marks look alike: what closes must not stand where a quotation opens.
                    if inside[0].end > 1 and not texts[k][inside[0].end - 2].isspace():
                        found.update(range(i + 1, k + 1))
                    break
                k += 1
        i = max(i + 1, max(found, default=0) + 1) if i + 1 in found else i + 1
    return found


def _opens(text: str, i: int) -> bool:
    c = text[i]
    if c in "“„«":
        return True
    if c in "‘'":
        return _opens_single(text, i)
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    return (bool(after) and not after.isspace()) or not before or before.isspace()


def _opens_single(text: str, i: int) -> bool:
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    if before.isalnum() or not after or after.isspace():
        return False
    if _CLIPPED.match(text, i + 1):
        # ’Tis what he said: an apostrophe; ‘Tis what he said,’ a quotation that begins with such a word.
        return text[i] == "‘" and bool(re.search(r"[.,!?—…]’", text[i + 1 :])) and not before.strip()
    return True


def _closes(text: str, i: int, opener: str) -> bool:
    c = text[i]
    if c not in _OPENERS[opener]:
        return False
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    if opener in "‘'":
        return _closes_single(text, i, before, after)
    # A straight mark that stands where a quotation opens closes none.
    return not (c == '"' and before.isspace() and after.isalnum())


def _closes_single(text: str, i: int, before: str, after: str) -> bool:
    if after.isalnum() or not before or before.isspace():
        return False
    if before in _STOP or not after:
        return True
    if text[i] == "'" and after in _STOP and before.isalnum() and not after.isspace():
        return True
    # A letter before, a space behind: the boys’ caps, goin’ home, or the end of the quotation.
    if before in "sS" or text[i - 2 : i].lower() in ("in", "an", "th", "of", "o"):
        rest = text[i + 1 :]
        later = re.search(r"[.,!?…—]['’](?!\w)", rest)
        opens = re.search(r"(?<!\w)['‘](?=\w)", rest)
        return not later or (opens is not None and opens.start() < later.start())
    return True


_NAME = r"(?:(?:Mr|Mrs|Miss|Ms|Dr)\.? )?[A-Z][\w’'-]+|he|she|I|they|we|the [\w-]+(?: [\w-]+)?|(?:his|her|my) [\w-]+"
_TAG = re.compile(
    rf"[,.!?—-]\s+(?=(?:(?:{'|'.join(sorted(lx.SAY_VERBS - lx.WEAK_SAY))})\s+(?:{_NAME})|(?:{_NAME})\s+(?:{'|'.join(sorted(lx.SAY_VERBS - lx.WEAK_SAY))}))\b)"
)


def _guess_end(text: str, start: int, limit: int) -> int:
    """Where a quotation that opens at `start` and is never closed ends: before its tag, if one can be seen."""
    tag = _TAG.search(text, start + 1, limit)
    return tag.start() + 1 if tag is not None else limit
