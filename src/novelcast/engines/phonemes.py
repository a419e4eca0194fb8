"""Text -> the phoneme symbols that Kokoro v1.0 was trained on.

Mandarin goes through jieba and pypinyin (`novelcast.readings`) and misaki (pinyin to symbols), as in training.
English, alone or inside Chinese, is looked up in misaki's dictionaries; what they lack is inflected, split,
spelled, or read by rule.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

from novelcast.readings import readings_of, without_marks, words_of

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇"
_TOKEN = re.compile(rf"[{_HAN}]+|[A-Za-z]+(?:['’-][A-Za-z]+)*|.", re.DOTALL)
# Full-width marks -> the model's; a space follows them in the training phonemes.
_MARKS = dict(zip("，、。．！？；：…—", ",,..!?;:…—", strict=True))
_MARKS |= {mark: mark for mark in ",.!?;:"}
_MARKS |= {"（": "(", "）": ")", "“": "“", "”": "”", "「": "“", "」": "”", "『": "“", "』": "”"}


@cache
def vocabulary() -> dict[str, int]:
    """Symbol -> token id, all 114 of them; 0 is the pad and has no symbol."""
    table = json.loads(files("novelcast.engines").joinpath("kokoro_vocab.json").read_text("utf-8"))
    return dict(table["vocab"])


def tokens(phonemes: str) -> list[int]:
    """The token ids of a phoneme string, without the pads at both ends. Unknown symbols are dropped."""
    known = vocabulary()
    return [known[symbol] for symbol in phonemes if symbol in known]


def phonemes(text: str, language: str) -> str:
    """What to give Kokoro for `text` ("zh…" or "en…"). Never raises; what cannot be said is dropped.

    A character may carry its reading (他姓单{shan4}), which stands (novelcast.readings).
    The language decides nothing for a Han or Latin run, each of which is read as what it is; but in
    English a lone "a" is the article, in Chinese a letter.
    """
    chinese = language.lower().startswith("zh")
    text = re.sub(r"ü(?=[a-z]*[1-5]\})", "v", text)  # of a reading; accents are about to be dropped
    plain, marks = without_marks(unicodedata.normalize("NFKD", text) if not chinese else _plain_latin(text))
    pieces = _TOKEN.findall(plain)
    said = []
    end = 0
    for at, piece in enumerate(pieces):
        start, end = end, end + len(piece)
        if re.match(rf"[{_HAN}]", piece):
            here = {place - start: reading for place, reading in marks.items() if start <= place < end}
            said.append(f" {_mandarin(piece, here)} ")
        elif piece[0].isalpha() and piece.isascii():
            following = next((p for p in pieces[at + 1 :] if not p.isspace()), "")
            said.append(f" {_english(piece, following, chinese=chinese)} ")
        elif piece in _MARKS:
            said.append(_MARKS[piece] + " ")
        elif piece.isspace():
            said.append(" ")
    known = vocabulary()
    joined = "".join(symbol for symbol in "".join(said) if symbol in known)
    joined = re.sub(r" +", " ", joined).strip()
    return re.sub(r" (?=[,.!?;:…—)”])", "", joined)


def _plain_latin(text: str) -> str:
    """Letters without their accents; everything else untouched."""
    return "".join(unicodedata.normalize("NFKD", c)[0] if "\u00c0" <= c <= "\u024f" else c for c in text)


# ---------------------------------------------------------------- Mandarin


def _mandarin(run: str, marks: dict[int, str]) -> str:
    """A run of Han characters as symbols, the words apart. `marks` are readings that stand, by position in it."""
    words = words_of(run)
    readings = readings_of(run, words, marks)
    said, at = [], 0
    for word in words:
        said.append("".join(_symbols(reading) for reading in readings[at : at + len(word)]))
        at += len(word)
    return " ".join(said)


@cache
def _symbols(reading: str) -> str:
    from misaki.zh import ZHG2P

    if not re.fullmatch(r"[a-zêü]+[1-5]", reading):
        return ""
    try:
        return str(ZHG2P.py2ipa(reading)).replace("\u032f", "")
    except (AssertionError, IndexError, KeyError, ValueError):
        return ""  # a reading outside the syllable table (hm, ng …)


# ---------------------------------------------------------------- English

_VOWELS = "AIOQWYaiuæɑɐɔəɚɛɜɪʊʌᵊᵻ"
_ONSETS = re.compile(r"[^aeiouy]*?(?:[bcfgkps]l|[bcdfgkpt]r|s[ckmnpqtw]|[cgpstw]h|[dst]w|kn|gn|wr|qu|y)")


@cache
def _dictionary() -> dict[str, Any]:
    # Read as files: importing misaki.en needs spacy.
    data = files("misaki").joinpath("data")
    entries: dict[str, Any] = {}
    for name in ("us_silver.json", "us_gold.json"):
        entries |= json.loads(data.joinpath(name).read_text("utf-8"))
    return entries


def _english(word: str, following: str, *, chinese: bool) -> str:
    """A word (letters, apostrophes, hyphens) as symbols. `following` is what comes next in the text."""
    word = word.replace("’", "'")
    if len(word) == 1 and (chinese or word not in "aA"):
        return _spelled(word, chinese)
    if not chinese and (weak := _weak(word.lower(), following)):
        return weak
    if acronym := re.fullmatch(
        r"([A-Z]{2,})'?s", word
    ):  # before the dictionary, which has CPUs as "see puss"
        return _english(acronym[1], following, chinese=chinese) + "z"
    if said := _entry(word) or _inflected(word):
        return _accented(said) if chinese else said
    parts = [p for p in re.split(r"['-]", word) if p]
    if len(parts) == 1:
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", word)
    if len(parts) > 1:
        return " ".join(_english(p, p, chinese=chinese) for p in parts)
    if word.isupper() or not _sayable(word.lower()):
        return _spelled(word, chinese)
    said = _by_rule(word.lower())
    return _accented(said) if chinese else said


def _weak(word: str, following: str) -> str:
    """The unstressed form of a function word, which the dictionary lists stressed or not at all."""
    if word == "the":
        return "ði" if following[:1].lower() in set("aeiou") else "ðə"
    return {"a": "ɐ", "an": "ɐn", "to": "tə", "of": "əv"}.get(word, "")


def _entry(word: str) -> str:
    """The dictionary's symbols, or "". Of several readings the default one."""
    for form in (word, word.lower(), word.capitalize()):
        found = _dictionary().get(form)
        if isinstance(found, dict):
            found = found.get("DEFAULT")
        if found:
            return str(found)
    return ""


