"""The turns of a conversation: what one speaker says in one paragraph, and what the text tells about who it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log1p

from novelcast.hanzi import simplified
from novelcast.model import Speaker
from novelcast.script import lexicon as lx
from novelcast.script.clues import (
    REACTIONS,
    Mention,
    Roster,
    Tags,
    called,
    clue_after,
    clue_before,
    introduced,
    sentences,
    subject,
)
from novelcast.script.pieces import Piece

MAX_CANDIDATES = 14
RECENT_PARAGRAPHS = 40
SOON_PARAGRAPHS = 5
AROUND = 6  # turns on either side
# How sure a person's gender is (Speaker.sure): below DOUBT it tells nothing, from SURE on it tells all.
DOUBT, SURE = 0.2, 0.6


@dataclass
class Turn:
    """One speaker's words in one paragraph. `gap`: paragraphs without speech since the turn before."""

    pieces: list[int]
    quotes: list[str]
    paragraph: int
    tags: Tags
    gap: int = 0
    continued: bool = False
    addressed: list[Mention] = field(default_factory=list)
    named: list[Mention] = field(default_factory=list)
    introduced: list[Mention] = field(default_factory=list)  # who the speaker says to be
    above: list[Mention] = field(default_factory=list)
    below: list[Mention] = field(default_factory=list)
    present: list[Mention] = field(default_factory=list)
    meant: list[int] = field(
        default_factory=list
    )  # whom the sentence of a pronoun beside it names before the pronoun
    only_calls: bool = False  # nothing but a form of address
    silence: bool = False  # between the turn before and this one, somebody does not answer
    active: int = 0  # how many people are named beside the quotations around
    latest: list[int] = field(default_factory=list)  # people by their last mention before, the latest first
    candidates: list[int] = field(default_factory=list)
    shares: list[float] = field(
        default_factory=list
    )  # each candidate's probability, once the conversation is decoded
    features: list[dict[str, float]] = field(default_factory=list)


# Before an epithet: somebody not seen before (走进来一个老人).
_NEWCOMER = re.compile(r"(?:[一两几][个名位道只]|有个|[个名位])[^，。！？!?…]{0,8}$")


# A name in answer to one of these calls nobody.
_ASKS_WHO = re.compile(r"(?:谁|哪个|哪位|哪一个|叫什么|什么名字|什么人)[^。！!]*[？?]")


def chapters_of(pieces: Sequence[Piece]) -> list[range]:
    starts = [i for i, p in enumerate(pieces) if i == 0 or p.span.chapter != pieces[i - 1].span.chapter]
    return [range(a, b) for a, b in pairwise([*starts, len(pieces)])]


def read_turns(pieces: Sequence[Piece], chapter: range, roster: Roster) -> list[Turn]:
    """The turns of a chapter, with clues, candidates and features."""
    turns: list[Turn] = []
    heard: Counter[int] = Counter()
    places: list[tuple[int, int]] = []  # (paragraph, person), in reading order
    newcomers: set[int] = set()
    latest: dict[int, int] = {}  # person -> when last mentioned; keys in that order
    above: list[Mention] = []
    above_text = ""
    gap = 0
    silence = False
    open_quote = False
    for number, paragraph in enumerate(paragraphs_of(pieces, chapter)):
        texts = {i: simplified(pieces[i].text) for i in paragraph}
        new = _turns_of(pieces, paragraph, texts, roster, number)
        narration = "".join(texts[i] for i in paragraph if pieces[i].kind == "narration")
        mentions = roster.mentions(narration)
        spoken_of = [m for turn in new for m in (*turn.addressed, *turn.named)]
        places.extend((number, who) for m in (*mentions, *spoken_of) for who in m.people)
        heard.update(who for m in mentions for who in m.people)
        newcomers.update(
            who for m in mentions for who in m.people if m.epithet and _NEWCOMER.search(narration[: m.start])
        )
        for turn in new:
            turn.latest = list(reversed(latest))
        for m in roster.mentions("".join(texts[i] for i in paragraph)):
            for who in m.people:
                latest.pop(who, None)
                latest[who] = number
        for k, turn in enumerate(new):
            turn.present = _subjects(narration, roster)
            turn.meant = _meant(turn, roster)
            turn.continued = open_quote and k == 0 and turn.pieces[0] == paragraph[0]
            if k == 0:
                turn.gap = gap
                turn.silence = silence
                turn.above = above
                if above_text and not turn.tags.clues:
                    lead = clue_before(roster, above_text, "above")
                    lead.clues = [c for c in lead.clues if c.place == "above" or c.how == "say"]
                    turn.tags.clues.extend(lead.clues)
                    turn.tags.addressed.extend(lead.addressed)
        if new:
            last = texts[new[-1].pieces[-1]].rstrip()
            open_quote = (
                (last[:1] in "“「『" or new[-1].continued)
                and last[-1:] not in "”」』"
                and new[-1].pieces[-1] == paragraph[-1]
            )
            above, above_text, gap, silence = [], "", 0, False
        elif narration.strip():
            gap += 1
            silence = silence or lx.SPEECHLESS.search(narration) is not None
            open_quote = False
            above_text = narration if pieces[paragraph[-1]].kind == "narration" else ""
            subjects = [
                found[0]
                for s in sentences(narration)
                if (found := subject(s, roster.mentions(s))) is not None
            ]
            if turns and gap == 1:
                turns[-1].below = subjects[:1]
            above = [*above, *subjects]
        turns.extend(new)
    for before, turn in pairwise(turns):
        if turn.only_calls and _ASKS_WHO.search(before.quotes[-1]):
            turn.addressed, turn.named, turn.only_calls = [], [*turn.named, *turn.addressed], False
    _candidates(turns, places, roster)
    _features(turns, heard, roster, newcomers)
    return turns


