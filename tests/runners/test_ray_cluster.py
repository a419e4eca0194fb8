"""Lines spoken on a Ray cluster of two nodes: the same clips, whatever dies. Needs Ray (pip install 'novelcast[ray]')."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from novelcast.audio import Clip
from novelcast.engines.tone import ToneEngine
from novelcast.errors import EngineUnavailable, SettingsError, SpeechFailed
from novelcast.model import SpeechRequest
from novelcast.runners import Models, open_runner
from novelcast.runners.crew import LOSSES
from worker_engines import TroubledEngine, log_of, requests

ray = pytest.importorskip("ray")
from ray.cluster_utils import Cluster  # noqa: E402


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Two nodes of two processors each; the driver's own has none, so that killing one never kills the driver's."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # workers find the engines of the tests
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _ in range(2):
        cluster.add_node(num_cpus=2)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def crew_on(
    cluster: Cluster, folder: Path, files: tuple[str, ...] = (), engine: type = TroubledEngine
) -> object:
    return open_runner("ray", engine, Models(folder, files), address=cluster.address)


def spoken(cluster: Cluster, folder: Path, *texts: str, trouble: object = None) -> list:
    async def run() -> list:
        crew = crew_on(cluster, folder)
        try:
            speaking = [asyncio.create_task(crew.speak(r)) for r in requests(*texts)]
            if trouble is not None:
                await asyncio.to_thread(trouble)
            return await asyncio.gather(*speaking, return_exceptions=True)
        finally:
            await crew.close()

    return asyncio.run(run())


def begun(folder: Path, count: int) -> None:
    while not (folder / "log").exists() or len(log_of(folder)) < count:
        pass


def check_whole(folder: Path, texts: list[str], answers: list, most_again: int) -> None:
    for request, clip in zip(requests(*texts), answers, strict=True):
        assert isinstance(clip, Clip), clip
        assert np.array_equal(clip.samples, asyncio.run(ToneEngine().speak(request)).samples)
    counts = Counter(text for _, text in log_of(folder))
    assert set(counts) == set(texts)
    assert sum(counts.values()) - len(texts) <= most_again  # only what was under way was lost


TEXTS = [f"等第{n}句话。" for n in range(32)]
WORKERS, BATCH = 4, 4


def test_clips_are_those_of_a_run_here_each_spoken_once(cluster: Cluster, tmp_path: Path) -> None:
    answers = spoken(cluster, tmp_path, *TEXTS[:12])
    check_whole(tmp_path, TEXTS[:12], answers, most_again=0)
    assert len({pid for pid, _ in log_of(tmp_path)}) == WORKERS


def test_a_node_killed_in_the_middle_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    def trouble() -> None:
        begun(tmp_path, 8)
        cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)

    check_whole(tmp_path, TEXTS, spoken(cluster, tmp_path, *TEXTS, trouble=trouble), most_again=4 * BATCH)


def test_a_worker_killed_in_the_middle_loses_nothing(cluster: Cluster, tmp_path: Path) -> None:
    def trouble() -> None:
        begun(tmp_path, 8)
        os.kill(log_of(tmp_path)[0][0], signal.SIGKILL)

    check_whole(tmp_path, TEXTS, spoken(cluster, tmp_path, *TEXTS, trouble=trouble), most_again=2 * BATCH)


def test_a_request_that_kills_fails_alone(cluster: Cluster, tmp_path: Path) -> None:
    texts = [f"第{n}句话。" for n in range(8)] + ["毒", "错"]
    answers = dict(zip(texts, spoken(cluster, tmp_path, *texts), strict=True))
    poisoned, refused = answers.pop("毒"), answers.pop("错")
    assert isinstance(poisoned, SpeechFailed) and not poisoned.transient
    assert isinstance(refused, SpeechFailed) and refused.transient
    assert all(isinstance(answer, Clip) for answer in answers.values())
    assert Counter(text for _, text in log_of(tmp_path))["毒"] == LOSSES


class FileEngine(ToneEngine):
    """Speaks only where its model file is; the driver's folder cannot be written to from the workers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "pack" / "model.bin"

    async def speak(self, request: SpeechRequest) -> Clip:
        if self._file.read_bytes() != b"model" * 1000:
            raise EngineUnavailable(f"no model in {self._file}")
        return await super().speak(request)


def test_workers_that_share_no_disk_are_given_the_model(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "model.bin").write_bytes(b"model" * 1000)

    async def run() -> Clip:
        crew = crew_on(cluster, tmp_path, ("pack/model.bin",), FileEngine)
        try:
            (tmp_path / "pack" / "model.bin").unlink()  # the driver's disk is not the workers'
            return await crew.speak(requests("你好。")[0])
        finally:
            await crew.close()

    assert isinstance(asyncio.run(run()), Clip)


class OtherVersion(ToneEngine):
    def __init__(self, folder: Path) -> None:
        self.version = f"{os.getpid()}"


def test_another_version_on_a_worker_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    async def run() -> None:
        crew = crew_on(cluster, tmp_path, engine=OtherVersion)
        try:
            await crew.speak(requests("你好。")[0])
        finally:
            await crew.close()

    with pytest.raises(EngineUnavailable, match=r"same novelcast|version|cannot start"):
        asyncio.run(run())


def test_an_address_where_nobody_answers_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"127\.0\.0\.1:9"):
        open_runner("ray", TroubledEngine, Models(tmp_path), address="127.0.0.1:9")
