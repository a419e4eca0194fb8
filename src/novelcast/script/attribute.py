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
from novelcast.script.decode import decode, load_model
from novelcast.script.line_text import is_line_text
from novelcast.script.lines import attribute_lines
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
    if is_line_text(pieces):
        for said in attribute_lines(pieces, people):
            speaker = None if said.who is None else people[said.who].id
            for i in said.pieces:
                labels[i] = Label(pieces[i].kind, speaker, said.confidence, said.evidence)
        for chapter in chapters_of(pieces):
            _attribute_thoughts(pieces, chapter, roster, labels)
        return labels
    for chapter in chapters_of(pieces):
        turns = read_turns(pieces, chapter, roster)
        for turn, (who, sure) in zip(turns, decode(turns, load_model()), strict=True):
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
    weights = load_model().weights
    clues.sort(key=lambda c: -weights.get(f"{c.place}.{c.how}", 0.0))
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
    by_id = {p.id: i for i, p in enumerate(roster.people)}
    recent: list[int] = []  # whom the narration told of, the latest last
    for paragraph in paragraphs_of(pieces, chapter):
        before: int | None = None
        waiting: list[int] = []
        for i in paragraph:
            if pieces[i].kind == "thought" and labels[i].speaker is None:
                labels[i] = _thought(before, recent, roster)
                waiting.append(i)
            elif pieces[i].kind == "narration":
                found = [
                    w
                    for s in sentences(simplified(pieces[i].text))
                    if (w := _told_of(s, recent, roster)) is not None
                ]
                if found and before is None:
                    for k in waiting:
                        labels[k] = _thought(found[0], recent, roster)
                before = found[-1] if found else before
                recent.extend(found)
            elif labels[i].speaker is not None and labels[i].confidence > 0.9:
                recent.append(by_id[labels[i].speaker or ""])


def _told_of(sentence: str, recent: Sequence[int], roster: Roster) -> int | None:
    """The person a sentence of narration is about; a pronoun stands for the latest whom it fits."""
    found = subject(sentence, roster.mentions(sentence))
    if found is None:
        return None
    mention = found[0]
    if len(mention.people) == 1:
        return mention.people[0]
    for kind in ("fits", "unknown"):
        for who in reversed(recent[-20:]):
            if fits(mention, who, roster.people[who]) == kind:
                return who
    return None


def _thought(who: int | None, recent: Sequence[int], roster: Roster) -> Label:
    if roster.narrator is not None:
        return Label("thought", roster.people[roster.narrator].id, 0.9, "the narrator's own thought")
    if who is not None:
        return Label("thought", roster.people[who].id, 0.8, "the words around the thought")
    if recent:
        return Label("thought", roster.people[recent[-1]].id, 0.6, "whom the narration follows")
    return Label("thought", None, 0.0, "nobody in the text to choose from")
