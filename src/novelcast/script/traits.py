"""Gender and age of the people of a book: from titles, from given names, and from 他 and 她."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp
from typing import Protocol

from novelcast.model import Age, Gender, Speaker
from novelcast.script import lexicon as lx
from novelcast.script.clues import WordFinder
from novelcast.script.names import CLAUSE, surname_of, titled


class Named(Protocol):
    """A person by the first of their words."""

    name: str
    words: list[str]


@cache
def _leans() -> dict[str, float]:
    """Character -> log-odds that a given name with it is a man's."""
    rows = resources.files("novelcast.script").joinpath("given_names.tsv").read_text("utf-8").splitlines()
    return {c: float(lean) for lean, chars in (r.split("\t") for r in rows[1:]) for c in chars}


@cache
def name_characters() -> frozenset[str]:
    """The characters that given names are often made of."""
    return frozenset(_leans())


def lean_of(name: str) -> float:
    """Log-odds that a name is a man's (positive) or a woman's, from the characters of its given name."""
    surname = surname_of(name)
    if name in lx.titles() or name in lx.GROUPS or titled(name) or name[0] == "老":
        return 0.0
    given = name[len(surname) :] if surname else name.removeprefix("阿").removeprefix("小")
    if len(given) > 2:
        return 0.0
    return sum(_leans().get(c, 0.0) for c in given) * (1.0 if surname else 0.5)


def describe(people: Sequence[Named], pronouns: dict[str, Counter[str]]) -> tuple[Speaker, ...]:
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
    people: Sequence[Named], paragraphs: Sequence[tuple[str, list[str]]]
) -> Iterator[_Pronoun]:
    finder = WordFinder({w: p.name for p in people if p.name not in lx.GROUPS for w in p.words if len(w) > 1})
    recent: list[str] = []
    for narration, _ in paragraphs:
        subject = ""
        for m in CLAUSE.finditer(narration):
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


def pronoun_votes(
    people: Sequence[Named], paragraphs: Sequence[tuple[str, list[str]]]
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


def _traits(person: Named, pronouns: Counter[str]) -> tuple[Gender, Age, float]:
    score = _own_score(person) + _PRONOUN_SCORE * (pronouns["male"] - pronouns["female"])
    ages = Counter(traits[1] for traits in map(_title_traits, person.words) if traits[1] != "unknown")
    sure = round(1 - 0.5 ** (abs(score) / 0.9), 2)
    gender: Gender = "unknown" if abs(score) < _DOUBT else "male" if score > 0 else "female"
    age: Age = ages.most_common(1)[0][0] if ages else "unknown"  # type: ignore[assignment]
    return gender, age, sure


_PRONOUN_SCORE = 0.9
_DOUBT = 0.3


def _own_score(person: Named) -> float:
    """Log-odds that the person is a man, from the words for them alone. What they are called by others, and
    not by their own name with a title, tells less."""
    score = 0.9 * lean_of(person.name)
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
    return lx.titles().get(word) or lx.GIVEN_TITLE_GENDER.get(titled(word), ("unknown", "unknown"))
