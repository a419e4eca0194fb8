"""Clean chapters damaged by a program as scrapers and converters damage them, and how well a reader undoes it.

A place is named by how many heard characters (letters, digits, Chinese characters and `*`) stand before it: that
number survives all damage made here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import opencc
from pypinyin import Style, pinyin

from novelcast.hanzi import HAN, simplified
from novelcast.model import Book

BLURB = "小說簡介\n書荒的朋友看過來！好書這裡天天都有新的！本書的精彩之處："
SWAPS = {"直": "首", "已": "己", "四": "西"}
RARE_SWAPS = {"未": "末", "千": "干", "土": "士", "人": "入", "日": "曰", "免": "兔", "治": "冶", "拨": "拔"}
# Pairs that differ in a stroke or two and that read/swaps.py has no rules for.
OTHER_SWAPS = {
    "人": "入", "未": "末", "日": "曰", "千": "干", "免": "兔", "天": "夭", "今": "令", "代": "伐", "没": "设",
    "往": "住", "自": "目", "候": "侯", "睛": "晴", "冷": "泠", "太": "大", "间": "闻",
}  # fmt: skip
_HALF = {"，": ",", "！": "!", "？": "?", "：": ":", "；": ";"}
_HEARD = re.compile(r"[\w*]")
_STOPS = "。！？…"
_NOTE_LEFT = re.compile("[(（\\[][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜḿńň]+[)）\\]]")


@dataclass(frozen=True)
class Rates:
    """How often each kind of damage strikes where it can, 0 to 1."""

    swap: float = 0.6
    rare_swap: float = 0.0
    other_swap: float = 0.0
    note: float = 0.06
    half_width: float = 0.5
    tag: float = 0.1
    mangled_end: float = 0.5
    """Of closing quotes at a paragraph's end: the stop and the quote become the rest of a broken tag."""
    lost_close: float = 0.0
    """Of closing quotes of short utterances at a paragraph's end: gone."""
    lost_inner: float = 0.0
    """Of closing quotes inside of paragraphs: gone."""
    lost_open: float = 0.0
    """Of opening quotes: gone."""
    lost_stop: float = 0.5
    """Of stops between sentences of narration in one paragraph."""
    glued: float = 0.25
    """Of paragraphs that end with a full stop: the stop and the line end go."""
    lost_end: float = 0.0
    """Of paragraphs that end with a full stop: the stop goes, the line end stays."""
    traditional: bool = True
    blurb: bool = True


@dataclass
class Damaged:
    text: str
    swapped: list[tuple[int, str]] = field(default_factory=list)
    """Where a look-alike stands, and what was meant."""
    lost: list[int] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    """Where a closing quote was damaged."""
    opens: list[int] = field(default_factory=list)
    """Where an opening quote was lost."""


def damage(lines: Sequence[str], rng: random.Random, rates: Rates) -> Damaged:
    """The chapter damaged; its first line, the heading, is left alone."""
    out = Damaged("")
    to_traditional = opencc.OpenCC("s2t")
    parts = [lines[0] + "\n"]
    place = len(heard(lines[0]))
    for i, line in enumerate(lines[1:], 1):
        behind = lines[i + 1] if i + 1 < len(lines) else "“"
        new = "".join(_chars(line, place, rng, rates, out))
        place += len(heard(line))
        if rates.traditional:
            converted = to_traditional.convert(new)
            new = converted if len(converted) == len(new) else new
        new = "".join(
            noted(c) if HAN.match(c) and rng.random() < rates.note else _half(c, rng, rates) for c in new
        )
        parts.append(_line_end(new, behind, place, rng, rates, out))
    if rates.blurb:
        parts.append("\n" + BLURB + lines[1] + "...")
    out.text = "".join(parts)
    return out


def _chars(line: str, place: int, rng: random.Random, rates: Rates, out: Damaged) -> Iterator[str]:
    quoted = False
    for i, char in enumerate(line):
        quoted = char in "“【" or (quoted and char not in "”】")
        inside = 0 < i < len(line) - 1
        if char in SWAPS and rng.random() < rates.swap:
            out.swapped.append((place, char))
            yield SWAPS[char]
        elif char in RARE_SWAPS and rng.random() < rates.rare_swap:
            out.swapped.append((place, char))
            yield RARE_SWAPS[char]
        elif char in OTHER_SWAPS and rates.other_swap and rng.random() < rates.other_swap:
            out.swapped.append((place, char))
            yield OTHER_SWAPS[char]
        elif (
            char == "。"
            and inside
            and not quoted
            and line[i + 1] not in "”…"
            and rng.random() < rates.lost_stop
        ):
            out.lost.append(place)
        elif char == "”" and inside and rates.lost_inner and rng.random() < rates.lost_inner:
            out.closes.append(place)
        elif char == "“" and rates.lost_open and rng.random() < rates.lost_open:
            out.opens.append(place)
        else:
            yield char
        place += bool(_HEARD.match(char))


def _half(char: str, rng: random.Random, rates: Rates) -> str:
    return _HALF[char] if char in _HALF and rng.random() < rates.half_width else char


def noted(char: str) -> str:
    return f"{char}({pinyin(char, style=Style.TONE)[0][0]})"


