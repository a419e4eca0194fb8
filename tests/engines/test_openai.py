"""The engine for servers with OpenAI's protocol, against one of our own on this machine."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from edge_server import closed_port
from novelcast.audio import Clip
from novelcast.engines import all_voices
from novelcast.engines.openai import OpenAIEngine
from novelcast.errors import EngineUnavailable, NovelcastError, SpeechFailed
from novelcast.model import SpeechRequest
from novelcast.settings import Settings, SpeechServer, load_settings

TEXT = "夜里下起了大雨。"
RATE_HZ = 22_050


class SpeechDouble(ThreadingHTTPServer):
    """Speaks each character as 0.2 s of a tone. `answers` is a queue of others: (status, body, headers)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answers: deque[tuple[int, bytes, dict[str, str]]] = deque()
        self.format = "WAV"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: SpeechDouble

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body | {"path": self.path})
        self.server.keys.append(self.headers.get("Authorization"))
        if self.server.answers:
            status, data, headers = self.server.answers.popleft()
        else:
            status, data, headers = (
                200,
                tone(len(body["input"]) * 0.2 / body["speed"], self.server.format),
                {},
            )
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(data))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


def tone(length_s: float, form: str = "WAV") -> bytes:
    samples = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(length_s * RATE_HZ)) / RATE_HZ)
    out = io.BytesIO()
    soundfile.write(out, samples, RATE_HZ, format=form)
    return out.getvalue()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpeechDouble]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with SpeechDouble() as double:
        thread = threading.Thread(target=double.serve_forever)
        thread.start()
        yield double
        double.shutdown()
        thread.join()


def request(text: str = TEXT, **fields: object) -> SpeechRequest:
    return SpeechRequest.model_validate(
        {"engine": "openai", "voice": "onyx", "language": "zh", "text": text} | fields
    )


def spoken(server: SpeechDouble, request: SpeechRequest, key: str | None = None) -> Clip:
    return asyncio.run(OpenAIEngine(SpeechServer(base_url=server.base_url), key=key).speak(request))


def test_the_request_is_the_protocols(server: SpeechDouble) -> None:
    spoken(server, request(rate=1.25), key="k-1")
    assert server.requests == [
        {
            "path": "/v1/audio/speech", "model": "tts-1", "voice": "onyx", "input": TEXT,
            "response_format": "wav", "speed": 1.25,
        }
    ]  # fmt: skip
    assert server.keys == ["Bearer k-1"]


def test_without_a_key_none_is_sent(server: SpeechDouble) -> None:
    spoken(server, request())
    assert server.keys == [None]


@pytest.mark.parametrize("form", ["WAV", "FLAC", "MP3", "OGG"])
def test_any_format_that_comes_is_read_at_its_own_rate(server: SpeechDouble, form: str) -> None:
    server.format = form
    clip = spoken(server, request())
    assert clip.rate_hz == RATE_HZ and clip.samples.dtype == np.float32
    assert clip.samples.size / RATE_HZ == pytest.approx(len(TEXT) * 0.2, abs=0.06)


def test_a_wav_that_does_not_know_its_length_is_read_to_its_end(server: SpeechDouble) -> None:
    data = bytearray(tone(1.6))
    at = data.index(b"data")
    data[4:8] = data[at + 4 : at + 8] = b"\xff" * 4
    server.answers.append((200, bytes(data), {}))
    assert spoken(server, request()).samples.size == round(1.6 * RATE_HZ)


def test_a_shifted_voice_is_higher_and_takes_as_long(server: SpeechDouble) -> None:
    clip = spoken(server, request(pitch_st=4.0))
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert int(np.argmax(spectrum)) * RATE_HZ / clip.samples.size == pytest.approx(
        440 * 2 ** (4 / 12), rel=0.01
    )
    assert clip.samples.size / RATE_HZ == pytest.approx(len(TEXT) * 0.2, rel=0.01)


@pytest.mark.parametrize(
    ("status", "body", "error", "busy", "words"),
    [
        (429, b"", SpeechFailed, True, "429"),
        (503, b"starting", SpeechFailed, True, "starting"),
        (500, b'{"detail": {"message": "out of memory"}}', SpeechFailed, True, "out of memory"),
        (400, b'{"detail": {"message": "Voice onyx not found"}}', SpeechFailed, False, "Voice onyx not found"),
        (422, b'{"detail": [{"msg": "bad"}]}', SpeechFailed, False, "bad"),
        (401, b'{"error": {"message": "Incorrect API key"}}', EngineUnavailable, False, "Incorrect API key"),
        (404, b"<html>", EngineUnavailable, False, "404"),
        (429, b'{"error": {"code": "insufficient_quota", "message": "pay"}}', EngineUnavailable, False, "pay"),
        (200, b"no sound at all", SpeechFailed, False, "no sound file"),
        (200, b"", SpeechFailed, False, "no sound file"),
    ],
)  # fmt: skip
def test_what_a_server_says_against_a_request_is_passed_on(
    server: SpeechDouble, status: int, body: bytes, error: type[NovelcastError], busy: bool, words: str
) -> None:
    server.answers.append((status, body, {}))
    with pytest.raises(error, match=words) as failed:
        spoken(server, request())
    assert failed.value.hint
    assert getattr(failed.value, "busy", False) is busy


