"""Fonts for names and lines, and text as these fonts can write it."""

from __future__ import annotations

import re
from functools import cache

from novelcast.hanzi import HAN

CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",  # what matplotlib calls the collection file of all of Noto Sans CJK
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "PingFang HK",
    "Hiragino Sans GB",
    "Heiti TC",
    "STHeiti",
    "SimHei",
    "SimSun",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
    "Source Han Serif SC",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)
_PLAIN_FONT = "DejaVu Sans"  # comes with matplotlib


class Letters:
    """The fonts for names, and names as these fonts can write them: in pinyin where they lack a character."""

    def __init__(self) -> None:
        from matplotlib.font_manager import fontManager

        files = {entry.name: entry.fname for entry in fontManager.ttflist}
        cjk = next((name for name in CJK_FONTS if name in files), None)
        self.family = [cjk, _PLAIN_FONT] if cjk else [_PLAIN_FONT]
        self._known = {character for name in self.family for character in characters_of(files[name])}

    def write(self, text: str) -> str:
        if not self._knows(text):
            text = re.sub(f"(?:{HAN.pattern})+", self._pinyin, text)
        return " ".join("".join(filter(self._knows, text)).split()) or "?"

    @staticmethod
    def _pinyin(han: re.Match[str]) -> str:
        from pypinyin import lazy_pinyin

        return f" {''.join(lazy_pinyin(han[0])).capitalize()} "

    def _knows(self, text: str) -> bool:
        return all(ord(character) in self._known for character in text)


@cache
def characters_of(font_file: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(font_file).get_charmap())
