"""cast.toml, read and written: what the user wrote in it stays."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from novelcast.errors import CastError, toml_fault
from novelcast.model import Cast, Role, Script, Speaker, Voice
from novelcast.workspace import write_text

MIXING_ENGINES = ("kokoro",)


def save_cast(path: Path, cast: Cast, script: Script) -> None:
    """Write cast.toml; an existing file keeps its comments, its order and all that it says."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig")) if path.exists() else _new_document()
    document["engine"] = cast.engine
    for name, role in (("narrator", cast.narrator), ("system", cast.system)):
        if name not in document or _differs(document[name], role):
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
        "gain_db: louder or softer than the others; mix = {other_voice = 0.3}: a blend (kokoro only);",
        "effect: what they are heard through (phone, radio, loudspeaker, recording, telepathy, system, thought, none).",
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
