"""Short names for segments, made from their text: the same line keeps its id wherever it moves in the book."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Iterable

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no letter that looks like a digit


def short_ids(texts: Iterable[str], taken: Container[str] = ()) -> list[str]:
    """One id for each text in reading order, all different and none in `taken`; at least four characters.

    A text that stands several times has an id for each time, in order.
    """
    used: set[str] = set()
    times: Counter[str] = Counter()
    ids = []
    for text in texts:
        while True:
            times[text] += 1
            found = next((i for i in _prefixes(text, times[text]) if i not in used and i not in taken), None)
            if found is not None:
                break
        used.add(found)
        ids.append(found)
    return ids


def _prefixes(text: str, time: int) -> list[str]:
    number = int.from_bytes(hashlib.sha256(f"{time}\n{text}".encode()).digest()[:16], "big")
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits += _ALPHABET[digit]
    return [digits[:n] for n in range(4, 27)]
