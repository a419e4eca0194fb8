"""`novelcast render --engine edge`, whole, against a local server that speaks the service's protocol."""

import asyncio
import json
import os
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_server import EdgeServer, Fault
from novelcast.engines.edge import EdgeEngine
from novelcast.speak import speak
from novelcast.workspace import ClipCache
from tone_book import FAULTS, amiss, edge_plan, edge_script

TEXT = "第一章 夜班\n\n仓库里只剩下一盏灯还亮着。\n\n“有人吗？”周航问道。\n\n“我在这儿。”林晚说，“别出声。”\n"


@pytest.fixture
def server() -> Iterator[EdgeServer]:
    with EdgeServer() as running:
        yield running


def render(server: EdgeServer, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "夜班.txt").write_text(TEXT, "utf-8")
    return subprocess.run(
        server.command("novelcast", "render", "夜班.txt", "--engine", "edge", "--json"),
        cwd=folder, env=os.environ | {"NOVELCAST_CACHE_DIR": str(folder / "cache")},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_chapter_is_spoken_by_the_online_engine(server: EdgeServer, tmp_path: Path) -> None:
    done = render(server, tmp_path)
    assert done.returncode == 0, done.stderr
    edition = json.loads(done.stdout)
    assert edition["engine"] == "edge" and edition["spoken"] == len(server.requests) == 7
    assert Path(edition["chapters"][0]["file"]).stat().st_size > 10_000
    assert 'engine = "edge"' in (tmp_path / "output" / "夜班" / "cast.toml").read_text("utf-8")
    again = json.loads(render(server, tmp_path).stdout)
    assert again["spoken"] == 0 and len(server.requests) == 7


def test_a_dropped_connection_costs_a_second_request_and_no_line(server: EdgeServer, tmp_path: Path) -> None:
    server.faults.append(Fault.HALF_THE_AUDIO)
    done = render(server, tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["failed"] == []
    assert len(server.requests) == 8


def test_a_bad_day_of_the_service_costs_no_line_and_no_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novelcast.engines.edge.DEADLINE_PER_CHAR_S", 0.05)
    monkeypatch.setattr("novelcast.speak.FIRST_WAIT_S", 0.05)
    monkeypatch.setattr("novelcast.pace.FIRST_PROBE_S", 0.05)
    script = edge_script(3 * len(FAULTS))
    with EdgeServer(drip_s=0.2) as server, server.used_by_edge_tts():
        server.faults = deque(f for fault in FAULTS for f in (None, fault, None))  # every kind, one in three
        engine, cache = EdgeEngine(connect_timeout_s=1, receive_timeout_s=1), ClipCache(tmp_path)
        plan = edge_plan(script, engine)
        spoken = asyncio.run(speak(plan, engine, cache))
        assert amiss(script, plan, spoken, cache, server) == []


def test_no_network_is_said_in_words_and_nothing_is_left_half_made(tmp_path: Path) -> None:
    with EdgeServer() as gone:
        pass
    done = render(gone, tmp_path)
    assert done.returncode == 2
    assert "network" in done.stderr and "Traceback" not in done.stderr
    assert not list((tmp_path / "output").rglob("*.mp3"))
    assert not (tmp_path / "output" / "夜班" / "cast.toml").exists(), "the book is not edge's"
