"""Lines spoken by several processes: the same clips, and nothing lost when one of them dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from novelcast.audio import Clip
from novelcast.engines.tone import ToneEngine
from novelcast.errors import EngineUnavailable, SettingsError, SpeechFailed
from novelcast.runners import Models, open_runner
from novelcast.runners.crew import LOSSES
from worker_engines import StillbornEngine, TroubledEngine, log_of, requests


def spoken(folder: Path, *texts: str, workers: int = 2, engine: type[ToneEngine] = TroubledEngine) -> list:
    """A clip or an error for each text."""

    async def run() -> list:
        crew = open_runner("processes", engine, Models(folder), workers=workers)
        try:
            return await asyncio.gather(*map(crew.speak, requests(*texts)), return_exceptions=True)
        finally:
            await crew.close()

    return asyncio.run(run())


def test_clips_are_those_that_the_engine_gives_here(tmp_path: Path) -> None:
    texts = [f"第{n}句话。" for n in range(20)]
    here = [asyncio.run(ToneEngine().speak(r)).samples for r in requests(*texts)]
    for clip, wanted in zip(spoken(tmp_path, *texts), here, strict=True):
        assert np.array_equal(clip.samples, wanted)
    assert sorted(text for _, text in log_of(tmp_path)) == sorted(texts)


def test_every_worker_has_work(tmp_path: Path) -> None:
    spoken(tmp_path, *[f"等{n}" for n in range(8)], workers=2)
    assert min(Counter(pid for pid, _ in log_of(tmp_path)).values()) >= 2


def test_what_a_dead_worker_had_is_done_again_by_another(tmp_path: Path) -> None:
    texts = [f"第{n}句话。" for n in range(12)] + ["断"]
    assert all(isinstance(answer, Clip) for answer in spoken(tmp_path, *texts))


def test_a_request_that_kills_fails_alone(tmp_path: Path) -> None:
    texts = [f"第{n}句话。" for n in range(12)] + ["毒", "后面还有一句。"]
    answers = dict(zip(texts, spoken(tmp_path, *texts), strict=True))
    poisoned = answers.pop("毒")
    assert isinstance(poisoned, SpeechFailed)
    assert not poisoned.transient  # asking again would kill again
    assert "'毒'" in str(poisoned)
    assert all(isinstance(answer, Clip) for answer in answers.values())
    assert Counter(text for _, text in log_of(tmp_path))["毒"] == LOSSES


def test_an_engines_own_errors_come_through_whole(tmp_path: Path) -> None:
    failed, clip = spoken(tmp_path, "错", "好")
    assert isinstance(failed, SpeechFailed)
    assert (str(failed), failed.hint, failed.transient) == ("it says no", "say it otherwise", True)
    assert isinstance(clip, Clip)
    ended = spoken(tmp_path, "完")[0]
    assert isinstance(ended, EngineUnavailable)
    assert ended.hint == "buy one"


def test_workers_that_cannot_live_are_given_up(tmp_path: Path) -> None:
    answers = spoken(tmp_path, *[f"第{n}句话。" for n in range(30)], engine=StillbornEngine)
    assert any(isinstance(answer, EngineUnavailable) for answer in answers)
    assert not any(isinstance(answer, Clip) for answer in answers)


def test_a_service_is_not_asked_from_several_processes(tmp_path: Path) -> None:
    from novelcast.engines import EngineOptions, engine_in

    opened = partial(engine_in, name="edge", options=EngineOptions(packs_dir=tmp_path))
    with pytest.raises(SettingsError, match="service"):
        open_runner("processes", opened, Models(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_workers_end_with_a_driver_that_was_killed(tmp_path: Path) -> None:
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    while not (tmp_path / "log").exists():
        assert driver.poll() is None
        time.sleep(0.05)
    worker = log_of(tmp_path)[0][0]
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    for _ in range(200):
        if not Path(f"/proc/{worker}").exists() and not _alive(worker):
            break
        time.sleep(0.1)
    assert not _alive(worker)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and ") Z " in stat.read_text())


DRIVER = """
import asyncio, sys
from pathlib import Path
from novelcast.runners import Models, open_runner
from worker_engines import TroubledEngine, requests

async def run():
    crew = open_runner("processes", TroubledEngine, Models(Path(sys.argv[1])), workers=1)
    await asyncio.gather(*map(crew.speak, requests(*[f"等{n}" for n in range(500)])))

if __name__ == "__main__":
    asyncio.run(run())
"""
