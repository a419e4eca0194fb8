"""Who is in a book whose lines are sentences: by counts over the whole book, which such texts are.

A full name is a surname with one or two characters that recur with it while all sorts of things follow. Brothers share
a surname and a character (林知远, 林知行 in a made-up family: what follows 林知 is one of a few), so where a name ends is
read from what comes after it: few different characters inside a name, many behind it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script import lexicon as lx
from novelcast.script.identity import Person
from novelcast.script.line_text import DEBRIS, is_line_text
from novelcast.script.line_words import KIN
from novelcast.script.names import QUOTE, Seen, common, dictionary, observe
from novelcast.script.people import find_people
from novelcast.script.pieces import Piece
from novelcast.script.traits import describe, pronoun_votes

_RUN = re.compile(r"[\u4e00-\u9fff]+")
_CLOSED = 0.75  # share of what follows a stem that its few longer names have to make up
_LEAST = 2  # times a full name has to stand in the text
# Characters that stand behind a name and are no part of it.
_BEHIND = frozenset(
    "的了着过是在不没有也都就又还却便再只已很和与跟同对向把被将让给说道问答喊笑哭想看听走站坐正刚家们这那他她从一到为去来要会能用拿"
)
_HUMAN_SHARE = 0.1
_EVERYDAY = 300  # occurrences in the corpus behind jieba's dictionary
# Surnames that are mostly something else, and last characters of places.
_FUNCTION = frozenset("和从都那有时能向于何别后会连相应同全单常将使可以又还为被把而但则与就")
_PLACE = frozenset("里外中内上下边村镇乡县市省路河沟山川节家院校")


@dataclass
class _Grams:
    """How often each run of two to four characters stands in the text, and what follows it."""

    count: Counter[str] = field(default_factory=Counter)
    nexts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    before: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def inside(self, word: str) -> int:
        """How often the word's first character belongs to the word before it: 师 of 教师."""
        freq, _ = dictionary()
        return sum(n for c, n in self.before[word].items() if c and freq.get(c + word[0], 0) >= _EVERYDAY)

    @classmethod
    def of(cls, text: str) -> _Grams:
        grams = cls()
        for m in _RUN.finditer(text):
            run = m.group()
            for size in (2, 3):
                for i in range(len(run) - size + 1):
                    word = run[i : i + size]
                    grams.count[word] += 1
                    if word[0] in lx.SURNAMES:
                        grams.nexts[word][run[i + size : i + size + 1]] += 1
                        grams.before[word][run[i - 1 : i]] += 1
        return grams


def people_of(pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The characters of a book of either kind."""
    return find_line_people(pieces) if is_line_text(pieces) else find_people(pieces)


def find_line_people(pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The characters of a book whose lines are sentences, those seen most first. `Speaker.id` is the name."""
    chapters = list(_chapters(pieces))
    seen = observe(chapters)
    text = "\n".join(narration for narration, _ in chapters)
    everything = text + "\n" + "\n".join(q for _, said in chapters for q in said)
    grams = _Grams.of(everything)
    people = _named(seen, grams)
    _add_given_names(people, seen, grams)
    _add_short_names(people, seen, grams)
    _add_titled(people, seen, everything)
    _add_roles(people, seen, everything)
    people.sort(key=lambda p: -p.weight)
    return describe(people, pronoun_votes(people, chapters))


def _chapters(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[str]]]:
    """(narration with each quotation as one mark, quotations) of each chapter, simplified."""
    narration: dict[int, list[str]] = defaultdict(list)
    said: dict[int, list[str]] = defaultdict(list)
    for piece in pieces:
        chapter = piece.span.chapter
        text = simplified(piece.text)
        if piece.kind == "dialogue" or (piece.kind == "thought" and text[:1] in '“「『‘"'):
            narration[chapter].append(QUOTE)
            said[chapter].append(text)
        elif piece.kind in ("narration", "thought"):
            narration[chapter].append(DEBRIS.sub("", text))
    for chapter, parts in narration.items():
        yield "".join(parts), said[chapter]


def _named(seen: Mapping[str, Seen], grams: _Grams) -> list[Person]:
    """The people with a full name."""
    found: list[Person] = []
    taken: set[str] = set()
    for stem in [w for w in grams.count if len(w) == 2 and w[0] in lx.SURNAMES]:
        longer = _longer_names(stem, seen, grams)
        if longer:
            found += [Person(w, grams.count[w], [w]) for w in longer]
            taken.update(longer)
        elif _short_full_name(stem, seen, grams):
            found.append(Person(stem, grams.count[stem], [stem]))
    return found


def _longer_names(stem: str, seen: Mapping[str, Seen], grams: _Grams) -> list[str]:
    """The names of three characters that begin with a surname and one more."""
    follow = grams.nexts[stem]
    total = sum(follow.values())
    names = [
        stem + char
        for char, n in follow.most_common(12)
        if char and n >= _LEAST and _is_name(stem + char, seen, grams)
    ]
    if sum(grams.count[w] for w in names) >= _CLOSED * total:
        return names
    # 陈舟 is a name although 陈舟家 recurs: here a longer name has to show that it is one.
    return [w for w in names if _alone(w[1:], w, grams) >= 3 or grams.count[w] >= 0.3 * total]


