"""Headings by their place among the others: bare numbers, titles on the next line, sections, volumes, contents pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from novelcast.read.chapters import NUMBER, Heading, find_heading
from novelcast.read.numerals import CHINESE, value

_CHAPTERS = "章回话話"
_SECTIONS = "节節"
_HIGHER = "集篇幕"
_PLAIN = ("正文", "正文卷")  # what sites call the volume of a book that has none

_BARE = re.compile(rf"[（(【\[]?\s*(?P<number>{NUMBER}|[IVXLC]{{1,7}})\s*[）)】\]]?[、.．:：。]?")
_NAMED = re.compile(
    rf"(?:[（(【\[]\s*(?P<inside>{NUMBER})\s*[）)】\]]\s*|(?P<number>{NUMBER})(?:\s*[、.．:：]\s*|\s+|(?<=[0-9]{{3}})))"
    r"(?P<name>[^\s。，！？…“”「」；;,?!、.．:：0-9][^。，“”「」；;,]{0,24})"
)
_PREFIXED = re.compile(
    rf"(?P<prefix>[^。，！？“”「」…：:]{{1,20}}?)[\s_·-]*(?P<head>第\s*{NUMBER}\s*[{_CHAPTERS}{_SECTIONS}].*)"
)
_LEAST = 3  # lines that look alike, at least, are headings, and
_MOST = 0.8  # of all that look like that
_BODY = 300  # characters behind each numbered title on average, at least: the entries of a list have less
_JUMP = 3  # that a count may go forward at once: chapters get lost

_NEXT_LINE = 20  # characters of a title on the line behind its number, at most
_NEXT_LINE_ENGLISH = 60
_NEXT_SHARE = 0.7  # of the headings without a name that have such a line
_SENTENCE = re.compile(r"[。，！？；：、…,!?;:“”「」『』]|\.$")

_CONTENTS = re.compile(
    r"[【〔\[《]?(?:目\s*[录錄次]|章[节節]目[录錄]|Contents|Table of Contents)[】〕\]》]?\s*[:：]?",
    re.IGNORECASE,
)
_PAGE = re.compile(r"[\s.．…·‥_—–-]+[(（]?[0-9]{1,4}[)）]?$")
_ENTRY = re.compile(rf"第\s*{NUMBER}\s*[{_CHAPTERS}{_SECTIONS}]")
_NUMERAL = re.compile(rf"[0-9０-９]+|(?<=第)[{CHINESE}]+")


@dataclass
class Arranged:
    """`headings`: all of them, by the numbers of their paragraphs. `parts`: paragraphs that are part of a heading, or
    head a section, and start no chapter. `contents`: those that are a table of contents."""

    headings: dict[int, Heading]
    parts: set[int] = field(default_factory=set)
    contents: set[int] = field(default_factory=set)


def arrange(texts: Sequence[str], found: Mapping[int, Heading]) -> Arranged:
    """All headings of a book: `found` are those that their words or their format give away. Empty texts aren't read."""
    out = Arranged(dict(found))
    out.headings |= _prefixed(texts, found)
    if not any(h.level == "chapter" and _counts(h) for h in out.headings.values()):
        out.headings |= _bare_numbers(texts, out.headings) or _named_numbers(texts, out.headings)
    out.contents = _contents(texts, out.headings)
    for i in out.contents:
        out.headings.pop(i, None)
    for i in [i for i, h in out.headings.items() if h.title in _PLAIN]:
        if _behind(texts, i) not in out.headings:
            del out.headings[i]
            out.parts.add(i)
    _lower_sections(out)
    _raise_volumes(texts, out)
    _join_titles(texts, out)
    return out


def _counts(heading: Heading) -> bool:
    """Whether a heading is one of a book's chapters, not 楔子 or 后记."""
    return heading.number >= 0 or find_heading(heading.title) is None


# ---------------------------------------------------------------- more headings


def _prefixed(texts: Sequence[str], found: Mapping[int, Heading]) -> dict[int, Heading]:
    """Lines with one and the same words before 第…章, the book's name mostly: 长夜 第三章 路."""
    rows: dict[str, dict[int, Heading]] = {}
    for i, text in enumerate(texts):
        match = None if i in found or "第" not in text or len(text) > 60 else _PREFIXED.fullmatch(text)
        heading = find_heading(match["head"]) if match else None
        if match and heading:
            rows.setdefault(match["prefix"], {})[i] = heading
    return {i: h for row in rows.values() if len(row) >= _LEAST for i, h in row.items()}


