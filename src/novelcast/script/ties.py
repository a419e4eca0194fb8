"""What conversations tell of people: which words mean the same person, and who is he or she.

Who is called 队长 and answers next is the 队长; two who answer each other, or stand in one sentence, are two.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script import lexicon as lx
from novelcast.script.clues import REACTIONS, Mention, Roster
from novelcast.script.decode import decode, load_model
from novelcast.script.names import surname_of, titled
from novelcast.script.pieces import Piece
from novelcast.script.turns import Turn, chapters_of, read_turns

_SURE = 0.8
_DOUBTFUL = 0.5  # of a gender that does not keep two words from being one person's
_ENOUGH = 1.5
_ANSWERED = 1.5  # votes, where an unnamed person speaks and is called by a name at once
_NAMESAKE = 1.0  # votes, where both have one surname
_TOLD = 3.0  # votes, where the text says in so many words that two are one


@dataclass
class Talk:
    """What the conversations of a book tell of its people, by index: pairs (word's person, named person) that
    are one, each first index once; and the pronouns of those who spoke."""

    same: list[tuple[int, int]]
    pronouns: dict[int, Counter[str]]


def read_talk(pieces: Sequence[Piece], people: Sequence[Speaker]) -> Talk:
    roster = Roster.of(people)
    votes: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    against: dict[int, Counter[int]] = defaultdict(Counter)
    pronouns: dict[int, Counter[str]] = defaultdict(Counter)
    told: set[int] = set()
    places: dict[int, set[int]] = defaultdict(set)  # the chapters in which the narration tells of them
    called: Counter[int] = Counter()
    for chapter in chapters_of(pieces):
        turns = read_turns(pieces, chapter, roster)
        decided = decode(turns, load_model())
        _vote(turns, decided, people, votes, against)
        for turn, (who, sure) in zip(turns, decided, strict=True):
            called.update(_people(turn.addressed))
            if who is not None and sure >= _SURE:
                pronouns[who].update(c.who.gender for c in turn.tags.clues if c.who.word in lx.PRONOUNS)
        for i in chapter:
            if pieces[i].kind == "narration":
                here = _apart(simplified(pieces[i].text), roster, against)
                told |= here
                for who in here:
                    places[who].add(pieces[i].span.chapter)
    if roster.narrator is not None:
        # Whom others call, and the narration never names, is the one who tells it.
        for word in set(called) - told - {roster.narrator}:
            if _loose(people[word]) and votes[word].get(roster.narrator):
                votes[word][roster.narrator] += 1
    return Talk(_pairs(people, votes, against, places), pronouns)


def _pairs(
    people: Sequence[Speaker],
    votes: Mapping[int, Mapping[int, float]],
    against: Mapping[int, Counter[int]],
    places: Mapping[int, set[int]],
) -> list[tuple[int, int]]:
    pairs = []
    none: Counter[int] = Counter()
    for word, counts in votes.items():
        if not _loose(people[word]) or (people[word].name in lx.EPITHETS and len(places.get(word, ())) > 1):
            continue  # in another chapter, 男人 is another man
        scores = {
            who: count - (against.get(word, none)[who] + against.get(who, none)[word])
            for who, count in counts.items()
            if _compatible(people[word], people[who])
            and not (_loose(people[who]) and people[who].name in lx.EPITHETS)
        }
        for who in scores:
            if _surname(people[word].name) and _surname(people[who].name) == _surname(people[word].name):
                scores[who] += _NAMESAKE
        ranked = sorted(scores.items(), key=lambda x: -x[1])
        if ranked and ranked[0][1] >= _ENOUGH and (len(ranked) == 1 or ranked[0][1] >= ranked[1][1] + 1):
            pairs.append((word, ranked[0][0]))
    return pairs


def _loose(person: Speaker) -> bool:
    """Whether the person is known by a title, a form of address or an epithet only, or by a bare given name."""
    name = person.name
    if name in lx.GROUPS or name == lx.FIRST_PERSON:
        return False
    return name[0] not in lx.SURNAMES or len(name) not in (2, 3) or name in lx.titles() or bool(titled(name))


def _surname(name: str) -> str:
    """The surname in a name, in 老周 and in 周师傅."""
    if name in lx.titles():
        return ""
    if len(name) == 2 and name[0] in "老小" and name[1] in lx.SURNAMES:
        return name[1]
    return surname_of(name)


def _compatible(one: Speaker, other: Speaker) -> bool:
    doubt = min(one.sure, other.sure) < _DOUBTFUL
    gender = doubt or "unknown" in (one.gender, other.gender) or one.gender == other.gender
    mine, theirs = _surname(one.name), _surname(other.name)
    if mine and theirs and mine != theirs:
        return False
    age = {one.age, other.age}
    return gender and age not in ({"child", "adult"}, {"child", "elderly"}) and other.name not in lx.GROUPS


def _vote(
    turns: Sequence[Turn],
    decided: Sequence[tuple[int | None, float]],
    people: Sequence[Speaker],
    votes: dict[int, dict[int, float]],
    against: dict[int, Counter[int]],
) -> None:
    for t, turn in enumerate(turns):
        called = _people(turn.addressed)
        own = _people([c.who for c in turn.tags.clues if c.how not in REACTIONS])
        for word in called:
            for who in own:
                against[word][who] += 1
        for step, worth in ((1, 1.0), (-1, 0.7)):
            if not 0 <= t + step < len(turns) or turns[max(t, t + step)].gap > 1:
                continue
            answers, sure = decided[t + step]
            if answers is None or sure < _SURE or answers in own or answers in called:
                continue
            for word in called:
                votes[word][answers] += worth / len(called)
        if t + 1 < len(turns) and turns[t + 1].gap == 0:
            for word in own:
                for who in _people([c.who for c in turns[t + 1].tags.clues if c.how not in REACTIONS]):
                    if who != word:
                        against[word][who] += 1
        for word in own:
            if people[word].name in lx.EPITHETS and t + 1 < len(turns) and turns[t + 1].gap == 0:
                for who in _people(turns[t + 1].addressed):
                    if people[who].gender == people[word].gender != "unknown":
                        votes[word][who] += _ANSWERED
        speaker, sure = decided[t]
        named = _people(turn.introduced)
        for word in own or ({speaker} if speaker is not None and sure >= 0.5 else set()):
            for who in named - {word}:
                votes[word][who] += _TOLD if own else 1.0
        for clue in turn.tags.clues:
            if clue.who.epithet and speaker is not None and speaker not in clue.who.people and sure >= _SURE:
                for word in clue.who.people:
                    votes[word][speaker] += 1


def _people(mentions: Sequence[Mention]) -> set[int]:
    return {who for m in mentions for who in m.people if len(m.people) == 1}


def _apart(text: str, roster: Roster, against: dict[int, Counter[int]]) -> set[int]:
    """Two words in one sentence are two people, unless one explains the other (队长周衡). Returns who is named."""
    named: set[int] = set()
    for sentence in re.split(r"[。！？!?…]", text):
        found = [m for m in roster.mentions(sentence) if len(m.people) == 1]
        named.update(*(m.people for m in found))
        for k, m in enumerate(found):
            for other in found[k + 1 :]:
                if other.people != m.people and other.start - m.end > 1:
                    against[m.people[0]][other.people[0]] += 1
    return named