def test_a_busy_server_says_how_long_to_wait(server: SpeechDouble) -> None:
    server.answers.append((503, b"", {"Retry-After": "7"}))
    with pytest.raises(SpeechFailed) as failed:
        spoken(server, request())
    assert failed.value.retry_after_s == 7


def test_an_answer_that_breaks_off_is_no_clip(server: SpeechDouble) -> None:
    whole = tone(1.6)
    server.answers.append((200, whole[: len(whole) // 2], {"Content-Length": str(len(whole))}))
    with pytest.raises(SpeechFailed) as failed:
        spoken(server, request())
    assert failed.value.transient


def test_a_server_that_is_not_there_may_still_start() -> None:
    nowhere = SpeechServer(base_url=f"http://127.0.0.1:{closed_port()}/v1")
    with pytest.raises(SpeechFailed, match="out of reach") as failed:
        asyncio.run(OpenAIEngine(nowhere).speak(request()))
    assert failed.value.transient and "start the server" in failed.value.hint


@pytest.mark.parametrize("bad", [request("……"), request(mix={"nova": 0.5})])
def test_what_cannot_be_spoken_never_leaves(server: SpeechDouble, bad: SpeechRequest) -> None:
    with pytest.raises(SpeechFailed):
        spoken(server, bad)
    assert server.requests == []


def test_another_server_or_model_makes_other_clips() -> None:
    one = SpeechServer(base_url="http://a/v1")
    versions = {
        OpenAIEngine(s).version
        for s in (
            one,
            SpeechServer(base_url="http://b/v1"),
            SpeechServer(base_url="http://a/v1", model="other"),
        )
    }
    assert len(versions) == 3


def test_without_a_server_it_says_where_to_name_one() -> None:
    with pytest.raises(EngineUnavailable) as unavailable:
        OpenAIEngine(None).check()
    assert "base_url" in unavailable.value.hint


def test_voices_that_the_user_names_take_what_the_catalogue_knows_of_them() -> None:
    server = SpeechServer(base_url="http://a/v1", voices=("zf_xiaoxiao", "zm_yunxi", "nobody_knows"))
    voices = {v.id: v for v in all_voices(server) if v.engine == "openai"}
    assert list(voices) == ["zf_xiaoxiao", "zm_yunxi", "nobody_knows"]
    assert [v.gender for v in voices.values()] == ["female", "male", "unknown"]
    assert voices["zf_xiaoxiao"].language.startswith("zh") and voices["nobody_knows"].language == "mul"
    assert any(v.engine == "kokoro" and v.id == "zf_xiaoxiao" for v in all_voices(server))


@pytest.mark.parametrize("address", ["localhost:8880", "ftp://a/v1", "http://me:secret@a/v1"])
def test_an_address_that_is_none_or_holds_a_password_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOVELCAST_OPENAI__BASE_URL", address)
    with pytest.raises(NovelcastError, match="base_url") as refused:
        load_settings()
    assert "NOVELCAST_OPENAI__BASE_URL" in refused.value.hint


def test_it_is_set_up_by_file_or_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "novelcast.toml").write_text(
        '[openai]\nbase_url = "http://a/v1"\nmodel = "kokoro"\nvoices = ["zf_xiaoxiao"]\n'
    )
    assert load_settings().openai == SpeechServer(
        base_url="http://a/v1", model="kokoro", voices=("zf_xiaoxiao",)
    )
    monkeypatch.setenv("NOVELCAST_OPENAI__MODEL", "tts-1-hd")
    settings: Settings = load_settings()
    assert settings.openai is not None and settings.openai.model == "tts-1-hd"


def test_a_book_is_spoken_by_a_server(server: SpeechDouble, tmp_path: Path) -> None:
    (tmp_path / "夜班.txt").write_text(
        "第一章 夜班\n\n仓库里只剩下一盏灯还亮着。\n\n“有人吗？”周航问道。\n", "utf-8"
    )
    (tmp_path / "novelcast.toml").write_text(
        f'engine = "openai"\n[openai]\nbase_url = "{server.base_url}"\nvoices = ["zm_yunjian", "zf_xiaoxiao", "zm_yunxi"]\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "novelcast.cli", "render", "夜班.txt", "--json"], cwd=tmp_path,
        env=os.environ | {"NOVELCAST_CACHE_DIR": str(tmp_path / "cache"), "NOVELCAST_OPENAI_KEY": "k-2"},
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["spoken"] == len(server.requests) == 4
    assert {r["voice"] for r in server.requests} == {"zm_yunjian", "zm_yunxi"}
    assert set(server.keys) == {"Bearer k-2"}
    assert "k-2" not in done.stdout + done.stderr
