"""A double of the service behind edge-tts: the same WebSocket protocol, on this machine, with faults on command.

The real `edge_tts.Communicate` talks to it, over ws:// instead of wss://. What it does after a request is
scripted: `server.faults` is a queue, one entry for each connection in order of arrival; an empty queue, or None
in it, means a good answer. `server.requests` holds what arrived, `server.delivered` the texts that were spoken
whole. Each text is a tone of its own pitch (`hz_of`), so that one can hear which it is.

    with EdgeServer() as server, server.used_by_edge_tts():
        server.faults.append(Fault.HALF_THE_AUDIO)
        asyncio.run(engine.speak(request))

It runs in a thread of its own, so it serves the test's event loop and other processes alike. A process is
pointed at it from outside, with nothing in the product for it:
`subprocess.run(server.command("novelcast", "render", …))` starts the program with edge-tts's address changed.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket as socket_module
import sys
import sysconfig
import threading
import time
import uuid
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.sax.saxutils import escape, unescape

import numpy as np
from aiohttp import WSMsgType, web

RATE_HZ = 24_000
HEAD_S, TAIL_S = 0.18, 0.8
"""Silence before and after each utterance, as the service has it."""

BYTES_PER_S = 6000
"""Of 48 kbit/s."""

PATH = "/consumer/speech/synthesize/readaloud/edge/v1"
FRAME_BYTES = 1440
"""Audio per binary message: ten MP3 frames of 144 bytes, 0.24 s."""


class Fault(Enum):
    """What goes wrong with one connection."""

    FORBIDDEN = "403 with a Date header"
    FORBIDDEN_UNDATED = "403 without one"
    NOT_FOUND = "404"
    TOO_MANY = "429"
    UNAVAILABLE = "503"
    HALF_THE_AUDIO = "closed after half the audio"
    NO_TURN_END = "everything but turn.end, then closed"
    ABORTED = "the connection is cut after half the audio, with no closing handshake"
    NO_AUDIO = "turn.end without audio"
    LAST_SENTENCE_MISSING = "audio, boundaries and turn.end, without the last sentence"
    AUDIO_CUT = "all boundaries and turn.end, but a third of the audio is missing"
    NO_TAIL = "not a fault: no silence at the end, and the last sentence is said to end 0.2 s too late"
    STALL = "half the audio, then nothing"
    SILENT = "nothing at all after the handshake"
    SLOW_DRIP = "one frame of the audio at a time, each well within the time-out"
    TEN_MINUTES = "turn.end in the middle of a sentence, as after ten minutes of audio"
    GARBAGE = "a binary message that is no audio"
    GARBLED = "rubbish in the middle of the audio"
    REFUSED = "no connection; only in this process"
    TLS = "a broken TLS handshake; only in this process"


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire. `text` is unescaped; `voice` is the service's long name."""

    voice: str
    rate: str
    pitch: str
    text: str
    sentence_boundaries: bool


