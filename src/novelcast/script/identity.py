"""Which words mean the same person: 孙少平, 少平 and 孙队长."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from novelcast.script import lexicon as lx
from novelcast.script.handles import latin_core
from novelcast.script.names import DOT, Seen, Totals, common, surname_of, titled
from novelcast.script.traits import lean_of


@dataclass
class Person:
    name: str
    weight: int
    words: list[str]


def group(words: dict[str, str], seen: dict[str, Seen], totals: Totals, text: str) -> list[Person]:
    """Persons with all their words: full names first, then what can be tied to one of them."""
    weight = {w: seen[w].heads + 2 * seen[w].say + seen[w].called for w in words}
    order = sorted(
        words,
        key=lambda w: (
            re.search(DOT, w) is None,
            words[w] != "name",
            words[w] == "title",
            not lx.titles().base(w),
            -weight[w],
            w,
        ),
    )
    people: list[Person] = []
    for word in order:
        owner = _owner(word, words[word], people) if words[word] != "group" else None
        if owner is None:
            person = Person(word, weight[word], [word])
            people.append(person)
        else:
            owner.words.append(word)
            owner.weight += weight[word]
    _tie_latin(people)
    _tie_surnames(people, words)
    _tie_given_names(people, seen, totals)
    _tie_forms_of_address(people, seen)
    _tie_appositions(people, text)
    return sorted(people, key=lambda p: -p.weight)


def _owner(word: str, sort: str, people: Sequence[Person]) -> Person | None:
    """The one person that a shorter or titled form belongs to; None where nobody or several fit."""
    if sort == "title":
        bearers = [p for p in people if any(_bears(w, word) for w in p.words)]
        whose = lx.of_one(word) or (
            len(bearers) == 1 and any(lx.titles().base(w) == word for w in bearers[0].words)
        )
        return bearers[0] if len(bearers) == 1 and whose else None
    fits = [p for p in people if _belongs(word, sort, p.name)]
    if len(fits) > 1:
        close = [p for p in fits if word in p.name]
        fits = close if len(close) == 1 else fits
    return fits[0] if len(fits) == 1 else None


def _bears(word: str, title: str) -> bool:
    """Whether a word is somebody's with a title: 周队长 or 胖掌柜, and not 副队长."""
    return (
        word != title
        and word.endswith(title)
        and (word not in lx.titles() or lx.titles().base(word) == title)
    )


def _belongs(word: str, sort: str, name: str) -> bool:
    surname = surname_of(name)
    given = name[len(surname) :] if surname else name
    if surname and titled(name):
        given = ""
    if word == name or word in re.split(DOT, name):
        return True
    if name.endswith(word) and len(name) > len(word) and surname:
        return True
    if sort == "titled":
        suffix = titled(word)
        stem = word[: -len(suffix)]
        if stem == name:
            return suffix not in lx.OF_RELATIVES
        if suffix in lx.OF_RELATIVES and surname and not titled(name):
            return False
        if not surname and len(name) in (2, 3) and len(suffix) == 1:
            return stem in name.removesuffix(titled(name)) and name not in lx.titles()
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
    lean = lean_of(name)
    return wanted == "unknown" or abs(lean) < 1.5 or (lean > 0) == (wanted == "male")


def _tie_latin(people: list[Person]) -> None:
    """阿Ken and Ken哥 are one."""
    by_core: dict[str, Person] = {}
    for person in sorted(people, key=lambda p: -p.weight):
        if core := latin_core(person.name):
            absorb(by_core.setdefault(core, person), person, people)


def _tie_surnames(people: list[Person], words: dict[str, str]) -> None:
    """老董 and 董老师 are one, where the surname has only those two forms and no full name."""
    forms: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if words.get(person.name) == "nick" and person.name[0] in "老小" and person.name[1] in lx.SURNAMES:
            forms[person.name[1]].append(person)
        elif (
            words.get(person.name) == "titled"
            and surname_of(person.name)
            and titled(person.name) == person.name[1:]
        ):
            forms[person.name[0]].append(person)
        elif words.get(person.name) == "name":
            forms[surname_of(person.name)].extend((person, person))
    for found in forms.values():
        if (
            len(found) == 2
            and found[0] is not found[1]
            and {words[p.name] for p in found} == {"nick", "titled"}
        ):
            absorb(found[0], found[1], people)


def _tie_given_names(people: list[Person], seen: dict[str, Seen], totals: Totals) -> None:
    """孙少平 is also 少平, where the text says so."""
    taken = {w for p in people for w in p.words}
    for person in people:
        surname = surname_of(person.name)
        given = person.name[len(surname) :]
        if (
            surname
            and len(given) == 2
            and given not in taken
            and totals(given) > totals(person.name)
            and (not common(given) or seen[given].called)
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
            if len(form) == 2 and form not in taken and totals(form) >= 1 and not common(form):
                owners = [p for p in people if _belongs(form, "nick", p.name)]
                if len(owners) == 1:
                    person.words.append(form)
                    taken.add(form)


_DECORATION = re.compile(r"^[老小阿大]?(.{1,2}?)(?:子|儿|宝|总|兄|(?:" + "|".join(lx.TITLE_SUFFIXES) + "))?$")


def _tie_forms_of_address(people: list[Person], seen: dict[str, Seen]) -> None:
    """What somebody is called and that is part of one name only: 满贯 is 小满贯, 圆子 is 方圆, 芸丫头 is 小芸."""
    taken = {w for p in people for w in p.words}
    named = [p for p in people if p.name not in lx.titles() and p.name not in lx.GROUPS]
    for word, entry in seen.items():
        if not entry.called or word in taken or word in lx.titles() or word[0] in lx.NEVER_FIRST:
            continue
        owners = [p for p in named if any(_is_short_for(word, w) for w in p.words)]
        if len(owners) == 1:
            owners[0].words.append(word)
            taken.add(word)


def _is_short_for(word: str, name: str) -> bool:
    if word in name:
        return True
    decorated = _DECORATION.match(word)
    if decorated is None or decorated[1] == word or decorated[1] in "老小阿大子儿":
        return False
    part = decorated[1]
    return part in name if len(part) > 1 else part in name.lstrip("老小阿大")


def _tie_appositions(people: list[Person], text: str) -> None:
    """队长周衡, 门卫大爷: the title right before a word for a person is the same person's."""
    by_name = {p.name: p for p in people}
    for person in list(people):
        if (
            len(person.name) == 4
            and person.name not in lx.titles()
            and person.name[:2] in lx.titles()
            and person.name[2:] in lx.titles()
        ):
            absorb(person, by_name.get(person.name[:2]), people)
    by_title = {
        p.name: p
        for p in people
        if p.name not in lx.EPITHETS
        and (p.name in lx.titles() or (titled(p.name) and not surname_of(p.name)))
    }
    for person in list(people):
        if person not in people or person.name in lx.GROUPS:
            continue
        for word in [w for w in person.words if len(w) >= 2]:
            for at in _places(word, text):
                before = next(
                    (text[at - n : at] for n in (4, 3, 2) if at >= n and text[at - n : at] in by_title), ""
                )
                other = by_title.get(before)
                if other is None or other is person or other not in people or before.endswith(word):
                    continue
                absorb(person, other, people)


def absorb(person: Person, other: Person | None, people: list[Person]) -> None:
    """Makes `other` a part of `person`."""
    if other is not None and other in people and other is not person:
        person.words.extend(other.words)
        person.weight += other.weight
        people.remove(other)


def _places(word: str, text: str) -> list[int]:
    return [m.start() for m in re.finditer(re.escape(word), text)][:200]
