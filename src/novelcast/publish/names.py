"""File names that every system takes."""

from __future__ import annotations

import re
import unicodedata

_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_DEVICES |= {port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"}


def safe_name(title: str, suffix: str = ".mp3", max_bytes: int = 120) -> str:
    """A file name made of a title that Windows, macOS and Linux take, at most `max_bytes` of UTF-8 in all.

    What a system forbids becomes its full-width form where one reads the same (？ for ?), else a space.
    """
    text = unicodedata.normalize("NFC", title)
    text = _FORBIDDEN.sub(lambda match: chr(ord(match[0]) + 0xFEE0), text)
    # Control, format (direction marks, zero-width), surrogate, private and unassigned characters.
    text = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    text = " ".join(text.split())
    room = max_bytes - len(suffix.encode())
    # A name that ends in a dot or a space is another name to Windows; one that begins with a dot is hidden.
    text = text.lstrip(". ").encode()[:room].decode(errors="ignore").rstrip(". ")
    if text.split(".")[0].rstrip().lower() in _DEVICES:
        text = f"_{text}"[:room]
    return (text or "untitled") + suffix
