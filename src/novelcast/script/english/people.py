"""Who is in an English book: names with all their forms, and the unnamed who speak, from the text alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from novelcast.model import Speaker
from novelcast.script.english import lexicon as lx
from novelcast.script.english.clues import ADDRESS
from novelcast.script.english.mentions import Token, plain, tokens, words_of
from novelcast.script.english.names import Name, Person, ends_of, group, short_forms
from novelcast.script.english.traits import describe
from novelcast.script.pieces import Piece

_INITIAL = re.compile(r"^[A-Z]$")
_GAP = re.compile(r"\.?\s+|\.-?|-")
_STARTS = re.compile(r"(?:^|[.!?:;\"(\[—…]|--)['\")\]\s]*$")
_TITLE_GAP = re.compile(r"\.?\s+")
_STOP = re.compile(r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)[.!?](?=[\s\"'])")
_ACTS = lx.BEAT_VERBS | lx.REACTION_VERBS | lx.words("knew felt saw wanted loved hated hoped tried said wore")
_LEAST_TAGS = 10
"""Tags that name somebody before a person is added to a list of characters the user gave."""


@dataclass
class _Seen:
    """How often a form stands in the book, and how."""

    count: int = 0
    inside: int = 0  # not where a sentence begins
    said: int = 0
    acted: int = 0
    called: int = 0
    owned: int = 0
    place: int = 0
    the: int = 0
    told: int = 0  # in narration

    @property
    def human(self) -> int:
        return 3 * self.said + self.acted + 2 * self.called + self.owned


@dataclass
class _Book:
    """What the words of a book are like: how often each is written small, with a capital, and with one inside a
    sentence; and which forms of names stand together in a sentence."""

    small: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    together: Counter[frozenset[str]] = field(default_factory=Counter)
    capital: Counter[str] = field(default_factory=Counter)
    forms: dict[str, _Seen] = field(default_factory=lambda: defaultdict(_Seen))
    unnamed: Counter[str] = field(default_factory=Counter)

    def is_name(self, word: str) -> bool:
        """Whether a word that opens a sentence is a name: inside one it is written so too."""
        lower = word.lower()
        if self.capital[lower]:
            return self.small[lower] * 4 <= self.capital[lower]
        return (
            not self.small[lower]
            and abs(lx.name_lean(lower)) >= 2
            and lower not in lx.NOT_NAMES | lx.ALSO_WORDS
        )


def find_people(pieces: Sequence[Piece], given: Sequence[Speaker] = ()) -> tuple[Speaker, ...]:
    """The characters of the book, those seen most first. `Speaker.id` is the name.

    `given`: characters as the user lists them; they keep their names and gender. Other people are added
    only where tags name them often.
    """
    book = _read(pieces)
    counts = {form: seen.count for form, seen in book.forms.items() if _is_person(form, seen, book)}
    people = group(counts, book.together, given)
    shared = Counter(word for person in people for word in ends_of(person))
    for person in people:
        for word in short_forms(person, shared):
            if book.written[word] > 2 * book.small[word]:
                person.forms[word.capitalize()] = book.written[word]
    if given:
        said = {form: seen.said for form, seen in book.forms.items()}
        people = [p for p in people if p.fixed or sum(said.get(f, 0) for f in p.forms) >= _LEAST_TAGS]
    else:
        people += _unnamed(book, people)
    return describe(people, pieces)


def _read(pieces: Sequence[Piece]) -> _Book:
    book = _Book()
    texts = [
        (plain(p.text), p.kind in ("dialogue", "thought"))
        for p in pieces
        if p.kind in ("dialogue", "thought", "narration")
    ]
    lists = []
    for k, (text, spoken) in enumerate(texts):
        found = tokens(text)
        lists.append(found)
        for t in found:
            word = t[2]
            if word[0].islower():
                book.small[word] += 1
                continue
            book.written[word.lower()] += 1
            if not (word.isupper() and len(word) > 1) and not _starts(text, t[0], spoken, k, texts):
                book.capital[word.lower()] += 1
    for k, ((text, spoken), found) in enumerate(zip(texts, lists, strict=True)):
        _runs(text, found, spoken, book, _starts_at(k, texts))
        if not spoken:
            _note_unnamed(text, found, book, after_quote=k > 0 and texts[k - 1][1])
    return book


def _starts_at(k: int, texts: Sequence[tuple[str, bool]]) -> bool:
    """Whether a piece begins a sentence: a tag behind a quotation that ends with a comma does not."""
    if k == 0 or texts[k][1] or not texts[k - 1][1]:
        return True
    return re.search(r"[.]['\"]?\s*$", texts[k - 1][0]) is not None


def _starts(text: str, at: int, spoken: bool, k: int, texts: Sequence[tuple[str, bool]]) -> bool:
    before = text[max(0, at - 6) : at]
    if at <= 6 and not before.strip(" \"'"):
        return _starts_at(k, texts)
    return _STARTS.search(before) is not None and not re.search(r"\b(?:Mr|Mrs|Dr|Ms|St)\.\s*$", before)


def _is_capital(word: str) -> bool:
    return word[0].isupper() and not (word.isupper() and len(word) > 2)


def _runs(text: str, found: Sequence[Token], spoken: bool, book: _Book, opens: bool) -> None:
    """Note every run of capitalised words that may be a name."""
    i = 0
    sentence: set[str] = set()
    end = 0
    while i < len(found):
        word = found[i][2]
        if not _is_capital(word):
            i += 1
            continue
        j = i
        while j + 1 < len(found):
            nxt = found[j + 1]
            gap = text[found[j][1] : nxt[0]]
            if found[j][1] - found[j][0] > len(found[j][2]):  # Ann's
                break
            title = found[j][2].lower() in lx.TITLES or _INITIAL.match(found[j][2]) or found[j][2] == "St"
            if not (gap == " " or (title and _TITLE_GAP.fullmatch(gap))):
                break
            if _is_capital(nxt[2]) and (nxt[2].lower() not in lx.NOT_NAMES or nxt[2].lower() in lx.TITLES):
                j += 1
            elif (
                nxt[2] in lx.NAME_JOINERS
                and j + 2 < len(found)
                and text[nxt[1] : found[j + 2][0]] in (" ", " the ")
                and _is_capital(found[j + 2][2])
                and (nxt[2] != "of" or found[j][2].lower() in lx.TITLES)
                and nxt[2] not in ("the",)
            ):
                j += 2
            else:
                break
        form = _note_run(text, found, i, j, spoken, book, opens)
        if _STOP.search(text, end, found[i][0]):
            sentence = set()
        end = found[j][1]
        if form:
            book.together.update(frozenset((form, other)) for other in sentence - {form})
            sentence.add(form)
        i = j + 1


def _note_run(
    text: str, found: Sequence[Token], i: int, j: int, spoken: bool, book: _Book, opens: bool
) -> str:
    """Count a run of capitalised words as the form that it is; returns the form, "" where it is none."""
    before = text[max(0, found[i][0] - 8) : found[i][0]]
    at_start = _STARTS.search(before) is not None and (opens or bool(before.strip(" \"'")))
    # What opens a sentence may be any word: leave it out unless it is a name elsewhere, or a title.
    while i <= j and (
        (at_start and not book.is_name(found[i][2]) and not _opens_name(found, i, j))
        or (_is_no_name(found[i][2]) and (at_start or i == j or not lx.is_given_name(found[i][2])))
        or (found[i][2].lower() in lx.LOOSE_TITLES and i < j)
    ):
        i += 1
        at_start = False
    if i > j:
        return ""
    words = [found[k][2] for k in range(i, j + 1)]
    if words[0] == "I" or (all(w.lower() in lx.TITLES for w in words) and len(words) > 1):
        return ""
    previous = (
        found[i - 1] if i and not re.search(r"[.!?;:\"]", text[found[i - 1][1] : found[i][0]]) else None
    )
    last_before = previous[2].lower() if previous else ""
    behind = [t for t in found[j + 1 : j + 4] if t[0] - found[j][1] < 30]
    form = " ".join(_dotted(w, k + 1 < len(words)) for k, w in enumerate(words))
    the = last_before in ("the", "a", "an") or (
        last_before in lx.LOOSE_TITLES and i > 1 and found[i - 2][2].lower() == "the"
    )
    if the:
        form = "the " + form
    seen = book.forms[form]
    seen.count += 1
    seen.told += not spoken
    seen.inside += not at_start
    seen.the += the
    owned = found[j][1] - found[j][0] > len(found[j][2])
    next_word = behind[0][2].lower() if behind and not owned else ""
    gap = text[found[j][1] : behind[0][0]] if behind else ""
    if owned:
        seen.owned += behind[0][2].lower() in _PARTS if behind else 0
    elif not spoken:
        inverted = last_before in lx.SAY_VERBS or (the and i > 1 and found[i - 2][2].lower() in lx.SAY_VERBS)
        direct = gap == " " and (
            next_word in lx.SAY_VERBS
            or (next_word.endswith("ly") and len(behind) > 1 and behind[1][2].lower() in lx.SAY_VERBS)
        )
        seen.said += inverted or direct
        seen.acted += gap == " " and (
            next_word in _ACTS
            or (next_word.endswith("ed") and next_word not in ("named", "called", "united"))
        )
    else:
        rest = text[found[j][1] : found[j][1] + 2]
        seen.called += (
            bool(re.match(r"[,.!?;:]|$|\"", rest))
            and ADDRESS.search(text[: found[i][0]].lstrip("\"' ")) is not None
        )
    seen.place += last_before in lx.PLACE_BEFORE
    return form


_PARTS = lx.words(
    "voice eyes face hand hands head heart lips mind arm shoulder mother father wife husband sister brother "
    "son daughter room house face"
)


def _opens_name(found: Sequence[Token], i: int, j: int) -> bool:
    """Whether a sentence's first word can only be part of a name: a title, or a given name with more behind it."""
    word = found[i][2].lower()
    if word in lx.TITLES and j > i:
        return word not in lx.LOOSE_TITLES
    return j > i and lx.is_given_name(word) and word not in lx.NOT_NAMES


