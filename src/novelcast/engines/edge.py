"""The online engine: Microsoft Edge's read-aloud service, through edge-tts.

One request is one WebSocket turn. An answer counts only when it is complete (`_incomplete`): a connection
that closes early raises nothing in edge-tts, it just gives a shorter clip.

The service pads each utterance (about 0.18 s before, 0.8 s after). That silence is left in: the pipeline
trims every engine's clip by measured silence.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from novelcast.audio import Clip, WordTime
from novelcast.engines.base import retry_after_s
from novelcast.errors import EngineUnavailable, InputError, NovelcastError, SpeechFailed
from novelcast.hanzi import HAN
from novelcast.media import decode_mono
from novelcast.model import SpeechRequest

if TYPE_CHECKING:
    from edge_tts import Communicate
    from edge_tts.typing import TTSChunk

RATE_HZ = 24_000
"""Of the only format edge-tts asks for: 24 kHz, 48 kbit/s, mono MP3."""

BYTES_PER_SECOND = 6000
"""Of 48 kbit/s; its frames are all of one size."""

TICKS_PER_SECOND = 10_000_000
"""The service counts time in 100 ns."""

CONCURRENCY = 3
"""What careful projects use; the limits are not published (edge-tts #366: "unknown")."""

MOST_AT_ONCE = 10
"""The service is said to shut out whoever sends it more than a few dozen at once (edge-tts #21, #102)."""

DEADLINE_PER_CHAR_S = 0.5
"""Of a whole answer, over the receive time-out: twice what it takes to say it. The service sends faster than that."""

TURN_BYTES = 4096
"""edge-tts splits longer text (UTF-8, XML-escaped) into several turns, at spaces or anywhere."""

CLIP_REVISION = 1
"""Goes up whenever the same answer would become other samples: pitch conversion, decoding, trim settings."""

PITCH_LIMIT_HZ = 35
"""Beyond this the service's voices are said to sound metallic."""

TYPICAL_F0_HZ = 160.0
"""Geometric mean of what men (about 120 Hz) and women (about 210 Hz) speak at. See `pitch_text`."""

UPDATE_HINT = "update it: pip install --upgrade edge-tts"
AGAIN_HINT = "run it again: only the lines that failed are asked for"
PROXY_HINT = "check --proxy, NOVELCAST_PROXY and HTTPS_PROXY; only http:// proxies work"
NO_AUDIO_HINT = (
    "the service may be down, may have withdrawn the voice (choose another in cast.toml) or may not serve this "
    f"network; if edge-tts is old, {UPDATE_HINT}"
)


class EdgeEngine:
    """Speaks through Microsoft's online service, in its own words not for commercial use.

    `proxy` is an http:// URL; without it HTTPS_PROXY is honoured. `connect_timeout_s` limits the connection,
    `receive_timeout_s` the wait for each message of an answer, and with DEADLINE_PER_CHAR_S the whole of it.
    """

    name = "edge"
    takes_pinyin = False
    # Far below the 10 minutes at which the service cuts an answer, and never more than one turn: a character
    # takes at most 5 bytes ("&amp;").
    max_chars = 600

    def __init__(
        self,
        *,
        proxy: str | None = None,
        concurrency: int | None = None,
        connect_timeout_s: float = 10,
        receive_timeout_s: float = 60,
    ) -> None:
        self.concurrency = min(concurrency or CONCURRENCY, MOST_AT_ONCE)
        self._proxy = proxy
        self._connect_timeout_s = connect_timeout_s
        self._receive_timeout_s = receive_timeout_s
        self._installed = _edge_tts_version()
        self.version = f"edge-tts-{self._installed.split('.')[0]}+{CLIP_REVISION}"

    async def speak(self, request: SpeechRequest) -> Clip:
        """One clip at 24 kHz, padding included; `words` holds the sentences' times.

        Text with nothing to speak is refused without asking the service.
        """
        _check_speakable(request)
        communicate = self._communicate(request)
        audio = bytearray()
        sentences: list[TTSChunk] = []
        try:
            async with asyncio.timeout(self._deadline_s(request)):
                async for chunk in self._chunks(communicate):
                    if chunk["type"] == "audio":
                        audio += chunk["data"]
                    else:
                        sentences.append(chunk)
        except Exception as error:
            raise self._explained(error) from error
        # Set by edge-tts when the service says turn.end, and the only trace that it leaves.
        turn_ended = communicate.state["offset_compensation"] > 0

        try:
            samples = await asyncio.to_thread(decode_mono, bytes(audio), rate_hz=RATE_HZ)
        except InputError as error:
            raise _short_answer("the audio cannot be decoded") from error
        if abs(samples.size / RATE_HZ - len(audio) / BYTES_PER_SECOND) > 0.1:
            raise _short_answer(
                f"{len(audio)} bytes are {len(audio) / BYTES_PER_SECOND:.1f} s, "
                f"and {samples.size / RATE_HZ:.1f} s could be decoded"
            )
        placed = _placed(request.text, sentences)
        if what := _incomplete(request, placed, samples.size, turn_ended=turn_ended):
            raise _short_answer(what)
        times = (replace(t, to_sample=min(t.to_sample, samples.size)) for t in placed if t)
        return Clip(samples, RATE_HZ, tuple(times))

    def check(self) -> str:
        return (
            f"edge-tts {self._installed} installed; the service itself is only reached when it speaks; "
            "not for commercial use by its own terms"
        )

    async def close(self) -> None:
        """Nothing is held between requests: edge-tts opens a connection for each."""

    def _communicate(self, request: SpeechRequest) -> Communicate:
        import edge_tts

        try:
            return edge_tts.Communicate(
                request.text,
                request.voice,
                rate=rate_text(request.rate),
                pitch=pitch_text(request.pitch_st),
                boundary="SentenceBoundary",
                proxy=self._proxy,
                connect_timeout=math.ceil(self._connect_timeout_s),
                receive_timeout=math.ceil(self._receive_timeout_s),
            )
        except ValueError as error:
            raise SpeechFailed(
                f"edge: voice {request.voice!r}: {error}", hint="choose one that `novelcast voices` lists"
            ) from error

    def _deadline_s(self, request: SpeechRequest) -> float:
        """How long the whole of an answer may take: a service that drips keeps each message's time-out."""
        waits_s = self._connect_timeout_s + self._receive_timeout_s
        return waits_s + DEADLINE_PER_CHAR_S * len(request.text) / request.rate

    async def _chunks(self, communicate: Communicate) -> AsyncIterator[TTSChunk]:
        """The answer's chunks, each waited for no longer than the time-out.

        edge-tts's own receive_timeout ends with the handshake: aiohttp drops it for an open WebSocket.
        """
        async with aclosing(communicate.stream()) as stream:
            while True:
                try:
                    async with asyncio.timeout(self._connect_timeout_s + self._receive_timeout_s):
                        chunk = await anext(stream)
                except StopAsyncIteration:
                    return
                yield chunk

    def _explained(self, error: Exception) -> NovelcastError:
        """What a failure of edge-tts or aiohttp means, and what to do.

        Nearly all are SpeechFailed and transient: whether a refusal is for this request or for all shows only in
        what follows it, and `novelcast.pace` stops the run where nothing is answered.
        """
        import aiohttp
        from edge_tts import exceptions

        match error:
            case aiohttp.InvalidURL():
                return _no_way_through(_reason(error))
            case aiohttp.ClientHttpProxyError() if error.status < 500 and error.status != 429:
                return _no_way_through(f"HTTP {error.status}")
            case aiohttp.ClientHttpProxyError():
                return SpeechFailed(
                    f"edge: the proxy is busy (HTTP {error.status})", hint=PROXY_HINT, busy=True
                )
            case aiohttp.ClientProxyConnectionError():
                return _failed(f"the proxy is out of reach ({_reason(error)})", PROXY_HINT)
            case aiohttp.ClientResponseError():
                return _refused(error.status, retry_after_s(error.headers))
            case exceptions.SkewAdjustmentError():
                return _refused(403)
            case aiohttp.ClientConnectorCertificateError():
                return _failed(
                    f"the service's certificate is not trusted ({_reason(error)})",
                    "set this computer's clock; a company proxy that opens encrypted traffic also does this",
                )
            case aiohttp.ClientSSLError():
                return _failed(f"the encrypted connection failed ({_reason(error)})", AGAIN_HINT)
            case aiohttp.ClientConnectorError(os_error=ConnectionResetError()):
                return _failed("the connection broke while it was opened", AGAIN_HINT)
            case aiohttp.ClientConnectorError():
                return _failed(
                    f"the service is out of reach ({_reason(error)})",
                    "check the network, or use --proxy; `--engine kokoro` needs no network",
                )
            case TimeoutError():
                return SpeechFailed("edge: no answer in time", hint=AGAIN_HINT, busy=True)
            case exceptions.NoAudioReceived():
                return _failed("no audio came", NO_AUDIO_HINT)
            case aiohttp.ClientError() | exceptions.WebSocketError() | OSError():
                return _failed(f"the connection broke ({error})", AGAIN_HINT)
            case exceptions.EdgeTTSException() | ValueError() | KeyError() | TypeError():
                return _failed(
                    f"edge-tts {self._installed} cannot read the answer ({error})",
                    f"if this stays, {UPDATE_HINT}",
                )
        raise error


def rate_text(rate: float) -> str:
    """A rate factor as the service wants it: 0.9 is "-10%"."""
    return f"{round((rate - 1) * 100):+d}%"


def pitch_text(pitch_st: float) -> str:
    """Semitones as the service wants them, a shift in Hz: one semitone up is "+10Hz".

    A shift in Hz is a different interval for each voice. We take a voice at 160 Hz: a man's voice then moves
    about a third more than asked, a woman's about a quarter less.
    """
    shift_hz = TYPICAL_F0_HZ * (2 ** (pitch_st / 12) - 1)
    return f"{round(max(-PITCH_LIMIT_HZ, min(PITCH_LIMIT_HZ, shift_hz))):+d}Hz"


def _edge_tts_version() -> str:
    # From the package's metadata: importing edge_tts loads aiohttp and builds a TLS context.
    try:
        return importlib.metadata.version("edge-tts")
    except importlib.metadata.PackageNotFoundError:
        raise EngineUnavailable("edge: edge-tts is not installed", hint="pip install edge-tts") from None


def _check_speakable(request: SpeechRequest) -> None:
    from xml.sax.saxutils import escape

    if not _letters(request.text):
        raise SpeechFailed(f"edge: nothing to speak in {request.text!r}")
    if request.mix:
        raise SpeechFailed(
            f"edge: the online voices cannot be mixed ({request.voice})", hint="remove `mix` from cast.toml"
        )
    if len(escape(request.text).encode()) > TURN_BYTES:
        raise SpeechFailed(f"edge: a text of {len(request.text)} characters is too long for one request")


def _letters(text: str) -> str:
    """What is heard of a text: letters, characters, digits."""
    return "".join(c for c in text if c.isalnum())


def _placed(text: str, sentences: Sequence[TTSChunk]) -> list[WordTime | None]:
    """Where and when each sentence is heard; None for one that the service wrote in other words than `text`."""
    positions = [i for i, c in enumerate(text) if c.isalnum()]
    heard = _letters(text)
    done = 0
    placed: list[WordTime | None] = []
    for sentence in sentences:
        words = _letters(sentence["text"])
        at = heard.find(words, done) if words else -1
        if at < 0:
            placed.append(None)
            continue
        done = at + len(words)
        begin_ticks = sentence["offset"]
        end_ticks = begin_ticks + sentence["duration"]
        placed.append(
            WordTime(
                positions[at],
                positions[done - 1] + 1,
                round(begin_ticks * RATE_HZ / TICKS_PER_SECOND),
                round(end_ticks * RATE_HZ / TICKS_PER_SECOND),
            )
        )
    return placed


def _incomplete(
    request: SpeechRequest, placed: Sequence[WordTime | None], samples: int, *, turn_ended: bool
) -> str | None:
    """What shows that an answer is not the whole text, or None.

    Sentences are asked for, so one without any was cut off in its first. A last sentence that cannot be found
    in the text proves nothing: then the rest has to convince.
    """
    if not turn_ended:
        return "it broke off"
    if not placed:
        return "no sentence is marked as spoken"
    last = placed[-1]
    if last and _letters(request.text[last.end :]):
        return f"it ends at {request.text[: last.end][-8:]!r}"
    if last and samples < last.to_sample - RATE_HZ // 4:
        return "the audio ends before the last sentence does"
    shortest_s, longest_s = _plausible_s(request)
    seconds = samples / RATE_HZ
    if not shortest_s <= seconds <= longest_s:
        return f"{seconds:.1f} s for {len(request.text)} characters"
    return None


def _plausible_s(request: SpeechRequest) -> tuple[float, float]:
    """The shortest and longest believable answer, in seconds, padding included.

    Mandarin speakers make 3 to 7 syllables a second: ten is too many, one too few. A letter of an alphabet
    takes 0.06 s or so, or a second where it is spelt out or part of a number; punctuation pauses.
    """
    heard = len(_letters(request.text))
    han = len(HAN.findall(request.text))
    shortest_s = 0.1 * han + 0.03 * (heard - han)
    longest_s = 3.0 + len(request.text)
    return shortest_s / request.rate, longest_s / request.rate


def _reason(error: Exception) -> str:
    """The system's words for an aiohttp error, whose own add a host, a port and a Python object."""
    return getattr(error, "strerror", None) or str(error)


def _failed(what: str, hint: str) -> SpeechFailed:
    return SpeechFailed(f"edge: {what}", hint=hint, transient=True)


def _short_answer(what: str) -> SpeechFailed:
    return _failed(f"the answer is not complete: {what}", AGAIN_HINT)


def _no_way_through(why: str) -> EngineUnavailable:
    return EngineUnavailable(f"edge: the proxy does not let us through ({why})", hint=PROXY_HINT)


def _refused(status: int, wait_s: float | None = None) -> SpeechFailed:
    """What the service means by an HTTP status other than 101."""
    if status == 429 or status >= 500:
        return SpeechFailed(
            f"edge: the service is busy (HTTP {status})",
            hint="wait five minutes, then run it again; fewer at once may help (--jobs 1)",
            busy=True,
            retry_after_s=wait_s,
        )
    if status == 403:
        return _failed(
            "the service refuses us (HTTP 403)",
            "set this computer's clock; some regions, data centres and VPNs are shut out (try --proxy or another "
            f"exit); if edge-tts is old, {UPDATE_HINT}",
        )
    return _failed(f"the service no longer understands edge-tts (HTTP {status})", UPDATE_HINT)