def _inflected(word: str) -> str:
    """A regular -s, -'s, -ed or -ing form of a word in the dictionary, or "" (spelling rules: Merriam-Webster)."""
    lower = word.lower()
    if lower.endswith(("s", "s'")) and not lower.endswith("ss"):
        base = re.sub(r"'s$|s'?$", "", lower)
        stems = [base, base.removesuffix("e")] + ([base[:-2] + "y"] if base.endswith("ie") else [])
        for stem in stems:
            if len(stem) > 1 and (said := _entry(stem)):
                return said + ("ᵻz" if said[-1] in "szʃʒʧʤ" else "s" if said[-1] in "ptkfθ" else "z")
    for ending, sound in (("ed", ""), ("ing", "ɪŋ")):
        base = lower.removesuffix(ending)
        if base == lower or len(base) < 2:
            continue
        doubled = base[:-1] if base[-1] == base[-2] else base
        for stem in (base, base + "e", doubled, base[:-1] + "y" if base[-1] == "i" else base):
            if said := _entry(stem):
                past = "ᵻd" if said[-1] in "td" else "t" if said[-1] in "pkfθsʃʧ" else "d"
                return said + (sound or past)
    return ""


# Letters as a Mandarin voice says them so that they are understood: found by listening (whisper-base hears
# the dictionary's p t k in these voices as b d g, and two diphthongs in a row as one vowel).
_LETTER_NAMES = {
    "A": "ei→", "B": "pi→", "C": "sei→", "D": "ti→", "E": "i→", "F": "ˈɛf", "G": "ʨi→", "H": "ei→ʧ", "I": "ai→",
    "J": "ʨei→", "K": "kʰei→", "L": "ˈɛl", "M": "ˈɛm", "N": "ˈɛn", "O": "ou→", "P": "pʰi→", "Q": "kʰjou→", "R": "ˈɑɹ",
    "S": "ˈɛs", "T": "tʰi→", "U": "jou→", "V": "vˈi", "W": "dˈʌbᵊlju", "X": "ˈɛks", "Y": "wai→", "Z": "zˈi",
}  # fmt: skip
_DIPHTHONGS = {"A": "ei", "I": "ai", "O": "ou", "W": "au"}


