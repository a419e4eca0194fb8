"""English names: their parts, and which of them belong to one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from novelcast.model import Speaker
from novelcast.script.english import lexicon as lx
from novelcast.script.english.mentions import words_of


@dataclass(frozen=True)
class Name:
    """A form of a name in parts, lower case. `the`: it is a description written with capitals (the White Rabbit)."""

    titles: tuple[str, ...]
    words: tuple[str, ...]
    the: bool = False

    @classmethod
    @lru_cache(maxsize=20_000)
    def of(cls, form: str) -> Name:
        words = list(words_of(form))
        the = bool(words) and words[0] in ("the", "a", "an")
        if the:
            words = words[1:]
        titles = []
        while len(words) > 1 and words[0] in lx.TITLES:
            titles.append(words.pop(0))
        return cls(tuple(titles), tuple(words), the)

    @property
    def given(self) -> str:
        """The given name, where the form can hold one."""
        if self.the or not self.words:
            return ""
        return self.words[0] if len(self.words) > 1 or lx.is_given_name(self.words[0]) else ""

    @property
    def surname(self) -> str:
        return self.words[-1] if self.words and not self.the else ""

    @property
    def gender(self) -> str:
        """As its title says."""
        found = {lx.TITLES[t][0] for t in self.titles if t not in lx.LOOSE_TITLES} - {"unknown"}
        return found.pop() if len(found) == 1 else "unknown"

    @property
    def married(self) -> str:
        """mrs, miss or nothing: a wife and a daughter of one name are two."""
        return next((t for t in self.titles if t in ("mrs", "miss", "lady")), "")


@dataclass
class Person:
    """One person under construction: forms with their counts; `fixed`: given by the user."""

    name: str
    forms: dict[str, int] = field(default_factory=dict)
    fixed: Speaker | None = None

    @property
    def weight(self) -> int:
        return sum(self.forms.values())

    def parsed(self) -> list[Name]:
        return [Name.of(f) for f in self.forms]

    def gender(self) -> str:
        """As titles and given names say."""
        if self.fixed is not None and self.fixed.gender != "unknown":
            return self.fixed.gender
        titled = {n.gender for n in self.parsed()} - {"unknown"}
        if len(titled) == 1:
            return titled.pop()
        lean = sum(max(-3.0, min(3.0, lx.name_lean(n.given))) for n in self.parsed() if n.given)
        return "male" if lean > 1 else "female" if lean < -1 else "unknown"

    def givens(self) -> set[str]:
        found = {n.given for n in self.parsed() if n.given}
        if self.fixed is None:
            return found
        return found | {n.words[0] for n in self.parsed() if len(n.words) == 1 and not n.titles and not n.the}

    def plainly_called(self) -> bool:
        """Whether a given name without a title is what this person is mostly called: only then a pet name is theirs."""
        best = max(self.forms, key=lambda f: self.forms[f])
        name = Name.of(best)
        return not name.titles or name.married == "miss"

    def surnames(self) -> set[str]:
        many = {n.surname for n in self.parsed() if len(n.words) > 1 and not n.the}
        alone = {n.surname for n in self.parsed() if len(n.words) == 1 and n.titles and n.gender != "unknown"}
        return (
            many
            | alone
            | {
                n.surname
                for n in self.parsed()
                if len(n.words) == 1 and not n.the and not lx.is_given_name(n.words[0])
            }
        )


Together = Mapping[frozenset[str], int]
"""How many sentences hold both forms of a pair."""


def group(counts: Mapping[str, int], together: Together, given: Sequence[Speaker] = ()) -> list[Person]:
    """Persons with all their forms: full names first, then what can be tied to one of them. Forms that stand in one
    sentence more than once are of two people."""
    people = [
        Person(s.name, {f: counts.get(f, 0) + 1 for f in dict.fromkeys((s.name, *s.aliases))}, s)
        for s in given
    ]
    taken = {words_of(f) for p in people for f in p.forms}
    by_word: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        _index(person, person.forms, by_word)
    order = sorted(counts, key=lambda f: (_rank(Name.of(f)), -counts[f], f))
    for form in order:
        if words_of(form) in taken:
            continue
        near = {id(p): p for word in _keys(form) for p in by_word.get(word, ())}
        owner = _owner(Name.of(form), [p for p in near.values() if not _apart(form, p, counts, together)])
        if owner is None:
            owner = Person(form)
            people.append(owner)
        owner.forms[form] = counts[form]
        _index(owner, [form], by_word)
    for person in people:
        if person.fixed is None:
            person.name = _best_name(person)
    return people


def _keys(form: str) -> set[str]:
    """Words that forms of one person share: their own, their parts, and the full names that pet names stand for."""
    words = {part for word in Name.of(form).words for part in (word, *word.split("-"))}
    return words.union(*(lx.full_names(w) for w in words))


def _index(person: Person, forms: Iterable[str], by_word: dict[str, list[Person]]) -> None:
    for form in forms:
        for word in _keys(form):
            if not any(p is person for p in by_word[word]):
                by_word[word].append(person)


def _apart(form: str, person: Person, counts: Mapping[str, int], together: Together) -> bool:
    """Whether sentences name both the form and the person: then they are two."""
    name = Name.of(form)
    both = sum(
        together.get(frozenset((form, other)), 0)
        for other in person.forms
        if Name.of(other).words != name.words or "unknown" not in (name.gender, Name.of(other).gender)
    )
    return both >= 2 and both * 60 >= min(counts.get(form, 0), sum(counts.get(f, 0) for f in person.forms))


def _rank(name: Name) -> int:
    """Full names first, then given names, titled ones, and other words: what is surest to be one person's."""
    if name.the:
        return 1 - (len(name.words) > 1)
    if len(name.words) > 1:
        return 0
    return 2 if name.titles else 1 if name.given else 3


