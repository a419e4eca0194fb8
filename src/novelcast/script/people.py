"""Who is in the book: names, what else they are called, their gender and age, from the text alone.

Who acts like a person is a person: a word that opens a clause and is followed by speech or by what people
do (说, 摇头, 的声音 …). Counts over the whole book decide where a name ends and what belongs to whom.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from math import exp

from novelcast.hanzi import simplified
from novelcast.model import Age, Gender, Speaker
from novelcast.script import lexicon as lx
from novelcast.script.clues import WordFinder
from novelcast.script.pieces import Piece
from novelcast.script.thoughts import is_first_person
from novelcast.script.ties import read_talk

_QUOTE = "\x01"
_CLAUSE = re.compile(r"[^，,。！？!?：:；;、…—～\s\x01“”‘’（）()《》【】「」『』]+")
_LEAD = re.compile(
    r"^(?:这时候?|此时|此刻|忽然|突然|只有|只见|只听|却见|却听|便在此时|就在这时|原来是?|于是|随即|接着|然后|可是?|但是?|不过|而|就连|连|倒是|还是|"
    r"一?旁边?的|身后的|身旁的|身边的|对面的|前头的|后头的|门口的|一个|一名|一位|一只|那个|那位|那名|这个|这位|几个|两个|是|又|他的|她的|我的|我那|我)+"
)
_HAN2 = re.compile(r"^[\u4e00-\u9fff]{2,}$")
_VOCATIVE_HEAD = re.compile(r"^[“「『\"‘…哎喂欸嗯啊哦好是对行]*[，,…]?([\u4e00-\u9fff]{2,4})[，,！!？?…。——]")
_VOCATIVE_TAIL = re.compile(r"[，,]([\u4e00-\u9fff]{2,4})[。！!？?…]+[”」』\"’]?$")
_NAMED = re.compile(
    r"(?:叫|是|名叫|署名|喊|找|姓名|名字|名字是)([\u4e00-\u9fff]{2,3})(?=[，,。！!？?”」』；;、]|$)"
)
_TAG_CLAUSE = re.compile(r"\x01([^。！？!?：:；;…\x01]{3,30})|([^。！？!?：:；;…\x01]{3,40})[：:]\x01")
_I_AM = re.compile(r"(?:我叫|我名叫|我的名字叫|我是)([\u4e00-\u9fff]{2,4}?)(?=[，,。！!？?；;、”])")


_FOREIGN_RUN = re.compile("[" + "".join(sorted(lx.TRANSLITERATION)) + "]{2,7}")
_TITLED_ANYWHERE = re.compile(
    "((?:"
    + "|".join(sorted(lx.COMPOUND_SURNAMES))
    + "|["
    + "".join(sorted(lx.SURNAMES - lx.WEAK_SURNAMES))
    + "])"
    "(?:" + "|".join(sorted(lx.TITLE_SUFFIXES, key=len, reverse=True)) + "))"
    r"(?=[，,。！!？?：:；;、…—”」』]|[的也就已都把在从跟和说问那这来去是让叫给又正]|\s|$)"
)


@dataclass
class _Seen:
    """How often a word opened a clause, and what followed it there."""

    heads: int = 0
    tag: int = 0  # the clause stands right behind a quotation, or leads into one
    say: int = 0
    act: int = 0
    close: int = 0  # what people do follows at once
    human: int = 0  # what only people do follows at once
    called: int = 0
    named: int = 0  # 叫, 是, 署名 stand before it
    nexts: Counter[str] = field(default_factory=Counter)

    @property
    def evidence(self) -> int:
        return self.act + 2 * self.say + self.tag + 2 * self.called


@dataclass
class _Person:
    name: str
    weight: int
    words: list[str]


def find_people(pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The characters of the book, those seen most first. `Speaker.id` is the name."""
    paragraphs = list(_paragraphs(pieces))
    text = "\n".join(narration for narration, _ in paragraphs)
    quotes = [q for _, said in paragraphs for q in said]
    everything = text + "\n" + "\n".join(quotes)
    seen = _observe(paragraphs)
    totals = _Totals(everything)
    words = _choose(seen, totals)
    _add_tag_subjects(words, paragraphs)
    people = _group(words, seen, totals, everything)
    _find_narrator(pieces, people, seen, totals, text)
    pronouns = _pronoun_votes(people, paragraphs)
    talk = read_talk(pieces, _describe(people, pronouns))
    for index, votes in talk.pronouns.items():
        pronouns[people[index].name].update(votes)
    people = [p for p in _merged(people, pronouns, talk.same) if not _only_a_form_of_address(p, text)]
    return _describe(people, pronouns)


