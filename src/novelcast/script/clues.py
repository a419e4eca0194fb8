"""What the words around a quotation say about its speaker: mentions, subjects, tags, forms of address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from novelcast.model import Speaker
from novelcast.script import lexicon as lx

_SENTENCE = re.compile(rf"[^{lx.SENTENCE_END}]*[{lx.SENTENCE_END}]*")
_CLAUSE = re.compile(r"[^，,、：:；;]+[，,、：:；;]*")
_PRONOUN = re.compile(
    r"(?:他们|她们|它们|我们|咱们|你们|两人|二人|[他她]俩)|对方|[他她](?!人)|我(?![们那家爸妈爹娘爷奶哥姐弟妹叔姨舅])"
)
# A person's word behind one of these is what the sentence is about, not its subject.
_OBJECT_BEFORE = re.compile(
    r"(?:对着?|[向朝冲跟给把被让叫替与像将往从比劝问骂求等瞪望盯看见着到给]|[看盯望朝冲向对]着|看向|望向|转向|走向|面向|看了|瞪了|接过|回过|告诉|递给|交给|瞥了|扫了|[住到给向了])(?:一旁的|身边的|对面的|那个|这个|自家|自己的?)?$"
)
# The object of a preposition with a modifier of its own: 向那位撑着黑伞的客人问.
_OBJECT_FAR = re.compile(r"(?:^|[，,])?[对向朝冲跟](?:那|这|一)[^，,]{1,12}的$")
_OBJECT_TOUCHED = re.compile(r"(.)了\1$|[扯拉拍推捅捏碰戳搂拽]了?$")
_MODIFIES = re.compile(r"^[^，,着了过到向对把给看瞪望听问说]{0,6}的$")
_ADDRESSEE = re.compile(
    r"(?:对着?|向|朝|冲|跟|问|看向|望向|转向|扭头看|瞪了|瞪着|看着|看了|盯着|望着|瞥了|吩咐|告诉|提醒|打断)(?:一旁的|身边的|对面的|旁边的|那个|这个|自家|门外的?)?$"
)
# What comes into view or is heard behind one of these is a person who comes in: 走进来一个老人, 传来王磊的声音.
_ENTERS = re.compile(
    r"(?:[走跑钻冲闪挤探站坐蹲跪立躺]|出现|传来?|响起|炸|冒|撞|来)(?:[出进过下起]?来?|着|了)*(?:一?[个名位道声阵]|几个)?[^，。]{0,8}$|(?:^|[，,])(?:这[一]?回)?是个?[^，。]{0,4}$"
)
_VOICE = re.compile(
    r"^的?[^，。]{0,6}?(?:声音|嗓音|嗓门|嗓子|腔调|口气|语气|语速|咆哮|尖叫|吼声|喊声|笑声|吆喝|话音|话)"
)
# A voice that is heard, nobody's so far; not one that a person lowers or raises (压低声音, 扯开嗓门).
_STRANGE_VOICE = re.compile(r"(?:[个道阵的][^，,]{0,6}|[男女童人])(?:声音|嗓音|嗓门|声)[^，,]*[：:]$")
_OWN_VOICE = re.compile(
    r"[压放提抬扯捏清粗尖哑拖亮沉拉扬拔降用以]([低高大开着了出起]{0,2})[^，,]{0,6}(?:声音|嗓|声)"
)
_BODY = re.compile(
    r"^的?[^，。的]{0,4}?(?:脸|眼|目光|视线|眉|嘴|手|身|头|背|肩|腿|脚|心|喉|额|指|胡子|神情|神色|表情|脑)"
)
_REACTION = re.compile(
    r"一动不动|下意识|摸了个空|一[愣怔惊抖颤缩跳]|脸[^，。]{0,4}(?:变|白|红|青|绿|黑|沉)|脸色|变色|浑身|眼皮|噎|哑口|语塞|无言|僵|吓|愣|怔|呆|缩|皱|张大了?嘴|说不出|面如|低下|哆嗦|发抖|一僵|一沉|一紧|闭嘴|沉默|不敢|没敢|退|没理|直抽|翻白眼|涨红|脚下|腿|坐倒|瘫"
)
# Shows on the face of who speaks as often as of who listens.
_FLINCH = re.compile(r"一[愣怔惊顿]|脸[^，。]{0,4}(?:变|白|红|青|绿|黑|沉)|脸色|变色|皱|愣|怔|呆")
REACTIONS = ("reaction", "flinch")
# The object of a verb before it: 拦住了冲进来的保安, 捏起少年的手指.
_OBJECT_OF_VERB = re.compile(r"..[了过住开]$|.起$|.[了住起][^，,]{1,8}的$")
_CALL_HEAD = re.compile(
    r"[“「『\"‘]?[，,…—]*(?:喂|哎|欸|嘿|哟|哼|呸|好了?|行了?|是|别|不|嗯|啊|哦|噢|唉|哎呀|我说|可是|那|那么|多谢|谢谢|回|报告|恭迎|参见)?[，,…]*$"
)


class WordFinder:
    """Finds the words of a table in a text, the longest at each place, in time linear in the text."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = dict(words)
        sizes: dict[str, set[int]] = defaultdict(set)
        for word in words:
            sizes[word[0]].add(len(word))
        self._sizes = {first: sorted(found, reverse=True) for first, found in sizes.items()}

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, what the table has for the word), left to right, not overlapping."""
        i = 0
        while i < len(text):
            for size in self._sizes.get(text[i], ()):
                found = self._words.get(text[i : i + size])
                if found is not None:
                    yield i, i + size, found
                    i += size - 1
                    break
            i += 1


@dataclass(frozen=True)
class Mention:
    """A word for people at [start, end) of a text. `people`: indexes into the roster; none for a pronoun of
    the third person. `epithet`: the word (老人, 胖子) may mean others of its gender and age too."""

    start: int
    end: int
    word: str
    people: tuple[int, ...] = ()
    gender: str = "unknown"
    age: str = "unknown"
    plural: bool = False
    epithet: bool = False


@cache
def _title_finder() -> WordFinder:
    return WordFinder({w: w for w in lx.titles() if len(w) > 1})


def _titles_found(text: str) -> Iterator[tuple[int, int, str]]:
    return _title_finder().find(text)


@dataclass(frozen=True)
class Roster:
    """The speakers, and where their words stand in a text."""

    people: Sequence[Speaker]
    by_word: Mapping[str, tuple[int, ...]]
    narrator: int | None
    _finder: WordFinder

    @classmethod
    def of(cls, people: Sequence[Speaker]) -> Roster:
        by_word: dict[str, list[int]] = defaultdict(list)
        narrator = None
        for i, person in enumerate(people):
            for word in dict.fromkeys((person.name, *person.aliases)):
                if word == lx.FIRST_PERSON:
                    narrator = i
                else:
                    by_word[word].append(i)
        words = {w: w for w in by_word if len(w) > 1}
        for word in lx.titles():
            if word in lx.EPITHETS or word in lx.FORMS_OF_ADDRESS:
                words.setdefault(word, word)
        return cls(people, {w: tuple(v) for w, v in by_word.items()}, narrator, WordFinder(words))

    def mentions(self, text: str) -> list[Mention]:
        """Names, titles and pronouns of a text, in order."""
        found = [self._named(start, end, word) for start, end, word in self._finder.find(text)]
        for m in _PRONOUN.finditer(text):
            if not any(x.start < m.end() and m.start() < x.end for x in found):
                found.append(self._pronoun(m.start(), m.group()))
        return sorted(found, key=lambda x: x.start)

    def offices(self, text: str) -> list[Mention]:
        """Titles of a text that are no known person's, and part of no known word."""
        known = [(start, end) for start, end, _ in self._finder.find(text)]
        return [
            self._named(start, end, word)
            for start, end, word in _titles_found(text)
            if not any(a < end and start < b for a, b in known)
        ]

    def _named(self, start: int, end: int, word: str) -> Mention:
        gender, age = lx.titles().get(word, ("unknown", "unknown"))
        people = self.by_word.get(word, ())
        return Mention(start, end, word, people, gender, age, word in lx.GROUPS, word in lx.EPITHETS)

    def _pronoun(self, start: int, word: str) -> Mention:
        end = start + len(word)
        if word == lx.FIRST_PERSON:
            return Mention(start, end, word, () if self.narrator is None else (self.narrator,))
        return Mention(
            start,
            end,
            word,
            (),
            lx.PRONOUNS.get(word, "unknown"),
            plural=len(word) > 1 and word not in lx.PRONOUNS,
        )


