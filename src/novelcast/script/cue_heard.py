"""How a sound is heard: how often, how long, how loud, and from how far, as the words round it tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from novelcast.catalog import CueSound
from novelcast.script.cue_words import CLOSE, STOP, Run

LOUDER_DB = 3.0
SOFTER_DB = -6.0
EVENT_MS, DRAWN_MS = 400, 1200
"""A dash or a wave holds a sound this much longer than one event of it."""
ROLL_MS = 1500
"""How long a countable sound goes on where its word says that it does (噼里啪啦, 响成一片)."""

_DRAWN = re.compile(r"[—－～~]+|-{2,}")
_NUMBER = r"([0-9]{1,2}|[两俩二三四五六七八九十]{1,3})"
_STATED = re.compile(rf"[{CLOSE}—－～~…]*[，,]?[^{STOP}]{{0,6}}?{_NUMBER}(?:声|下|响|记|遍)")
_STATED_LATIN = re.compile(
    r"[^.!?,;]{0,20}?\b(?:(twice)|(thrice)|(two|three|four|five|six|seven|eight|nine|ten|[0-9]{1,2}) times)\b"
)
_ON_AND_ON = re.compile(rf"[^{STOP}]{{0,4}}(?:成一片|个不停|不停|不绝|不止|不断)")
_FLOWING = "哗呼沙嗡呜突簌飒滋嘶咝潺淙隆咕"
"""Repeated, these stand for one sound that goes on: water 哗哗, a pot 咕嘟咕嘟."""
_SOFT = re.compile(
    r"轻轻|轻微|很轻|极轻|轻响|微弱|细微|隐隐|隐约|低低|闷闷|小声|(?i:\b(?:soft|faint|gentl|quiet|muffled))"
)
_FAR = re.compile(r"远处|远远|远方|天边|隔壁|楼下传来|(?i:\bdistan|\bfar (?:off|away)|in the distance)")
_ENGLISH = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@dataclass(frozen=True)
class Heard:
    """`gain_db`: over the sound's own level; `length_ms` None: its own length; `far`: duller, as from afar."""

    count: int
    gain_db: float
    length_ms: int | None
    far: bool


def heard(run: Run, sound: CueSound, marks: str, rest: str, around: str) -> Heard:
    """`marks`: the word with the punctuation behind it; `rest`: what follows the word; `around`: its sentence."""
    stated = stated_count(rest)
    rolls = run.rolls or _ON_AND_ON.match(rest) is not None
    if stated is not None:
        count = stated
    else:
        flows = (rolls and not run.rolls) or (run.base[:1] in set(_FLOWING) and not run.joined)
        count = run.count if sound.countable and not flows else 1
    held = len(_DRAWN.findall(marks))
    if held:
        length_ms: int | None = EVENT_MS * count + DRAWN_MS * held
    else:
        length_ms = ROLL_MS if rolls and sound.countable and stated is None else None
    far = _FAR.search(around) is not None
    quiet = far or _SOFT.search(around) is not None
    gain_db = LOUDER_DB * ("！" in marks or "!" in marks) + SOFTER_DB * quiet
    return Heard(max(1, count), gain_db, length_ms, far)


def stated_count(rest: str) -> int | None:
    """How often, where the words behind a sound say it: 响了两声, rang twice."""
    if m := _STATED.match(rest):
        return number(m[1])
    if m := _STATED_LATIN.match(rest):
        return 2 if m[1] else 3 if m[2] else number(m[3])
    return None


def number(text: str) -> int:
    """A number below 100 in Chinese or Arabic figures, or a small one in English."""
    if text.isdecimal():
        return int(text)
    if text in _ENGLISH:
        return 2 + _ENGLISH.index(text)
    value = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
    tens, ten, ones = text.partition("十")
    if not ten:
        return value.get(text[-1], 1)
    return 10 * value.get(tens[-1:], 1) + value.get(ones[:1], 0)
