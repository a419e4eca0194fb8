"""A loudspeaker, where there is one: a player that this machine has, found by name and given an argument list."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("afplay",),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
)


def player() -> tuple[str, ...] | None:
    """The first player that is here, as an argument list to put a WAV file behind; None where there is none."""
    if sys.platform == "win32":
        return ("start",)
    return next(((path, *rest) for name, *rest in _PLAYERS if (path := shutil.which(name))), None)


def play(path: Path, command: tuple[str, ...]) -> bool:
    """Whether it was played: a machine may have a player and no loudspeaker."""
    if sys.platform == "win32":
        os.startfile(path)
        return True
    try:
        done = subprocess.run([*command, str(path)], capture_output=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
