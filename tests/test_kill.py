"""Power gone, process killed: whatever the moment, the next run ends with the same audio."""

import itertools
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import numpy as np
import pytest

import killable
from novelcast.media import decode_mono

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no processes that start loaded")

KILLS = 20


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """Processes that start with all of novelcast loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killable"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # Python 3.11's server looks nowhere else
        yield context


def started(processes: ForkServerContext, folder: Path) -> ForkServerProcess:
    process = processes.Process(target=killable.rendered, args=(killable.book_in(folder),))
    process.start()
    return process


def samples(chapter: Path) -> np.ndarray:
    return decode_mono(chapter, rate_hz=24_000)


def test_a_run_killed_at_any_moment_is_finished_by_the_next_with_the_same_samples(
    processes: ForkServerContext, tmp_path: Path
) -> None:
    started(processes, tmp_path / "first").join(120)  # starts the server of processes, too
    began_s = time.monotonic()
    started(processes, tmp_path / "whole").join(120)
    whole_s = time.monotonic() - began_s
    wanted = samples(killable.rendered(tmp_path / "whole"))

    killed = 0
    for n in itertools.count():
        folder = tmp_path / f"{n}"
        process = started(processes, folder)
        moment_s = random.uniform(0.0, whole_s)
        time.sleep(moment_s)
        process.kill()
        process.join(120)
        if process.exitcode == 0:  # it was faster than the one before
            whole_s = min(whole_s, moment_s)
            continue
        killed += 1
        again = killable.rendered(folder)
        assert np.array_equal(samples(again), wanted), f"killed after {moment_s:.3f} of {whole_s:.3f} s"
        assert not list((folder / "out").rglob(".writing-*"))
        if killed == KILLS:
            break
