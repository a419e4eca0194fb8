"""Who thinks each thought: whom the words around it tell of, who has just been spoken to, whom the scene follows.

Each thought has candidates, each candidate a score (the sum of weights of what speaks for it), and the scores give
its probability, which is the confidence. The weights are made by `tests/benchmarks/train_thinkers.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import exp, log1p

from novelcast.hanzi import simplified
from novelcast.script.clues import Roster, sentences, subject
from novelcast.script.lexicon import PRONOUNS, THINK
from novelcast.script.narration import letters, narrated
from novelcast.script.pieces import SCENE_BREAK, Piece
from novelcast.script.thought_features import FELT
from novelcast.script.turns import fits, is_group, paragraphs_of

MAX_CANDIDATES = 10
_MEMORY = 30  # sentences told of somebody that a pronoun may look back over
_SURE_SPEAKER = 0.6

# What decided, in a user's words; the strongest of these for the one chosen.
_EVIDENCE = {
    "marked": "the words that mark the thought",
    "before": "the sentence before the thought",
    "after": "the sentence after the thought",
    "above": "whom the paragraph before tells of",
    "addressed": "spoken to just before",
    "listens": "spoken to just before",
    "spoke": "spoke just before",
    "thought last": "thinks on",
    "follows": "whom the narration follows",
}


@dataclass(frozen=True)
class Told:
    """A sentence of narration: whom it tells of (an index into the roster), and how."""

    who: int | None
    feels: bool
    marks: bool
    words: str


@dataclass
class Thought:
    """Thoughts of one paragraph that one mind thinks."""

    pieces: list[int]
    candidates: list[int] = field(default_factory=list)
    features: list[dict[str, float]] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)  # feature -> the words it stands on


@dataclass
class _Paragraph:
    pieces: list[int]
    told: dict[int, list[Told]]  # of each piece of narration
    speaker: int | None = None  # of its first quotation, where we are fairly sure
    addressed: set[int] = field(default_factory=set)
    quote: str = ""


def thinkers(
    pieces: Sequence[Piece], chapter: range, roster: Roster, speakers: Mapping[int, tuple[int, float]]
) -> dict[int, tuple[int | None, float, str]]:
    """For each thought of a chapter: (who, how sure, why). `speakers`: who speaks a quotation, and how sure."""
    out: dict[int, tuple[int | None, float, str]] = {}
    weights = load_weights()
    before: list[int] = []
    mine = told_by_me(pieces, chapter) if roster.narrator is not None else set()
    for thought in read_thoughts(pieces, chapter, roster, speakers):
        if thought.pieces[0] in mine:
            out |= dict.fromkeys(thought.pieces, (roster.narrator, 0.9, "the narrator's own thought"))
            continue
        if not thought.candidates:
            out |= dict.fromkeys(thought.pieces, (None, 0.0, "nobody in the text to choose from"))
            continue
        scores = [
            sum(weights.get(n, 0.0) * x for n, x in (f | on_from(before, who)).items())
            for who, f in zip(thought.candidates, thought.features, strict=True)
        ]
        best = max(range(len(scores)), key=scores.__getitem__)
        sure = 1 / sum(exp(min(50.0, s - scores[best])) for s in scores)
        who = thought.candidates[best]
        why = _why(thought, thought.features[best] | on_from(before, who), weights)
        out |= dict.fromkeys(thought.pieces, (who, sure, why))
        before.append(who)
    return out


def on_from(before: Sequence[int], who: int) -> dict[str, float]:
    """The features that hang on who was found to think the thoughts before."""
    times = before.count(who)
    return {"thinks": log1p(times), "thought last": float(before[-1] == who)} if times else {}


def _why(thought: Thought, features: Mapping[str, float], weights: Mapping[str, float]) -> str:
    name = max(
        (n for n in _EVIDENCE if features.get(n)),
        key=lambda n: weights.get(n, 0.0) * features[n],
        default="follows",
    )
    words = thought.evidence.get(name, "")
    if not words:
        return _EVIDENCE[name]
    return f"{_EVIDENCE[name]}: {words if len(words) <= 18 else words[:17] + '…'}"


def told_by_me(pieces: Sequence[Piece], chapter: range) -> set[int]:
    """The pieces of the paragraphs whose narrator says 我."""
    paragraphs = paragraphs_of(pieces, chapter)
    whole = [simplified("".join(pieces[i].text for i in paragraph)) for paragraph in paragraphs]
    written = letters(whole)
    told = [
        ""
        if k in written
        else simplified("\n".join(pieces[i].text for i in p if pieces[i].kind == "narration"))
        for k, p in enumerate(paragraphs)
    ]
    breaks = [pieces[paragraph[0]].reason == SCENE_BREAK for paragraph in paragraphs]
    scenes = narrated(told, breaks)
    return {i for p, scene in zip(paragraphs, scenes, strict=True) if scene.first_person for i in p}


# ---------------------------------------------------------------- candidates and features


def read_thoughts(
    pieces: Sequence[Piece], chapter: range, roster: Roster, speakers: Mapping[int, tuple[int, float]]
) -> list[Thought]:
    """The thoughts of a chapter with candidates and features, but for `on_from`."""
    paragraphs = _read(pieces, chapter, roster, speakers)
    told_of = Counter(
        t.who for p in paragraphs for found in p.told.values() for t in found if t.who is not None
    )
    felt = Counter(
        t.who for p in paragraphs for found in p.told.values() for t in found if t.who is not None and t.feels
    )
    out: list[Thought] = []
    seen: dict[int, int] = {}  # person -> the paragraph that last told of them
    for n, paragraph in enumerate(paragraphs):
        for thought in _thoughts_of(paragraph, pieces):
            around = _around(paragraphs, n, thought)
            near = [*seen, *(t.who for found in paragraph.told.values() for t in found if t.who is not None)]
            close = {w: n - seen.get(w, n) for w in near}
            for nearby in around.values():
                close.update(dict.fromkeys(nearby, 0))
            if roster.narrator is not None:
                close.pop(roster.narrator, None)
            thought.candidates = sorted(close, key=lambda w: (close[w], -told_of[w]))[:MAX_CANDIDATES]
            text = simplified("".join(pieces[i].text for i in thought.pieces))
            mentions = roster.mentions(text)
            named = {w for m in mentions if m.word not in PRONOUNS and not m.epithet for w in m.people}
            for who in thought.candidates:
                f = {name: 1.0 for name, people in around.items() if who in people}
                f |= {
                    f"not {name}": 1.0
                    for name in ("marked", "before", "after")
                    if around.get(name) and who not in around[name]
                }
                f["follows"] = log1p(felt[who])
                f["told of"] = log1p(told_of[who])
                f[f"ago.{min(3, (close[who] + 1) // 2)}"] = 1.0
                f["named in it"] = float(who in named)
                f["meant in it"] = float(
                    any(m.word in PRONOUNS and fits(m, who, roster.people[who]) == "fits" for m in mentions)
                )
                f["group"] = float(is_group(roster.people[who]))
                thought.features.append({k: v for k, v in f.items() if v})
            out.append(thought)
        for found in paragraph.told.values():
            seen.update((t.who, n) for t in found if t.who is not None)
        if paragraph.speaker is not None:
            seen[paragraph.speaker] = n
    return out


def _around(paragraphs: Sequence[_Paragraph], n: int, thought: Thought) -> dict[str, set[int]]:
    """Who stands where around a thought: name of the place -> people."""
    here = paragraphs[n]
    found: dict[str, set[int]] = {}

    def add(name: str, told: Told | None) -> None:
        if told is not None and told.who is not None:
            found.setdefault(name, set()).add(told.who)
            thought.evidence.setdefault(name, told.words)
            if told.feels:
                found.setdefault(f"{name}, feeling", set()).add(told.who)

    first, last = thought.pieces[0], thought.pieces[-1]
    before = [t for i, told in here.told.items() if i < first for t in told]
    between = [t for i, told in here.told.items() if first < i < last for t in told]
    after = [t for i, told in here.told.items() if i > last for t in told]
    marks = [t for t in (*before[-1:], *between, *after[:1]) if t.marks]
    for t in marks:
        add("marked", t if t.who is not None else _last_told(before))
    add("before", _last_told(before))
    add("after", next((t for t in after[:2] if t.who is not None), None))
    found["speaks here"] = {here.speaker} if here.speaker is not None else set()
    above = paragraphs[n - 1] if n else None
    if above is not None:
        ends = [t for told in above.told.values() for t in told]
        add("above" if not before else "above, behind others", _last_told(ends))
        if above.speaker is not None and not before:
            found["spoke"] = {above.speaker}
        found["addressed"] = above.addressed - {above.speaker or -1}
        spoken = [p.speaker for p in paragraphs[max(0, n - 6) : n] if p.speaker is not None]
        if above.speaker is not None and len(spoken) > 1:
            found["listens"] = {s for s in spoken[-3:-1] if s != above.speaker}
    if n + 1 < len(paragraphs):
        below = paragraphs[n + 1]
        starts = [t for told in below.told.values() for t in told]
        add("below", starts[0] if starts else None)
        if below.speaker is not None:
            found["speaks next"] = {below.speaker}
    return {name: people for name, people in found.items() if people}


def _last_told(told: Sequence[Told]) -> Told | None:
    return next((t for t in reversed(told) if t.who is not None), None)


def _thoughts_of(paragraph: _Paragraph, pieces: Sequence[Piece]) -> list[Thought]:
    """The thoughts of a paragraph; one that another's narration parts from the one before is another's."""
    out: list[Thought] = []
    between: list[Told] = []
    for i in paragraph.pieces:
        if pieces[i].kind == "thought":
            if out and all(t.marks or t.who is None for t in between):
                out[-1].pieces.append(i)
            else:
                out.append(Thought([i]))
            between = []
        else:
            between.extend(paragraph.told.get(i, ()))
    return out


def _read(
    pieces: Sequence[Piece], chapter: range, roster: Roster, speakers: Mapping[int, tuple[int, float]]
) -> list[_Paragraph]:
    out: list[_Paragraph] = []
    recent: list[int] = []  # whom the narration told of, the latest last
    for indexes in paragraphs_of(pieces, chapter):
        paragraph = _Paragraph(indexes, {})
        for i in indexes:
            if pieces[i].kind == "narration":
                paragraph.told[i] = _told(simplified(pieces[i].text), roster, recent)
            elif i in speakers and speakers[i][1] >= _SURE_SPEAKER:
                recent.append(speakers[i][0])
                paragraph.speaker = speakers[i][0] if paragraph.speaker is None else paragraph.speaker
            if pieces[i].kind == "dialogue":
                quote = simplified(pieces[i].text)
                paragraph.addressed |= {
                    w for m in roster.mentions(quote) if len(m.people) == 1 for w in m.people
                }
        out.append(paragraph)
    return out


def _told(text: str, roster: Roster, recent: list[int]) -> list[Told]:
    out = []
    for sentence in sentences(text):
        who = _told_of(sentence, roster, recent)
        if who is not None:
            recent.append(who)
        out.append(
            Told(who, FELT.search(sentence) is not None, THINK.search(sentence) is not None, sentence.strip())
        )
    return out


def _told_of(sentence: str, roster: Roster, recent: Sequence[int]) -> int | None:
    """The person a sentence of narration is about; a pronoun stands for the latest whom it fits."""
    found = subject(sentence, roster.mentions(sentence))
    if found is None:
        return None
    mention = found[0]
    if len(mention.people) == 1:
        return mention.people[0]
    for kind in ("fits", "unknown"):
        for who in reversed(recent[-_MEMORY:]):
            if fits(mention, who, roster.people[who]) == kind:
                return who
    return None


@cache
def load_weights() -> Mapping[str, float]:
    text = resources.files("novelcast.script").joinpath("thinker_weights.json").read_text("utf-8")
    found: dict[str, float] = json.loads(text)
    return found
