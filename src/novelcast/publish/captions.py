"""Lines -> captions: pieces that are read at a glance, cut where a reader would pause, each with its time."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from novelcast.hanzi import HAN
from novelcast.publish.lines import Line, weight_of

ROWS = 2
ROW_WIDTH = 42.0
"""The width of a row: 42 Latin characters or 20 Chinese ones (Netflix's timed text guides have 42, and 16 for
Chinese on a television; 20 fit on a phone held sideways)."""
WIDE = ROW_WIDTH / 20
SHORTEST_S = 1.0
"""How long a caption stands at least, where the next one lets it."""


@dataclass(frozen=True)
class Caption:
    """One or two rows of one speaker's (an id; None for the narrator), shown over samples [start, end) of `file`."""

    rows: tuple[str, ...]
    speaker: str | None
    start: int
    end: int
    file: int = 0

    @property
    def text(self) -> str:
        """Both rows as one, with a space only between Latin words."""
        first, *rest = self.rows
        for row in rest:
            first += " " * _is_spaced(first[-1], row[0]) + row
        return first


def captions_of(
    lines: Sequence[Line], rate_hz: int, written: Callable[[str], str] = lambda text: text
) -> tuple[Caption, ...]:
    """The captions of one chapter. `written` puts a text into the characters wanted (`hanzi.simplified`).

    A piece of what one clip says starts where its share of the syllables before it is over. What nobody hears has
    no caption.
    """
    found = [c for line in lines if line.parts for c in _of_line(line, written)]
    out = []
    for caption, after in zip(found, [*found, None][1:], strict=True):
        end = max(caption.end, caption.start + round(SHORTEST_S * rate_hz))
        if after is not None and after.file == caption.file:
            end = max(min(end, after.start), caption.start + 1)
        out.append(Caption(caption.rows, caption.speaker, caption.start, end, caption.file))
    return tuple(out)


def _of_line(line: Line, written: Callable[[str], str]) -> Iterator[Caption]:
    for part in line.parts:
        pieces = laid_out(written(part.text))
        whole = sum(weight_of("".join(rows)) for rows in pieces)
        before = 0.0
        for rows in pieces:
            start = part.start + round((part.end - part.start) * before / whole)
            before += weight_of("".join(rows))
            end = part.start + round((part.end - part.start) * before / whole)
            yield Caption(rows, line.speaker, start, end, line.file)


# ---------------------------------------------------------------- where a text is broken

_SENTENCE_END = re.compile(r"[。！？!?…](?:[”’」』\"')）】》]*)\s*$|\.[”’\"')]*\s*$|——[”’」』\"]?\s*$")
_CLAUSE_END = re.compile(r"[，、；：,;:—][”’」』\"')）】》]*\s*$")
_OPENING = set("“‘「『（(《〈【[{")
# What a caption costs, and what its end and the break between its rows add to it: a caption more is better than
# a break inside a clause, and a word cut in two is the last thing to do.
_CAPTION, _STUB = 6.0, 8.0
_STUB_WIDTH = 5 * WIDE
_BREAK = {"sentence": 0.0, "clause": 1.0, "word": 8.0, "inside": 40.0}


def laid_out(text: str) -> list[tuple[str, ...]]:
    """A text as captions of at most two rows that hold it whole; none where there is nothing to show."""
    return _Layout(_tokens(shown(text))).captions()


