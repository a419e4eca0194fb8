"""Masked words (像一颗**, ■■, 他*的): where they stand, and the tone that a listener hears in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from novelcast.model import CENSOR, Cue
from novelcast.script.pieces import Piece, cut

TONE_MS, TONE_MS_EACH, TONE_MS_MOST = 200, 130, 900
"""How long a tone sounds: so long, so much more for each masked character, and never longer."""

_STARS = re.compile(r"[*＊]+|[■□█▇]+")
_STRESS = re.compile(r"(?<![\w*＊])(\*{1,3}|＊)(?=[^\s*＊])([^*＊\n]{1,40})(?<=[^\s*＊])\1(?![\w*＊])")
_SUM = re.compile(r"\d\s*[*＊]\s*[\dA-Za-z(（]|[A-Za-z)）]\s*[*＊]\s*\d")
_NAMED = re.compile(r"(?<![A-Za-z])A[*＊](?=算法|搜[索寻]|寻路)|[*＊](?=\.[A-Za-z]{2,5}(?![A-Za-z]))")
_MARK_BEHIND = re.compile(r"\s*(?:$|[，。！？；：、”’」』）)…])")


def masks_in(text: str, *, said: bool = False) -> Iterator[tuple[int, int]]:
    """[start, end) of each masked word. `said`: somebody says the text.

    Stars that stress a word, multiply, name an algorithm or are all that a line has mask nothing; nor does one that
    leads to a footnote: at the beginning of a paragraph, or (where nobody speaks) before a mark.
    """
    if not _STARS.search(text) or not re.search(r"[^\W_]", text):
        return
    others = [
        span
        for pattern in (_STRESS, _SUM, _NAMED)
        for m in pattern.finditer(text)
        for span in _stars_at(m, ends=pattern is _STRESS)
    ]
    for match in _STARS.finditer(text):
        start, end = match.span()
        alone = end - start == 1 and match[0] in "*＊"
        note = alone and (
            not text[:start].strip() or (not said and _MARK_BEHIND.match(text, end) is not None)
        )
        if not note and not any(a <= start < b for a, b in others):
            yield start, end


def _stars_at(match: re.Match[str], *, ends: bool) -> list[tuple[int, int]]:
    """The stars of a match: at its two ends, or wherever it has them."""
    if not ends:
        return [match.span()]
    size = len(match[1])
    return [(match.start(), match.start() + size), (match.end() - size, match.end())]


def without_masks(piece: Piece, *, said: bool) -> list[Piece]:
    """The piece cut up, its masked words as pieces of kind `cue`."""
    out, at = [], 0
    for start, end in masks_in(piece.text, said=said):
        if start > at:
            out.append(cut(piece, at, start))
        out.append(cut(piece, start, end, kind="cue"))
        at = end
    if at < len(piece.text):
        out.append(cut(piece, at, len(piece.text)))
    return out


def tone(piece: Piece) -> Cue:
    """The tone in the place of a masked word."""
    length_ms = min(TONE_MS_MOST, TONE_MS + TONE_MS_EACH * len(piece.text))
    return Cue(sound=CENSOR, mode="replace", span=piece.span, text=piece.text, length_ms=length_ms)
