"""Who gets which sound: speakers who share scenes the most distant ones, those who speak most the plain voices."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from novelcast.casting.palette import Sound, distance, fitting, sound_of, sounds_of
from novelcast.catalog import Timbre, load_timbres
from novelcast.errors import SettingsError
from novelcast.model import Cast, Role, Script, Speaker, Voice

FIRST_PERSON = frozenset(("我", "I"))
"""What a first-person narrator is called by."""
NarratorVoice = Literal["same", "own"]
NEAR = 12
"""Two who speak within so many quotations of each other, in one chapter, share a scene."""
_TWICE = 1e9
"""Cost of a sound that somebody has: far above any that nobody has."""
_WRONG_AGE = 1.5
_ANYWHERE = 0.2
"""Two who never meet count as much as a fifth of one meeting: they are of one book."""
_SAME = 0.05
"""The distance below which two sounds are taken for one; halves of one voice's speech are 0.01 to 0.02 apart."""
_CONFUSED = 0.2
"""Nearer than this to somebody they meet a plain voice is not given for its quality: plain voices of one gender are
0.13 to 0.38 apart, and two women who talk to each other should not have the nearest pair."""
_FAR = 0.3
"""About the distance of two plain voices: there the likeness is 1."""
_SWAPPED = 60
"""So many of the loudest are tried against each other."""


def cast_script(
    script: Script,
    voices: Sequence[Voice],
    engine: str,
    kept: Cast | None = None,
    narrator_voice: NarratorVoice | None = None,
    timbres: Sequence[Timbre] | None = None,
) -> Cast:
    """The cast of a script with `engine`'s voices.

    Every speaker gets a sound of their gender and age that is far from the sounds of those they meet: plain voices
    in the catalogue's order for those who speak most, then the palette's. Roles in `kept` stay as they are.
    The narrator's plain voice is nobody else's, except a first-person narrator's own: `same`, their narration and
    what they say have one voice, of their gender; `own`, they have a voice of their own; None, as in `kept`, else
    the same. Raises SettingsError where the engine has no voice for the language.
    """
    mine = voices_for(voices, engine, script.language)
    lines = Counter(s.speaker for s in script.segments if s.speaker is not None)
    people = sorted((s for s in script.speakers if lines[s.id]), key=lambda s: -lines[s.id])
    first_person = next((s for s in people if not FIRST_PERSON.isdisjoint((s.name, *s.aliases))), None)
    one_voice = first_person if narrator_voice != "own" else None
    narrator = kept.narrator if kept else _narrator(mine, one_voice)
    others = [v for v in mine if v.id != narrator.voice] or list(mine)
    system = kept.system if kept else _system_role(others, narrator, mine)
    roles = dict(kept.roles) if kept else {}
    if first_person is not None and _is_to_change(roles.get(first_person.id), narrator, narrator_voice):
        del roles[first_person.id]
    if one_voice is not None:
        roles.setdefault(one_voice.id, narrator)

    all_sounds = sounds_of(mine, load_timbres() if timbres is None else timbres)
    choice = [s for s in all_sounds if s.role.voice != narrator.voice] or all_sounds
    table = _Table(script, lines, sound_of(narrator, all_sounds, mine), sound_of(system, all_sounds, mine))
    for who, role in roles.items():
        table.sounds[who] = sound_of(role, all_sounds, mine)
    new = [s for s in people if s.id not in roles]
    for speaker in new:
        table.sounds[speaker.id] = table.best(speaker, choice)
    table.improve(new)
    roles |= {s.id: table.sounds[s.id].role for s in new}
    return Cast(engine=engine, narrator=narrator, system=system, roles=roles)


def voices_for(voices: Sequence[Voice], engine: str, language: str) -> list[Voice]:
    """The voices of an engine that speak a language. Raises SettingsError where there is none."""
    mine = [v for v in voices if v.engine == engine and _speaks(v, language)]
    if not mine:
        raise SettingsError(
            f"engine {engine!r} has no voice for language {language!r}",
            hint="try --engine edge, or --engine espeak, which speaks nearly every language",
        )
    return mine


