"""Who may have said a quotation of a text without paragraphs, and what speaks for and against each of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log1p

from novelcast.script import lexicon as lx
from novelcast.script.line_scene import FAR, REACH, Quote, Scene, after, before, guess, kin_score, resolve
from novelcast.script.line_text import Unit
from novelcast.script.line_words import fit, related

MAX_CANDIDATES = 12
_AROUND = 15  # units
SOON = 8  # units behind a quotation in which its speaker is looked for
_ME = re.compile(r"我(?![们])|咱|俺")
_YOU = re.compile(r"[你您](?![们])")


def describe(scene: Scene, speakers: Mapping[int, int] | None = None) -> None:
    """Fills each quotation's candidates and their features. `speakers`: quotation's unit -> who says it, from an
    earlier reading; without it plain tags are all that is known."""
    if speakers is None:
        resolve(scene, {})
        resolve(scene, guess(scene))
    else:
        resolve(scene, speakers)
    guess(scene)
    counts = Counter(who for u in scene.units for r in u.refs for who in r.people)
    most = max(counts.values(), default=1)
    heard = defaultdict(float, {who: n / most for who, n in counts.items()})
    for quote in scene.quotes:
        _candidates(scene, quote)
    for t, quote in enumerate(scene.quotes):
        common = _common(scene, t)
        near = _Near.of(scene, quote)
        quote.rows = [_row(scene, t, who, near, heard) | common for who in quote.candidates]


def _candidates(scene: Scene, quote: Quote) -> None:
    at = quote.unit.at
    near: dict[int, float] = {}
    for who, places in scene.mentioned.items():
        back, ahead = before(places, at), after(places, at)
        distance = min(back, 2 * ahead if ahead <= SOON else FAR)
        if distance <= REACH:
            near[who] = distance
    for u in (*quote.before[:3], *quote.after[:2]):
        for table in (scene.first, scene.last):
            if u.at in table:
                near[table[u.at]] = 0
    if scene.names.narrator is not None:
        near.setdefault(scene.names.narrator, 1)
    quote.candidates = sorted(near, key=lambda p: near[p])[:MAX_CANDIDATES]


def _common(scene: Scene, t: int) -> dict[str, float]:
    """What is the same for all candidates of a quotation."""
    quote = scene.quotes[t]
    f: dict[str, float] = {"n": len(quote.candidates), "length": log1p(len(quote.unit.text))}
    f["style.leads"], f["style.tags"] = scene.leads, scene.tags
    f["gap.before"] = len(quote.before) if t else 20
    f["gap.after"] = len(quote.after) if t + 1 < len(scene.quotes) else 20
    f["asks"] = quote.asks
    f["asked"] = t > 0 and scene.quotes[t - 1].asks
    f["me"] = _ME.search(quote.unit.text) is not None
    f["you"] = _YOU.search(quote.unit.text) is not None
    f["calls"] = bool(quote.called)
    for name, unit in (
        ("L", quote.before[:1]),
        ("L2", quote.before[1:2]),
        ("T", quote.after[:1]),
        ("T2", quote.after[1:2]),
    ):
        if not unit:
            continue
        u = unit[0]
        f[name + ".has"] = 1
        f[name + ".colon"] = u.colon
        f[name + ".say"] = u.say_end + 0.5 * (u.say and not u.say_end)
        f[name + ".think"] = u.think
        f[name + ".silent"] = u.silent
        f[name + ".hears"] = u.hears
        f[name + ".bare"] = u.bare
        f[name + ".length"] = log1p(len(u.text))
        f[name + ".subjects"] = len(u.subjects)
        kind = u.speaker.ref.kind if u.speaker is not None else "none"
        f[name + ".short"] = len(quote.unit.text) <= 8
        f[name + ".kind"] = ("none", "name", "pronoun", "kin", "title").index(kind)
    return f


def _slot(scene: Scene, name: str, unit: Unit, who: int, other: int | None) -> dict[str, float]:
    """What one sentence says about a candidate."""
    f: dict[str, float] = {}
    people = scene.names.people
    if unit.subjects and unit.speaker is not None:
        for end, s in (("first", unit.subjects[0]), ("last", unit.speaker)):
            value = 0.0
            if who in s.ref.people and s.ref.kind == "name":
                value = 3.0 if len(s.ref.people) == 1 else 2.0
            elif s.ref.kind == "name":
                value = -3.0
            elif s.ref.kind == "pronoun":
                value = -0.5 if s.ref.plural else fit(s.ref, who, people[who])
            else:
                value = max(-2.0, min(2.5, kin_score(scene, s.ref, who, other, unit.at)))
            f[f"{name}.{end}"] = value - 0.5 * s.owned
    f[name + ".topic"] = float(scene.first.get(unit.at) == who)
    f[name + ".focus"] = float(scene.last.get(unit.at) == who)
    if unit.at in scene.held:
        f[name + ".held"] = 1.0 if scene.held[unit.at] == who else -1.0
    if unit.overheard:
        f[name + ".overheard"] = 1.0
    f[name + ".owns"] = _owns(scene, unit, who)
    objects = 0.0
    for o in unit.objects:
        ref = o.ref
        if who in ref.people and ref.kind == "name":
            objects = max(objects, 2.0)
        elif ref.kind == "pronoun" and not ref.plural and fit(ref, who, people[who]) > 0:
            objects = max(objects, 1.0)
        elif ref.kind in ("kin", "title") and kin_score(scene, ref, who, other, unit.at) > 1:
            objects = max(objects, 1.5)
    f[name + ".object"] = objects
    return f


def _owns(scene: Scene, unit: Unit, who: int) -> float:
    """Whether somebody about is the relative of `who` that the sentence speaks of: 他问妹妹."""
    best = 0.0
    for o in unit.objects:
        if o.ref.kind == "kin" and not o.ref.owner:
            ref = replace(o.ref, owner=(who,))
            scores = [kin_score(scene, ref, p, None, unit.at) for p in scene.near(unit.at) if p != who]
            best = max(scores, default=-1.0)
    return best


@dataclass(frozen=True)
class _Near:
    """How far back each candidate was named, and was what a sentence is about; how often it is named around."""

    back: dict[int, int]
    subject: dict[int, int]
    around: dict[int, int]

    @classmethod
    def of(cls, scene: Scene, quote: Quote) -> _Near:
        at = quote.unit.at
        named = {p: scene.mentioned.get(p, ()) for p in quote.candidates}
        return cls(
            {p: before(places, at) for p, places in named.items()},
            {p: before(scene.subject_at.get(p, ()), at) for p in quote.candidates},
            {
                p: bisect_right(places, at + _AROUND) - bisect_left(places, at - _AROUND)
                for p, places in named.items()
            },
        )


def _row(scene: Scene, t: int, who: int, near: _Near, heard: Mapping[int, float]) -> dict[str, float]:
    quote = scene.quotes[t]
    at = quote.unit.at
    names = scene.names
    person = names.people[who]
    f: dict[str, float] = {}
    last = scene.quotes[t - 1] if t else None
    coming = scene.quotes[t + 1] if t + 1 < len(scene.quotes) else None
    other = last.guess if last is not None and last.guess != who else None
    for name, units in (
        ("L", quote.before[:1]),
        ("L2", quote.before[1:2]),
        ("L3", quote.before[2:3]),
        ("T", quote.after[:1]),
        ("T2", quote.after[1:2]),
    ):
        if units:
            f |= _slot(scene, name, units[0], who, other)
    places = scene.mentioned.get(who, ())
    subjects = scene.subject_at.get(who, ())
    f["back"] = min(30, near.back[who])
    f["back.subject"] = min(30, near.subject[who])
    f["ahead"] = min(12, after(places, at))
    f["ahead.subject"] = min(12, after(subjects, at))
    f["around"] = log1p(near.around[who])
    f["heard"] = heard[who]
    f["rank"] = sum(n < near.back[who] for n in near.back.values())
    f["rank.subject"] = sum(n < near.subject[who] for n in near.subject.values())
    f["rank.around"] = sum(n > near.around[who] for n in near.around.values())
    f["gender"] = {"male": 1.0, "female": -1.0}.get(person.gender, 0.0)
    f["group"] = float(person.name in lx.GROUPS)
    f["title"] = float(person.name in lx.titles())
    f |= _spoken(scene, quote, last, coming, who)
    f |= _spoken_to(scene, t, who)
    # Who has spoken around, by plain tags.
    for step in (-3, -2, -1, 1, 2, 3):
        one = scene.quotes[t + step] if 0 <= t + step < len(scene.quotes) else None
        if one is not None and one.guess is not None and abs(one.unit.at - at) < _AROUND:
            sure = 2.0 if one.guess_kind in ("lead", "tag") else 1.0
            f[f"says.{step}"] = sure if one.guess == who else -sure
    if quote.guess is not None:
        f["guess"] = (2.0 if quote.guess_kind in ("lead", "tag") else 1.0) * (1 if quote.guess == who else -1)
    f |= _run(scene, t, who)
    return f


def _spoken(
    scene: Scene, quote: Quote, last: Quote | None, coming: Quote | None, who: int
) -> dict[str, float]:
    """Forms of address and names in the quotation and its neighbours."""
    names = scene.names
    f = {
        "called.self": float(any(who in r.people for r in quote.called)),
        "named.self": float(any(who in r.people for r in quote.named)),
    }
    for name, q in (("last", last), ("next", coming)):
        if q is None:
            continue
        gap = len(quote.before) if name == "last" else len(quote.after)
        f[f"called.{name}"] = float(any(who in r.people for r in q.called)) / (1 + gap)
        f[f"called.{name}.not"] = float(any(r.people and who not in r.people for r in q.called)) / (1 + gap)
        f[f"named.{name}"] = float(any(who in r.people for r in q.named))
        for ref in q.called:
            if ref.kind in ("kin", "title") and not ref.people:
                f[f"kin.{name}"] = kin_score(
                    scene, ref, who, q.guess if q.guess != who else None, quote.unit.at
                )
    for ref in quote.called:
        if ref.kind == "kin":
            # Who says 爸爸 has that surname too; whom it is said to is around.
            fits = [
                related(ref.word, names.surname[p], names.surname[who])
                + 2.0 * (names.relatives(who, ref.word).get(p, 0) > 0)
                for p in quote.candidates
                if p != who and fit(ref, p, names.people[p]) > 0
            ]
            f["kin.self"] = max(fits, default=-1.0)
            f["kin.self.fit"] = fit(ref, who, names.people[who])
    for gender, pattern in lx.SELF_WORDS.items():
        if pattern.search(quote.unit.text) and names.people[who].gender != "unknown":
            f["voice"] = 1.0 if names.people[who].gender == gender else -1.0
    return f


def _spoken_to(scene: Scene, t: int, who: int) -> dict[str, float]:
    """Whether the tags of the neighbours say that they speak to this person: 他对王磊说."""
    f: dict[str, float] = {}
    quote = scene.quotes[t]
    for name, step, near in (("last", -1, len(quote.before) <= 1), ("next", 1, len(quote.after) <= 1)):
        if not near or not 0 <= t + step < len(scene.quotes):
            continue
        other = scene.quotes[t + step]
        tags = [u for u in other.before[:1] if u.colon] + [
            u for u in other.after[:1] if u.say_end and not u.colon
        ]
        value = 0.0
        for unit in tags:
            for o in unit.objects:
                if o.ref.kind == "name":
                    value = max(value, 1.0 if who in o.ref.people else 0.0)
                elif o.ref.kind == "pronoun" and not o.ref.plural and scene.last.get(unit.at) != who:
                    value = max(value, 0.6 * fit(o.ref, who, scene.names.people[who]))
                elif (
                    o.ref.kind == "kin"
                    and kin_score(scene, o.ref, who, scene.last.get(unit.at), unit.at) >= 2
                ):
                    value = max(value, 0.8)
        f["spoken.to." + name] = value
    return f


def _run(scene: Scene, t: int, who: int) -> dict[str, float]:
    """Where quotations follow each other without a word between: whom turn-taking from the run's ends gives."""
    f: dict[str, float] = {}
    for name, step in (("run.back", -1), ("run.ahead", 1)):
        k, n = t, 0
        while 0 <= k + step < len(scene.quotes):
            between = scene.quotes[max(k, k + step)].before
            if len(between) > 1:
                break
            k, n = k + step, n + 1
            if scene.quotes[k].guess is not None:
                same = scene.quotes[k].guess == who
                f[name] = n
                f[name + ".fits"] = (1.0 if same == (n % 2 == 0) else -1.0) if same or n % 2 else 0.0
                break
    return f
