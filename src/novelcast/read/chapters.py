"""A paragraph by itself: whether its words make it a heading or a scene break.

What only a paragraph's place among others tells is in `headings`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from novelcast.read.numerals import CHINESE, ENGLISH, value

Level = Literal["volume", "chapter"]

NUMBER = rf"[0-9０-９{CHINESE}]{{1,12}}"
_UNIT = "章回节節卷部集篇幕折话話册冊"
VOLUME_UNITS = "卷部册冊"
# Words that begin with a unit's character and make of 第一… an ordinary word: 第一节课, 第一部分, 第三回合.
_NOT_UNIT = r"(?!课|課|分|合|队|隊|门|門|曲|团|團|长|長|车|車|手|戏|戲|[的里裡裏中是就我他她你了有在和与與電电法规規程子])"
# What sites put before a chapter's number.
_PREFIX = r"(?:(?:正文卷?|VIP章?[节節]?|公众章节|免费章节|章节目录|最新章节)[\s:：_·-]*)?(?:[0-9]{1,4}[.．、:：_\s-]*(?=第))?"
_CHINESE = re.compile(
    rf"{_PREFIX}(?P<whole>第\s*(?P<number>{NUMBER})\s*(?P<unit>[{_UNIT}])(?P<rest>.*))",
    re.DOTALL | re.IGNORECASE,
)
_VOLUME = re.compile(
    rf"(?:卷|册|冊)\s*(?:之\s*)?(?P<number>{NUMBER})(?P<rest>.*)|[上中下终終][卷部册冊篇](?P<name>.*)",
    re.DOTALL,
)
_PLAIN = re.compile("正文卷?")
_TWO = re.compile(
    rf"(?P<volume>第\s*{NUMBER}\s*[{VOLUME_UNITS}].*?)[\s·:：_,，-]*(?P<chapter>第\s*{NUMBER}\s*[章回节節话話].*)"
)
OPENINGS = "楔子|序章|序幕|序言|序曲|自序|代序|卷首语|题记|引子|引言|前言|开场白|序|引"
_CLOSINGS = (
    "尾声|尾聲|尾章|终章|終章|终曲|大结局|大結局|结局|結局|番外篇|番外|外传|外傳|外篇|后记|後記|后序|後序|跋|附录|附錄|"
    "写在最后|寫在最後|上架感言|完本感言|完结感言"
)
_SPECIAL = re.compile(
    rf"(?:{OPENINGS}|{_CLOSINGS})(?:\s*(?:之|[（(]?{NUMBER}[)）]?|[上中下]|[（(][上中下][)）]))?"
    r"(?:[\s:：、·.—-]+(?P<title>.{1,35}))?"
)
_ENGLISH = re.compile(
    r"(?P<unit>chapter|chap|part|book|volume|vol|act|episode|ep)(?:[\s.·]+(?:the\s+)?|(?=[0-9]))"
    rf"(?P<number>[0-9]{{1,4}}|[ivxlc]{{1,8}}|{ENGLISH})(?![^\W_])(?P<rest>.*)",
    re.IGNORECASE,
)
_ENGLISH_WORDS = re.compile(
    r"(?:prologue|epilogue|preface|foreword|introduction|afterword|interlude|postscript|author['’]s note)"
    r"(?:\s*[:.—–-]\s*.{1,60})?\.?",
    re.IGNORECASE,
)
_TITLE_LENGTH = 35
_SENTENCE_END = "。！？!?…；;，,”」"
_SET_OFF = " \u3000\t:：、.．—–-·_"
_DECORATION = "*＊=＝—–－-~～_·•◇◆○●□■☆★▲△▼▽※#|｜<>＜＞ \u3000\t"
_BRACKETS = {
    "【": "】",
    "[": "]",
    "〔": "〕",
    "《": "》",
    "〈": "〉",
    "（": "）",
    "(": ")",
    "［": "］",
    "「": "」",
    "『": "』",
}
_BRACKETED = re.compile(rf"第\s*{NUMBER}\s*[{_UNIT}]|(?:{OPENINGS}|{_CLOSINGS})[^「『]*")
_SAID = "「『"  # quotes: what somebody says is no heading
_ENDED = re.compile("[(（]?(?:完结?|終|终|结束|結束|未完)[)）]?")  # 第三章完
_BREAK_MARKS = r"[*＊※☆★◇◆○●□■△▲▽▼♦♢~～=＝_＿\-—－─━–·.．。…#＃+＋•⁂❖\s]"
_BREAK = re.compile(rf"{_BREAK_MARKS}{{3,}}|[*＊※☆★◇◆○●□■△▲▽▼⁂❖#]{{1,3}}")
_BREAK_WORDS = re.compile(
    r"[^\w\s]{1,30}\s*(?:分割线|分割線|分隔线|分隔線|我是分割线|我是分割線)\s*[^\w\s]{1,30}"
)


@dataclass(frozen=True)
class Heading:
    """`number` (-1 for none) and `name` are what its title is made of.

    `volume`: the title of the volume it is in: empty for none, None where only its place tells.
    """

    level: Level
    title: str
    unit: str = ""
    number: int = -1
    name: str = ""
    volume: str | None = None


def is_break(text: str) -> bool:
    """A decorative line between scenes. Dots and dashes alone may be a silence that somebody keeps: no break."""
    if set(text) <= set("….。．—- ") and not re.fullmatch(r"[—-]{3,}|(?:[—-]\s+){2,}[—-]", text):
        return False
    return bool(_BREAK.fullmatch(text) or _BREAK_WORDS.fullmatch(text))


def find_heading(text: str) -> Heading | None:
    """What a paragraph heads, or None. A sentence that merely begins with 第一章 heads nothing."""
    if len(text) > 80:
        return None
    bare = _bare(text)
    if _PLAIN.fullmatch(bare):
        return Heading("volume", bare)
    return _find_two(bare) or _find_chinese(bare) or _find_special(bare) or _find_english(bare)


def _bare(text: str) -> str:
    """Without decoration and brackets around it: 【第一章】 雨夜, ◇第二章◇, 《第三章 山》."""
    bare = text.strip(_DECORATION) or text
    closing = _BRACKETS.get(bare[:1], "")
    end = bare.find(closing, 1) if closing else -1
    inside = bare[1:end].strip()
    if end < 0 or (bare[0] in _SAID and not _BRACKETED.fullmatch(inside)):
        return bare
    behind = bare[end + 1 :].strip()
    return f"{inside} {behind}" if behind else inside


def _find_two(text: str) -> Heading | None:
    """A volume and a chapter in one line: 第一卷 山 第三章 路."""
    match = _TWO.fullmatch(text)
    volume = match and _find_chinese(match["volume"].strip())
    chapter = match and _find_chinese(match["chapter"])
    if not volume or not chapter:
        return None
    return Heading("chapter", chapter.title, chapter.unit, chapter.number, chapter.name, volume.title)


def _find_chinese(text: str) -> Heading | None:
    match = _CHINESE.fullmatch(text)
    if match:
        unit, rest = match["unit"], match["rest"]
        level: Level = "volume" if unit in VOLUME_UNITS else "chapter"
        title = match["whole"].strip()
        return (
            Heading(level, title, unit, value(match["number"]), _name(rest))
            if _is_title(rest, unit)
            else None
        )
    match = _VOLUME.fullmatch(text)
    if match is None:
        return None
    rest = match["rest"] if match["number"] else match["name"]
    if (not rest or rest[0] in " \u3000:：·、") and _is_title(rest, "卷"):
        return Heading("volume", text, "卷", value(match["number"]) if match["number"] else -1, _name(rest))
    return None


def _find_special(text: str) -> Heading | None:
    match = _SPECIAL.fullmatch(text)
    if match is None or ((match["title"] or "")[-1:] in ("。", "，", ",") and match["title"]):
        return None
    return Heading("chapter", text, name=match["title"] or "")


def _name(rest: str) -> str:
    return rest.strip(_SET_OFF + "。")


def _is_title(rest: str, unit: str) -> bool:
    """Whether what follows 第…章 is a title: set off and not a full sentence, or glued on without punctuation."""
    title = rest.strip(_SET_OFF)
    if not title:
        return not rest.strip() or rest.strip()[-1] not in "，。"
    if len(title) > _TITLE_LENGTH or _ENDED.fullmatch(title):
        return False
    if rest[0] == "。":  # a point that was made wide
        title = title[1:]
        return bool(title) and not any(c in _SENTENCE_END for c in title)
    if rest[0] in _SET_OFF:
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
            or (rest[:1].isspace() and not title[:1].islower() and rest.rstrip()[-1] != ".")
        )
        unit = match["unit"].lower()
        level: Level = "volume" if unit in ("part", "book", "volume", "vol") else "chapter"
        number = value(match["number"])
        return (
            Heading(level, text, unit, number, title)
            if set_off and number >= 0 and len(title) <= 60
            else None
        )
    return Heading("chapter", text) if _ENGLISH_WORDS.fullmatch(text) else None
