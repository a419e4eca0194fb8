"""How words are said, as a user may write it: voices/lexicon/*.toml for every book, lexicon.toml in a book's folder.

    [[word]]
    text = "单飞"               # as it stands in the book, in either script
    reading = "shan4 fei1"      # pinyin, a syllable with its tone's number for each character; 5 is the neutral tone
    preceded_by = ["姓"]        # only after one of these …
    followed_by = ["老师"]      # … or before one of these; without both, everywhere
    note = "a surname"

    [[word]]
    text = "GPU"
    say = "显卡"                # other words in its place; also for languages that pinyin does not reach
    language = "zh"             # only in books of this language

`say` changes the spoken form (script.json); a `reading` is put into the speech request (novelcast.readings).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator, model_validator

from novelcast.catalog import voices_dir
from novelcast.errors import SettingsError, toml_fault
from novelcast.hanzi import HAN, simplified
from novelcast.model import Model
from novelcast.readings import homophones, is_syllable, marked, surname_reading

BOOK_LEXICON = "lexicon.toml"
"""Its name in a book's folder."""
AS_IT_IS = "-"
"""In a reading: the character is left to the engine."""


class Word(Model):
    """One entry: exactly one of `reading` (for Han characters) and `say`."""

    text: str = Field(min_length=1)
    reading: str | None = None
    say: str | None = None
    language: str | None = None
    preceded_by: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()
    text_only: bool = False
    """Only for engines that take no readings: those that do know better."""
    note: str = ""

    @field_validator("text", "say", "preceded_by", "followed_by")
    @classmethod
    def _in_simplified(cls, value: Any) -> Any:
        """As the spoken form is."""
        return tuple(map(simplified, value)) if isinstance(value, tuple) else value and simplified(value)

    @model_validator(mode="after")
    def _checked(self) -> Word:
        if (self.reading is None) == (self.say is None):
            raise ValueError("give either reading or say")
        if "" in self.preceded_by + self.followed_by:
            raise ValueError("preceded_by and followed_by hold words, not the empty one")
        if self.reading is not None:
            if not all(HAN.fullmatch(c) for c in self.text):
                raise ValueError("reading is for Chinese characters only; use say")
            if len(self.syllables) != len(self.text):
                raise ValueError(
                    f"{len(self.text)} characters, but {len(self.syllables)} syllables in reading"
                )
            for syllable in self.syllables:
                if syllable != AS_IT_IS and not is_syllable(syllable):
                    raise ValueError(f"no syllable {syllable!r}; write pinyin as yin2 hang2, ü as v")
        return self

    @property
    def syllables(self) -> list[str]:
        return (self.reading or "").lower().replace("ü", "v").split()

    def spoken_in(self, language: str) -> bool:
        return self.language is None or language.lower().split("-")[0] == self.language.lower().split("-")[0]

    def pattern(self) -> str:
        """What finds the word in a text: whole Latin words, and only beside what the entry names."""
        word = re.escape(self.text)
        if re.match(r"[A-Za-z\d]", self.text):
            word = r"(?<![A-Za-z\d])" + word
        if re.search(r"[A-Za-z\d]$", self.text):
            word += r"(?![A-Za-z\d])"
        beside = [f"(?<={re.escape(before)}){word}" for before in self.preceded_by]
        beside += [f"{word}(?={re.escape(after)})" for after in self.followed_by]
        return "|".join(beside) or word


@dataclass(frozen=True)
class Lexicon:
    """Entries, the most important first: of two that fit a place the longer wins, then the earlier."""

    words: tuple[Word, ...] = ()

    def __add__(self, other: Lexicon) -> Lexicon:
        return Lexicon(self.words + other.words)

    def said(self, text: str, language: str) -> str:
        """Simplified text with what the `say` entries put in place of their words."""
        return self._replaced(text, [w for w in self._ordered if w.say is not None and w.spoken_in(language)])

    def read(self, spoken: str, language: str, *, pinyin: bool) -> str:
        """A spoken text as an engine is to be given it: with the readings as marks where it takes `pinyin`,
        else with homophones for them. Marks that a person wrote into `spoken` stand."""
        words = [
            w
            for w in self._ordered
            if w.reading is not None and w.spoken_in(language) and not (pinyin and w.text_only)
        ]
        text = self._replaced(spoken, words)
        return text if pinyin else homophones(text)

    @cached_property
    def _ordered(self) -> list[Word]:
        return sorted(self.words, key=lambda word: -len(word.text))

    def _replaced(self, text: str, words: Sequence[Word]) -> str:
        words = [word for word in words if word.text in text]
        if not words:
            return text
        found = re.compile("|".join(f"(?P<w{at}>{word.pattern()})" for at, word in enumerate(words)))
        return found.sub(lambda m: _in_place(words[int((m.lastgroup or "w")[1:])], m), text)


NO_WORDS = Lexicon()


def _in_place(word: Word, m: re.Match[str]) -> str:
    if word.say is not None:
        return word.say
    if m.string[m.end() :].startswith("{"):
        return m[0]
    pairs = zip(m[0], word.syllables, strict=True)
    return "".join(char if said == AS_IT_IS else marked(char, [said]) for char, said in pairs)


def surnames_of(names: Iterable[str], *, pinyin: bool) -> Lexicon:
    """How the surnames of a book's people are read, where they are read otherwise than the word. An engine that takes
    no readings is told of those only that a voice seldom knows."""
    plain = [simplified(name) for name in names]
    found = [
        (name, reading)
        for name in plain
        if (reading := surname_reading(name)) and (pinyin or name[0] not in _KNOWN_SURNAMES)
    ]
    return Lexicon(tuple(Word(text=n[0], reading=r, followed_by=(n[1:],)) for n, r in found))


_KNOWN_SURNAMES = "任曾华燕翟"


def load_lexicon(paths: Iterable[Path]) -> Lexicon:
    """The entries of these files, the first file's first. A file that is not there has none.

    Raises SettingsError, naming file and entry, for one that cannot be used.
    """
    return Lexicon(tuple(word for path in paths for word in _words(path)))


def lexicon_for(book_folder: Path | None = None) -> Lexicon:
    """The book's own words, then those of voices/lexicon/."""
    shipped = sorted((voices_dir() / "lexicon").glob("*.toml"))
    return load_lexicon([book_folder / BOOK_LEXICON, *shipped] if book_folder else shipped)


def _words(path: Path) -> list[Word]:
    text = ""
    try:
        text = path.read_text("utf-8-sig")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return []
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {toml_fault(text, error)}", hint="mend that line") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}", hint="mend that line") from None
    rows = data.pop("word", [])
    if data or not isinstance(rows, list):
        raise SettingsError(
            f"{path}: it holds other things than [[word]] entries", hint="see docs/pronunciation.md"
        )
    return [_word(path, number, row) for number, row in enumerate(rows, 1)]


def _word(path: Path, number: int, row: Any) -> Word:
    try:
        return Word.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        what = first["msg"].removeprefix("Value error, ")
        name = row.get("text", "?") if isinstance(row, dict) else row
        raise SettingsError(
            f"{path}: [[word]] number {number} ({name}): {where + ': ' if where else ''}{what}",
            hint="see docs/pronunciation.md",
        ) from None
