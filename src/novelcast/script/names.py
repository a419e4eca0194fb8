"""Which words of a book name people.

A word that opens clauses and is followed by what people do (说, 摇头, 的声音 …) is a person's; counts over the whole
book say where it ends.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from novelcast.script import lexicon as lx
from novelcast.script.clues import WordFinder

QUOTE = "\x01"
CLAUSE = re.compile(r"[^，,。！？!?：:；;、…—～\s\x01“”‘’（）()《》【】「」『』]+")
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


DOT = "[·•‧・]"
_PART = "[" + "".join(sorted(lx.TRANSLITERATION)) + "]"
_DOTTED = re.compile(f"(?:[\u4e00-\u9fffA-Z]{{1,5}}{DOT})*?{_PART}{{1,6}}{DOT}{_PART}{{1,6}}")
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


STRETCH = 10_000
"""Characters of a book, a few chapters: a name is used often in some of them, a plain word in none."""


@dataclass(slots=True)
class Seen:
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
    uses: int = 0
    most: int = 0  # uses in the stretch of the book that has most of them
    stretch: int = -1  # the last one that uses it, and how often
    here: int = 0

    def note_use(self, stretch: int) -> None:
        self.here = self.here + 1 if stretch == self.stretch else 1
        self.stretch = stretch
        self.uses += 1
        self.most = max(self.most, self.here)

    @property
    def share(self) -> float:
        """Of the word's uses, those in the stretch that has most of them."""
        return self.most / self.uses if self.uses else 1.0

    def typical(self) -> Seen:
        """What that stretch would show if the word were used in it as it is everywhere.

        Counts over a whole long book say little: whatever chance does to a plain word, it does to it some day.
        """
        part = self.share
        if part == 1.0:
            return self
        counts = ("heads", "tag", "say", "act", "close", "human", "called", "named")
        nexts = Counter({c: round(n * part) for c, n in self.nexts.items() if n * part > 0.5})
        return replace(self, nexts=nexts, **{name: round(getattr(self, name) * part) for name in counts})

    @property
    def evidence(self) -> int:
        return self.act + 2 * self.say + self.tag + 2 * self.called


