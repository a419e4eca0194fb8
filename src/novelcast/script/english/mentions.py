"""Who is named in an English text: names, titles, pronouns and what people are called (the old man, her aunt)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from novelcast.model import Speaker
from novelcast.script.english import lexicon as lx

Kind = Literal["name", "phrase", "pronoun", "epithet", "group"]
Token = tuple[int, int, str]  # start, end, the word without a possessive ending

_SAME_LENGTH = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "_": " ", "*": " ", "\n": " ", "\u2060": " "}
)
_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_GAP = re.compile(r"\.?\s+|\.?-")
_DETERMINERS = lx.words("the a an this that his her my our their your its another one some any each every")
_OWNERS = lx.words("his her my our their your its")
# Never an adjective between a determiner and its noun.
_NO_ADJECTIVE = frozenset(
    [
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "to",
        "and",
        "or",
        "but",
        "as",
        "than",
        "who",
        "which",
        "that",
        "is",
        "was",
        "were",
        "are",
        "be",
        "had",
        "has",
        "have",
        "said",
        "not",
        "so",
        "then",
        "when",
        "while",
        "if",
        "the",
        "a",
        "an",
        "his",
        "her",
        "my",
        "our",
        "their",
        "your",
        "its",
        "into",
        "upon",
        "over",
        "under",
        "about",
        "he",
        "she",
        "they",
        "it",
    ]
)
_NARRATORS = frozenset(("i", "narr", "narrator", "the narrator"))


def plain(text: str) -> str:
    """The text with one kind of apostrophe and without marks of emphasis, as long as it was."""
    return text.translate(_SAME_LENGTH)


def tokens(text: str) -> list[Token]:
    """The words of a plain text; a possessive ending belongs to the place, not to the word."""
    out = []
    for m in _TOKEN.finditer(text):
        word = m.group()
        if word.endswith(("'s", "'S")):
            word = word[:-2]
        out.append((m.start(), m.end(), word))
    return out


@dataclass(frozen=True)
class Mention:
    """A word for people at [start, end) of a text. `people`: whom it may name (indexes into the roster). A phrase
    is somebody's own without being a name (the driver); an epithet may be anybody's (the man, her aunt).
    `owned`: it is a possessive or an object (Ann's, him)."""

    start: int
    end: int
    word: str
    kind: Kind
    people: tuple[int, ...] = ()
    gender: str = "unknown"
    age: str = "unknown"
    owned: bool = False
    noun: str = ""
    first_person: bool = False

    @property
    def sure(self) -> int | None:
        """The one person that it names."""
        named = self.kind == "name" or (self.kind == "phrase" and self.noun not in lx.PERSON_NOUNS)
        return self.people[0] if len(self.people) == 1 and named else None


def words_of(form: str) -> tuple[str, ...]:
    """A name's words in lower case, without what a list of characters adds to tell two apart: Ann (a child)."""
    form = re.sub(r"\s*\([^)]*\)|\s+-\s.*", "", plain(form)).strip()
    return tuple(t[2].lower() for t in tokens(form))


@dataclass
class Roster:
    """The people of a book, and where they are named in a text."""

    people: Sequence[Speaker]
    narrator: int | None = None
    nouns: list[frozenset[str]] = field(default_factory=list)
    _forms: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    _by_first: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Sequence[Speaker], nouns: Mapping[str, frozenset[str]] | None = None) -> Roster:
        """`nouns`: id of a speaker -> common nouns that stand for them (captain, vicar)."""
        roster = cls(people)
        forms: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i, person in enumerate(people):
            for form in dict.fromkeys((person.name, *person.aliases)):
                words = words_of(form)
                if " ".join(words) in _NARRATORS:
                    roster.narrator = i
                elif words and i not in forms[words]:
                    forms[words].append(i)
                    if words[0] in ("the", "a", "an") and len(words) > 1 and i not in forms[words[1:]]:
                        forms[words[1:]].append(i)
        roster._forms = dict(forms)
        by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for words in forms:
            by_first[words[0]].append(words)
        roster._by_first = {k: sorted(v, key=len, reverse=True) for k, v in by_first.items()}
        roster.nouns = [_nouns_of(p) | (nouns or {}).get(p.id, frozenset()) for p in people]
        return roster

    def mentions(self, text: str) -> list[Mention]:
        """All mentions in a plain text, in order, not overlapping."""
        return self.mentions_among(text, tokens(text))

    def mentions_among(self, text: str, found: Sequence[Token]) -> list[Mention]:
        out: list[Mention] = []
        i = 0
        while i < len(found):
            mention, used = self._name_at(text, found, i)
            if mention is None:
                mention, used = self._word_at(text, found, i)
            if mention is not None:
                while out and out[-1].end > mention.start:
                    out.pop()
                out.append(mention)
            i += max(1, used)
        return out

    def _name_at(self, text: str, found: Sequence[Token], i: int) -> tuple[Mention | None, int]:
        start, _, word = found[i]
        for words in self._by_first.get(word.lower(), ()):
            n = len(words)
            if n > len(found) - i or any(found[i + k][2].lower() != words[k] for k in range(1, n)):
                continue
            if not all(_GAP.fullmatch(text, found[i + k][1], found[i + k + 1][0]) for k in range(n - 1)):
                continue
            named = [found[i + k][2] for k in range(n)]
            if not _written_as_name(named):
                continue
            end = found[i + n - 1][1]
            people = self._fitting(text, found, i, self._forms[words])
            if not people:
                continue
            last = found[i + n - 1]
            owned = _is_owned(text, last)
            lower = not any(w[0].isupper() for w in named)
            kind: Kind = "phrase" if lower else "name"
            noun = words[-1] if lower else ""
            gender, age = (
                lx.PERSON_NOUNS.get(words[-1], ("unknown", "unknown")) if lower else ("unknown", "unknown")
            )
            return Mention(start, end, text[start:end], kind, people, gender, age, owned, noun), n
        return None, 0

    def _fitting(self, text: str, found: Sequence[Token], i: int, people: Sequence[int]) -> tuple[int, ...]:
        """Of those who share a form, the ones whom the title right before it allows."""
        if i == 0:
            return tuple(people)
        title = found[i - 1][2].lower()
        gender = lx.TITLES.get(title, ("unknown", "unknown"))[0]
        if gender == "unknown" or title in lx.LOOSE_TITLES or not found[i - 1][2][0].isupper():
            return tuple(people)
        if not _GAP.fullmatch(text, found[i - 1][1], found[i][0]):
            return tuple(people)
        return tuple(p for p in people if self.people[p].gender in (gender, "unknown"))

    def _word_at(self, text: str, found: Sequence[Token], i: int) -> tuple[Mention | None, int]:
        start, end, word = found[i]
        lower = word.lower()
        if word == "I":
            teller = () if self.narrator is None else (self.narrator,)
            return Mention(start, start + 1, "I", "pronoun", teller, first_person=True), 1
        if lower in lx.PRONOUNS and "'" not in text[start:end].removesuffix("'s"):
            return Mention(start, end, lower, "pronoun", (), lx.PRONOUNS[lower]), 1
        if lower == "it" and end - start == 2:
            return Mention(start, end, lower, "pronoun"), 1
        if lower in ("him", "himself"):
            return Mention(start, end, lower, "pronoun", (), "male", owned=True), 1
        if lower in ("her", "his", "herself"):
            return Mention(
                start, end, lower, "pronoun", (), "male" if lower == "his" else "female", owned=True
            ), 1
        if lower in ("they", "we", "both"):
            return Mention(start, end, lower, "group"), 1
        if lower in lx.GROUP_NOUNS:
            return Mention(_noun_phrase(found, i)[0], end, word, "group"), 1
        if lower in lx.PERSON_NOUNS and word[0].islower():
            begin, determiner = _noun_phrase(found, i)
            if determiner:
                gender, age = lx.PERSON_NOUNS[lower]
                phrase = text[begin:end]
                if age == "adult" and re.search(r"\b(?:old|aged|elderly|ancient|white-haired)\b", phrase):
                    age = "elderly"
                if re.search(r"\blittle\b", phrase) and lower in ("boy", "girl", "one", "fellow"):
                    age = "child"
                owned = _is_owned(text, found[i])
                people = tuple(p for p, nouns in enumerate(self.nouns) if lower in nouns)
                return Mention(begin, end, phrase, "epithet", people, gender, age, owned, lower), 1
        return None, 1


