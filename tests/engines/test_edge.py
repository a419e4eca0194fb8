"""The online engine, against a double of the service (`edge_server`)."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from edge_server import HEAD_S, RATE_HZ, TAIL_S, EdgeServer, Fault
from novelcast.audio import Clip
from novelcast.catalog import load_voices, voices_of
from novelcast.engines.edge import PITCH_LIMIT_HZ, EdgeEngine, pitch_text
from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.media import decode_mono
from novelcast.model import SpeechRequest

TEXT = "天亮了，雾还没散。她推开窗，听见远处有人敲钟。"


@pytest.fixture
def server() -> Iterator[EdgeServer]:
    with EdgeServer() as server, server.used_by_edge_tts():
        yield server


def request(text: str = TEXT, *, rate: float = 1.0, pitch_st: float = 0.0, **fields: object) -> SpeechRequest:
    return SpeechRequest.model_validate(
        {
            "engine": "edge",
            "voice": "zh-CN-XiaoxiaoNeural",
            "language": "zh",
            "text": text,
            "rate": rate,
            "pitch_st": pitch_st,
        }
        | fields
    )


def spoken(request: SpeechRequest, engine: EdgeEngine | None = None) -> Clip:
    return asyncio.run((engine or EdgeEngine()).speak(request))


def test_the_audio_arrives_whole_and_of_the_right_length(server: EdgeServer) -> None:
    clip = spoken(request())
    expected_s = HEAD_S + len(TEXT) * server.seconds_per_char + TAIL_S
    assert clip.rate_hz == RATE_HZ
    assert clip.samples.dtype == np.float32
    assert clip.samples.size / RATE_HZ == pytest.approx(expected_s, abs=0.1)
    # The double speaks a tone between the service's silences, and nothing is trimmed here.
    loud = np.flatnonzero(np.abs(clip.samples) > 0.1) / RATE_HZ
    assert loud[0] == pytest.approx(HEAD_S, abs=0.1)
    assert loud[-1] == pytest.approx(expected_s - TAIL_S, abs=0.1)
    assert np.diff(loud).max() < 0.01, "no hole between two messages"


def test_the_text_reaches_the_service_as_it_is(server: EdgeServer) -> None:
    text = "“A&B <走>！” 他说。"
    spoken(request(text))
    (received,) = server.requests
    assert received.text == text
    assert received.voice == "Microsoft Server Speech Text to Speech Voice (zh-CN, XiaoxiaoNeural)"


def test_sentences_are_timed_in_samples(server: EdgeServer) -> None:
    clip = spoken(request())
    assert [TEXT[w.start : w.end] for w in clip.words] == ["天亮了，雾还没散", "她推开窗，听见远处有人敲钟"]
    first, second = clip.words
    assert first.from_sample == round(HEAD_S * RATE_HZ)
    assert first.to_sample == second.from_sample


def test_a_sentence_never_ends_after_its_clip(server: EdgeServer) -> None:
    server.faults.append(Fault.NO_TAIL)
    clip = spoken(request())
    assert clip.words[-1].to_sample == clip.samples.size


@pytest.mark.parametrize(
    ("rate", "pitch_st", "on_the_wire"),
    [
        (1.0, 0.0, ("+0%", "+0Hz")),
        (0.9, 1.0, ("-10%", "+10Hz")),
        (1.15, -2.0, ("+15%", "-17Hz")),
        (2.0, 6.0, ("+100%", f"+{PITCH_LIMIT_HZ}Hz")),
        (0.5, -6.0, ("-50%", f"-{PITCH_LIMIT_HZ}Hz")),
    ],
)
def test_rate_and_pitch_reach_the_wire_as_signed_integers(
    server: EdgeServer, rate: float, pitch_st: float, on_the_wire: tuple[str, str]
) -> None:
    spoken(request(rate=rate, pitch_st=pitch_st))
    assert (server.requests[0].rate, server.requests[0].pitch) == on_the_wire


def test_a_higher_pitch_is_never_lower_on_the_wire() -> None:
    shifts = [int(pitch_text(tenth / 10)[:-2]) for tenth in range(-60, 61)]
    assert shifts == sorted(shifts)
    assert shifts[60] == 0


INTERRUPTED = [
    Fault.HALF_THE_AUDIO,
    Fault.NO_TURN_END,
    Fault.ABORTED,
    Fault.NO_AUDIO,
    Fault.LAST_SENTENCE_MISSING,
    Fault.AUDIO_CUT,
    Fault.GARBAGE,
]


@pytest.mark.parametrize(
    "fault", [*INTERRUPTED, Fault.TOO_MANY, Fault.UNAVAILABLE], ids=lambda f: f.name.lower()
)
def test_a_bad_answer_is_a_transient_failure_never_a_short_clip(server: EdgeServer, fault: Fault) -> None:
    server.faults.append(fault)
    engine = EdgeEngine()
    with pytest.raises(SpeechFailed) as failed:
        spoken(request(), engine)
    assert failed.value.transient
    assert failed.value.hint
    assert len(server.tokens) == 1, "the engine itself asks once"
    assert spoken(request(), engine).samples.size


def test_an_answer_that_stalls_is_given_up(server: EdgeServer) -> None:
    server.faults.append(Fault.STALL)
    with pytest.raises(SpeechFailed, match="time") as failed:
        spoken(request(), EdgeEngine(connect_timeout_s=0.1, receive_timeout_s=0.2))
    assert failed.value.transient


@pytest.mark.parametrize("seconds_per_char", [0.02, 3.0])
def test_audio_no_speaker_could_have_made_is_refused(server: EdgeServer, seconds_per_char: float) -> None:
    server.seconds_per_char = seconds_per_char
    with pytest.raises(SpeechFailed, match="characters") as failed:
        spoken(request("山高路远，水长天阔，行人不知归处，只见白云来去，松下一灯如豆。"))
    assert failed.value.transient


@pytest.mark.parametrize("text", ["嗯。", "谁？", "Stop!", "9", "嗯……嗯……"])
def test_a_short_line_is_not_taken_for_an_incomplete_one(server: EdgeServer, text: str) -> None:
    assert spoken(request(text)).samples.size > RATE_HZ


@pytest.mark.parametrize("text", ["", "……", "——！？", "“ ”\n", "🙂"])
def test_text_with_nothing_to_speak_never_leaves_the_machine(server: EdgeServer, text: str) -> None:
    with pytest.raises(SpeechFailed) as failed:
        spoken(request(text))
    assert not failed.value.transient
    assert server.tokens == []


@pytest.mark.parametrize(
    "unspeakable",
    [
        request(voice="zm_yunxi"),
        request(mix={"zh-CN-YunxiNeural": 0.5}),
        request("长" * 2000),
    ],
    ids=["a voice of another engine", "a mix", "more than one turn"],
)
def test_a_request_the_service_cannot_honour_fails_for_good(
    server: EdgeServer, unspeakable: SpeechRequest
) -> None:
    with pytest.raises(SpeechFailed) as failed:
        spoken(unspeakable)
    assert not failed.value.transient
    assert server.tokens == []


def test_the_longest_request_is_one_turn_whatever_is_in_it(server: EdgeServer) -> None:
    text = "甲&" * (EdgeEngine.max_chars // 2)
    spoken(request(text))
    assert [r.text for r in server.requests] == [text]


def test_a_wrong_clock_is_put_right_and_the_request_repeated_once(server: EdgeServer) -> None:
    server.date_offset_s = 3600
    server.faults.append(Fault.FORBIDDEN)
    assert spoken(request()).samples.size
    refused, accepted = server.tokens
    assert refused != accepted, "the token is made from the time"


@pytest.mark.parametrize(
    ("faults", "hint"),
    [
        ([Fault.FORBIDDEN, Fault.FORBIDDEN], "clock"),
        ([Fault.FORBIDDEN_UNDATED], "clock"),
        ([Fault.NOT_FOUND], "pip install --upgrade edge-tts"),
    ],
    ids=["refused twice", "refused without a date", "moved"],
)
def test_a_service_that_refuses_everybody_stops_the_run(
    server: EdgeServer, faults: list[Fault], hint: str
) -> None:
    server.faults.extend(faults)
    with pytest.raises(EngineUnavailable) as unavailable:
        spoken(request())
    assert hint in unavailable.value.hint
    assert len(server.tokens) == len(faults)


def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def test_a_refused_connection_says_there_is_no_way_to_the_service(server: EdgeServer) -> None:
    nowhere = f"ws://127.0.0.1:{closed_port()}/?TrustedClientToken=double"
    with (
        patch("edge_tts.communicate.WSS_URL", nowhere),
        pytest.raises(EngineUnavailable, match="reach") as unavailable,
    ):
        spoken(request())
    assert "network" in unavailable.value.hint


def test_a_connection_that_breaks_while_it_opens_may_be_tried_again(server: EdgeServer) -> None:
    # A listener that hangs up on the TLS handshake.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hang_up = threading.Thread(target=lambda: listener.accept()[0].close())
        hang_up.start()
        address = f"wss://127.0.0.1:{listener.getsockname()[1]}/?TrustedClientToken=double"
        with patch("edge_tts.communicate.WSS_URL", address), pytest.raises(SpeechFailed) as failed:
            spoken(request())
        hang_up.join()
    assert failed.value.transient


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:{port}", "not a url"])
def test_a_proxy_that_does_not_work_is_named(server: EdgeServer, proxy: str) -> None:
    with pytest.raises(EngineUnavailable, match="proxy") as unavailable:
        spoken(request(), EdgeEngine(proxy=proxy.format(port=closed_port())))
    assert "NOVELCAST_PROXY" in unavailable.value.hint


def test_requests_may_be_under_way_at_once(server: EdgeServer) -> None:
    texts = [f"第{n}句话，" + "啦" * n + "。" for n in range(1, 7)]

    async def all_at_once() -> list[Clip]:
        engine = EdgeEngine()
        return await asyncio.gather(*(engine.speak(request(text)) for text in texts))

    for text, clip in zip(texts, asyncio.run(all_at_once()), strict=True):
        expected_s = HEAD_S + len(text) * server.seconds_per_char + TAIL_S
        assert clip.samples.size / RATE_HZ == pytest.approx(expected_s, abs=0.1)


def test_check_needs_no_network_and_says_whose_terms_hold(server: EdgeServer) -> None:
    line = EdgeEngine().check()
    assert re.search(r"edge-tts \d+\.\d+", line)
    assert "not for commercial use" in line
    assert server.tokens == []


def test_another_process_can_be_pointed_at_the_double(server: EdgeServer, tmp_path: Path) -> None:
    said = tmp_path / "said.mp3"
    command = server.command(
        "edge-tts", "--voice", "zh-CN-YunxiNeural", "--text", TEXT, "--write-media", str(said)
    )
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert [r.text for r in server.requests] == [TEXT]
    assert decode_mono(said, rate_hz=RATE_HZ).size > 3 * RATE_HZ


def test_the_catalogue_lists_voices_the_service_can_be_asked_for() -> None:
    from edge_tts.data_classes import TTSConfig

    voices = voices_of("edge", load_voices())
    assert len({v.id for v in voices}) == len(voices)
    for voice in voices:
        config = TTSConfig(voice.id, "+0%", "+0%", "+0Hz", "SentenceBoundary")
        assert re.fullmatch(r".+ \([a-z]{2,3}-[A-Z]{2}(-[a-z]+)?, \w+Neural\)", config.voice)
        assert voice.gender in ("male", "female")
        assert "commercial" in voice.licence
    chinese = [v for v in voices if v.id.startswith("zh-")]
    assert len(chinese) == 14
    assert all(v.language.split("-")[0] == v.id.split("-")[0] for v in voices if not v.id.startswith("zh-HK"))


def test_casting_meets_standard_mandarin_of_both_genders_first() -> None:
    first = voices_of("edge", load_voices())[:6]
    assert {v.language for v in first} == {"zh-CN"}
    assert {v.gender for v in first} == {"male", "female"}
    assert any(v.age == "child" for v in first)
