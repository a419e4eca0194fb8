"""A chapter without paragraphs as a row of sentences and quotations: whom each sentence is about, whom plain tags name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from novelcast.model import Speaker
from novelcast.script.line_text import CLOSERS, OPENERS, Subject, Unit
from novelcast.script.line_words import Names, Ref, fit, related

REACH = 60  # units before a quotation in which its speaker is looked for
FAR = 99
_CALL = re.compile(
    r"^[“‘「『\"…—]*(?:喂|哎|哎呀|啊呀|欸|嘿|哟|哼|好了?|是|不|嗯|啊|哦|噢|唉|对)?[，,…！!—]*$"
)
_SELF_NAME = re.compile(r"(?:我(?:名)?叫|我就?是|我姓|我)$")


@dataclass
class Quote:
    """A quotation with its surroundings. `before`: the sentences since the quotation before, the nearest first;
    `after`: those up to the next quotation, in order."""

    unit: Unit
    units: list[Unit]  # its parts, where a tag breaks it or it runs over lines
    before: list[Unit]
    after: list[Unit]
    called: list[Ref] = field(default_factory=list)
    named: list[Ref] = field(default_factory=list)
    guess: int | None = None  # whom a plain tag names
    guess_kind: str = ""
    candidates: list[int] = field(default_factory=list)
    rows: list[dict[str, float]] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        return self.units[-1].text.rstrip('”」』"’')[-1:] in ("？", "?")


@dataclass
class Scene:
    """A chapter read: its units and quotations, and whom each sentence is about (`topic`, by unit)."""

    units: list[Unit]
    quotes: list[Quote]
    names: Names
    first: dict[int, int] = field(default_factory=dict)  # unit -> resolved first subject
    last: dict[int, int] = field(default_factory=dict)  # unit -> resolved last subject
    held: dict[int, int] = field(
        default_factory=dict
    )  # unit -> whom its pronoun meant in the sentence before
    mentioned: dict[int, list[int]] = field(default_factory=dict)  # person -> units that name them
    subject_at: dict[int, list[int]] = field(default_factory=dict)  # person -> units about them, by name
    leads: float = 0.5  # share of the book's quotations that a sentence with a colon leads into
    tags: float = 0.2  # and of those behind which a sentence says who spoke

    def near(self, at: int) -> list[int]:
        return [p for p, places in self.mentioned.items() if min(before(places, at), after(places, at)) <= 30]


def read_scene(units: Sequence[Unit], names: Names) -> Scene:
    groups: list[list[int]] = []
    for at in (u.at for u in units if u.quote):
        if groups and _goes_on(units[groups[-1][-1]], units[groups[-1][-1] + 1 : at], units[at]):
            groups[-1].append(at)
        else:
            groups.append([at])
    quotes = []
    for k, group in enumerate(groups):
        start = groups[k - 1][-1] + 1 if k else 0
        end = groups[k + 1][0] if k + 1 < len(groups) else len(units)
        inside = [units[i] for i in range(group[0] + 1, group[-1]) if not units[i].quote]
        quote = Quote(
            units[group[0]],
            [units[i] for i in group],
            [units[i] for i in range(group[0] - 1, start - 1, -1)],
            [*inside, *(units[i] for i in range(group[-1] + 1, end))],
        )
        for i in group:
            called, named = _called(units[i], names)
            quote.called += called
            quote.named += named
        quotes.append(quote)
    scene = Scene(list(units), quotes, names)
    _index(scene)
    return scene


def note_style(scenes: Sequence[Scene]) -> None:
    """Fills each chapter's `leads` and `tags`: how this author tells who speaks."""
    quotes = [q for scene in scenes for q in scene.quotes]
    leads = sum(bool(q.before) and q.before[0].colon for q in quotes)
    tags = sum(bool(q.after) and q.after[0].say_end and not q.after[0].colon for q in quotes)
    for scene in scenes:
        scene.leads = (leads + 5) / (len(quotes) + 10)
        scene.tags = (tags + 2) / (len(quotes) + 10)


def _goes_on(last: Unit, between: Sequence[Unit], unit: Unit) -> bool:
    """Whether a quotation is the same speaker's as the one before: it runs over lines, or its tag breaks it."""
    if not between:
        return unit.text[:1] not in OPENERS or last.text[-1:] not in CLOSERS
    if len(between) > 1:
        return False
    return between[0].text[-1:] in "，," or (
        last.text.rstrip(CLOSERS)[-1:] in "，," and between[0].text[-1:] not in "：:"
    )