@dataclass(frozen=True)
class Clue:
    """Somebody named beside a quotation. `place`: lead (before, with a colon), before, mid, after, above
    (the paragraph before leads in with a colon), over (the paragraph before, without one). `how`: say, voice, beat, reaction."""

    who: Mention
    place: str
    how: str
    words: str


@dataclass
class Tags:
    """What the narration of one turn tells: who is its subject, and who is spoken to."""

    clues: list[Clue] = field(default_factory=list)
    addressed: list[Mention] = field(default_factory=list)


def sentences(text: str) -> list[str]:
    return [m.group() for m in _SENTENCE.finditer(text) if m.group().strip()]


def subject(
    sentence: str, mentions: Sequence[Mention], *, from_end: bool = False
) -> tuple[Mention, str] | None:
    """The person that a sentence is about, and the rest of the clause behind the word.

    `from_end`: the last clause that has a subject of its own counts (it leads into a quotation).
    """
    clauses = list(_CLAUSE.finditer(sentence))
    for clause in reversed(clauses) if from_end else clauses:
        heard = _strange_voice(clause.group()) if from_end else -1
        if heard >= 0 and not any(0 <= m.start - clause.start() <= heard for m in mentions):
            return None
        found = _clause_subject(clause.group(), clause.start(), mentions, sentence)
        if found is not None:
            return found, sentence[found.end :]
    return None


