"""What a numeral counts, in the forms that chapters are numbered in: 12, １２, 十二, 一百二十, 一二〇, 廿三, XII, twelve."""

from __future__ import annotations

import re
import unicodedata

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "兩": 2}
DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
POWERS = {"十": 10, "拾": 10, "百": 100, "千": 1000, "万": 10_000}
TENS = {"廿": 20, "卅": 30}
CHINESE = "".join([*DIGITS, *POWERS, *TENS])
"""The characters of Chinese numerals."""

_ROMAN = re.compile(r"(?=[ivxlc])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_WORDS = {word: n for n, word in enumerate([*_ONES, *_TEENS], 1)} | {w: n for n, w in enumerate(_ORDINALS, 1)}
_WORDS |= {word: 10 * n for n, word in enumerate(_TENS, 2)}
ENGLISH = rf"(?:(?:{'|'.join(_TENS)})(?:[-\s](?:{'|'.join(_ONES)}))?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
"""A pattern for numbers in English words, up to ninety-nine."""


def value(numeral: str) -> int:
    """-1 for what is no numeral."""
    text = unicodedata.normalize("NFKC", numeral).strip().lower()
    if text.isascii() and text.isdigit():
        return int(text[:18])
    if text and all(c in CHINESE or c.isdecimal() for c in text):
        return _chinese(text)
    if _ROMAN.fullmatch(text):
        values = [_ROMAN_DIGITS[c] for c in text]
        return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    words = [_WORDS.get(word) for word in re.split(r"[-\s]+", text)]
    return sum(n for n in words if n is not None) if words and None not in words else -1


def _chinese(text: str) -> int:
    if not any(c in POWERS or c in TENS for c in text):
        return int("".join(c if c.isdecimal() else str(DIGITS[c]) for c in text)[:18])
    total = part = digit = 0
    for c in text:
        if c.isdecimal() or c in DIGITS:
            digit = 10 * digit + int(c) if c.isdecimal() else DIGITS[c]
        elif c in TENS:
            part += TENS[c]
        elif c == "万":
            total, part, digit = total + (part + digit) * POWERS[c], 0, 0
        else:
            part, digit = part + (digit or 1) * POWERS[c], 0
    return total + part + digit