class _Layout:
    """The cheapest way to cut tokens into captions."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        self.ends = list(accumulate(map(_width, tokens), initial=0.0))
        self.spaces = [float(token.endswith(" ")) for token in tokens]
        breaks = (_BREAK[_boundary(a, b)] for a, b in pairwise(tokens))
        self.breaks = [0.0, *breaks, 0.0]  # before each token, and at the end

    def captions(self) -> list[tuple[str, ...]]:
        count = len(self.tokens)
        best = [
            (0.0, 0, 0)
        ]  # the cost of what is before each token, where its last caption begins and breaks
        for end in range(1, count + 1):
            found = []
            for start in range(end - 1, -1, -1):
                if self.width(start, end) > ROWS * ROW_WIDTH:
                    break
                cost, middle = self.rows(start, end)
                found.append((best[start][0] + _CAPTION + cost + self.breaks[end], start, middle))
            best.append(min(found))
        out: list[tuple[str, ...]] = []
        end = count
        while end:
            _, start, middle = best[end]
            rows = ((start, middle), (middle, end)) if middle < end else ((start, end),)
            out.append(tuple("".join(self.tokens[a:b]).strip() for a, b in rows))
            end = start
        return out[::-1]

    def width(self, start: int, end: int) -> float:
        """The width of tokens [start, end) on a row."""
        return self.ends[end] - self.ends[start] - self.spaces[end - 1]

    def rows(self, start: int, end: int) -> tuple[float, int]:
        """What these tokens cost as one caption, and where its second row begins (`end`: there is none)."""
        width = self.width(start, end)
        if width <= ROW_WIDTH:
            return _STUB if width < _STUB_WIDTH else 0.0, end
        best = (math.inf, end)
        for middle in range(end - 1, start, -1):
            second = self.width(middle, end)
            if second > ROW_WIDTH:
                break
            first = self.width(start, middle)
            if first <= ROW_WIDTH:
                best = min(best, (1.0 + self.breaks[middle] + abs(first - second) / ROW_WIDTH, middle))
        return best


def shown(text: str) -> str:
    """A text on one row, without what cannot be shown (controls, lone surrogates)."""
    kept = (
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs")
    )
    return re.sub(" +", " ", "".join(kept)).strip()


@lru_cache(maxsize=4096)
def _boundary(before: str, after: str) -> str:
    if _SENTENCE_END.search(before):
        return "sentence"
    if _CLAUSE_END.search(before):
        return "clause"
    return "inside" if _is_inside(before[-1], after[0]) else "word"


def _is_inside(before: str, after: str) -> bool:
    """Whether nothing shows that a word ends between two characters: Latin letters without a space."""
    return not before.isspace() and not _is_han(before) and not _is_han(after)


def _tokens(text: str) -> list[str]:
    """Words, each with the marks that open before it and close after it and the space that follows."""
    tokens: list[str] = []
    glue = False
    for word in _words(text):
        opens = word[0] in _OPENING
        closes = not opens and not any(c.isalnum() or _is_han(c) or _is_picture(c) for c in word)
        if tokens and (glue or closes):
            tokens[-1] += word
        else:
            tokens.append(word)
        glue = opens or word == "\u200d"  # which joins two pictures
    return [piece for token in tokens for piece in _fitting(token)]


_LETTERS = rf"(?:(?!{HAN.pattern})[^\W_])+"
_ROUGH = re.compile(rf"\s+|(?:{HAN.pattern})+|{_LETTERS}(?:(?:['’\-.]|(?<=\d),(?=\d)){_LETTERS})*|.")


def _words(text: str) -> list[str]:
    """The words of a text by jieba where it has Chinese, else by its spaces; marks are words of their own."""
    rough = _ROUGH.findall(text)
    if not any(map(_is_han, text)):
        return rough
    import jieba

    jieba.setLogLevel(60)
    return [word for run in rough for word in (jieba.lcut(run) if _is_han(run[0]) else [run])]


def _fitting(token: str) -> Iterator[str]:
    """A token in pieces that fit on a row: a title of 300 letters without a space is cut where it must be."""
    at = 0
    for end in range(1, len(token) + 1):
        joined = end < len(token) and (
            unicodedata.combining(token[end]) or token[end] in "\u200d\ufe0e\ufe0f"
        )
        if not joined and _width(token[at : end + 1].rstrip()) > ROW_WIDTH:
            yield token[at:end]
            at = end
    yield token[at:]


def _width(text: str) -> float:
    """The width of a row in Latin characters. Quotes, dashes and dots are wide beside Chinese."""
    return sum(map(_char_width, text))


@lru_cache(maxsize=4096)
def _char_width(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    return WIDE if unicodedata.east_asian_width(char) in "WF" or _is_han(char) or char in "“”‘’…—" else 1.0


def _is_han(char: str) -> bool:
    return HAN.match(char) is not None


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk", "Cn", "Co")


def _is_spaced(before: str, after: str) -> bool:
    return _char_width(before) == _char_width(after) == 1.0 and not before.isspace()
