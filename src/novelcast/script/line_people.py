"""Who is in a book whose lines are sentences: by counts over the whole book, which such texts are.

A full name is a surname with one or two characters that recur with it while all sorts of things follow. Brothers share
a surname and a character (孙少平, 孙少安 in a made-up family: what follows 孙少 is one of a few), so where a name ends is
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
from novelcast.script.line_text import is_line_text
from novelcast.script.line_words import KIN
from novelcast.script.people import (
    _common,
    _describe,
    _dictionary,
    _observe,
    _Person,
    _pronoun_votes,
    _Seen,
    find_people,
)
from novelcast.script.pieces import Piece

_RUN = re.compile(r"[\u4e00-\u9fff]+")
_QUOTE = "\x01"
_CLOSED = 0.75  # share of what follows a stem that its few longer names have to make up
_LEAST = 2  # times a full name has to stand in the text
# Characters that stand behind a name and are no part of it.
_BEHIND = frozenset("的了着过是在不没有也都就又还却便再只已很和与跟同对向把被将让给说道问答喊笑哭想看听走站坐正刚家们这那他她从一到为去来要会能用拿")
_HUMAN_SHARE = 0.25


@dataclass
class _Grams:
    """How often each run of two to four characters stands in the text, and what follows it."""

    count: Counter[str] = field(default_factory=Counter)
    nexts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

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
        return grams


def people_of(pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The characters of a book of either kind."""
    return find_line_people(pieces) if is_line_text(pieces) else find_people(pieces)


