"""The online engine, against a double of the service (`edge_server`)."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from edge_server import HEAD_S, RATE_HZ, TAIL_S, EdgeServer, Fault, closed_port
from novelcast.audio import Clip
from novelcast.catalog import load_voices, voices_of
from novelcast.engines.base import retry_after_s
from novelcast.engines.edge import PITCH_LIMIT_HZ, EdgeEngine, pitch_text
from novelcast.errors import EngineUnavailable, NovelcastError, SpeechFailed
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
    Fault.TEN_MINUTES,
    Fault.GARBAGE,
    Fault.GARBLED,
]
BUSY = [Fault.TOO_MANY, Fault.UNAVAILABLE]
REFUSING = [Fault.FORBIDDEN_UNDATED, Fault.NOT_FOUND]
UNREACHABLE = [Fault.REFUSED, Fault.TLS]


@pytest.mark.parametrize(
    "fault", [*INTERRUPTED, *BUSY, *REFUSING, *UNREACHABLE], ids=lambda f: f.name.lower()
)
def test_a_bad_answer_is_a_transient_failure_never_a_short_clip(server: EdgeServer, fault: Fault) -> None:
    server.faults.append(fault)
    engine = EdgeEngine()
    with pytest.raises(SpeechFailed) as failed:
        spoken(request(), engine)
    assert failed.value.transient
    assert failed.value.hint
    assert failed.value.busy is (fault in BUSY), "only a service with too much to do is asked for less"
    assert len(server.tokens) == (fault not in UNREACHABLE), "the engine itself asks once"
    assert spoken(request(), engine).samples.size


@pytest.mark.parametrize("fault", [Fault.TEN_MINUTES, Fault.AUDIO_CUT, Fault.LAST_SENTENCE_MISSING])
def test_a_single_sentence_that_was_cut_is_noticed_too(server: EdgeServer, fault: Fault) -> None:
    server.faults.append(fault)
    with pytest.raises(SpeechFailed, match="not complete"):
        spoken(request("第八盏灯亮了，风吹过码头。"))


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.SILENT], ids=lambda f: f.name.lower())
def test_an_answer_that_stalls_is_given_up(server: EdgeServer, fault: Fault) -> None:
    server.faults.append(fault)
    with pytest.raises(SpeechFailed, match="time") as failed:
        spoken(request(), EdgeEngine(connect_timeout_s=0.1, receive_timeout_s=0.2))
    assert failed.value.busy


def test_an_answer_that_drips_is_given_up_though_no_message_is_late(
    server: EdgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("novelcast.engines.edge.DEADLINE_PER_CHAR_S", 0.01)
    server.faults.append(Fault.SLOW_DRIP)
    with pytest.raises(SpeechFailed, match="time") as failed:
        spoken(request(), EdgeEngine(connect_timeout_s=0.5, receive_timeout_s=1.0))
    assert failed.value.busy


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
        ([Fault.NO_AUDIO], "withdrawn the voice"),
        ([Fault.TOO_MANY], "--jobs 1"),
        ([Fault.REFUSED], "network"),
    ],
    ids=["refused twice", "refused without a date", "moved", "no audio", "too many", "no network"],
)
def test_what_a_refusal_means_is_in_its_hint(server: EdgeServer, faults: list[Fault], hint: str) -> None:
    server.faults.extend(faults)
    with pytest.raises(SpeechFailed) as failed:
        spoken(request())
    assert hint in failed.value.hint
    assert not server.faults


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


def test_a_certificate_that_nobody_vouches_for_is_named(server: EdgeServer, tmp_path: Path) -> None:
    with (
        tls_listener(tmp_path) as port,
        patch("edge_tts.communicate.WSS_URL", f"wss://127.0.0.1:{port}/?TrustedClientToken=double"),
        pytest.raises(SpeechFailed, match="certificate") as failed,
    ):
        spoken(request())
    assert "clock" in failed.value.hint


@contextmanager
def tls_listener(folder: Path) -> Iterator[int]:
    """The port of a listener with a certificate of its own making, for one connection."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1,
        not_valid_before=now - timedelta(days=1), not_valid_after=now + timedelta(days=1),
    ).sign(key, hashes.SHA256())  # fmt: skip
    pem = serialization.Encoding.PEM
    (folder / "both.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")

    def refuse() -> None:
        with suppress(OSError):
            context.wrap_socket(listener.accept()[0], server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def test_a_proxy_that_is_not_there_may_come_back_and_is_named(server: EdgeServer) -> None:
    with pytest.raises(SpeechFailed, match="proxy") as failed:
        spoken(request(), EdgeEngine(proxy=f"http://127.0.0.1:{closed_port()}"))
    assert failed.value.transient and "NOVELCAST_PROXY" in failed.value.hint


def test_a_proxy_that_is_no_address_stops_the_run(server: EdgeServer) -> None:
    with pytest.raises(EngineUnavailable, match="proxy") as unavailable:
        spoken(request(), EdgeEngine(proxy="not a url"))
    assert "--proxy" in unavailable.value.hint


@pytest.mark.parametrize(
    ("status", "error"), [(502, SpeechFailed), (503, SpeechFailed), (407, EngineUnavailable)]
)
def test_a_proxy_in_trouble_costs_a_retry_one_that_refuses_us_the_run(
    server: EdgeServer, status: int, error: type[NovelcastError]
) -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.sendall(f"HTTP/1.1 {status} So be it\r\nContent-Length: 0\r\n\r\n".encode())
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Only an encrypted connection is tunnelled, and a tunnel is what the proxy refuses.
        with (
            patch("edge_tts.communicate.WSS_URL", "wss://service.invalid/?TrustedClientToken=double"),
            pytest.raises(error, match=f"proxy.*{status}"),
        ):
            spoken(request(), EdgeEngine(proxy=proxy))
        thread.join()


def test_a_busy_service_may_say_how_long_to_wait() -> None:
    assert retry_after_s({"Retry-After": "120"}) == 120
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after_s({"Retry-After": later}) == pytest.approx(90, abs=5)
    assert retry_after_s({"Retry-After": "soon"}) is None
    assert retry_after_s({}) is None


def test_the_number_at_once_is_the_users_within_reason() -> None:
    assert EdgeEngine().concurrency == 3
    assert EdgeEngine(concurrency=1).concurrency == 1
    assert EdgeEngine(concurrency=64).concurrency == 10


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
