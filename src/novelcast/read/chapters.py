"""Paragraphs -> chapters: which line is a heading, which a scene break, and what stands before the first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Level = Literal["volume", "chapter"]

_NUMBER = r"[0-9０-９零〇○一二三四五六七八九十百千万两兩壹贰叁肆伍陆柒捌玖拾廿卅]{1,12}"
_UNIT = "章回节節卷部集篇幕折话話"
# Words that begin with a unit's character and make of 第一… an ordinary word: 第一节课, 第一部分, 第三回合.
_NOT_UNIT = r"(?!课|課|分|合|队|隊|门|門|曲|团|團|长|長|车|車|手|戏|戲|[的里裡里中是就我他她你了有在和与與电電法规規程])"
_CHINESE = re.compile(rf"(?:正文\s*)?第\s*{_NUMBER}\s*([{_UNIT}])(?P<rest>.*)", re.DOTALL)
_VOLUME = re.compile(rf"卷\s*(?:之\s*)?{_NUMBER}(?P<rest>.*)", re.DOTALL)
_WORDS = (
    "楔子|序章|序幕|序言|序曲|自序|代序|序|引子|引言|前言|尾声|尾聲|终章|終章|终曲|大结局|大結局|结局|結局|"
    "番外篇|番外|外传|外傳|后记|後記|后序|後序|跋|完本感言|完结感言"
)
_SPECIAL = re.compile(
    rf"(?:{_WORDS})(?:\s*(?:之|{_NUMBER}|[上中下]))?(?:[\s:：、·.—-]+(?P<title>.{{1,35}}))?"
)
_ENGLISH_NUMBER = (
    r"(?:[0-9]{1,4}|[ivxlcdm]{1,8}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty(?:-\w+)?|thirty(?:-\w+)?)"
)
_ENGLISH = re.compile(
    rf"(?P<unit>chapter|part|book|volume|act)\s+(?:the\s+)?{_ENGLISH_NUMBER}\b(?P<rest>.*)", re.IGNORECASE
)
_ENGLISH_WORDS = re.compile(
    r"(?:prologue|epilogue|preface|foreword|introduction|afterword|interlude|postscript)(?:\s*[:.—–-]\s*.{1,60})?\.?",
    re.IGNORECASE,
)
_TITLE_LENGTH = 35
_SENTENCE_END = "。！？!?…；;，,”」"
_BREAK_MARKS = r"[*＊※☆★◇◆○●□■△▲▽▼♦♢~～=＝_＿\-—－─━–·.．。…#＃+＋•⁂❖\s]"
_BREAK = re.compile(rf"{_BREAK_MARKS}{{3,}}|[*＊※☆★◇◆○●□■△▲▽▼⁂❖#]{{1,3}}")
_BREAK_WORDS = re.compile(
    r"[^\w\s]{1,30}\s*(?:分割线|分割線|分隔线|分隔線|我是分割线|我是分割線)\s*[^\w\s]{1,30}"
)
_BARE_NUMBER = re.compile(rf"(?:{_NUMBER})[、.．]?")


@dataclass(frozen=True)
class Heading:
    level: Level
    title: str


def is_break(text: str) -> bool:
    """A decorative line between scenes. Dots and dashes alone may be a silence that somebody keeps: no break."""
    if set(text) <= set("….。．—- ") and not re.fullmatch(r"[—-]{3,}|(?:[—-]\s+){2,}[—-]", text):
        return False
    return bool(_BREAK.fullmatch(text) or _BREAK_WORDS.fullmatch(text))


def find_heading(text: str, *, markdown: bool = False) -> Heading | None:
    """What a paragraph heads, or None. A sentence that merely begins with 第一章 heads nothing."""
    if len(text) > 80:
        return None
    bare = text.strip("【】[]〔〕*＊=— ").strip() if not markdown else text
    match = _CHINESE.fullmatch(bare)
    if match:
        unit, rest = match[1], match["rest"]
        level: Level = "volume" if unit in "卷部" else "chapter"
        return Heading(level, bare) if _is_title(rest, unit) else None
    match = _VOLUME.fullmatch(bare)
    if match and (not match["rest"] or match["rest"][0] in " \u3000:：") and _is_title(match["rest"], "卷"):
        return Heading("volume", bare)
    match = _SPECIAL.fullmatch(bare)
    if match:
        return (
            None
            if (match["title"] or "")[-1:] in ("。", "，", ",") and match["title"]
            else Heading("chapter", bare)
        )
    return _find_english(bare)


def _is_title(rest: str, unit: str) -> bool:
    """Whether what follows 第…章 is a title: set off and not a full sentence, or glued on without punctuation."""
    title = rest.strip(" \u3000:：、.．—-·")
    if not title:
        return not rest.strip() or rest.strip()[-1] not in "，。"
    if len(title) > _TITLE_LENGTH:
        return False
    if rest[0] in " \u3000\t:：、.．—-·":
        return title[-1] not in "。，,;；”" and "。" not in title
    if re.match(_NOT_UNIT, title) is None:
        return False
    return not any(c in _SENTENCE_END for c in title.rstrip("？！?!…")) and title[-1] not in "。，,"


def _find_english(text: str) -> Heading | None:
    match = _ENGLISH.fullmatch(text)
    if match:
        rest = match["rest"]
        title = rest.strip(" :.—–-")
        set_off = (
            not title
            or rest[:1] in ":.—–-"
            or (rest[:1].isspace() and title[:1].isupper() and rest.rstrip()[-1] != ".")
        )
        level: Level = "chapter" if match["unit"].lower() in ("chapter", "act") else "volume"
        return Heading(level, text) if set_off and len(title) <= 60 else None
    return Heading("chapter", text) if _ENGLISH_WORDS.fullmatch(text) else None


def find_bare_numbers(texts: list[str]) -> dict[int, Heading]:
    """Lines that hold nothing but 1, 2, 3 … (or 一, 二, 三 …) in order: the headings of a book that has no others."""
    found = [(i, t.rstrip("、.．")) for i, t in enumerate(texts) if len(t) <= 6 and _BARE_NUMBER.fullmatch(t)]
    for count in (_arabic, _chinese):
        wanted, places = 1, {}
        for i, number in found:
            if number == count(wanted):
                places[i] = Heading("chapter", texts[i])
                wanted += 1
        if len(places) >= 2 and len(places) == len(found):
            return places
    return {}


def _arabic(n: int) -> str:
    return str(n)


def _chinese(n: int) -> str:
    digits = "零一二三四五六七八九"
    if n >= 100:
        return ""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + (digits[ones] if ones or not tens else "")
