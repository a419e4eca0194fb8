"""Words for people in a text without paragraphs: names with all their forms, kinship, titles, pronouns.

A text cut into sentences says who speaks in another sentence than the quotation, so what a sentence is about has to
be read more closely than where quotation and tag share a paragraph: 知远妈 is not 知远, 队长周衡 is one person, and
父亲 is somebody of the same surname.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from novelcast.model import Speaker
from novelcast.script import lexicon as lx
from novelcast.script.clues import WordFinder


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Kinship by what it tells: the surname is the owner's (True), another (False), or either (None).
_SAME_SURNAME = _set(
    "父亲 爸爸 爸 爹 爹爹 老爸 老爹 阿爹 阿爸 儿子 女儿 闺女 哥哥 哥 大哥 二哥 三哥 弟弟 弟 姐姐 姐 大姐 二姐 妹妹 妹 兄长 兄弟 爷爷 "
    "祖父 孙子 孙女 叔叔 叔父 叔 二叔 三叔 伯伯 伯父 大伯 姑姑 姑妈 姑母 侄子 侄儿 侄女 堂哥 堂弟 堂姐 堂妹 二爸 大爸 三爸"
)
_OTHER_SURNAME = _set(
    "母亲 妈妈 妈 娘 老妈 妻子 老婆 媳妇 丈夫 老公 婆姨 爱人 老伴 外公 外婆 姥爷 姥姥 外爷 舅舅 舅父 舅 岳父 岳母 丈人 丈母娘 女婿 姐夫 "
    "妹夫 嫂子 嫂嫂 嫂 弟媳 婆婆 公公 二妈 大妈 外甥 外甥女 姨妈 姨 舅妈 伯母 婶婶 婶子 二婶 大嫂 二嫂 儿媳 儿媳妇"
)
_MORE_KIN: dict[str, tuple[str, str]] = {
    "二爸": ("male", "adult"), "大爸": ("male", "adult"), "三爸": ("male", "adult"), "二妈": ("female", "adult"),
    "婆姨": ("female", "adult"), "爱人": ("unknown", "adult"), "老伴": ("unknown", "elderly"),
    "男人": ("male", "adult"), "外爷": ("male", "elderly"), "小舅子": ("male", "young"), "亲家": ("unknown", "adult"),
}  # fmt: skip
# Words for one relation, and what the other of the two is, by gender: (relation, if a man, if a woman).
_RELATIONS: dict[str, tuple[str, str, str]] = {}
for _name, _man, _woman, _words in (
    ("father", "son", "daughter", "父亲 爸爸 爸 爹 爹爹 老爸 老爹 阿爹 阿爸 父王"),
    ("mother", "son", "daughter", "母亲 妈妈 妈 娘 老妈 娘亲 阿娘"),
    ("son", "father", "mother", "儿子 小子"),
    ("daughter", "father", "mother", "女儿 闺女"),
    ("elder brother", "younger brother", "younger sister", "哥哥 哥 大哥 二哥 三哥 兄长"),
    ("younger brother", "elder brother", "elder sister", "弟弟 弟 小弟 老弟"),
    ("elder sister", "younger brother", "younger sister", "姐姐 姐 大姐 二姐"),
    ("younger sister", "elder brother", "elder sister", "妹妹 妹 小妹 妹子"),
    ("wife", "husband", "husband", "妻子 老婆 媳妇 婆姨 娘子 夫人 太太"),
    ("husband", "wife", "wife", "丈夫 老公 夫君 相公"),
    ("grandmother", "grandson", "granddaughter", "奶奶 祖母 老祖母 外婆 姥姥"),
    ("grandfather", "grandson", "granddaughter", "爷爷 祖父 外公 姥爷 外爷"),
):  # fmt: skip
    for _word in _words.split():
        _RELATIONS[_word] = (_name, _man, _woman)
# After a name these make a form of address for that person, not for a relative: 知远哥, 王磊叔.
_ADDRESS = _set(
    "哥 姐 叔 婶 伯 爷 姨 嫂 大哥 大姐 大叔 大婶 大娘 大妈 大伯 老汉 老师 同志 先生 女士 小姐 大嫂 大爷 嫂子 婶子 老弟"
)
KIN = frozenset(lx.KIN) | _SAME_SURNAME | _OTHER_SURNAME | frozenset(_MORE_KIN)

_PRONOUN = re.compile(r"(?:他们|她们|它们|我们|咱们|你们|两人|二人|[他她]俩|[两俩三几]个人|大家|众人)|[他她]")
_NEAR = 300  # characters
_ALIAS = 3  # how often a title counts as seen with a name, if the roster gives it as an alias
_CALLED = re.compile(
    r"(?<![^，,。！!？?…—“「『\"])([爸妈爹娘哥姐弟妹爷奶叔姨婶嫂舅姑])(?=[，,。！!？?…—”」』\"])"
)
_GAP = re.compile(r"^(?:他|她|的|自己的|家的?|他的|她的)?$")


@dataclass(frozen=True)
class Ref:
    """A word for somebody at [start, end). `people`: whom it names (several where the form is shared). `kind`: name,
    pronoun, kin, title. A kin word's `owner`: whose relative, where the text says so; `word` is the kin word alone."""

    start: int
    end: int
    word: str
    kind: str
    people: tuple[int, ...] = ()
    gender: str = "unknown"
    age: str = "unknown"
    plural: bool = False
    owner: tuple[int, ...] = ()
    owner_gender: str = ""


