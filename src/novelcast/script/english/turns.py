"""The turns of an English conversation: what one speaker says in one paragraph, and what the text tells about who."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise

from novelcast.script.english import lexicon as lx
from novelcast.script.english.clues import Tags, called, clue_after, clue_before, first_subject, sentences
from novelcast.script.english.mentions import Mention, Roster, plain, tokens
from novelcast.script.pieces import Piece

MAX_CANDIDATES = 12
RECENT_PARAGRAPHS = 40
SOON_PARAGRAPHS = 6
AROUND = 6  # turns on either side
STRONG = ("say", "late", "voice")
_SILENT = re.compile(lx.SILENT)


@dataclass
class Turn:
    """One speaker's words in one paragraph. `gap`: paragraphs without speech since the turn before."""

    pieces: list[int]
    quotes: list[str]
    paragraph: int
    tags: Tags
    gap: int = 0
    same_paragraph: bool = False
    continued: bool = False
    addressed: list[Mention] = field(default_factory=list)
    named: list[Mention] = field(default_factory=list)
    introduced: list[Mention] = field(default_factory=list)
    present: list[Mention] = field(default_factory=list)  # subjects in the narration of its paragraph
    above: list[Mention] = field(default_factory=list)  # subjects of the paragraphs since the turn before
    below: list[Mention] = field(default_factory=list)  # of the paragraph behind
    only_calls: bool = False
    silence: bool = False
    active: int = 0
    focus: dict[str, int] = field(default_factory=dict)  # gender -> whom a pronoun before it would stand for
    lead: list[int] = field(default_factory=list)  # who is named in its paragraph before it, in order
    candidates: list[int] = field(default_factory=list)
    features: list[dict[str, float]] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)  # each candidate's probability, once decided

    @property
    def tagged(self) -> int | None:
        """The one person whom its tags name as its speaker."""
        named = {
            c.who.people[0]
            for c in self.tags.clues
            if c.how in STRONG and len(c.who.people) == 1 and (c.who.sure is not None or c.who.first_person)
        }
        return named.pop() if len(named) == 1 else None

    @property
    def noun(self) -> str:
        """The common noun that a tag has for its speaker, if any."""
        return next((c.who.noun for c in self.tags.clues if c.how in STRONG and c.who.kind == "epithet"), "")

    @property
    def asks(self) -> bool:
        return self.quotes[-1].rstrip("”’\"'_* ")[-1:] == "?"


@dataclass
class Scene:
    """What a chapter's reading leaves for the features: where each person is named, and how often."""

    turns: list[Turn]
    named_at: list[tuple[int, int, bool]]  # (paragraph, person, as a subject) in narration, in order
    spoken_of: list[tuple[int, int]]  # (paragraph, person) in speech
    heard: Counter[int]


def chapters_of(pieces: Sequence[Piece]) -> list[range]:
    starts = [i for i, p in enumerate(pieces) if i == 0 or p.span.chapter != pieces[i - 1].span.chapter]
    return [range(a, b) for a, b in pairwise([*starts, len(pieces)])]


def paragraphs_of(pieces: Sequence[Piece], chapter: range) -> list[list[int]]:
    return [list(g) for _, g in groupby(chapter, key=lambda i: pieces[i].span.paragraph)]


def read_scene(pieces: Sequence[Piece], chapter: range, roster: Roster) -> Scene:
    """The turns of a chapter with their clues, and who is named where; candidates and features come later."""
    turns: list[Turn] = []
    named_at: list[tuple[int, int, bool]] = []
    spoken_of: list[tuple[int, int]] = []
    heard: Counter[int] = Counter()
    above: list[Mention] = []
    above_text = ""
    gap = 0
    silence = open_quote = False
    focus: dict[str, int] = {}
    for number, paragraph in enumerate(paragraphs_of(pieces, chapter)):
        if pieces[paragraph[0]].kind in ("heading", "skip") and len(paragraph) == 1:
            continue
        new = _turns_of(pieces, paragraph, roster, number)
        told = "\x00".join(plain(pieces[i].text) for i in paragraph if pieces[i].kind == "narration")
        before = dict(focus)
        mentions, subjects = _told(told, roster, focus, resolve=not new)
        marks = {m.start for m in subjects}
        for m in mentions:
            for who in m.people if m.kind != "epithet" else ():
                named_at.append((number, who, m.start in marks))
                heard[who] += 1
        for turn in new:
            spoken_of += [(number, who) for m in (*turn.addressed, *turn.named) for who in m.people]
        for k, turn in enumerate(new):
            turn.present = subjects
            turn.focus = dict(before)
            ahead = "".join(
                pieces[i].text for i in paragraph if i < turn.pieces[0] and pieces[i].kind == "narration"
            )
            if ahead.strip():
                turn.lead = [
                    m.sure
                    for m in _told(plain(ahead), roster, turn.focus, resolve=False)[0]
                    if m.sure is not None
                ]
            turn.same_paragraph = k > 0
            if k == 0:
                turn.continued = open_quote and turn.pieces[0] == paragraph[0]
                turn.gap, turn.silence, turn.above = gap, silence, above
                if above_text and not any(c.how in ("say", "late", "voice") for c in turn.tags.clues):
                    lead = clue_before(roster, above_text, "above")
                    turn.tags.clues += [c for c in lead.clues if c.place == "above"]
                    turn.tags.addressed += lead.addressed if re.search(r"[,:]\s*$", above_text) else []
        if new:
            last = pieces[new[-1].pieces[-1]].text.rstrip()
            open_quote = (
                new[-1].pieces[-1] == paragraph[-1] and last[-1:] not in "”\"’'»" and last[:1] in "“\"‘'«"
            )
            open_quote = open_quote or (
                new[-1].continued and last[-1:] not in "”\"’'»" and new[-1].pieces[-1] == paragraph[-1]
            )
            above, above_text, gap, silence = [], "", 0, False
        elif told.strip():
            gap += 1
            silence = silence or _SILENT.search(told) is not None
            open_quote = False
            above_text = told if pieces[paragraph[-1]].kind == "narration" else ""
            if turns and gap == 1:
                turns[-1].below = subjects[:1]
            above = [*above, *subjects][-6:]
        turns.extend(new)
    return Scene(turns, named_at, spoken_of, heard)


