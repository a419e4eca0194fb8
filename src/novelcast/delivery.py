"""How a line is said: rate, pitch and level moved a little by what the text says of it (voices/delivery/*.toml).

Rate and pitch are asked of the engine, the level is the timeline's. Both stay within LIMITS: a voice that is moved
further is heard as somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from novelcast.catalog import DeliveryRule
from novelcast.model import Script, Segment

RATE, PITCH_ST, GAIN_DB = (0.92, 1.08), (-0.7, 0.7), (-5.0, 3.0)
"""Casting keeps two voices of one timbre at least 1.5 semitones apart (docs/casting.md): half of that, and less."""


@dataclass(frozen=True)
class Delivery:
    """A factor, semitones and decibels over the role's own; `why` names the rules that decided."""

    rate: float = 1.0
    pitch_st: float = 0.0
    gain_db: float = 0.0
    why: str = ""


PLAIN = Delivery()
PLAINLY = "plain"
"""What a user calls PLAIN."""
NO_DELIVERIES: Mapping[str, Delivery] = {}


def deliveries_of(script: Script, rules: Sequence[DeliveryRule]) -> dict[str, Delivery]:
    """How the quotations and thoughts of a script are said, by segment id; those said plainly are left out."""
    mine = [rule for rule in rules if rule.language == script.language.split("-")[0]]
    found = {}
    for n, segment in enumerate(script.segments):
        if segment.kind in ("dialogue", "thought"):
            delivery = _sum(_matching(segment, _beside(script.segments, n), mine))
            if delivery.why:
                found[segment.id] = delivery
    return found


def _matching(segment: Segment, beside: str, rules: Sequence[DeliveryRule]) -> list[DeliveryRule]:
    """The rules that the user named for this line, else those that its text does."""
    if segment.how is not None:
        named = [name.strip() for name in segment.how.split(",")]
        return [rule for rule in rules if rule.name in named]
    return [
        rule
        for rule in rules
        if any(_said(pattern, beside) for pattern in rule.beside)
        or any(_compiled(pattern).search(segment.text) for pattern in rule.inside)
    ]


def _sum(matching: Sequence[DeliveryRule]) -> Delivery:
    rate = 1.0
    for rule in matching:
        rate *= rule.rate
    return Delivery(
        rate=round(_within(rate, RATE), 3),
        pitch_st=round(_within(sum(rule.pitch_st for rule in matching), PITCH_ST), 2),
        gain_db=round(_within(sum(rule.gain_db for rule in matching), GAIN_DB), 2),
        why=", ".join(rule.name for rule in matching),
    )


def _within(value: float, limits: tuple[float, float]) -> float:
    return max(limits[0], min(limits[1], value))


_compiled = cache(re.compile)
_DENIED = re.compile(r"(?:不|没|没有|别|未|\bnot |\bnever |n't )$")


def _said(pattern: str, text: str) -> bool:
    return any(not _DENIED.search(text[: m.start()]) for m in _compiled(pattern).finditer(text))


_FIRST = re.compile(r"^[^。！？!?；;\n]*")
_LAST = re.compile(r"[^。！？!?；;\n]*$")
_FIRST_EN, _LAST_EN = re.compile(r"^[^.!?;\n]*"), re.compile(r"[^.!?;\n]*$")


def _beside(segments: Sequence[Segment], at: int) -> str:
    """The narration of the quotation's own sentence: before it, where that sentence has not ended, and after it."""
    here = segments[at].span
    parts = []
    for step, patterns in ((-1, (_LAST, _LAST_EN)), (1, (_FIRST, _FIRST_EN))):
        if not 0 <= at + step < len(segments):
            continue
        other = segments[at + step]
        same = (other.span.chapter, other.span.paragraph) == (here.chapter, here.paragraph)
        if same and other.kind == "narration":
            chinese = any("一" <= c <= "鿿" for c in other.text)
            found = patterns[0 if chinese else 1].search(
                other.text.strip() if step > 0 else other.text.rstrip()
            )
            parts.append(found[0] if found else "")
    return "\n".join(parts)
