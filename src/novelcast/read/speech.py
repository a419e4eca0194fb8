"""Whether a sentence is told or said: a linear model over its characters and the book's own habits.

The weights are made by `tests/benchmarks/train_speech.py` from chapters whose quotes are whole. A sentence is
simplified Chinese with the mark at its end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("speech.npz")
BITS = 15
"""The table of weights has 2**BITS rows; features share rows by hash."""

SENTENCE = re.compile("[^。！？!?…～]+(?:[。！？!?…—～]+|$)|[…—]+[。！？!?]?")
_QUOTE = re.compile("“[^“”]*”")
_SAID = "说|道|问|喊|叫|答|骂|吼|嚷|念|笑|叹|哼|骂|喝|劝|补|接|插|嘀咕|嘟囔|咕哝|喃喃|应|催|开口|回|解释|吩咐|命令|追问|反问|低声|轻声"
_DID = (
    "点了?点?头|摇了?摇?头|抬[起了头眼]|低[下了头]|转[过身头]|回[过头身]|看[着了向他她]|望[着了向]|盯[着住了]|瞪[着了大]|瞥|皱[起了眉]"
    "|站[起在了]|坐[下在直]|走[过到出进上]|伸[出手]|拍[了着]|指[着了]|放下|拿[起出]|接过|端起|推[开了]|笑[了着]|愣[了住]|沉默|没有?(?:说话|回答|吭声|抬头|动)"
    "|不再|咬[了着牙]|叹了|吸了|松了|顿了|退[了后]|挥[了手]|摆[了手]|一[把愣怔惊]|脸[色上]|声音|语气|眼[神里圈睛]|嘴角|眉头|心[里中头]|挂[了断]|跑|扭头"
)
_SOMEBODY = "[他她它]们?|(?:那|这)?(?:男|女|老|少|中年)(?:人|子|年|女|孩|者|头)|众人|有人|来人|对方|那人|老(?:头|太太|汉|板)"
_TELLS = re.compile(rf"^.{{0,10}}?(?:{_SAID}|{_DID})")
_TAG = re.compile(rf"^[^。！？]{{1,10}}(?:{_SAID})[着了道过起来]*[，。：！]")
_SOMEBODY_FIRST = re.compile(f"^(?:{_SOMEBODY})")
_ADDRESSES = re.compile("[你您咱俺]|[吗呢吧啊呀嘛哦啦哟][。！？!?…，]|^[^，]{1,4}，[你您我]")
_HEAD = 2  # characters of a sentence's beginning that the book is asked for
_LEVELS = (1, 2, 4, 8)


class Habits:
    """How the sentences of a book begin, those that are told and those that are said."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.told: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        for text in texts:
            for sentence, said in sentences_of(text):
                (self.said if said else self.told)[sentence[:_HEAD]] += 1

    def odds(self, sentence: str) -> float:
        """The log odds that somebody says it."""
        return float(_weights()[features(sentence, self)].sum())


def sentences_of(text: str) -> Iterator[tuple[str, bool]]:
    """The sentences of a paragraph whose quotes are whole, and whether they are said."""
    at = 0
    for quote in _QUOTE.finditer(text):
        yield from ((s, False) for s in SENTENCE.findall(text[at : quote.start()]))
        at = quote.end()
        inside = quote[0][1:-1]
        if inside and inside[-1] in "。！？!?…—～，":  # else it names or cites something
            yield from ((s, True) for s in SENTENCE.findall(inside))
    yield from ((s, False) for s in SENTENCE.findall(text[at:]))


def features(sentence: str, habits: Habits, *, own: bool | None = None) -> list[int]:
    """The rows of the table that a sentence uses. `own`: it is one of the book's own sentences, told or said."""
    s = sentence.strip()
    bare = s.rstrip("。！？!?…—～，：")
    told = habits.told[s[:_HEAD]] - (own is False)
    said = habits.said[s[:_HEAD]] - (own is True)
    names = [f"1{c}" for c in set(bare)]
    names += [f"2{a}{b}" for a, b in set(pairwise(bare))]
    names += [f"h{bare[:1]}", f"H{bare[:2]}", f"j{bare[:3]}", f"t{bare[-1:]}", f"T{bare[-2:]}"]
    names += [f"m{s[len(bare) :]}", f"M{bare[-1:]}{s[len(bare) :]}", f"l{min(len(bare) // 3, 9)}", "bias"]
    names += [f"p{any(c in '你您咱' for c in bare)}{'我' in bare}{any(c in '他她' for c in bare)}"]
    flags = (_TELLS, _TAG, _SOMEBODY_FIRST, _ADDRESSES)
    shown = "".join("01"[bool(pattern.search(s))] for pattern in flags)
    names += [f"f{n}{flag}" for n, flag in enumerate(shown)] + [
        f"F{shown}",
        f"g{shown[:2]}{_level(told)}{_level(said)}",
    ]
    names += [f"o{_level(told)}{_level(said)}"]
    return [crc32(name.encode()) & ((1 << BITS) - 1) for name in names]


def _level(count: int) -> int:
    return sum(count >= level for level in _LEVELS)


@cache
def _weights() -> NDArray[np.float32]:
    with np.load(WEIGHTS) as file:
        table: NDArray[np.float32] = file["weights"].astype(np.float32) * float(file["scale"])
        return table