def _dotted(word: str, more: bool) -> str:
    return (
        word + "."
        if more
        and (
            word in ("Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Rev", "Capt", "Col", "Sgt", "Lt")
            or _INITIAL.match(word)
        )
        else word
    )


def _is_no_name(word: str) -> bool:
    return word.lower() in lx.NOT_NAMES and word.lower() not in lx.TITLES


def _is_person(form: str, seen: _Seen, book: _Book) -> bool:
    name = Name.of(form)
    if not name.words:
        return False
    last = name.words[-1]
    # A given name that is a common word too (Will, Grace) is one before another name.
    words = name.words[1:] if len(name.words) > 1 and lx.is_given_name(name.words[0]) else name.words
    if any(_is_no_name(w) for w in words if w not in lx.NAME_JOINERS):
        return False
    if name.titles and not name.the and set(name.titles) - lx.LOOSE_TITLES:
        return last not in lx.TITLES or seen.human > 0 or seen.count > 1
    if name.the:
        if last.endswith("s") and not seen.said:
            return False
        return seen.said >= 1 or (seen.acted + seen.called >= 3 and seen.place * 2 < seen.count)
    if len(name.words) == 1 and last in lx.TITLES:
        # Mother, Papa, Nurse: a person only where it is used as a name.
        return seen.said >= 1 and seen.inside >= 2
    if seen.place * 2 > seen.count and not seen.said:
        return False
    if len(name.words) > 1:
        known = lx.is_given_name(name.words[0])
        return seen.human >= 1 or (known and seen.place * 2 <= seen.count)
    known = lx.is_given_name(last)
    if book.small[last] > 2 * book.capital[last]:
        return False
    if seen.said or seen.called >= 2:
        return True
    if last.endswith("s") and book.capital[last[:-1]] > 2:
        return False  # the Lucases
    return (seen.human >= (1 if known else 3) and seen.count >= 2) or (known and seen.count >= 3)


