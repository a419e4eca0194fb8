"""What a user wants of the cast, as words: `唐铭=zm_yunxi,rate=0.95,pitch=-1,mix=zm_yunyang:0.3`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from novelcast.casting.store import MIXING_ENGINES
from novelcast.errors import SettingsError
from novelcast.hanzi import simplified
from novelcast.model import Cast, Role, Script, Voice

NARRATOR, SYSTEM = "narrator", "system"
_FIELDS = {"rate": "rate", "pitch": "pitch_st", "gain": "gain_db", "effect": "effect", "mix": "mix"}


def with_wishes(
    cast: Cast, script: Script, voices: Sequence[Voice], wishes: Sequence[str]
) -> tuple[Cast, list[str]]:
    """The cast as the wishes say, and what the user should know of it.

    A first-person narrator who spoke as the narrator still does. Raises SettingsError for an unknown name or voice,
    with the nearest, and for a number out of range.
    """
    said: list[str] = []
    for wish in wishes:
        name, sign, value = wish.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise SettingsError(
                f"--set {wish!r}: no name or no voice in it", hint="write it like 唐铭=zm_yunxi"
            )
        who, role = who_is(name, script), role_in(value, cast.engine, voices)
        if who == NARRATOR:
            tells = {i: role for i, r in cast.roles.items() if r == cast.narrator}
            cast = cast.model_copy(update={"narrator": role, "roles": {**cast.roles, **tells}})
        elif who == SYSTEM:
            cast = cast.model_copy(update={"system": role})
        else:
            cast = cast.model_copy(update={"roles": {**cast.roles, who: role}})
        said += _shared(who, role, cast, script)
    return cast, said


def _shared(who: str, role: Role, cast: Cast, script: Script) -> list[str]:
    """A sentence where somebody else has the same sound now."""
    names = {s.id: s.name for s in script.speakers}
    everybody = {NARRATOR: cast.narrator, SYSTEM: cast.system, **cast.roles}
    same = [
        names.get(other, other)
        for other, theirs in everybody.items()
        if other != who
        and (theirs.voice, theirs.pitch_st, theirs.mix) == (role.voice, role.pitch_st, role.mix)
    ]
    return [f"{names.get(who, who)} has the voice of {'、'.join(same)} now"] if same else []


def who_is(name: str, script: Script) -> str:
    """The id of who goes by a name or an alias; NARRATOR and SYSTEM are themselves. Raises SettingsError."""
    name = name.strip()
    if name in (NARRATOR, SYSTEM):
        return name
    words = {simplified(w): s.id for s in reversed(script.speakers) for w in (*s.aliases, s.id, s.name)}
    if (found := words.get(simplified(name))) is not None:
        return found
    names = [s.name for s in script.speakers]
    near = difflib.get_close_matches(name, sorted({*words, *names}), n=3, cutoff=0.3)
    shown = "、".join(names[:20]) + (" …" if len(names) > 20 else "")
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise SettingsError(f"no speaker {name!r}", hint=f"{hint}There are: {shown}, {NARRATOR} and {SYSTEM}")


def role_in(text: str, engine: str, voices: Sequence[Voice]) -> Role:
    """A role from words like `zm_yunxi,rate=0.95,mix=zm_yunyang:0.3`. Raises SettingsError."""
    voice, *rest = [part.strip() for part in text.split(",")]
    values: dict[str, Any] = {"voice": _known(voice, engine, voices)}
    for part in rest:
        name, _, value = part.partition("=")
        if name not in _FIELDS:
            raise SettingsError(
                f"{part!r}: no such property of a role", hint="there are " + ", ".join(_FIELDS)
            )
        if name == "mix":
            other, _, share = value.partition(":")
            if engine not in MIXING_ENGINES:
                raise SettingsError(f"engine {engine!r} cannot blend voices", hint="leave mix out")
            values.setdefault("mix", {})[_known(other, engine, voices)] = share or 0.5
        else:
            values[_FIELDS[name]] = value
    try:
        role = Role.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            f"{text!r}: {'.'.join(str(p) for p in first['loc'])}: {first['msg']}",
            hint="rate is a factor (0.5 to 2), pitch semitones (-6 to 6), gain decibels, a mix's share 0 to 1",
        ) from None
    if sum(role.mix.values()) > 1.0:
        raise SettingsError(
            f"{text!r}: the shares of a mix are more than 1", hint="the voice itself takes the rest"
        )
    return role


def _known(voice: str, engine: str, voices: Sequence[Voice]) -> str:
    valid = [v.id for v in voices if v.engine == engine]
    if voice in valid:
        return voice
    near = difflib.get_close_matches(voice, valid, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise SettingsError(
        f"engine {engine!r} has no voice {voice!r}", hint=f"{hint}choose one of: {', '.join(valid)}"
    )
