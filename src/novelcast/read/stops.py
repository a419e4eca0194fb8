"""Stops that were lost between sentences: narration glued to a quote, sentences glued to each other.

A stop lost before a whole utterance in quotes is placed by rule; one lost between two sentences of narration by
the model in `sentences`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from novelcast.hanzi import HAN, simplified
from novelcast.read.chapters import find_heading
from novelcast.read.draft import Edit
from novelcast.read.sentences import lost_stops

WHY_STOP = "a lost full stop"
WHY_HOUR = "an hour that lost its 点"

_QUOTE = re.compile("“([^“”]{1,200})”?")
_SPEECH_END = "。！？!?…—～"
# What leads straight into a quote: a verb of saying or writing, a counted or named quote, a link. In 400,000
# characters of whole text an utterance follows seven times on anything but a mark.
_LEADS_IN = re.compile(
    "(?:[说道问喊叫答骂吼嚷念读唱写印刻题曰称叹句声的是为把将成到与和或及让给用以像如作即名字号呼吟应言]"
    "|[说喊叫骂吼嚷念读唱写印刻题贴挂标画绣呼回答问]了?[着了过出下]|[了是出]个)$"
)
_PARAGRAPH = 6  # characters of a paragraph that is a sentence and no title or sign
_HOUR = re.compile(
    "(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|深夜|半夜)(?:[0-9]{1,2}|十[一二]?|[一二两兩三四五六七八九])(?=的(?![0-9A-Za-z]))"
)


def lost_marks(texts: Sequence[str]) -> dict[int, list[Edit]]:
    """For each paragraph that lost marks, what puts them back."""
    out: dict[int, dict[tuple[int, int], Edit]] = {}
    for i, at, _ in lost_stops([simplified(t) for t in texts]):
        out.setdefault(i, {})[at, at] = Edit(at, at, "。", WHY_STOP)
    for i, text in enumerate(texts):
        for e in (*_at_the_end(text), *_hours(text)):
            out.setdefault(i, {})[e.start, e.end] = e
        if "“" in text:
            for e in _before_speech(text):
                out.setdefault(i, {})[e.start, e.end] = e
    return {i: list(edits.values()) for i, edits in out.items()}


def _at_the_end(text: str) -> Iterator[Edit]:
    """A full stop at the end of a paragraph of narration that has none."""
    end = len(text)
    whole = end >= _PARAGRAPH and _may_end_a_sentence(text[-1]) and text.count("“") == text.count("”")
    if whole and find_heading(text) is None and text[-1] not in "*：":
        yield Edit(end, end, "。", WHY_STOP)


def _hours(text: str) -> Iterator[Edit]:
    """凌晨3的街头: an hour that lost its 点."""
    for match in _HOUR.finditer(text):
        yield Edit(match.end(), match.end(), "点" if "點" not in text else "點", WHY_HOUR)


def _before_speech(text: str) -> Iterator[Edit]:
    """A full stop before a quote that is a whole utterance and has narration glued to its front."""
    for match in _QUOTE.finditer(text):
        at = match.start()
        if match[1][-1] in _SPEECH_END and _is_glued(text, at):
            yield Edit(at, at, "。", WHY_STOP)


def _is_glued(text: str, at: int) -> bool:
    """Whether narration that doesn't lead into the quote that opens at `at` stands right before it."""
    if at < 3 or not _may_end_a_sentence(text[at - 1]):
        return False
    return _LEADS_IN.search(simplified(text[max(0, at - 4) : at])) is None


def _may_end_a_sentence(char: str) -> bool:
    return HAN.match(char) is not None or char in "℃%％*"
