"""Chinese characters: the simplified form of a text, character for character."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")

# 著 is written for the particle 着 in traditional text; OpenCC's t2s leaves it, and it would be said zhù.
# These are the words in which it is 著 in simplified text too (Xiandai Hanyu Cidian, under zhù).
_PARTICLE = re.compile(r"(?<![名巨论编译原专遗土昭显合撰拙卓新旧所])著(?![名作述书称者录]|有(?=[《“]))")


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """`text` in simplified characters (OpenCC t2s, and 着 for the particle 著), exactly as long, so that
    offsets hold in both."""
    out = str(_converter().convert(text))
    if len(out) != len(text):
        # A phrase changed length: go character by character, where a result of another length is refused.
        out = "".join(c if len(s := str(_converter().convert(c))) != 1 else s for c in text)
    return _PARTICLE.sub("着", out)
