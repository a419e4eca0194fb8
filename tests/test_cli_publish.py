"""publish, feed, verify and serve as a user runs them."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from whole_book import copied, render_book


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    render_book(root)
    return root


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    return copied(once, tmp_path)


def command(folder: Path, *args: object) -> tuple[list[str], dict[str, str]]:
    environment = os.environ | {"NOVELCAST_CACHE_DIR": str(folder.parent.parent / "cache"), "COLUMNS": "200"}
    return [sys.executable, "-m", "novelcast.cli", *map(str, args)], environment


def run(folder: Path, *args: object) -> subprocess.CompletedProcess[str]:
    line, environment = command(folder, *args)
    return subprocess.run(
        line,
        env=environment,
        cwd=folder.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def test_publish_lists_what_it_made_and_verify_finds_it_well(folder: Path) -> None:
    done = run(folder, "publish", folder, "--formats", "m4b,opus")
    assert done.returncode == 0, done.stderr
    assert "夜班.m4b" in done.stdout and "夜班.opus" in done.stdout
    again = json.loads(run(folder, "publish", folder, "--formats", "m4b,opus", "--json").stdout)
    assert [f["written"] for f in again["files"]] == [False, False]
    checked = run(folder, "verify", folder.parent)
    assert (checked.returncode, checked.stdout) == (0, f"{folder}: 5 files, all well\n")


def test_verify_says_what_is_wrong_and_ends_with_1(folder: Path) -> None:
    next(folder.glob("chapters/*.mp3")).unlink()
    done = run(folder, "verify", folder, "--quick")
    assert done.returncode == 1
    assert "missing" in done.stdout and "what to do: render the book again" in done.stdout
    faults = json.loads(run(folder, "verify", folder, "--quick", "--json").stdout)
    assert len(faults["editions"][0]["wrong"]) == 1


def test_a_feed_without_a_good_address_is_wrong_use(folder: Path) -> None:
    done = run(folder, "feed", folder, "--url", "example.org")
    assert done.returncode == 2
    assert "no web address" in done.stderr and "what to do" in done.stderr
    assert run(folder, "feed", folder, "--url", "https://example.org", "--every", "hour").returncode == 2
    assert run(folder, "feed", folder, "--url", "https://example.org", "--start", "soon").returncode == 2


def test_a_feed_says_when_the_next_episode_appears(folder: Path) -> None:
    done = run(
        folder, "feed", folder, "--url", "https://example.org", "--every", "day", "--start", "2999-01-01"
    )
    assert done.returncode == 0, done.stderr
    assert "3 more wait; the next appears 2999-01-01 06:00 UTC" in done.stdout
    later = json.loads(run(folder, "feed", folder, "--url", "https://example.org", "--json").stdout)
    assert (later["episodes"], later["waiting"]) == (0, 3)


def test_a_library_gets_the_book_in_its_folders(folder: Path, tmp_path: Path) -> None:
    done = run(folder, "publish", folder, "--layout", "audiobookshelf", "--library", tmp_path / "shelf")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "shelf" / "某人" / "夜班" / "metadata.json").is_file()
    assert run(folder, "publish", folder, "--layout", "billy").returncode == 2


def test_serve_serves_until_it_is_interrupted(folder: Path) -> None:
    import signal

    run(folder, "feed", folder, "--url", "https://example.org")
    line, environment = command(folder, "serve", folder, "--port", "0")
    with subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().split()[0]
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address + "feed.xml", timeout=10) as answer:
            assert answer.read() == (folder / "feed.xml").read_bytes()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


def test_a_folder_that_is_no_edition_is_wrong_use(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("publish", "feed", "verify", "serve"):
        done = run(folder, name, tmp_path / "empty")
        assert done.returncode == 2, done.stderr
        assert "edition" in done.stderr and "what to do" in done.stderr