class Totals:
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

    def longer(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """(how often the commonest word with one more character behind, and before it) for each word of 2 or 3."""
        right: Counter[str] = Counter()
        left: Counter[str] = Counter()
        for word, count in self._grams.items():
            if len(word) > 2:
                right[word[:-1]] = max(right[word[:-1]], count)
                left[word[1:]] = max(left[word[1:]], count)
        return right, left


def observe(paragraphs: Iterable[tuple[str, list[str]]]) -> dict[str, Seen]:
    seen: dict[str, Seen] = defaultdict(Seen)
    at = 0
    for narration, said in paragraphs:
        stretch = at // STRETCH
        at += len(narration) + sum(map(len, said))
        for sentence in re.finditer(r"[^。！？!?…\x01]+[。！？!?…]*\x01?", narration):
            text = sentence.group()
            leads_in = re.search(r"[：:，,]\s*\x01?$", text) is not None and (
                text[-1] == QUOTE or text.rstrip()[-1:] in "：:"
            )
            behind = narration[sentence.start() - 1 : sentence.start()] == QUOTE
            for k, m in enumerate(CLAUSE.finditer(text)):
                heads, beside = _heads(m.group()), leads_in or (behind and k == 0)
                for head in heads:
                    _note(seen, head, beside, stretch)
                _note_offices(seen, m.group(), heads, beside, stretch)
        for quote in said:
            for pattern in (_VOCATIVE_HEAD, _VOCATIVE_TAIL):
                if found := pattern.search(quote):
                    seen[found.group(1)].called += 1
                    seen[found.group(1)].note_use(stretch)
        for m in _NAMED.finditer("\n".join((narration, *said))):
            for size in (2, 3):
                if len(m.group(1)) == size:
                    seen[m.group(1)].named += 1
                    seen[m.group(1)].note_use(stretch)
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


def _note(seen: dict[str, Seen], head: str, beside_quote: bool, stretch: int) -> None:
    foreign = next((k for k, c in enumerate(head[:9]) if c not in lx.TRANSLITERATION), len(head))
    for size in (2, 3, 4, *range(5, min(foreign, 8) + 1)):
        word, rest = head[:size], head[size:]
        if len(word) < size or not _HAN2.match(word):
            return
        _note_word(seen[word], rest, beside_quote, stretch)


def _note_word(entry: Seen, rest: str, beside_quote: bool, stretch: int) -> None:
    entry.note_use(stretch)
    entry.heads += 1
    entry.tag += beside_quote
    entry.nexts[rest[:1]] += 1
    say = lx.SAY.search(rest[:9])
    entry.say += say is not None and (beside_quote or say.start() <= 4)
    act = lx.HUMAN_ACT.match(rest) is not None
    entry.act += act
    entry.human += lx.ONLY_HUMAN.match(rest) is not None
    entry.close += act or (say is not None and say.start() == 0)


def _note_offices(
    seen: dict[str, Seen], clause: str, heads: Collection[str], beside_quote: bool, stretch: int
) -> None:
    """Who comes in further back in a clause: 门口一个黑衣人喊. Only words that are people by themselves."""
    for start, end, word in _offices().find(clause):
        behind = clause[start - 1 : start]
        if behind and behind in "个名位那这的" and clause[start:] not in heads and _acts(clause[end:]):
            _note_word(seen[word], clause[end:], beside_quote, stretch)


def _acts(rest: str) -> bool:
    return lx.HUMAN_ACT.match(rest) is not None or lx.SAY.search(rest[:9]) is not None


@cache
def _offices() -> WordFinder:
    return WordFinder({w: w for w in lx.titles() if len(w) > 1})


@cache
def dictionary() -> tuple[dict[str, int], dict[str, str]]:
    """jieba's word frequencies and parts of speech."""
    import logging

    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    jieba.posseg.dt.initialize()
    jieba.posseg.dt.load_word_tag(jieba.dt.get_dict_file())
    return jieba.dt.FREQ, jieba.posseg.dt.word_tag_tab


def common(word: str) -> bool:
    """Whether the dictionary knows the word as something other than a person's name."""
    freq, tags = dictionary()
    return bool(freq.get(word)) and not tags.get(word, "x").startswith("nr")


def choose(seen: dict[str, Seen], totals: Totals) -> dict[str, str]:
    """The words that name people, each with what sort of word it is."""
    chosen: dict[str, str] = {}
    for word, entry in seen.items():
        if sort := _sort_of(word, entry.typical(), totals):
            chosen[word] = sort
    for m in _TITLED_ANYWHERE.finditer(totals.text):
        if not common(m.group(1)) and m.group(1) not in chosen and m.group(1) not in lx.titles():
            seen[m.group(1)].heads += 1
            chosen[m.group(1)] = "titled"
    runs = Counter(m.group() for m in _FOREIGN_RUN.finditer(totals.text))
    for word, count in runs.items():
        if (
            count >= 2
            and word not in chosen
            and foreign(word)
            and word[0] not in lx.NEVER_FIRST
            and not common(word)
            and (len(word) > 2 or seen[word].heads)
        ):
            seen[word].heads += 1
            chosen[word] = "name"
    for word in _dotted(totals.text, chosen, totals):
        seen[word].heads += 1
        chosen[word] = "name"
        for part in re.split(DOT, word):
            if len(part) > 1:
                chosen[part] = "name"
    return {
        w: s
        for w, s in chosen.items()
        if not cut_short(w, s, chosen, seen, totals) and not (s == "titled" and _torn(w, totals))
    }


def _torn(word: str, totals: Totals) -> bool:
    """Whether a title's stem always ends another word: 货郎伯伯, 有劳公公."""
    for m in re.finditer(re.escape(word), totals.text):
        before = totals.text[m.start() - 1 : m.start()]
        if not before or not common(before + word[0]):
            return False
    return True


def _dotted(text: str, chosen: Collection[str], totals: Totals) -> set[str]:
    """Foreign names in parts (亚瑟·潘德拉贡). The last part ends where it is a name by itself, else with the longest
    run of characters that names are written with and that recurs."""
    found: Counter[str] = Counter(m.group() for m in _DOTTED.finditer(text))
    names = set()
    for word in found:
        stem, dot, last = re.match(rf"(.*)({DOT})(.*)$", word).groups()  # type: ignore[union-attr]
        ends = [last[:k] for k in range(len(last), 0, -1)]
        known = next((e for e in ends if e in chosen), None)
        names.add(
            stem + dot + (known or max(ends, key=lambda e: (totals.text.count(stem + dot + e), len(e))))
        )
    return names


def add_tag_subjects(words: dict[str, str], paragraphs: Sequence[tuple[str, list[str]]]) -> None:
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
    _, tags = dictionary()
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


def is_title(word: str) -> bool:
    """Whether a word is a title, a role or a crowd by its form alone: 队长, 胖掌柜, 费长老, 众弟子."""
    return _is_group(word) or _is_office(word) or bool(titled(word) and not common(word))


def _is_group(word: str) -> bool:
    titles = lx.titles()
    return (
        word in lx.GROUPS
        or (word[0] == "众" and word[1:] in titles)
        or (word[-1] == "们" and word[:-1] in titles)
    )


def _is_office(word: str) -> bool:
    titles = lx.titles()
    return word in titles or (len(word) == 4 and word[:2] in titles and word[2:] in titles)


def _sort_of(word: str, entry: Seen, totals: Totals) -> str:
    if _is_group(word):
        return "group" if entry.heads else ""
    if _is_office(word):
        return "title" if entry.heads or entry.called else ""
    if titled(word) and not common(word) and word not in lx.NOT_PEOPLE:
        return "titled" if entry.heads + entry.called > (word[0] in lx.WEAK_SURNAMES) else ""
    if sum(entry.nexts[c] for c in "里外中内") * 3 > entry.heads:
        return ""  # a place
    if word[0] in lx.NEVER_FIRST or ends_in_adverb(word) or word in lx.SELF_NAMES:
        return ""
    if foreign(word) and not common(word):
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
    if lx.human_noun(word) and common(word) and dictionary()[1].get(word, "")[:1] == "n":
        return "title" if entry.say or entry.human or entry.called or (entry.tag and entry.act) else ""
    if word in lx.NOT_PEOPLE or (word[-1] in lx.THING_ENDS and entry.say + entry.human < 2):
        return ""
    evidence = entry.evidence
    dull = not common(word) or (word[0] in "老小阿" and word[1:] in lx.SURNAMES)
    if word[0] in lx.NAME_PREFIXES and len(word) == 2 and dull and (word[0] != "大" or entry.called):
        return "nick" if entry.close or entry.called or (entry.heads and totals(word) >= 2) else ""
    if len(word) == 2 and word[0] == word[1] and not dull and dictionary()[1].get(word, "")[:1] != "n":
        return ""
    if len(word) == 2 and (word[0] == word[1] or word[1] == "儿") and evidence >= 2:
        return "nick" if dull or entry.called or entry.say or entry.close >= 2 else ""
    if len(word) in (2, 3):
        tags = dictionary()[1].get(word, "")
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


def ends_in_adverb(word: str) -> bool:
    """Whether a word is a surname and the adverb behind it: 方缓缓道."""
    tail = word[-2:]
    frequency, tags = dictionary()
    return (
        len(word) == 3
        and tail[0] == tail[1]
        and frequency.get(tail, 0) > _ADVERB
        and tags.get(tail, "x")[0] in "dz"
    )


_ADVERB = 50  # how often the dictionary's text has an adverb that is more than a name: 缓缓 2078, 甜甜 3


def foreign(word: str) -> bool:
    """Whether a word is written as foreign names are, and not as Chinese ones."""
    return all(c in lx.TRANSLITERATION for c in word) and (len(word) >= 4 or word[0] not in lx.SURNAMES)


def _surnamed(word: str, entry: Seen, totals: Totals) -> str:
    compound = word[:2] in lx.COMPOUND_SURNAMES and len(word) in (3, 4)
    if not compound and not (word[0] in lx.SURNAMES and len(word) in (2, 3)):
        return ""
    evidence = entry.evidence
    if common(word):
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


def titled(word: str) -> str:
    """The title at the end of a word like 费长老, 顾上校, 晴姐; empty where there is none."""
    if word in lx.titles():
        return ""
    if word[-1] == "道" and titled(word[:-1]):
        return ""  # 戚长老道
    for suffix in _suffixes(word):
        stem = word[: -len(suffix)]
        if stem in lx.SURNAMES or stem in lx.COMPOUND_SURNAMES:
            return suffix
        if any(c in lx.NOT_IN_NAMES for c in stem) or stem in lx.titles():
            continue
        if len(suffix) == 1 and suffix in "哥姐叔姨婶爷嫂伯":
            return suffix
        if len(suffix) == 2 and not common(stem) and stem not in lx.NOT_STEMS:
            return suffix
    return ""


def cut_short(word: str, sort: str, chosen: dict[str, str], seen: dict[str, Seen], totals: Totals) -> bool:
    """Whether the word is a stump of a longer name (孙少 of 孙少平) or a name with more behind it (高崇慢)."""
    if re.search(DOT, word):
        return False  # its parts are names too
    mine = totals(word)
    if sort in ("title", "titled", "nick", "other") and any(
        totals(longer) >= 0.9 * mine for longer in _ending(word, chosen)
    ):
        return True
    if sort == "titled" and chosen.get(word[1:]) == "titled":
        return True  # 传秦太医: what stands before is no name
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


def surname_of(name: str) -> str:
    return (
        name[:2]
        if name[:2] in lx.COMPOUND_SURNAMES and len(name) > 2
        else name[:1]
        if name[:1] in lx.SURNAMES
        else ""
    )
