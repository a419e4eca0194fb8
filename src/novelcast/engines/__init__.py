"""The engines by name, opened late: listing them loads none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from novelcast.engines.base import Engine
from novelcast.errors import SettingsError
from novelcast.model import ProgressSink

__all__ = ["ENGINES", "Engine", "EngineOptions", "about_engine", "open_engine"]


@dataclass(frozen=True)
class EngineOptions:
    """What an engine may need of its surroundings."""

    packs_dir: Path
    threads: int | None = None
    proxy: str | None = None
    progress: ProgressSink | None = None


def _kokoro(options: EngineOptions) -> Engine:
    from novelcast.engines.kokoro import KokoroEngine

    return KokoroEngine(options.packs_dir, threads=options.threads, progress=options.progress)


def _edge(options: EngineOptions) -> Engine:
    from novelcast.engines.edge import EdgeEngine

    return EdgeEngine(proxy=options.proxy)


def _tone(options: EngineOptions) -> Engine:
    from novelcast.engines.tone import ToneEngine

    return ToneEngine()


# name -> (how to open it, what `novelcast doctor` and `--help` say of it)
ENGINES: dict[str, tuple[Callable[[EngineOptions], Engine], str]] = {
    "kokoro": (_kokoro, "embedded, offline: Kokoro v1.0 on this machine's processor"),
    "edge": (_edge, "online: Microsoft Edge's read-aloud voices"),
    "tone": (_tone, "no speech: a tone as long as the line would be, to try a book's timing in seconds"),
}


def open_engine(name: str, options: EngineOptions) -> Engine:
    """Raises SettingsError for an unknown name, listing the valid ones."""
    return _known(name)[0](options)


def about_engine(name: str) -> str:
    return _known(name)[1]


def _known(name: str) -> tuple[Callable[[EngineOptions], Engine], str]:
    if name not in ENGINES:
        raise SettingsError(f"no engine {name!r}", hint="choose one of: " + ", ".join(ENGINES))
    return ENGINES[name]
