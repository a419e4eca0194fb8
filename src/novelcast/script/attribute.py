"""Who speaks each quotation, with how sure we are and why.

Every turn (the quotations of one paragraph that belong together) has candidates; each candidate gets a score
from what the text says about this turn, and each sequence of speakers a score for how conversations go. The
sum over all sequences (forward-backward) gives each candidate's probability, which is the confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from novelcast.model import Guess, Speaker
from novelcast.script.clues import REACTIONS, Clue, Roster
from novelcast.script.decode import Scored, decode, load_model
from novelcast.script.line_text import is_line_text
from novelcast.script.lines import attribute_lines
from novelcast.script.pieces import Piece, PieceKind
from novelcast.script.thinkers import thinkers, told_by_me
from novelcast.script.turns import Turn, chapters_of, fits, read_turns
from novelcast.script.written import SURE, voices


@dataclass(frozen=True, slots=True)
class Label:
    """`speaker` is a Speaker's id, or None. `evidence` says to a user what decided, in a short phrase."""

    kind: PieceKind
    speaker: str | None = None
    confidence: float = 1.0
    evidence: str = ""
    others: tuple[Guess, ...] = ()


MOST_OTHERS = 2
LEAST_SHARE = 0.05


def attribute(pieces: Sequence[Piece], people: Sequence[Speaker]) -> list[Label]:
    """One label a piece, in order."""
    labels = [Label(p.kind) for p in pieces]
    whole = Roster.of(people)
    by_id = {p.id: i for i, p in enumerate(people)}
    lines = is_line_text(pieces)
    if lines:
        for said in attribute_lines(pieces, people):
            speaker = None if said.who is None else people[said.who].id
            for i in said.pieces:
                labels[i] = Label(pieces[i].kind, speaker, said.confidence, said.evidence)
    for chapter in chapters_of(pieces):
        # 我 is nobody in a chapter that another narrator tells.
        roster = whole if told_by_me(pieces, chapter) else replace(whole, narrator=None)
        turns = [] if lines else read_turns(pieces, chapter, roster)
        for turn, (who, sure) in zip(turns, decode(turns, load_model()), strict=True):
            evidence = _evidence(turn, who, roster)
            others = others_of(turn, who, people)
            for i in turn.pieces:
                labels[i] = Label("dialogue", None if who is None else people[who].id, sure, evidence, others)
        for i, voice in voices(pieces, chapter, roster).items():
            labels[i] = Label("dialogue", people[voice.who].id, SURE, voice.evidence)
        known = {
            i: (by_id[name], labels[i].confidence) for i in chapter if (name := labels[i].speaker) is not None
        }
        for i, (thinker, sure, why) in thinkers(pieces, chapter, roster, known).items():
            if labels[i].speaker is None:
                labels[i] = Label("thought", None if thinker is None else people[thinker].id, sure, why)
    return labels


def others_of(turn: Scored, who: int | None, people: Sequence[Speaker]) -> tuple[Guess, ...]:
    """Who else may speak a turn, the likeliest first; nobody whom little speaks for."""
    ranked = sorted(zip(turn.shares, turn.candidates, strict=True), key=lambda x: -x[0])
    return tuple(
        Guess(speaker=people[other].id, confidence=round(share, 2))
        for share, other in ranked[: MOST_OTHERS + 1]
        if other != who and share >= LEAST_SHARE
    )[:MOST_OTHERS]


# ---------------------------------------------------------------- evidence in words


_PLACES = {
    "lead": "tag before", "comma": "tag before", "before": "sentence before", "above": "paragraph before", "over": "paragraph before",
    "mid": "tag in the middle", "after": "tag after",
}  # fmt: skip


def _evidence(turn: Turn, who: int | None, roster: Roster) -> str:
    if who is None:
        return "nobody in the text to choose from"
    person = roster.people[who]
    clues = [c for c in turn.tags.clues if fits(c.who, who, person) in (True, "fits", "unknown")]
    weights = load_model().weights
    clues.sort(key=lambda c: -weights.get(f"{c.place}.{c.how}", 0.0))
    if clues:
        clue = clues[0]
        place = "action beat" if clue.how in ("beat", *REACTIONS) else _PLACES[clue.place]
        if not clue.who.people and not clue.who.plural:
            return f"{place} with {clue.who.word}, taken for {person.name}: {_short(clue)}"
        return f"{place}: {_short(clue)}"
    if turn.continued:
        return "goes on from the paragraph before"
    others = [m.word for m in turn.addressed if who not in m.people]
    if others:
        return f"addressed as {others[0]}, so not them; next in turn: {person.name}"
    return "turn-taking in the conversation"


def _short(clue: Clue) -> str:
    text = clue.words
    return text if len(text) <= 18 else text[:17] + "…"
