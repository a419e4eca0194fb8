"""Names that are not written as Chinese names are: Ken, 阿Ken, and what players and writers call themselves (不吃香菜)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Sequence

from novelcast.script import lexicon as lx

_QUOTE = "\x01"
_LATIN = re.compile(r"(?<![A-Za-z0-9])[阿小老大]?[A-Z][A-Za-z]{1,11}(?:哥|姐|总|叔|爷|老师)?(?![A-Za-z0-9])")
# A clause right behind a quotation, and the first of a sentence that leads into one.
_BESIDE = re.compile(
    rf"{_QUOTE}([^，,。！？!?：:；;…{_QUOTE}]{{3,30}})|(?:^|[。！？!?…])([^。！？!?：:；;…{_QUOTE}]{{3,40}})[：:]{_QUOTE}"
)
# What opens many clauses and is nobody: pronouns, numbers with what they count, adverbs, sighs.
_NO_HANDLE = re.compile(
    r"^(?:[他她它我你您咱这那谁哪怎什嗯啊哦哎呀吧呢吗嘛]|[一两几][个道阵声名位只句时边下群把口张面旁双根条片股块头匹间家件种番丝抹缕滴场层座辆排队伙帮行众身脸手]|"
    r"没有?人|有(?:人|的|个)|不[知等由料过然久多得但仅]|在|再|才|就|却|又|也|还|但|把|被|对|向|和|与|很|太|最|更|的|了|着|是|个)"
)
_NOT_IN_HANDLES = re.compile(r"[的里着在是和与]")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LEAST = 2
_SIZES = range(4, 8)


def latin_names(paragraphs: Sequence[tuple[str, list[str]]]) -> set[str]:
    """Words with Latin letters that speak, or act more than once."""
    evidence: Counter[str] = Counter()
    for narration, said in paragraphs:
        for m in _LATIN.finditer(narration):
            if re.search(r"(?:^|[，,。！？!?：:；;…\x01])[^，,。]{0,3}$", narration[: m.start()][-8:]):
                evidence[m.group()] += _acts(narration[m.end() : m.end() + 12])
        for quote in said:
            evidence.update(
                m.group() for m in _LATIN.finditer(quote) if quote[m.end() : m.end() + 1] in "，！"
            )
    found = {word for word, count in evidence.items() if count >= _LEAST}
    cores = {latin_core(word) for word in found}
    return found | {w for w in evidence if latin_core(w) in cores and latin_core(w) != w}


def latin_core(word: str) -> str:
    """Ken of 阿Ken and of Ken哥; empty where there are no Latin letters."""
    core = re.search(r"[A-Z][A-Za-z]+", word)
    return core.group() if core else ""


def _acts(rest: str) -> int:
    clause = re.split(r"[，,。！？!?：:；;…\x01]", rest)[0]
    if lx.SAY.search(clause):
        return _LEAST
    return int(lx.HUMAN_ACT.match(clause) is not None)


def handles(paragraphs: Sequence[tuple[str, list[str]]], known: Container[str]) -> set[str]:
    """Words that begin as no name does, and that different things follow beside different quotations."""
    behind: dict[str, Counter[str]] = defaultdict(Counter)
    acting: Counter[str] = Counter()
    for narration, _ in paragraphs:
        for m in _BESIDE.finditer(narration):
            clause = m.group(1) or m.group(2)
            if clause[0] not in lx.NEVER_FIRST or _NO_HANDLE.match(clause):
                continue
            if any(clause[:size] in known for size in range(2, 7)):
                continue
            for size in _SIZES:
                word = clause[:size]
                if len(clause) > size and _HAN.fullmatch(word) and not _NOT_IN_HANDLES.search(word):
                    acts = lx.HUMAN_ACT.match(clause[size:]) or lx.SAY.search(clause[size : size + 9])
                    behind[word][clause[size]] += 1
                    acting[word] += acts is not None
    found = {
        w
        for w, nexts in behind.items()
        if len(nexts) >= _LEAST and acting[w] and acting[w] + len(nexts) > _LEAST + 1
    }
    return {w for w in found if not any(longer != w and longer.startswith(w) for longer in found)}