def meetings(script: Script) -> dict[tuple[str, str], int]:
    """How often two people speak near each other; both orders of a pair are in it."""
    found: Counter[tuple[str, str]] = Counter()
    chapter, near = -1, deque[str](maxlen=NEAR)
    for segment in script.segments:
        if segment.speaker is None:
            continue
        if segment.span.chapter != chapter:
            chapter = segment.span.chapter
            near.clear()
        for other in set(near) - {segment.speaker}:
            found[segment.speaker, other] += 1
            found[other, segment.speaker] += 1
        near.append(segment.speaker)
    return dict(found)


class _Table:
    """Who sounds how so far, and what another sound would cost."""

    def __init__(self, script: Script, lines: Mapping[str, int], narrator: Sound, system: Sound) -> None:
        self.lines, self.narrator, self.system = lines, narrator, system
        self.sounds: dict[str, Sound] = {}
        self.met: dict[str, dict[str, int]] = {}
        for (one, other), count in meetings(script).items():
            self.met.setdefault(one, {})[other] = count
        self.system_lines = sum(s.kind == "system" for s in script.segments)

    def best(self, speaker: Speaker, choice: Sequence[Sound]) -> Sound:
        """The first plain voice in the catalogue's order, which is by quality, as long as there is one that nobody has
        and nobody they meet sounds like; then the sound that costs least."""
        sounds = fitting(choice, speaker.gender, speaker.age)
        taken = {s.key for s in (*self.sounds.values(), self.system)}
        left = [s for s in sounds if s.key not in taken]
        free = [s for s in left if not s.spare] or left
        plain = [s for s in free if not s.role.mix and abs(s.role.pitch_st) <= 1.0]
        if clear := [s for s in plain if self._nearest(speaker, s) > _CONFUSED]:
            return min(clear, key=lambda s: _is_of_wrong_age(s, speaker))
        return min(plain or free or sounds, key=lambda s: self.cost(speaker, s))

    def _nearest(self, speaker: Speaker, sound: Sound) -> float:
        met = self.met.get(speaker.id, {})
        others = [theirs for who, theirs in self.sounds.items() if who in met]
        return min(distance(sound, theirs) for theirs in (self.narrator, *others))

    def cost(self, speaker: Speaker, sound: Sound, without: str = "") -> float:
        """How easily a speaker in that sound would be taken for those they meet, and for the narrator."""
        met = self.met.get(speaker.id, {})
        total = _likeness(sound, self.narrator) * max(1, self.lines[speaker.id])
        total += _likeness(sound, self.system) * min(self.lines[speaker.id], self.system_lines)
        for who, theirs in self.sounds.items():
            if who not in (speaker.id, without):
                total += _likeness(sound, theirs) * (met.get(who, 0) + _ANYWHERE)
                total += _TWICE * (sound.key == theirs.key) * (1 + met.get(who, 0))
        return total * (_WRONG_AGE if _is_of_wrong_age(sound, speaker) else 1.0)

    def improve(self, people: Sequence[Speaker]) -> None:
        """Let two of one kind change sounds where that costs less, until nobody gains."""
        for _ in range(3):
            changed = False
            for n, one in enumerate(people[:_SWAPPED]):
                for other in people[n + 1 : _SWAPPED]:
                    changed |= _alike(one, other) and self._swap(one, other)
            if not changed:
                return

    def _swap(self, one: Speaker, other: Speaker) -> bool:
        mine, theirs = self.sounds[one.id], self.sounds[other.id]
        if mine.plain or theirs.plain:  # who speaks most keeps a plain voice
            return False
        before = self.cost(one, mine, other.id) + self.cost(other, theirs, one.id)
        after = self.cost(one, theirs, other.id) + self.cost(other, mine, one.id)
        if after >= before - 1e-9:
            return False
        self.sounds[one.id], self.sounds[other.id] = theirs, mine
        return True


