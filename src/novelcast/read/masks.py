"""Words with letters hidden behind `*`, put back only where there is one answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from novelcast.read.draft import Edit

WHY_TERM = "a masked word: the only term that fits"
WHY_SEQUENCE = "a masked letter of a sequence"

_MASKED = re.compile(
    r"(?<![A-Za-z0-9*])(?=[A-Za-z0-9+.-]*[A-Za-z])[A-Za-z0-9*][A-Za-z0-9*-]*(?![A-Za-z0-9*])"
)
_SEQUENCE = re.compile(r"(?<![A-Za-z0-9*])([A-Z*])(?=([\u3400-\u9fff]{1,4}))")

# General terms of technology and everyday life that filters mask because a part of them is on their lists.
_TERMS = (
    "Transformer TensorFlow PyTorch Python JavaScript TypeScript Android Windows Microsoft Google YouTube "
    "Facebook Twitter Instagram Photoshop Bluetooth Internet Ethernet Intel NVIDIA GeForce Radeon Ryzen "
    "Linux Ubuntu GitHub Docker Kubernetes ChatGPT DeepSeek OpenAI iPhone iPad MacBook Excel PowerPoint "
    "WiFi Wi-Fi CPU GPU APP KTV SUV VIP DNA ATM CEO CFO CTO BGM NPC BOSS"
)
# Terms of one spelling when masked: what may follow tells them apart.
_TERMS_BEFORE = {
    "RGB": "灯燈光色彩颜顏键鍵风風水",
    "PCB": "板电電",
    "PCI": "插槽总總",
    "PCIe": "插槽总總",
    "USB": "接口插线線盘盤",
}


def masked_words(text: str) -> Iterator[Edit]:
    if "*" not in text:
        return
    for match in _MASKED.finditer(text):
        word = match[0]
        if "*" not in word or word.count("*") > sum(c.isalnum() for c in word):
            continue
        answers = _fitting(word, text[match.end() : match.end() + 1])
        if len(answers) == 1:
            yield from _fill(match.start(), word, answers[0])
    yield from _sequence(text)


def _fitting(word: str, after: str) -> list[str]:
    """The terms a masked word may be; where several are, those that what follows speaks for."""
    pattern = re.compile("".join("." if c == "*" else re.escape(c) for c in word), re.IGNORECASE)
    fitting = {term: following for term, following in _terms().items() if pattern.fullmatch(term)}
    for_it = [term for term, following in fitting.items() if after and after in following]
    if len(word) - word.count("*") < 3:
        # Two letters fit too much: what follows must speak for the answer.
        return for_it
    return for_it or list(fitting)


def _fill(at: int, word: str, answer: str) -> Iterator[Edit]:
    for match in re.finditer(r"\*+", word):
        yield Edit(at + match.start(), at + match.end(), answer[match.start() : match.end()], WHY_TERM)


def _sequence(text: str) -> Iterator[Edit]:
    """A模型 … *模型 … C模型: the letter between two that stand before the same word."""
    found = [(m.start(1), m[1], m[2]) for m in _SEQUENCE.finditer(text)]
    for (_, one, a), (at, mask, b), (_, three, c) in zip(found, found[1:], found[2:], strict=False):
        same = len(_shared(a, b)) >= 2 and len(_shared(b, c)) >= 2
        if mask == "*" and same and one != "*" and three != "*" and ord(three) - ord(one) == 2:
            yield Edit(at, at + 1, chr(ord(one) + 1), WHY_SEQUENCE)


def _shared(a: str, b: str) -> str:
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return a[:n]


@cache
def _terms() -> dict[str, str]:
    return dict.fromkeys(_TERMS.split(), "") | _TERMS_BEFORE
