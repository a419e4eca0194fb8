"""Who speaks each quotation of an English book, with how sure we are and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from novelcast.model import Speaker
from novelcast.script.attribute import Label, others_of
from novelcast.script.decode import Model, decode_chain, load_model
from novelcast.script.english.clues import Clue
from novelcast.script.english.features import add_features, alternate_features, fits, same_features
from novelcast.script.english.habits import Voices, near_nouns
from novelcast.script.english.mentions import Roster
from novelcast.script.english.relations import common_nouns
from novelcast.script.english.turns import STRONG, Turn, chapters_of, choose_candidates, read_scene
from novelcast.script.pieces import Piece

WEIGHTS_FILE = Path(__file__).with_name("weights.json")


def attribute(pieces: Sequence[Piece], people: Sequence[Speaker]) -> list[Label]:
    """One label a piece, in order."""
    labels = [Label(p.kind) for p in pieces]
    roster = Roster.of(people, common_nouns(pieces, people))
    model = load_model(WEIGHTS_FILE)
    for turns in read_turns(pieces, roster):
        for turn, (who, sure) in zip(
            turns, decode_chain(turns, model, same_features, alternate_features), strict=True
        ):
            evidence = _evidence(turn, who, roster, model)
            others = others_of(turn, who, people)
            for i in turn.pieces:
                speaker = None if who is None else people[who].id
                labels[i] = Label(pieces[i].kind, speaker, sure, evidence, others)
    return labels


def read_turns(pieces: Sequence[Piece], roster: Roster) -> list[list[Turn]]:
    """The turns of each chapter, with candidates and features."""
    scenes = [read_scene(pieces, chapter, roster) for chapter in chapters_of(pieces)]
    lines: Counter[int] = Counter()
    voices = Voices()
    for scene in scenes:
        for turn in scene.turns:
            if turn.tagged is not None:
                lines[turn.tagged] += 1
                voices.learn(turn.quotes, {turn.tagged: 1.0})
    nouns = near_nouns(pieces, roster)
    usual = [who for who, _ in lines.most_common(3)]
    for scene in scenes:
        choose_candidates(scene, roster, usual)
        add_features(scene, roster, lines, voices, nouns)
    return [scene.turns for scene in scenes]


# ---------------------------------------------------------------- evidence in words

_PLACES = {
    "lead": "tag before", "above": "tag in the paragraph before", "before": "sentence before", "over": "paragraph before",
    "mid": "tag in the middle", "after": "tag after", "next": "sentence after",
}  # fmt: skip
_ORDER = {"name": 0, "own": 0, "shared": 1, "noun": 1, "fits": 2, "unknown": 3}


def _evidence(turn: Turn, who: int | None, roster: Roster, model: Model) -> str:
    if who is None:
        return "nobody in the text to choose from"
    person = roster.people[who]
    if turn.continued:
        return "goes on from the paragraph before"
    ranked = [(_ORDER[fit], c) for c in turn.tags.clues if (fit := fits(c.who, who, roster)) in _ORDER]
    if ranked:
        order, clue = min(ranked, key=lambda r: (r[0], r[1].how not in STRONG))
        place = _PLACES[clue.place] if clue.how in STRONG else "action beat"
        if order > 1 or clue.who.first_person:
            return f"{place} with {clue.who.word}, taken for {person.name}: {_short(clue)}"
        return f"{place}: {_short(clue)}"
    if any(who in m.people for m in turn.introduced):
        return "says who they are"
    others = [m.word for m in turn.addressed if who not in m.people]
    if others:
        return f"addressed as {others[0]}, so not them; next in turn: {person.name}"
    return "turn-taking in the conversation"


def _short(clue: Clue) -> str:
    text = re.sub(r"\s+", " ", clue.words).strip()
    return text if len(text) <= 48 else text[:47] + "…"
