"""What the words around an English quotation say about its speaker: tags, actions, and who is spoken to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from novelcast.script.english import lexicon as lx
from novelcast.script.english.mentions import Mention, Roster, Token, plain, tokens

_ABBREVIATION = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|Rev|Capt|Col|Gen|Sgt|Lt|Hon|Messrs|Esq|Jr|Sr|No|[A-Z])\.$"
)
_SENTENCE_END = re.compile(r"[.!?…]+['\")\]]*(?=\s|$)")
_PLACE_WORDS = lx.words(
    "of in on at by for with from to into upon over under about after before behind beside between "
    "towards toward against like than as through near across around round past without"
)
_AUX = lx.words(
    "was were had has have is are did does do could would should might must can may will shall never "
    "only just also even at once then now still always suddenly presently quickly slowly again again"
)
_VOICE = lx.words(
    "voice tone tones words reply answer question cry whisper exclamation laugh accents remark comment "
    "response retort speech murmur shout scream"
)
_BODY = lx.words(
    "eyes eye face lips mouth hand hands head brow brows shoulders heart cheeks cheek expression smile gaze "
    "glance look features countenance manner figure arm arms chin eyebrows forehead fingers foot feet "
    "jaw breath nose throat knees hair"
)
_LOOKED_AT = re.compile(r"\b(?:to|at|towards?|upon|on|addressing|facing)\s+(?:the\s+)?$", re.I)


@dataclass(frozen=True)
class Clue:
    """Somebody named beside a quotation. `place`: mid, after (the tag grows out of the quotation), next (a
    sentence behind it), lead (before, with a comma or colon), before, above (the paragraph above leads in).
    `how`: say, late (a verb of speech further on), voice, beat, body, react, be, other."""

    who: Mention
    place: str
    how: str
    words: str


@dataclass
class Tags:
    """What the narration of one turn tells: who may have spoken, and who is spoken to."""

    clues: list[Clue] = field(default_factory=list)
    addressed: list[Mention] = field(default_factory=list)


def sentences(text: str) -> list[str]:
    """A plain text in sentences; a title's point ends none."""
    out: list[str] = []
    start = 0
    for m in _SENTENCE_END.finditer(text):
        if _ABBREVIATION.search(text[start : m.end()]) and m.end() < len(text):
            continue
        out.append(text[start : m.end()])
        start = m.end()
    out.append(text[start:])
    return [s for s in out if s.strip()]


def clue_after(roster: Roster, text: str, place: str, grows: bool) -> Tags:
    """Clues of the narration behind a quotation. `grows`: it continues the quotation's sentence."""
    tags = Tags()
    parts = sentences(plain(text))
    if not parts:
        return tags
    first = parts[0]
    found = tokens(first)
    mentions = roster.mentions_among(first, found)
    spot = place if grows or place == "mid" else "next"
    got = _inverted(first, found, mentions) or first_subject(first, found, mentions)
    got = _behind_voice(first, got, mentions)
    if got is not None:
        who, how = got
        tags.clues.append(Clue(who, spot, how, first.strip()))
        tags.addressed = _addressees(first, found, mentions, who)
        if len(parts) > 1 and how not in ("say", "late", "voice"):
            second = tokens(parts[1])
            again = first_subject(parts[1], second, roster.mentions_among(parts[1], second))
            if again is not None and again[1] in ("say", "late", "voice"):
                tags.clues.append(Clue(again[0], "next", again[1], parts[1].strip()))
    return tags


def clue_before(roster: Roster, text: str, place: str = "lead") -> Tags:
    """Clues of the narration that leads into a quotation, in its paragraph or above it."""
    tags = Tags()
    parts = sentences(plain(text))
    if not parts:
        return tags
    last = parts[-1]
    leads = re.search(r"[,:—-]\s*$", last) is not None
    found = tokens(last)
    mentions = roster.mentions_among(last, found)
    got = last_subject(last, found, mentions) if leads else first_subject(last, found, mentions)
    spot = place if leads else "over" if place == "above" else "before"
    if got is None and len(parts) > 1:
        earlier = tokens(parts[-2])
        got = first_subject(parts[-2], earlier, roster.mentions_among(parts[-2], earlier))
        last = parts[-2]
    if got is not None:
        tags.clues.append(Clue(got[0], spot, got[1], last.strip()))
        if last is parts[-1]:
            tags.addressed = _addressees(last, found, mentions, got[0])
    return tags


