"""Script + catalogue -> Cast: a voice for the narrator, for system lines and for each speaker.

The cast lives in cast.toml, which is the user's: what stands there is kept, only new speakers are added.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from novelcast.errors import CastError, SettingsError, toml_fault
from novelcast.model import Cast, Role, Script, Speaker, Voice
from novelcast.workspace import write_text

# Shifts that keep a voice natural: (semitones, rate). Kokoro's tone colour moves with its pitch, so that
# a shifted voice is heard as another person's; beyond two semitones it is heard as a trick.
_VARIANTS = ((0.0, 1.0), (-1.5, 0.97), (1.5, 1.03), (-2.0, 1.06), (2.0, 0.95))
MIXING_ENGINES = ("kokoro",)
FIRST_PERSON = frozenset(("我", "I"))
"""What a first-person narrator is called by."""
NarratorVoice = Literal["same", "own"]
_AGE_SHIFT = {"elderly": (-1.5, 0.88), "child": (2.0, 1.03)}


def cast_script(
    script: Script,
    voices: Sequence[Voice],
    engine: str,
    kept: Cast | None = None,
    narrator_voice: NarratorVoice | None = None,
) -> Cast:
    """The cast of a script with `engine`'s voices, in the order the catalogue prefers them.

    Every speaker gets a voice of their gender, as different from the others' as the engine allows: plain
    voices first, to those who speak most, then shifted ones. Roles in `kept` stay as they are. Speakers of
    unknown gender take from both. The narrator's plain voice is nobody else's, except a first-person
    narrator's own: `same`, their narration and what they say have one voice, of their gender; `own`, they have a
    voice of their own; None, as in `kept`, else the same. Raises SettingsError where the engine has no voice for
    the language.
    """
    mine = [v for v in voices if v.engine == engine and _speaks(v, script.language)]
    if not mine:
        raise SettingsError(
            f"engine {engine!r} has no voice for language {script.language!r}",
            hint="try --engine edge, or --engine espeak, which speaks nearly every language",
        )
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
    taken = Counter(_sound(r) for r in [*roles.values(), system])
    for speaker in people:
        if speaker.id in roles:
            continue
        role = narrator if speaker is one_voice else _role(speaker, others, taken)
        roles[speaker.id] = role
        taken[_sound(role)] += 1
    return Cast(engine=engine, narrator=narrator, system=system, roles=roles)


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
    fitting = [v for v in mine if first_person is not None and first_person.gender == v.gender]
    return Role(voice=(fitting or mine)[0].id)


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


def _role(speaker: Speaker, voices: Sequence[Voice], taken: Mapping[Any, int]) -> Role:
    """The first free sound for a speaker; when none is free, the one least taken."""
    choices = list(_choices(speaker, voices))
    return min(choices, key=lambda role: taken.get(_sound(role), 0))


def _choices(speaker: Speaker, voices: Sequence[Voice]) -> Iterator[Role]:
    fitting = [v for v in voices if speaker.gender in ("unknown", v.gender)] or list(voices)
    right_age = [v for v in fitting if v.age == speaker.age]
    wrong_age = [
        v for v in fitting if v.age != speaker.age and (v.age == "child") == (speaker.age == "child")
    ]
    base_st, base_rate = (0.0, 1.0) if right_age else _AGE_SHIFT.get(speaker.age, (0.0, 1.0))
    ordered = [*right_age, *wrong_age] or fitting
    for shift_st, rate in _VARIANTS:
        for voice in ordered:
            yield Role(voice=voice.id, pitch_st=base_st + shift_st, rate=round(base_rate * rate, 3))


def _sound(role: Role) -> tuple[Any, ...]:
    return (role.voice, role.pitch_st, tuple(sorted(role.mix.items())))


# ---------------------------------------------------------------- cast.toml


def save_cast(path: Path, cast: Cast, script: Script) -> None:
    """Write cast.toml; an existing file keeps its comments, its order and all that it says."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig")) if path.exists() else _new_document()
    document["engine"] = cast.engine
    for name, role in (("narrator", cast.narrator), ("system", cast.system)):
        if name not in document:
            document[name] = _role_table(role)
    if not document.get("roles"):  # an inline table (roles = {}) takes no tables
        document["roles"] = tomlkit.table(is_super_table=True)
    roles: Any = document["roles"]
    lines = Counter(s.speaker for s in script.segments)
    about = {s.id: s for s in script.speakers}
    for name, role in sorted(cast.roles.items(), key=lambda item: -lines[item[0]]):
        if name not in roles or _differs(roles[name], role):
            table = _role_table(role)
            if name in about:
                table.comment(_about(about[name], lines[name]))
            roles[name] = table
    text = tomlkit.dumps(document)
    if not path.exists() or path.read_text("utf-8-sig") != text:
        write_text(path, text)


