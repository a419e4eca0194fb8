"""The tables in voices/: what a user may edit or add without touching code.

Found beside the source in a checkout, and inside the package when installed. Sounds of the user's own stand in a
folder of their own, which wins over ours.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from pydantic import Field, ValidationError, field_validator

from novelcast.errors import SettingsError, toml_fault
from novelcast.model import Age, CueMode, Gender, Model, Voice

M = TypeVar("M", bound=Model)


class CueSound(Model):
    """One sound of the library (voices/cues/*.toml).

    `words` are onomatopoeic words that make it; one that ends in `?` does so only where one of `patterns` is
    near (its sentence and the two beside it), and of several sounds with that word the nearest pattern wins.
    `not_patterns` are expressions over the word's sentence, the word in 〈〉, that forbid it. `named` are expressions
    for the sound where the text has no such word (手机响了). `make` names a synthesiser of `synths` and `params` its
    numbers; `file`, instead, is an audio file: in the table its path from the table's folder, here whole. `mine`:
    the user's own row, or one of ours that they changed.
    """

    name: str
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    not_patterns: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    make: str | None = None
    params: dict[str, float] = Field(default_factory=dict)
    file: str | None = None
    mode: CueMode = "under"
    gain_db: float = 0.0
    countable: bool = True
    """True: each repeated syllable is one event (滴滴滴 is three); False: a drawn-out sound is one."""
    mine: bool = False


class DeliveryRule(Model):
    """What a line's own words, or those beside it, do to how it is said (voices/delivery/*.toml).

    `beside` and `inside` are regular expressions over the narration beside a quotation and over the quotation.
    """

    name: str
    language: str
    beside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    rate: float = Field(default=1.0, ge=0.8, le=1.25)
    pitch_st: float = Field(default=0.0, ge=-2.0, le=2.0)
    gain_db: float = Field(default=0.0, ge=-12.0, le=6.0)

    @field_validator("beside", "inside")
    @classmethod
    def _expressions(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r}: {error}") from None
        return patterns


class Timbre(Model):
    """A voice, a blend of two or one moved by semitones, measured (voices/palette/*.toml).

    `vector` is its speaker embedding, shortened to a few dimensions and to unit length, so that 1 minus the product
    of two is their distance; `f0_hz` its mean pitch; `error` the share of syllables that a recogniser missed.
    """

    voice: str
    engine: str
    language: str
    gender: Gender
    age: Age = "adult"
    mix: dict[str, float] = Field(default_factory=dict)
    pitch_st: float = Field(default=0.0, ge=-2.0, le=2.0)
    rate: float = Field(default=1.0, ge=0.88, le=1.12)
    f0_hz: float = Field(gt=0.0)
    error: float = 0.0
    vector: tuple[float, ...]


@cache
def voices_dir() -> Path:
    """The folder of tables. Raises SettingsError where the installation lost it."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_voices", here.parents[1] / "voices"):
        if (folder / "catalog").is_dir():
            return folder
    raise SettingsError("the voices folder is missing", hint="install novelcast again")


def _tables(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    tables = []
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text("utf-8-sig")
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: {toml_fault(text, error)}", hint="mend that line") from None
        tables.append((path, data))
    return tables


def _rows(folder: Path, table: str) -> list[tuple[Path, dict[str, Any]]]:
    return [(path, row) for path, data in _tables(folder) for row in data.get(table, [])]


def _valid(model: type[M], path: Path, table: str, row: dict[str, Any]) -> M:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise SettingsError(
            f"{path}: [[{table}]] {row.get('id', row.get('name', '?'))}: {where}: {first['msg']}"
        ) from None


def _load(model: type[M], folder: Path, table: str) -> tuple[M, ...]:
    return tuple(_valid(model, path, table, row) for path, row in _rows(folder, table))


def load_voices() -> tuple[Voice, ...]:
    return _load(Voice, voices_dir() / "catalog", "voice")


def user_cues_dir() -> Path:
    """The folder of the user's own sounds, which need not exist."""
    if folder := os.environ.get("NOVELCAST_CUES_DIR"):
        return Path(folder)
    return Path(platformdirs.user_data_dir("novelcast", appauthor=False)) / "cues"


def load_cue_sounds() -> tuple[CueSound, ...]:
    """All sounds, the user's first. A row of theirs with a name of ours changes what it states, and adds its words and
    expressions; a word that they list is no other sound's any more."""
    ours = {row["name"]: (path, row) for path, row in _rows(voices_dir() / "cues", "cue") if "name" in row}
    mine: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path, row in _rows(user_cues_dir(), "cue"):
        name = str(row.get("name", "?"))
        base = mine.get(name) or ours.get(name)
        mine[name] = (path, _changed(base[1], row) if base else row)
    taken = {word for _, row in _rows(user_cues_dir(), "cue") for word in row.get("words", ())}
    out = [_sound(path, row, mine=True) for path, row in mine.values()]
    for name, (path, row) in ours.items():
        if name not in mine:
            words = [w for w in row.get("words", ()) if w.rstrip("?") not in taken]
            out.append(_sound(path, {**row, "words": words}, mine=False))
    return tuple(out)


_ADDED = ("words", "patterns", "not_patterns", "named")


def _changed(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    row = {**ours, **theirs}
    if "file" in theirs:
        row.pop("make", None)
        row["params"] = theirs.get("params", {})
    return row | {k: [*theirs.get(k, ()), *ours.get(k, ())] for k in _ADDED}


def _sound(path: Path, row: dict[str, Any], *, mine: bool) -> CueSound:
    sound = _valid(CueSound, path, "cue", {**row, "mine": mine})
    for pattern in (*sound.patterns, *sound.not_patterns, *sound.named):
        _compiled(pattern, path, sound.name)
    return sound.model_copy(update={"file": str(path.parent / sound.file)}) if sound.file else sound


@cache
def load_unheard() -> tuple[str, ...]:
    """The expressions of [[unheard]] tables, each name in angle brackets replaced by its expression."""
    ours = voices_dir() / "cues"
    names: dict[str, str] = {}
    for _, table in _tables(ours):
        names |= table.get("names", {})
    out = []
    for path, row in [*_rows(ours, "unheard"), *_rows(user_cues_dir(), "unheard")]:
        for pattern in row.get("patterns", ()):
            for name, expression in names.items():
                pattern = pattern.replace(f"<{name}>", expression)
            _compiled(pattern, path, row.get("why", "unheard"))
            out.append(pattern)
    return tuple(out)


def _compiled(pattern: str, path: Path, name: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise SettingsError(
            f"{path}: {name}: {pattern!r} is no regular expression: {error}",
            hint="mend it, or put it in quotes ''",
        ) from None


def load_delivery_rules() -> tuple[DeliveryRule, ...]:
    return _load(DeliveryRule, voices_dir() / "delivery", "delivery")


@cache
def load_timbres() -> tuple[Timbre, ...]:
    return _load(Timbre, voices_dir() / "palette", "timbre")


def voices_of(engine: str, voices: Sequence[Voice]) -> tuple[Voice, ...]:
    return tuple(v for v in voices if v.engine == engine)