def _told(
    text: str, roster: Roster, focus: dict[str, int], *, resolve: bool
) -> tuple[list[Mention], list[Mention]]:
    """(all mentions, the subjects) of a paragraph's narration. `focus` is kept up to date: for each gender the subject
    last named, else the last one named. With `resolve` a he or she that is a subject stands for that person."""
    mentions: list[Mention] = []
    subjects: list[Mention] = []
    offset = 0
    for part in text.split("\x00"):
        for sentence in sentences(part):
            at = offset + part.find(sentence)
            found = tokens(sentence)
            here = roster.mentions_among(sentence, found)
            got = first_subject(sentence, found, here)
            told = set()
            for m in here:
                moved = replace(m, start=at + m.start, end=at + m.end)
                if got is not None and m is got[0]:
                    if resolve and m.kind == "pronoun" and m.gender in focus:
                        moved = replace(moved, people=(focus[m.gender],))
                    subjects.append(moved)
                    told.add(_gender(moved, roster))
                    if m.sure is not None:
                        focus[_gender(m, roster)] = m.sure
                mentions.append(moved)
            for m in here:
                if m.sure is not None and not m.owned and (g := _gender(m, roster)) not in told:
                    focus[g] = m.sure
        offset += len(part) + 1
    return mentions, subjects


def _turns_of(pieces: Sequence[Piece], paragraph: list[int], roster: Roster, number: int) -> list[Turn]:
    """The turns of one paragraph: quotations that no second speaker's tag parts are one turn."""
    said = [i for i in paragraph if pieces[i].kind in ("dialogue", "thought")]
    if not said:
        return []
    between = []
    for a, b in zip([paragraph[0] - 1, *said], [*said, paragraph[-1] + 1], strict=True):
        between.append(
            "".join(pieces[i].text for i in range(a + 1, b) if pieces[i].kind in ("narration", "cue"))
        )
    groups: list[list[int]] = [[0]]
    cuts: list[tuple[str, str]] = []  # what stands between two turns: the earlier one's part, the later one's
    held = _lead_subject(between[0], roster)
    for k in range(1, len(said)):
        cut, held = _cut_between(pieces[said[k - 1]].text, held, between[k], between[k + 1], roster)
        if cut is None:
            groups[-1].append(k)
        else:
            cuts.append(cut)
            groups.append([k])
    turns = []
    for g, group in enumerate(groups):
        found: list[Tags] = []
        lead = cuts[g - 1][1] if g else between[0]
        trail = cuts[g][0] if g < len(cuts) else between[-1]
        if lead.strip():
            found.append(clue_before(roster, lead))
        found += [
            clue_after(roster, between[k], "mid", grows=_grows(pieces[said[k - 1]].text, between[k]))
            for k in group[1:]
        ]
        if trail.strip():
            found.append(
                clue_after(roster, trail, "after", grows=_grows(pieces[said[group[-1]]].text, trail))
            )
        tags = Tags([c for t in found for c in t.clues], [m for t in found for m in t.addressed])
        quotes = [pieces[said[k]].text for k in group]
        turn = Turn([said[k] for k in group], quotes, number, tags)
        for quote in quotes:
            addressed, named, selves = called(roster, quote)
            turn.addressed += addressed
            turn.named += named
            turn.introduced += selves
        size = sum(len(q) for q in quotes)
        turn.only_calls = bool(turn.addressed) and size <= len(turn.addressed[0].word) + 6
        turns.append(turn)
    return turns


def _grows(quote: str, behind: str) -> bool:
    """Whether the words behind a quotation continue its sentence, as a tag does."""
    inside = quote.rstrip("”’\"'»_* ")
    head = behind.lstrip(" _*")
    return inside[-1:] not in "." or head[:1].islower() or head[:1] in ",;—-"


