"""Engines for workers to hold: each hums like `tone`, and misbehaves where the text says so."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from novelcast.audio import Clip
from novelcast.engines.tone import ToneEngine
from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.model import SpeechRequest


class TroubledEngine(ToneEngine):
    """毒 kills the worker; 错 fails; 等 takes half a second; 断 kills the first worker that is given it. Every request
    leaves a line in `folder`/log: what was spoken, and by which process."""

    name = "tone"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def speak(self, request: SpeechRequest) -> Clip:
        with (self._folder / "log").open("a", encoding="utf-8") as log:
            log.write(f"{os.getpid()} {request.text}\n")
        if "等" in request.text:
            await asyncio.sleep(0.5)
        if "断" in request.text and not (dead := self._folder / "dead").exists():
            dead.touch()
            os._exit(1)
        if "毒" in request.text:
            os._exit(1)
        if "错" in request.text:
            raise SpeechFailed("it says no", hint="say it otherwise", transient=True)
        if "完" in request.text:
            raise EngineUnavailable("no voice at all", hint="buy one")
        return await super().speak(request)


class StillbornEngine(ToneEngine):
    """Kills its worker as soon as it is to speak."""

    def __init__(self, folder: Path) -> None:
        pass

    async def speak(self, request: SpeechRequest) -> Clip:
        os._exit(1)


def requests(*texts: str) -> list[SpeechRequest]:
    return [SpeechRequest(engine="tone", voice="hum", language="zh", text=text) for text in texts]


def log_of(folder: Path) -> list[tuple[int, str]]:
    """(process, text) of each request that reached an engine."""
    lines = (folder / "log").read_text("utf-8").splitlines()
    return [(int(pid), text) for pid, text in (line.split(" ", 1) for line in lines)]
