"""Thoughts that carry no quotation marks, found by their words and by what stands around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from novelcast.script.lexicon import SENTENCE_END, THINK
from novelcast.script.pieces import PieceKind

Region = tuple[int, int, PieceKind]

_SENTENCE = re.compile(rf"[^{SENTENCE_END}]*[{SENTENCE_END}]+|[^{SENTENCE_END}]+$")
_I = re.compile(r"(?<!自)我(?!行我素)|咱|老娘|老子(?!们)|本宫|本座|老夫|臣妾|奴婢")
_YOU = re.compile(r"你|您")
_OPENS_THOUGHT = re.compile(
    r"^(?:完了|糟了|糟糕|坏了|算了|得，|不对|不会吧|不可能|怎么会|怎么可能|怎么办|好家伙|好险|该死|可恶|怪不得|难怪|原来|难道|莫非|莫不是|"
    r"果然|居然|竟然|见鬼|奇怪|罢了|也罢|幸好|还好|等等|等一下|别[^的]|千万|要是|如果|那么|那岂不|岂不|这[个家人老疯丫小东女男孩鸡么]|那[个家人老])"
)
_MARK_AFTER = re.compile(
    r"^[^，。！？]{0,6}?(?:这[么样]想|(?:这|那)(?:话|句话?)[^。]{0,6}(?:没敢|没有|不敢)说|"
    r"(?:在|从)?(?:心里|心中|心底|肚子里|脑子里|脑海里)[^。！？]{0,12}[说道骂喊念叹问嘀补应嚼鼓想数背])"
)
_PERSON_STATE = re.compile(
    r"心[里中头]|念头|脑[子海中]|盯着|望着|看着|愣|一[沉惊凛紧跳]|发[凉冷紧]|眼[神皮睛]|倒吸|咯噔|不安|预感|手心|瞳孔|后背|目光"
)
_NARRATED = re.compile(
    r"^(?:[他她]们?|众人|[\u4e00-\u9fff]{2,3}(?:[看站坐走转抬低伸把将摇点皱]|的[\u4e00-\u9fff]{1,3}))"
)


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str


def is_first_person(narration: str) -> bool:
    """Whether the narrator says 我: often, and not only in a character's stray thought."""
    count = len(re.findall(r"(?<!自)我(?!们)", narration))
    return count >= 4 and count * 110 > len(narration)


def find_thoughts(text: str, regions: Sequence[Region], first_person: bool) -> list[Region]:
    """The regions of one paragraph, narration cut where a thought stands in it."""
    out: list[Region] = []
    for k, (start, end, kind) in enumerate(regions):
        if kind != "narration":
            out.append((start, end, kind))
            continue
        beside_speech = any(
            r[2] == "dialogue" for r in (*regions[max(0, k - 1) : k], *regions[k + 1 : k + 2])
        )
        out.extend(_cut(text, start, end, first_person, beside_speech, bool(k)))
    return out


def _cut(
    text: str, start: int, end: int, first_person: bool, beside_speech: bool, inside: bool
) -> list[Region]:
    spans = _after_marker(text, start, end)
    if not spans:
        spans = _marked_behind(text, start, end, first_person) or _free(
            text, start, end, first_person, beside_speech, inside
        )
    out: list[Region] = []
    at = start
    for a, b in spans:
        if at < a:
            out.append((at, a, "narration"))
        out.append((a, b, "thought"))
        at = b
    if at < end:
        out.append((at, end, "narration"))
    return out


def _sentences(text: str, start: int, end: int) -> list[_Sentence]:
    return [
        _Sentence(start + m.start(), start + m.end(), m.group().strip())
        for m in _SENTENCE.finditer(text[start:end])
    ]


