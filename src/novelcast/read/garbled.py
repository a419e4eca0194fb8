"""Text that was decoded wrong once and saved that way: 第一章 as ç¬¬ä¸€ç« , µÚÒ»ÕÂ or 绗竴绔 ."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from novelcast.read.sense import LOST, NAMES, POOR, weights

# What Chinese commas, stops, quotes and the most frequent characters become: in nearly every line of such a text.
_SIGNS = re.compile("[锛銆鈥]|[À-ÿ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[¡-ÿ]{4}")
_TAKEN = (("utf-8", "cp1252"), ("gb18030", "cp1252"), ("cp950", "cp1252"), ("utf-8", "gb18030"))
_LEAST = 3  # wide characters
_BETTER = 0.5  # for each wide character that the text must make more sense


def is_garbled(text: str) -> bool:
    """Whether some of the text may be: a quick look."""
    return _SIGNS.search(text) is not None


def ungarbled(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines as they were meant, and for each what is the matter with it, empty for nothing."""
    kinds = Counter(kind for line in lines if _SIGNS.search(line) and (kind := _kind(line)))
    if not kinds:
        return list(lines), [""] * len(lines)
    kind = kinds.most_common(1)[0][0]
    what = f"{NAMES[kind[0]]} that was read as {NAMES[kind[1]]}"
    found = [(line, False) if line.isascii() else _meant(line, kind) for line in lines]
    return [text for text, _ in found], [what if is_meant else "" for _, is_meant in found]


def _kind(line: str) -> tuple[str, str] | None:
    """What a line is, and what it was taken for, where that is beyond doubt."""
    best, bar = None, max(_sense(line) + _BETTER, POOR)
    for kind in _TAKEN:
        text = _read(line, kind)
        inside = _inside(text)
        if sum(c > "\x7f" for c in inside) >= _LEAST and _sense(inside) > bar:
            best, bar = kind, _sense(inside)
    return best


def _meant(line: str, kind: tuple[str, str]) -> tuple[str, bool]:
    """The line as it was meant in a file where other lines are of that kind, and whether it is another."""
    text = _read(line, kind)
    inside = _inside(text)
    certain = LOST not in inside or sum(c > "\x7f" for c in inside) >= _LEAST
    is_meant = certain and _sense(inside) > max(_sense(line) + _BETTER, POOR)
    return (unicodedata.normalize("NFC", text), True) if is_meant else (line, False)


def _read(line: str, kind: tuple[str, str]) -> str:
    return _bytes(line, kind[1]).decode(kind[0], "replace")


def _inside(text: str) -> str:
    """Without the half of a character that may be left at a line's end."""
    return text.rstrip(" \t\r\n").removesuffix(LOST)


def _bytes(line: str, encoding: str) -> bytes:
    """The bytes that were decoded. Windows-1252 lacks some, which were taken for control characters; GB18030 lacks
    0x80, which Windows shows as € and others as lost. What was lost at a line's end may have been anything."""
    if encoding == "cp1252":
        return b"".join(
            c.encode("cp1252", "ignore") or (bytes((ord(c),)) if ord(c) < 256 else b"?") for c in line
        )
    end = len(line.rstrip())
    inside = line[:end].removesuffix(LOST)
    parts = inside.replace("€", LOST).split(LOST)
    return b"\x80".join(part.encode(encoding) for part in parts) + line[end:].encode()


def _sense(text: str) -> float:
    """For each wide character on average."""
    table = weights()
    wide = [c for c in text if c > "\x7f"]
    return sum(table[c] for c in wide) / len(wide) if wide else 0.0