def _inverted(text: str, found: Sequence[Token], mentions: Sequence[Mention]) -> tuple[Mention, str] | None:
    """The subject behind its verb: said Ann, replied the old man quietly."""
    k = 0
    while k < len(found) and (
        found[k][2].endswith("ly") or found[k][2].lower() in ("and", "then", "at", "last", "so")
    ):
        k += 1
    if k >= len(found) or k > 3:
        return None
    verb = found[k][2].lower()
    if verb not in lx.SAY_VERBS or (text[: found[k][0]].strip(" ,;.-—\"')") and k == 0):
        return None
    k += 1
    if (
        verb in lx.NEEDS_PARTICLE
        and k < len(found)
        and re.fullmatch(lx.NEEDS_PARTICLE[verb] + "|out|back|in|on", found[k][2].lower())
    ):
        k += 1
    while k < len(found) and found[k][2].endswith("ly"):
        k += 1
    if k >= len(found):
        return None
    at = found[k][0]
    if re.search(r"[,;:.]", text[found[k - 1][1] : at]):
        return None
    if found[k][2].lower() in ("to", "that", "with", "in"):
        return None
    for m in mentions:
        if m.start <= at < m.end or m.start == at:
            return (m, "say") if m.word not in ("him", "her", "his") or verb == "said" else None
        if (
            at <= m.start <= at + 25
            and not re.search(r"[,;:.]", text[at : m.start])
            and _only_modifiers(text[at : m.start])
        ):
            return m, "say"
    return _unknown_noun(text, found, k)


def _behind_voice(
    text: str, got: tuple[Mention, str] | None, mentions: Sequence[Mention]
) -> tuple[Mention, str] | None:
    """Whose voice it is: said the voice of Ann, said her mother's voice."""
    if got is None or got[0].noun not in _VOICE:
        return got
    for m in mentions:
        if m.start > got[0].end and re.fullmatch(
            r"\s*of\s+(?:the\s+)?(?:old\s+|young\s+)?", text[got[0].end : m.start]
        ):
            return m, "say"
    return got


def _only_modifiers(words: str) -> bool:
    """Whether the words before a name only describe it: the worthy Mr. X, poor, old."""
    return not any(w in _PLACE_WORDS or w in lx.SAY_VERBS for w in words.lower().split())


def _unknown_noun(text: str, found: Sequence[Token], k: int) -> tuple[Mention, str] | None:
    """Whoever a tag names, however strange: said the cobbler."""
    if found[k][2].lower() not in ("the", "a", "an", "his", "her", "my", "our", "their", "another"):
        return None
    end = k
    for j in range(k + 1, min(len(found), k + 4)):
        if (
            re.search(r"[^\s-]", text[found[j - 1][1] : found[j][0]])
            or found[j][2].lower() in _PLACE_WORDS | _AUX
        ):
            break
        if found[j][2].lower() in ("and", "who", "that", "which") or found[j][2].endswith("ly"):
            break
        end = j
        if found[j][1] - found[j][0] > len(found[j][2]):
            return None
    if end == k:
        return None
    phrase = text[found[k][0] : found[end][1]]
    noun = found[end][2].lower()
    return Mention(found[k][0], found[end][1], phrase, "epithet", (), noun=noun), "say"


def first_subject(
    text: str, found: Sequence[Token], mentions: Sequence[Mention]
) -> tuple[Mention, str] | None:
    """The first subject of a sentence and what it does."""
    best: tuple[Mention, str] | None = None
    for m in mentions:
        how = _as_subject(text, found, m)
        if how is None:
            continue
        if how in ("say", "late", "voice", "beat"):
            return m, how
        if best is None:
            best = (m, how)
        elif m.start > best[0].end + 40:
            break
    return best