def _strange_voice(clause: str) -> int:
    """Where a clause begins to tell of a voice that is nobody's so far, else -1."""
    found = _STRANGE_VOICE.search(clause)
    return -1 if found is None or _OWN_VOICE.search(clause) else found.start()


def _clause_subject(clause: str, offset: int, mentions: Sequence[Mention], sentence: str) -> Mention | None:
    end = offset + len(clause)
    inside = [m for m in mentions if offset <= m.start and m.end <= end]
    for k, m in enumerate(inside):
        before = sentence[offset : m.start]
        behind = sentence[m.end : end].strip("，,、：:；; ")
        if not m.plural and (
            _OBJECT_BEFORE.search(before) or _OBJECT_FAR.search(before) or _OBJECT_TOUCHED.search(before)
        ):
            continue
        if (
            k + 1 < len(inside)
            and _MODIFIES.match(sentence[m.end : inside[k + 1].start])
            and inside[k + 1].people
        ):
            continue
        if _OBJECT_OF_VERB.search(before):
            continue
        if _ENTERS.search(before) and (not behind or _VOICE.match(behind)):
            return m
        stands_alone = re.search(r"(?:^|是)$", before) or (
            before.endswith("的") and not re.search(r"[着了有]", before)
        )
        if not behind and not stands_alone and len(clauseless(before)) > 2:
            continue
        if (
            behind.startswith("的")
            and k + 1 < len(inside)
            and inside[k + 1].start - m.end <= 4
            and not _BODY.match(behind)
        ):
            continue
        if k + 1 < len(inside) and inside[k + 1].start == m.end and inside[k + 1].people:
            continue
        if len(before) > 14 and not before.endswith("的"):
            continue
        return m
    return None


def clauseless(text: str) -> str:
    return text.strip("，,、：:；; ")


