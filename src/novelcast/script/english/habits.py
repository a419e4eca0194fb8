"""What an English book as a whole tells: who talks how, and which common nouns stand near whom."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import log

from novelcast.script.english import lexicon as lx
from novelcast.script.english.mentions import Roster, plain, tokens
from novelcast.script.pieces import Piece

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_BACKGROUND = 400.0
"""Words of the whole book's speech that each person's own are smoothed with."""
_MOST = 2.5
_LEAST_SURE = 0.2
_NEAR = 2
"""Paragraphs on either side in which a name and a noun are near."""


class Voices:
    """How likely words are as each person's, learnt from the lines that are surely theirs."""

    def __init__(self) -> None:
        self._own: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._all: Counter[str] = Counter()
        self._sizes: dict[int, float] = defaultdict(float)

    def learn(self, quotes: Sequence[str], whose: Mapping[int, float]) -> None:
        """Words of somebody: person -> how sure it is that they are theirs."""
        words = Counter(_words(quotes))
        for who, sure in whose.items():
            if sure > _LEAST_SURE:
                for word, n in words.items():
                    self._own[who][word] += n * sure
                self._sizes[who] += words.total() * sure
        self._all.update(words)

    def scores(
        self, quotes: Sequence[str], candidates: Sequence[int], whose: Mapping[int, float]
    ) -> list[float]:
        """For each candidate the log-likelihood of the words as theirs, over that as anybody's, by the square root of
        their number. `whose`: as whose these words were learnt, which does not count for them."""
        words = Counter(_words(quotes))
        total = self._all.total() or 1
        out = []
        for who in candidates:
            sure = whose.get(who, 0.0) if whose.get(who, 0.0) > _LEAST_SURE else 0.0
            own, size = self._own[who], self._sizes[who] - sure * words.total()
            score = 0.0
            if size > 0:
                for word, n in words.items():
                    back = (self._all[word] + 0.5) / (total + 1000.0)
                    score += log((own[word] - sure * n + _BACKGROUND * back) / ((size + _BACKGROUND) * back))
            out.append(max(-_MOST, min(_MOST, score / max(1.0, words.total()) ** 0.5)))
        return out


def _words(quotes: Sequence[str]) -> list[str]:
    return [w for q in quotes for w in _WORD.findall(plain(q).lower())]


def near_nouns(pieces: Sequence[Piece], roster: Roster) -> dict[str, dict[int, float]]:
    """Noun for people -> person -> how much oftener than by chance they are named near it (log)."""
    places: dict[str, list[int]] = defaultdict(list)
    named: dict[int, set[int]] = defaultdict(set)
    count = 0
    for _, group in groupby(pieces, key=lambda p: (p.span.chapter, p.span.paragraph)):
        count += 1
        for piece in group:
            if piece.kind != "narration":
                continue
            text = plain(piece.text)
            found = tokens(text)
            for m in roster.mentions_among(text, found):
                if m.sure is not None:
                    named[m.sure].add(count)
                elif m.noun:
                    places[m.noun].append(count)
    out: dict[str, dict[int, float]] = {}
    spread = {
        who: {p + d for p in at for d in range(-_NEAR, _NEAR + 1)} for who, at in named.items() if len(at) > 1
    }
    for noun, at in places.items():
        if noun in lx.PERSON_NOUNS:
            out[noun] = {
                who: log((sum(p in around for p in at) + 1.0) / (len(at) * len(around) / max(1, count) + 1.0))
                for who, around in spread.items()
            }
    return out