@dataclass
class Names:
    """The people of a book and how its text refers to them."""

    people: Sequence[Speaker]
    forms: dict[str, tuple[int, ...]]
    surname: list[str]
    links: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    kin_links: dict[tuple[int, str], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    narrator: int | None = None

    def __post_init__(self) -> None:
        words = {w: w for w in self.forms}
        for word in (*lx.titles(), *_MORE_KIN, *KIN):
            if len(word) > 1 and word[0] not in "他她我":
                words.setdefault(word, word)
        self._finder = WordFinder(words)

    @classmethod
    def of(cls, people: Sequence[Speaker], texts: Iterable[str]) -> Names:
        text = "\n".join(texts)
        surnames = [_surname(p.name) for p in people]
        forms: dict[str, list[int]] = defaultdict(list)
        called: dict[str, list[int]] = defaultdict(list)  # 老太太, 队长: others may be called so too
        narrator = None
        for i, person in enumerate(people):
            for word in dict.fromkeys((person.name, *person.aliases)):
                if word == lx.FIRST_PERSON:
                    narrator = i
                elif word != person.name and (word in KIN or word in lx.titles()):
                    called[word].append(i)
                elif len(word) > 1:
                    forms[word].append(i)
        known = set(forms)
        for i, person in enumerate(people):
            for word in _derived(person.name, surnames[i]):
                if word not in known and word in text:
                    forms[word].append(i)
        known = set(forms)
        titled: dict[str, list[int]] = defaultdict(list)
        for word in _titled_forms(text, surnames) - known:
            titled[word].extend(
                i for i, surname in enumerate(surnames) if surname and word.startswith(surname)
            )
        for word, owners in titled.items():
            forms[word] = _nearest(word, owners, forms, people, text)
        names = cls(people, {w: tuple(v) for w, v in forms.items()}, surnames, narrator=narrator)
        for word, owners in called.items():
            for i in owners:
                names.links[word][i] += _ALIAS
        return names

    def calls(self, quote: str) -> list[Ref]:
        """Kin words of one character by which a quotation calls somebody: 爸，…"""
        return [
            Ref(m.start(1), m.end(1), m.group(1), "kin", (), *lx.KIN.get(m.group(1), ("unknown", "unknown")))
            for m in _CALLED.finditer(quote)
        ]

    def refs(self, text: str) -> list[Ref]:
        """The words for people in a text, in order, those that belong together joined."""
        found = [self._word(a, b, w) for a, b, w in self._finder.find(text)]
        taken = [False] * (len(text) + 1)
        for r in found:
            for k in range(r.start, r.end):
                taken[k] = True
        for m in _PRONOUN.finditer(text):
            if taken[m.start()] or (m.group() in "他她" and text[m.end() : m.end() + 1] in tuple("人们")):
                continue
            found.append(self._pronoun(m.start(), m.group()))
        # A kin word of one character counts behind an owner only: 知远妈, 他哥.
        singles = [
            m.start()
            for m in re.finditer(r"[爸妈爹娘哥姐弟妹爷奶叔姨婶嫂舅姑]", text)
            if not taken[m.start()]
        ]
        found.sort(key=lambda r: r.start)
        return self._joined(found, singles, text)

    def _word(self, start: int, end: int, word: str) -> Ref:
        people = self.forms.get(word, ())
        gender, age = lx.titles().get(word) or _MORE_KIN.get(word) or lx.KIN.get(word, ("unknown", "unknown"))
        if people:
            return Ref(start, end, word, "name", people, gender, age)
        if word in KIN:
            return Ref(start, end, word, "kin", (), gender, age)
        return Ref(start, end, word, "title", (), gender, age, plural=word in lx.GROUPS)

    def _pronoun(self, start: int, word: str) -> Ref:
        return Ref(
            start,
            start + len(word),
            word,
            "pronoun",
            (),
            lx.PRONOUNS.get(word, "unknown"),
            plural=word not in lx.PRONOUNS,
        )

    def _joined(self, found: Sequence[Ref], singles: Sequence[int], text: str) -> list[Ref]:
        single = set(singles)
        out: list[Ref] = []
        for ref in found:
            last = out[-1] if out else None
            if last is not None and not last.plural:
                gap = text[last.end : ref.start]
                if ref.kind == "kin" and last.kind in ("name", "pronoun") and _GAP.match(gap):
                    out[-1] = self._owned(last, ref, gap)
                    continue
                if ref.kind == "title" and last.kind == "name" and not gap and not ref.plural:
                    out[-1] = Ref(last.start, ref.end, last.word, "name", last.people, last.gender, last.age)
                    continue
                if (
                    ref.kind == "name"
                    and gap in ("", "—", "——")
                    and (last.kind in ("kin", "title") or last.word in lx.titles())
                ):
                    out[-1] = Ref(
                        last.start, ref.end, ref.word, "name", ref.people, last.gender, last.age,
                        owner=last.owner,
                    )  # fmt: skip
                    continue
            out.append(ref)
        for k, ref in enumerate(out):
            # 知远妈, 他哥: the kin word is one character right behind.
            at = ref.end + (text[ref.end : ref.end + 1] in tuple("他她") and ref.kind == "name")
            if ref.kind in ("name", "pronoun") and not ref.plural and at in single:
                kin = text[at]
                gender, age = lx.KIN.get(kin, ("unknown", "unknown"))
                tail = Ref(at, at + 1, kin, "kin", (), gender, age)
                nearby = out[k + 1] if k + 1 < len(out) else None
                if nearby is not None and nearby.start == at + 1 and nearby.kind == "name":
                    out[k] = Ref(
                        ref.start,
                        nearby.end,
                        nearby.word,
                        "name",
                        nearby.people,
                        gender,
                        age,
                        owner=ref.people,
                    )
                    out[k + 1] = Ref(-1, -1, "", "none")
                else:
                    out[k] = self._owned(ref, tail, text[ref.end : at])
        return [r for r in out if r.kind != "none"]

    def _owned(self, owner: Ref, kin: Ref, gap: str) -> Ref:
        if owner.kind == "name" and not gap and kin.word in _ADDRESS:
            return Ref(owner.start, kin.end, owner.word, "name", owner.people, kin.gender, kin.age)
        return Ref(
            owner.start, kin.end, kin.word, "kin", (), kin.gender, kin.age, owner=owner.people,
            owner_gender=owner.gender if owner.kind == "pronoun" else "",
        )  # fmt: skip

    def learn(self, texts: Iterable[str]) -> None:
        """Which titles and kin words stand right before a name (队长周衡, 他弟知远) and so may mean that person."""
        for text in texts:
            for _, end, word in self._finder.find(text):
                if word in self.forms:
                    continue
                for size in (4, 3, 2):
                    who = self.forms.get(text[end : end + size])
                    if who is not None and len(who) == 1:
                        self.links[word][who[0]] += 1
                        break

    def relate(self, owner: int, kin: str, who: int, worth: float = 1.0) -> None:
        """Notes that `who` is the owner's father, wife …, and the other way round."""
        relation = _RELATIONS.get(kin)
        if relation is None:
            self.kin_links[owner, kin][who] += worth  # type: ignore[assignment]
            return
        self.kin_links[owner, relation[0]][who] += worth  # type: ignore[assignment]
        gender = self.people[owner].gender
        if gender != "unknown":
            other = relation[1] if gender == "male" else relation[2]
            self.kin_links[who, other][owner] += worth  # type: ignore[assignment]

    def relatives(self, owner: int, kin: str) -> Mapping[int, float]:
        relation = _RELATIONS.get(kin)
        return self.kin_links.get((owner, relation[0] if relation else kin), {})


def _surname(name: str) -> str:
    if name[:2] in lx.COMPOUND_SURNAMES and len(name) > 2:
        return name[:2]
    return name[:1] if name[:1] in lx.SURNAMES and len(name) in (2, 3) and name not in lx.titles() else ""


def _derived(name: str, surname: str) -> list[str]:
    given = name[len(surname) :] if surname else ""
    forms = [given] if len(given) == 2 else []
    if surname:
        forms += ["老" + surname, "小" + surname]
    return forms


def _titled_forms(text: str, surnames: Iterable[str]) -> set[str]:
    """秦主任, 秦大夫: one of the surnames with a title, as it stands in the text."""
    names = "|".join(sorted(filter(None, set(surnames))))
    titles = "|".join(sorted((t for t in lx.TITLE_SUFFIXES if len(t) > 1), key=len, reverse=True))
    return set(re.findall(f"(?:{names})(?:{titles})", text)) if names else set()


def _nearest(
    word: str, owners: list[int], forms: Mapping[str, Sequence[int]], people: Sequence[Speaker], text: str
) -> list[int]:
    """Of the people who may be 秦主任, those whose other words stand near it most often."""
    if len(owners) == 1:
        return owners
    own = {i: [w for w, found in forms.items() if list(found) == [i]] for i in owners}
    near: Counter[int] = Counter()
    for m in re.finditer(re.escape(word), text):
        around = text[max(0, m.start() - _NEAR) : m.end() + _NEAR]
        near.update(i for i in owners if any(w in around for w in own[i]))
    ranked = near.most_common(2)
    if len(ranked) == 1 or (ranked and ranked[0][1] >= 2 * ranked[1][1]):
        return [ranked[0][0]]
    return owners


def related(kin: str, owner: str, other: str) -> float:
    """1 where the surnames fit the kinship, -1 where they speak against it, 0 where they tell nothing."""
    if not owner or not other:
        return 0.0
    if kin in _SAME_SURNAME:
        return 1.0 if owner == other else -1.0
    if kin in _OTHER_SURNAME:
        return 0.5 if owner != other else -0.5
    return 0.0


def fit(ref: Ref, who: int, person: Speaker) -> float:
    """How well a word without a name fits a person by gender and age: 1 fits, 0 unknown, -1 misfits."""
    if ref.gender != "unknown" and person.gender != "unknown" and person.sure >= 0.2:
        if ref.gender != person.gender:
            return -1.0
        good = 1.0
    else:
        good = 0.0
    ages = {ref.age, person.age}
    if ages in ({"child", "adult"}, {"child", "elderly"}, {"young", "elderly"}):
        return -1.0
    return good
