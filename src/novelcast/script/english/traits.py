"""Gender and age of the people of an English book, and the person who tells it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import groupby

from novelcast.model import Age, Gender, Speaker
from novelcast.script.english import lexicon as lx
from novelcast.script.english.clues import called, sentences
from novelcast.script.english.mentions import Roster, plain
from novelcast.script.english.names import Name, Person
from novelcast.script.english.split import is_first_person
from novelcast.script.pieces import Piece

_PRONOUN_WORTH = 0.35
_LEAN_WORTH = 0.8
_TITLE_WORTH = 4.0
_MOST_VOTES = 12.0


def describe(people: Sequence[Person], pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The people as speakers, those seen most first; the narrator of a first-person book has the alias I."""
    ordered = sorted(people, key=lambda p: (-p.weight, p.name))
    plainly = [
        Speaker(id=p.name, name=p.name, aliases=tuple(f for f in p.forms if f != p.name)) for p in ordered
    ]
    roster = Roster.of(plainly)
    votes = pronoun_votes(roster, pieces)
    speakers = [_speaker(p, votes[i]) for i, p in enumerate(ordered)]
    return _with_narrator(tuple(speakers), pieces)


def _speaker(person: Person, votes: Counter[str]) -> Speaker:
    aliases = tuple(f for f in person.forms if f != person.name)
    if person.fixed is not None and person.fixed.gender != "unknown":
        return person.fixed.model_copy(update={"aliases": aliases, "sure": 1.0})
    score = _own_score(person) + _PRONOUN_WORTH * max(
        -_MOST_VOTES, min(_MOST_VOTES, votes["male"] - votes["female"])
    )
    gender: Gender = "male" if score > 0.3 else "female" if score < -0.3 else "unknown"
    ages: Counter[str] = Counter()
    for form in person.forms:
        name = Name.of(form)
        words = (*name.titles, *(name.words[-1:] if form.lower().startswith("the ") else ()))
        for w in words:
            table = lx.TITLES if w in name.titles else lx.PERSON_NOUNS
            ages[table.get(w, ("unknown", "unknown"))[1]] += person.forms[form]
    del ages["unknown"]
    age: Age = ages.most_common(1)[0][0] if ages else "unknown"  # type: ignore[assignment]
    return Speaker(
        id=person.name, name=person.name, aliases=aliases, gender=gender, age=age,
        sure=round(1 - 0.5 ** (abs(score) / 1.0), 2),
    )  # fmt: skip


def _own_score(person: Person) -> float:
    """Log-odds that the person is a man, from the names alone."""
    score = 0.0
    titled = Counter(n.gender for n in person.parsed())
    score += _TITLE_WORTH * ((titled["male"] > 0) - (titled["female"] > 0))
    leans = [lx.name_lean(n.given) for n in person.parsed() if n.given]
    if leans:
        score += _LEAN_WORTH * sum(leans) / len(leans)
    for form in person.forms:
        words = form.lower().split()
        if words[0] in ("the", "a", "an"):
            score += {"male": 3.0, "female": -3.0}.get(lx.PERSON_NOUNS.get(words[-1], ("unknown",))[0], 0.0)
            score += {"male": 3.0, "female": -3.0}.get(lx.TITLES.get(words[1], ("unknown",))[0], 0.0)
            break
    return score


def pronoun_votes(roster: Roster, pieces: Sequence[Piece]) -> dict[int, Counter[str]]:
    """How often he and she stand for each person: behind the only name of a sentence, or of the one before it."""
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for _, group in groupby(pieces, key=lambda p: (p.span.chapter, p.span.paragraph)):
        held: int | None = None
        for piece in group:
            if piece.kind != "narration":
                continue
            for sentence in sentences(plain(piece.text)):
                found = roster.mentions(sentence)
                names = [m for m in found if m.kind == "name"]
                who = {m.sure for m in names}
                pronouns = [m for m in found if m.kind == "pronoun" and m.gender != "unknown"]
                if len(who) == 1 and None not in who:
                    held = names[0].sure
                    for m in pronouns:
                        if m.start > names[0].start and held is not None:
                            votes[held][m.gender] += 1
                            break
                elif (
                    not who and held is not None and pronouns and not any(m.kind == "epithet" for m in found)
                ):
                    votes[held][pronouns[0].gender] += 1
                elif who:
                    held = None
    return votes


# ---------------------------------------------------------------- who tells the story


def _with_narrator(people: tuple[Speaker, ...], pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The people, the narrator of a first-person book among them: whom others call by name and the telling never
    names, else a person called I."""
    if Roster.of(people).narrator is not None:
        return people
    told: dict[int, list[str]] = defaultdict(list)
    for piece in pieces:
        if piece.kind == "narration":
            told[piece.span.chapter].append(piece.text)
    firsts = [is_first_person(" ".join(texts)) for texts in told.values()]
    if not firsts or sum(firsts) * 2 < len(firsts):
        return people
    who = _only_called(people, pieces)
    if who is None:
        return (*people, Speaker(id=lx.FIRST_PERSON, name=lx.FIRST_PERSON))
    named = people[who].model_copy(update={"aliases": (*people[who].aliases, lx.FIRST_PERSON)})
    return tuple(named if i == who else p for i, p in enumerate(people))


def _only_called(people: Sequence[Speaker], pieces: Sequence[Piece]) -> int | None:
    """Whom others address, and the narration hardly ever names."""
    roster = Roster.of(people)
    addressed: Counter[int] = Counter()
    narrated: Counter[int] = Counter()
    for piece in pieces:
        if piece.kind == "dialogue":
            for m in called(roster, piece.text)[0]:
                if m.sure is not None:
                    addressed[m.sure] += 1
        elif piece.kind == "narration" and re.search(r"[A-Z]", piece.text):
            for m in roster.mentions(plain(piece.text)):
                if m.sure is not None:
                    narrated[m.sure] += 1
    found = [(n, who) for who, n in addressed.items() if n >= 2 and n > narrated[who]]
    return max(found)[1] if found else None
