"""A library of books: every one is made, whatever one of them does, and whenever the batch is stopped."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from novelcast.batch import BookJob, Ledger, Row, check_space, jobs_of, run_batch
from novelcast.cli import app
from novelcast.errors import InputError
from novelcast.media import decode_mono
from novelcast.model import Progress

COMMON = {"engine": "tone"}


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOVELCAST_CACHE_DIR", str(tmp_path / "cache"))


def library(folder: Path, count: int) -> Path:
    folder.mkdir()
    for n in range(1, count + 1):
        (folder / f"第{n}本.txt").write_text(f"第一章 开头\n\n第{n}盏灯亮了。“谁呀？”老周问。\n", "utf-8")
    return folder


def run(jobs: list[BookJob], folder: Path, **options: object) -> dict[str, Row]:
    common = COMMON | {"output": folder / "out"}
    rows = run_batch(jobs, Ledger(folder / "out" / "batch.sqlite"), common, lambda _: None, **options)  # type: ignore[arg-type]
    return {Path(row.source).name: row for row in rows}


def test_every_book_of_a_folder_is_made_in_natural_order(tmp_path: Path) -> None:
    jobs = jobs_of(library(tmp_path / "books", 11))
    assert [job.source.stem for job in jobs] == [f"第{n}本" for n in range(1, 12)]
    rows = run(jobs[:3], tmp_path)
    assert {row.state for row in rows.values()} == {"done"}
    for row in rows.values():
        assert decode_mono(next(Path(row.folder).glob("chapters/*.mp3")), rate_hz=24_000).size > 24_000
        assert row.audio_s > 1


def test_a_folder_in_the_folder_is_one_book(tmp_path: Path) -> None:
    inner = library(tmp_path / "books", 1) / "长篇"
    inner.mkdir()
    for n in (1, 2):
        (inner / f"第{n}章.txt").write_text("夜深了。", "utf-8")
    (tmp_path / "books" / "readme.pages").write_text("x")
    (tmp_path / "books" / "空").mkdir()
    assert {job.source.name for job in jobs_of(tmp_path / "books")} == {"第1本.txt", "长篇"}


def test_a_bad_book_is_noted_with_its_reason_and_the_rest_is_made(tmp_path: Path) -> None:
    books = library(tmp_path / "books", 2)
    (books / "坏.epub").write_bytes(b"PK\x03\x04 no book")
    rows = run(jobs_of(books), tmp_path)
    assert rows["坏.epub"].state == "failed"
    assert "坏.epub" in rows["坏.epub"].reason
    assert [rows[f"第{n}本.txt"].state for n in (1, 2)] == ["done", "done"]


def test_what_is_done_is_not_done_again_unless_its_file_changes(tmp_path: Path) -> None:
    books = library(tmp_path / "books", 2)
    first = run(jobs_of(books), tmp_path)
    (books / "第2本.txt").write_text("第一章 开头\n\n别的话。\n", "utf-8")
    second = run(jobs_of(books), tmp_path)
    assert second["第1本.txt"] == first["第1本.txt"]
    assert second["第2本.txt"].began_s > first["第2本.txt"].began_s  # type: ignore[operator]


def test_what_failed_is_tried_again_only_when_asked(tmp_path: Path) -> None:
    books = library(tmp_path / "books", 1)
    (books / "坏.docx").write_bytes(b"nothing")
    first = run(jobs_of(books), tmp_path)
    assert run(jobs_of(books), tmp_path)["坏.docx"].began_s == first["坏.docx"].began_s
    again = run(jobs_of(books), tmp_path, retry_failed=True)
    assert again["坏.docx"].began_s > first["坏.docx"].began_s  # type: ignore[operator]
    assert again["第1本.txt"].began_s == first["第1本.txt"].began_s


def test_a_list_gives_each_book_settings_of_its_own(tmp_path: Path) -> None:
    library(tmp_path / "books", 2)
    (tmp_path / "list.toml").write_text(
        '[[book]]\npath = "books/第2本.txt"\ntitle = "灯"\nauthor = "甲"\npreset = "podcast-mono"\n'
        '[[book]]\npath = "books/第1本.txt"\n', "utf-8"
    )  # fmt: skip
    rows = run(jobs_of(tmp_path / "list.toml"), tmp_path)
    assert list(rows) == ["第2本.txt", "第1本.txt"]
    edition = json.loads((Path(rows["第2本.txt"].folder) / "edition.json").read_text("utf-8"))
    assert edition["chapters"][0]["loudness"]["integrated_lufs"] == pytest.approx(-19, abs=0.5)
    assert json.loads((Path(rows["第2本.txt"].folder) / "book.json").read_text("utf-8"))["title"] == "灯"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[book]\n", "line 1"),
        ('[[book]]\npath = "none.txt"\n', "book 1"),
        ('[[book]]\npath = "books/第1本.txt"\nvoice = "x"\n', "voice"),
        ('[[book]]\npath = "books/第1本.txt"\n[[book]]\npath = "./books/第1本.txt"\n', "twice"),
    ],
)
def test_a_list_that_cannot_be_used_says_where(tmp_path: Path, text: str, said: str) -> None:
    library(tmp_path / "books", 1)
    (tmp_path / "list.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        jobs_of(tmp_path / "list.toml")


def test_several_books_at_once_end_as_one_after_the_other(tmp_path: Path) -> None:
    jobs = jobs_of(library(tmp_path / "books", 4))
    rows = run(jobs, tmp_path, at_once=3)
    assert [row.state for row in rows.values()] == ["done"] * 4


def test_progress_says_how_many_books_are_done(tmp_path: Path) -> None:
    said: list[Progress] = []
    jobs = jobs_of(library(tmp_path / "books", 3))
    run_batch(jobs, Ledger(tmp_path / "out" / "l.sqlite"), COMMON | {"output": tmp_path / "out"}, said.append)
    assert [(p.done, p.total) for p in said if p.stage == "batch"] == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_second_batch_with_the_same_ledger_is_refused(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "batch.sqlite")
    with ledger.driven(), pytest.raises(InputError, match="another batch"), Ledger(ledger.path).driven():
        pass


def test_a_disk_without_room_is_refused_before_anything_starts(tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(1 << 40)  # a hole: no disk has room for what it would become
    with pytest.raises(InputError, match="GB free"):
        check_space([BookJob(huge)], tmp_path / "out" / "deep", tmp_path / "cache")
    check_space(jobs_of(library(tmp_path / "books", 1)), tmp_path / "out", tmp_path / "cache")


def test_the_command_shows_a_table_and_ends_with_1_where_a_book_failed(tmp_path: Path) -> None:
    books = library(tmp_path / "books", 1)
    (books / "坏.epub").write_bytes(b"no book")
    ended = CliRunner().invoke(app, ["batch", str(books), "--engine", "tone", "--quiet", "--json"])
    assert ended.exit_code == 1
    assert json.loads(ended.stdout)["states"] == {"done": 1, "failed": 1}
    shown = CliRunner().invoke(app, ["batch", str(books), "--status"])
    assert shown.exit_code == 0
    assert "坏.epub" in shown.output and "1 done, 1 failed" in shown.output and "batch.sqlite" in shown.output


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_batch_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    books = library(tmp_path / "books", 6)
    command = [
        sys.executable,
        "-m",
        "novelcast.cli",
        "batch",
        str(books),
        "--engine",
        "tone",
        "--quiet",
        "--json",
    ]
    for _ in range(4):
        driver = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
        time.sleep(random.uniform(0.5, 4.0))
        driver.send_signal(signal.SIGKILL)
        driver.wait()
    for _ in range(100):  # its last process ends with it, and lets the book go
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        rows = json.loads(ended.stdout)["books"] if ended.stdout else []
        if ended.returncode == 0:
            break
        command += [] if "--retry-failed" in command else ["--retry-failed"]
    assert {row["state"] for row in rows} == {"done"}
    assert len(rows) == 6
    assert all(Path(row["folder"]).is_dir() for row in rows)