def _is_owned(text: str, token: Token) -> bool:
    """Whether a token is a possessive: Ann's, Mr. Lucas's, the boys'."""
    start, end, word = token
    return end - start > len(word) or (text[end : end + 1] == "'" and word[-1:] == "s")


def _written_as_name(words: Sequence[str]) -> bool:
    """Capitals where a name has them; forms that open with a determiner (the driver, her sister) need none."""
    first = words[0].lower()
    if first in _DETERMINERS and len(words) > 1:
        return True
    return any(w[0].isupper() for w in words if w.lower() not in lx.NAME_JOINERS)


def _noun_phrase(found: Sequence[Token], i: int) -> tuple[int, str]:
    """(start, determiner) of the noun phrase that ends in token i; no determiner: (the noun's start, "")."""
    for k in range(i - 1, max(-1, i - 5), -1):
        word = found[k][2]
        lower = word.lower()
        if found[k + 1][0] - found[k][1] > 2:
            break
        if lower in _DETERMINERS or found[k][1] - found[k][0] > len(word):
            return found[k][0], lower
        if lower in _NO_ADJECTIVE or lower in lx.SAY_VERBS:
            break
    return found[i][0], ""


def _nouns_of(person: Speaker) -> frozenset[str]:
    """Common nouns that a person's own names hold: Captain Ward is the captain, Aunt Dora an aunt."""
    found = set()
    for form in (person.name, *person.aliases):
        words = words_of(form)
        for word in (*words[:-1], *(words[-1:] if words[:1] in (("the",), ("a",), ("an",)) else ())):
            word = _LONG_TITLES.get(word, word)
            if (
                word in lx.PERSON_NOUNS
                and word not in lx.LOOSE_TITLES
                and word not in ("miss", "master", "lady")
            ):
                found.add(word)
    return frozenset(found)


_LONG_TITLES = {
    "dr": "doctor", "capt": "captain", "col": "colonel", "prof": "professor", "sgt": "sergeant", "rev": "clergyman",
    "reverend": "clergyman", "maj": "major", "gen": "general", "lt": "lieutenant",
}  # fmt: skip
