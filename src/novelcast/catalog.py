"""The tables in voices/: what a user may edit or add without touching code.

Found beside the source in a checkout, and inside the package when installed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError, field_validator

from novelcast.errors import SettingsError, toml_fault
from novelcast.model import Age, CueMode, Gender, Model, Voice

M = TypeVar("M", bound=Model)


class CueSound(Model):
    """One sound of the library (voices/cues/*.toml).

    `words` are onomatopoeic words that make it; one that ends in `?` does so only where one of `patterns` is
    near (its sentence and the two beside it), and of several sounds with that word the nearest pattern wins.
    `not_patterns` are expressions over the word's sentence, the word in 〈〉, that forbid it. `make` names a
    synthesiser of `synths.py` and `params` its numbers; `file`, instead, is an audio file beside the table.
    """

    name: str
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    not_patterns: tuple[str, ...] = ()
    make: str | None = None
    params: dict[str, float] = Field(default_factory=dict)
    file: str | None = None
    mode: CueMode = "under"
    gain_db: float = 0.0
    countable: bool = True
    """True: each repeated syllable is one event (滴滴滴 is three); False: a drawn-out sound is one."""


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


def _rows(folder: Path, table: str) -> list[tuple[Path, dict[str, Any]]]:
    rows = []
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text("utf-8-sig")
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: {toml_fault(text, error)}", hint="mend that line") from None
        rows += [(path, row) for row in data.get(table, [])]
    return rows


def _load(model: type[M], folder: Path, table: str) -> tuple[M, ...]:
    out = []
    for path, row in _rows(folder, table):
        try:
            out.append(model.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(p) for p in first["loc"])
            raise SettingsError(
                f"{path}: [[{table}]] {row.get('id', row.get('name', '?'))}: {where}: {first['msg']}"
            ) from None
    return tuple(out)


def load_voices() -> tuple[Voice, ...]:
    return _load(Voice, voices_dir() / "catalog", "voice")


def load_cue_sounds() -> tuple[CueSound, ...]:
    return _load(CueSound, voices_dir() / "cues", "cue")


def load_delivery_rules() -> tuple[DeliveryRule, ...]:
    return _load(DeliveryRule, voices_dir() / "delivery", "delivery")


@cache
def load_timbres() -> tuple[Timbre, ...]:
    return _load(Timbre, voices_dir() / "palette", "timbre")


def voices_of(engine: str, voices: Sequence[Voice]) -> tuple[Voice, ...]:
    return tuple(v for v in voices if v.engine == engine)