def _differs(table: Any, role: Role) -> bool:
    """Whether a role in the file is another now; how its numbers are written is the user's."""
    return Role.model_validate(table.unwrap()) != role


def _new_document() -> Any:
    import tomlkit

    document = tomlkit.document()
    for line in (
        "Who speaks with which voice. Change what you like: the next run keeps it, and speaks only what changed.",
        "voice: an id from `novelcast voices`; rate: a factor (0.5 to 2); pitch_st: semitones (-6 to 6);",
        "gain_db: louder or softer than the others; mix = {other_voice = 0.3}: a blend (kokoro only).",
    ):
        document.add(tomlkit.comment(line))
    return document


def _role_table(role: Role) -> Any:
    import tomlkit

    table = tomlkit.table()
    for name, value in role.model_dump(exclude_defaults=True).items():
        table[name] = value
    return table


def _about(speaker: Speaker, lines: int) -> str:
    gender = (
        "gender unknown" if speaker.gender == "unknown" else f"{speaker.gender} (sure {speaker.sure:.2f})"
    )
    also = f"; also {'、'.join(speaker.aliases)}" if speaker.aliases else ""
    return f"{lines} lines; {gender}{also}"


def load_cast(path: Path, voices: Sequence[Voice]) -> Cast | None:
    """The cast in a file, or None where there is none.

    Raises CastError, naming the line, for damaged TOML, an unknown field or a voice the engine lacks.
    """
    if not path.exists():
        return None
    text = ""
    try:
        text = path.read_text("utf-8-sig")
        cast = Cast.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        what = toml_fault(text, error) if isinstance(error, tomllib.TOMLDecodeError) else error
        raise CastError(
            f"{path}: {what}", hint="mend that line, or delete the file to be cast anew"
        ) from None
    except ValidationError as error:
        # A misspelt name shows twice, as one unknown and one missing: the unknown one is in the file.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        where = ".".join(str(p) for p in first["loc"])
        raise CastError(
            f"{path}{_line_of(text, str(first['loc'][-1]))}: {where}: {first['msg']}",
            hint="mend that line, or delete the file to be cast anew",
        ) from None
    valid = [v.id for v in voices if v.engine == cast.engine]
    if not valid:
        known = ", ".join(sorted({v.engine for v in voices}))
        raise CastError(
            f"{path}{_line_of(text, cast.engine)}: no engine {cast.engine!r}", hint=f"choose one of: {known}"
        )
    blended = [
        who
        for who, role in [("narrator", cast.narrator), ("system", cast.system), *cast.roles.items()]
        if role.mix
    ]
    if blended and cast.engine not in MIXING_ENGINES:
        raise CastError(
            f"{path}{_line_of(text, 'mix')}: {blended[0]}: engine {cast.engine!r} cannot blend voices",
            hint="take the mix out, or choose engine kokoro",
        )
    for who, role in [("narrator", cast.narrator), ("system", cast.system), *cast.roles.items()]:
        for voice in (role.voice, *role.mix):
            if voice not in valid:
                raise CastError(
                    f"{path}{_line_of(text, voice)}: {who}: engine {cast.engine!r} has no voice {voice!r}",
                    hint="choose one of: " + ", ".join(valid),
                )
    return cast


def _line_of(text: str, word: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if word in line.partition("#")[0]:
            return f", line {number}"
    return ""
