"""Words that make sounds: where they stand in a text, and which sound each one is.

What a sound is called, and what near it tells it from another, is the library's (docs/sounds.md explains its
tables); how a word is repeated, and where a sentence ends, is the language's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from novelcast.catalog import CueSound
from novelcast.hanzi import simplified
from novelcast.script.pieces import Piece

NEIGHBOUR_CHARS = 80
ALONE_CHARS, BESIDE_CHARS = 10, 20
"""A hint in the next sentence counts as this much further away: for a word alone, and for one whose own
sentence tells something."""
UNHINTED_CHARS = 24
"""A word's usual sound counts as hinted at from this far away."""

OPEN, CLOSE = '“「『‘〝"', '”」』’〞"'
END = "。！？!?…"
STOP = rf"，,、；;：:\n{END}{OPEN}{CLOSE}"
_JOIN = r"[、，,！!。.…—\-－～~·\s]{0,4}"
_BLANK = re.compile(r"\s")
_DOT = r"\.(?=[\s'\"”’]|$)"  # a full stop of a text in Latin letters
_SENTENCE = re.compile(rf"(?:(?!{_DOT})[^{END}\n])*(?:(?:[{END}]|{_DOT})+[{CLOSE}）)】]*|\n|$)")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Run:
    """One word and its repetitions at [start, end) of a paragraph. `rolls`: a form that means on and on."""

    start: int
    end: int
    base: str
    literal: str
    count: int
    rolls: bool
    joined: bool

    @property
    def latin(self) -> bool:
        return self.base.isascii()


@dataclass(frozen=True)
class _Listing:
    """`word` as a sound lists it; `hinted`: only where one of the sound's patterns is near."""

    sound: CueSound
    word: str
    hinted: bool


@dataclass(frozen=True)
class Window:
    """The sentence before, the word's own with the word in 〈 〉, and the one after, each on its line."""

    text: str
    own: str
    start: int
    end: int

    @property
    def beside(self) -> str:
        """The sentence before, the word's own, and the first clause of the one after."""
        return self.text[: self.end] + re.split("[，,]", self.text[self.end :], maxsplit=1)[0]

    def nearest(self, patterns: Sequence[str]) -> int | None:
        """How far the nearest match of any pattern is from the word, in characters."""
        return min(
            (self._distance(*m.span()) for p in patterns for m in regex(p).finditer(self.text)), default=None
        )

    def _distance(self, start: int, end: int) -> int:
        if start < self.end and end > self.start:
            return 0
        gap = (end, self.start) if end <= self.start else (self.end, start)
        alone = self.own.lstrip().startswith("〈")
        return gap[1] - gap[0] + (ALONE_CHARS if alone else BESIDE_CHARS) * self.text.count("\n", *gap)