def _only_a_form_of_address(person: _Person, narration: str) -> bool:
    """Whether a person is nothing but what somebody is called once (小子, 姑娘), whoever that is."""
    return all(w in lx.FORMS_OF_ADDRESS and w not in narration for w in person.words)


def _merged(
    people: list[_Person], pronouns: dict[str, Counter[str]], pairs: Sequence[tuple[int, int]]
) -> list[_Person]:
    """The people with each pair made one, and their pronouns too."""
    into = dict(pairs)
    for word, who in pairs:
        seen = {word}
        while who in into and who not in seen:
            seen.add(who)
            who = into[who]
        if who in seen:
            continue
        people[who].words.extend(people[word].words)
        people[who].weight += people[word].weight
        people[word].words = []
        pronouns[people[who].name].update(pronouns[people[word].name])
    return [p for p in people if p.words]


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[str]]]:
    """(narration with each quotation as one mark, quotations) of each paragraph, simplified."""
    at: tuple[int, int] | None = None
    narration: list[str] = []
    said: list[str] = []
    for piece in pieces:
        where = (piece.span.chapter, piece.span.paragraph)
        if where != at and at is not None:
            yield "".join(narration), said
            narration, said = [], []
        at = where
        if piece.kind in ("dialogue", "thought"):
            narration.append(_QUOTE)
            said.append(simplified(piece.text))
        elif piece.kind == "narration":
            narration.append(simplified(piece.text))
        elif piece.kind == "cue":
            narration.append("，")
    if at is not None:
        yield "".join(narration), said


class _Totals:
    """How often a word of 1 to 4 characters stands anywhere in the book."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[str, int] = {}
        self._grams: Counter[str] = Counter()
        for run in re.findall(r"[\u4e00-\u9fff]{2,}", text):
            for size in (2, 3, 4):
                self._grams.update(run[i : i + size] for i in range(len(run) - size + 1))

    def __call__(self, word: str) -> int:
        if 2 <= len(word) <= 4:
            return self._grams[word]
        if word not in self._known:
            self._known[word] = self.text.count(word)
        return self._known[word]


# ---------------------------------------------------------------- which words are people


def _observe(paragraphs: Iterable[tuple[str, list[str]]]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for narration, said in paragraphs:
        for sentence in re.finditer(r"[^。！？!?…\x01]+[。！？!?…]*\x01?", narration):
            text = sentence.group()
            leads_in = re.search(r"[：:，,]\s*\x01?$", text) is not None and (
                text[-1] == _QUOTE or text.rstrip()[-1:] in "：:"
            )
            behind = narration[sentence.start() - 1 : sentence.start()] == _QUOTE
            for k, m in enumerate(_CLAUSE.finditer(text)):
                for head in _heads(m.group()):
                    _note(seen, head, leads_in or (behind and k == 0))
        for quote in said:
            for pattern in (_VOCATIVE_HEAD, _VOCATIVE_TAIL):
                if found := pattern.search(quote):
                    seen[found.group(1)].called += 1
        for m in _NAMED.finditer("\n".join((narration, *said))):
            for size in (2, 3):
                if len(m.group(1)) == size:
                    seen[m.group(1)].named += 1
    return seen


def _heads(clause: str) -> set[str]:
    """Where a subject may start in a clause: at its start, past an adverb or number, past a modifier with 的."""
    starts = {clause}
    if lead := _LEAD.match(clause):
        starts.add(clause[lead.end() :])
    cut = clause.rfind("的", 0, 14)
    if 0 < cut < len(clause) - 2:
        starts.add(clause[cut + 1 :])
    return {s for s in starts if len(s) >= 2}


def _note(seen: dict[str, _Seen], head: str, beside_quote: bool) -> None:
    foreign = next((k for k, c in enumerate(head[:9]) if c not in lx.TRANSLITERATION), len(head))
    for size in (2, 3, 4, *range(5, min(foreign, 8) + 1)):
        word, rest = head[:size], head[size:]
        if len(word) < size or not _HAN2.match(word):
            return
        entry = seen[word]
        entry.heads += 1
        entry.tag += beside_quote
        entry.nexts[rest[:1]] += 1
        say = lx.SAY.search(rest[:9])
        entry.say += say is not None and (beside_quote or say.start() <= 4)
        act = lx.HUMAN_ACT.match(rest) is not None
        entry.act += act
        entry.human += lx.ONLY_HUMAN.match(rest) is not None
        entry.close += act or (say is not None and say.start() == 0)


@cache
def _dictionary() -> tuple[dict[str, int], dict[str, str]]:
    """jieba's word frequencies and parts of speech."""
    import logging

    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    jieba.posseg.dt.initialize()
    jieba.posseg.dt.load_word_tag(jieba.dt.get_dict_file())
    return jieba.dt.FREQ, jieba.posseg.dt.word_tag_tab