_CLAUSE_END = re.compile(
    r"[;.!?:](?=\s)|,(?= (?:and|while|when|but|as|whereupon|then|for|so|until|till)\b)|\)(?=\s)|--|—"
)


def _lead_subject(text: str, roster: Roster) -> Mention | None:
    """Whom the words that lead into a quotation name as its speaker."""
    clues = (
        [c for c in clue_before(roster, text).clues if c.place == "lead" and c.how in STRONG]
        if text.strip()
        else []
    )
    return clues[0].who if clues else None


def _cut_between(
    quote: str, held: Mention | None, between: str, behind: str, roster: Roster
) -> tuple[tuple[str, str] | None, Mention | None]:
    """Where the words between two quotations part, if a second speaker begins there (None where one goes on), and
    who speaks the second as far as tags say.

    `held` is who speaks the first, as far as the tags before it say; `behind` stands after the second.
    """
    text = plain(between)
    if not text.strip():
        return (between, ""), None
    ends = [m.end() for m in _CLAUSE_END.finditer(text) if not _ABBREVIATED.search(text[: m.end()])]
    last = max((e for e in ends if text[e:].strip(" ,:-")), default=0)
    first_clause = text[: min(ends, default=len(text))]
    own = [
        c
        for c in clue_after(roster, first_clause, "after", grows=True).clues
        if c.how not in ("be", "other", "react")
    ]
    is_tag = bool(own) and _grows(quote, between) and not _OPENS_NEW.match(text)
    leads_in = _LEADS_IN.search(text) is not None and (last > 0 or not is_tag)
    first = own[0].who if own and (is_tag or last) else held
    if leads_in:
        second = _lead_subject(text[last:], roster) or _lead_subject(sentences(text)[-1], roster)
    else:
        grown = clue_after(roster, behind, "after", grows=True).clues if behind.strip() else []
        second = next((c.who for c in grown if c.how == "say"), None)
        last = min(ends, default=len(text))
    if first is not None and second is not None and _differ(first, second, roster):
        return (between[:last], between[last:]), second
    return None, first or second


_OPENS_NEW = re.compile(r"\s*(?:and|then|but|while|when|at|as)\s", re.I)
_ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Rev|Capt|Col|Sgt|Lt)\.$")
_LEADS_IN = re.compile(
    rf"(?:[,:]|\b(?:{'|'.join(sorted(lx.SAY_VERBS | lx.SAYING))})(?: (?:out|aloud|again|in|on|loudly|\w+ly))?)\s*$"
)


def _differ(a: Mention, b: Mention, roster: Roster) -> bool:
    """Whether two mentions, b behind a, are plainly of two people."""
    if a.people and b.people:
        return not set(a.people) & set(b.people)
    if a.kind == "group" or b.kind == "group":
        return a.kind != b.kind
    if a.kind == "pronoun" and b.kind in ("name", "phrase"):
        return True  # who is called she already is not named in the next clause
    first, second = _gender(a, roster), _gender(b, roster)
    if "unknown" not in (first, second) and first != second:
        return True
    return a.kind == b.kind == "epithet" and a.noun != b.noun


def _gender(m: Mention, roster: Roster) -> str:
    return roster.people[m.people[0]].gender if len(m.people) == 1 else m.gender


def choose_candidates(scene: Scene, roster: Roster, usual: Sequence[int]) -> None:
    """Who may speak in each turn: whom its clues name, who is named nearest, before or soon after, the narrator,
    and those who speak most in the book (`usual`)."""
    events = sorted([(p, who) for p, who, _ in scene.named_at] + scene.spoken_of, key=lambda e: e[0])
    by_paragraph: dict[int, list[int]] = defaultdict(list)
    for p, who in events:
        by_paragraph[p].append(who)
    often = [who for who, _ in scene.heard.most_common(MAX_CANDIDATES)]
    for turn in scene.turns:
        order: dict[int, None] = {}
        for clue in turn.tags.clues:
            order.update(dict.fromkeys(clue.who.people))
        order.update(dict.fromkeys(w for m in turn.introduced for w in m.people))
        near: list[int] = []
        for back in range(RECENT_PARAGRAPHS):
            near += reversed(by_paragraph.get(turn.paragraph - back, ()))
            if back and back <= SOON_PARAGRAPHS:
                near += by_paragraph.get(turn.paragraph + back, ())
            if len(set(near)) >= MAX_CANDIDATES:
                break
        order.update(dict.fromkeys(near))
        if roster.narrator is not None:
            first = [w for c in turn.tags.clues for w in c.who.people]
            order = dict.fromkeys([*first, roster.narrator, *order])
        order.update(dict.fromkeys(often))
        order.update(dict.fromkeys(usual[:3] if len(order) < 3 else ()))
        turn.candidates = list(order)[:MAX_CANDIDATES]
    for i, turn in enumerate(scene.turns):
        around = scene.turns[max(0, i - AROUND) : i + AROUND + 1]
        turn.active = len(
            {w for t in around for c in t.tags.clues if c.who.sure is not None for w in c.who.people}
        )