def _period(word: str) -> str:
    """The shortest string that `word` repeats."""
    return next(word[:n] for n in range(1, len(word) + 1) if word[:n] * (len(word) // n) == word)


def _pair(word: str) -> str | None:
    """AB of a word of the form ABB or AABB: 哗啦 of 哗啦啦, 滴答 of 滴滴答答."""
    m = re.fullmatch(r"(.)\1*(.)\2+", word)
    return m[1] + m[2] if m and len(word) > 2 and m[1] != m[2] else None


def _squeezed(word: str) -> str:
    """A word in Latin letters without what only draws it out: craaash is crash, and so is CRASH."""
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[\s-]+", " ", word.lower()))


def _stretched(word: str) -> str:
    """The expression for a squeezed word, however it is drawn out."""
    return "".join(r"[\s-]+" if c == " " else f"{re.escape(c)}+" for c in word)


def _latin_run(match: re.Match[str], word: str, base: str) -> Run:
    count = len(re.findall(re.escape(word), match[0], re.I))
    return Run(*match.span(), base=base, literal=word * count, count=count, rolls=False, joined=count > 1)


class Words:
    """The library's words: finding them, and telling which sound each one is."""

    def __init__(self, sounds: Sequence[CueSound]) -> None:
        listings = [
            _Listing(s, w.rstrip("?"), w.endswith("?")) for s in sounds for w in s.words if w.rstrip("?")
        ]
        self.pairs = {w.word for w in listings if len(w.word) == 2 and w.word[0] != w.word[1]}
        self.listed: dict[str, list[_Listing]] = {}
        for listing in listings:
            self.listed.setdefault(self.base(listing.word), []).append(listing)

    def base(self, word: str) -> str:
        if word.isascii():
            return _squeezed(word)
        pair = _pair(word)
        return pair if pair in self.pairs else _period(word)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        rolled = [f"{a}+{b}{{2,}}" for a, b in (map(re.escape, p) for p in sorted(self.pairs))]
        bases = sorted(self.listed, key=len, reverse=True)
        plain = [re.escape(b) for b in bases if not b.isascii()]
        latin = "|".join(_stretched(b) for b in bases if b.isascii())
        units = "|".join([*rolled, *plain])
        either = [rf"(?P<unit>{units})(?:{_JOIN}(?P=unit))*"] if units else []
        either += [rf"(?i:(?<![\w'’])(?P<word>{latin})(?:{_JOIN}(?P=word))*(?![\w'’]))"] if latin else []
        return re.compile("|".join(either)) if either else re.compile(r"(?!)")

    def runs(self, text: str) -> Iterator[Run]:
        for m in self._pattern.finditer(text):
            if (word := m.groupdict().get("word")) is not None:
                yield _latin_run(m, word, self.base(word))
                continue
            unit = m["unit"]
            count = m[0].count(unit)
            yield Run(
                *m.span(),
                base=self.base(unit),
                literal=unit * count,
                count=count,
                rolls=len(unit) > 2,
                joined=len(m[0]) > len(unit) * count,
            )

    def sound_of(self, run: Run, window: Window) -> tuple[CueSound, bool] | None:
        """The sound a run makes here, and whether a hint near by decided it; None where it makes none."""
        best: tuple[tuple[int, int], CueSound, bool] | None = None
        for listing in self.listed[run.base]:
            if (len(listing.word) > len(run.literal) and not run.latin) or any(
                regex(p).search(window.own) for p in listing.sound.not_patterns
            ):
                continue
            near = window.nearest(listing.sound.patterns)
            if near is None and listing.hinted:
                continue
            hinted = near is not None and (listing.hinted or near <= UNHINTED_CHARS)
            rank = (near if near is not None and hinted else UNHINTED_CHARS, -len(listing.word))
            if best is None or rank < best[0]:
                best = (rank, listing.sound, hinted)
        return best[1:] if best else None


@cache
def regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class Text:
    """The book's paragraphs as the pieces tell them, in simplified characters."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.keys: list[tuple[int, int]] = []
        self.of: dict[tuple[int, int], str] = {}
        self.origin: dict[tuple[int, int], int] = {}
        for piece in pieces:
            key = (piece.span.chapter, piece.span.paragraph)
            if piece.kind == "heading":
                continue  # a title sets no scene
            if key not in self.of:
                self.keys.append(key)
                self.origin[key] = piece.span.start
            self.of[key] = self.of.get(key, "") + piece.text
        self.of = {k: simplified(t) for k, t in self.of.items()}
        self.index = {k: i for i, k in enumerate(self.keys)}

    def window(self, key: tuple[int, int], run: Run, own: tuple[int, int]) -> Window:
        """`own`: the word's own sentence, [start, end) of its paragraph."""
        text = self.of[key]
        before = _last_sentence(text[: own[0]]) or _last_sentence(self._beside(key, -1))
        after = _first_sentence(text[own[1] :]) or _first_sentence(self._beside(key, 1))
        left, right = (_BLANK.sub(" ", text[a:b]) for a, b in ((own[0], run.start), (run.end, own[1])))
        if left and left[-1] in OPEN:  # its own quote marks are no part of the sentence
            left, right = left[:-1], re.sub(f"[{CLOSE}]", "", right, count=1)
        head = f"{before[-NEIGHBOUR_CHARS:]}\n{left}"
        word = f"〈{_BLANK.sub(' ', text[run.start : run.end])}〉"
        lines = f"{head}{word}{right}\n{after[:NEIGHBOUR_CHARS]}"
        return Window(lines, f"{left}{word}{right}", len(head), len(head) + len(word))

    def _beside(self, key: tuple[int, int], step: int) -> str:
        """The next paragraph of the chapter in that direction that has any text."""
        at = self.index[key] + step
        while 0 <= at < len(self.keys) and self.keys[at][0] == key[0]:
            if self.of[self.keys[at]].strip():
                return self.of[self.keys[at]]
            at += step
        return ""


def sentences(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _SENTENCE.finditer(text) if m[0].strip()]


def _first_sentence(text: str) -> str:
    spans = sentences(text)
    return text[slice(*spans[0])].strip() if spans else ""


def _last_sentence(text: str) -> str:
    spans = sentences(text)
    return text[slice(*spans[-1])].strip() if spans else ""


def own_sentence(text: str, run: Run) -> tuple[int, int]:
    start = max((b for _, b in sentences(text[: run.start]) if ended(text[:b])), default=0)
    rest = _SENTENCE.match(text, run.end)
    return start, rest.end() if rest else len(text)


def ended(text: str) -> bool:
    """Whether a sentence ends where `text` does."""
    bare = text.rstrip(CLOSE + "）)】 \u3000")
    return not bare or bare[-1] in END + "\n" or (bare[-1] == "." and _LATIN.match(bare[-2:]) is not None)
