"""Half-width punctuation in Chinese text, straight quotes, and punctuation that is repeated without end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from novelcast.hanzi import HAN
from novelcast.read.draft import Edit

WHY_WIDTH = "half-width punctuation in Chinese text"
WHY_QUOTE = "straight quotes in Chinese text"
WHY_REPEATED = "punctuation repeated more than three times"
WHY_DOTS = "an ellipsis written otherwise"
WHY_DOUBLED = "a quote closed twice"

_FULL = {",": "，", "!": "！", "?": "？", ":": "：", ";": "；", ".": "。"}
_HALF = re.compile(r"[,!?:;]+|(?<!\.)\.(?!\.)")
_CJK_MARKS = "，。！？：；、“”‘’「」『』《》（）【】…—℃%％*＊"
_BRACKETS = re.compile(r"\(([^()（）]{1,60})\)")
_REPEATED = re.compile(r"([！？!?；：~～])\1{3,}")
_MIXED = re.compile(r"(?<![！？!?])[！？!?]{3}(?=([！？!?]+))(?<!！！！)(?<!？？？)(?<!!!!)(?<!\?\?\?)")
_DOTS = re.compile(r"[。．]{2,}|(?<![….])…{3,}")
_COMMAS = re.compile(r"([，、,])\1+")
_SPACED = re.compile(r"(?<=[。！？…，])[ \u3000]+(?=”)")
_SINGLE = re.compile(r"(?<![A-Za-z0-9'])'([^'\n]{1,80})'(?![A-Za-z0-9'])")
_DOUBLE_CLOSE = re.compile("”{2,}")


def _chinese(char: str) -> bool:
    return bool(char) and (char in _CJK_MARKS or HAN.match(char) is not None)


def punctuation(text: str) -> Iterator[Edit]:
    """`,` `!` and their like, wherever a Chinese character or mark is beside them and no number, code or English is."""
    for match in _HALF.finditer(text):
        before = text[match.start() - 1 : match.start()]
        after = text[match.end() : match.end() + 1]
        if match[0] == ".":
            ends = HAN.match(before or " ") or (before and before in ")）》】”’")
            if not ends or (after and not _chinese(after) and after not in "\"'"):
                continue
        elif not _chinese(before) and not (
            _chinese(after) and after not in "%％*＊" and _may_precede(before)
        ):
            continue
        if before and before in "%％*＊" and after and after.isascii() and after.isalnum():
            continue
        yield Edit(match.start(), match.end(), "".join(_FULL[c] for c in match[0]), WHY_WIDTH)
    for match in _BRACKETS.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if HAN.search(match[1]) and (not before or _chinese(before)):
            yield Edit(match.start(), match.start() + 1, "（", WHY_WIDTH)
            yield Edit(match.end() - 1, match.end(), "）", WHY_WIDTH)


def _may_precede(char: str) -> bool:
    """Whether a mark between `char` and a Chinese character is the sentence's and not a line of code's."""
    return bool(char) and (char.isalnum() or char in "\"'")


def straight_quotes(text: str) -> Iterator[Edit]:
    """`"` in pairs: the odd ones open, the even ones close. An odd count is left alone: which one is wrong is open."""
    places = [m.start() for m in re.finditer('["＂]', text)]
    if not places or len(places) % 2 or not HAN.search(text):
        return
    for n, at in enumerate(places):
        yield Edit(at, at + 1, "“" if n % 2 == 0 else "”", WHY_QUOTE)


def single_quotes(text: str) -> Iterator[Edit]:
    """`'` in pairs round Chinese words."""
    if "'" in text:
        for match in _SINGLE.finditer(text):
            if HAN.search(match[1]):
                yield Edit(match.start(), match.start() + 1, "‘", WHY_QUOTE)
                yield Edit(match.end() - 1, match.end(), "’", WHY_QUOTE)


def lone_quote(text: str) -> Iterator[Edit]:
    """A single `"` of a damaged text: it opens at the start and behind a mark that leads in, it closes behind an end."""
    places = [m.start() for m in re.finditer('["＂]', text)]
    if len(places) != 1 or not HAN.search(text) or len(text) < 2:
        return
    at = places[0]
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if not before or before in "：:，,":
        yield Edit(at, at + 1, "“", WHY_QUOTE)
    elif before in "。！？!?…" and (not after or _chinese(after)):
        yield Edit(at, at + 1, "”", WHY_QUOTE)


def repeated(text: str) -> Iterator[Edit]:
    for match in _REPEATED.finditer(text):
        yield Edit(match.start() + 3, match.end(), "", WHY_REPEATED)
    for match in _MIXED.finditer(text):
        yield Edit(match.end(), match.end(1), "", WHY_REPEATED)


def dots_and_commas(text: str) -> Iterator[Edit]:
    """。。。 is …… written with stops; ，，， is one pause."""
    if not HAN.search(text):
        return
    for match in _DOTS.finditer(text):
        yield Edit(match.start(), match.end(), "……", WHY_DOTS)
    for match in _SPACED.finditer(text):
        yield Edit(match.start(), match.end(), "", WHY_WIDTH)
    for match in _COMMAS.finditer(text):
        yield Edit(match.start() + 1, match.end(), "", WHY_REPEATED)


def doubled_quotes(text: str) -> Iterator[Edit]:
    """`””` where nothing inside opened a second quote."""
    surplus = text.count("”") - text.count("“")
    for match in _DOUBLE_CLOSE.finditer(text):
        drop = min(surplus, len(match[0]) - 1)
        if drop > 0:
            surplus -= drop
            yield Edit(match.end() - drop, match.end(), "", WHY_DOUBLED)
