"""The features of each candidate of a turn: names read by the model in weights.json."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import log1p

from novelcast.script.english import lexicon as lx
from novelcast.script.english.clues import Clue
from novelcast.script.english.habits import Voices
from novelcast.script.english.mentions import Mention, Roster
from novelcast.script.english.turns import AROUND, Scene, Turn

_SURE_GENDER = 0.4
_FAR = 99


Nouns = Mapping[str, Mapping[int, float]]


def add_features(scene: Scene, roster: Roster, lines: Counter[int], voices: Voices, nouns: Nouns) -> None:
    """Fill `features` of every turn. `lines`: how often each person is tagged as a speaker in the whole book;
    `voices` and `nouns` as habits.py learns them."""
    turns = scene.turns
    before, after = _last_named(scene)
    most = max(lines.values(), default=0)
    total = sum(scene.heard.values()) or 1
    for i, turn in enumerate(turns):
        order = sorted(turn.candidates, key=lambda w: before[i].get(w, (-_FAR, 0)), reverse=True)
        order = [w for w in reversed(turn.lead) if w in order] + [w for w in order if w not in turn.lead]
        order = list(dict.fromkeys(order))
        style = voices.scores(turn.quotes, turn.candidates, {} if turn.tagged is None else {turn.tagged: 1.0})
        tagged = _tagged_around(turns, i)
        previous = turns[i - 1] if i else None
        coming = turns[i + 1] if i + 1 < len(turns) else None
        ranks = _gender_ranks(turn, order, roster)
        turn.features = []
        for who, voice in zip(turn.candidates, style, strict=True):
            f = _clue_features(turn, who, roster, ranks)
            f |= _noun_features(turn, who, roster, nouns)
            f["style"] = voice
            f["style.bare"] = voice * (not turn.tags.clues)
            f |= _place_features(turn, who, before[i], after[i], tagged)
            f |= _address_features(turn, who, previous, coming, roster)
            f["often"] = log1p(scene.heard[who]) / log1p(total)
            f["book.often"] = log1p(lines[who]) / log1p(most) if most else 0.0
            f["never.tagged"] = float(lines[who] == 0)
            if who == roster.narrator:
                f["narrator"] = 1.0
                f["narrator.bare"] = float(not turn.tags.clues)
            turn.features.append({k: v for k, v in f.items() if v})


# ---------------------------------------------------------------- clues


def fits(mention: Mention, who: int, roster: Roster) -> str:
    """name: it names the person; shared: it may; own: a phrase of theirs; noun: a common noun that fits them; fits, unknown, misfits: by gender;
    never: for the person behind I, and for a crowd."""
    person = roster.people[who]
    if who in mention.people:
        if mention.kind in ("epithet", "phrase"):
            return "noun" if mention.kind == "epithet" else "own"
        return "name" if len(mention.people) == 1 else "shared"
    loose = (
        mention.kind == "phrase" and mention.noun in lx.PERSON_NOUNS
    )  # the girl may be another than The Girl
    if (mention.kind in ("name", "phrase") and not loose) or mention.first_person:
        return "not"
    if mention.kind == "group":
        return "group"
    if who == roster.narrator:
        return "never"
    if mention.gender == "unknown":
        return "unknown"
    if person.gender == "unknown" or person.sure < _SURE_GENDER:
        return "unknown"
    return "fits" if mention.gender == person.gender else "misfits"


def _gender_ranks(turn: Turn, order: Sequence[int], roster: Roster) -> dict[int, dict[int, int]]:
    """For each clue that names nobody: rank of each fitting candidate by how lately it was named."""
    out = {}
    for k, clue in enumerate(turn.tags.clues):
        if (
            clue.who.kind in ("pronoun", "epithet", "phrase")
            and clue.who.sure is None
            and not clue.who.first_person
        ):
            fitting = [w for w in order if fits(clue.who, w, roster) == "fits"]
            unknown = [w for w in order if fits(clue.who, w, roster) == "unknown"]
            out[k] = {w: n for n, w in enumerate([*fitting, *unknown])}
            out[k][-1] = len(fitting)
    return out


_STRONG = ("say", "late", "voice")


def _tightness(clue: Clue) -> int:
    """How surely a clue tells the speaker, by its form: 0 is a tag."""
    tight = clue.place in ("mid", "after", "lead")
    if clue.how == "say":
        return 0 if tight else 2
    if clue.how in _STRONG:
        return 1 if tight else 2
    return 3 if clue.how in ("beat", "body") and clue.place != "above" else 4


def _clue_features(
    turn: Turn, who: int, roster: Roster, ranks: Mapping[int, Mapping[int, int]]
) -> dict[str, float]:
    f: dict[str, float] = {}
    best = min((_tightness(c) for c in turn.tags.clues), default=9)
    for k, clue in enumerate(turn.tags.clues):
        fit = fits(clue.who, who, roster)
        strong = clue.how in _STRONG
        # A clue beside a better one tells less.
        less = "" if _tightness(clue) == best else ".less"
        if fit in ("name", "shared"):
            name = f"{clue.place}.{clue.how}{less}"
            f[name] = max(1.0 if fit == "name" else 1.0 / len(clue.who.people), f.get(name, 0.0))
            if fit == "shared":
                f["shared"] = 1.0
            if not less:
                f[f"best.{min(best, 4)}"] = 1.0
        elif fit in ("noun", "own"):
            f[(f"{fit}.say" if strong else f"{fit}.beat") + less] = 1.0
        elif fit == "not":
            f[("other.say" if strong else "other.beat") + less] = 1.0
        elif fit == "group":
            f[("group.say" if strong else "group.beat") + less] = 1.0
        else:
            near = clue.place in ("mid", "after", "lead") or strong
            kind = "pro" if clue.who.kind == "pronoun" else "epi"
            place = "say" if strong else "near" if near else "loose"
            f[f"{kind}.{place}.{fit}{less}"] = 1.0
            if turn.focus.get(clue.who.gender) == who:
                f[f"{kind}.{place}.focus{less}"] = 1.0
            rank = ranks.get(k, {}).get(who)
            if rank is not None and fit in ("fits", "unknown"):
                f[f"{kind}.{place}.rank{min(3, rank)}{less}"] = 1.0
                if ranks[k][-1] == 1 and fit == "fits":
                    f[f"{kind}.{place}.only"] = 1.0
    return f


_NOUN_FITS = ("fits", "unknown", "noun", "own")


def _noun_features(turn: Turn, who: int, roster: Roster, nouns: Nouns) -> dict[str, float]:
    """Whether a common noun in the tag stands near the person in the book; a mother is mostly a Mrs."""
    f: dict[str, float] = {}
    for clue in turn.tags.clues:
        if clue.who.kind not in ("epithet", "phrase") or fits(clue.who, who, roster) not in _NOUN_FITS:
            continue
        near = nouns.get(clue.who.noun, {})
        f["noun.near"] = max(-2.0, min(3.0, near.get(who, 0.0)))
        rivals = [near.get(w, 0.0) for w in turn.candidates if fits(clue.who, w, roster) in _NOUN_FITS]
        f["noun.nearest"] = float(near.get(who, 0.0) > 0 and near.get(who, 0.0) >= max(rivals))
        person = roster.people[who]
        first = {form.split()[0].rstrip(".").lower() for form in (person.name, *person.aliases)}
        if clue.who.noun in ("mother", "wife", "aunt", "landlady", "hostess", "grandmother"):
            f["matron"] = 1.0 if first & {"mrs", "lady", "aunt", "madame"} else -1.0
        elif clue.who.noun in ("sister", "daughter", "girl", "niece", "maid"):
            f["maiden"] = -1.0 if first & {"mrs", "lady", "aunt", "madame"} else 1.0
        elif clue.who.noun in ("father", "husband", "uncle", "master", "gentleman"):
            f["mister"] = 1.0 if first & {"mr", "sir", "uncle", "lord"} else -1.0
        if clue.who.noun in lx.KIN:
            f["kin.apart"] = float(any(who in m.people for m in turn.addressed))
    return f


# ---------------------------------------------------------------- places


def _last_named(scene: Scene) -> tuple[list[dict[int, tuple[int, int]]], list[dict[int, int]]]:
    """For each turn: (paragraph, order) where each person was last named before its paragraph's end, and the
    paragraph where each is next named."""
    named = scene.named_at
    before: list[dict[int, tuple[int, int]]] = []
    table: dict[int, tuple[int, int]] = {}
    k = 0
    for turn in scene.turns:
        while k < len(named) and named[k][0] < turn.paragraph:
            paragraph, who, subject = named[k]
            table[who] = (paragraph, k + 2 * subject)
            k += 1
        before.append(dict(table))
    after: list[dict[int, int]] = []
    coming: dict[int, int] = {}
    k = len(named) - 1
    for turn in reversed(scene.turns):
        while k >= 0 and named[k][0] > turn.paragraph:
            coming[named[k][1]] = named[k][0]
            k -= 1
        after.append(dict(coming))
    return before, after[::-1]


def _tagged_around(turns: Sequence[Turn], i: int) -> dict[int, tuple[int, int]]:
    """Person -> (turns back, turns ahead) to the nearest turn whose clues surely name them as its speaker."""
    found: dict[int, list[int]] = defaultdict(lambda: [_FAR, _FAR])
    for side, step in ((0, -1), (1, 1)):
        for n in range(1, 2 * AROUND + 1):
            j = i + step * n
            if not 0 <= j < len(turns):
                break
            for clue in turns[j].tags.clues:
                who = clue.who.sure if not clue.who.first_person else (clue.who.people or (None,))[0]
                if who is not None and clue.how != "react" and found[who][side] == _FAR:
                    found[who][side] = n
    return {w: (a, b) for w, (a, b) in found.items()}


def _place_features(
    turn: Turn,
    who: int,
    before: Mapping[int, tuple[int, int]],
    after: Mapping[int, int],
    tagged: Mapping[int, tuple[int, int]],
) -> dict[str, float]:
    f: dict[str, float] = {}
    if who in before:
        back = turn.paragraph - before[who][0]
        f["back"] = -log1p(back)
        f[f"back.{_bucket(back)}"] = 1.0
        f["latest"] = float(all(before[w] <= before[who] for w in turn.candidates if w in before))
    else:
        f["back.never"] = 1.0
    if who in after:
        f[f"ahead.{_bucket(after[who] - turn.paragraph)}"] = 1.0
    back, ahead = tagged.get(who, (_FAR, _FAR))
    bare = "" if turn.tags.clues else ".bare"
    if back < _FAR:
        f[f"tagged.back.{_steps(back)}{bare}"] = 1.0
    if ahead < _FAR:
        f[f"tagged.ahead.{_steps(ahead)}{bare}"] = 1.0
    f["tagged.both"] = float(back < _FAR and ahead < _FAR)
    f["tagged.none"] = float(back == _FAR and ahead == _FAR)
    f["present"] = float(
        any(who in m.people for m in turn.present) and not any(who in c.who.people for c in turn.tags.clues)
    )
    f["above.last"] = float(any(who in m.people for m in turn.above[-1:]))
    f["above.any"] = float(any(who in m.people for m in turn.above[:-1]))
    f["below"] = float(any(who in m.people for m in turn.below))
    return f


def _bucket(n: int) -> str:
    return str(n) if n <= 3 else "4" if n <= 6 else "7" if n <= 12 else "13"


def _steps(n: int) -> str:
    return str(n) if n <= 4 else "5" if n <= 7 else "8"


# ---------------------------------------------------------------- forms of address


def _address_features(
    turn: Turn, who: int, before: Turn | None, coming: Turn | None, roster: Roster
) -> dict[str, float]:
    def among(mentions: Sequence[Mention]) -> float:
        return float(any(who in m.people and m.kind == "name" for m in mentions))

    f = {
        "called.self": among(turn.addressed),
        "named.self": among(turn.named),
        "introduced.self": among(turn.introduced),
        "spoken.to.self": among(turn.tags.addressed),
    }
    for place, other, gap in (("last", before, turn.gap), ("next", coming, coming.gap if coming else 0)):
        if other is None:
            continue
        far = "" if gap == 0 else ".far"
        f[f"called.by.{place}{far}"] = among(other.addressed)
        f[f"spoken.to.{place}{far}"] = among(other.tags.addressed)
        f[f"named.by.{place}"] = among(other.named)
        called = any(m.people and m.kind == "name" for m in other.addressed)
        f[f"other.called.by.{place}"] = float(called and gap == 0 and not among(other.addressed))
        for m in other.addressed:
            fit = fits(m, who, roster) if m.kind == "epithet" and not m.people else ""
            if fit in ("fits", "misfits") and gap == 0:
                f[f"vague.{place}.{fit}"] = 1.0
    for m in turn.addressed:
        fit = fits(m, who, roster) if m.kind == "epithet" and not m.people else ""
        if fit in ("fits", "misfits"):
            f[f"vague.self.{fit}"] = 1.0
    return f


# ---------------------------------------------------------------- sequences


def same_features(before: Turn, turn: Turn) -> dict[str, float]:
    """Features of a turn whose speaker is the one of the turn before."""
    if turn.continued:
        return {"same.continued": 1.0}
    place = "paragraph" if turn.same_paragraph else str(min(3, turn.gap))
    return {
        f"same.{place}": 1.0,
        f"same.{place}.bare": float(not turn.tags.clues),
        f"same.{_kind_of(turn)}": 1.0,
        f"same.{_kind_of(before)}.then.{_kind_of(turn)}": 1.0,
        "same.question": float(before.asks),
        "same.silence": float(turn.silence),
        "same.call": float(before.only_calls),
        "same.long": float(sum(map(len, before.quotes)) > 400),
        "same.above": float(bool(turn.above)),
    }


def alternate_features(before: Turn, turn: Turn) -> dict[str, float]:
    """Features of a turn whose speaker is the one of the turn before the last, and not of the last."""
    place = "paragraph" if turn.same_paragraph else str(min(3, turn.gap))
    return {
        f"alternate.{place}": 1.0,
        f"alternate.{place}.bare": float(not turn.tags.clues),
        f"alternate.{_kind_of(turn)}": 1.0,
        "alternate.question": float(before.asks),
        f"alternate.active.{min(5, turn.active)}": 1.0,
    }


def _kind_of(turn: Turn) -> str:
    """What the best clue of a turn is: a name, a pronoun, another word, or none."""
    if not turn.tags.clues:
        return "bare"
    clue = min(turn.tags.clues, key=_tightness)
    if _tightness(clue) > 3:
        return "weak"
    return "name" if clue.who.people and clue.who.kind != "epithet" else clue.who.kind