def _spelled(letters: str, chinese: bool) -> str:
    """The letters' names; in English the last one is stressed most."""
    if chinese:
        return " ".join(_LETTER_NAMES[letter] for letter in letters.upper())
    names = [str(_dictionary()[letter]) for letter in letters.upper()]
    return "".join(n.replace("ˈ", "ˌ") for n in names[:-1]) + names[-1]


def _accented(said: str) -> str:
    """An English word for a Mandarin voice: p t k with breath, diphthongs as Mandarin has them."""
    said = re.sub(rf"(?<!s)([ptk])(?=[ˈˌ]?[ɹljw]?[{_VOWELS}])", r"\1ʰ", said)
    said = re.sub(r"[ˈˌ]?([AIOW])(?![a-zəɹ])", lambda m: _DIPHTHONGS[m[1]] + "→", said)
    return re.sub(r"[AIOW]", lambda m: _DIPHTHONGS[m[0]], said)


def _sayable(word: str) -> bool:
    """Whether a lower-case word can be read as one: it has a vowel, and starts as English words do."""
    vowel = re.search(r"[aeiouy]", word)
    return bool(vowel and (vowel.start() < 2 or _ONSETS.match(word)))


# Letters -> symbols, longest first; the commonest English values, no exceptions.
_LETTERS = [
    ("tion", "ʃən"), ("sion", "ʒən"), ("ough", "O"), ("augh", "ɔ"), ("eigh", "A"), ("igh", "I"), ("tch", "ʧ"),
    ("dge", "ʤ"), ("sch", "sk"), ("ch", "ʧ"), ("sh", "ʃ"), ("th", "θ"), ("ph", "f"), ("wh", "w"), ("ck", "k"),
    ("ng", "ŋ"), ("qu", "kw"), ("kn", "n"), ("wr", "ɹ"), ("gn", "n"), ("ee", "i"), ("ea", "i"), ("oo", "u"),
    ("ou", "W"), ("ow", "O"), ("oi", "Y"), ("oy", "Y"), ("ai", "A"), ("ay", "A"), ("au", "ɔ"), ("aw", "ɔ"),
    ("ie", "i"), ("ey", "i"), ("ei", "A"), ("oa", "O"), ("ue", "u"), ("ew", "u"), ("ar", "ɑɹ"), ("er", "əɹ"),
    ("ir", "ɜɹ"), ("or", "ɔɹ"), ("ur", "ɜɹ"),
]  # fmt: skip
_SINGLES = {
    "a": "æ", "b": "b", "c": "k", "d": "d", "e": "ɛ", "f": "f", "g": "ɡ", "h": "h", "i": "ɪ", "j": "ʤ", "k": "k",
    "l": "l", "m": "m", "n": "n", "o": "ɑ", "p": "p", "q": "k", "r": "ɹ", "s": "s", "t": "t", "u": "ʌ", "v": "v",
    "w": "w", "x": "ks", "y": "i", "z": "z",
}  # fmt: skip
_LONG = {"a": "A", "e": "i", "i": "I", "o": "O", "u": "u", "y": "I"}
_SOUNDS = _SINGLES | dict(_LETTERS)
_SPELLING = re.compile("|".join([letters for letters, _ in _LETTERS] + list(_SINGLES)))


def _by_rule(word: str) -> str:
    """A guess at a word no dictionary has, stressed on its first vowel."""
    silent_e = re.fullmatch(r"(.*?)([aiouy])([bcdfgklmnpstvz])e", word)
    if silent_e:
        head, vowel, consonant = silent_e.groups()
        said = _SPELLING.sub(lambda m: _SOUNDS[m[0]], head) + _LONG[vowel] + _SINGLES[consonant]
    else:
        word = re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", word)
        word = re.sub(r"c(?=[eiy])", "s", word)
        # An open vowel at the end is long, a lone y at the start a consonant.
        body, last = (word[:-1], word[-1]) if word[-1] in "aeiou" and len(word) > 1 else (word, "")
        start = "j" if body.startswith("y") else ""
        said = start + _SPELLING.sub(lambda m: _SOUNDS[m[0]], body[len(start) :])
        said += {"": "", "a": "ə", "e": "i"}.get(last, _LONG.get(last, ""))
    stressed = next((at for at, symbol in enumerate(said) if symbol in _VOWELS), 0)
    return said[:stressed] + "ˈ" + said[stressed:]