def _best_name(person: Person) -> str:
    """What to call a person: the form the book uses most, of those that are more than half as common the fullest."""
    top = max(person.forms.values())
    usual = [f for f, n in person.forms.items() if n * 3 >= top]
    return max(usual, key=lambda f: (len(Name.of(f).words), len(Name.of(f).titles), person.forms[f]))


def _owner(name: Name, people: Sequence[Person]) -> Person | None:
    """The one person that a form belongs to; None where nobody fits or several do."""
    fits = [(score, p) for p in people if (score := _belongs(name, p)) > 0]
    if not fits:
        return None
    best = max(s for s, _ in fits)
    top = [p for s, p in fits if s == best]
    if len(top) == 1:
        return top[0]
    if len(name.words) == 1 and not name.titles and not name.the:
        # A bare surname is mostly a man's; else it goes to the one most spoken of.
        men = [p for p in top if p.gender() == "male"] if name.surname not in _givens(top) else []
        if len(men) == 1:
            return men[0]
        top = sorted(men or top, key=lambda p: -p.weight)
        return top[0] if top[0].weight > 3 * top[1].weight else None
    return None


def _givens(people: Sequence[Person]) -> set[str]:
    return set().union(*(p.givens() for p in people))


def _belongs(name: Name, person: Person) -> int:
    """How well a form fits a person; 0: not at all."""
    if name.gender != "unknown" and person.gender() not in (name.gender, "unknown"):
        return 0
    parsed = person.parsed()
    married = {n.married for n in parsed} - {""}
    if name.married and married and name.married not in married and "lady" not in (name.married, *married):
        return 0
    if any(n.words == name.words and n.the == name.the and _same_titles(n, name) for n in parsed):
        return 5
    if name.the:
        # The Rabbit is the White Rabbit where there is one of them.
        return 3 * any(
            n.the and n.words[-1:] == name.words[-1:] and (len(n.words) == 1 or len(name.words) == 1)
            for n in parsed
        )
    if any(n.the for n in parsed):
        return 2 * any(n.the and n.words == name.words for n in parsed)
    if len(name.words) > 1:
        full = [n for n in parsed if len(n.words) > 1]
        if any(n.surname == name.surname and _same_given(n.words[0], name.words[0]) for n in full):
            return 4
        if full and not any(n.words[-1] == name.words[-1] for n in full):
            return 0
        same_surname = name.surname in person.surnames()
        return (
            2
            * any(_same_given(g, name.words[0]) for g in person.givens())
            * (same_surname or not person.surnames())
        )
    word = name.words[0] if name.words else ""
    if word in person.givens():
        return 3
    if any(_same_given(g, word) for g in person.givens()) and person.plainly_called():
        return 2
    if any(word in part.split("-") and "-" in part for n in parsed for part in n.words):
        return 3
    if word in person.surnames() and not (name.married == "miss" and "mrs" in married):
        return 2 if name.titles else 3 if not lx.is_given_name(word) else 2
    return 0


def _same_titles(a: Name, b: Name) -> bool:
    return a.gender == b.gender or "unknown" in (a.gender, b.gender)


def _same_given(a: str, b: str) -> bool:
    """Elizabeth and Lizzy, J. and John."""
    if a == b:
        return True
    if min(len(a), len(b)) == 1:
        return a[0] == b[0]
    return b in lx.full_names(a) or a in lx.full_names(b) or bool(lx.full_names(a) & lx.full_names(b))


def short_forms(person: Person, shared: Mapping[str, int]) -> list[str]:
    """Given name and surname of a person with a full name, where they are nobody else's. `shared`: for each word that
    a name begins or ends with, how many people have it."""
    if person.fixed is None and not any(len(n.words) > 1 and not n.the for n in person.parsed()):
        return []
    own: dict[str, None] = {}
    for n in person.parsed():
        if len(n.words) > 1 and not n.the:
            own |= ({n.words[0]: None} if n.married != "mrs" else {}) | {n.words[-1]: None}
    held = {n.words for n in person.parsed()}
    return [w for w in own if shared.get(w, 0) <= 1 and (w,) not in held and len(w) > 1]


def ends_of(person: Person) -> set[str]:
    """The words that a person's names begin and end with."""
    return {w for n in person.parsed() for w in (n.words[:1] + n.words[-1:])}
