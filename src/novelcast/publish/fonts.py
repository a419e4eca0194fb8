"""A font for a title: one that this machine has and that holds the title's characters. Nothing is shipped."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Best first; file names as Debian, Fedora, macOS, Windows and Android have them. Serif bold looks like a book.
_WANTED = (
    "NotoSerifCJK-Bold", "NotoSerifCJKsc-Bold", "SourceHanSerifSC-Bold", "SourceHanSerif-Bold", "Songti", "STSONG",
    "NotoSerifCJK", "SourceHanSerif", "NotoSerifSC", "simsunb", "SimSun", "AR PL UMing", "uming",
    "NotoSansCJK-Bold", "NotoSansCJK", "SourceHanSans", "PingFang", "Hiragino Sans GB", "STHeiti", "msyhbd", "msyh",
    "msjh", "simhei", "wqy-zenhei", "wqy-microhei", "DroidSansFallback",
    "NotoSerif-Bold", "LiberationSerif-Bold", "DejaVuSerif-Bold", "Georgia Bold", "georgiab", "timesbd",
)  # fmt: skip


def font_for(text: str, size_px: int) -> Any | None:
    """A PIL font that has every character of the text, or the one that has most of them; None where there is none."""
    from PIL import ImageFont

    best, most = None, 0
    letters = {c for c in text if not c.isspace()}
    for path in _found():
        try:
            font = ImageFont.truetype(str(path), size_px)
        except OSError:
            continue
        known = sum(_has(font, letter) for letter in letters)
        if known > most:
            best, most = font, known
        if known == len(letters):
            break
    return best


def _has(font: Any, letter: str) -> bool:
    """Whether the font draws the character, and not the box that stands for what it lacks."""
    missing = "\U0010fffe"
    return bool(font.getmask(letter).getbbox()) and bytes(font.getmask(letter)) != bytes(
        font.getmask(missing)
    )


def _found() -> Iterator[Path]:
    files = [
        path
        for folder in _folders()
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in (".ttf", ".ttc", ".otf")
    ]
    for name in _WANTED:
        yield from (path for path in files if path.name.lower().startswith(name.lower()))


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        roots = ["/System/Library/Fonts", "/Library/Fonts", "/System/Library/AssetsV2"]
        return [home / "Library/Fonts", *map(Path, roots)]
    if sys.platform == "win32":
        windows = Path(os.environ.get("WINDIR", r"C:\Windows"))
        return [windows / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts"]
    return [home / ".local/share/fonts", home / ".fonts", *map(Path, ("/usr/local/share/fonts", "/usr/share/fonts", "/system/fonts"))]  # fmt: skip