def _bare_numbers(texts: Sequence[str], found: Mapping[int, Heading]) -> dict[int, Heading]:
    """Lines that hold nothing but 1, 2, 3 … (一, 二 …; I, II …) in order."""
    lines = [(i, m["number"]) for i, t in _unread(texts, found) if len(t) <= 8 and (m := _BARE.fullmatch(t))]
    for style in (str.isdecimal, _is_roman, _is_chinese):
        rows = [(i, value(n)) for i, n in lines if style(n)]
        places = _count(rows, found)
        apart = sum(b - a > 1 for (a, _), (b, _) in pairwise([*rows, (len(texts), 0)]))
        all_of = len(places) == len(rows) >= 2
        if (all_of or len(places) >= max(_LEAST, _MOST * len(rows))) and apart >= _MOST * len(rows):
            return {i: Heading("chapter", texts[i], number=n) for i, n in places.items()}
    return {}


def _named_numbers(texts: Sequence[str], found: Mapping[int, Heading]) -> dict[int, Heading]:
    """Lines of a number and a title in order, each with a chapter's text behind it: 001 雨夜, 二、归来."""
    lines = [(i, m) for i, t in _unread(texts, found) if len(t) <= 36 and (m := _NAMED.fullmatch(t))]
    for style in (str.isdecimal, _is_chinese):
        rows = [(i, m) for i, m in lines if style(m["number"] or m["inside"])]
        places = _count([(i, value(m["number"] or m["inside"])) for i, m in rows], found)
        if len(places) < max(_LEAST, _MOST * len(rows)):
            continue
        length = sum(len(t) for i, t in enumerate(texts) if i > min(places) and i not in places)
        if length >= _BODY * len(places):
            names = {i: m["name"] for i, m in rows}
            return {i: Heading("chapter", texts[i], number=n, name=names[i]) for i, n in places.items()}
    return {}


def _unread(texts: Sequence[str], found: Mapping[int, Heading]) -> Iterator[tuple[int, str]]:
    return ((i, text) for i, text in enumerate(texts) if text and i not in found)


def _is_roman(number: str) -> bool:
    return number.isascii() and number.isalpha()


def _is_chinese(number: str) -> bool:
    return all(c in CHINESE for c in number)


def _count(rows: Iterable[tuple[int, int]], found: Mapping[int, Heading]) -> dict[int, int]:
    """Those of the (place, number) that count from 1 up, anew in each volume and behind a contents page."""
    volumes = sorted(i for i, h in found.items() if h.level == "volume")
    out: dict[int, int] = {}
    last = row = at = 0
    for place, number in rows:
        contents = row >= _LEAST and at - min(out) < 2 * row  # one behind the other, without text
        if number == 1 and (contents or any(at < v < place for v in volumes)):
            last = row = 0
        if last < number <= last + (_JUMP if last else 1):
            out[place] = last = number
            at, row = place, row + 1
    return out


# ---------------------------------------------------------------- tables of contents


def _contents(texts: Sequence[str], headings: Mapping[int, Heading]) -> set[int]:
    """The paragraphs of contents pages: rows of entries that all come again as headings, or, at the book's end, all
    came before."""
    lines = [i for i, text in enumerate(texts) if text]
    last: dict[str, int] = {}
    names: dict[str, int] = {}
    for i, heading in sorted(headings.items()):
        last |= dict.fromkeys(_keys(texts[i]), i)
        names[_letters(heading.name)] = i
    out: set[int] = set()
    at = 0
    while at < len(lines):
        start = at
        named = _CONTENTS.fullmatch(texts[lines[at]]) is not None
        if not named and _CONTENTS.match(texts[lines[at]]) and _is_list(texts[lines[at]]):
            out.add(lines[at])
        at += named
        while (
            at < len(lines)
            and (named or lines[at] in headings)
            and _comes_again(texts[lines[at]], lines[at], last, names if named else {})
        ):
            at += 1
        entries = lines[start + named : at]
        if named and at < len(lines) and _is_list(texts[lines[at]]):
            entries.append(lines[at])
        if len(entries) >= (1 if named else _LEAST):
            out.update(entries)
        if named and (entries or at == len(lines) or lines[at] in headings):
            out.add(lines[start])
        at = max(at, start + 1)
    return out | _contents_at_the_end(texts, lines, headings)


def _is_list(text: str) -> bool:
    """Whether all entries stand in one line."""
    return len(_ENTRY.findall(text)) >= _LEAST


def _comes_again(text: str, place: int, last: Mapping[str, int], names: Mapping[str, int]) -> bool:
    return len(text) <= 80 and any(last.get(k, -1) > place or names.get(k, -1) > place for k in _keys(text))