def _line_end(line: str, behind: str, place: int, rng: random.Random, rates: Rates, out: Damaged) -> str:
    roll = rng.random()
    if line.endswith("。”") and roll < rates.mangled_end:
        out.closes.append(place)
        return line[:-2] + "?！?br>\n"
    if line.endswith(("！”", "!”")) and roll < rates.mangled_end:
        out.closes.append(place)
        return line[:-2] + "？。 ?br>\n"
    if (
        line.endswith("”")
        and line.startswith("“")
        and line.count("“") == 1
        and rng.random() < rates.lost_close
    ):
        out.closes.append(place)
        return line[:-1] + "\n"
    if line.endswith("。") and roll < rates.glued:
        out.lost.append(place)
        return line[:-1]
    if line.endswith("。") and rng.random() < rates.lost_end:
        out.lost.append(place)
        return line[:-1] + "\n"
    return line + ("<br>\n" if rng.random() < rates.tag else "\n")


# ---------------------------------------------------------------- what came of it


def heard(text: str) -> str:
    return "".join(_HEARD.findall(simplified(text)))


def spoken(book: Book) -> list[str]:
    """The paragraphs that somebody speaks."""
    skipped = {(s.span.chapter, s.span.paragraph) for s in book.skipped}
    return [
        p.text
        for c, chapter in enumerate(book.chapters)
        for i, p in enumerate(chapter.paragraphs)
        if (c, i) not in skipped and p.kind != "break"
    ]


@dataclass
class Score:
    characters: int = 0
    errors: int = 0
    notes_left: int = 0
    swapped: int = 0
    put_right: int = 0
    closes: int = 0
    closed: int = 0
    opens: int = 0
    opened: int = 0
    unbalanced: int = 0
    """Paragraphs with another number of opening than of closing quotes (a speech over several is one place)."""
    lost: int = 0
    found: int = 0
    added: int = 0
    added_right: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(**{k: v + getattr(other, k) for k, v in vars(self).items()})

    def figures(self) -> dict[str, float | int]:
        def share(part: int, whole: int) -> float:
            return round(part / whole, 4) if whole else 1.0

        return {
            "characters": self.characters,
            "character_error": share(self.errors, self.characters),
            "notes_left": self.notes_left,
            "lookalikes": self.swapped,
            "lookalikes_put_right": share(self.put_right, self.swapped),
            "damaged_quotes": self.closes,
            "quotes_closed": share(self.closed, self.closes),
            "lost_openings": self.opens,
            "quotes_opened": share(self.opened, self.opens),
            "unbalanced_paragraphs": self.unbalanced,
            "stops_lost": self.lost,
            "stop_recall": share(self.found, self.lost),
            "stop_precision": share(self.added_right, self.added),
        }


def score(clean: Sequence[str], damaged: Damaged, read: Iterable[str]) -> Score:
    """How well `read` (the spoken paragraphs of the damaged text) is the clean chapter again."""
    read = list(read)
    want, got = heard("".join(clean)), heard("".join(read))
    where = _alignment(want, got)
    clean_marks, read_marks = marks_behind(clean), marks_behind(read)
    out = Score(characters=len(want), errors=_errors(want, got))
    out.notes_left = sum(len(_NOTE_LEFT.findall(p)) for p in read)
    out.swapped = len(damaged.swapped)
    out.put_right = sum(p in where and got[where[p]] == char for p, char in damaged.swapped)
    out.closes = len(damaged.closes)
    out.closed = sum("”" in read_marks.get(where.get(p - 1, -1), "") for p in damaged.closes)
    out.opens = len(damaged.opens)
    out.opened = sum("“" in read_marks.get(where.get(p, -1) - 1, "") for p in damaged.opens)
    out.unbalanced = sum(p.count("“") != p.count("”") for p in read)
    lost = set(damaged.lost)
    out.lost = len(lost)
    for place in range(1, len(want)):
        now = read_marks.get(where.get(place - 1, -1), "")
        ended = any(c in _STOPS for c in now)
        out.found += place in lost and ended
        if ended and place in lost:
            out.added += 1
            out.added_right += 1
        elif "。" in now and not any(c in _STOPS + "!?.！" for c in clean_marks.get(place - 1, "")):
            out.added += 1
    return out


def marks_behind(paragraphs: Iterable[str]) -> dict[int, str]:
    """For each heard character, by number, the marks between it and the next one in its paragraph."""
    out: dict[int, str] = {}
    n = -1
    for paragraph in paragraphs:
        for char in paragraph:
            if _HEARD.match(char):
                n += 1
            elif n >= 0:
                out[n] = out.get(n, "") + char
    return out


def _alignment(want: str, got: str) -> dict[int, int]:
    """Which character of `got` stands for which of `want`."""
    if len(want) == len(got):
        return {i: i for i in range(len(want))}
    out: dict[int, int] = {}
    for tag, a, b, c, d in SequenceMatcher(None, want, got, autojunk=False).get_opcodes():
        if tag == "equal" or b - a == d - c:
            out.update(zip(range(a, b), range(c, d), strict=True))
    return out


def _errors(want: str, got: str) -> int:
    if len(want) == len(got):
        return sum(a != b for a, b in zip(want, got, strict=True))
    codes = SequenceMatcher(None, want, got, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for tag, a, b, c, d in codes if tag != "equal")