def find_line_people(pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The characters of a book whose lines are sentences, those seen most first. `Speaker.id` is the name."""
    chapters = list(_chapters(pieces))
    seen = _observe(chapters)
    text = "\n".join(narration for narration, _ in chapters)
    everything = text + "\n" + "\n".join(q for _, said in chapters for q in said)
    grams = _Grams.of(everything)
    people = _named(seen, grams)
    _add_given_names(people, seen, grams)
    _add_short_names(people, seen, grams)
    _add_titled(people, seen, everything)
    _add_roles(people, seen)
    people.sort(key=lambda p: -p.weight)
    return _describe(people, _pronoun_votes(people, chapters))


def _chapters(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[str]]]:
    """(narration with each quotation as one mark, quotations) of each chapter, simplified."""
    narration: dict[int, list[str]] = defaultdict(list)
    said: dict[int, list[str]] = defaultdict(list)
    for piece in pieces:
        chapter = piece.span.chapter
        text = simplified(piece.text)
        if piece.kind == "dialogue" or (piece.kind == "thought" and text[:1] in "“「『‘\""):
            narration[chapter].append(_QUOTE)
            said[chapter].append(text)
        elif piece.kind in ("narration", "thought"):
            narration[chapter].append(text)
    for chapter, parts in narration.items():
        yield "".join(parts), said[chapter]


def _named(seen: Mapping[str, _Seen], grams: _Grams) -> list[_Person]:
    """The people with a full name."""
    found: list[_Person] = []
    taken: set[str] = set()
    for stem in [w for w in grams.count if len(w) == 2 and w[0] in lx.SURNAMES]:
        longer = _longer_names(stem, seen, grams)
        if longer:
            found += [_Person(w, grams.count[w], [w]) for w in longer]
            taken.update(longer)
        elif _short_full_name(stem, seen, grams):
            found.append(_Person(stem, grams.count[stem], [stem]))
    return found


def _longer_names(stem: str, seen: Mapping[str, _Seen], grams: _Grams) -> list[str]:
    """The names of three characters that begin with a surname and one more."""
    if stem[1] in lx.NOT_IN_NAMES or _common(stem):
        follow = Counter({c: n for c, n in grams.nexts[stem].items() if n >= 3})
    else:
        follow = grams.nexts[stem]
    total = sum(grams.nexts[stem].values())
    names = []
    for char, n in follow.most_common(12):
        word = stem + char
        if char and n >= _LEAST and char not in _BEHIND and _is_name(word, seen, grams):
            names.append(word)
    covered = sum(grams.count[w] for w in names)
    strong = [w for w in names if _alone(w[1:], w, grams) >= 2 or seen.get(w, _Seen()).evidence >= 4]
    if names and covered >= _CLOSED * total:
        return names
    return [w for w in strong if grams.count[w] >= 0.3 * total or _alone(w[1:], w, grams) >= 3]


def _is_name(word: str, seen: Mapping[str, _Seen], grams: _Grams) -> bool:
    if _common(word) or word in lx.titles() or word[1] in _BEHIND:
        return False
    if any(word.endswith(t) for t in lx.TITLE_SUFFIXES if len(t) > 1):
        return False
    behind = grams.nexts[word]
    entry = seen.get(word, _Seen())
    if not (entry.evidence or entry.heads >= 2):
        return False
    # All sorts of things follow a name; a piece of a longer word goes on in one way.
    return len(behind) >= min(3, grams.count[word]) and max(behind.values()) <= max(2, 0.6 * grams.count[word])


def _alone(given: str, name: str, grams: _Grams) -> int:
    """How often a given name stands without its surname."""
    return grams.count[given] - grams.count[name]


def _short_full_name(word: str, seen: Mapping[str, _Seen], grams: _Grams) -> bool:
    """Whether a surname and one character are a name: 金波."""
    entry = seen.get(word, _Seen())
    if _common(word) or word[1] in lx.NOT_IN_NAMES or word in lx.titles() or word in lx.NOT_PEOPLE:
        return False
    if word[0] in lx.WEAK_SURNAMES and entry.say + entry.human < 3:
        return False
    count = grams.count[word]
    top = max(grams.nexts[word].values(), default=0)
    humans = entry.close + entry.say
    return count >= _LEAST and humans >= 2 and humans >= 0.1 * count and top <= max(2, 0.5 * count) and entry.heads >= 0.15 * count


def _add_given_names(people: list[_Person], seen: Mapping[str, _Seen], grams: _Grams) -> None:
    owners: dict[str, list[_Person]] = defaultdict(list)
    for person in people:
        if len(person.name) == 3 and person.name[:2] not in lx.COMPOUND_SURNAMES:
            owners[person.name[1:]].append(person)
    for given, found in owners.items():
        alone = grams.count[given] - sum(grams.count[p.name] for p in found)
        entry = seen.get(given, _Seen())
        if alone < 1 or (_common(given) and entry.close + entry.say < 0.1 * alone):
            continue
        best = max(found, key=lambda p: p.weight)
        best.words.append(given)
        best.weight += alone


def _add_short_names(people: list[_Person], seen: Mapping[str, _Seen], grams: _Grams) -> None:
    """People who are never called by a surname: 小翠, 莉莉, 秀英."""
    known = {w for p in people for w in p.words}
    inside = {w[k : k + 2] for w in known for k in range(len(w) - 1)}
    _, tags = _dictionary()
    for word, entry in seen.items():
        if len(word) != 2 or word in inside or word in lx.titles() or word in KIN or word in lx.NOT_PEOPLE:
            continue
        if word[0] in lx.NEVER_FIRST or word[0] in _BEHIND or any(c in lx.NOT_IN_NAMES for c in word):
            continue
        count = grams.count[word]
        humans = entry.close + entry.say
        strange = not tags.get(word) or tags[word].startswith("nr") or word[0] in lx.NAME_PREFIXES or word[0] == word[1]
        least = 3 if strange else 8
        share = _HUMAN_SHARE if strange else 2 * _HUMAN_SHARE
        if humans >= least and humans >= share * count and entry.tag and len(entry.nexts) >= 3:
            people.append(_Person(word, count, [word]))


def _add_titled(people: list[_Person], seen: Mapping[str, _Seen], text: str) -> None:
    """People known by surname and title only: 曹书记. With one of that surname about, the title is his or hers."""
    surnames = Counter(p.name[0] for p in people if p.name[0] in lx.SURNAMES)
    for word, entry in seen.items():
        title = word[1:]
        if len(word) != 3 or word[0] not in lx.SURNAMES or title not in lx.TITLE_SUFFIXES or _common(word):
            continue
        if not surnames[word[0]] and entry.say + entry.close + 2 * entry.called >= 2:
            people.append(_Person(word, text.count(word), [word]))


def _add_roles(people: list[_Person], seen: Mapping[str, _Seen]) -> None:
    """Unnamed people who speak: 售货员, 老师傅."""
    for word in lx.titles():
        entry = seen.get(word)
        if entry is None or word in KIN or word[0] in "他她我" or word in lx.GROUPS or len(word) < 2:
            continue
        if entry.tag and entry.say >= 2 and entry.say >= 0.2 * entry.heads:
            people.append(_Person(word, entry.heads, [word]))