# ---------------------------------------------------------------- those without a name


def _note_unnamed(text: str, found: Sequence[Token], book: _Book, after_quote: bool) -> None:
    """Count the unnamed whom tags name: said the landlord."""
    for k, t in enumerate(found):
        verb = t[2].lower()
        if verb not in lx.SAY_VERBS or verb in lx.WEAK_SAY or k + 2 >= len(found):
            continue
        if found[k + 1][2].lower() not in ("the", "a", "an") or text[t[1] : found[k + 1][0]] != " ":
            continue
        if not (after_quote and k <= 1):
            continue
        end = k + 1
        for j in range(k + 2, min(len(found), k + 5)):
            if text[found[j - 1][1] : found[j][0]] != " " or not found[j][2][0].islower():
                break
            if found[j][2].endswith("ly") or found[j][2] in (
                "in",
                "as",
                "to",
                "with",
                "of",
                "who",
                "and",
                "from",
                "at",
                "on",
                "by",
            ):
                break
            end = j
            if found[j][2] in lx.PERSON_NOUNS:
                break
        if end > k + 1 and found[end][2] not in lx.GROUP_NOUNS:
            book.unnamed[" ".join(["the", *(found[j][2] for j in range(k + 2, end + 1))])] += 1


_ANYBODY = lx.words(
    "other one voice man woman lady gentleman person speaker fellow latter former first second two same"
)


def _unnamed(book: _Book, people: Sequence[Person]) -> list[Person]:
    """A person for each unnamed speaker whose word is nobody's title and not a word for anybody."""
    taken = {w for p in people for f in p.forms for w in words_of(f)}
    titles = {_TITLE_NOUNS.get(w, w) for w in taken}
    out: dict[str, Person] = {}
    for phrase, count in book.unnamed.most_common():
        noun = phrase.split()[-1]
        if noun in titles or noun in lx.KIN or (noun in _ANYBODY and len(phrase.split()) < 3):
            continue
        if noun not in lx.PERSON_NOUNS and not _LIKE_A_PERSON.search(noun):
            continue
        person = out.setdefault(phrase if noun in _ANYBODY else noun, Person(phrase, {}))
        person.forms[phrase] = person.forms.get(phrase, 0) + count
        if noun not in _ANYBODY:
            person.forms.setdefault(f"the {noun}", count)
    return list(out.values())


# Endings of words for those who do something (the cobbler, the organist), and words that only look like them.
_LIKE_A_PERSON = re.compile(
    r"(?<!^lett)(?<!^answ)(?<!^whisp)(?<!^matt)(?<!^corn)(?<!^ord)(?<!^mann)(?<!^ang)(?<!^form)(?<!^latt)(?<!^num)"
    r"(?:er|or|man|woman|ist|ess|ant|ian|smith|wright|maid|boy|girl|eer|cian|herd)$"
)
_TITLE_NOUNS = {"dr": "doctor", "capt": "captain", "col": "colonel", "prof": "professor", "sgt": "sergeant"}