def _common(word: str) -> bool:
    """Whether the dictionary knows the word as something other than a person's name."""
    freq, tags = _dictionary()
    return bool(freq.get(word)) and not tags.get(word, "x").startswith("nr")


def _choose(seen: dict[str, _Seen], totals: _Totals) -> dict[str, str]:
    """The words that name people, each with what sort of word it is."""
    chosen: dict[str, str] = {}
    for word, entry in seen.items():
        if sort := _sort_of(word, entry, totals):
            chosen[word] = sort
    for m in _TITLED_ANYWHERE.finditer(totals.text):
        if not _common(m.group(1)) and m.group(1) not in chosen and m.group(1) not in lx.titles():
            seen[m.group(1)].heads += 1
            chosen[m.group(1)] = "titled"
    runs = Counter(m.group() for m in _FOREIGN_RUN.finditer(totals.text))
    for word, count in runs.items():
        if (
            count >= 2
            and word not in chosen
            and _foreign(word)
            and word[0] not in lx.NEVER_FIRST
            and not _common(word)
        ):
            seen[word].heads += 1
            chosen[word] = "name"
    return {w: s for w, s in chosen.items() if not _cut_short(w, s, chosen, seen, totals)}


def _add_tag_subjects(words: dict[str, str], paragraphs: Sequence[tuple[str, list[str]]]) -> None:
    """Whoever a tag names is a person, however seldom: the dictionary says where the word ends."""
    import jieba

    for narration, _ in paragraphs:
        for m in _TAG_CLAUSE.finditer(narration):
            clause = m.group(1) or m.group(2)
            say = lx.SAY.search(clause)
            if (
                say is None
                or lx.SPEECHLESS.search(clause)
                or any(h.startswith(w) for h in _heads(clause) for w in words)
            ):
                continue
            first = re.split(r"[，,]", clause[: say.start()])[0]
            word = _first_noun(jieba.lcut(first))
            if word and first[len(word) : len(word) + 1] not in tuple("的似一般里外上中"):
                words[word] = "other"


def _first_noun(tokens: Sequence[str]) -> str:
    """The noun or unknown word that opens a clause; empty where something else does."""
    _, tags = _dictionary()
    word = ""
    for token in tokens:
        tag = tags.get(token, "")
        if token in lx.NOT_PEOPLE or token[0] in lx.NEVER_FIRST or not _HAN2.match(token + "人"):
            break
        if tag and not tag.startswith(("n", "x")):
            break
        word += token
    good = (
        2 <= len(word) <= 4 and word not in lx.NOT_PEOPLE and not any(c in lx.NOT_IN_NAMES for c in word[1:])
    )
    return word if good else ""


