"""What a language model may answer, and nothing else: number -> candidate. Whatever it writes beside that is dropped.

The text of an answer never gets any further than `read_answer`; names that the scene does not have are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from novelcast.hanzi import simplified
from novelcast.llm.questions import UNKNOWN
from novelcast.model import Model, Speaker

_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.S | re.I)
_NUMBER = re.compile(r"[«\s]*(\d{1,4})[».:\s]*")
_PAIR = re.compile(r'"[«\s]*(\d{1,4})[».:\s]*"\s*:\s*(null|"(?:[^"\\\n]|\\.)*")')
_UNSURE = {UNKNOWN, "？", ""}
_MISSING = object()
READ_CHARS = 20_000
"""Of an answer, its end; a good one has a few hundred."""


class Answers(Model):
    """The good answers to one request: number -> id of the speaker, None where the model could not tell.

    What a file of the book's folder `answers/` holds. `tokens_in` and `tokens_out` are as the service counted.
    """

    model: str
    speakers: dict[int, str | None]
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass
class Reading:
    """An answer as read: `speakers` as in Answers; `faults`: what is wrong with each of the other numbers."""

    speakers: dict[int, str | None] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


def read_answer(text: str, count: int, candidates: Sequence[Speaker]) -> Reading:
    """The answers for the numbers 1 to `count` in what a model wrote.

    Taken from the last JSON object with numbers in it; from an answer that breaks off, the pairs that are whole.
    """
    reading = Reading()
    names = _names(candidates)
    pairs = _pairs(_THINKING.sub("", text[-READ_CHARS:]))
    missing = "no answer" if pairs or not text.strip() else "an answer that is not JSON"
    for number in range(1, count + 1):
        value = pairs.get(number, _MISSING)
        if value is _MISSING:
            reading.faults[number] = missing
        elif value is None or (isinstance(value, str) and value.strip() in _UNSURE):
            reading.speakers[number] = None
        elif isinstance(value, str) and len(found := names.get(_plain(value), set())) == 1:
            reading.speakers[number] = next(iter(found))
        else:
            both = isinstance(value, _Both)
            reading.faults[number] = "two different answers" if both else "a name that is not in the scene"
    return reading


def _names(candidates: Sequence[Speaker]) -> dict[str, set[str]]:
    """Whom each word means. A person's name goes before another's alias."""
    names: dict[str, set[str]] = {}
    for person in candidates:
        names.setdefault(_plain(person.name), set()).add(person.id)
    aliases: dict[str, set[str]] = {}
    for person in candidates:
        for alias in person.aliases:
            aliases.setdefault(_plain(alias), set()).add(person.id)
    return aliases | names


def _plain(name: str) -> str:
    return simplified(name.strip(" \t\n«»“”\"'")).casefold()


class _Both:
    """Stands for the value of a number that has two."""


def _pairs(text: str) -> dict[int, Any]:
    """Number -> value of the last JSON object that has numbers for keys, wherever in the text it stands."""
    decoder = json.JSONDecoder(object_pairs_hook=list)
    found: dict[int, Any] = {}
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            value, end = None, at + 1
        pairs = _numbered(value) if isinstance(value, list) else {}
        if pairs:
            found = pairs
        at = text.find("{", end if pairs else at + 1)
    return found or _numbered([(n, _value(v)) for n, v in _PAIR.findall(text)])


def _value(text: str) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return None if value is None else str(value)


def _numbered(pairs: Sequence[Any]) -> dict[int, Any]:
    out: dict[int, Any] = {}
    for key, value in pairs:
        match = _NUMBER.fullmatch(key)
        if match is None:
            continue
        number = int(match.group(1))
        out[number] = _Both() if number in out and out[number] != value else value
    return out
