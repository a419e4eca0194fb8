"""Lines as a file has them -> paragraphs: hard-wrapped lines rejoined, titles glued to their text cut loose."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from novelcast.hanzi import HAN
from novelcast.read.chapters import NUMBER, OPENINGS, find_heading, is_break
from novelcast.read.numerals import value

WHY_WRAPPED = "a line end inside a paragraph"

_MIN_LINES = 12
_WIDTHS = (20, 160)  # columns that lines are wrapped at; a Chinese character is two
_SLACK = 4  # columns: no mark may begin a line, so that a line takes one more, or leaves some
_SLACK_OF_WORDS = 16  # where lines are broken between words
_OVER_SHARE = 0.01  # of the lines may be longer than all others
_CUTS = 3  # lines that end in the middle of a sentence, at least, and
_CUT_SHARE = 0.04  # of all lines, in a wrapped text; of them
_CUT_FULL_SHARE = 0.85  # reach the right edge;
_SIGN_SHARE = 0.1  # of cut lines have behind them what begins paragraphs, at most
_SHORT_SHARE = 0.1  # of all lines don't, the last ones of paragraphs
_ENDS = "。！？…”』」】》）.!?\"']—：；～*"
_OPENS = "“『「【《（"

_GLUED = re.compile(rf"(?:^(?:正文\s*)?|(?<=[。！？…”』」])\s*)第\s*({NUMBER})\s*[章回节節话話]")
# 楔子 and the like with their first sentence behind them.
_OPENING = re.compile(rf"(?:{OPENINGS}|尾声|尾聲|后记|後記)(?=\s+\S[^。！？]{{6,}}[。！？])")
_TITLE = 20  # characters of a title that text is glued to, at most
_TEXT = 10  # characters of that text, at least
_TITLE_ENDS = re.compile("[。，！？；：“『「【…,!?;:]")
_STARTS = 3  # paragraphs that a name begins, at least


# ---------------------------------------------------------------- paragraphs


@dataclass(frozen=True, slots=True)
class Gap:
    """At `at` of a paragraph its file has `before` where the running text has `instead`."""

    at: int
    before: str
    instead: str
    why: str


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph's running text, and where its file has something else."""

    text: str
    gaps: tuple[Gap, ...] = ()

    def cut(self, places: Iterable[int]) -> list[Para]:
        """Its parts between these places, white space stripped at both ends of each, empty ones left out."""
        ends = [0, *places, len(self.text)]
        return [part for a, b in pairwise(ends) if (part := self._part(a, b)).text]

    def _part(self, start: int, end: int) -> Para:
        text = self.text[start:end].rstrip()
        end = start + len(text)
        start += len(text) - len(text.lstrip())
        inside = (g for g in self.gaps if start <= g.at < end)
        return Para(
            self.text[start:end],
            tuple(Gap(g.at - start, g.before, g.instead[: end - g.at], g.why) for g in inside),
        )


def joined(lines: Sequence[Para], why: str) -> Para:
    """Lines as one paragraph: with a space between words, without one beside Chinese characters."""
    if len(lines) == 1:
        return lines[0]
    texts, gaps, size = [lines[0].text], list(lines[0].gaps), len(lines[0].text)
    for last, line in pairwise(lines):
        space = " " if words_meet(last.text, line.text) else ""
        gaps.append(Gap(size, "\n", space, why))
        size += len(space)
        gaps += [Gap(g.at + size, g.before, g.instead, g.why) for g in line.gaps]
        texts += [space, line.text]
        size += len(line.text)
    return Para("".join(texts), tuple(g for g in gaps if g.why))


def words_meet(last: str, line: str) -> bool:
    if not (last[-1].isascii() and line[0].isascii()):
        return False
    return (last[-1].isalpha() and line[0].isalpha()) or not HAN.search(last + line)


# ---------------------------------------------------------------- hard-wrapped lines


@dataclass(frozen=True)
class _Wrap:
    """How a text is wrapped: what lines are measured in, how long a full one is, what begins a paragraph."""

    measure: Callable[[str], int]
    least: int
    indents: bool
    blanks: bool


def wrapped(lines: Sequence[str]) -> list[list[int]]:
    """The numbers of the lines of each paragraph: of one, but where the text is hard-wrapped at some column."""
    wrap = _wrap_of(lines)
    told = [i for i, line in enumerate(lines) if line.strip()]
    if wrap is None:
        return [[i] for i in told]
    out: list[list[int]] = []
    for i in told:
        last = out[-1][-1] if out else -1
        if out and _joins(lines[last], lines[i], wrap, blank=last < i - 1):
            out[-1].append(i)
        else:
            out.append([i])
    return out