@dataclass
class EdgeServer:
    """`date_offset_s` is how far the server's clock, as its Date header tells it, is ahead of this machine's.

    `latency_s` passes before the first audio of an answer, `drip_s` between two frames of a SLOW_DRIP.
    """

    seconds_per_char: float = 0.2
    date_offset_s: float = 0.0
    latency_s: float = 0.0
    drip_s: float = 0.05
    faults: deque[Fault | None] = field(default_factory=deque)
    requests: list[Received] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    served_s: list[float] = field(default_factory=list)
    """How long each of those took, from the request to turn.end."""
    tokens: list[str] = field(default_factory=list)
    """Sec-MS-GEC of every connection, refused ones too."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> EdgeServer:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the double did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """What edge_tts.communicate.WSS_URL has to be."""
        return f"ws://127.0.0.1:{self.port}{PATH}?TrustedClientToken=double"

    @contextmanager
    def used_by_edge_tts(self) -> Iterator[None]:
        """This process's edge-tts talks to us; its clock correction is put back afterwards."""
        from edge_tts.drm import DRM

        with (
            patch("edge_tts.communicate.WSS_URL", _Address(self)),
            patch.object(DRM, "clock_skew_seconds", 0.0),
            patch.dict(os.environ, {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}),
        ):
            yield

    def next_address(self) -> str:
        """Where the next connection goes: to us, unless its fault is that it does not arrive."""
        with self._lock:
            fault = self.faults.popleft() if self.faults and self.faults[0] in _NOT_ARRIVING else None
        if fault is Fault.REFUSED:
            return self.url.replace(f":{self.port}", f":{closed_port()}")
        if fault is Fault.TLS:
            return self.url.replace("ws://", "wss://")  # to a port that does not know TLS
        return self.url

    def _next_fault(self) -> Fault | None:
        """Of a connection that has arrived: one meanwhile at the queue's head may be for another's address."""
        with self._lock:
            for at, fault in enumerate(self.faults):
                if fault not in _NOT_ARRIVING:
                    del self.faults[at]
                    return fault
        return None

    def command(self, program: str, *arguments: str) -> list[str]:
        """`program ARGUMENTS`, a console script of this environment, to be run as a process that talks to us."""
        start = (
            "import os, runpy, sys; os.environ['NO_PROXY'] = os.environ['no_proxy'] = '127.0.0.1'; "
            "import edge_tts.communicate; edge_tts.communicate.WSS_URL = sys.argv[1]; "
            "sys.argv = sys.argv[2:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        )
        script = Path(sysconfig.get_path("scripts")) / program
        return [sys.executable, "-c", start, self.url, str(script), *arguments]

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_get(PATH, self._connection)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = runner.addresses[0][1]
        ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _connection(self, http: web.Request) -> web.StreamResponse:
        self.tokens.append(http.query["Sec-MS-GEC"])
        fault = self._next_fault()
        if fault in _STATUS:
            return self._refusal(_STATUS[fault], dated=fault is not Fault.FORBIDDEN_UNDATED)
        socket = web.WebSocketResponse(protocols=("synthesize",))  # offered by edge-tts before 7.3
        await socket.prepare(http)
        received = await _read_request(socket)
        self.requests.append(received)
        # A client that gives up closes its side while we still write.
        with suppress(ConnectionError):
            await self._answer(http, socket, received, fault)
        return socket

    def _refusal(self, status: int, *, dated: bool) -> web.Response:
        date = formatdate(time.time() + self.date_offset_s, usegmt=True) if dated else "none"
        return web.Response(status=status, headers={"Date": date})

    async def _answer(
        self, http: web.Request, socket: web.WebSocketResponse, received: Received, fault: Fault | None
    ) -> None:
        began_s = time.perf_counter()
        turn = _Turn(socket)
        await turn.text("turn.start", {"context": {"serviceTag": uuid.uuid4().hex}})
        await turn.text("response", {"context": {}, "audio": {"type": "inline", "streamId": turn.stream}})
        if fault is Fault.SILENT:
            await socket.receive()
            return
        if fault is Fault.GARBAGE:
            await socket.send_bytes(b"\x00\x10not a header at all")
            return
        await asyncio.sleep(self.latency_s)
        sentences = re.findall(r"[^。！？!?.…]+[。！？!?.…]*[”」』\"]*", received.text)
        if fault is Fault.LAST_SENTENCE_MISSING:
            sentences.pop()
        speed = 1 + int(received.rate[:-1]) / 100
        lengths_s = [len(s) * self.seconds_per_char / speed for s in sentences]
        audio = b"" if fault is Fault.NO_AUDIO else mp3_tone(sum(lengths_s), hz_of(received.text))
        match fault:
            case Fault.AUDIO_CUT:
                audio = audio[: len(audio) * 2 // 3]
            case Fault.NO_TAIL:
                audio = audio[: -round((TAIL_S + 0.2) * BYTES_PER_S)]
            case Fault.TEN_MINUTES:
                audio = audio[: round((HEAD_S + sum(lengths_s) - lengths_s[-1] / 2) * BYTES_PER_S)]
                sentences, lengths_s = sentences[:-1], lengths_s[:-1]
            case Fault.GARBLED:
                audio = audio[: len(audio) // 2] + b"<html>" * 240 + audio[len(audio) // 2 :]
            case Fault.SLOW_DRIP:
                for at in range(0, len(audio), 144):
                    await turn.audio(audio[at : at + 144])
                    await asyncio.sleep(self.drip_s)
                return
        breaks_off = fault in (Fault.HALF_THE_AUDIO, Fault.ABORTED, Fault.STALL)
        await turn.audio(audio[: len(audio) // 2])
        if not breaks_off:
            await turn.boundaries(sentences, lengths_s)
            await turn.audio(audio[len(audio) // 2 :])
            await turn.audio_end()
        match fault:
            case Fault.STALL:
                await socket.receive()
            case Fault.ABORTED:
                assert http.transport is not None
                http.transport.abort()
            case Fault.HALF_THE_AUDIO | Fault.NO_TURN_END:
                await socket.close()
            case _:
                if fault in (None, Fault.NO_TAIL):
                    self.delivered.append(received.text)
                    self.served_s.append(time.perf_counter() - began_s)
                await turn.text("turn.end", {})
                await socket.receive()


_NOT_ARRIVING = (Fault.REFUSED, Fault.TLS)

_STATUS = {
    Fault.FORBIDDEN: 403,
    Fault.FORBIDDEN_UNDATED: 403,
    Fault.NOT_FOUND: 404,
    Fault.TOO_MANY: 429,
    Fault.UNAVAILABLE: 503,
}


class _Address(str):
    """edge_tts's WSS_URL, which it formats once for each connection."""

    __slots__ = ("server",)

    def __new__(cls, server: EdgeServer) -> _Address:
        address = super().__new__(cls, server.url)
        address.server = server
        return address

    def __format__(self, _spec: str) -> str:
        return self.server.next_address()


class _Turn:
    """The messages of one answer, framed as the service frames them."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.request_id = uuid.uuid4().hex
        self.stream = uuid.uuid4().hex.upper()

    async def text(self, path: str, body: dict[str, Any]) -> None:
        await self.socket.send_str(
            f"X-RequestId:{self.request_id}\r\nContent-Type:application/json; charset=utf-8\r\n"
            f"Path:{path}\r\n\r\n{json.dumps(body, ensure_ascii=False)}"
        )

    async def audio(self, mp3: bytes) -> None:
        head = (
            f"X-RequestId:{self.request_id}\r\nContent-Type:audio/mpeg\r\n"
            f"X-StreamId:{self.stream}\r\nPath:audio\r\n"
        ).encode()
        for at in range(0, len(mp3), FRAME_BYTES):
            await self.socket.send_bytes(len(head).to_bytes(2, "big") + head + mp3[at : at + FRAME_BYTES])

    async def audio_end(self) -> None:
        """The service closes the audio with an empty message that has no content type."""
        head = f"X-RequestId:{self.request_id}\r\nX-StreamId:{self.stream}\r\nPath:audio\r\n".encode()
        await self.socket.send_bytes(len(head).to_bytes(2, "big") + head)

    async def boundaries(self, sentences: list[str], lengths_s: list[float]) -> None:
        begin_s = HEAD_S
        for sentence, length_s in zip(sentences, lengths_s, strict=True):
            words = {
                "Text": escape(sentence.strip()),
                "Length": len(sentence.strip()),
                "BoundaryType": "SentenceBoundary",
            }
            data = {"Offset": round(begin_s * 1e7), "Duration": round(length_s * 1e7), "text": words}
            await self.text("audio.metadata", {"Metadata": [{"Type": "SentenceBoundary", "Data": data}]})
            begin_s += length_s


async def _read_request(socket: web.WebSocketResponse) -> Received:
    config = await _message(socket, "speech.config")
    options = json.loads(config)["context"]["synthesis"]["audio"]
    assert options["outputFormat"] == "audio-24khz-48kbitrate-mono-mp3"
    ssml = await _message(socket, "ssml")
    spoken = re.fullmatch(
        r"<speak .*?><voice name='(.*?)'><prosody pitch='(.*?)' rate='(.*?)' volume='.*?'>(.*)</prosody></voice></speak>",
        ssml,
        re.DOTALL,
    )
    assert spoken, ssml
    voice, pitch, rate, text = spoken.groups()
    wanted = options["metadataoptions"]["sentenceBoundaryEnabled"] == "true"
    return Received(voice, rate, pitch, unescape(text), wanted)


async def _message(socket: web.WebSocketResponse, path: str) -> str:
    """The body of the next message, which must be for `path`."""
    message = await socket.receive()
    assert message.type is WSMsgType.TEXT
    head, body = message.data.split("\r\n\r\n", 1)
    assert f"Path:{path}" in head.split("\r\n")
    return str(body)


def closed_port() -> int:
    """A port where nobody listens."""
    with socket_module.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def hz_of(text: str) -> float:
    """The pitch of a text's tone."""
    return 300.0 + zlib.crc32(text.encode()) % 3000


@cache
def mp3_tone(length_s: float, hz: float = 440.0) -> bytes:
    """A tone between the service's silences: bare MP3 frames (no ID3, no Xing), 24 kHz, 48 kbit/s, mono."""
    import av

    tone = 0.3 * np.sin(2 * np.pi * hz * np.arange(round(length_s * RATE_HZ)) / RATE_HZ)
    padded = np.concatenate([np.zeros(round(HEAD_S * RATE_HZ)), tone, np.zeros(round(TAIL_S * RATE_HZ))])
    encoder = av.CodecContext.create("libmp3lame", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE_HZ, "mono", "fltp", 48_000
    encoder.open()
    step = encoder.frame_size
    frames: list[bytes] = []
    for at in range(0, padded.size, step):
        frame = av.AudioFrame.from_ndarray(
            padded[None, at : at + step].astype(np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts = RATE_HZ, at
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    frames += [bytes(packet) for packet in encoder.encode(None)]
    return b"".join(frames)
