"""What works on this machine, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from novelcast import __version__
from novelcast.catalog import load_cue_sounds
from novelcast.engines import about_engine, all_voices, engine_names, open_engine
from novelcast.errors import EngineUnavailable, SettingsError
from novelcast.model import Model, ProgressSink
from novelcast.packs import ensure_pack, load_pack
from novelcast.pipeline import engine_options
from novelcast.settings import Settings

DEFAULT_ENGINE_PACK = "kokoro-v1.0"
ROOM_BYTES = 1 << 30


class Finding(Model):
    what: str
    ok: bool
    found: str
    remedy: str = ""
    optional: bool = False


def examine(settings: Settings) -> list[Finding]:
    """Every finding; nothing is fetched and no service is called."""
    return [_python(), *_engines(settings), *_folders(settings), _plots(), _tables(settings)]


def fetch_models(settings: Settings, progress: ProgressSink) -> None:
    """Raises EngineUnavailable where the embedded engine's files cannot be had."""
    pack = load_pack(DEFAULT_ENGINE_PACK)
    ensure_pack(pack, settings.cache_dir / "packs" / pack.name, progress)


def _python() -> Finding:
    about = f"novelcast {__version__}, Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return Finding(
        what="program", ok=sys.version_info >= (3, 11), found=f"{about}, {os.cpu_count()} processors"
    )


def _engines(settings: Settings) -> Iterator[Finding]:
    for name in engine_names():
        optional = name != "kokoro"
        try:
            found = open_engine(name, engine_options(settings, None)).check()
            yield Finding(
                what=f"engine {name}", ok=True, found=f"{about_engine(name)}; {found}", optional=optional
            )
        except (EngineUnavailable, SettingsError) as error:
            yield Finding(
                what=f"engine {name}", ok=False, found=str(error), remedy=error.hint, optional=optional
            )


def _folders(settings: Settings) -> Iterator[Finding]:
    for what, folder, remedy in (
        ("editions", settings.output, "choose another with --output DIR"),
        ("cache", settings.cache_dir, "choose another with NOVELCAST_CACHE_DIR"),
    ):
        there = _nearest(folder.absolute())
        free = shutil.disk_usage(there).free
        ok = os.access(there, os.W_OK) and free > ROOM_BYTES
        found = (
            f"{folder.absolute()}, {free >> 30} GB free"
            if os.access(there, os.W_OK)
            else f"{folder} cannot be written to"
        )
        yield Finding(what=what, ok=ok, found=found, remedy="" if ok else remedy)


def _nearest(folder: Path) -> Path:
    return next(p for p in (folder, *folder.parents) if p.exists())


def _plots() -> Finding:
    ok = find_spec("matplotlib") is not None
    remedy = "" if ok else "pip install 'novelcast[plot]'"
    found = (
        "matplotlib is here" if ok else "matplotlib is not installed; pictures (render --plot, plot) need it"
    )
    return Finding(what="pictures", ok=ok, found=found, remedy=remedy, optional=True)


def _tables(settings: Settings) -> Finding:
    found = f"{len(all_voices(settings.openai))} voices, {len(load_cue_sounds())} sounds"
    return Finding(what="tables", ok=True, found=found)