def addressees(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Who is spoken to or looked at: 对王磊说, 看向王磊."""
    return [m for m in mentions if _ADDRESSEE.search(text[max(0, m.start - 8) : m.start])]


def clue_before(roster: Roster, text: str, place: str = "lead") -> Tags:
    """Clues of the narration that leads into a quotation (in its paragraph, or above it)."""
    tags = Tags()
    parts = sentences(text)
    if not parts:
        return tags
    last = parts[-1]
    colon = last.rstrip()[-1:] in "：:"
    comma = last.rstrip()[-1:] in "，,"
    mentions = roster.mentions(last)
    tags.addressed = addressees(last, mentions)
    found = subject(last, mentions, from_end=colon)
    if found is None and len(parts) > 1 and (colon or comma):
        found = subject(parts[-2], roster.mentions(parts[-2]))
    if found is not None:
        who, behind = found
        how = _how(behind, who, last)
        where = place if colon else "over" if place == "above" else "comma" if comma else "before"
        tags.clues.append(Clue(who, where, how, last.strip()))
    return tags


def clue_after(roster: Roster, text: str, place: str) -> Tags:
    """Clues of the narration behind a quotation: its first sentence is the tag or the beat."""
    tags = Tags()
    parts = sentences(text)
    if not parts:
        return tags
    first = parts[0]
    mentions = roster.mentions(first)
    tags.addressed = addressees(first, mentions)
    found = subject(first, mentions)
    if found is not None:
        who, behind = found
        tags.clues.append(Clue(who, place, _how(behind, who, first), first.strip()))
    return tags


def _how(behind: str, who: Mention, sentence: str) -> str:
    if lx.SPEECHLESS.search(behind) or behind.startswith("被"):
        return "reaction"
    if lx.SAY.search(behind):
        return "say"
    if _VOICE.match(behind):
        return "voice"
    first = re.split(r"[，,]", behind)[0]
    if _REACTION.search(first):
        return "flinch" if _FLINCH.search(first) else "reaction"
    return "beat"


_SELF = re.compile(
    r"(?:我(?:名)?叫|我就?是|我姓|在下|敝姓|免贵姓|鄙人|小女子|小可|贫道|贫僧|老夫|老身|本座|本官|末将|卑职|俺叫|叫我)(?:乃|是)?[^，。！？!?…我你他她]{0,6}$"
)
# 我师姐，苏棠。: the name explains the word before it.
_EXPLAINED = re.compile(r"(?:[我你他她咱]们?|这位|那位)[^，。！？!?…]{1,4}[，—]+$")


def introduced(roster: Roster, quote: str) -> list[Mention]:
    """Whom the speaker of a quotation says to be: 我叫王磊, 在下王磊."""
    return [
        m
        for m in roster.mentions(quote)
        if m.people
        and not m.plural
        and m.word not in lx.titles()
        and _SELF.search(quote[: m.start])
        and quote[m.end : m.end + 1] not in tuple("的家他她们")
    ]


def called(roster: Roster, quote: str) -> tuple[list[Mention], list[Mention]]:
    """(people addressed by a form of address, other people named) in a quotation."""
    addressed: list[Mention] = []
    named: list[Mention] = []
    inner = re.compile(r"[‘『][^’』]*[’』]").sub(lambda m: "□" * len(m.group()), quote)
    addressed.extend(_kin_called(roster, inner))
    for m in (*roster.mentions(inner), *roster.offices(inner)):
        if m.word in lx.PRONOUNS or m.word in lx.GROUP_PRONOUNS or m.word == lx.FIRST_PERSON:
            continue
        before, behind = inner[: m.start], inner[m.end : m.end + 2]
        if _EXPLAINED.search(before) or _SELF.search(before):
            named.append(m)
            continue
        alone = re.match(r"^(?:[，,！!？?。…—～~”」』\"]|$)", behind) is not None
        after_break = re.search(r"[，,。！!？?…—]$", before) is not None
        if (
            (alone and (after_break or _CALL_HEAD.fullmatch(before) is not None))
            or (_CALL_HEAD.fullmatch(before) is not None and re.match(r"^[你您咱快别]", behind))
            or (alone and re.search(r"[啊呀吧吗了呢着]$", before))
        ):
            addressed.append(m)
        elif m.people or m.epithet or m.word in lx.FORMS_OF_ADDRESS:
            named.append(m)
    return addressed, named


def _kin_called(roster: Roster, quote: str) -> list[Mention]:
    """Forms of address that are nobody's own: 爹, 姐, 师父. Whom they mean depends on who speaks."""
    found = []
    for m in lx.KIN_CALLED.finditer(quote):
        word = m.group(1)
        if word not in roster.by_word:
            gender, age = lx.KIN.get(word) or lx.titles().get(word, ("unknown", "unknown"))
            found.append(Mention(m.start(1), m.end(1), word, (), gender, age))
    return found
