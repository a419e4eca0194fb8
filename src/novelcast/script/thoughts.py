"""Thoughts that carry no quotation marks, found by their words and by what stands around them.

A chapter's narration is cut into units, mostly sentences. Each has a score (`thought_features.py`), two in a row
that belong together have another, and the sum over all ways to label the chapter gives each its probability.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log1p

from novelcast.script.lexicon import THINK
from novelcast.script.narration import Narration, is_first_person
from novelcast.script.pieces import Region
from novelcast.script.thought_features import (
    CRIES,
    MODAL,
    OPENS,
    SENTENCE,
    YOU,
    I,
    Unit,
    describe,
    load_weights,
    speechlike,
    told,
)

__all__ = ["find_thoughts", "is_first_person", "read_units", "unsaid"]

_UNSAID = re.compile(
    r"^[^，。！？]{0,8}(?:没有?|未|不曾)(?:真的?)?(?:说出口|说出来|出声|开口)|^[^，。！？]{0,3}(?:这|那)(?:话|句话?)[^。]{0,8}(?:没敢|没有?|不敢|不能)说"
)
_WORD = re.compile(r"\w")
_COMMA_THINKS = re.compile(r"暗?想|心[想道说]|暗[道忖]")
# Behind this comma the sentence is another's word: 原来如此，她想。 / 他盯着那扇门，我怎么没有想到。
_TAG_BEHIND = re.compile(
    rf"[，,—…](?=[^，。！？!?—…]{{1,8}}?(?:{THINK.pattern})[^，。！？!?：:]{{0,2}}[。…]*$)"
)
_I_BEHIND = re.compile(r"[，,](?=我(?!们?的))")


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str


def unsaid(after: str) -> bool:
    """Whether the words behind a quotation say that it was not said aloud (这话他没敢说出口)."""
    return _UNSAID.match(after) is not None


def find_thoughts(
    texts: Sequence[str],
    regions: Sequence[Sequence[Region]],
    narrations: Sequence[Narration],
    written: set[int],
) -> list[list[Region]]:
    """The regions of a chapter's paragraphs, narration cut where a thought stands in it. `written`: paragraphs
    of letters, in which nobody thinks."""
    units = read_units(texts, regions, narrations, written)
    least = load_weights()["threshold"]
    thoughts: dict[tuple[int, int], list[Unit]] = {}
    for unit, sure in zip(units, probabilities(units), strict=True):
        if sure >= least:
            thoughts.setdefault((unit.paragraph, unit.region), []).append(unit)
    return [
        [
            part
            for k, region in enumerate(found)
            for part in (_cut(region, thoughts[i, k]) if (i, k) in thoughts else [region])
        ]
        for i, found in enumerate(regions)
    ]


def _cut(region: Region, thoughts: Sequence[Unit]) -> list[Region]:
    start, end, _ = region
    out: list[Region] = []
    at = start
    for unit in thoughts:
        if out and unit.start == at:
            out[-1] = (out[-1][0], unit.end, "thought")
        else:
            if at < unit.start:
                out.append((at, unit.start, "narration"))
            out.append((unit.start, unit.end, "thought"))
        at = unit.end
    if at < end:
        out.append((at, end, "narration"))
    return out


# ---------------------------------------------------------------- the units of a chapter


def read_units(
    texts: Sequence[str],
    regions: Sequence[Sequence[Region]],
    narrations: Sequence[Narration],
    written: set[int],
) -> list[Unit]:
    """The narration of a chapter in units, features filled in."""
    units: list[Unit] = []
    quote = ""
    for i, (text, found) in enumerate(zip(texts, regions, strict=True)):
        kinds = tuple(kind for _, _, kind in found)
        above = tuple(kind for _, _, kind in regions[i - 1]) if i else ()
        for k, (start, end, kind) in enumerate(found):
            if kind == "dialogue":
                quote = text[start:end]
            if kind != "narration" or i in written:
                continue
            for a, b, marked in _parts(text, start, end, narrations[i]):
                bare = text[a:b].strip()
                if _WORD.search(bare):
                    unit = Unit(
                        i, k, a, b, bare, narrations[i], marked, bare[-1] if bare[-1] in "，,：:" else ""
                    )
                    unit.is_first, unit.is_last = not text[:a].strip(), not text[b:].strip()
                    unit.whole = len(kinds) == 1
                    unit.behind_speech = kinds[k - 1 : k] == ("dialogue",) if k else False
                    unit.before_speech = kinds[k + 1 : k + 2] == ("dialogue",)
                    unit.quote = quote
                    if unit.is_first and i:
                        unit.above, unit.above_kinds = texts[i - 1], above
                    units.append(unit)
    describe(units)
    for unit, speech in zip(units, speechlike([u.text for u in units]), strict=True):
        unit.features["speech"] = speech
    return units


def _parts(text: str, start: int, end: int, narration: Narration) -> list[tuple[int, int, bool]]:
    """(start, end, whether a marker points at it) of each unit of a run of narration."""
    marked = _marked_behind(text, start, end, narration) or _after_marker(text, start, end, narration)
    edges = {start, end} | {edge for span in marked for edge in span}
    for m in SENTENCE.finditer(text, start, end):
        edges.add(m.end())
        sentence = m.group()
        tag = _TAG_BEHIND.search(sentence)
        mine = _I_BEHIND.search(sentence) if not narration.first_person else None
        if tag:
            edges.add(m.start() + tag.end())
        elif mine and told(sentence[: mine.start()], narration):
            edges.add(m.start() + mine.end())
    return [(a, b, any(x <= a and b <= y for x, y in marked)) for a, b in pairwise(sorted(edges))]


def probabilities(units: Sequence[Unit]) -> list[float]:
    """How probable it is for each unit of a chapter to be a thought (forward-backward over the chain)."""
    weights = load_weights()
    scores = [sum(weights.get(name, 0.0) * x for name, x in u.features.items()) for u in units]
    return posteriors(scores, [weights.get(f"goes on{link(a, b)}", 0.0) for a, b in pairwise(units)])


LINKS = (", one run", ", one run with telling", ", next paragraph")


def link(before: Unit, unit: Unit) -> str:
    """How two units in a row hang together."""
    if before.paragraph == unit.paragraph:
        telling = any("told by name" in u.features or "tag" in u.features for u in (before, unit))
        return LINKS[telling] if before.region == unit.region else ""
    return LINKS[2] if unit.paragraph == before.paragraph + 1 else ""


def posteriors(scores: Sequence[float], between: Sequence[float]) -> list[float]:
    """P(thought) of each place. `between[k]`: what is added where the places k and k + 1 are both thoughts."""
    together = [0.0, *between][: len(scores)]
    ahead: list[tuple[float, float]] = []
    no, yes = 0.0, float("-inf")
    for score, bonus in zip(scores, together, strict=True):
        no, yes = _log_sum(no, yes), _log_sum(no, yes + bonus) + score
        ahead.append((no, yes))
    found: list[float] = []
    rest_no, rest_yes = 0.0, 0.0
    for k in range(len(scores) - 1, -1, -1):
        no, yes = ahead[k]
        found.append(1 / (1 + exp(min(700.0, no + rest_no - yes - rest_yes))))
        in_no, in_yes = rest_no, scores[k] + rest_yes
        rest_no, rest_yes = _log_sum(in_no, in_yes), _log_sum(in_no, in_yes + together[k])
    return found[::-1]


def _log_sum(a: float, b: float) -> float:
    high, low = (a, b) if a > b else (b, a)
    return high if low == float("-inf") else high + log1p(exp(low - high))


# ---------------------------------------------------------------- markers


def _sentences(text: str, start: int, end: int) -> list[_Sentence]:
    return [
        _Sentence(m.end() - len(m.group().lstrip()), m.end(), m.group().strip())
        for m in SENTENCE.finditer(text, start, end)
    ]


def _after_marker(text: str, start: int, end: int, narration: Narration) -> list[tuple[int, int]]:
    """…心想：THOUGHT, to the paragraph's end or to where the narration plainly goes on."""
    for m in THINK.finditer(text, start, end):
        tail = re.compile(r"[^，。！？,!?：:]{0,4}[：:，,]\s*").match(text, m.end(), end)
        colon = re.search("[：:]", m.group())
        if colon is not None:
            begin = m.start() + colon.end()
        elif m.group()[-1] in "，,":
            begin = m.end()
        elif tail is not None:
            begin = tail.end()
        elif re.search(r"(?:暗想|心想|心道|暗道)$", m.group()) and text[m.end() : m.end() + 1] in (
            "我",
            "你",
            "这",
        ):
            begin = m.end()
        else:
            continue
        if begin >= end:
            continue
        by_comma = text[begin - 1] in "，,"
        if by_comma and not _COMMA_THINKS.search(m.group()):
            continue
        stop = begin
        for s in _sentences(text, begin, end):
            if stop == begin and by_comma and not _thought_like(s.text):
                break
            if stop > begin and narration.tells_of(s.text) and not I.search(s.text):
                break
            stop = s.end
            if by_comma and s.text[-1:] in "？?":
                break
        if stop > begin:
            return [(begin, stop)]
    return []