def _called(unit: Unit, names: Names) -> tuple[list[Ref], list[Ref]]:
    """Whom a quotation calls by a form of address, and whom else it names."""
    called, named = [], []
    for ref in unit.refs:
        if ref.kind == "pronoun":
            continue
        before, behind = unit.text[: ref.start], unit.text[ref.end : ref.end + 1]
        alone = behind == "" or behind in '，,！!？?。…—～~”」』"'
        breaks = before == "" or before[-1] in '，,。！!？?…—“「『"'
        if _SELF_NAME.search(before):
            named.append(ref)
        elif (alone and breaks) or (_CALL.match(before) and behind in tuple("你您咱快别")):
            called.append(ref)
        else:
            named.append(ref)
    return called, named


def _index(scene: Scene) -> None:
    mentioned: dict[int, list[int]] = defaultdict(list)
    subject_at: dict[int, list[int]] = defaultdict(list)
    for unit in scene.units:
        for ref in unit.refs:
            for who in ref.people:
                mentioned[who].append(unit.at)
        for s in unit.subjects:
            if s.ref.kind == "name" and not s.owned:
                for who in s.ref.people:
                    subject_at[who].append(unit.at)
    scene.mentioned, scene.subject_at = dict(mentioned), dict(subject_at)


def before(places: Sequence[int], at: int) -> int:
    """How far back the nearest of the sorted places lies, or FAR."""
    k = bisect_left(places, at)
    return at - places[k - 1] if k else FAR


def after(places: Sequence[int], at: int) -> int:
    k = bisect_left(places, at + 1)
    return places[k] - at if k < len(places) else FAR


# ---------------------------------------------------------------- whom a sentence is about


def resolve(scene: Scene, speakers: Mapping[int, int]) -> None:
    """Fills `first` and `last`: whom the subjects of each sentence mean. `speakers`: quotation's unit -> who says it,
    as far as that is known by now."""
    scene.first, scene.last, scene.held = {}, {}, {}
    recent: list[int] = []  # whom sentences were about, the latest last
    topic: int | None = None
    spoke: int | None = None
    held: dict[str, int] = {}  # whom the pronouns of the sentence before mean: they go on meaning that person
    people = scene.names.people
    for unit in scene.units:
        if unit.quote:
            who = speakers.get(unit.at)
            last, spoke = spoke, who
            if who is not None:
                topic = who
                recent.append(who)
            elif last is not None and last == topic:
                # Nobody knows who answers, but hardly who has just spoken.
                topic = next((p for p in reversed(recent[-12:]) if p != last), None)
            continue
        found: list[int] = []
        main: int | None = None
        speaker: int | None = None
        meant: dict[str, int] = {}
        for s in unit.subjects:
            if found:
                bound = _bound(unit, s, people[found[-1]])
                near = topic if bound else found[-1]
            else:
                near = topic
            if s is unit.speaker and s.ref.word in held:
                scene.held[unit.at] = held[s.ref.word]
            who = _mean(scene, s.ref, near, recent, unit.at)
            if who is not None and not s.ref.plural:
                found.append(who)
                if s.ref.kind == "pronoun":
                    meant[s.ref.word] = who
                if s is unit.main:
                    main = who
                if s is unit.speaker:
                    speaker = who
        if unit.overheard and unit.speaker is not None:
            speaker = _mean(scene, unit.speaker.ref, None, recent, unit.at)
        for o in unit.objects:
            ref = o.ref
            if ref.kind != "pronoun" or ref.plural or ref.word in meant:
                continue
            if not any(s.clause == o.clause for s in unit.subjects):
                continue  # it may well be the sentence's own subject
            for who in (held.get(ref.word), topic, *reversed(recent[-6:])):
                if who is not None and who not in found and fit(ref, who, people[who]) > 0:
                    meant[ref.word] = who
                    break
        if unit.bare and topic is not None and not found:
            found = [topic]
        if found:
            scene.first[unit.at] = (
                topic if unit.bare and topic is not None else main if main is not None else found[0]
            )
            if speaker is not None or not unit.overheard:
                scene.last[unit.at] = speaker if speaker is not None else found[-1]
            if unit.colon:
                topic = scene.last.get(unit.at)
            elif main is not None and not (unit.main is not None and unit.main.under):
                topic = main
            recent.extend(found)
        elif unit.main is not None and not unit.main.under:
            topic = None
        held = meant


def _bound(unit: Unit, subject: Subject, last: Speaker) -> bool:
    """Whether a pronoun cannot mean the subject before it, whose clause has that pronoun as its object:
    王磊帮了他，他很高兴."""
    ref = subject.ref
    clauses = {s.clause for s in unit.subjects if s.ref.start < ref.start}
    return ref.kind == "pronoun" and any(
        o.ref.kind == "pronoun"
        and o.ref.word == ref.word
        and o.clause in clauses
        and last.gender in ("unknown", ref.gender)
        for o in unit.objects
    )


