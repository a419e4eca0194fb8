"""Engine sessions as actors of a Ray cluster: the way past one machine.

Actors share no disk with the driver: requests and clips travel through Ray, and so do model files where a worker's
machine lacks them. The driver alone writes files. An actor that dies is started again by Ray, elsewhere if its
machine is gone; what it was given is done again by the crew.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novelcast.errors import EngineUnavailable, NovelcastError, SettingsError
from novelcast.model import SpeechRequest
from novelcast.runners.crew import Answer, Crew, Models, OpenEngine, WorkerLost, speak_all
from novelcast.workspace import write_bytes

if TYPE_CHECKING:
    from novelcast.engines.base import Engine

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""An actor is given one processor."""


def ray_crew(
    engine: Engine,
    open_engine: OpenEngine,
    models: Models,
    *,
    workers: int | None,
    address: str | None,
) -> Crew:
    """Raises SettingsError where ray is missing or no cluster answers at the address."""
    try:
        import ray
    except ImportError:
        raise SettingsError("runner 'ray' needs Ray", hint="pip install 'novelcast[ray]'") from None
    ours = not ray.is_initialized()
    if ours:
        try:
            if address is not None:
                _knock(address)
            ray.init(
                address=address, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise SettingsError(
                f"no Ray cluster answers at {address or 'this machine'}: {error}",
                hint="start one with `ray start --head`, or leave --address out for one of this machine's own",
            ) from None
    count = workers or max(1, int(ray.cluster_resources().get("CPU", 0)))
    offered = Offer(
        models.folder,
        {name: (models.folder / name).stat().st_size for name in models.files},
        {name: ray.put((models.folder / name).read_bytes()) for name in models.files},
    )
    actors = [RayWorker(open_engine, engine.version, offered) for _ in range(count)]
    return _RayCrew(engine, actors, shut_down=ours)


def _knock(address: str) -> None:
    """Raises OSError where nobody listens: Ray itself tries for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


class _RayCrew(Crew):
    def __init__(self, engine: Engine, workers: Sequence[RayWorker], *, shut_down: bool) -> None:
        super().__init__(engine, workers)
        self._shut_down = shut_down

    async def close(self) -> None:
        await super().close()
        if self._shut_down:
            import ray

            ray.shutdown()


class RayWorker:
    """One actor with one engine session, placed by Ray where a processor is free."""

    def __init__(self, open_engine: OpenEngine, version: str, offered: Offer) -> None:
        import ray

        # Ray waits for a machine when all are full, and starts the actor elsewhere when one is lost.
        actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(Session)
        self._actor = actor.options(runtime_env={"env_vars": THREADS}).remote(open_engine, version, offered)

    async def ready(self) -> None:
        await self._answer(self._actor.ready.remote())

    async def speak(self, requests: Sequence[SpeechRequest]) -> list[Answer]:
        answers: list[Answer] = await self._answer(self._actor.speak.remote(requests))
        return answers

    async def _answer(self, reference: Any) -> Any:
        import ray.exceptions as failures

        try:
            return await reference
        except failures.RayTaskError as error:
            if isinstance(error.cause, NovelcastError):
                raise error.cause from error
            raise EngineUnavailable(f"a worker of the cluster failed: {error.cause!r}") from error
        except failures.ActorDiedError as error:
            if "creation" in str(error):  # its engine could not be opened: no restart will help
                raise EngineUnavailable(
                    f"a worker of the cluster cannot start: {_last_line(error)}"
                ) from error
            raise WorkerLost(_last_line(error)) from error
        except failures.RayError as error:
            await asyncio.sleep(0.2)  # a lost machine is noticed one call after the other
            raise WorkerLost(_last_line(error)) from error

    async def close(self) -> None:
        import ray

        ray.kill(self._actor)


@dataclass(frozen=True)
class Offer:
    """Model files for who lacks them: where the driver has them, their sizes, and references to their bytes."""

    folder: Path
    sizes: Mapping[str, int]
    bytes_of: Mapping[str, Any]

    def accepted(self) -> Path:
        """A folder of this machine that has them all. Workers of one machine that start at once write each a file of
        their own and rename it, so that each finds whole files."""
        import ray

        folder = self.folder if _can_hold(self.folder) else Path(tempfile.gettempdir()) / "novelcast-packs"
        for name, size in self.sizes.items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != size:
                write_bytes(path, ray.get(self.bytes_of[name]))
        return folder


def _can_hold(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


class Session:
    """What lives in the cluster: an engine session."""

    def __init__(self, open_engine: OpenEngine, version: str, offered: Offer) -> None:
        self._engine = open_engine(offered.accepted())
        if self._engine.version != version:
            raise EngineUnavailable(
                f"a worker has engine {self._engine.name} {self._engine.version}, this machine {version}",
                hint="install the same novelcast on every machine of the cluster",
            )

    async def ready(self) -> None:
        return None

    async def speak(self, requests: Sequence[SpeechRequest]) -> list[Answer]:
        return await speak_all(self._engine, requests)


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1].strip() if str(error).strip() else type(error).__name__
