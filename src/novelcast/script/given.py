"""The people that a user names, over those we found: they exist, and they are called what the user says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from novelcast.characters import Characters
from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script import lexicon as lx


@dataclass
class _Person:
    """Somebody the user named, and what we found of them; words are in simplified characters."""

    said: Speaker
    words: set[str]
    not_words: set[str]
    found: list[Speaker] = field(default_factory=list)


def honoured(found: Sequence[Speaker], given: Characters) -> tuple[Speaker, ...]:
    """The people we found with what the user says of them, in the order found; those whom we did not find last.

    A word that the user gives to one person is nobody else's. With `only`, nobody else is there, but for a
    first-person narrator. Words are in simplified characters, as the text is matched; see `shown`.
    """
    people = [
        _Person(p, {simplified(w) for w in (p.name, *p.aliases)}, {simplified(w) for w in p.not_aliases})
        for p in given.people
    ]
    names = {simplified(p.name): person for p, person in zip(given.people, people, strict=True)}
    out: list[Speaker | _Person] = []
    for one in found:
        owner = names.get(one.name) or _owner(one, people)
        if owner is None:
            out.append(one)
            continue
        if not owner.found:
            out.append(owner)
        owner.found.append(one)
    out += [p for p in people if not p.found]
    claimed = {w for p in people for w in p.words}
    kept = [_said(p, claimed) if isinstance(p, _Person) else _without(p, claimed, given) for p in out]
    return _with_ids_of_their_own([p for p in kept if p is not None], {p.id for p in given.people})


def _with_ids_of_their_own(people: Sequence[Speaker], taken: set[str]) -> tuple[Speaker, ...]:
    """Whoever the user named keeps their id; another who has it (the same word, another person) gets a new one."""
    return tuple(
        p if p.by_user or p.id not in taken else p.model_copy(update={"id": f"{p.id} (2)"}) for p in people
    )


def _owner(one: Speaker, people: Sequence[_Person]) -> _Person | None:
    """Whom the user means by somebody we found: who has their name, or shares a name (no title) with them."""
    words = {one.name, *one.aliases}
    tests: tuple[Callable[[_Person], bool], ...] = (
        lambda p: one.name in p.words,
        lambda p: any(w in p.words and not _vague(w) for w in words),
    )
    for test in tests:
        fits = [p for p in people if one.name not in p.not_words and test(p)]
        if fits:
            return max(fits, key=lambda p: len(p.words & words))
    return None


def _vague(word: str) -> bool:
    """Whether several people of a book may be called so."""
    return word in lx.titles() or word in lx.GROUPS or word in lx.FORMS_OF_ADDRESS


def _said(person: _Person, claimed: set[str]) -> Speaker:
    said = person.said
    words = [simplified(w) for w in (said.name, *said.aliases)]
    for one in person.found:
        words += [w for w in (one.name, *one.aliases) if w not in claimed and w not in person.not_words]
    name, *aliases = dict.fromkeys(words)
    changes: dict[str, object] = {"name": name, "aliases": tuple(aliases)}
    if person.found and "gender" not in said.by_user:
        changes |= {"gender": person.found[0].gender, "sure": person.found[0].sure}
    if person.found and "age" not in said.by_user:
        changes["age"] = person.found[0].age
    return said.model_copy(update=changes)


def _without(one: Speaker, claimed: set[str], given: Characters) -> Speaker | None:
    """Somebody whom the user does not name, without the words that are others'; None where nobody is left."""
    narrator = lx.FIRST_PERSON in (one.name, *one.aliases) and lx.FIRST_PERSON not in claimed
    if given.only and not narrator:
        return None
    if not claimed.intersection((one.name, *one.aliases)):
        return one
    words = [w for w in (one.name, *one.aliases) if w not in claimed]
    if not words:
        return None
    return one.model_copy(update={"name": words[0], "aliases": tuple(words[1:])})


def shown(people: Iterable[Speaker], given: Characters) -> tuple[Speaker, ...]:
    """People as `honoured` gives them, with the names in the user's own characters."""
    own = {p.id: p for p in given.people}
    return tuple(_in_own_words(p, own[p.id]) if p.id in own else p for p in people)


def _in_own_words(person: Speaker, said: Speaker) -> Speaker:
    known = {simplified(w) for w in (said.name, *said.aliases)}
    more = [w for w in person.aliases if w not in known]
    return person.model_copy(update={"name": said.name, "aliases": (*said.aliases, *more)})
