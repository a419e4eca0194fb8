"""Common nouns that stand for the people of an English book: Mr. Ward, the vicar; her aunt, Miss Ward."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from novelcast.model import Speaker
from novelcast.script.english import lexicon as lx
from novelcast.script.english.mentions import Roster, plain
from novelcast.script.pieces import Piece

_BEHIND = re.compile(
    r"^, (?:the|a|an|his|her|my|their|our|[A-Z]\w+'s) (?:[a-z-]+ ){0,3}?([a-z-]+)\b(?=[,.;]| (?:of|who|in|at|from|to)\b)"
)
_BEFORE = re.compile(r"\b(?:the|his|her|my|their|our|[A-Z]\w+'s) (?:[a-z-]+ ){0,2}?([a-z-]+),? $")


def common_nouns(pieces: Sequence[Piece], people: Sequence[Speaker]) -> dict[str, frozenset[str]]:
    """Id of a speaker -> nouns for people that the narration sets beside their name."""
    roster = Roster.of(people)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for piece in pieces:
        if piece.kind not in ("narration", "dialogue"):
            continue
        text = plain(piece.text)
        for m in roster.mentions(text):
            if m.sure is None or m.owned:
                continue
            for pattern, part in (
                (_BEHIND, text[m.end : m.end + 60]),
                (_BEFORE, text[max(0, m.start - 40) : m.start]),
            ):
                noun = pattern.search(part)
                if noun is not None and noun.group(1) in lx.PERSON_NOUNS:
                    found[m.sure][noun.group(1)] += 1
    out = {}
    for who, nouns in found.items():
        gender = people[who].gender
        fitting = {n for n in nouns if lx.PERSON_NOUNS[n][0] in (gender, "unknown") or gender == "unknown"}
        out[people[who].id] = frozenset(fitting - _ANYBODY)
    return out


_ANYBODY = lx.words("man woman lady gentleman person one other girl boy fellow creature friend voice figure")