def _sort_of(word: str, entry: _Seen, totals: _Totals) -> str:
    titles = lx.titles()
    if (
        word in lx.GROUPS
        or (word[0] == "众" and word[1:] in titles)
        or (word[-1] == "们" and word[:-1] in titles)
    ):
        return "group" if entry.heads else ""
    if word in titles or (len(word) == 4 and word[:2] in titles and word[2:] in titles):
        return "title" if entry.heads or entry.called else ""
    if _titled(word) and not _common(word):
        return "titled" if entry.heads + entry.called > (word[0] in lx.WEAK_SURNAMES) else ""
    if sum(entry.nexts[c] for c in "里外中内") * 3 > entry.heads:
        return ""  # a place
    if word[0] in lx.NEVER_FIRST:
        return ""
    if _foreign(word) and not _common(word):
        seen = entry.heads + entry.called + entry.named
        if seen and totals(word) >= 2 and (entry.evidence or len(word) >= 3):
            return "name"
    if any(c in lx.NOT_IN_NAMES for c in word[1:]):
        # 听 and 立 may stand in a name: only where the word recurs and different things follow it.
        ends_here = (
            len(entry.nexts) >= 3
            and entry.tag >= 2
            and (len(word) == 2 or totals(word) >= 0.8 * totals(word[:-1]))
        )
        if not ends_here or not (word[0] in lx.SURNAMES or (len(word) == 3 and entry.tag >= 3)):
            return ""
    if len(word) == 3 and word[-1] in lx.THING_ENDS and not (entry.say or entry.called or entry.human >= 2):
        return ""
    if sort := _surnamed(word, entry, totals):
        return sort
    if word in lx.NOT_PEOPLE or (word[-1] in lx.THING_ENDS and entry.say + entry.human < 2):
        return ""
    evidence = entry.evidence
    dull = not _common(word) or (word[0] in "老小阿" and word[1:] in lx.SURNAMES)
    if word[0] in lx.NAME_PREFIXES and len(word) == 2 and dull and (word[0] != "大" or entry.called):
        return "nick" if entry.close or entry.called or (entry.heads and totals(word) >= 2) else ""
    if len(word) == 2 and word[0] == word[1] and not dull and _dictionary()[1].get(word, "")[:1] != "n":
        return ""
    if len(word) == 2 and (word[0] == word[1] or word[1] == "儿") and evidence >= 2:
        return "nick" if dull or entry.called or entry.say or entry.close >= 2 else ""
    if len(word) in (2, 3):
        tags = _dictionary()[1].get(word, "")
        if tags and tags[0] not in "nz":
            return ""
        if dull and entry.tag and entry.heads >= 2 and evidence >= 4:
            return "other"
        if dull and entry.tag >= 2 and len(entry.nexts) >= 3:
            return "other"
        if dull and entry.human and entry.heads >= 2 and len(entry.nexts) >= 2 and totals(word) >= 4:
            return "other"
        if (
            not dull
            and entry.tag >= 2
            and evidence >= 3
            and (entry.called or (entry.say and evidence >= 5) or (entry.close and entry.heads >= 3))
        ):
            return "other"
        if not dull and entry.tag >= 3 and len(entry.nexts) >= 2:
            return "other"
        if entry.called >= 2 and (entry.tag or entry.close) and entry.heads:
            return "other"
    return ""


def _foreign(word: str) -> bool:
    """Whether a word is written as foreign names are, and not as Chinese ones."""
    return all(c in lx.TRANSLITERATION for c in word) and (len(word) >= 4 or word[0] not in lx.SURNAMES)


def _surnamed(word: str, entry: _Seen, totals: _Totals) -> str:
    compound = word[:2] in lx.COMPOUND_SURNAMES and len(word) in (3, 4)
    if not compound and not (word[0] in lx.SURNAMES and len(word) in (2, 3)):
        return ""
    evidence = entry.evidence
    if _common(word):
        return "name" if entry.tag >= 2 and (entry.close or entry.say) and entry.heads >= 3 else ""
    if word[0] in lx.WEAK_SURNAMES and not (
        len(word) == 3 and totals(word) >= 2 and (entry.called or entry.named)
    ):
        return (
            "name" if entry.heads >= 2 and entry.tag and (entry.close or entry.say) and evidence >= 3 else ""
        )
    seen = entry.heads + entry.called + entry.named
    if len(word) >= 3:
        acts = evidence or entry.named or any(c in "从把将被对向朝在跟给往" for c in entry.nexts)
        return "name" if seen and (acts or (totals(word) >= 2 and entry.heads >= 2)) else ""
    return "name" if (evidence >= 2 or entry.named) and (totals(word) >= 2 or entry.close) else ""


