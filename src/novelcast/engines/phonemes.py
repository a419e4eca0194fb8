"""Text -> the phoneme symbols that Kokoro v1.0 was trained on.

Mandarin goes through jieba (words), pypinyin (readings) and misaki (pinyin to symbols), as in training;
ours are the readings of characters whose sound the context decides. English, alone or inside Chinese,
is looked up in misaki's dictionaries; what they lack is inflected, split, spelled, or read by rule.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

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

    The language decides nothing for a Han or Latin run, each of which is read as what it is; but in
    English a lone "a" is the article, in Chinese a letter.
    """
    chinese = language.lower().startswith("zh")
    pieces = _TOKEN.findall(unicodedata.normalize("NFKD", text) if not chinese else _plain_latin(text))
    said = []
    for at, piece in enumerate(pieces):
        if re.match(rf"[{_HAN}]", piece):
            said.append(f" {_mandarin(piece)} ")
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

# Characters whose reading the neighbours decide, where jieba's words and pypinyin's phrases are wrong or
# silent: (pattern that starts with the character, or has it in a group; reading). Readings after 现代汉语词典. The last wins.
_NUMERAL = "一二两三四五六七八九十百千零几数多每第"
_CONTEXT = [
    ("得", "de5"),
    (r"(?<=[获取难所心赢夺求博])得|(?<![觉记懂值显晓听看轮做想找见等])得(?=[到意知罪失逞手胜救体])", "de2"),
    (r"(?<=[^舍怪恨巴由看信顾怨见记认]不)得|(?<=^不)得|得(?=不偿)", "de2"),
    (r"(?<=[你我他她它您们就也还总必都可又先非])得(?![了到意知罪])", "dei3"),
    (r"(.)\1(地)|一(?:.)一.(地)|(?<=[猛砰啪轰唰嗖嗡腾咚哗噌咣嘭哐咔噗嘶霍快])地(?![上下面])", "de5"),
    (r"(?<![睡找猜够得不点])着(?=[一了我你他她它眼手头脸嘴])", "zhe5"),
    (r"(?<=[睡])着|(?<=够[得不])着|着(?=[火凉急慌迷魔])", "zhao2"),
    (
        r"(?<![严沉贵体厚慎尊郑注看比轻双多凝])重(?=[来新写做修组练算跑启建置连试走开播复演回生塑逢录说打审拍])",
        "chong2",
    ),
    (
        rf"(?<=[{_NUMERAL}])行(?=$|[字代文小大红白黑金血诗泪数话提信命日注])|(?<=[这那])行(?=[字代文小大])|(?<=[换逐])行",
        "hang2",
    ),
    (r"还(?=[给钱债清款])|(?<=[归偿奉])还", "huan2"),
    (rf"(?<=[{_NUMERAL}这那])只(?=[^有能是要会在好])", "zhi1"),
    (r"(?<![很太特最更不])长(?=[大出得着满成高])|(?<=[生成])长", "zhang3"),
    (r"(?<=[变加延拉])长", "chang2"),
    (r"(?<=因)为|(?<![以认成称视作难行])为(?=[你我他她它您了什何])", "wei4"),
    (r"倒(?=[是也不没要像])", "dao4"),
    (r"(?<=[跌摔晕绊撞打推坐跪笑栽昏病放击])倒", "dao3"),
    (r"弹(?=[出开了起射琴回跳指])", "tan2"),
    (r"背(?=[着起])", "bei1"),
    (r"(?<![一亲密迫急热恳关确真心贴殷深])切(?![记勿莫身实合])", "qie1"),
    (r"落(?=[下在到])", "luo4"),
    (r"种(?=[花菜树])", "zhong4"),
    (r"(?<=[猜打击射命刺砍选])(?:不|得)?(中)(?![间午的])", "zhong4"),
    (r"教(?=[你我他她您会了过])", "jiao1"),
    (r"(?<![人参岁指总函系有])数(?=[到着了得出过]|不[清完胜])", "shu3"),
    (r"应(?=[道声了着和允])", "ying4"),
    (r"(?<=[发擦晒烘吹烤])干", "gan1"),
    ("嗯", "en4"),  # as n2, the dictionary reading, one voice in four babbles
    ("呐", "na5"),
    ("喽", "lou5"),
    ("〇", "ling2"),
]
# 一 keeps its first tone in a number read digit by digit, as an ordinal, and at the end of these words.
_FIRST_BEFORE = set("零一二三四五六七八九十百第初周期统唯之专单万")
_FIRST_AFTER = set("零一二三四五六七八九十点月号楼")


@cache
def _segmenter() -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.Tokenizer()


@cache
def _contexts() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), reading) for pattern, reading in _CONTEXT]


def _mandarin(run: str) -> str:
    """A run of Han characters as symbols, the words apart."""
    words = list(_segmenter().cut(run))
    readings = _sandhi(run, _readings(run, words))
    said, at = [], 0
    for word in words:
        said.append("".join(_symbols(reading) for reading in readings[at : at + len(word)]))
        at += len(word)
    return " ".join(said)


def _readings(run: str, words: list[str]) -> list[str]:
    """One pinyin syllable with its tone's digit (5: neutral) for each character."""
    from pypinyin import Style, lazy_pinyin

    readings: list[str] = []
    for at, word in enumerate(words):
        if word == "地" and 0 < at < len(words) - 1 and len(before := words[at - 1]) > 1:
            readings.append("di4" if before[-1] in "块片处亩" else "de5")
            continue
        said = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
        # A character without a reading joins its neighbours; then the word's length is not that of `said`.
        readings += said if len(said) == len(word) else ["" for _ in word]
    for pattern, reading in _contexts():
        for match in pattern.finditer(run):
            readings[match.start(match.lastindex or 0)] = reading
    return readings


def _sandhi(run: str, readings: list[str]) -> list[str]:
    """The tones of 一 and 不 before the syllable that follows (现代汉语词典, 凡例)."""
    out = list(readings)
    for at, character in enumerate(run):
        tone = readings[at + 1][-1:] if at + 1 < len(run) else ""
        if character == "不":
            out[at] = "bu2" if tone == "4" else "bu4"
        elif character == "一":
            before, after = run[max(at - 1, 0) : at], run[at + 1 : at + 2]
            counted = (before in _FIRST_BEFORE and after not in set("百千万亿")) or after in _FIRST_AFTER
            out[at] = "yi1" if counted or tone in ("", "5") else "yi2" if tone == "4" else "yi4"
    return out


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
