"""The swaps that programs make against scrapers: 首到 for 直到, 己经 for 已经, 五湖西海 for 五湖四海, and back.

Each candidate is weighed by how likely its surroundings are as words with the character there and with the one it
looks like (jieba's dictionary, unigrams), and by what the language's grammar says of these seven. In a book that has
other damage a smaller gain will do, and a smaller one yet where the gain is overwhelming at several places.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from novelcast.hanzi import HAN, simplified
from novelcast.read.draft import Edit
from novelcast.read.words import frequency, log_likelihood

WHY = "a look-alike character"

# What stands in the place of what; the same characters in simplified and traditional text.
_MEANT = {"首": "直", "直": "首", "己": "已", "巳": "已", "已": "己", "西": "四", "四": "西"}
_CANDIDATE = re.compile(f"[{''.join(_MEANT)}]")
_REACH = 6  # characters weighed on each side

# Gains in natural log units that decide. 400,000 characters of clean novels (tests/benchmarks/reading.py) have no
# change at the sure ones, and under 5 of the others in a book that is known to be damaged.
_SURE = {"首": 4.5, "己": 4.0, "巳": 5.0, "西": 5.5, "直": 5.0, "已": 5.0, "四": 7.5}
_IN_DAMAGED = {"首": 0.5, "己": 2.0, "巳": 2.0, "西": 2.5, "直": 4.0, "已": 4.0, "四": 7.5}
_PROVEN = {"首": 0.5, "己": 1.0, "巳": 1.0, "西": 1.0, "直": 3.5, "已": 3.5, "四": 7.5}
_WORTH_A_LOOK = 0.5
_PROOF = 2  # sure swaps of a character that prove it, and
_PROOF_SHARE = 0.1  # of its occurrences

_HOURS = re.compile(r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|深夜|半夜|夜里|今早|昨晚|今晚|明早)$")
_PASTRY = re.compile("点(?:心|师|房|店|屋|铺|盒|柜|和|、)")
_HOUR_BEHIND = re.compile(r"点(?:半|钟|整|多|左右|[一二三四五六七八九十零0-9]+分?|[，。！？、…”]|$)")
_COUNTED = frozenset("个名位件块年岁点核层米次句字级成毛分辆码十百千万")
_TOWARDS = frozenset("往向朝从自偏正在由以")  # directions stand behind these: 往西走
_COUNT_BEHIND = re.compile("面八方|五[个只颗条张名位件块年岁点层米次句天十百千万]|里(?:地|路|外|多|开外)")
_PEOPLE_BEHIND = re.compile("人(?:$|[都也同各一])")
_PROVINCES = frozenset("中江陕山广东泰关湘川闽赣")
_SPENT = re.compile("[了过整足前后这那有隔]$")  # 了四天, 整四天; 西天 is no time
# What has a west side as often as it is counted.
_HAS_A_WEST = frozenset("张条只间家月天日楼周处方壁角肢季行口路号")
_NUMBER_BEFORE = frozenset("第十百千万零二三五六七八九")
# 己 by itself is a pronoun of the old language, behind these: 为己, 利己, 舍己, 知己.
_SELF_BEFORE = frozenset("自知利克舍律异体一为由于推对损及从与和修责罪戊束正求爱守贵各")
_SELF_BEHIND = frozenset("方任见身所巳亥丑卯未酉出")
_POEM = re.compile("^.{0,9}[诗歌曲词调谣乐律赋舞绝]|^.{0,3}(?:小令|[《“「])")
_RECITE = re.compile("[唱吟写听作念诵哼奏弹放做背读学题]|(?:^|[再先就我你咱请])来")
_ONE_OF_THEM = frozenset("这那哪每另第前后上下有同了过")
_SEATS = frozenset("上下左右")
_STRAIGHTENED = frozenset("绷挺伸拉站坐竖")
_FIRST = frozenset("杀付秀富映发演航")  # 首杀, 首付 …: not in the dictionary, or a word both ways
_BREATH = re.compile("[，。！？；：…]")


@dataclass(frozen=True, slots=True)
class _Doubt:
    paragraph: int
    at: int
    wrong: str
    gain: float


def program_swaps(texts: Sequence[str], *, damaged: bool = False) -> dict[int, list[Edit]]:
    """For each paragraph with swapped characters, their replacement. `damaged`: the book has other damage."""
    doubts = [d for i, text in enumerate(texts) for d in _doubts(i, text)]
    sure = {d for d in doubts if d.gain >= _SURE[d.wrong]}
    proof = Counter(d.wrong for d in sure)
    swapped = damaged or proof.total() >= _PROOF
    out: dict[int, list[Edit]] = {}
    proven = {
        c for c, n in proof.items() if n >= _PROOF and n >= _PROOF_SHARE * sum(t.count(c) for t in texts)
    }
    for d in doubts:
        if d in sure or d.gain >= _enough(d.wrong, proven=d.wrong in proven, swapped=swapped):
            out.setdefault(d.paragraph, []).append(Edit(d.at, d.at + 1, _MEANT[d.wrong], WHY))
    return out


def _enough(wrong: str, *, proven: bool, swapped: bool) -> float:
    """The gain that decides where the book has sure swaps of this character, or at least other damage."""
    if proven:
        return _PROVEN[wrong]
    if swapped:
        return _IN_DAMAGED[wrong]
    return inf


def _doubts(paragraph: int, text: str) -> Iterator[_Doubt]:
    plain = ""
    for match in _CANDIDATE.finditer(text):
        at, wrong = match.start(), match[0]
        if wrong == "己" and text[at - 1 : at] in ("自", "白", "目"):
            continue  # 白己, 目己 are 自己 with another swap
        if wrong == "西" and text[at - 1 : at] in ("东", "東"):
            continue
        plain = plain or simplified(text)
        gain = _gain(plain, at, wrong)
        if gain >= _WORTH_A_LOOK:
            yield _Doubt(paragraph, at, wrong, gain)


def _gain(text: str, at: int, wrong: str) -> float:
    """How much likelier the surroundings are with the other character; 0 where grammar says it is right."""
    start, end = at, at + 1
    while start > max(0, at - _REACH) and HAN.match(text[start - 1]):
        start -= 1
    while end < min(len(text), at + 1 + _REACH) and HAN.match(text[end]):
        end += 1
    before, after = text[start:at], text[at + 1 : end]
    meant = _MEANT[wrong]
    gain = log_likelihood(before + meant + after) - log_likelihood(before + wrong + after)
    return gain + _grammar(text, at, wrong, before, after, gain)


def _grammar(text: str, at: int, wrong: str, before: str, after: str, gain: float) -> float:
    """What the words around say beyond their own likelihood, in the same unit as the gain."""
    if wrong == "西":
        return _is_a_number(text, at, before, after)
    if wrong in "己巳":
        unknown = re.search("[不也才早已可]知$", before) is not None and after[:1] not in ("", "知")
        if (
            gain < 4
            and not unknown
            and (before[-1:] in _SELF_BEFORE or after[:1] in _SELF_BEHIND or not after)
        ):
            return -20.0
        return 5.0
    if wrong == "已":
        if re.search("[能以难不]自$", before):
            return -20.0
        return 4.0 if before.endswith("自") else 0.0 if gain >= 4 else -20.0
    if wrong == "首":
        if after[:1] in _FIRST:
            return -20.0
        if before[-1:] in ("一", "两", "几", "三", "这", "那", "哪", "每") and (
            before[-1:] != "一" or _is_a_poem(text, at, after)
        ):
            return -20.0
        if before[-1:] == "一":
            return 4.0
        if before[-1:] in _STRAIGHTENED:
            return 3.0
        if gain < 4 and (not after or before[-1:] in _SEATS):
            return -20.0  # an adverb has a verb behind it; 上首, 左首 are seats
        return 0.0 if _in_a_word(before + wrong + after, len(before)) else 2.0
    return 0.0


def _is_a_number(text: str, at: int, before: str, after: str) -> float:
    if _HOURS.search(before) and _HOUR_BEHIND.match(text, at + 1):
        return 20.0
    if _HOURS.search(before) and after.startswith("点") and not _PASTRY.match(after):
        return 12.0
    if _COUNT_BEHIND.match(after) and before[-1:] not in _PROVINCES:
        return 8.0
    if _PEOPLE_BEHIND.match(after) and before[-1:] not in _PROVINCES:
        return 4.0
    if before[-1:] in _TOWARDS and (after[:1] not in _COUNTED or after[:1] == "点"):
        return -20.0
    if after[:1] == "天" and _SPENT.search(before):
        return 12.0
    in_a_word = _in_a_word(before + "西" + after, len(before))
    if before[-1:] in _NUMBER_BEFORE and (not after or after[0] in _COUNTED | _HAS_A_WEST):
        return 6.0
    if after[:1] in _COUNTED and not in_a_word:
        return 4.0 if before else 6.0
    return -4.0 if in_a_word else 2.0


def _is_a_poem(text: str, at: int, after: str) -> bool:
    """Whether 一首 at this place counts a poem or a song: one is named behind, or a verb for one stands before."""
    rest = _BREATH.split(text[at + 1 : at + 20])[0]
    if text[at - 2 : at - 1] in _ONE_OF_THEM or rest.startswith("接一"):
        return True
    clause = _BREATH.split(text[max(0, at - 4) : at - 1])[-1]
    return not after or bool(_POEM.search(rest) or _RECITE.search(clause))


def _in_a_word(run: str, at: int) -> bool:
    """Whether a word of two and more characters of the dictionary covers character `at`."""
    return any(
        frequency(run[start:end]) >= 3
        for start in range(max(0, at - 3), at + 1)
        for end in range(max(at + 1, start + 2), min(len(run), start + 4) + 1)
    )