def _mean(scene: Scene, ref: Ref, topic: int | None, recent: Sequence[int], at: int) -> int | None:
    people = scene.names.people
    if ref.people and ref.kind == "name":
        if len(ref.people) == 1:
            return ref.people[0]
        return min(ref.people, key=lambda p: before(scene.mentioned.get(p, ()), at))
    if ref.plural:
        return None
    if ref.kind == "pronoun":
        if topic is not None and fit(ref, topic, people[topic]) >= 0:
            return topic
        for wanted in (1.0, 0.0):
            for who in reversed(recent[-12:]):
                if fit(ref, who, people[who]) == wanted:
                    return who
        near = [
            p
            for p in scene.mentioned
            if fit(ref, p, people[p]) == 1 and before(scene.mentioned[p], at) <= REACH
        ]
        return min(near, key=lambda p: before(scene.mentioned[p], at), default=None)
    best, top = None, 0.9
    if ref.owner_gender and topic is not None:
        ref = replace(ref, owner=(topic,))
    for who in dict.fromkeys((*reversed(recent[-12:]), *_relatives(scene, ref))):
        score = kin_score(scene, ref, who, topic, at)
        if score > top:
            best, top = who, score
    return best


def _relatives(scene: Scene, ref: Ref) -> list[int]:
    return [p for owner in ref.owner for p in scene.names.relatives(owner, ref.word)]


def kin_score(scene: Scene, ref: Ref, who: int, other: int | None, at: int) -> float:
    """How well a kin word or title fits a person; `other` is the person it may be a relative of."""
    names = scene.names
    if who in ref.owner or fit(ref, who, names.people[who]) < 0:
        return -2.0
    score = fit(ref, who, names.people[who])
    owners = ref.owner or ((other,) if other is not None and other != who else ())
    for owner in owners[:1]:
        score += related(ref.word, names.surname[owner], names.surname[who])
        known = names.relatives(owner, ref.word)
        if known:
            score += 2.0 * known.get(who, 0.0) / max(known.values()) - 0.5
    linked = names.links.get(ref.word)
    if linked and ref.kind == "title":
        score += 1.5 * (linked[who] > 0) + 0.5 * (linked[who] == max(linked.values()))
    elif linked and linked[who]:
        score += 0.5
    return score


def guess(scene: Scene) -> dict[int, int]:
    """Whom a plain tag gives as the speaker: a name that leads in, or stands with 说 right behind."""
    said: dict[int, int] = {}
    for k, quote in enumerate(scene.quotes):
        quote.guess, quote.guess_kind = None, ""
        lead = quote.before[0] if quote.before else None
        tag = quote.after[0] if quote.after else None
        if lead is not None and lead.colon and lead.speaker is not None and lead.speaker.ref.kind == "name":
            quote.guess, quote.guess_kind = scene.last.get(lead.at), "lead"
        elif (
            tag is not None
            and not tag.colon
            and tag.say_end
            and tag.subjects
            and tag.subjects[0].ref.kind == "name"
        ):
            quote.guess, quote.guess_kind = scene.first.get(tag.at), "tag"
        elif lead is not None and lead.colon:
            quote.guess, quote.guess_kind = scene.last.get(lead.at), "lead?"
        elif tag is not None and not tag.colon and tag.say_end and tag.subjects:
            quote.guess, quote.guess_kind = scene.first.get(tag.at), "tag?"
        if quote.guess is not None:
            said[quote.unit.at] = quote.guess
        elif k > 1 and not quote.before and not scene.quotes[k - 1].before:
            other = said.get(scene.quotes[k - 2].unit.at)
            if other is not None and other != said.get(scene.quotes[k - 1].unit.at):
                said[quote.unit.at] = other
    return said


def learn(scene: Scene, speakers: Mapping[int, int]) -> None:
    """What a reading tells of who is whose relative, and who is meant by which title: whom a speaker calls 爸爸 and who
    answers, and who speaks where a tag names nobody (父亲说)."""
    names = scene.names
    for t, quote in enumerate(scene.quotes):
        who = speakers.get(quote.unit.at)
        if who is None:
            continue
        for ref in quote.called:
            if ref.kind != "kin":
                continue
            for step in (-1, 1):
                near = scene.quotes[t + step] if 0 <= t + step < len(scene.quotes) else None
                other = (
                    speakers.get(near.unit.at)
                    if near is not None and abs(near.unit.at - quote.unit.at) <= 4
                    else None
                )
                if other is not None and other != who and fit(ref, other, names.people[other]) >= 0:
                    names.relate(who, ref.word, other)
        for unit in (*quote.before[:1], *quote.after[:1]):
            subject = unit.speaker
            tells = unit.colon if unit in quote.before[:1] else unit.say_end and not unit.colon
            if (
                not tells
                or subject is None
                or subject.ref.plural
                or fit(subject.ref, who, names.people[who]) < 0
            ):
                continue
            if subject.ref.kind == "title":
                names.links[subject.ref.word][who] += 1
            elif subject.ref.kind == "kin":
                for owner in subject.ref.owner[:1]:
                    if owner != who:
                        names.relate(owner, subject.ref.word, who)
