"""Who is in the book: names, what else they are called, their gender and age, from the text alone.

Who acts like a person is a person: a word that opens a clause and is followed by speech or by what people
do (说, 摇头, 的声音 …). Counts over the whole book decide where a name ends and what belongs to whom.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script import lexicon as lx
from novelcast.script.handles import handles, latin_names
from novelcast.script.identity import Person, group
from novelcast.script.names import (
    QUOTE,
    Seen,
    Totals,
    add_tag_subjects,
    choose,
    common,
    observe,
    surname_of,
    titled,
)
from novelcast.script.naming import settle
from novelcast.script.pieces import Piece
from novelcast.script.thoughts import is_first_person
from novelcast.script.ties import read_talk
from novelcast.script.traits import describe, pronoun_votes
from novelcast.script.written import stage_names

_I_AM = re.compile(r"(?:我叫|我名叫|我的名字叫|我是)([\u4e00-\u9fff]{2,4}?)(?=[，,。！!？?；;、”])")


def find_people(pieces: Sequence[Piece]) -> tuple[Speaker, ...]:
    """The characters of the book, those seen most first. `Speaker.id` is the name."""
    paragraphs = list(paragraphs_of_pieces(pieces))
    text = "\n".join(narration for narration, _ in paragraphs)
    quotes = [q for _, said in paragraphs for q in said]
    everything = text + "\n" + "\n".join(quotes)
    seen = observe(paragraphs)
    totals = Totals(everything)
    words = settle(choose(seen, totals), paragraphs, seen, totals)
    words |= dict.fromkeys((*latin_names(paragraphs), *handles(paragraphs, words)), "other")
    add_tag_subjects(words, paragraphs)
    people = group(words, seen, totals, everything)
    _find_narrator(pieces, people, seen, totals, text)
    pronouns = pronoun_votes(people, paragraphs)
    talk = read_talk(pieces, describe(people, pronouns))
    for index, votes in talk.pronouns.items():
        pronouns[people[index].name].update(votes)
    people = [p for p in _merged(people, pronouns, talk.same) if not _only_a_form_of_address(p, text)]
    return describe([*people, *_on_stage(pieces, people)], pronouns)


def _on_stage(pieces: Sequence[Piece], people: Sequence[Person]) -> list[Person]:
    """Whoever has lines in a play or a chat and was not found otherwise; their names may be no more than 甲 and 乙."""
    known = {w for p in people for w in p.words}
    return [Person(name, 0, [name]) for name in stage_names(pieces) if name not in known]


def _only_a_form_of_address(person: Person, narration: str) -> bool:
    """Whether a person is nothing but what somebody is called once (小子, 姑娘), whoever that is."""
    return all(w in lx.FORMS_OF_ADDRESS and w not in narration for w in person.words)


def _merged(
    people: list[Person], pronouns: dict[str, Counter[str]], pairs: Sequence[tuple[int, int]]
) -> list[Person]:
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


def paragraphs_of_pieces(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[str]]]:
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
            narration.append(QUOTE)
            said.append(simplified(piece.text))
        elif piece.kind == "narration":
            narration.append(simplified(piece.text))
        elif piece.kind == "cue":
            narration.append("，")
    if at is not None:
        yield "".join(narration), said


def _find_narrator(
    pieces: Sequence[Piece], people: list[Person], seen: dict[str, Seen], totals: Totals, text: str
) -> None:
    """The person behind a first-person narration's 我: by name if the text tells, else 我."""
    by_chapter: dict[int, list[str]] = defaultdict(list)
    for piece in pieces:
        if piece.kind == "narration":
            by_chapter[piece.span.chapter].append(simplified(piece.text))
    firsts = [narration for narration in map("".join, by_chapter.values()) if is_first_person(narration)]
    if len(firsts) * 10 < len(by_chapter) or not firsts:  # a prologue told by another
        return
    names = Counter(m.group(1) for narration in firsts for m in _I_AM.finditer(narration))
    known = {w: p for p in people for w in p.words}
    for name, _ in names.most_common():
        if name in known:
            person = known[name]
            break
        if name[0] in lx.SURNAMES and not common(name):
            person = Person(name, totals(name), [name])
            people.append(person)
            break
    else:
        person = _only_called(people, seen, text) or Person("我", 0, ["我"])
        if person not in people:
            people.append(person)
    person.words = list(dict.fromkeys([*person.words, "我"]))
    person.weight += 1000
    people.sort(key=lambda p: -p.weight)


def _only_called(people: Sequence[Person], seen: dict[str, Seen], narration: str) -> Person | None:
    """Whom others call by name, and the narration never names: in the first person, the narrator."""
    found = [
        p
        for p in people
        if surname_of(p.name)
        and not titled(p.name)
        and p.name not in lx.titles()
        and p.name[-1] not in lx.THING_ENDS
        and sum(seen[w].called for w in p.words)
        and not any(w in narration for w in p.words)
    ]
    return max(found, key=lambda p: p.weight, default=None)