def paragraphs_of(pieces: Sequence[Piece], chapter: range) -> list[list[int]]:
    out: list[list[int]] = []
    for i in chapter:
        if out and pieces[i].span.paragraph == pieces[out[-1][0]].span.paragraph:
            out[-1].append(i)
        else:
            out.append([i])
    return out


def _subjects(narration: str, roster: Roster) -> list[Mention]:
    """Whom each sentence of a paragraph is about; a pronoun stands for the one before it, where that can be."""
    out: list[Mention] = []
    for sentence in sentences(narration):
        found = subject(sentence, roster.mentions(sentence))
        if found is None:
            continue
        who = found[0]
        if (
            who.word in lx.PRONOUNS
            and out
            and out[-1].people
            and fits(who, out[-1].people[0], roster.people[out[-1].people[0]]) != "misfits"
        ):
            who = out[-1]
        out.append(who)
    return out


def _meant(turn: Turn, roster: Roster) -> list[int]:
    """Whom the sentence with a pronoun beside the turn names as a subject before the pronoun: 王磊放下碗，他说."""
    found = []
    for clue in turn.tags.clues:
        if clue.who.word not in lx.PRONOUNS:
            continue
        before = clue.words[: clue.who.start]
        first = subject(before, roster.mentions(before)) if before else None
        if first is not None and len(first[0].people) == 1:
            who = first[0].people[0]
            if fits(clue.who, who, roster.people[who]) != "misfits":
                found.append(who)
    return found


def _turns_of(
    pieces: Sequence[Piece], paragraph: list[int], texts: dict[int, str], roster: Roster, number: int
) -> list[Turn]:
    """The turns of one paragraph: quotations that one tag holds together are one turn."""
    said = [i for i in paragraph if pieces[i].kind == "dialogue"]
    if not said:
        return []
    between = []
    for a, b in zip([paragraph[0] - 1, *said], [*said, paragraph[-1] + 1], strict=True):
        between.append("".join(texts[i] for i in range(a + 1, b) if pieces[i].kind in ("narration", "cue")))
    groups: list[list[int]] = [[0]]
    for k in range(1, len(said)):
        if _new_turn(between[k], between[k + 1], k + 1 == len(said), roster):
            groups.append([k])
        else:
            groups[-1].append(k)
    turns = []
    for g, group in enumerate(groups):
        tags = Tags()
        first, last = group[0], group[-1]
        lead, trail = between[first], between[last + 1]
        if g:
            # What stands between two turns: its first sentence is the earlier one's tag, its last leads into the later.
            parts = sentences(lead)
            lead = parts[-1] if len(parts) > 1 or lead.rstrip()[-1:] in ("：", ":") else ""
        found = [clue_before(roster, lead)] if lead else []
        found += [clue_after(roster, between[k], "mid") for k in group[1:]]
        if g + 1 < len(groups):
            parts = sentences(trail)
            trail = parts[0] if parts and parts[0].rstrip()[-1:] not in ("：", ":") else ""
        if trail:
            found.append(clue_after(roster, trail, "after"))
        for tag in found:
            tags.clues.extend(tag.clues)
            tags.addressed.extend(tag.addressed)
        turn = Turn([said[k] for k in group], [texts[said[k]] for k in group], number, tags)
        for quote in turn.quotes:
            addressed, named = called(roster, quote)
            turn.addressed.extend(addressed)
            turn.introduced.extend(introduced(roster, quote))
            turn.named.extend(m for m in named if m not in turn.introduced)
        turn.only_calls = (
            bool(turn.addressed) and sum(map(len, turn.quotes)) <= len(turn.addressed[0].word) + 4
        )
        turns.append(turn)
    return turns