def _thought_like(sentence: str) -> bool:
    return bool(
        I.search(sentence)
        or YOU.search(sentence)
        or CRIES.match(sentence)
        or OPENS.match(sentence)
        or MODAL.search(sentence)
        or sentence[-1:] in "？！?!"
    )


def _marked_behind(text: str, start: int, end: int, narration: Narration) -> list[tuple[int, int]]:
    """THOUGHT。她想。 and THOUGHT。她想，THOUGHT。"""
    sentences = _sentences(text, start, end)
    for k, s in enumerate(sentences):
        marker = THINK.search(s.text)
        if k == 0 or (marker is None and not unsaid(s.text)) or s.text[-1:] in "？?":
            continue
        if marker is not None and re.search(r"[：:][^：:]", s.text[marker.start() :]):
            continue
        first = k
        while first and not told(sentences[first - 1].text, narration):
            first -= 1
        if first == k:
            continue
        spans = [(sentences[first].start, sentences[k - 1].end)]
        rest = _behind_marker(s, marker.end()) if marker is not None else ""
        if rest and _thought_like(rest):
            last = k
            while last + 1 < len(sentences) and not told(sentences[last + 1].text, narration):
                last += 1
            spans.append((s.start + s.text.rindex(rest), sentences[last].end))
        elif k + 1 < len(sentences) and all(
            _thought_like(t.text) and not told(t.text, narration) for t in sentences[k + 1 :]
        ):
            spans.append((s.end, end))
        return spans
    return []


def _behind_marker(sentence: _Sentence, at: int) -> str:
    """What follows the first comma of the sentence from `at` on, or 暗想 itself, where it is one short clause or two."""
    if sentence.text[at : at + 1] in ("我", "你", "这"):
        return sentence.text[at:]
    comma = re.compile(r"[^，,：:]*[，,：:]").match(sentence.text, max(0, at - 1))
    rest = sentence.text[comma.end() :] if comma else ""
    return rest if len(rest) <= 24 else ""
