"""Chinese characters: the simplified form of a text, character for character."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """`text` in simplified characters (OpenCC t2s), exactly as long, so that offsets hold in both."""
    out = str(_converter().convert(text))
    if len(out) == len(text):
        return out
    # A phrase changed length: go character by character, where a result of another length is refused.
    return "".join(c if len(s := str(_converter().convert(c))) != 1 else s for c in text)
