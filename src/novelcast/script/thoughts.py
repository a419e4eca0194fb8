"""Thoughts that carry no quotation marks, found by their words and by what stands around them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from novelcast.script.lexicon import NEVER_FIRST, SENTENCE_END, THINK
from novelcast.script.pieces import PieceKind

Region = tuple[int, int, PieceKind]

_SENTENCE = re.compile(rf"[^{SENTENCE_END}]*[{SENTENCE_END}]+|[^{SENTENCE_END}]+$")
_I = re.compile(r"(?<!自)我(?!行我素)|咱|老娘|老子(?!们)|本宫|本座|老夫|臣妾|奴婢")
_YOU = re.compile(r"你|您")
_CRIES = re.compile(
    r"^(?:又?来了[。！]|完了|糟了|糟糕|坏了|算了|得，|不对|不会吧|不可能|怎么会|怎么可能|好家伙|好险|该死|可恶|见鬼|镇定|冷静|别[怕慌急出]|千万别|哎呀|天哪|我的天)"
)
_OPENS = re.compile(
    r"^(?:怎么办|怪不得|难怪|原来|难道|莫非|莫不是|果然|居然|竟然|奇怪|罢了|也罢|幸好|还好|等等|等一下|别[^的]|千万|要是|如果|那么|那岂不|岂不|"
    r"这[个家人老疯丫小东女男话][^，。]{0,3}|那[个家人老]|可不能?|不能|不可|必须|一定是|大概是|恐怕)"
)
# Words of judging and guessing, rarer in plain telling.
_MODAL = re.compile(
    r"不过|不会|不可|不能|用不着|怎么|竟|居然|可真|真是|真[^正实]|多半|大概|恐怕|肯定|一定|总算|总归|要是|只要|倒是|明明|偏偏|最多|至少|就行|罢了|而已|又不|"
    r"还不|难不成|岂|何必|何苦|哪有|哪能|不就是|可不|果真|到底|究竟|谁肯|谁知道|看来|说不定|居心|八成|算什么|算是|有数|不成样|才怪|也好|不对劲|有鬼|有诈|他娘|狗屁"
)
_FELT = re.compile(
    r"心[里中头]|念头|脑[子海中]|盯着|望着|看着|看了|愣|怔|一[沉惊凛紧跳顿]|发[凉冷紧]|眼[神皮睛]|目光|倒吸|咯噔|不安|预感|手心|瞳孔|后背|没(?:有)?(?:说话|吭声|作声|回答|再问|再说)|闭了闭眼|只觉|停住|眼皮|背过身|张了张嘴|捂住|捂着|手一抖|笑出声|使眼色|抬起头|攥|僵|咬|没敢|不敢|青筋"
)
_SOFT_END = re.compile(r"[啊吧呢吗嘛呀啦了哪][。！？!?…]*$")
_SOUND = re.compile(
    r"(?:[砰咚滴嘀叮当啪轰隆哗啦咔嚓嗒哐嗡滋呜铃咯吱噗嗖铛咣嘭吧唧扑通叽喳喔汪喵嘎哒嘟噔][，、！!。…—～\s]*)+"
)
_UNSAID = re.compile(
    r"^[^，。！？]{0,8}(?:没有?|未|不曾)(?:真的?)?(?:说出口|说出来|出声|开口)|^[^，。！？]{0,3}(?:这|那)(?:话|句话?)[^。]{0,8}(?:没敢|没有?|不敢|不能)说"
)
_COMMA_THINKS = re.compile(r"暗?想|心[想道说]|暗[道忖]")
# Somebody is told of as doing something: narration, whatever the sentence opens with.
_ACTS = re.compile(
    r"[他她][^。！？!?…]{0,20}?[伸抬转走站坐蹲跪躺爬跑退拿抓握拉推端举拎抱靠点摇皱咬抿眯闭睁咽喘擦抹掏摸缩拍捂盯瞪望看捡放按敲踢扑弹](?:[着了起过向回进住]|出(?!来|什么))"
)
_RUN_ON = 50  # characters without a stop: a damaged text, in which a thought and narration may be glued
_ENOUGH = 1.75


@dataclass(frozen=True)
class _Sentence:
    start: int
    end: int
    text: str


class Narration:
    """What a chapter's narration is like: whether its narrator says 我, and which words its sentences open with
    (the names of those it tells of)."""

    def __init__(self, texts: Iterable[str]) -> None:
        whole = "\n".join(texts)
        self.first_person = is_first_person(whole)
        openings: Counter[str] = Counter()
        for m in re.finditer(rf"(?:^|[{SENTENCE_END}\n”」』])([\u4e00-\u9fff]{{3}})", whole):
            word = m.group(1)
            if word[0] not in NEVER_FIRST:
                openings.update((word[:2], word))
        self._names = frozenset(w for w, n in openings.items() if n >= 2)

    def tells_of(self, sentence: str) -> bool:
        """Whether the sentence plainly tells of somebody, by pronoun or by a name that opens other sentences."""
        if sentence[:2] in self._names or sentence[:3] in self._names or sentence[:2] == "众人":
            return True
        return sentence[:1] in ("他", "她") or (self.first_person and sentence[:1] == "我")


def is_first_person(narration: str) -> bool:
    """Whether the narrator says 我: often, and not only in a character's stray thought."""
    count = len(re.findall(r"(?<!自)我(?!们)", narration))
    return count >= 4 and count * 110 > len(narration)


def unsaid(after: str) -> bool:
    """Whether the words behind a quotation say that it was not said aloud (这话他没敢说出口)."""
    return _UNSAID.match(after) is not None


