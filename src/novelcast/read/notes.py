"""Pinyin notes that scrapers put after characters: 機(jī)器, 機器（jī qì）, 機ㄐㄧ器. And which an author put there.

A note is one only if it is, tone mark and all, a reading of the character or the word before it. Whether it goes:

- In a lesson all stay: more than half of the book's characters carry one, or, in a book that isn't scraped, the
  paragraph speaks of pronunciation (拼音, 读音 …) or has notes on four characters in a row.
- A book is scraped if it has notes on three or more different common characters (level 1 of GB 2312) in the
  middle of running text. There all go, except one that stands by itself (王(wáng), 李(lǐ)) in a paragraph that
  speaks of pronunciation.
- Notes without a tone mark (机(ji)器, 机(ji1)器) go where five and more different common characters have one so.
- In any other book a note goes only if nobody would have written it: a common character in its usual reading,
  in the middle of running text. An author's help with a rare character or a rare reading stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from novelcast.hanzi import HAN, simplified
from novelcast.read.draft import Edit

WHY = "a pinyin note"

_NOTE = re.compile(
    r"\s?[(（〔\[【［]\s*([a-zA-ZÀ-ÖØ-öø-ɏɑɡ\u0300-\u030c'’1-5 ]{1,40}|[ㄅ-ㄯˊˇˋ˙ ]{1,30})\s*[)）〕\]】］](?:\s(?=[\u3400-\u9fff]))?"
    r"|([ㄅ-ㄯ]{1,3}[ˊˇˋ˙]?)"
)
_NOTE_STARTS = frozenset("(（〔[【［") | frozenset(map(chr, range(ord("ㄅ"), ord("ㄯ") + 1)))
_LONGEST = 6  # characters that one note is of, at most
_LETTERS = str.maketrans("ɑɡ", "ag")  # the letters of school books
_LESSON = re.compile(
    "拼音|读音|讀音|读作|讀作|念作|念成|读成|讀成|读第|讀第|发音|發音|声调|聲調|声母|聲母|韵母|韻母|注音|多音字|[第][一二三四][声聲]|识字|識字|生字"
)
_BY_ITSELF_AFTER = "字读讀念是音这這，。、；：！？,.;:!?”’」』》"
_SCRAPED_FROM = 3
_TONELESS_FROM = 5
_LESSON_SHARE = 0.5
_ROW = 4


@dataclass(frozen=True, slots=True)
class _Note:
    start: int
    end: int
    word: str
    """The characters that it is of, simplified."""
    usual: bool
    toned: bool
    alone: bool  # neither the character before nor the one behind ties it into running text


def pinyin_notes(texts: Sequence[str]) -> dict[int, list[Edit]]:
    """For each paragraph with notes to remove, their removal."""
    found = {
        i: notes for i, t in enumerate(texts) if not _NOTE_STARTS.isdisjoint(t) and (notes := list(_notes(t)))
    }
    carrying = sum(len(n.word) for notes in found.values() for n in notes)
    if carrying > _LESSON_SHARE * sum(len(HAN.findall(texts[i])) for i in found):
        return {}
    lessons = {i for i, notes in found.items() if _LESSON.search(texts[i]) or _row(notes) >= _ROW}
    common = {
        (char, n.toned)
        for i in found
        if i not in lessons
        for n in found[i]
        for char in n.word
        if char in _common() and not n.alone
    }
    toned = sum(toned for _, toned in common)
    scraped = {True: toned >= _SCRAPED_FROM, False: len(common) - toned >= _TONELESS_FROM}
    out = {}
    for i, notes in found.items():
        goes = [n for n in notes if _goes(n, scraped=scraped[n.toned], lesson=i in lessons)]
        if goes:
            out[i] = [Edit(n.start, n.end, "", WHY) for n in goes]
    return out


def _row(notes: Sequence[_Note]) -> int:
    """The longest run of notes on neighbouring characters."""
    longest = run = 1 if notes else 0
    for one, two in pairwise(notes):
        run = run + 1 if two.start == one.end + 1 else 1
        longest = max(longest, run)
    return longest


def _goes(note: _Note, *, scraped: bool, lesson: bool) -> bool:
    if scraped:
        return not (lesson and note.alone)
    return note.toned and not lesson and not note.alone and note.usual and _common().issuperset(note.word)


def _notes(text: str) -> Iterator[_Note]:
    for match in _NOTE.finditer(text):
        written = unicodedata.normalize("NFC", (match[1] or match[2]).lower().translate(_LETTERS))
        start = match.start()
        before = text[max(0, start - _LONGEST) : start]
        found = _read(before[len(before) - _run(before) :], written)
        if found is None:
            continue
        word, usual, toned = found
        left = text[start - len(word) - 1 : start - len(word)] if start > len(word) else ""
        right = text[match.end() : match.end() + 1]
        # The character before may carry a note of its own.
        alone = not (left and (HAN.match(left) or left in ")）〕]】］")) and (
            not right or right in _BY_ITSELF_AFTER
        )
        yield _Note(start, match.end(), "".join(map(_plain, word)), usual, toned, alone)


def _run(text: str) -> int:
    """How many Chinese characters stand at the end of a text."""
    n = 0
    while n < len(text) and HAN.match(text[-n - 1]):
        n += 1
    return n


def _read(run: str, written: str) -> tuple[str, bool, bool] | None:
    """Of which last characters of a run `written` is the reading, whether it is the usual one of each, and whether it
    has its tones; None where it is of none."""
    if not run:
        return None
    if written in _own_readings(run[-1]):  # by far the most of them
        return run[-1], written == _usual_reading(_plain(run[-1])), True
    plain = simplified(run)
    parts = re.split(r"[\s'’]+", written.strip())
    for toned in (True, False):
        rest, usual = list(parts), True
        for n in range(1, len(run) + 1):
            options = _sounds(run[-n], plain[-n], toned=toned)
            said = max((o for o in options if rest[-1].endswith(o)), key=len, default="")
            if not said:
                break
            usual = usual and said in (_usual_reading(plain[-n]), _usual_zhuyin(plain[-n]))
            rest[-1] = rest[-1].removesuffix(said)
            if not rest[-1]:
                rest.pop()
            if not rest:
                return run[-n:], usual and toned, toned
    return None


@cache
def _plain(char: str) -> str:
    return simplified(char)


@cache
def _own_readings(char: str) -> frozenset[str]:
    return _readings(char) | _readings(_plain(char))


@cache
def _sounds(char: str, plain: str, *, toned: bool) -> frozenset[str]:
    if toned:
        return _readings(char) | _readings(plain) | _zhuyin(plain)
    return frozenset(form + tone for form in _toneless(plain) for tone in ("", *"12345")) | frozenset(
        reading + tone for reading in _readings(plain) for tone in "12345"
    )


@cache
def _readings(char: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    return frozenset(r for r in pinyin(char, style=Style.TONE, heteronym=True)[0])


@cache
def _toneless(char: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    readings = pinyin(char, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(form for r in readings for form in (r, r.replace("ü", "v"), r.replace("v", "ü")))


@cache
def _usual_reading(char: str) -> str:
    from pypinyin import Style, pinyin

    return str(pinyin(char, style=Style.TONE)[0][0])


@cache
def _zhuyin(char: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    return frozenset(r for r in pinyin(char, style=Style.BOPOMOFO, heteronym=True)[0])


@cache
def _usual_zhuyin(char: str) -> str:
    from pypinyin import Style, pinyin

    return str(pinyin(char, style=Style.BOPOMOFO)[0][0])


@cache
def _common() -> frozenset[str]:
    """The 3,755 characters of GB 2312's first level, simplified."""
    rows = (bytes((hi, lo)) for hi in range(0xB0, 0xD8) for lo in range(0xA1, 0xFF))
    return frozenset(c for row in rows for c in row.decode("gb2312", "ignore"))
