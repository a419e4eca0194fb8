"""What there is to choose from: an engine's plain voices, then new ones made of them, and how unlike two sound.

For kokoro the new ones are measured (voices/palette): blends of style tables and small shifts, chosen so that each
is far from the others. For other engines they are plain voices moved a little.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from novelcast.catalog import Timbre
from novelcast.model import Age, Gender, Role, Voice

MOST_ST = 2.0
"""Further than this a moved voice is heard as a trick (docs/casting.md)."""
RATES = (0.88, 1.12)

# (semitones, rate) that keep a voice natural, the gentlest first.
_VARIANTS = ((-1.5, 0.97), (1.5, 1.03), (-2.0, 1.06), (2.0, 0.95))
_AGE_SHIFT: dict[Age, tuple[float, float]] = {"elderly": (-1.0, 0.9), "child": (2.0, 1.03)}

# Where nothing was measured: two voices are so unlike (cosine distances of plain voices are 0.15 to 0.37), one voice
# moved by a semitone so much, and a semitone between two voices adds so much.
_OTHER_VOICE, _OTHER_GENDER, _SEMITONE, _SEMITONE_APART = 0.25, 0.4, 0.02, 0.01
_MOST_SEMITONES = 8.0


@dataclass(frozen=True)
class Sound:
    """One way to sound. `f0_hz` and `vector` (unit length, see voices/palette) where they were measured; `spare` is
    for when all others are taken."""

    role: Role
    gender: Gender
    age: Age
    plain: bool
    f0_hz: float | None = None
    vector: tuple[float, ...] = ()
    spare: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it another sound: not how fast or loud it speaks."""
        return (self.role.voice, self.role.pitch_st, tuple(sorted(self.role.mix.items())))


def sounds_of(voices: Sequence[Voice], timbres: Sequence[Timbre]) -> list[Sound]:
    """Plain voices in the catalogue's order, then those of the palette, then moved ones: of one engine and language."""
    known = {v.id: v for v in voices}
    mine = [t for t in timbres if t.voice in known and t.engine == known[t.voice].engine]
    measured = {t.voice: t for t in mine if not t.mix and not t.pitch_st}
    plain = [
        Sound(Role(voice=v.id), v.gender, v.age, True, m.f0_hz if m else None, m.vector if m else ())
        for v in voices
        for m in (measured.get(v.id),)
    ]
    made = [_of_timbre(t) for t in mine if t.mix or t.pitch_st]
    taken = {s.key for s in made}
    moved = [
        replace(s, spare=bool(made))
        for shift_st, rate in _VARIANTS
        for p in plain
        if (s := moved_by(p, shift_st, rate)).key not in taken
    ]
    return [*plain, *made, *moved]


def _of_timbre(t: Timbre) -> Sound:
    role = Role(voice=t.voice, mix=t.mix, pitch_st=t.pitch_st, rate=t.rate)
    return Sound(role, t.gender, t.age, False, t.f0_hz, t.vector)


def moved_by(sound: Sound, shift_st: float, rate: float) -> Sound:
    """The sound higher and faster, as far as that is human."""
    pitch_st = max(-MOST_ST, min(MOST_ST, sound.role.pitch_st + shift_st))
    changes = {"pitch_st": pitch_st, "rate": round(max(RATES[0], min(RATES[1], sound.role.rate * rate)), 3)}
    f0_hz = sound.f0_hz and sound.f0_hz * 2.0 ** ((pitch_st - sound.role.pitch_st) / 12.0)
    return replace(sound, role=sound.role.model_copy(update=changes), plain=False, f0_hz=f0_hz)


def fitting(sounds: Sequence[Sound], gender: Gender, age: Age) -> list[Sound]:
    """The sounds for somebody: of their gender, and of their age as far as there are any. All are taken where the
    engine has none of that gender; an unknown gender takes from both."""
    mine = [s for s in sounds if gender in ("unknown", s.gender)] or list(sounds)
    if age == "child":
        children = [s for s in mine if s.age == "child"]
        return children or _distinct(moved_by(s, *_AGE_SHIFT["child"]) for s in _highest_first(mine))
    grown = [s for s in mine if s.age != "child"] or mine
    if age == "elderly" and not any(s.age == "elderly" for s in grown):
        return _distinct(moved_by(s, *_AGE_SHIFT["elderly"]) for s in grown)
    return grown


def _highest_first(sounds: Sequence[Sound]) -> list[Sound]:
    """A child's voice is made of a high one."""
    return sorted(sounds, key=lambda s: (not s.plain, -(s.f0_hz or 0.0)))


def _distinct(sounds: Iterator[Sound]) -> list[Sound]:
    return list({s.key: s for s in sounds}.values())


def sound_of(role: Role, sounds: Sequence[Sound], voices: Sequence[Voice]) -> Sound:
    """How a role sounds, also one that the user wrote: measured where it is one of ours, else near its voice."""
    asked = Sound(role, "unknown", "unknown", False)
    for sound in sounds:
        if sound.key == asked.key:
            return replace(sound, role=role)
    base = next((s for s in sounds if s.role.voice == role.voice and s.role.mix == role.mix), None) or next(
        (s for s in sounds if s.role.voice == role.voice and s.plain), None
    )
    if base is None:
        voice = next((v for v in voices if v.id == role.voice), None)
        return Sound(role, voice.gender if voice else "unknown", voice.age if voice else "unknown", False)
    return replace(moved_by(base, role.pitch_st - base.role.pitch_st, 1.0), role=role)


def distance(a: Sound, b: Sound) -> float:
    """How unlike two sound, 0 for the same: the cosine distance of their speaker embeddings where both were measured,
    and a little for each semitone between their mean pitches."""
    if a.key == b.key:
        return 0.0
    if a.vector and b.vector:
        apart = max(0.0, 1.0 - sum(x * y for x, y in zip(a.vector, b.vector, strict=True)))
    elif a.role.voice == b.role.voice and a.role.mix == b.role.mix:
        apart = _SEMITONE * abs(a.role.pitch_st - b.role.pitch_st)
    else:
        apart = _OTHER_VOICE if a.gender == b.gender else _OTHER_GENDER
    semitones = 12.0 * abs(math.log2(a.f0_hz / b.f0_hz)) if a.f0_hz and b.f0_hz else 0.0
    return apart + _SEMITONE_APART * min(_MOST_SEMITONES, semitones)
