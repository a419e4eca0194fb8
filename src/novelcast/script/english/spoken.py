"""What a voice is given for an English text: the same words, with titles, numbers and signs in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

Match = re.Match[str]

_TITLES = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "Capt": "Captain",
    "Col": "Colonel", "Gen": "General", "Lt": "Lieutenant", "Sgt": "Sergeant", "Cpl": "Corporal", "Rev": "Reverend",
    "Hon": "Honourable", "Messrs": "Messers", "Gov": "Governor", "Sen": "Senator", "Insp": "Inspector",
}  # fmt: skip
_ABBREVIATIONS = {
    "vs.": "versus", "v.": "versus", "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "&c.": "et cetera",
    "Jr.": "Junior", "Sr.": "Senior", "Esq.": "Esquire", "Bros.": "Brothers", "Co.": "Company", "viz.": "namely",
}  # fmt: skip
_UNITS = {
    "ft": "feet", "lb": "pounds", "lbs": "pounds", "oz": "ounces", "yd": "yards", "yds": "yards", "mi": "miles",
    "hr": "hours", "hrs": "hours", "min": "minutes", "mins": "minutes", "sec": "seconds", "secs": "seconds",
}  # fmt: skip
_NUMBERED = "Chapter|CHAPTER|Book|BOOK|Part|PART|Volume|VOLUME|Act|ACT|Scene|SCENE|Section|Canto|Letter"
_ROMAN = r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
# Single marks that quote, not those that stand for lost letters.
_SINGLE_QUOTES = re.compile(
    r"(?<![A-Za-z0-9])(?:‘(?!(?:[Tt]is|[Tt]was|em|til|cause|bout)\b)|'(?=[A-Z“\"]))|(?<=[.,!?…—])[’'](?!\w)"
)
_MONEY = {"$": ("dollar", "cent"), "£": ("pound", ""), "€": ("euro", "cent")}


def english_form(text: str) -> str:
    """`text` as it is said. "" where there is nothing to say. Quotation marks go, for a voice says none."""
    said = _SINGLE_QUOTES.sub("", text)
    said = re.sub("[‘’]", "'", re.sub('[“”"*_«»]', "", said)).replace("…", "...")
    said = re.sub(r"\s*(?:—|–(?!\d)|--+)\s*", ", ", said)
    for pattern, result in _rules():
        said = pattern.sub(result, said)
    if re.search(r"\d", said):
        said = _numbers(said)
    said = re.sub(r"\s+", " ", re.sub(r"\.{2,}", "...", said)).strip(" ,;:-")
    said = re.sub(r"^[.!?, ]+", "", re.sub(r"\s+(?=[,.!?])|,\s*(?=[.!?])", "", said))
    if not re.search(r"\w", said):
        return ""
    return said if said[-1] in ".!?" else said + "."


@cache
def _rules() -> list[tuple[re.Pattern[str], str | Callable[[Match], str]]]:
    shortened = "|".join(map(re.escape, sorted(_ABBREVIATIONS, key=len, reverse=True)))
    rules: list[tuple[str, str | Callable[[Match], str]]] = [
        (rf"\b({'|'.join(_TITLES)})\.", lambda m: _TITLES[m[1]]),
        # St. Mary's, but Baker St.
        (r"\bSt\.(?= [A-Z])(?<![a-z] St\.)", "Saint"),
        (r"(?<=[a-z] )St\.(?=\W*$|[,;]| [a-z])", "Street"),
        (r"\bSt\.(?= [A-Z])", "Saint"),
        (r"\b(?:No|no|Nos|№)\.? ?(?=\d)", "number "),
        (r"\bNo\.", "No ."),  # the answer, which wetext would take for a number
        (rf"(?<![\w.])({shortened})(?=(\W*$)?)", _abbreviation),
        (rf"(?<=\d)( ?)({'|'.join(_UNITS)})\.(?!\w)", lambda m: f" {_UNITS[m[2]]}"),
        (r"(?<=feet )(\d+) in\.", r"\1 inches"),
        (rf"\b({_NUMBERED})\.? ({_ROMAN})\b", lambda m: f"{m[1]} {_roman(m[2])}"),
        (rf"(?<=[a-z] )({_ROMAN})\b(?<! I)(?<! V)(?<! X)(?<! L)(?<! C)(?![.'-]\w)", _ordinal_name),
    ]
    return [(re.compile(pattern), result) for pattern, result in rules]


def _abbreviation(m: Match) -> str:
    """The words for an abbreviation; the point of one that ends a sentence stays."""
    return _ABBREVIATIONS[m[1]] + ("." if m[2] is not None and "." not in m[2] else "")


def _roman(letters: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[c] for c in letters]
    return sum(-v if v < max(values[at:]) else v for at, v in enumerate(values))


def _ordinal_name(m: Match) -> str:
    """Henry VIII is the Eighth; behind anything but a name the letters stay."""
    name = m.string[: m.start()].split()[-1]
    if not name[:1].isupper() or not m[1]:
        return m[0]
    number = _roman(m[1])
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"the {number}{ending}"


# ---------------------------------------------------------------- numbers


def _numbers(said: str) -> str:
    """Numbers in words, by wetext but for what it reads oddly: thousands, cents, decades, the numbers of models."""
    said = re.sub(r"([$£€])(\d[\d,]*)\.(\d\d)(?!\d)", _money, said)
    # "One" before a thousand and a hundred, which wetext leaves out.
    said = re.sub(r"(?<![\d,.$£€])1,(?=\d{3}(?![\d,]))", "one thousand ", said)
    said = re.sub(r"([$£€])1,(\d{3})(?![\d,.])", lambda m: f"one thousand {m[2]} {_MONEY[m[1]][0]}s", said)
    said = re.sub(r"(?<=one thousand )0{1,3}(?=\d*)", "", said)
    said = re.sub(r"(?<=one thousand) +(?=\D|$)", " ", said)
    # Four digits of a name are read in pairs (RTX fifty ninety), decades as their year.
    said = re.sub(r"(?<=[A-Za-z])([ -]?)([1-9]\d)([1-9]\d)\b(?![A-Za-z])", _pairs, said)
    said = re.sub(r"\b((?:1\d|20)\d0)s\b", lambda m: re.sub("y$", "ies", _wetext(m[1], "in ")), said)
    return _wetext(said)


def _money(m: Match) -> str:
    """$5.50: five dollars and fifty cents; £5.50: five pounds fifty."""
    unit, part = _MONEY[m[1]]
    whole, rest = int(m[2].replace(",", "")), int(m[3])
    pounds = f"{whole} {unit}{'' if whole == 1 else 's'}"
    if not rest:
        return pounds
    if not part:
        return f"{pounds} {rest}" if whole else f"{rest} pence"
    cents = f"{rest} {part}{'' if rest == 1 else 's'}"
    return f"{pounds} and {cents}" if whole else cents


def _pairs(m: Match) -> str:
    return m[0] if m[1] == " " and not m.string[: m.start()].split(" ")[-1].isupper() else f" {m[2]} {m[3]}"


@cache
def _normalizer() -> Any:
    from wetext import Normalizer

    return Normalizer(lang="en", operator="tn")


def _wetext(text: str, context: str = "") -> str:
    try:
        said = str(_normalizer().normalize(context + text))
    except (AssertionError, IndexError, KeyError, ValueError):
        return text  # outside its grammar ("0&"): the engine gets it as it is
    return said.removeprefix(context)
