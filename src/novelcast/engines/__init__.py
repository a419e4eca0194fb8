"""The engines by name, opened late: listing them loads none.

Another package adds one with an entry point of the group `novelcast.engines`, which is an `EngineEntry` under the
engine's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from novelcast.catalog import load_voices
from novelcast.engines.base import Engine
from novelcast.errors import SettingsError
from novelcast.model import ProgressSink, Voice

if TYPE_CHECKING:
    from novelcast.settings import SpeechServer

__all__ = [
    "Engine",
    "EngineEntry",
    "EngineOptions",
    "about_engine",
    "all_voices",
    "engine_in",
    "engine_names",
    "open_engine",
]

GROUP = "novelcast.engines"


@dataclass(frozen=True)
class EngineOptions:
    """What an engine may need of its surroundings.

    `jobs`: processor threads for an engine that runs here, requests at once for a service; None: its own choice.
    """

    packs_dir: Path
    jobs: int | None = None
    proxy: str | None = None
    progress: ProgressSink | None = None
    openai: SpeechServer | None = None
    openai_key: str | None = None


@dataclass(frozen=True)
class EngineEntry:
    """What is known of an engine before it is opened.

    `about` is what `novelcast doctor` says of it. `voices` are those that voices/catalog does not list.
    """

    open: Callable[[EngineOptions], Engine]
    about: str
    voices: Callable[[], Sequence[Voice]] = tuple


def _kokoro(options: EngineOptions) -> Engine:
    from novelcast.engines.kokoro import KokoroEngine

    return KokoroEngine(options.packs_dir, threads=options.jobs, progress=options.progress)


def _edge(options: EngineOptions) -> Engine:
    from novelcast.engines.edge import EdgeEngine

    return EdgeEngine(proxy=options.proxy, concurrency=options.jobs)


def _espeak(options: EngineOptions) -> Engine:
    from novelcast.engines.espeak import EspeakEngine

    return EspeakEngine()


def _openai(options: EngineOptions) -> Engine:
    from novelcast.engines.openai import OpenAIEngine

    return OpenAIEngine(options.openai, key=options.openai_key, proxy=options.proxy, concurrency=options.jobs)


def _tone(options: EngineOptions) -> Engine:
    from novelcast.engines.tone import ToneEngine

    return ToneEngine()


OURS = {
    "kokoro": EngineEntry(_kokoro, "embedded, offline: Kokoro v1.0 on this machine's processor"),
    "edge": EngineEntry(_edge, "online: Microsoft Edge's read-aloud voices"),
    "openai": EngineEntry(_openai, "a server of yours, or hosted, that speaks OpenAI's protocol"),
    "espeak": EngineEntry(_espeak, "offline, a robot's voice in any language: eSpeak NG, the last resort"),
    "tone": EngineEntry(
        _tone, "no speech: a tone as long as the line would be, to try a book's timing in seconds"
    ),
}


def engine_names() -> tuple[str, ...]:
    """Ours, then those that other packages add."""
    return tuple(dict.fromkeys([*OURS, *(point.name for point in _added())]))


def open_engine(name: str, options: EngineOptions) -> Engine:
    """Raises SettingsError for an unknown name, listing the valid ones."""
    return _entry(name).open(options)


def engine_in(packs_dir: Path, *, name: str, options: EngineOptions) -> Engine:
    """The same with another folder of model files: what a runner's worker calls, maybe on another machine."""
    return open_engine(name, replace(options, packs_dir=packs_dir))


def about_engine(name: str) -> str:
    return _entry(name).about


def all_voices(openai: SpeechServer | None = None) -> tuple[Voice, ...]:
    """The catalogue's, those of `openai` where it names its own, and those of other packages' engines.

    An engine that cannot be loaded has none; `open_engine` says why.
    """
    voices = list(load_voices())
    if openai is not None and openai.voices:
        from novelcast.engines.openai import NAME, named_voices

        voices = [v for v in voices if v.engine != NAME] + list(named_voices(openai.voices))
    for name in engine_names():
        if name not in OURS:
            voices += _voices_of(name)
    return tuple(voices)


def _voices_of(name: str) -> Iterable[Voice]:
    try:
        return [v.model_copy(update={"engine": name}) for v in _entry(name).voices()]
    except SettingsError:
        return []


def _added() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _entry(name: str) -> EngineEntry:
    points = [point for point in _added() if point.name == name]
    makers = (["novelcast"] if name in OURS else []) + [p.dist.name if p.dist else "?" for p in points]
    if not makers:
        raise SettingsError(f"no engine {name!r}", hint="choose one of: " + ", ".join(engine_names()))
    if len(makers) > 1:
        raise SettingsError(
            f"several packages have an engine {name!r}: {', '.join(makers)}",
            hint="uninstall all but one of them",
        )
    return OURS[name] if name in OURS else _loaded(points[0], makers[0])


def _loaded(point: EntryPoint, maker: str) -> EngineEntry:
    try:
        entry = point.load()
    except Exception as error:  # another package's code: anything may happen
        raise SettingsError(
            f"engine {point.name!r} of package {maker} cannot be loaded: {error!r}",
            hint=f"update that package, or pip uninstall {maker}",
        ) from error
    if not isinstance(entry, EngineEntry):
        raise SettingsError(
            f"engine {point.name!r} of package {maker}: {point.value} is no novelcast.engines.EngineEntry",
            hint=f"update that package, or pip uninstall {maker}",
        )
    return entry