@cache
def _suffixes(word: str) -> tuple[str, ...]:
    """The titles that a word may end with after a stem of one or two characters, the longest first."""
    ends = [word[k:] for k in (1, 2) if len(word) > k]
    return tuple(e for e in ends if e in lx.TITLE_SUFFIXES or (len(e) >= 2 and e in lx.titles()))


def _titled(word: str) -> str:
    """The title at the end of a word like 费长老, 顾上校, 晴姐; empty where there is none."""
    if word in lx.titles():
        return ""
    for suffix in _suffixes(word):
        stem = word[: -len(suffix)]
        if stem in lx.SURNAMES or stem in lx.COMPOUND_SURNAMES:
            return suffix
        if any(c in lx.NOT_IN_NAMES for c in stem) or stem in lx.titles():
            continue
        if len(suffix) == 1 and suffix in "哥姐叔姨婶爷嫂伯":
            return suffix
        if len(suffix) == 2 and not _common(stem) and stem not in lx.NOT_STEMS:
            return suffix
    return ""


def _cut_short(word: str, sort: str, chosen: dict[str, str], seen: dict[str, _Seen], totals: _Totals) -> bool:
    """Whether the word is a stump of a longer name (孙少 of 孙少平) or a name with more behind it (高崇慢)."""
    mine = totals(word)
    if sort in ("titled", "nick", "other") and any(
        totals(longer) >= 0.9 * mine for longer in _ending(word, chosen)
    ):
        return True
    if sort in ("title", "group"):
        return any(totals(longer) >= mine for longer in _longer_titles(word))
    for other in _longer(word, chosen):
        if totals(other) >= 0.7 * mine and (totals(other) >= 2 or seen[other].close >= seen[word].close):
            return True
    for size in range(2, len(word)):
        stem = word[:size]
        if stem not in chosen or sort == "titled":
            continue
        if chosen[stem] in ("title", "group") or totals(stem) > mine / 0.7:
            return True
        if mine == 1 and seen[stem].close > seen[word].close:
            return True
    return False


def _ending(word: str, chosen: dict[str, str]) -> Iterator[str]:
    """The longer chosen words that end with `word`."""
    yield from _by_tail(tuple(chosen)).get(word, ())


@lru_cache(maxsize=1)
def _by_tail(words: tuple[str, ...]) -> dict[str, list[str]]:
    tails: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for size in range(2, len(word)):
            tails[word[-size:]].append(word)
    return tails


@cache
def _longer_titles(word: str) -> tuple[str, ...]:
    return tuple(t for t in lx.titles() if t.startswith(word) and t != word)


def _longer(word: str, chosen: dict[str, str]) -> Iterator[str]:
    """The chosen words that are `word` and one or two characters more."""
    yield from _by_stem(tuple(chosen)).get(word, ())


@lru_cache(maxsize=1)
def _by_stem(words: tuple[str, ...]) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for size in range(2, len(word)):
            stems[word[:size]].append(word)
    return stems


# ---------------------------------------------------------------- who is the same person


def _group(words: dict[str, str], seen: dict[str, _Seen], totals: _Totals, text: str) -> list[_Person]:
    """Persons with all their words: full names first, then what can be tied to one of them."""
    weight = {w: seen[w].heads + 2 * seen[w].say + seen[w].called for w in words}
    order = sorted(words, key=lambda w: (words[w] != "name", -weight[w], w))
    people: list[_Person] = []
    for word in order:
        owner = _owner(word, words[word], people) if words[word] != "group" else None
        if owner is None:
            person = _Person(word, weight[word], [word])
            people.append(person)
        else:
            owner.words.append(word)
            owner.weight += weight[word]
    _tie_surnames(people, words)
    _tie_given_names(people, seen, totals)
    _tie_appositions(people, text)
    return sorted(people, key=lambda p: -p.weight)


def _surname(name: str) -> str:
    return (
        name[:2]
        if name[:2] in lx.COMPOUND_SURNAMES and len(name) > 2
        else name[:1]
        if name[:1] in lx.SURNAMES
        else ""
    )


