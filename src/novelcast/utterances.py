"""What one request to an engine holds of a segment's spoken text, and how long its characters take to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from novelcast.hanzi import HAN

_SENTENCE = re.compile(r".+?(?:[。！？!?…]+|\.(?=\s|$)|$)[”’」』\"]*\s*", re.S)
CLAUSE = re.compile(r".+?(?:[，、；：,;:]|$)\s*", re.S)
_SHORT = 8


def utterance_texts(spoken: str, max_chars: int) -> list[str]:
    """A segment's spoken text in parts of at most `max_chars`, cut at sentence ends.

    Sentences of under 8 characters join a neighbour, because a model babbles or swallows a word said alone.
    A sentence that is too long is cut at its clauses, one without a mark at the limit.
    """
    parts: list[str] = []
    for sentence in _SENTENCE.findall(spoken):
        for piece in _within(sentence, max_chars):
            short = parts and min(len(parts[-1]), len(piece)) < _SHORT
            if short and len(parts[-1]) + len(piece) <= max_chars:
                parts[-1] += piece
            else:
                parts.append(piece)
    return [p.strip() for p in parts if p.strip()]


_SENTENCE_END = re.compile(r"[。！？!?…—.][”’」』\"]*$")


def ends_sentence(text: str) -> bool:
    """Whether an utterance ends where its sentence does: one that is too long is cut."""
    return bool(_SENTENCE_END.search(text.rstrip()))


def _within(sentence: str, max_chars: int) -> Iterator[str]:
    if len(sentence) <= max_chars:
        yield sentence
        return
    held = ""
    for clause in CLAUSE.findall(sentence):
        while len(clause) > max_chars:
            if held:
                yield held
                held = ""
            at = _hard_cut(clause, max_chars)
            yield clause[:at]
            clause = clause[at:]
        if len(held) + len(clause) > max_chars:
            yield held
            held = ""
        held += clause
    if held:
        yield held


def _hard_cut(clause: str, max_chars: int) -> int:
    """Where to cut a clause without marks: at a space if there is one, and never so that a mark is left alone."""
    at = clause.rfind(" ", 1, max_chars) + 1 or max_chars
    return at if any(c.isalnum() for c in clause[at:]) else max(1, at // 2)


def speaking_time(char: str) -> float:
    """Speaking time of a character, in syllables: a Han character 1, a digit about 1, a letter 0.35, a stop's pause."""
    if HAN.match(char) or char.isdigit():
        return 1.0
    if char.isalpha():
        return 0.35
    return 0.8 if char in "，。！？；：、,.!?;:" else 0.0
