"""`novelcast cast` and `novelcast audition` as a user runs them."""

import json
import tomllib
from pathlib import Path

import pytest

from test_cli import run

TEXT = "第一章 码头\n\n“船来了，你看见没有？”唐铭问道。\n\n“看见了，是三叔的船。”苏棠说。\n\n“那我们去栈桥等他。”唐铭说。\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "码头.txt"
    path.write_text(TEXT, "utf-8")
    return path


def test_cast_shows_the_table_and_sets_a_voice(book: Path, tmp_path: Path) -> None:
    shown = run("cast", book, "--engine", "tone", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "唐铭" in shown.stdout and "(narrator)" in shown.stdout and "their gender" in shown.stdout
    folder = tmp_path / "output" / "码头"
    done = run("cast", folder, "--set", "唐铭=tone_tenor,rate=0.9", "--json", cwd=tmp_path)
    role = next(r for r in json.loads(done.stdout)["roles"] if r["speaker"] == "唐铭")
    assert (role["role"]["voice"], role["role"]["rate"], role["lines"]) == ("tone_tenor", 0.9, 2)
    kept = tomllib.loads((folder / "cast.toml").read_text("utf-8"))
    assert kept["roles"]["唐铭"] == {"voice": "tone_tenor", "rate": 0.9}
    assert not (folder / "chapters").exists()


def test_a_name_that_is_nearly_right_is_exit_code_2_with_the_right_one(book: Path, tmp_path: Path) -> None:
    done = run("cast", book, "--engine", "tone", "--set", "唐明=tone_tenor", cwd=tmp_path)
    assert done.returncode == 2 and "did you mean 唐铭" in done.stderr


def test_audition_writes_a_file_for_each_voice_and_says_where(book: Path, tmp_path: Path) -> None:
    done = run("audition", book, "唐铭", "--engine", "tone", "--json", "--no-play", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [line["text"] for line in answer["lines"]] == ["“船来了，你看见没有？”", "“那我们去栈桥等他。”"]
    assert len(answer["takes"]) == 4 and all(Path(t["file"]).is_file() for t in answer["takes"])


def test_a_cast_is_carried_over_and_what_is_not_a_cast_is_said(book: Path, tmp_path: Path) -> None:
    run("cast", book, "--engine", "tone", "--set", "苏棠=tone_mezzo", cwd=tmp_path)
    second = tmp_path / "码头二.txt"
    second.write_text(TEXT, "utf-8")
    done = run("cast", second, "--cast", "output/码头/cast.toml", "--json", cwd=tmp_path)
    roles = {r["speaker"]: r["role"]["voice"] for r in json.loads(done.stdout)["roles"]}
    assert roles["苏棠"] == "tone_mezzo" and "carried over" in done.stderr
    lost = run("cast", second, "--cast", "nowhere.toml", cwd=tmp_path)
    assert lost.returncode == 2 and "nowhere.toml" in lost.stderr