def _owner(word: str, sort: str, people: Sequence[_Person]) -> _Person | None:
    """The one person that a shorter or titled form belongs to; None where nobody or several fit."""
    if sort == "title":
        return None
    fits = [p for p in people if _belongs(word, sort, p.name)]
    if len(fits) > 1:
        close = [p for p in fits if word in p.name]
        fits = close if len(close) == 1 else fits
    return fits[0] if len(fits) == 1 else None


def _belongs(word: str, sort: str, name: str) -> bool:
    surname = _surname(name)
    given = name[len(surname) :] if surname else name
    if surname and _titled(name):
        given = ""
    if word == name:
        return True
    if name.endswith(word) and len(name) > len(word) and surname:
        return True
    if sort == "titled":
        suffix = _titled(word)
        stem = word[: -len(suffix)]
        if stem == name:
            return True
        if not surname and len(name) in (2, 3) and len(suffix) == 1:
            return stem in name.removesuffix(_titled(name)) and name not in lx.titles()
        if stem == surname and _could_be(name, suffix):
            return True
        return bool(surname) and (
            stem == given or (len(stem) == 1 and stem in given) or stem == given[-1:] * 2
        )
    if word[0] in lx.NAME_PREFIXES and len(word) == 2 and surname:
        return word[1] == surname or (word[0] in "阿小" and word[1] in given)
    if len(word) == 2 and word[0] == word[1] and surname:
        return word[0] in given
    if word[-1] == "儿" and len(word) == 2 and surname:
        return word[0] in given
    return False


def _could_be(name: str, suffix: str) -> bool:
    """Whether the title's gender can go with the name's."""
    wanted = lx.GIVEN_TITLE_GENDER.get(suffix, ("unknown", ""))[0]
    lean = _lean(name)
    return wanted == "unknown" or abs(lean) < 1.5 or (lean > 0) == (wanted == "male")


def _tie_surnames(people: list[_Person], words: dict[str, str]) -> None:
    """老董 and 董老师 are one, where the surname has only those two forms and no full name."""
    forms: dict[str, list[_Person]] = defaultdict(list)
    for person in people:
        if words.get(person.name) == "nick" and person.name[0] in "老小" and person.name[1] in lx.SURNAMES:
            forms[person.name[1]].append(person)
        elif (
            words.get(person.name) == "titled"
            and _surname(person.name)
            and _titled(person.name) == person.name[1:]
        ):
            forms[person.name[0]].append(person)
        elif words.get(person.name) == "name":
            forms[_surname(person.name)].extend((person, person))
    for found in forms.values():
        if (
            len(found) == 2
            and found[0] is not found[1]
            and {words[p.name] for p in found} == {"nick", "titled"}
        ):
            _absorb(found[0], found[1], people)


def _tie_given_names(people: list[_Person], seen: dict[str, _Seen], totals: _Totals) -> None:
    """孙少平 is also 少平, where the text says so."""
    taken = {w for p in people for w in p.words}
    for person in people:
        surname = _surname(person.name)
        given = person.name[len(surname) :]
        if (
            surname
            and len(given) == 2
            and given not in taken
            and totals(given) > totals(person.name)
            and (not _common(given) or seen[given].called)
        ):
            person.words.append(given)
        for form in (
            (
                "老" + surname,
                "小" + surname,
                "阿" + given[-1:],
                "小" + given[-1:],
                given[-1:] + "儿",
                given[-1:] * 2,
            )
            if surname
            else ()
        ):
            if len(form) == 2 and form not in taken and totals(form) >= 1 and not _common(form):
                owners = [p for p in people if _belongs(form, "nick", p.name)]
                if len(owners) == 1:
                    person.words.append(form)
                    taken.add(form)


