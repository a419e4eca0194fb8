"""How well the quotations of a whole English novel are given to their speakers (Project Dialogism Novel Corpus).

A novel is {"title", "text", "characters": [{"name", "aliases", "gender"}], "quotes": [{"spans", "speaker",
"category"}]}, offsets counted in `text`. It goes through the reader, split, people and attribution as any book does,
once with the novel's own list of characters in place of a user's, once with the characters found by ourselves.

What is right. A labelled quotation is answered by the speaker who speaks most of its characters; where the script
has narration, it is answered wrongly. With the list, that speaker must be the labelled character. Without, each
person we found stands for one labelled character who speaks: the one whose names and aliases are most often among the
person's own in the text (case and a leading article aside; failing that, the only one of whose names theirs is a
part). So a person made of two counts for one of them only, and a person nobody knows is wrong. Quotations whose
speaker the corpus itself does not know (_unknowable, _group) are left out, as is its narrator in a third-person book.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from novelcast.model import Book, Speaker
from novelcast.read import read_book
from novelcast.script import english
from novelcast.script.english.mentions import words_of
from novelcast.script.pieces import Piece

NO_SPEAKERS = frozenset(("_group", "_unknowable", "_unknown", ""))
LOOK_AHEAD = 60


@dataclass
class Novel:
    """A labelled novel as the reader gives it. `where`: offset in the source text -> (chapter, paragraph, offset)."""

    title: str
    book: Book
    where: dict[int, tuple[int, int, int]]
    characters: list[dict[str, Any]]
    quotes: list[dict[str, Any]]


def read_novel(path: Path) -> Novel:
    data = json.loads(path.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "novel.txt"
        source.write_text(data["text"], encoding="utf-8")
        book = read_book(source)
    quotes = [q for q in data["quotes"] if q["speaker"] not in NO_SPEAKERS]
    return Novel(data["title"], book, _aligned(data["text"], book), data["characters"], quotes)


def _aligned(source: str, book: Book) -> dict[int, tuple[int, int, int]]:
    """Where the reader put each character that is not a space; a repair may have changed a few."""
    where: dict[int, tuple[int, int, int]] = {}
    at = 0
    for c, chapter in enumerate(book.chapters):
        for p, paragraph in enumerate(chapter.paragraphs):
            for k, char in enumerate(paragraph.text):
                if char.isspace():
                    continue
                found = source.find(char, at, at + LOOK_AHEAD)
                if found >= 0:
                    where[found] = (c, p, k)
                    at = found + 1
    return where


def pieces_of_quotes(novel: Novel, pieces: Sequence[Piece]) -> list[Counter[int]]:
    """For each labelled quotation: how many of its characters each piece holds."""
    cell = {}
    for n, piece in enumerate(pieces):
        for k in range(piece.span.start, piece.span.end):
            cell[piece.span.chapter, piece.span.paragraph, k] = n
    return [
        Counter(
            cell[novel.where[j]] for start, end in q["spans"] for j in range(start, end) if j in novel.where
        )
        for q in novel.quotes
    ]


# ---------------------------------------------------------------- who is who


def character_of(novel: Novel) -> dict[str, int]:
    """Name or alias of a labelled character -> its index in the list; names before aliases."""
    found: dict[str, int] = {}
    for i, c in enumerate(novel.characters):
        found.setdefault(c["name"], i)
    for i, c in enumerate(novel.characters):
        for alias in c["aliases"]:
            found.setdefault(alias, i)
    return found


def listed(novel: Novel) -> list[Speaker]:
    """The novel's list of characters as a user would give it."""
    return [
        Speaker(
            id=c["name"],
            name=c["name"],
            aliases=tuple(_alias(a) for a in c["aliases"]),
            gender=c["gender"],
            sure=1.0,
        )
        for c in novel.characters
    ]


def _alias(alias: str) -> str:
    """The corpus marks the person who tells the book so; here that is an alias I."""
    return "I" if alias.strip("_").lower() in ("narr", "narrator") else alias


def _forms(names: Sequence[str]) -> set[tuple[str, ...]]:
    forms = {words_of(n) for n in names}
    return {f[1:] if f[:1] in (("the",), ("a",), ("an",)) and len(f) > 1 else f for f in forms if f}


def characters_of(people: Sequence[Speaker], novel: Novel) -> dict[str, int]:
    """Id of a person found -> the one labelled character that it stands for."""
    index = character_of(novel)
    speaking = {index[q["speaker"]] for q in novel.quotes if q["speaker"] in index}
    gold = {i: _forms([novel.characters[i]["name"], *novel.characters[i]["aliases"]]) for i in speaking}
    owners: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for i, forms in gold.items():
        for form in forms:
            owners[form].add(i)
    text = " ".join(words_of(" ".join(p.text for c in novel.book.chapters for p in c.paragraphs)))
    narrators = {i for i in speaking for a in novel.characters[i]["aliases"] if _alias(a) == "I"}
    found: dict[str, int] = {}
    for person in people:
        votes: Counter[int] = Counter()
        for form in _forms([person.name, *person.aliases]):
            for i in owners.get(form, ()):
                votes[i] += 1 + text.count(" " + " ".join(form) + " ")
            if form == ("i",):
                votes.update(dict.fromkeys(narrators, 1_000_000))
        if not votes:
            parts = _forms([person.name, *person.aliases])
            near = {i for i, forms in gold.items() if any(_is_part(a, b) for a in parts for b in forms)}
            votes.update(near if len(near) == 1 else ())
        if votes:
            found[person.id] = max(votes, key=lambda i: (votes[i], -i))
    return found


def _is_part(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Poirot of Hercule Poirot; a title alone is no part."""
    return len(a) != len(b) and (a == b[-len(a) :] or b == a[-len(b) :])


# ---------------------------------------------------------------- measuring


def measure(novel: Novel, *, with_list: bool) -> dict[str, Any]:
    """Accuracy by category, and of the quotations with a confidence of 0.9 and more."""
    pieces = english.split_book(novel.book)
    people = english.find_people(pieces, listed(novel) if with_list else ())
    labels = english.attribute(pieces, people)
    index = character_of(novel)
    stands_for = (
        {s.id: index[s.id] for s in people if s.id in index} if with_list else characters_of(people, novel)
    )
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for quote, held in zip(novel.quotes, pieces_of_quotes(novel, pieces), strict=True):
        speakers: Counter[str | None] = Counter()
        sure = 0.0
        for n, size in held.items():
            speaker = labels[n].speaker if pieces[n].kind in ("dialogue", "thought") else None
            speakers[speaker] += size
        answer = max(speakers, key=lambda s: speakers[s]) if speakers else None
        sure = max((labels[n].confidence for n in held if labels[n].speaker == answer), default=0.0)
        ok = answer is not None and stands_for.get(answer) == index.get(quote["speaker"])
        for key in ("all", quote["category"], *(["sure"] if answer and sure >= 0.9 else [])):
            count[key] += 1
            right[key] += ok
    keys = ("all", "explicit", "anaphoric", "implicit", "sure")
    return {k: round(100 * right[k] / count[k], 2) for k in keys if count[k]} | {
        "quotes": {k: count[k] for k in keys}
    }


def report(path: Path) -> Mapping[str, Any]:
    novel = read_novel(path)
    return {
        "title": novel.title,
        "characters_given": measure(novel, with_list=True),
        "characters_found": measure(novel, with_list=False),
    }