def _after_marker(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """…心想：THOUGHT, to the paragraph's end or to where the narration plainly goes on."""
    for m in THINK.finditer(text, start, end):
        tail = re.compile(r"[^，。！？,!?：:]{0,4}[：:，,]\s*").match(text, m.end(), end)
        direct = m.group()[-1] in "：:，,"
        if not direct and tail is None:
            continue
        begin = m.end() if direct else tail.end()  # type: ignore[union-attr]
        mark = text[begin - 1] if begin else ""
        if begin >= end:
            continue
        if mark in "，," and not re.search(r"暗?想|心[想道说]|暗[道忖]", m.group()):
            continue
        stop = end
        first = True
        for s in _sentences(text, begin, end):
            if not first and _NARRATED.match(s.text):
                stop = s.start
                break
            if first and mark in "，," and not _thought_like(s.text):
                stop = begin
                break
            if mark in "，," and s.text[-1:] in "？?" and s.end < end:
                stop = s.end
                break
            first = False
        if stop > begin:
            return [(begin, stop)]
    return []


def _thought_like(sentence: str) -> bool:
    return bool(
        _I.search(sentence)
        or _YOU.search(sentence)
        or _OPENS_THOUGHT.match(sentence)
        or sentence[-1:] in "？！?!"
    )


def _marked_behind(text: str, start: int, end: int, first_person: bool) -> list[tuple[int, int]]:
    """THOUGHT。她想。 and THOUGHT。她想，THOUGHT。"""
    sentences = _sentences(text, start, end)
    for k, s in enumerate(sentences):
        marker = re.search(r"[^，,。！？]*(?:" + THINK.pattern + ")|" + _MARK_AFTER.pattern, s.text)
        if k == 0 or marker is None or "？" in s.text:
            continue
        first = k
        while (
            first
            and not _NARRATED.match(sentences[first - 1].text)
            and (
                k - first < 1
                or _thought_like(sentences[first - 1].text)
                or len(sentences[first - 1].text) < 12
            )
        ):
            first -= 1
        if first == k:
            continue
        if not any(_thought_like(t.text) or len(t.text) <= 22 for t in sentences[first:k]):
            continue
        spans = [(sentences[first].start, sentences[k - 1].end)]
        comma = re.compile(r"[^，,]*[，,]").match(s.text)
        if (
            comma
            and marker.end() <= comma.end() + 1
            and not re.match(r"[^，,]*[把在却又没]", s.text[comma.end() :][:3])
        ):
            rest = s.start + text[s.start : s.end].find(s.text) + comma.end()
            if rest < end and len(s.text) - comma.end() <= 24:
                spans.append(
                    (
                        rest,
                        end
                        if k + 1 == len(sentences) or all(_thought_like(t.text) for t in sentences[k + 1 :])
                        else s.end,
                    )
                )
        elif k + 1 < len(sentences) and all(_thought_like(t.text) for t in sentences[k + 1 :]):
            spans.append((s.end, end))
        return spans
    return []


def _free(
    text: str, start: int, end: int, first_person: bool, beside_speech: bool, inside: bool
) -> list[tuple[int, int]]:
    """Sentences that only a character can say, with no marker at all."""
    sentences = _sentences(text, start, end)
    sure = [_sureness(s.text, first_person) for s in sentences]
    spans: list[tuple[int, int]] = []
    k = 0
    while k < len(sentences):
        if sure[k] <= 0:
            k += 1
            continue
        last = k
        total = sure[k]
        while (
            last + 1 < len(sentences)
            and sure[last + 1] > -1
            and not _NARRATED.match(sentences[last + 1].text)
        ):
            last += 1
            total += max(0.0, sure[last])
        first = k
        while (
            first
            and sure[first - 1] > -1
            and len(sentences[first - 1].text) <= 10
            and not _NARRATED.match(sentences[first - 1].text)
        ):
            first -= 1
        if first and _PERSON_STATE.search(sentences[first - 1].text):
            total += 1.0
        if first == 0 and last + 1 == len(sentences) and not inside:
            total += 0.5
        if beside_speech:
            total -= 0.5
        if total >= (2.5 if first_person else 2.0):
            spans.append((sentences[first].start, sentences[last].end))
        k = last + 1
    return spans


def _sureness(sentence: str, first_person: bool) -> float:
    """How surely a sentence of narration is someone's thought; negative where it plainly is not."""
    score = 0.0
    if not first_person:
        if _I.search(sentence):
            score += 2.0
        if _YOU.search(sentence):
            score += 2.0
    elif _YOU.search(sentence):
        score += 1.5
    if sentence[-1:] in "？?":
        score += 1.0
    if sentence[-1:] in "！!":
        score += 1.0
    if _OPENS_THOUGHT.match(sentence):
        score += 1.0
    if _NARRATED.match(sentence) and not (_I.search(sentence) or _YOU.search(sentence)):
        score -= 2.0
    return score