def _tie_appositions(people: list[_Person], text: str) -> None:
    """队长周衡, 门卫大爷: the title right before a word for a person is the same person's."""
    by_name = {p.name: p for p in people}
    for person in list(people):
        if (
            len(person.name) == 4
            and person.name not in lx.titles()
            and person.name[:2] in lx.titles()
            and person.name[2:] in lx.titles()
        ):
            _absorb(person, by_name.get(person.name[:2]), people)
    titled = {
        p.name: p
        for p in people
        if p.name not in lx.EPITHETS and (p.name in lx.titles() or (_titled(p.name) and not _surname(p.name)))
    }
    for person in list(people):
        if person not in people or person.name in lx.GROUPS:
            continue
        for word in [w for w in person.words if len(w) >= 2]:
            for at in _places(word, text):
                before = next(
                    (text[at - n : at] for n in (4, 3, 2) if at >= n and text[at - n : at] in titled), ""
                )
                other = titled.get(before)
                if other is None or other is person or other not in people or before.endswith(word):
                    continue
                _absorb(person, other, people)


def _absorb(person: _Person, other: _Person | None, people: list[_Person]) -> None:
    """Makes `other` a part of `person`."""
    if other is not None and other in people and other is not person:
        person.words.extend(other.words)
        person.weight += other.weight
        people.remove(other)


def _places(word: str, text: str) -> list[int]:
    return [m.start() for m in re.finditer(re.escape(word), text)][:200]


def _find_narrator(
    pieces: Sequence[Piece], people: list[_Person], seen: dict[str, _Seen], totals: _Totals, text: str
) -> None:
    """The person behind a first-person narration's 我: by name if the text tells, else 我."""
    by_chapter: dict[int, list[str]] = defaultdict(list)
    for piece in pieces:
        if piece.kind == "narration":
            by_chapter[piece.span.chapter].append(simplified(piece.text))
    firsts = [narration for narration in map("".join, by_chapter.values()) if is_first_person(narration)]
    if len(firsts) * 2 < len(by_chapter) or not firsts:
        return
    names = Counter(m.group(1) for narration in firsts for m in _I_AM.finditer(narration))
    known = {w: p for p in people for w in p.words}
    for name, _ in names.most_common():
        if name in known:
            person = known[name]
            break
        if name[0] in lx.SURNAMES and not _common(name):
            person = _Person(name, totals(name), [name])
            people.append(person)
            break
    else:
        person = _only_called(people, seen, text) or _Person("我", 0, ["我"])
        if person not in people:
            people.append(person)
    person.words = list(dict.fromkeys([*person.words, "我"]))
    person.weight += 1000
    people.sort(key=lambda p: -p.weight)


def _only_called(people: Sequence[_Person], seen: dict[str, _Seen], narration: str) -> _Person | None:
    """Whom others call by name, and the narration never names: in the first person, the narrator."""
    found = [
        p
        for p in people
        if _surname(p.name)
        and not _titled(p.name)
        and p.name not in lx.titles()
        and sum(seen[w].called for w in p.words)
        and not any(w in narration for w in p.words)
    ]
    return max(found, key=lambda p: p.weight, default=None)


# ---------------------------------------------------------------- gender and age


@cache
def _leans() -> dict[str, float]:
    """Character -> log-odds that a given name with it is a man's."""
    rows = resources.files("novelcast.script").joinpath("given_names.tsv").read_text("utf-8").splitlines()
    return {c: float(lean) for lean, chars in (r.split("\t") for r in rows[1:]) for c in chars}


def _lean(name: str) -> float:
    """Log-odds that a name is a man's (positive) or a woman's, from the characters of its given name."""
    surname = _surname(name)
    if name in lx.titles() or name in lx.GROUPS or _titled(name) or name[0] == "老":
        return 0.0
    given = name[len(surname) :] if surname else name.removeprefix("阿").removeprefix("小")
    if len(given) > 2:
        return 0.0
    return sum(_leans().get(c, 0.0) for c in given) * (1.0 if surname else 0.5)


def _describe(people: Sequence[_Person], pronouns: dict[str, Counter[str]]) -> tuple[Speaker, ...]:
    speakers = []
    for person in people:
        gender, age, sure = _traits(person, pronouns[person.name])
        aliases = tuple(dict.fromkeys(w for w in person.words if w != person.name))
        speakers.append(
            Speaker(id=person.name, name=person.name, aliases=aliases, gender=gender, age=age, sure=sure)
        )
    return tuple(speakers)


