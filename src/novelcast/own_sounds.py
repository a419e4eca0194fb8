"""The user's own sounds: a file and a table for each in their folder (see catalog.user_cues_dir)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from novelcast.audio import Samples, gain, samples_in, trimmed
from novelcast.catalog import CueSound, load_cue_sounds, user_cues_dir
from novelcast.errors import InputError, SettingsError
from novelcast.media import decode
from novelcast.model import CueMode
from novelcast.sounds import PEAK_DB
from novelcast.workspace import cannot_write, complete_file, write_text

RATE_HZ = 44_100
LONGEST_S = 60
"""A sound is rendered in memory; a bed of minutes is music, not a sound."""
KEYWORDS = ("add", "remove", "show")
_NAME = re.compile(r"[\w-]{1,40}")


def add_sound(
    name: str,
    source: Path,
    words: Sequence[str] = (),
    mode: CueMode | None = None,
    gain_db: float | None = None,
) -> CueSound:
    """Copy an audio file into the user's folder as the sound `name`, trimmed and with its peak at -3 dBFS.

    The sound takes its `words` from all others. A name of ours keeps our words as well. Raises SettingsError for a name
    that script.md cannot hold, InputError for a file that is no audio, is silent, or is too long.
    """
    if not _NAME.fullmatch(name) or name in KEYWORDS:
        raise SettingsError(
            f"{name!r} is no name for a sound",
            hint="use letters, digits, - and _, and not add, remove or show",
        )
    samples = _read(source)
    folder = user_cues_dir()
    audio = folder / f"{name}.flac"
    row = [f'name = "{name}"', f'file = "{audio.name}"']
    if words:
        row.append(f"words = [{', '.join(_quoted(w) for w in words)}]")
    if mode is not None:
        row.append(f'mode = "{mode}"')
    if gain_db is not None:
        row.append(f"gain_db = {gain_db:.10g}")
    _write(audio, samples)
    write_text(folder / f"{name}.toml", "\n".join(["[[cue]]", *row, ""]))
    return next(s for s in load_cue_sounds() if s.name == name)


def remove_sound(name: str) -> list[Path]:
    """Remove what `add_sound` wrote; returns what went. Raises SettingsError where the user has no such sound."""
    folder = user_cues_dir()
    found = [path for path in (folder / f"{name}.toml", folder / f"{name}.flac") if path.is_file()]
    if not _NAME.fullmatch(name) or not found:
        raise SettingsError(
            f"you have no sound {name!r} in {folder}", hint="`novelcast cues` says whose each sound is"
        )
    try:
        for path in found:
            path.unlink()
    except OSError as error:
        raise cannot_write(folder, error) from None
    return found


def _read(source: Path) -> Samples:
    if not source.is_file():
        raise InputError(f"there is no file {source}", hint="name an audio file: WAV, MP3, FLAC, OGG …")
    blocks, length = [], 0
    for block in decode(source, rate_hz=RATE_HZ):
        blocks.append(block[:, 0])
        length += len(block)
        if length > LONGEST_S * RATE_HZ:
            raise InputError(
                f"{source} is longer than {LONGEST_S} s, too long for a sound",
                hint="cut out the part you want",
            )
    samples = np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    if not np.isfinite(peak) or peak < 1e-4:
        raise InputError(f"{source} is silent", hint="choose another file")
    heard = trimmed(samples, RATE_HZ, below_peak_db=50.0, keep_ms=5.0)[
        : samples_in(1000 * LONGEST_S, RATE_HZ)
    ]
    return heard * np.float32(gain(PEAK_DB) / float(np.abs(heard).max()))


def _write(path: Path, samples: Samples) -> None:
    import soundfile

    with complete_file(path) as temp:
        soundfile.write(temp, samples, RATE_HZ, format="FLAC", subtype="PCM_24")


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
