"""Whether the disks have room for a batch, before it starts."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from novelcast.batch.jobs import BookJob
from novelcast.errors import InputError

# Measured (docs/scale.md): Kokoro speaks a Chinese character in about 0.25 s.
SECONDS_A_CHARACTER = 0.25
CLIP_BYTES_A_SECOND = 27_000
"""16-bit FLAC of speech at 24 kHz: 96 MB an hour."""
CHAPTER_BYTES_A_SECOND = 16_000
"""An MP3 of 128 kbit/s, the default preset's."""
_BYTES_A_CHARACTER = {".txt": 3.0, ".md": 3.0, ".html": 4.0, ".htm": 4.0}
"""UTF-8 of Chinese; GB18030 needs two, so the guess is never short by more than half. A packed book (.epub) needs
about one and a half, pictures aside."""
_PACKED = 1.5


def characters_guess(job: BookJob) -> int:
    """About how many characters a book has, without reading it."""
    return sum(round(f.stat().st_size / _BYTES_A_CHARACTER.get(f.suffix.lower(), _PACKED)) for f in job.files)


def check_space(jobs: Sequence[BookJob], output: Path, cache: Path) -> None:
    """Raises InputError, with how much is wanted and where, if these books will not fit."""
    seconds = SECONDS_A_CHARACTER * sum(map(characters_guess, jobs))
    wanted: dict[int, tuple[Path, float]] = {}
    for folder, rate in ((output, CHAPTER_BYTES_A_SECOND), (cache, CLIP_BYTES_A_SECOND)):
        disk = _standing(folder)
        wanted[disk.stat().st_dev] = (disk, wanted.get(disk.stat().st_dev, (disk, 0.0))[1] + seconds * rate)
    for disk, needed in wanted.values():
        free = shutil.disk_usage(disk).free
        if free < needed:
            raise InputError(
                f"{len(jobs)} books want about {_gb(needed)} on the disk of {disk}, which has {_gb(free)} free",
                hint="make room (novelcast cache --prune SIZE), choose another disk with --output or "
                "NOVELCAST_CACHE_DIR, or begin all the same with --no-space-check",
            )


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = folder.resolve()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _gb(size: float) -> str:
    return f"{size / 1e9:,.1f} GB"