def _likeness(a: Sound, b: Sound) -> float:
    """Steep, so that one near neighbour counts more than many at a middling distance."""
    return (_FAR / (_SAME + distance(a, b))) ** 4


def _alike(one: Speaker, other: Speaker) -> bool:
    return (one.gender, one.age) == (other.gender, other.age)


def _is_of_wrong_age(sound: Sound, speaker: Speaker) -> bool:
    wanted = "adult" if speaker.age in ("elderly", "unknown") and sound.age != "elderly" else speaker.age
    return sound.age not in (wanted, "unknown") and speaker.age != "unknown"


def misfits(cast: Cast, script: Script, voices: Sequence[Voice]) -> frozenset[str]:
    """The speakers whose voice is of another gender than they are."""
    genders = {v.id: v.gender for v in voices if v.engine == cast.engine}
    return frozenset(
        s.id
        for s in script.speakers
        if s.id in cast.roles
        and "unknown" not in (s.gender, voice := genders.get(cast.roles[s.id].voice, "unknown"))
        and voice != s.gender
    )


def without_roles(cast: Cast, speakers: Collection[str]) -> Cast:
    """The cast in which these speakers have no voice yet."""
    return cast.model_copy(update={"roles": {who: r for who, r in cast.roles.items() if who not in speakers}})


def _narrator(mine: Sequence[Voice], first_person: Speaker | None) -> Role:
    """The voice that the catalogue prefers; for who tells their own story, of their gender."""
    fitting_voices = [v for v in mine if first_person is not None and first_person.gender == v.gender]
    return Role(voice=(fitting_voices or mine)[0].id)


def _is_to_change(role: Role | None, narrator: Role, narrator_voice: NarratorVoice | None) -> bool:
    """Whether a first-person narrator's role is not what the user asks for now."""
    if role is None or narrator_voice is None:
        return False
    return (role == narrator) != (narrator_voice == "same")


def _speaks(voice: Voice, language: str) -> bool:
    return voice.language == "mul" or voice.language.split("-")[0] == language.split("-")[0]


def _system_role(others: Sequence[Voice], narrator: Role, mine: Sequence[Voice]) -> Role:
    """System lines sound unlike the narrator beside them: a voice of the other gender, the third that is
    preferred, because the first two are for the leading people."""
    gender = next((v.gender for v in mine if v.id == narrator.voice), "male")
    contrast = [v for v in others if v.gender != gender] or list(others)
    return Role(voice=contrast[min(2, len(contrast) - 1)].id)


def alternatives(who: str, cast: Cast, script: Script, voices: Sequence[Voice], count: int) -> list[Role]:
    """Other sounds for somebody who has one, those that fit best first; for who is no speaker, the plain voices."""
    mine = voices_for(voices, cast.engine, script.language)
    sounds = sounds_of(mine, load_timbres())
    speaker = next((s for s in script.speakers if s.id == who), None)
    if speaker is None:
        return [Role(voice=v.id) for v in mine if v.id not in (cast.narrator.voice, cast.system.voice)][
            :count
        ]
    lines = Counter(s.speaker for s in script.segments if s.speaker is not None)
    table = _Table(script, lines, sound_of(cast.narrator, sounds, mine), sound_of(cast.system, sounds, mine))
    for other, role in cast.roles.items():
        if other != who:
            table.sounds[other] = sound_of(role, sounds, mine)
    own = sound_of(cast.roles[who], sounds, mine).key if who in cast.roles else None
    free = [
        s
        for s in fitting(sounds, speaker.gender, speaker.age)
        if s.key != own and s.role.voice != cast.narrator.voice
    ]
    return [s.role for s in sorted(free, key=lambda s: (not s.plain, table.cost(speaker, s)))[:count]]
