"""The cast as a table: who speaks how much, in which voice, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from novelcast.casting.assign import FIRST_PERSON, meetings, voices_for
from novelcast.casting.palette import distance, sound_of, sounds_of
from novelcast.casting.wishes import NARRATOR, SYSTEM
from novelcast.catalog import load_timbres
from novelcast.model import Age, Cast, Gender, Model, Role, Script, Speaker, Voice


class RoleRow(Model):
    """One role. `sure` is how sure we are of gender and age; `nearest` is who of those they meet sounds most like
    them, and `distance` how far from that (0 is the same sound; plain voices are 0.15 to 0.4 apart)."""

    speaker: str
    name: str
    lines: int
    gender: Gender
    age: Age
    sure: float
    role: Role
    why: str
    nearest: str = ""
    distance: float | None = None


def role_rows(cast: Cast, script: Script, voices: Sequence[Voice]) -> list[RoleRow]:
    """The narrator, system lines, then the speakers by how much they say."""
    mine = voices_for(voices, cast.engine, script.language)
    sounds = sounds_of(mine, load_timbres())
    of = {who: sound_of(role, sounds, voices) for who, role in cast.roles.items()}
    people = {s.id: s for s in script.speakers}
    lines = Counter(s.speaker for s in script.segments if s.speaker is not None)
    kinds = Counter(s.kind for s in script.segments)
    met: dict[str, list[str]] = {}
    for one, other in meetings(script):
        met.setdefault(one, []).append(other)
    told = kinds["narration"] + kinds["heading"]
    rows = [
        RoleRow(
            speaker=who,
            name=f"({who})",
            lines=n,
            gender="unknown",
            age="unknown",
            sure=0.0,
            role=role,
            why=why,
        )
        for who, n, role, why in (
            (NARRATOR, told, cast.narrator, "narrates; nobody else has this voice"),
            (SYSTEM, kinds["system"], cast.system, "reads system lines, through their filter"),
        )
    ]
    for who, role in sorted(cast.roles.items(), key=lambda item: -lines[item[0]]):
        person = people.get(who) or Speaker(id=who, name=who)
        near = [(distance(of[who], of[o]), o) for o in met.get(who, []) if o in of and cast.roles[o] != role]
        apart, nearest = min(near, default=(None, ""))
        rows.append(
            RoleRow(
                speaker=who, name=person.name, lines=lines[who], gender=person.gender, age=person.age,
                sure=person.sure, role=role, why=_why(person, role, cast, of[who].gender),
                nearest=people[nearest].name if nearest in people else nearest,
                distance=None if apart is None else round(apart, 3),
            )
        )  # fmt: skip
    return rows


def _why(person: Speaker, role: Role, cast: Cast, voice: Gender) -> str:
    if role == cast.narrator:
        first = not FIRST_PERSON.isdisjoint((person.name, *person.aliases))
        return "tells the story in the first person" if first else "the narrator's voice: set so"
    if role.mix:
        kind = "a blend"
    elif role.pitch_st:
        kind = "a moved voice"
    else:
        kind = "a plain voice"
    if "unknown" in (person.gender, voice):
        return f"{kind}; gender unknown"
    fits = "of their gender" if person.gender == voice else f"of another gender ({voice}): set so"
    return f"{kind} {fits}"
