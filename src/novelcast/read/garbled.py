"""Text that was decoded wrong once and saved that way: 第一章 as ç¬¬ä¸€ç« , µÚÒ»ÕÂ or 绗竴绔 ."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from novelcast.read.sense import LOST, POOR, weights

# What Chinese commas, stops, quotes and the most frequent characters become: in nearly every line of such a text.
_SIGNS = re.compile("[锛銆鈥]|[À-ÿ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[¡-ÿ]{4}")
_TAKEN = (
    ("utf-8", "cp1252", "UTF-8", "Windows-1252"),
    ("gb18030", "cp1252", "GB18030", "Windows-1252"),
    ("cp950", "cp1252", "Big5", "Windows-1252"),
    ("utf-8", "gb18030", "UTF-8", "GB18030"),
)
_LEAST = 3  # wide characters
_BETTER = 0.5  # for each wide character that the text must make more sense


def is_garbled(text: str) -> bool:
    """Whether some of the text may be: a quick look."""
    return _SIGNS.search(text) is not None


def ungarbled(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines as they were meant, and for each what is the matter with it, empty for nothing."""
    found = [_meant(line) if _SIGNS.search(line) else (line, "") for line in lines]
    kinds = {what for _, what in found if what}
    if len(kinds) == 1:  # in such a file a line of one or two characters is that, too
        found = [
            _meant(line, sure=True) if not what and not line.isascii() else (text, what)
            for line, (text, what) in zip(lines, found, strict=True)
        ]
        found = [(t, w) if w in kinds else (x, "") for x, (t, w) in zip(lines, found, strict=True)]
    return [text for text, _ in found], [what for _, what in found]


def _meant(line: str, *, sure: bool = False) -> tuple[str, str]:
    """The line, and what it was mistaken for where that is beyond doubt; `sure`: others were."""
    best, why = line, ""
    bar = max(_sense(line) + _BETTER, POOR)
    for meant, taken, *names in _TAKEN:
        text = _bytes(line, taken).decode(meant, "replace")
        wide = sum(c > "\x7f" for c in text)
        sense = _sense(text)
        if wide >= (1 if sure else _LEAST) and sense > bar and not (sure and LOST in text):
            best, bar, why = (
                unicodedata.normalize("NFC", text),
                sense,
                f"{names[0]} that was read as {names[1]}",
            )
    return best, why


def _bytes(line: str, encoding: str) -> bytes:
    """The bytes that were decoded; those that Windows-1252 lacks were taken for control characters."""
    if encoding != "cp1252":
        return line.replace(LOST, "").encode(encoding, "replace")
    return b"".join(
        c.encode("cp1252", "ignore") or (bytes((ord(c),)) if ord(c) < 256 else b"?") for c in line
    )


def _sense(text: str) -> float:
    """For each wide character on average."""
    table = weights()
    wide = [c for c in text if c > "\x7f"]
    return sum(table[c] for c in wide) / len(wide) if wide else 0.0