def find_thoughts(text: str, regions: Sequence[Region], narration: Narration, above: str) -> list[Region]:
    """The regions of one paragraph, narration cut where a thought stands in it. `above`: the paragraph before."""
    out: list[Region] = []
    for k, (start, end, kind) in enumerate(regions):
        if kind != "narration":
            out.append((start, end, kind))
            continue
        spoken = any(r[2] == "dialogue" for r in (*regions[max(0, k - 1) : k], *regions[k + 1 : k + 2]))
        out.extend(_cut(text, start, end, narration, spoken, above if not k else ""))
    return out


def _cut(
    text: str, start: int, end: int, narration: Narration, beside_speech: bool, above: str
) -> list[Region]:
    spans = _marked_behind(text, start, end, narration) or _after_marker(text, start, end, narration)
    if not spans:
        spans = _free(text, start, end, narration, beside_speech, above)
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


def _after_marker(text: str, start: int, end: int, narration: Narration) -> list[tuple[int, int]]:
    """…心想：THOUGHT, to the paragraph's end or to where the narration plainly goes on."""
    for m in THINK.finditer(text, start, end):
        tail = re.compile(r"[^，。！？,!?：:]{0,4}[：:，,]\s*").match(text, m.end(), end)
        if m.group()[-1] in "：:，,":
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
            if stop > begin and narration.tells_of(s.text) and not _I.search(s.text):
                break
            stop = s.end
            if by_comma and s.text[-1:] in "？?":
                break
        if stop > begin:
            return [(begin, stop)]
    return []


def _thought_like(sentence: str) -> bool:
    return bool(
        _I.search(sentence)
        or _YOU.search(sentence)
        or _CRIES.match(sentence)
        or _OPENS.match(sentence)
        or _MODAL.search(sentence)
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
        while first and not _told(sentences[first - 1].text, narration):
            first -= 1
        if first == k:
            continue
        spans = [(sentences[first].start, sentences[k - 1].end)]
        rest = _behind_marker(s, marker.end()) if marker is not None else ""
        if rest and _thought_like(rest):
            last = k
            while last + 1 < len(sentences) and not _told(sentences[last + 1].text, narration):
                last += 1
            spans.append((s.start + s.text.rindex(rest), sentences[last].end))
        elif k + 1 < len(sentences) and all(
            _thought_like(t.text) and not _told(t.text, narration) for t in sentences[k + 1 :]
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


def _told(sentence: str, narration: Narration) -> bool:
    """Whether a sentence is narration: it tells of somebody, and nothing in it is a character's own word."""
    if len(sentence) <= 4:
        return False
    own = _YOU.search(sentence) or (_I.search(sentence) and not narration.first_person)
    return narration.tells_of(sentence) and not own


def _free(
    text: str, start: int, end: int, narration: Narration, beside_speech: bool, above: str
) -> list[tuple[int, int]]:
    """Sentences that only a character can say, with no marker at all."""
    sentences = _sentences(text, start, end)
    sure = [_sureness(s.text, narration) for s in sentences]
    spans: list[tuple[int, int]] = []
    k = 0
    while k < len(sentences):
        if sure[k] <= 0:
            k += 1
            continue
        first = last = k
        while last + 1 < len(sentences) and sure[last + 1] > -1:
            last += 1
        while first and sure[first - 1] > -1 and len(sentences[first - 1].text) <= 10:
            first -= 1
        total = sum(max(0.0, x) for x in sure[first : last + 1])
        before = sentences[first - 1].text if first else above
        behind = sentences[last + 1].text if last + 1 < len(sentences) else ""
        if (_FELT.search(before[-24:]) and narration.tells_of(before)) or (
            _FELT.search(behind) and narration.tells_of(behind)
        ):
            total += 1.0
        if first == 0 and last + 1 == len(sentences) and start == 0 and end == len(text):
            total += 0.75 if narration.tells_of(above) else 0.25
        if beside_speech:
            total -= 0.5
        if total >= _ENOUGH:
            spans.append((sentences[first].start, sentences[last].end))
        k = last + 1
    return spans


def _sureness(sentence: str, narration: Narration) -> float:
    """How surely a sentence of narration is someone's thought; negative where it plainly is not."""
    if _SOUND.fullmatch(sentence):
        return 0.0
    if re.search(r"[“”「」『』‘’《》]", sentence):
        return -2.0
    score = 0.0
    if _I.search(sentence) and not narration.first_person:
        score += 2.0
    if _YOU.search(sentence):
        score += 1.5 if narration.first_person else 2.0
    if _CRIES.match(sentence):
        score += 1.5
    elif _OPENS.match(sentence):
        score += 1.0
    if sentence[-1:] in "？！?!":
        score += 0.5 if narration.first_person else 1.0
    score += 0.75 * len(set(_MODAL.findall(sentence)))
    if re.match(r"[这那](?!时|里|边|样|才|一[声下天回])", sentence):
        score += 0.5
    if len(sentence) <= 8 and sentence[-1:] == "。" and not sentence.endswith("了。"):
        score += 0.5
    if score and _SOFT_END.search(sentence):
        score += 0.5
    if re.search(r"(.{2,4})[，、]\1[，、]\1", sentence):
        score += 1.5
    if not _YOU.search(sentence) and (narration.first_person or not _I.search(sentence)):
        score -= 3.0 * (_ACTS.search(sentence) is not None) + (len(sentence) > _RUN_ON)
    if _told(sentence, narration):
        score -= 1.0 if _MODAL.search(sentence) else 2.0
    return score
