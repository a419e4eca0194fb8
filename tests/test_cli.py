"""The command as a user runs it: the installed console script, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("novelcast"))
TEXT = "第一章 夜班\n\n仓库里只剩下一盏灯还亮着。\n\n“有人吗？”周航问道。\n\n“我在这儿。”林晚说，“别出声。”\n\n“滴滴滴——”\n\n灯灭了。\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "夜班.txt"
    path.write_text(TEXT, "utf-8")
    return path


def run(*args: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"NOVELCAST_CACHE_DIR": str(cwd / "cache"), "COLUMNS": "200"} | environment
    return subprocess.run(
        [COMMAND, *map(str, args)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        encoding="utf-8",
    )


def test_render_ends_with_a_table_and_the_path_of_what_was_made(book: Path, tmp_path: Path) -> None:
    done = run("render", book, "--engine", "tone", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "第一章 夜班" in done.stdout and "LUFS" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1] == str(tmp_path / "output" / "夜班" / "chapters")
    assert (tmp_path / "output" / "夜班" / "chapters" / "001 第一章 夜班.mp3").is_file()


def test_script_prints_json_and_nothing_else(book: Path, tmp_path: Path) -> None:
    done = run("script", book, "--json", cwd=tmp_path)
    script = json.loads(done.stdout)
    assert set(script) == {
        "version", "title", "language", "speakers", "segments", "cues", "skipped", "review_below", "review",
    }  # fmt: skip
    assert set(script["segments"][0]) == {
        "id", "chapter", "paragraph", "start", "end", "kind", "speaker", "confidence", "evidence",
        "channel", "text", "spoken",
    }  # fmt: skip
    assert set(script["speakers"][0]) == {"id", "name", "aliases", "gender", "age"}
    assert set(script["cues"][0]) == {
        "sound",
        "count",
        "mode",
        "text",
        "segment",
        "chapter",
        "paragraph",
        "start",
        "end",
    }
    assert [(c["sound"], c["count"], c["mode"]) for c in script["cues"]] == [("beep", 3, "replace")]
    said = {s["text"]: s["speaker"] for s in script["segments"] if s["kind"] == "dialogue"}
    assert said == {"“有人吗？”": "周航", "“我在这儿。”": "林晚", "“别出声。”": "林晚"}


def test_script_covers_every_character_of_the_text(book: Path, tmp_path: Path) -> None:
    script = json.loads(run("script", book, "--json", cwd=tmp_path).stdout)
    places = [*script["segments"], *script["skipped"], *(c for c in script["cues"] if c["mode"] == "replace")]
    text = "".join(
        p["text"] for p in sorted(places, key=lambda p: (p["chapter"], p["paragraph"], p["start"]))
    )
    assert text == "".join(TEXT.split("\n"))


def test_read_shows_repairs_and_what_is_not_the_book_and_writes_nothing(tmp_path: Path) -> None:
    damaged = (
        "第一章 夜班\n\n仓(cāng)库(kù)里只剩下一盏灯还亮着(zhe)。<br>\n\n本章未完，请点击下一页继续阅读\n"
    )
    (tmp_path / "夜班.txt").write_text(damaged, "utf-8")
    shown = run("read", "夜班.txt", "--repairs", cwd=tmp_path)
    assert "(cāng)" in shown.stdout and "本章未完" in shown.stdout
    book = json.loads(run("read", "夜班.txt", "--json", cwd=tmp_path).stdout)
    assert set(book) == {"title", "authors", "language", "chapters", "repairs", "skipped"}
    assert [p["text"] for p in book["chapters"][0]["paragraphs"]] == [
        "第一章 夜班",
        "仓库里只剩下一盏灯还亮着。",
    ]
    assert book["chapters"][0]["paragraphs"][0]["kind"] == "heading"
    assert {r["before"] for r in book["repairs"]} >= {"(cāng)", "<br>"}
    assert [s["text"].rstrip("。") for s in book["skipped"]] == ["本章未完，请点击下一页继续阅读"]
    as_it_was = json.loads(run("read", "夜班.txt", "--no-repair", "--json", cwd=tmp_path).stdout)
    assert as_it_was["repairs"] == [] and "(cāng)" in as_it_was["chapters"][0]["paragraphs"][1]["text"]
    assert not (tmp_path / "output").exists()


def test_script_speaks_nothing(book: Path, tmp_path: Path) -> None:
    run("script", book, cwd=tmp_path)
    assert (tmp_path / "output" / "夜班" / "cast.toml").is_file()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.txt", None, "none.txt"),
        ("empty.txt", b"", "empty"),
        ("song.mp3", b"ID3\x03\x00" + bytes(range(256)) * 20, "song.mp3"),
        ("blank.txt", "\n \u3000\n".encode(), "blank.txt"),
    ],
)
def test_a_file_that_is_no_book_is_one_line_and_exit_code_2(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("render", name, "--engine", "tone", cwd=tmp_path)
    assert done.returncode == 2
    first = done.stderr.strip().splitlines()[0]
    assert first.startswith("novelcast: ") and message in first
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "output").exists()


def test_an_unknown_engine_lists_the_valid_ones(book: Path, tmp_path: Path) -> None:
    done = run("render", book, "--engine", "siri", cwd=tmp_path)
    assert done.returncode == 2
    assert "kokoro" in done.stderr and "edge" in done.stderr
    assert not (tmp_path / "output").exists()


def test_a_flag_that_does_not_exist_is_exit_code_2(book: Path, tmp_path: Path) -> None:
    assert run("render", book, "--loud", cwd=tmp_path).returncode == 2


def test_an_output_that_cannot_be_written_is_exit_code_2(book: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("render", book, "--engine", "tone", "--output", "file", cwd=tmp_path)
    assert done.returncode == 2
    assert "--output" in done.stderr and "Traceback" not in done.stderr


def test_a_flag_wins_over_the_environment_which_wins_over_the_file(book: Path, tmp_path: Path) -> None:
    (tmp_path / "novelcast.toml").write_text('preset = "none"\nengine = "tone"\n')
    from_file = run("render", book, "--json", cwd=tmp_path)
    assert json.loads(from_file.stdout)["chapters"][0]["rate_hz"] == 44_100
    from_env = run("render", book, "--json", cwd=tmp_path, NOVELCAST_PRESET="audiobook")
    assert json.loads(from_env.stdout)["chapters"][0]["rate_hz"] == 24_000
    flagged = run("render", book, "--json", "--preset", "podcast", cwd=tmp_path, NOVELCAST_PRESET="audiobook")
    assert json.loads(flagged.stdout)["chapters"][0]["rate_hz"] == 44_100


def test_a_bad_settings_file_names_the_setting(book: Path, tmp_path: Path) -> None:
    (tmp_path / "novelcast.toml").write_text("colour = 3\n")
    done = run("render", book, cwd=tmp_path)
    assert done.returncode == 2 and "colour" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_says_so_keeps_what_was_made_and_the_next_run_goes_on(tmp_path: Path) -> None:
    long = tmp_path / "长夜.txt"
    lines = [f"第{n}天夜里又下雨了。" for n in range(600)]
    long.write_text("\n\n".join(lines), "utf-8")
    clips = tmp_path / "cache" / "clips"
    env = os.environ | {"NOVELCAST_CACHE_DIR": str(tmp_path / "cache")}
    process = subprocess.Popen(
        [COMMAND, "render", str(long), "--engine", "tone", "--preset", "audiobook", "--json"], cwd=tmp_path, env=env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while len(list(clips.rglob("*.flac"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped" in stderr and "Traceback" not in stderr
    kept = len(list(clips.rglob("*.flac")))
    assert 5 <= kept < len(lines)
    done = json.loads(
        run("render", long, "--engine", "tone", "--preset", "audiobook", "--json", cwd=tmp_path).stdout
    )
    assert done["reused"] == kept and done["spoken"] == len(lines) - kept
    assert not list((tmp_path / "output").rglob(".writing*"))


def test_voices_lists_and_previews(tmp_path: Path) -> None:
    listed = run("voices", "--json", cwd=tmp_path)
    assert {"zf_xiaoxiao", "zh-CN-XiaoxiaoNeural", "tone_bass"} <= {
        v["id"] for v in json.loads(listed.stdout)
    }
    said = run("voices", "--say", "夜里下雨了。", "tone_alto", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / said.stdout.strip()).stat().st_size > 1000
    unknown = run("voices", "--say", "夜里下雨了。", "nobody", cwd=tmp_path)
    assert unknown.returncode == 2 and "nobody" in unknown.stderr


def test_cues_lists_and_previews(tmp_path: Path) -> None:
    assert "alarm" in run("cues", cwd=tmp_path).stdout
    made = run("cues", "alarm", "--count", "3", cwd=tmp_path)
    assert (tmp_path / made.stdout.strip()).stat().st_size > 1000
    assert run("cues", "kazoo", cwd=tmp_path).returncode == 2


def test_cache_says_how_much_room_the_lines_take_and_makes_some(book: Path, tmp_path: Path) -> None:
    run("render", book, "--engine", "tone", cwd=tmp_path)
    full = json.loads(run("cache", "--json", cwd=tmp_path).stdout)
    assert full["clips"] > 3 and full["bytes"] > 1000
    assert full["folder"] == str(tmp_path / "cache" / "clips")
    shown = run("cache", "--prune", "0.01MB", cwd=tmp_path)
    assert shown.returncode == 0 and "removed" in shown.stdout and full["folder"] in shown.stdout
    assert json.loads(run("cache", "--json", cwd=tmp_path).stdout)["bytes"] <= 10_000
    refused = run("cache", "--prune", "lots", cwd=tmp_path)
    assert refused.returncode == 2 and "5GB" in refused.stderr
    (tmp_path / "output" / "夜班" / "chapters" / "001 第一章 夜班.mp3").unlink()
    again = json.loads(run("render", book, "--engine", "tone", "--json", cwd=tmp_path).stdout)
    assert again["spoken"] > 0 and not again["failed"]


def test_doctor_says_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 1  # the embedded engine's files are not in this empty cache
    assert "doctor --fetch" in done.stdout
    assert "not for commercial use" in done.stdout
    findings = json.loads(run("doctor", "--json", cwd=tmp_path).stdout)
    assert {f["what"] for f in findings} >= {"engine kokoro", "engine edge", "editions", "cache"}
    assert not (tmp_path / "cache").exists()


def test_a_table_that_does_not_end_is_named_with_its_line(book: Path, tmp_path: Path) -> None:
    (tmp_path / "novelcast.toml").write_text('preset = "none"\n[pauses]\nturn_ms = [\n 3,\n')
    done = run("script", book, cwd=tmp_path)
    assert done.returncode == 2 and "line 3" in done.stderr and "Traceback" not in done.stderr


def test_check_names_each_mistake_with_its_line_and_says_so_by_its_exit_code(
    book: Path, tmp_path: Path
) -> None:
    run("script", book, "--engine", "tone", cwd=tmp_path)
    page = tmp_path / "output" / "夜班" / "script.md"
    assert run("check", page.parent, cwd=tmp_path).returncode == 0
    text = page.read_text("utf-8")
    page.write_text(text.replace("“有人吗？”", "“没人吗？”"), "utf-8")
    done = run("check", page, cwd=tmp_path)
    number = text.split("\n").index(next(x for x in text.split("\n") if "“有人吗？”" in x)) + 1
    assert done.returncode == 2 and f"script.md:{number}: " in done.stdout and "what to do: " in done.stdout
    (fault,) = json.loads(run("check", page, "--json", cwd=tmp_path).stdout)["faults"]
    assert fault["line"] == number and fault["file"].endswith("script.md") and fault["what"] and fault["hint"]
    refused = run("render", book, "--engine", "tone", cwd=tmp_path)
    assert refused.returncode == 2 and f"line {number}" in refused.stderr
    page.write_text(text.replace("- 周航: “有", "- 林晚: “有"), "utf-8")
    assert json.loads(run("check", page, "--json", cwd=tmp_path).stdout)["faults"] == []
    done = run("script", book, "--json", cwd=tmp_path)
    assert "1 line" in done.stderr
    said = {s["text"]: s["speaker"] for s in json.loads(done.stdout)["segments"]}
    assert said["“有人吗？”"] == "林晚"


def test_check_of_something_else_is_exit_code_2(book: Path, tmp_path: Path) -> None:
    for path in (tmp_path, book, tmp_path / "none"):
        done = run("check", path, cwd=tmp_path)
        assert done.returncode == 2 and "no script" in done.stderr and "Traceback" not in done.stderr


def test_script_lists_the_quotes_to_review_with_their_line(book: Path, tmp_path: Path) -> None:
    done = run("script", book, "--engine", "tone", "--review-below", "1", cwd=tmp_path)
    page = (tmp_path / "output" / "夜班" / "script.md").read_text("utf-8").split("\n")
    listed = json.loads(run("script", book, "--json", "--review-below", "1", cwd=tmp_path).stdout)
    assert (
        listed["review_below"] == 1 and len(listed["review"]) == sum(x.startswith("- ? ") for x in page) > 0
    )
    for doubt in listed["review"]:
        assert doubt["text"] in page[doubt["line"] - 1]
        assert f"{doubt['line']} " in done.stdout and doubt["evidence"] in done.stdout
    assert f"{len(listed['review'])} of 3 quotes to review, less than 1 sure" in done.stdout
    nothing = run("script", book, "--review-below", "0", cwd=tmp_path, NOVELCAST_REVIEW_BELOW="1")
    assert "nothing to review" in nothing.stdout


def test_a_list_of_characters_is_honoured_by_every_command(book: Path, tmp_path: Path) -> None:
    (tmp_path / "people.txt").write_text("周大航 = 周航, 老周 (female)\n何九\n", "utf-8")
    shown = run("read", book, "--characters", "people.txt", cwd=tmp_path).stdout
    assert "周大航 0, 周航 1, 老周 0" in shown and "何九 0 (not in this book)" in shown
    read = json.loads(run("read", book, "--characters", "people.txt", "--json", cwd=tmp_path).stdout)
    assert read["characters"][0] == {"name": "周大航", "found": {"周大航": 0, "周航": 1, "老周": 0}}
    for extra in (["--characters", "people.txt"], []):
        script = json.loads(run("script", book, "--json", *extra, cwd=tmp_path).stdout)
        about = {s["name"]: s["gender"] for s in script["speakers"]}
        assert about["周大航"] == "female" and "周航" not in about
    (tmp_path / "people.txt").write_text("周航 (boy)\n", "utf-8")
    for command in ("read", "script", "render"):
        done = run(command, book, "--characters", "people.txt", cwd=tmp_path)
        assert done.returncode == 2 and "people.txt, line 1" in done.stderr
    assert run("script", book, "--characters", "people.txt", "--output", "new", cwd=tmp_path).returncode == 2
    assert not (tmp_path / "new").exists()


def test_one_voice_or_two_for_a_first_person_narrator(tmp_path: Path) -> None:
    lines = [
        "我推开门，我听见雨声。",
        "“谁？”我问。",
        "“是我，老周。”他说。",
        "我点点头，我让他进来，我给他倒了水。",
    ]
    (tmp_path / "雨.txt").write_text("\n\n".join(lines * 3), "utf-8")
    for value, same in (("same", True), ("own", False)):
        run("script", "雨.txt", "--engine", "tone", "--narrator-voice", value, cwd=tmp_path)
        cast = tomllib.loads((tmp_path / "output" / "雨" / "cast.toml").read_text("utf-8"))
        assert (cast["roles"]["我"] == cast["narrator"]) is same
    assert run("script", "雨.txt", "--narrator-voice", "three", cwd=tmp_path).returncode == 2


def test_help_teaches(tmp_path: Path) -> None:
    top = run("--help", cwd=tmp_path).stdout
    for word in ("render", "script", "check", "voices", "cues", "cache", "doctor", "cast.toml", "Exit codes"):
        assert word in top
    for command in ("render", "script", "check", "voices", "cues", "cache", "doctor"):
        assert run(command, "--help", cwd=tmp_path).returncode == 0


def test_a_folder_of_chapters_and_several_files_are_one_book(tmp_path: Path) -> None:
    folder = tmp_path / "渡口"
    folder.mkdir()
    (folder / "第十章.txt").write_text("第十章 雨\n\n雨下了一夜。\n", "utf-8")
    (folder / "第二章.txt").write_text("第二章 风\n\n风停了。\n", "utf-8")
    whole = json.loads(run("read", "渡口", "--json", cwd=tmp_path).stdout)
    assert [c["title"] for c in whole["chapters"]] == ["第二章 风", "第十章 雨"]
    listed = json.loads(
        run("read", folder / "第十章.txt", folder / "第二章.txt", "--json", cwd=tmp_path).stdout
    )
    assert [c["title"] for c in listed["chapters"]] == ["第十章 雨", "第二章 风"]
    done = run("render", "渡口", "--engine", "tone", "--json", cwd=tmp_path)
    assert len(json.loads(done.stdout)["chapters"]) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
@pytest.mark.parametrize("command", [["read", "夜班.txt", "--json"], ["read", "夜班.txt"], ["--version"]])
def test_a_result_that_cannot_be_written_is_said_in_words(
    book: Path, tmp_path: Path, command: list[str]
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, *command],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("novelcast: cannot write the result: ")
    assert "what to do" in done.stderr and "Traceback" not in done.stderr


def test_nobody_who_reads_the_result_is_no_mistake(book: Path, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [COMMAND, "read", book, "--json"], cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, timeout=60
    )
    os.close(write)
    assert done.stderr == b""


def test_masked_words_are_a_silence_or_a_tone_as_flag_environment_and_file_say(tmp_path: Path) -> None:
    book = tmp_path / "遮.txt"
    book.write_text("第一章 夜\n\n那个消息像一颗**在人群里炸开了。\n", "utf-8")

    def sounds(*flags: str, **environment: str) -> list[str]:
        done = run("script", book, "--engine", "tone", "--json", *flags, cwd=tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        return [cue["sound"] for cue in json.loads(done.stdout)["cues"]]

    assert sounds() == []
    (tmp_path / "novelcast.toml").write_text('masked = "bleep"\n')
    assert sounds() == ["censor"]
    assert sounds(NOVELCAST_MASKED="silence") == []
    assert sounds("--masked", "bleep", NOVELCAST_MASKED="silence") == ["censor"]
    wrong = run("script", book, "--masked", "roar", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "masked" in wrong.stderr and "bleep" in wrong.stderr
