"""Where speech requests run: in this process, in several, or on a Ray cluster. Knows nothing of books.

A runner is an engine made of engines: it takes one request at a time like any other, hands requests to workers that
each hold an engine session of their own, and gives the same clips. Cache, retries and reports stay where they are.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Literal

from novelcast.errors import SettingsError
from novelcast.runners.crew import Models, OpenEngine

if TYPE_CHECKING:
    from novelcast.engines.base import Engine

__all__ = ["Models", "OpenEngine", "RunnerName", "open_runner", "processes_that_fit"]

RunnerName = Literal["auto", "local", "processes", "ray"]

SESSION_BYTES = 600 << 20
"""Memory that one engine session is reckoned with: Kokoro's takes about 0.5 GB while it speaks."""
SERVICES = frozenset({"edge", "openai"})
"""Engines whose work is done elsewhere: more processes here would only knock more often."""


def open_runner(
    name: RunnerName,
    open_engine: OpenEngine,
    models: Models,
    *,
    workers: int | None = None,
    address: str | None = None,
) -> Engine:
    """The engine that `open_engine` opens, run by the runner of that name.

    `workers`: engine sessions; None: what fits (`processes_that_fit`), on Ray one a processor. `address`: a Ray
    cluster's; None: one of this machine's own. `models`: the engine's files, for machines that lack them.
    Raises SettingsError for a service's engine, or where ray is not installed.
    """
    engine = open_engine(models.folder)
    if name in ("auto", "local"):
        return engine
    if engine.name in SERVICES:
        raise SettingsError(
            f"runner {name!r} cannot run engine {engine.name!r}, whose work is done by a service",
            hint="leave --runner out; --jobs says how many requests are under way at once",
        )
    if name == "ray":
        from novelcast.runners.ray_cluster import ray_crew

        return ray_crew(engine, open_engine, models, workers=workers, address=address)
    from novelcast.runners.processes import process_crew

    return process_crew(engine, partial(open_engine, models.folder), workers or processes_that_fit())


def processes_that_fit() -> int:
    """Processes for which there are processors and memory: one a processor, half the free memory at most."""
    free = _free_memory_bytes()
    fitting = max(1, free // 2 // SESSION_BYTES) if free else 1
    return max(1, min(len(_processors()), fitting))


def _processors() -> range | set[int]:
    """The processors this process may use: a container has fewer than its machine."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


def _free_memory_bytes() -> int:
    """0 where the system does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 0