def _is_name(word: str, seen: Mapping[str, Seen], grams: _Grams) -> bool:
    given = word[1:]
    if _everyday(word) or word in lx.titles() or given in lx.titles() or given in KIN or given in lx.GROUPS:
        return False
    if grams.inside(word) >= 0.4 * grams.count[word]:
        return False
    if any(word.endswith(t) for t in lx.TITLE_SUFFIXES if len(t) > 1):
        return False
    behind = grams.nexts[word]
    # All sorts of things follow a name; a piece of a longer word goes on in one way.
    if len(behind) < min(3, grams.count[word]) or max(behind.values()) > max(2, 0.6 * grams.count[word]):
        return False
    full, short = seen.get(word, Seen()), seen.get(given, Seen())
    alone = _alone(given, word, grams)
    own = _alone(given, word, grams) >= 2 and not _everyday(given)
    acts = full.close + full.say + (short.close + short.say if own else 0)
    heads = full.heads + (short.heads if own else 0)
    own_acts = full.close + full.say
    if word[0] in _FUNCTION:
        return full.say >= 2 and own_acts >= 0.25 * full.heads and alone <= 0
    if word[0] in lx.WEAK_SURNAMES:
        return acts >= 3 and acts >= 0.25 * heads
    if any(c in _BEHIND for c in given):
        return own_acts >= 2 and own_acts >= 0.25 * full.heads
    if word[-1] in _PLACE:
        return full.say >= 2 and acts >= 0.3 * heads
    return acts >= 1 and acts >= 0.15 * heads


def _everyday(word: str) -> bool:
    """Whether a word is in everyday use, so that it may stand in a text without being a name."""
    freq, tags = dictionary()
    return freq.get(word, 0) >= _EVERYDAY and not tags.get(word, "x").startswith("nr")


def _alone(given: str, name: str, grams: _Grams) -> int:
    """How often a given name stands without its surname."""
    return grams.count[given] - grams.count[name]


def _short_full_name(word: str, seen: Mapping[str, Seen], grams: _Grams) -> bool:
    """Whether a surname and one character are a name: 陈舟."""
    entry = seen.get(word, Seen())
    if _everyday(word) or word[1] in lx.NOT_IN_NAMES or word in lx.titles() or word in lx.NOT_PEOPLE:
        return False
    if word[0] in lx.WEAK_SURNAMES and entry.say + entry.close < 3:
        return False
    if grams.inside(word) >= 0.4 * grams.count[word]:
        return False
    count = grams.count[word]
    top = max(grams.nexts[word].values(), default=0)
    humans = entry.close + entry.say
    return (
        count >= _LEAST
        and humans >= 2
        and humans >= 0.1 * count
        and top <= max(2, 0.5 * count)
        and entry.heads >= 0.15 * count
    )


def _add_given_names(people: list[Person], seen: Mapping[str, Seen], grams: _Grams) -> None:
    owners: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if len(person.name) == 3 and person.name[:2] not in lx.COMPOUND_SURNAMES:
            owners[person.name[1:]].append(person)
    for given, found in owners.items():
        alone = grams.count[given] - sum(grams.count[p.name] for p in found)
        entry = seen.get(given, Seen())
        acts = entry.close + entry.say
        if alone < 1 or (
            _everyday(given) and not (entry.heads >= 0.2 * alone and acts >= max(2, 0.15 * entry.heads))
        ):
            continue
        best = max(found, key=lambda p: p.weight)
        best.words.append(given)
        best.weight += alone


def _add_short_names(people: list[Person], seen: Mapping[str, Seen], grams: _Grams) -> None:
    """People who are never called by a surname: 小棠, 阿宁."""
    known = {w for p in people for w in p.words}
    inside = {w[k : k + 2] for w in known for k in range(len(w) - 1)}
    _, tags = dictionary()
    for word, entry in seen.items():
        if len(word) != 2 or word in inside or word in lx.titles() or word in KIN or word in lx.NOT_PEOPLE:
            continue
        if word[0] in lx.NEVER_FIRST or word[0] in _BEHIND or any(c in lx.NOT_IN_NAMES for c in word):
            continue
        count = grams.count[word]
        humans = entry.close + entry.say
        strange = (
            not tags.get(word)
            or tags[word].startswith("nr")
            or word[0] in lx.NAME_PREFIXES
            or word[0] == word[1]
        )
        least = 3 if strange else 8
        share = _HUMAN_SHARE if strange else 3 * _HUMAN_SHARE
        if humans >= least and humans >= share * count and entry.tag and len(entry.nexts) >= 3:
            people.append(Person(word, count, [word]))


def _add_titled(people: list[Person], seen: Mapping[str, Seen], text: str) -> None:
    """People known by surname and title only: 秦处长. With one of that surname about, the title is his or hers."""
    surnames = Counter(p.name[0] for p in people if p.name[0] in lx.SURNAMES)
    for word, entry in seen.items():
        title = word[1:]
        if len(word) != 3 or word[0] not in lx.SURNAMES or title not in lx.TITLE_SUFFIXES or common(word):
            continue
        if not surnames[word[0]] and entry.say + entry.close + 2 * entry.called >= 2:
            people.append(Person(word, text.count(word), [word]))


def _add_roles(people: list[Person], seen: Mapping[str, Seen], text: str) -> None:
    """Unnamed people who speak: 售货员, 老师傅. A title that stands beside names is somebody's who has a name."""
    names = "|".join(sorted((re.escape(w) for p in people for w in p.words), key=len, reverse=True)) or "\0"
    beside: Counter[str] = Counter()
    for m in re.finditer(f"(?:{names})([\u4e00-\u9fff]{{2,3}})|([\u4e00-\u9fff]{{2,3}})(?={names})", text):
        run = m.group(1) or m.group(2)
        beside.update((run[:2], run[:3]) if m.group(1) else (run[-2:], run[-3:]))
    for word in lx.titles():
        entry = seen.get(word)
        if entry is None or word in KIN or word[0] in "他她我" or word in lx.GROUPS or len(word) < 2:
            continue
        if beside[word] >= 0.05 * text.count(word):
            continue
        if entry.tag and entry.say >= 2 and entry.say >= 0.2 * entry.heads:
            people.append(Person(word, entry.heads, [word]))
