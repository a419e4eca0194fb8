"""What a chapter's narration is like: who tells it, whom it tells of, and which of it is a letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from novelcast.script.lexicon import NEVER_FIRST, SENTENCE_END

_I_TELL = re.compile(r"(?<!自)我(?!们|行我素)")
_OPENING = re.compile(rf"(?:^|[{SENTENCE_END}\n”」』])([\u4e00-\u9fff]{{3}})")
_ENOUGH_TO_TELL = 250  # characters of narration; in fewer, a stray 我 or its absence says little

_LETTER_AHEAD = re.compile(
    r"信[封纸笺]|[封回来家遗情书密]信|信[里中上]|(?:拆|展|打)开[^，。]{0,8}(?:信|纸)|日记|遗书|手记|邮件|纸条|字条|便条|留言|明信片|笔迹|字迹"
)
_SALUTATION = re.compile(
    r"^(?:[亲敬尊][爱敬][的]?|吾|致)[^，。！？]{1,12}[：:，,]?$|^[^，。！？：:“”【】\s]{1,10}[：:]$|^[^，。！？]{1,10}(?:见字如[面晤]|台鉴|钧鉴|亲启|惠鉴|足下|如晤|收)[：:。，]?"
)
_SIGNATURE = re.compile(
    r"(?:敬上|敬启|顿首|拜上|叩上|手书|亲笔|绝笔|谨启|谨上|草于|字|留|上)$|^[—\-]*[\u4e00-\u9fff·]{2,5}$|^(?:此致|敬礼|即颂|顺颂|祝[^，。]{1,8})[。！!]?$|^[^，。]{0,12}[年月日][^，。]{0,4}$"
)
_LONGEST_LETTER = 25  # paragraphs


class Narration:
    """What the narration of a chapter, or of one scene in it, is like.

    `first_person`: whether its narrator says 我. The names that its sentences open with are those of the people
    it tells of.
    """

    def __init__(self, texts: Iterable[str], first_person: bool | None = None) -> None:
        """`first_person`: known, or to be seen from the texts."""
        whole = "\n".join(texts)
        self.first_person = is_first_person(whole) if first_person is None else first_person
        openings: Counter[str] = Counter()
        for m in _OPENING.finditer(whole):
            word = m.group(1)
            if word[0] not in NEVER_FIRST:
                openings.update((word[:2], word))
        self._names = frozenset(w for w, n in openings.items() if n >= 2)

    def told_by_me(self, first_person: bool) -> Narration:
        """The same people, told of by this narrator."""
        if first_person == self.first_person:
            return self
        other = Narration((), first_person)
        other._names = self._names
        return other

    def tells_of(self, sentence: str) -> bool:
        """Whether the sentence plainly tells of somebody, by pronoun or by a name that opens other sentences."""
        if self.names(sentence) or sentence[:2] == "众人":
            return True
        return sentence[:1] in ("他", "她") or (self.first_person and sentence[:1] == "我")

    def names(self, sentence: str) -> bool:
        """Whether the sentence opens with one of those the narration tells of."""
        return sentence[:2] in self._names or sentence[:3] in self._names


def is_first_person(narration: str) -> bool:
    """Whether the narrator says 我: often, and not only in a character's stray thought."""
    count = len(_I_TELL.findall(narration))
    return count >= 4 and count * 110 > len(narration)


def narrated(texts: Sequence[str], breaks: Sequence[bool]) -> list[Narration]:
    """For each paragraph of a chapter (`texts`: what of it is narration) its narration. `breaks`: where scenes
    change; a scene long enough to tell has a narrator of its own, as a prologue may."""
    whole = Narration(texts)
    out: list[Narration] = []
    scene: list[str] = []
    for text, ends in zip([*texts, ""], [*breaks, True], strict=True):
        if ends:
            joined = "\n".join(scene)
            out += [whole.told_by_me(_scene_by_me(joined, whole.first_person))] * len(scene)
            scene = []
        scene.append(text)
    return out


def _scene_by_me(scene: str, chapter: bool) -> bool:
    """Whether 我 tells a scene; it has to be plain where the chapter's narrator is another."""
    if len(scene) < _ENOUGH_TO_TELL:
        return chapter
    count = len(_I_TELL.findall(scene))
    return count > 0 if chapter else count >= 6 and count * 50 > len(scene)


def letters(texts: Sequence[str]) -> set[int]:
    """The paragraphs of a chapter that are a letter's, from its salutation to its signature."""
    found: set[int] = set()
    for i, text in enumerate(texts):
        ahead = "".join(texts[max(0, i - 3) : i])
        if i in found or not _SALUTATION.search(text.strip()) or not _LETTER_AHEAD.search(ahead):
            continue
        for k in range(i + 1, min(i + _LONGEST_LETTER, len(texts))):
            if _SIGNATURE.search(texts[k].strip()):
                last = k
                while last + 1 < len(texts) and _SIGNATURE.search(texts[last + 1].strip()):
                    last += 1
                found.update(range(i, last + 1))
                break
            if texts[k].lstrip()[:1] in "“「『":
                break
    return found