def _wrap_of(lines: Sequence[str]) -> _Wrap | None:
    """How the lines are wrapped, by columns or by characters; None where they are paragraphs."""
    if sum(not line.isspace() for line in lines if line) < _MIN_LINES:
        return None
    rows = [line.rstrip() for line in lines]
    return _wrap_by(_columns, rows, _SLACK) or _wrap_by(len, rows, _SLACK // 2)


def _wrap_by(measure: Callable[[str], int], rows: Sequence[str], slack: int) -> _Wrap | None:
    widths = [measure(row) for row in rows]
    lengths = sorted(width for width in widths if width)
    edge = lengths[-1 - int(_OVER_SHARE * len(lengths))]
    if not _WIDTHS[0] <= edge <= _WIDTHS[1]:
        return None
    words = sum(row[-1:].isascii() for row in rows if row) > 0.5 * len(lengths)
    least = edge - (_SLACK_OF_WORDS if words else slack)
    cut = [i for i, row in enumerate(rows) if row and row[-1] not in _ENDS and not _apart(row.strip())]
    full = [i for i in cut if widths[i] >= least]
    if len(cut) < max(_CUTS, _CUT_SHARE * len(lengths)) or len(full) < _CUT_FULL_SHARE * len(cut):
        return None
    if sum(width < least for width in lengths) < _SHORT_SHARE * len(lengths):
        return None
    # What stands behind a cut line doesn't begin a paragraph; where blanks or indents do, they aren't there.
    behind = [rows[i + 1] for i in full if i + 1 < len(rows)]
    indented = sum(row[:1].isspace() for row in behind)
    blank = sum(not row for row in behind)
    few = _SIGN_SHARE * len(behind)
    return _Wrap(
        measure=measure,
        least=least,
        indents=indented <= few < sum(row[:1].isspace() for row in rows),
        blanks=blank <= few < sum(not row for row in rows),
    )


def _columns(line: str) -> int:
    """How wide a line is on a screen; a Chinese character or mark takes two columns."""
    if line.isascii():
        return len(line)
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)


def _joins(last: str, line: str, wrap: _Wrap, *, blank: bool) -> bool:
    if (blank and wrap.blanks) or _apart(last.strip()) or _apart(line.strip()):
        return False
    if wrap.indents:
        return not line[0].isspace()
    ends = last.rstrip()[-1] in _ENDS
    if wrap.measure(last.rstrip()) < wrap.least:
        return wrap.blanks and not ends
    return wrap.blanks or not ends or (last.rstrip()[-1] not in "”』」" and line.lstrip()[0] not in _OPENS)


def _apart(line: str) -> bool:
    """Whether a line is a paragraph of its own wherever it stands."""
    return find_heading(line) is not None or is_break(line)


# ---------------------------------------------------------------- titles glued to text


def unglued(paragraphs: Sequence[Para]) -> list[Para]:
    """The paragraphs, a heading that is glued to text behind or before it standing by itself.

    Only what carries on the book's count of chapters is a heading; a sentence may well begin with 第三章.
    """
    openings = {i: m.end() for i, p in enumerate(paragraphs) if (m := _OPENING.match(p.text))}
    paragraphs = [
        part for i, p in enumerate(paragraphs) for part in (p.cut([openings[i]]) if i in openings else [p])
    ]
    if not any(_GLUED.search(p.text) for p in paragraphs):
        return paragraphs
    texts = [p.text for p in paragraphs]
    starters = _starters(texts)
    headings = {t for t in texts if find_heading(t)}
    out: list[Para] = []
    count = 0
    for paragraph in paragraphs:
        text = paragraph.text
        places = list(_GLUED.finditer(text))
        if not places or find_heading(text):
            if places:
                count = value(places[0][1])
            out.append(paragraph)
            continue
        cuts = [0]
        for place in places:
            number = value(place[1])
            start = place.start() if place.start() == 0 else place.end() - len(place[0].lstrip())
            end = _title_end(text, place.end(), headings, starters)
            if number in (count, count + 1) and end is not None and start >= cuts[-1]:
                cuts += [start, end]
                count = number
        out += paragraph.cut(cuts[1:])
    return out


def _title_end(text: str, at: int, headings: set[str], starters: frozenset[str]) -> int | None:
    """Where the title behind 第…章 (which ends at `at`) ends; None where no text worth the name follows."""
    reach = min(len(text), at + _TITLE + 2)
    known = [h for end in range(at, reach) if (h := text[:end].strip()) in headings]
    gap = re.compile(r"\s{2,}|(?<=\S)\s").search(text, at + 1, reach)
    mark = _TITLE_ENDS.search(text, at, reach)
    limit = mark.start() if mark else reach
    if known:
        end = len(known[-1])
    elif gap and gap.start() <= limit:
        end = gap.start()
    elif mark and mark[0] in _OPENS:
        end = mark.start()
    else:
        body = at + len(text[at:]) - len(text[at:].lstrip())
        end = next((k for k in range(body + 2, limit) if text[k : k + 2] in starters), at)
    return end if len(text) - end >= _TEXT else None


def _starters(paragraphs: Sequence[str]) -> frozenset[str]:
    """Pairs of characters that begin several paragraphs: names and pronouns, mostly."""
    heads = Counter(p[:2] for p in paragraphs if len(p) > _TEXT and p[0] not in _OPENS)
    return frozenset(head for head, n in heads.items() if n >= _STARTS and not head.startswith("第"))