@dataclass(frozen=True)
class _Pronoun:
    """A 他 or 她 that opens a clause, and whom it may stand for, with weights that sum to less than 1."""

    gender: str
    people: tuple[tuple[str, float], ...]


# How likely a pronoun stands for the person told of last, last but one, …, and for none of them. Set by hand.
_RECENT_WEIGHTS = (0.55, 0.2, 0.1)
_DIRECT_WEIGHT = 0.9


def _pronoun_places(
    people: Sequence[_Person], paragraphs: Sequence[tuple[str, list[str]]]
) -> Iterator[_Pronoun]:
    finder = WordFinder({w: p.name for p in people if p.name not in lx.GROUPS for w in p.words if len(w) > 1})
    recent: list[str] = []
    for narration, _ in paragraphs:
        subject = ""
        for m in _CLAUSE.finditer(narration):
            clause = m.group()
            found = list(finder.find(clause))
            if clause[0] in "他她" and clause[1:2] != "们":
                others = [n for n in reversed(recent) if n != subject][: len(_RECENT_WEIGHTS)]
                if subject:
                    yield _Pronoun(lx.PRONOUNS[clause[0]], ((subject, _DIRECT_WEIGHT),))
                elif others:
                    yield _Pronoun(lx.PRONOUNS[clause[0]], tuple(zip(others, _RECENT_WEIGHTS, strict=False)))
            elif found:
                start, _, name = found[0]
                subject = name if start <= 2 and len({n for _, _, n in found}) == 1 else ""
            for _, _, name in found:
                recent = [n for n in recent[-5:] if n != name] + [name]


def _pronoun_votes(
    people: Sequence[_Person], paragraphs: Sequence[tuple[str, list[str]]]
) -> dict[str, Counter[str]]:
    """How many 他 and 她 stand for each person. Where several may be meant, a pronoun goes to each by how
    well it fits what is known of them, which the other pronouns tell (expectation maximisation)."""
    places = list(_pronoun_places(people, paragraphs))
    own = {p.name: _own_score(p) for p in people}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for _ in range(4):
        score = {
            n: max(-9.0, min(9.0, own[n] + _PRONOUN_SCORE * (votes[n]["male"] - votes[n]["female"])))
            for n in own
        }
        votes = defaultdict(Counter)
        for place in places:
            sign = 1 if place.gender == "male" else -1
            fit = [w * max(0.03, 1 / (1 + exp(-sign * score[n]))) for n, w in place.people]
            rest = 0.5 * (1 - sum(w for _, w in place.people))
            for (name, _), share in zip(place.people, fit, strict=True):
                votes[name][place.gender] += share / (sum(fit) + rest)  # type: ignore[assignment]
    return votes


def _traits(person: _Person, pronouns: Counter[str]) -> tuple[Gender, Age, float]:
    score = _own_score(person) + _PRONOUN_SCORE * (pronouns["male"] - pronouns["female"])
    ages = Counter(traits[1] for traits in map(_title_traits, person.words) if traits[1] != "unknown")
    sure = round(1 - 0.5 ** (abs(score) / 0.9), 2)
    gender: Gender = "unknown" if abs(score) < _DOUBT else "male" if score > 0 else "female"
    age: Age = ages.most_common(1)[0][0] if ages else "unknown"  # type: ignore[assignment]
    return gender, age, sure


_PRONOUN_SCORE = 0.9
_DOUBT = 0.3


def _own_score(person: _Person) -> float:
    """Log-odds that the person is a man, from the words for them alone. What they are called by others, and
    not by their own name with a title, tells less."""
    score = 0.9 * _lean(person.name)
    relations = 0.0
    for word in person.words:
        weight = {"male": 2.5, "female": -2.5}.get(_title_traits(word)[0], 0.0)
        if word in lx.titles() and word != person.name:
            relations += 0.5 * weight
        else:
            score += weight
        if word[0] == "老" and word[1:] in lx.SURNAMES:
            score += 0.7
    return score + max(-1.2, min(1.2, relations))


def _title_traits(word: str) -> tuple[str, str]:
    return lx.titles().get(word) or lx.GIVEN_TITLE_GENDER.get(_titled(word), ("unknown", "unknown"))
