"""A whole book by each runner: the chapters are the same, sample for sample."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from novelcast.media import decode_mono
from novelcast.pipeline import BookDetails, Edition, render
from novelcast.settings import Settings

TEXT = "第一章 夜班\n\n" + "\n\n".join(f"灯灭了第{n}次。“谁在那儿？”老周问。" for n in range(1, 9)) + "\n"


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "夜班.txt").write_text(TEXT, "utf-8")


def rendered(folder: Path, runner: str, **more: object) -> Edition:
    settings = Settings(
        output=folder / runner / "out", cache_dir=folder / runner / "cache", engine="tone", runner=runner, jobs=2, **more
    )  # type: ignore[arg-type]  # fmt: skip
    return render([folder / "夜班.txt"], settings, BookDetails(), lambda _: None)


def samples(edition: Edition) -> np.ndarray:
    return decode_mono(edition.folder / edition.chapters[0].file, rate_hz=24_000)


def test_processes_make_the_chapter_that_one_makes(tmp_path: Path) -> None:
    here, there = rendered(tmp_path, "local"), rendered(tmp_path, "processes")
    assert there.spoken == here.spoken > 8
    assert np.array_equal(samples(there), samples(here))


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_cluster_makes_it_too_and_goes_on_after_its_driver_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    try:
        cluster.add_node(num_cpus=2)
        command = [
            sys.executable, "-m", "novelcast.cli", "render", "夜班.txt", "--engine", "tone", "--quiet",
            "--output", str(tmp_path / "ray" / "out"), "--runner", "ray", "--address", cluster.address,
        ]  # fmt: skip
        environment = os.environ | {"NOVELCAST_CACHE_DIR": str(tmp_path / "ray" / "cache")}
        driver = subprocess.Popen(command, env=environment, cwd=tmp_path)
        clips = tmp_path / "ray" / "cache" / "clips"
        while len(list(clips.glob("*/*.flac"))) < 3 and driver.poll() is None:
            time.sleep(0.01)
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        there = rendered(tmp_path, "ray", address=cluster.address)
        assert not there.failed
        assert np.array_equal(samples(there), samples(rendered(tmp_path, "local")))
    finally:
        ray.shutdown()
        cluster.shutdown()