def last_subject(
    text: str, found: Sequence[Token], mentions: Sequence[Mention]
) -> tuple[Mention, str] | None:
    """The subject of the last verb of speech (Ann rose when he came in, and said:), else the first that acts."""
    got = [(m, how) for m in mentions if (how := _as_subject(text, found, m)) is not None]
    verbs = [t for t in found if t[2].lower() in lx.SAY_VERBS or t[2].lower() in lx.SAYING]
    if verbs and got:
        last = verbs[-1]
        ahead = [t for t in found if t[1] <= last[0]]
        while ahead and (ahead[-1][2].lower() in _AUX or ahead[-1][2].endswith("ly")):
            ahead.pop()
        near = [(m, how) for m, how in got if ahead and m.end == ahead[-1][1]]
        if near:
            return near[-1][0], "say"
        if ahead and ahead[-1][2].lower() == "who":
            before = [
                m for m in mentions if m.end <= ahead[-1][0] and not m.owned and ahead[-1][0] - m.end <= 2
            ]
            if before:
                return before[-1], "say"
        main = [(m, how) for m, how in got if m.end <= last[0] and not _subordinate(found, m)]
        if main:
            return main[-1][0], "say" if last[0] > len(text) - 40 else "late"
    for m, how in reversed(got):
        if how in ("say", "late", "voice"):
            return m, how
    return got[0] if got else None


_SUBORDINATORS = lx.words(
    "when while as if because though although since until till whenever where that who whom which before "
    "after unless whether what how than but"
) - {"but"}


def _subordinate(found: Sequence[Token], m: Mention) -> bool:
    """Whether a mention is the subject of a clause inside another one (when he spoke)."""
    before = [t for t in found if t[1] <= m.start][-1:]
    return bool(before) and before[0][2].lower() in _SUBORDINATORS


_HEARD = lx.words("heard hear hearing")
_BARE_SAY = lx.words(
    "say cry call ask exclaim shout answer reply murmur whisper mutter remark declare saying calling "
    "crying shouting asking muttering"
)


def _as_subject(text: str, found: Sequence[Token], m: Mention) -> str | None:
    """What a mention does as a subject; None where it is none."""
    before = [t for t in found if t[1] <= m.start][-3:]
    behind = [t for t in found if t[0] >= m.end][:12]
    if before and before[-1][2].lower() in _HEARD and behind and behind[0][2].lower() in _BARE_SAY:
        return "say"
    if m.owned:
        if m.word in ("him", "her", "his", "himself", "herself") and (not behind or behind[0][0] > m.end + 1):
            return None
        for t in behind[:3]:
            if t[2].lower() in _VOICE:
                return "voice"
            if t[2].lower() in _BODY:
                return None if before and before[-1][2].lower() in _PLACE_WORDS else "body"
        return None
    if before and not re.search(r"[,;:.]", text[before[-1][1] : m.start]):
        last = before[-1][2].lower()
        if last in _PLACE_WORDS or (
            last in ("and", "or") and len(before) > 1 and m.kind != "pronoun" and _joined(text, found, m)
        ):
            return None
        if last in lx.SAY_VERBS | lx.BEAT_VERBS and last not in lx.WEAK_SAY:
            return None
        if last.endswith("ing") or (last.endswith("ed") and m.kind != "pronoun"):
            return None
    for k, t in enumerate(behind):
        word = t[2].lower()
        gap = text[behind[k - 1][1] if k else m.end : t[0]]
        if re.search(r"[;:.!?]", gap):
            break
        if word in lx.SAY_VERBS and (word not in lx.NEEDS_PARTICLE or _particle(behind, k, word)):
            near = all(
                b[2].lower() in _AUX or b[2].endswith("ly") or b[2].lower() in ("who", "himself", "herself")
                for b in behind[:k]
            )
            if near:
                return "late" if word in lx.WEAK_SAY and word not in lx.NEEDS_PARTICLE else "say"
            return "late"
    return None if m.word == "it" else _act(text, behind, m)