def _contents_at_the_end(
    texts: Sequence[str], lines: Sequence[int], headings: Mapping[int, Heading]
) -> set[int]:
    first: dict[str, int] = {}
    for i in sorted(headings, reverse=True):
        first |= dict.fromkeys(_keys(texts[i]), i)
    row: set[int] = set()
    for i in reversed(lines):
        if _CONTENTS.fullmatch(texts[i]) and row:
            return {*row, i}
        if i not in headings or all(first.get(k, i) >= i for k in _keys(texts[i])):
            break
        row.add(i)
    return row if len(row) >= _LEAST else set()


def _keys(text: str) -> set[str]:
    """What an entry and its heading have in common: their letters, numbers by value; without a page's number too."""
    return {_letters(text), _letters(_PAGE.sub("", text))} - {""}


def _letters(text: str) -> str:
    text = _NUMERAL.sub(lambda m: str(value(m[0])), text)
    return "".join(c for c in text.casefold() if c.isalnum())


# ---------------------------------------------------------------- levels


def _lower_sections(out: Arranged) -> None:
    """节 under 章, counted anew in each, start no chapters."""
    chapters = sum(h.unit in _CHAPTERS for h in out.headings.values() if h.unit)
    sections = {i: h for i, h in out.headings.items() if h.unit and h.unit in _SECTIONS}
    if chapters >= 2 and sum(h.number == 1 for h in sections.values()) >= 2:
        for i in sections:
            del out.headings[i]
        out.parts |= set(sections)


def _raise_volumes(texts: Sequence[str], out: Arranged) -> None:
    """集, 篇 and 幕 over 章 are volumes: a chapter's heading stands right behind most of them."""
    higher = [i for i, h in out.headings.items() if h.unit and h.unit in _HIGHER]
    chapters = sum(h.unit in _CHAPTERS for h in out.headings.values() if h.unit)
    over = sum(_behind(texts, i) in out.headings for i in higher)
    if higher and chapters > len(higher) and over >= 0.5 * len(higher):
        for i in higher:
            out.headings[i] = replace(out.headings[i], level="volume")


def _behind(texts: Sequence[str], place: int) -> int:
    """The next paragraph that is read."""
    return next((i for i in range(place + 1, len(texts)) if texts[i]), len(texts))


def _join_titles(texts: Sequence[str], out: Arranged) -> None:
    """第一章 and 雨夜 in two lines are one heading, where most chapters of the book have two."""
    nameless = [i for i, h in out.headings.items() if h.level == "chapter" and h.number >= 0 and not h.name]
    pairs = {i: j for i in nameless if _is_next_line(texts, j := _behind(texts, i), out)}
    if len(pairs) >= max(_LEAST, _NEXT_SHARE * len(nameless)):
        for i, j in pairs.items():
            heading = out.headings[i]
            out.headings[i] = replace(heading, title=f"{heading.title} {texts[j]}", name=texts[j])
        out.parts |= set(pairs.values())


def _is_next_line(texts: Sequence[str], place: int, out: Arranged) -> bool:
    """Whether a paragraph can be a title that stands under its number: short, no sentence, text behind it."""
    behind = _behind(texts, place)
    if (
        behind >= len(texts)
        or behind in out.headings
        or place in out.headings
        or _SENTENCE.search(texts[place])
    ):
        return False
    text = texts[place]
    if text.isascii():
        words = [word for word in text.split() if len(word) > 3]
        return len(text) <= _NEXT_LINE_ENGLISH and text[0].isupper() and all(w[0].isupper() for w in words)
    return len(text) <= _NEXT_LINE < len(texts[behind]) * 2


# ---------------------------------------------------------------- volumes


def titles_in_volumes(chapters: Sequence[tuple[str, Sequence[Heading]]]) -> list[str]:
    """The chapters' titles, with the volume's before them where a book has several: 第二卷 海 · 第三章 路.

    Each chapter is its title and the headings in it, in order. 后记 and the like at a volume's end stay by themselves.
    """
    inside: list[str] = []
    volume = ""
    for _, headings in chapters:
        own = [h for h in headings if h.level == "volume"]
        chapter = next((h for h in headings if h.level == "chapter"), None)
        if own:
            volume = own[-1].title
        if chapter is not None and chapter.volume is not None:
            volume = chapter.volume
        known = chapter is not None and (own or chapter.volume or _counts(chapter))
        inside.append(volume if known and volume not in _PLAIN else "")
    if len(set(inside) - {""}) < 2:
        return [title for title, _ in chapters]
    return [
        f"{volume} · {title}" if volume and not _letters(title).startswith(_letters(volume)) else title
        for volume, (title, _) in zip(inside, chapters, strict=True)
    ]