def _new_turn(between: str, behind: str, last: bool, roster: Roster) -> bool:
    """Whether a quotation after `between` is another speaker's than the one before it."""
    text = between.strip()
    if not text:
        return True
    if text[-1] in "，,":
        return False
    parts = sentences(text)
    if text[-1] in "：:" and len(parts) > 1:
        first = subject(parts[0], roster.mentions(parts[0]))
        second = subject(parts[-1], roster.mentions(parts[-1]), from_end=True)
        return (
            first is None
            or second is None
            or (first[0].word != second[0].word and second[0].word not in lx.PRONOUNS)
        )
    if text[-1] in "：:":
        return False
    own = subject(sentences(behind)[0], roster.mentions(sentences(behind)[0])) if sentences(behind) else None
    before = subject(parts[0], roster.mentions(parts[0]))
    return own is not None and before is not None and own[0].word != before[0].word


def _candidates(turns: Sequence[Turn], places: Sequence[tuple[int, int]], roster: Roster) -> None:
    """Who may speak in each turn: whom its clues name, then who is mentioned nearest, before or soon after."""
    # A title or an epithet that only the narration uses (像一个老人) is nobody who speaks; in a chapter
    # where one person speaks, nobody else does.
    spoken_of = _known(turns)
    known = spoken_of | {p for turn in turns for m in turn.above[-1:] for p in m.people}
    vague = {p for _, p in places if is_group(roster.people[p]) or roster.people[p].name in lx.titles()}
    places = [(when, p) for when, p in places if p in known or (len(spoken_of) != 1 and p not in vague)]
    last: dict[int, int] = {}
    at = ahead = 0
    for turn in turns:
        while at < len(places) and places[at][0] <= turn.paragraph:
            last[places[at][1]] = places[at][0]
            at += 1
        ahead = max(ahead, at)
        while ahead < len(places) and places[ahead][0] <= turn.paragraph + SOON_PARAGRAPHS:
            ahead += 1
        near = {
            who: turn.paragraph - when
            for who, when in last.items()
            if turn.paragraph - when <= RECENT_PARAGRAPHS
        }
        for when, who in places[at:ahead]:
            near[who] = min(near.get(who, RECENT_PARAGRAPHS), 2 * (when - turn.paragraph))
        sure = [p for c in turn.tags.clues for p in c.who.people] + turn.meant
        narrator = [] if roster.narrator is None else [roster.narrator]
        turn.candidates = list(dict.fromkeys([*sure, *narrator, *sorted(near, key=lambda p: near[p])]))[
            :MAX_CANDIDATES
        ]