def _act(text: str, behind: Sequence[Token], m: Mention) -> str | None:
    for t in behind[:4]:
        word = t[2].lower()
        if word in lx.REACTION_VERBS:
            return "react"
        if word in lx.BEAT_VERBS:
            return "beat"
        if word in ("was", "were", "is", "had", "seemed", "looked", "felt"):
            return "be"
        if word.endswith("ed"):
            return "beat"
        if word not in _AUX and not word.endswith("ly") and word not in ("who", "and"):
            return "other"
    return "other" if behind else None


def _particle(behind: Sequence[Token], k: int, word: str) -> bool:
    wanted = lx.NEEDS_PARTICLE[word]
    return not wanted or (k + 1 < len(behind) and re.fullmatch(wanted, behind[k + 1][2].lower()) is not None)


def _joined(text: str, found: Sequence[Token], m: Mention) -> bool:
    """Whether a name is the second of two joined by and: Ann and Bob."""
    before = text[: m.start].rstrip()
    return re.search(r"\b[A-Z]\w+ (?:and|or)$", before) is not None


def _addressees(
    text: str, found: Sequence[Token], mentions: Sequence[Mention], speaker: Mention
) -> list[Mention]:
    """Who is spoken to or looked at: said to Ann, asked her, turning to the old man."""
    out = []
    for m in mentions:
        if m is speaker or m.kind == "group":
            continue
        before = text[max(0, m.start - 30) : m.start]
        last = [t for t in found if t[1] <= m.start][-1:]
        told = (
            bool(last)
            and last[0][2].lower() in lx.TAKES_LISTENER
            and m.start > speaker.start
            and m.start - last[0][1] <= 5
        )
        if told or _LOOKED_AT.search(before):
            out.append(m)
    return out


# ---------------------------------------------------------------- inside the quotation

ADDRESS = re.compile(
    r"(?:(?:^|[,.!?;:—-]|\b(?:oh|ah|well|yes|no|and|but|my dear|dear|dearest|good|poor|please|hullo|hello|thank you|thanks|"
    r"come|now|why|eh|there|here|look|say|listen|goodbye|good-bye|good morning|good evening|indeed|my good|my))\s*)$",
    re.I,
)
_SELF = re.compile(r"\b(?:I am|I'm|my name is|my name's|this is|call me|it's|it is)\s*$", re.I)


def called(roster: Roster, quote: str) -> tuple[list[Mention], list[Mention], list[Mention]]:
    """(addressed, otherwise named, who the speaker says to be) in a quotation, marks included."""
    text = plain(quote)
    inner = text.strip().strip("\"' ")
    inner = re.sub(r"(?<![\w])'[^']*'(?!\w)", lambda m: "#" * len(m.group()), inner)
    addressed: list[Mention] = []
    named: list[Mention] = []
    selves: list[Mention] = []
    found = tokens(inner)
    for m in roster.mentions_among(inner, found):
        if m.kind != "name" or not m.people or m.owned:
            continue
        before, behind = inner[: m.start], inner[m.end :]
        if _SELF.search(before):
            selves.append(m)
        elif re.match(r"\s*(?:[,.!?;:—-]|$)", behind) and ADDRESS.search(before):
            addressed.append(m)
        else:
            named.append(m)
    for t in found:
        word = t[2].lower()
        if word == "dear" and re.search(r"\b(?:oh|o|ah|dear),?\s+$", inner[: t[0]], re.I):
            continue
        if (
            word in lx.FORMS_OF_ADDRESS
            and re.match(r"\s*(?:[,.!?;:—-]|$)", inner[t[1] :])
            and ADDRESS.search(inner[: t[0]])
        ):
            gender = lx.FORMS_OF_ADDRESS[word]
            age = "child" if word in ("child", "boy", "girl", "lad", "sonny") else "unknown"
            kin = tuple(p for p, nouns in enumerate(roster.nouns) if word in nouns)
            addressed.append(Mention(t[0], t[1], word, "epithet", kin, gender, age, noun=word))
    return addressed, named, selves
