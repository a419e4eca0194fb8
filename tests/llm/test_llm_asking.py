"""A book goes in at the command line, a model on this machine is asked, and the script comes out with its answers."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from llm_server import Fault, LlmServer
from novelcast.cli import app

TEXT = """第一章 灯塔

陈渡把船系在石头上，抬头看那座灯塔。

“灯怎么还亮着？”陈渡问。

沈月从塔里走出来，手里提着一盏油灯。韩青跟在她后面。

“因为有人要回来。”沈月说。

“外面冷。”韩青说，“别站在雨里。”

“谁？”

“你认得的人。”

“我在这儿谁也不认得。”

韩青笑了一声，把门推开。

“先进来再说。”

“茶是热的。”

“我不喝茶。”

“那就喝水。”

雨下大了。

“走吧。”沈月说。
"""
TAGGED = {
    "灯怎么还亮着？": "陈渡",
    "因为有人要回来。": "沈月",
    "外面冷。": "韩青",
    "别站在雨里。": "韩青",
    "走吧。": "沈月",
}
LINES = {
    "谁？": "陈渡",
    "你认得的人。": "沈月",
    "我在这儿谁也不认得。": "陈渡",
    "先进来再说。": "韩青",
    "茶是热的。": "韩青",
    "我不喝茶。": "陈渡",
    "那就喝水。": "韩青",
}
# Under this threshold lies every quotation without a tag; a model this good wins against our own guess.
LLM = {"model": "oracle", "threshold": 0.95, "accuracy": 0.96}


@dataclass
class Done:
    """What a command left behind. `said`: words of each quotation -> (speaker, confidence, evidence)."""

    code: int
    out: str
    err: str
    said: dict[str, tuple[str | None, float, str]]
    segments: list[dict[str, Any]]

    @property
    def speakers(self) -> dict[str, str | None]:
        return {words: who for words, (who, _, _) in self.said.items()}

    @property
    def notes(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("novelcast: ")]


class Desk:
    """A folder with the book and the settings, where commands are run."""

    def __init__(self, folder: Path, server: LlmServer) -> None:
        self.folder, self.server = folder, server
        (folder / "灯塔.txt").write_text(TEXT, "utf-8")
        self.configure()

    def configure(self, **changes: Any) -> None:
        llm = {"base_url": self.server.url, **LLM, **changes}
        lines = [f"{name} = {json.dumps(value)}" for name, value in llm.items()]
        (self.folder / "novelcast.toml").write_text("\n".join(["[script.llm]", *lines]), "utf-8")

    def run(self, *flags: str) -> Done:
        result = CliRunner().invoke(app, ["script", "灯塔.txt", "--engine", "tone", *flags])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        segments = json.loads(self.script.read_text("utf-8"))["segments"] if self.script.exists() else []
        said = {
            s["text"].strip("“”"): (s["speaker"], s["confidence"], s["evidence"])
            for s in segments
            if s["kind"] == "dialogue"
        }
        return Done(result.exit_code, result.stdout, result.stderr, said, segments)

    @property
    def script(self) -> Path:
        return self.folder / "output" / "灯塔" / "script.json"


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(TAGGED | LINES) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOVELCAST_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("NOVELCAST_LLM_KEY", raising=False)
    return Desk(tmp_path, server)


def text_of(done: Done) -> list[tuple[str, str]]:
    return [(s["kind"], s["text"]) for s in done.segments]


# ---------------------------------------------------------------- the good case


def test_the_answers_decide_who_speaks_where_the_text_alone_was_unsure(desk: Desk) -> None:
    alone = desk.run("--no-llm")
    done = desk.run("--fresh")
    assert done.code == 0
    assert done.speakers == TAGGED | LINES
    assert alone.speakers != done.speakers
    assert text_of(done) == text_of(alone)
    for words in TAGGED:
        assert done.said[words] == alone.said[words]


def test_only_unsure_quotations_are_asked_about_unless_the_user_wants_all(desk: Desk) -> None:
    desk.run()
    (request,) = desk.server.requests
    asked = re.findall(r"«\d+»“(.*?)”", request.scene)
    tests = ["灯怎么还亮着？", "走吧。"]  # of which the text tells; they show how good the model is
    assert asked == [tests[0], *LINES, tests[1]]
    assert "«沈月»“因为有人要回来。”沈月说。" in request.scene
    desk.configure(ask="all")
    desk.run("--fresh")
    assert "«11»“走吧。”沈月说。" in desk.server.requests[-1].scene


@pytest.mark.parametrize("ask", ["unsure", "all"])
def test_what_the_user_set_is_told_and_never_asked(desk: Desk, ask: str) -> None:
    desk.run("--no-llm")
    page = desk.script.with_name("script.md")
    text = page.read_text("utf-8")
    page.write_text(re.sub(r"- [^:\n]*: “谁？”", "- 韩青: “谁？”", text), "utf-8")
    desk.configure(ask=ask)
    done = desk.run()
    scenes = "\n".join(request.scene for request in desk.server.requests)
    assert "«韩青»“谁？”" in scenes and not re.search(r"«\d+»“谁？”", scenes)
    assert done.speakers == TAGGED | LINES | {"谁？": "韩青"}
    assert next(s for s in done.segments if s["text"] == "“谁？”")["by_user"] == ["label"]


def test_the_evidence_names_the_model_and_what_the_text_alone_said(desk: Desk) -> None:
    alone = desk.run("--no-llm")
    done = desk.run("--fresh")
    for words in LINES:
        who, confidence, evidence = done.said[words]
        before, sure, why = alone.said[words]
        assert "oracle was asked" in evidence and why in evidence
        assert confidence < 0.9 or confidence == sure
        if who == before:
            assert confidence >= sure and "says so too" in evidence
        else:
            assert f"pointed to {before}" in evidence


def test_somebody_who_was_given_no_line_can_be_the_answer(desk: Desk) -> None:
    (desk.folder / "灯塔.txt").write_text(
        "第一章 门\n\n韩青推开门，愣住了。韩青看了看屋里，又看了看陈渡。陈渡摇了摇头。陈渡想了想，没有说话。\n\n"
        "“谁在里面？”沈月问道。\n\n“没有人。”沈月说。\n\n“走吧。”\n",
        "utf-8",
    )
    alone = desk.run("--no-llm")
    absent = ({"韩青", "陈渡"} - set(alone.speakers.values())).pop()
    desk.server.lines["走吧。"] = absent
    done = desk.run("--fresh")
    assert done.speakers["走吧。"] == absent
    speakers = json.loads(desk.script.read_text("utf-8"))["speakers"]
    assert absent in {s["id"] for s in speakers}


def test_a_strong_clue_of_the_text_stands_against_a_model_that_errs_more_often(desk: Desk) -> None:
    alone = desk.run("--no-llm")
    desk.configure(ask="all", accuracy=0.6)
    desk.server.lines |= dict.fromkeys(TAGGED, "韩青")
    done = desk.run("--fresh")
    assert {w: done.speakers[w] for w in TAGGED} == TAGGED
    _, confidence, evidence = done.said["走吧。"]
    assert evidence.endswith("oracle was asked and says 韩青") and confidence < alone.said["走吧。"][1]


def test_a_model_that_is_wrong_about_what_the_text_tells_changes_nothing_and_the_user_is_told(
    desk: Desk,
) -> None:
    alone = desk.run("--no-llm")
    desk.configure(batch_size=1)
    others = {"陈渡": "沈月", "沈月": "韩青", "韩青": "陈渡"}
    desk.server.lines = {words: others[who or ""] for words, who in alone.speakers.items()}
    done = desk.run("--fresh")
    assert done.speakers == alone.speakers
    assert "is wrong about 14 of 14 quotations whose speaker the text tells" in done.notes[-1]


def test_what_it_will_cost_is_said_before_and_what_it_cost_after(desk: Desk) -> None:
    desk.configure(price_in=1000, price_out=10_000, currency="元")
    before, after = desk.run().notes
    place = desk.server.url.split("/")[2]
    assert before.startswith(
        f"novelcast: asking oracle at {place} about 7 of 11 quotations, in 1 request: about "
    )
    assert before.endswith(" 元")
    assert after.startswith("novelcast: oracle: 7 answers: ")
    assert after.endswith("; right about 2 of 2 that the text tells; 100 tokens in and 10 out, 0.2000 元")


def test_tokens_are_estimated_where_the_service_does_not_count_them(desk: Desk) -> None:
    desk.server.faults.append(Fault.UNCOUNTED)
    assert "about " in desk.run().notes[-1]


def test_a_second_run_asks_nothing(desk: Desk) -> None:
    first = desk.run()
    assert desk.run().notes == []
    fresh = desk.run("--fresh")
    assert len(desk.server.requests) == 1
    assert "nothing is asked" in fresh.notes[0]
    assert fresh.said == first.said


def test_a_changed_paragraph_asks_again_only_about_its_own_scene(desk: Desk) -> None:
    book = desk.folder / "灯塔.txt"
    second = "*****\n\n沈月醒来时天已经亮了。\n\n“雾散了。”陈渡说。\n\n“船呢？”\n\n“漂走了。”\n\n韩青把一封信递给她。\n"
    book.write_text(f"{TEXT}\n{second}", "utf-8")
    desk.run()
    assert len(desk.server.requests) == 2
    book.write_text(f"{TEXT}\n{second.replace('一封信', '一张纸条')}", "utf-8")
    desk.run()
    assert len(desk.server.requests) == 3 and "一张纸条" in desk.server.requests[-1].scene
    assert "灯怎么还亮着" not in desk.server.requests[-1].scene


def test_no_more_quotations_than_the_batch_size_go_in_one_request(desk: Desk) -> None:
    desk.configure(batch_size=3)
    done = desk.run()
    assert len(desk.server.requests) == 3
    assert "in 3 requests" in done.notes[0]
    assert done.speakers == TAGGED | LINES


# ---------------------------------------------------------------- what is broken


@pytest.mark.parametrize("habit", [Fault.FENCED, Fault.CHATTY, Fault.THINKING, Fault.WRAPPED])
def test_an_answer_with_something_around_it_is_understood(desk: Desk, habit: Fault) -> None:
    desk.server.faults.append(habit)
    done = desk.run()
    assert done.speakers == TAGGED | LINES
    assert not any("keep" in note for note in done.notes)


@pytest.mark.parametrize(
    ("fault", "kept", "reason"),
    [
        (Fault.UNKNOWN_NAME, {"谁？"}, "a name that is not in the scene (1)"),
        (Fault.HALF, {"那就喝水。"}, "no answer (1); what to do: answers were cut off: raise max_tokens"),
        (Fault.NOT_JSON, set(LINES), "an answer that is not JSON (7)"),
        (Fault.WRONG_NUMBERS, set(LINES), "no answer (7)"),
        (Fault.TWICE, {"谁？"}, "two different answers (1)"),
        (Fault.TEXT, set(LINES), "a name that is not in the scene (7)"),
        (Fault.EMPTY, set(LINES), "no answer (7)"),
        (Fault.NO_CHOICES, set(LINES), "an answer in another protocol (7)"),
        (Fault.HTML, set(LINES), "an answer in another protocol (7)"),
        (Fault.HUGE, set(LINES), "an answer of more than 1 MB (7)"),
        (Fault.WRONG_KEY, set(LINES), "the key was refused, HTTP 401"),
        (Fault.NO_MODEL, set(LINES), "HTTP 404: The model does not exist (7)"),
        (
            Fault.TOO_LONG,
            set(LINES),
            "maximum context length is 2048 tokens (7); what to do: lower batch_size",
        ),
        (Fault.REDIRECT, set(LINES), "HTTP 302 (7); what to do: check base_url"),
    ],
)
def test_a_broken_answer_keeps_the_local_one_and_is_told_in_one_line(
    desk: Desk, fault: Fault, kept: set[str], reason: str
) -> None:
    alone = desk.run("--no-llm")
    desk.server.faults.append(fault)
    done = desk.run("--fresh")
    assert done.code == 0
    assert text_of(done) == text_of(alone)
    for words in LINES:
        assert (
            done.said[words] == alone.said[words] if words in kept else done.speakers[words] == LINES[words]
        )
    what = "1 question keeps" if len(kept) == 1 else f"{len(kept)} questions keep"
    (told,) = [note for note in done.notes if " the local answer: " in note]
    assert told.startswith(f"novelcast: oracle: {what} the local answer: ") and reason in told
    assert desk.server.elsewhere == 0


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.BROKEN])
def test_a_busy_service_is_asked_again_and_given_up_in_the_end(desk: Desk, fault: Fault) -> None:
    desk.server.faults.extend([fault, fault])
    assert desk.run().speakers == TAGGED | LINES
    assert len(desk.server.requests) == 3
    alone = desk.run("--no-llm", "--fresh")
    desk.configure(model="busy")
    desk.server.faults.extend([fault] * 3)
    done = desk.run("--fresh")
    assert done.said == alone.said
    assert "HTTP 429" in done.notes[-1] or "HTTP 500" in done.notes[-1]
    assert desk.run().speakers == TAGGED | LINES, "the next run asks what this one could not"


def test_a_cut_connection_is_tried_again(desk: Desk) -> None:
    desk.server.faults.append(Fault.ABORTED)
    assert desk.run().speakers == TAGGED | LINES


def test_a_model_that_does_not_answer_in_time_keeps_the_local_answer(desk: Desk) -> None:
    alone = desk.run("--no-llm")
    desk.configure(timeout_s=0.5)
    desk.server.faults.append(Fault.STALL)
    done = desk.run("--fresh")
    assert done.said == alone.said
    assert "no answer in 0.5 s (7); what to do: raise timeout_s" in done.notes[-1]


def test_a_server_that_is_not_there_stops_the_asking_at_once_and_the_next_run_asks(desk: Desk) -> None:
    with LlmServer() as gone:
        address = gone.url
    alone = desk.run("--no-llm")
    desk.configure(base_url=address, batch_size=1)
    done = desk.run()
    assert done.code == 0 and done.said == alone.said
    assert "cannot connect to 127.0.0.1" in done.notes[-1] and "start the server" in done.notes[-1]
    desk.configure(batch_size=1)
    assert desk.run().speakers == TAGGED | LINES


def test_what_was_answered_before_the_service_failed_is_not_asked_again(desk: Desk) -> None:
    desk.configure(batch_size=3, concurrency=1)
    desk.server.faults.extend([Fault.FENCED, Fault.WRONG_KEY])
    done = desk.run()
    assert "not asked any more (1)" in done.notes[-1]
    assert done.speakers["谁？"] == "陈渡"
    again = desk.run()
    assert again.speakers == TAGGED | LINES
    assert len(desk.server.requests) == 4
    assert "(3 more are answered from earlier runs)" in again.notes[0]


def test_a_service_that_fails_three_times_running_is_left_alone(desk: Desk) -> None:
    desk.configure(batch_size=1, concurrency=1)
    desk.server.faults.extend([Fault.BROKEN] * 9)
    done = desk.run()
    assert len(desk.server.requests) == 9
    assert "HTTP 500: internal error (3)" in done.notes[-1] and "not asked any more (4)" in done.notes[-1]


@pytest.mark.parametrize("damage", ["", "{", '{"model": "oracle", "speakers": {"1": "孙悟空"}}'])
def test_a_damaged_file_of_answers_is_asked_anew(desk: Desk, damage: str) -> None:
    first = desk.run()
    (file,) = (desk.folder / "output" / "灯塔" / "answers").iterdir()
    file.write_text(damage, "utf-8")
    assert desk.run("--fresh").said == first.said
    assert len(desk.server.requests) == 2


def test_ctrl_c_loses_no_answer(desk: Desk, tmp_path: Path) -> None:
    desk.configure(batch_size=3, concurrency=1)
    desk.server.faults.extend([Fault.FENCED, Fault.STALL])
    command = [sys.executable, "-m", "novelcast.cli", "script", "灯塔.txt", "--engine", "tone"]
    process = subprocess.Popen(command, cwd=tmp_path, env=os.environ, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(desk.server.requests) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "novelcast: stopped" in err and "Traceback" not in err
    assert "oracle: stopped after 100 tokens in and 10 out; the answers are kept" in err
    assert not desk.script.exists()
    assert desk.run().speakers == TAGGED | LINES
    assert len(desk.server.requests) == 4


# ---------------------------------------------------------------- what services understand


@pytest.mark.parametrize("form", ["json_schema", "json_object", "text"])
def test_a_service_that_knows_fewer_forms_of_answer_is_asked_in_one_it_knows(desk: Desk, form: str) -> None:
    desk.server.takes = (form,)
    desk.configure(batch_size=3)
    assert desk.run().speakers == TAGGED | LINES
    assert {r.form for r in desk.server.requests[-2:]} == {form}


def test_a_service_that_calls_its_own_ignorance_an_error_of_the_server_is_understood(desk: Desk) -> None:
    desk.server.takes, desk.server.refuses_with = ("json_object",), 500
    assert desk.run().speakers == TAGGED | LINES
    assert len(desk.server.requests) == 2


def test_a_service_with_other_names_for_limits_is_asked_with_those(desk: Desk) -> None:
    desk.server.new_names = True
    assert desk.run().speakers == TAGGED | LINES
    body = desk.server.requests[-1].body
    assert body["max_completion_tokens"] == 1000 and "max_tokens" not in body and "temperature" not in body


# ---------------------------------------------------------------- what is sent, and where


def test_the_key_comes_from_the_environment_and_is_never_shown_or_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.server.key = "sk-right"
    refused = desk.run()
    assert "put the key into NOVELCAST_LLM_KEY, which is not set" in refused.notes[-1]
    monkeypatch.setenv("NOVELCAST_LLM_KEY", "sk-wrong-secret")
    wrong = desk.run()
    assert "NOVELCAST_LLM_KEY, which holds another key" in wrong.notes[-1]
    desk.configure(key_env="MY_KEY")
    monkeypatch.setenv("MY_KEY", " sk-right\n")
    assert desk.run().speakers == TAGGED | LINES
    left = [p.read_bytes() for p in desk.folder.rglob("*") if p.is_file()]
    shown = (refused.err + wrong.err + wrong.out).encode()
    assert not any(b"sk-" in data for data in [*left, shown])


def test_a_key_that_cannot_be_one_is_named_by_its_variable_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOVELCAST_LLM_KEY", "sk-one\nsk-two")
    done = desk.run()
    assert done.code == 2 and "NOVELCAST_LLM_KEY" in done.err and "sk-" not in done.err


def test_a_key_in_the_settings_file_is_refused_without_showing_it(desk: Desk) -> None:
    desk.configure(api_key="sk-secret")
    done = desk.run()
    assert done.code == 2 and "NOVELCAST_LLM_KEY" in done.err and "sk-secret" not in done.err
    assert desk.server.requests == []


def test_nothing_is_asked_unless_there_is_a_model_in_the_settings_and_it_is_wanted(desk: Desk) -> None:
    desk.run("--no-llm")
    (desk.folder / "novelcast.toml").write_text("", "utf-8")
    assert desk.run("--fresh").notes == []
    missing = desk.run("--llm")
    assert missing.code == 2 and "[script.llm]" in missing.err
    desk.configure()
    settings = (desk.folder / "novelcast.toml").read_text("utf-8")
    (desk.folder / "novelcast.toml").write_text("llm = false\n" + settings, "utf-8")
    desk.run("--fresh")
    assert desk.server.requests == []
    desk.run("--llm")
    assert len(desk.server.requests) == 1


def test_the_environment_can_name_another_model(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVELCAST_SCRIPT__LLM__MODEL", "sibyl")
    desk.run()
    assert desk.server.requests[0].body["model"] == "sibyl"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"base_url": "localhost:8080"}, "script.llm.base_url"),
        ({"base_url": "http://me:secret@host/v1"}, "script.llm.base_url"),
        ({"model": ""}, "script.llm.model"),
        ({"ask": "some"}, "script.llm.ask"),
        ({"threshold": 80}, "script.llm.threshold"),
        ({"concurrency": 50}, "script.llm.concurrency"),
        ({"colour": "red"}, "script.llm.colour"),
    ],
)
def test_a_wrong_setting_is_named(desk: Desk, change: dict[str, Any], named: str) -> None:
    desk.configure(**change)
    done = desk.run()
    assert done.code == 2 and named in done.err and "secret" not in done.err


# ---------------------------------------------------------------- a script that stands


def test_a_script_made_without_a_model_is_asked_about_once_there_is_one(desk: Desk) -> None:
    desk.run("--no-llm")
    assert desk.run().speakers == TAGGED | LINES


def test_what_the_user_set_stays_set_when_a_model_is_asked(desk: Desk) -> None:
    desk.run("--no-llm")
    script = json.loads(desk.script.read_text("utf-8"))
    edited = next(s for s in script["segments"] if s["text"] == "“我不喝茶。”")
    edited["speaker"] = "沈月"
    desk.script.write_text(json.dumps(script), "utf-8")
    done = desk.run()
    assert done.speakers["我不喝茶。"] == "沈月" and desk.server.requests


def test_quiet_tells_only_what_went_wrong_and_json_stays_alone_on_stdout(desk: Desk) -> None:
    desk.server.faults.append(Fault.HALF)
    done = desk.run("--quiet", "--json")
    assert len(done.notes) == 1 and "keeps the local answer" in done.notes[0]
    assert len(json.loads(done.out)["segments"]) == len(done.segments)
