"""Who speaks each quotation, with how sure we are and why.

Every turn (the quotations of one paragraph that belong together) has candidates; each candidate gets a score
from what the text says about this turn, and each sequence of speakers a score for how conversations go. The
sum over all sequences (forward-backward) gives each candidate's probability, which is the confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script.clues import Clue, Roster, sentences, subject
from novelcast.script.decode import WEIGHTS, decode
from novelcast.script.pieces import Piece, PieceKind
from novelcast.script.turns import Turn, chapters_of, fits, paragraphs_of, read_turns


@dataclass(frozen=True)
class Label:
    """`speaker` is a Speaker's id, or None. `evidence` says to a user what decided, in a short phrase."""

    kind: PieceKind
    speaker: str | None = None
    confidence: float = 1.0
    evidence: str = ""


def attribute(pieces: Sequence[Piece], people: Sequence[Speaker]) -> list[Label]:
    """One label a piece, in order."""
    labels = [Label(p.kind) for p in pieces]
    roster = Roster.of(people)
    for chapter in chapters_of(pieces):
        turns = read_turns(pieces, chapter, roster)
        for turn, (who, sure) in zip(turns, decode(turns, WEIGHTS), strict=True):
            evidence = _evidence(turn, who, roster)
            for i in turn.pieces:
                labels[i] = Label("dialogue", None if who is None else people[who].id, sure, evidence)
        _attribute_thoughts(pieces, chapter, roster, labels)
    return labels


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
    clues.sort(key=lambda c: -WEIGHTS[f"{c.place}.{c.how}"])
    if clues:
        clue = clues[0]
        place = "action beat" if clue.how in ("beat", "reaction") else _PLACES[clue.place]
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


# ---------------------------------------------------------------- thoughts


def _attribute_thoughts(pieces: Sequence[Piece], chapter: range, roster: Roster, labels: list[Label]) -> None:
    """Thoughts: the subject of the words around them, else whoever the narration follows."""
    focus: int | None = roster.narrator
    for paragraph in paragraphs_of(pieces, chapter):
        texts = {i: simplified(pieces[i].text) for i in paragraph}
        own: int | None = None
        for i in paragraph:
            if pieces[i].kind != "narration":
                continue
            for sentence in sentences(texts[i]):
                found = subject(sentence, roster.mentions(sentence))
                if found is not None and found[0].people:
                    own = own if own is not None else found[0].people[0]
                    focus = found[0].people[0] if roster.narrator is None else roster.narrator
        for i in paragraph:
            if pieces[i].kind == "thought":
                who = own if own is not None else focus
                evidence = "the words around the thought" if own is not None else "whom the narration follows"
                labels[i] = Label(
                    "thought",
                    None if who is None else roster.people[who].id,
                    0.8 if own is not None else 0.6,
                    evidence,
                )