def _features(turns: Sequence[Turn], heard: Counter[int], roster: Roster, newcomers: set[int]) -> None:
    """What speaks for and against each candidate of each turn, as named numbers for the weights."""
    seen: dict[int, int] = {}
    tagged: dict[int, int] = {}
    most = max(heard.values(), default=1)
    habits = _habits(turns)
    soon = _tagged_soon(turns)
    known = _known(turns)
    tags = [_tagged(turn) for turn in turns]
    for t, turn in enumerate(turns):
        turn.active = len(set().union(*tags[max(0, t - AROUND) : t + AROUND + 1]))
    for t, turn in enumerate(turns):
        for m in turn.above:
            _mark(seen, m, turn.paragraph - 1)
        order = sorted(turn.candidates, key=lambda p: -seen.get(p, -1))
        turn.features = []
        for who in turn.candidates:
            f = _clue_features(who, turn, order, roster, newcomers)
            before, coming = turns[t - 1] if t else None, turns[t + 1] if t + 1 < len(turns) else None
            person = roster.people[who]
            f |= _address_features(who, turn, before, coming)
            f |= _vague_address_features(who, person, turn, before, coming)
            f[f"seen.{_step(turn.paragraph - seen.get(who, -99))}"] = 1.0
            f[f"tagged.{_step(turn.paragraph - tagged.get(who, -99))}"] = 1.0
            f[f"tagged.soon.{_step(soon[t].get(who, 999) - turn.paragraph)}"] = 1.0
            f[f"rank.{min(5, order.index(who))}"] = 1.0
            around = [
                who in found for found in (*tags[max(0, t - AROUND) : t], *tags[t + 1 : t + AROUND + 1])
            ]
            f["tagged.around"] = log1p(sum(around))
            f["frequent"] = log1p(10 * heard[who] / most)
            f["group"] = float(is_group(person))
            f["narrator"] = float(who == roster.narrator)
            f["epithet"] = float(person.name in lx.EPITHETS)
            f["epithet.known"] = float(person.name in lx.EPITHETS and who not in newcomers)
            f["untagged"] = float(who not in known)
            f["unseen"] = float(who not in seen)
            f |= _habit_features(who, turn, habits)
            f["voice"] = _voice_fit(turn, person)
            turn.features.append({k: v for k, v in f.items() if v})
        for m in (*(c.who for c in turn.tags.clues), *turn.present, *turn.addressed, *turn.tags.addressed):
            _mark(seen, m, turn.paragraph)
        for clue in turn.tags.clues:
            _mark(tagged, clue.who, turn.paragraph)


def _known(turns: Sequence[Turn]) -> set[int]:
    """Who is named beside a quotation, or addressed in one."""
    tagged = {p for turn in turns for c in turn.tags.clues if c.how not in REACTIONS for p in c.who.people}
    meant = {p for turn in turns for p in turn.meant}
    return tagged | meant | {p for turn in turns for m in turn.addressed for p in m.people}


def _tagged(turn: Turn) -> set[int]:
    """Who is named beside the quotations of a turn as doing something."""
    return {p for c in turn.tags.clues if c.how not in REACTIONS and not c.who.epithet for p in c.who.people}


def _step(paragraphs: int) -> int:
    """A distance in paragraphs, in five steps."""
    return sum(paragraphs > limit for limit in (1, 3, 8, 20))


def _tagged_soon(turns: Sequence[Turn]) -> list[dict[int, int]]:
    """For each turn: the paragraph where each person is next named beside a quotation."""
    out: list[dict[int, int]] = []
    coming: dict[int, int] = {}
    for turn in reversed(turns):
        out.append(dict(coming))
        for clue in turn.tags.clues:
            if clue.how not in REACTIONS:
                _mark(coming, clue.who, turn.paragraph)
    return out[::-1]


def _mark(table: dict[int, int], mention: Mention, paragraph: int) -> None:
    for who in mention.people:
        table[who] = paragraph


def _clue_features(
    who: int, turn: Turn, order: Sequence[int], roster: Roster, newcomers: set[int]
) -> dict[str, float]:
    f: dict[str, float] = {}
    for clue in turn.tags.clues:
        fit = fits(clue.who, who, roster.people[who])
        if fit is True and clue.who.epithet:
            near = clue.place in ("mid", "lead", "above", "comma") or clue.how == "say"
            voice = ".voice" if clue.who.word[-1] in "声音" else ""
            f[("near.own" if near else "loose.own") + voice] = 1.0
            f["own.newcomer"] = float(who in newcomers)
        elif fit is True:
            f[f"{clue.place}.{clue.how}"] = 1.0
        elif fit is not None:
            place = (
                "near" if clue.place in ("mid", "lead", "above", "comma") or clue.how == "say" else "loose"
            )
            kind = "epithet." if clue.who.epithet else ""
            strength = min(1.0, roster.people[who].sure / SURE) if fit in ("fits", "misfits") else 1.0
            f[f"{kind}{place}.{fit}"] = strength
            if strength < 1:
                f[f"{kind}{place}.unknown"] = 1 - strength
            if fit != "misfits":
                fitting = [p for p in order if fits(clue.who, p, roster.people[p]) == fit]
                if fitting[0] == who:
                    f[f"{kind}{place}.nearest"] = 1.0
                if len(fitting) == 1:
                    f[f"{kind}{place}.only"] = 1.0
                told = [p for p in turn.latest if p in fitting]
                if who in told[:2]:
                    f[f"{kind}{place}.latest.{told.index(who)}"] = 1.0
    f["present"] = float(
        any(who in m.people for m in turn.present) and not any(who in c.who.people for c in turn.tags.clues)
    )
    f["meant"] = float(who in turn.meant)
    f["above.last"] = float(any(who in m.people for m in turn.above[-1:]))
    f["above.any"] = float(any(who in m.people for m in turn.above[:-1]))
    f["below"] = float(any(who in m.people for m in turn.below))
    return f


def _address_features(who: int, turn: Turn, before: Turn | None, coming: Turn | None) -> dict[str, float]:
    def among(mentions: Sequence[Mention]) -> float:
        return float(any(who in m.people for m in mentions))

    f = {
        "called.self": among(turn.addressed),
        "named.self": among(turn.named),
        "introduced.self": among(turn.introduced),
        "spoken.to.self": among(turn.tags.addressed),
    }
    if before is not None:
        near = "" if turn.gap == 0 else ".far"
        f["called.by.last" + near] = among(before.addressed)
        f["spoken.to.last" + near] = among(before.tags.addressed)
        f["named.by.last"] = among(before.named)
        f["called.by.last.alone"] = float(among(before.addressed) and before.only_calls)
        f["other.called.by.last"] = float(
            any(m.people for m in before.addressed) and not among(before.addressed)
        )
    if coming is not None:
        near = "" if coming.gap == 0 else ".far"
        f["called.by.next" + near] = among(coming.addressed)
        f["spoken.to.next"] = among(coming.tags.addressed)
        called = any(m.people for m in coming.addressed)
        f["other.called.by.next"] = float(coming.gap == 0 and called and not among(coming.addressed))
    return f


def _vague_address_features(
    who: int, person: Speaker, turn: Turn, before: Turn | None, coming: Turn | None
) -> dict[str, float]:
    """As above, for forms of address that are nobody's own (小子, 姑娘): they fit by gender and age."""
    f = {}
    for place, other in (("self", turn), ("last", before), ("next", coming)):
        if other is None or (place == "last" and turn.gap) or (place == "next" and other.gap):
            continue
        for m in other.addressed:
            fit = None if m.people else fits(m, who, person)
            if fit in ("fits", "misfits"):
                f[f"called.{place}.{fit}"] = 1.0
    return f


def _habits(turns: Sequence[Turn]) -> dict[str, set[int]]:
    """Who, by the tags of the chapter, uses which form of address or word for I, and which turns show it."""
    users: dict[str, set[int]] = {}
    for turn in turns:
        sure = {
            p for c in turn.tags.clues if c.how not in REACTIONS and not c.who.epithet for p in c.who.people
        }
        if len(sure) == 1:
            for word in _own_words(turn):
                users.setdefault(word, set()).update(sure)
    return users


def _own_words(turn: Turn) -> set[str]:
    """Forms of address and words for I in a turn: they tell one speaker from another."""
    words = {m.word for m in turn.addressed}
    for quote in turn.quotes:
        words.update(lx.HABIT_WORDS.findall(quote))
    return words


def _habit_features(who: int, turn: Turn, habits: Mapping[str, set[int]]) -> dict[str, float]:
    shared = [habits[word] for word in _own_words(turn) if word in habits]
    return {
        "habit.own": float(any(who in users for users in shared)),
        "habit.others": float(any(who not in users for users in shared)),
    }


def _voice_fit(turn: Turn, person: Speaker) -> float:
    """1 or -1 where the words of the quotation tell the speaker's gender, as 老夫 and 臣妾 do."""
    for gender, pattern in lx.SELF_WORDS.items():
        if person.gender != "unknown" and any(pattern.search(q) for q in turn.quotes):
            return 1.0 if person.gender == gender else -1.0
    return 0.0


def is_group(person: Speaker) -> bool:
    return person.name in lx.GROUPS or person.name[:1] == "众" or person.name[-1:] == "们"


def fits(mention: Mention, who: int, person: Speaker) -> bool | str | None:
    """True: the mention is this person's own word. Else, for a pronoun or epithet: fits, unknown or misfits;
    never, for the person behind 我 and for a crowd."""
    if who in mention.people:
        return True
    if (mention.people and not mention.epithet) or mention.plural:
        return None
    if (
        "child" in (mention.age, person.age)
        and mention.age != person.age
        and "unknown" not in (mention.age, person.age)
    ):
        return "misfits"
    if "elderly" in (mention.age, person.age) and "young" in (mention.age, person.age):
        return "misfits"
    if mention.gender == "unknown" or person.gender == "unknown" or person.sure < DOUBT:
        return "unknown"
    return "fits" if mention.gender == person.gender else "misfits"
