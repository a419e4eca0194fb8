"""Any server that speaks OpenAI's speech protocol: POST …/audio/speech, one text in, one sound file out.

Kokoro-FastAPI, Speaches, LocalAI and the like on this machine or in this house, or a hosted service. WAV is
asked for because all of them have it; what comes is read as what it is. Streaming servers write 0xFFFFFFFF for
its length; a connection that breaks then still shows, in HTTP's own framing.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from novelcast.audio import Clip, resample
from novelcast.catalog import load_voices
from novelcast.engines.base import retry_after_s
from novelcast.errors import EngineUnavailable, InputError, NovelcastError, SpeechFailed
from novelcast.media import decode_native
from novelcast.model import SpeechRequest, Voice

if TYPE_CHECKING:
    from novelcast.settings import SpeechServer

NAME = "openai"
CLIP_REVISION = 1
"""Goes up whenever the same answer would become other samples."""

CONCURRENCY = 2
"""A server at home answers one at a time; a second request waiting keeps it busy."""

CONNECT_TIMEOUT_S = 10.0
DEADLINE_S, DEADLINE_PER_CHAR_S = 120.0, 2.0
"""Of an answer: to load a model, and for a processor that speaks at a tenth of the speed of speech."""

SPEED_MIN, SPEED_MAX = 0.25, 4.0
"""What the protocol allows."""

SET_UP_HINT = 'put base_url = "http://localhost:8880/v1" under [openai] in novelcast.toml, or set NOVELCAST_OPENAI__BASE_URL'
AGAIN_HINT = "run it again: only the lines that failed are asked for"


class OpenAIEngine:
    """`server` None: no server was named, and nothing can be spoken. `key` is sent as a bearer token."""

    name = NAME
    takes_pinyin = False
    max_chars = 400  # the protocol allows 4,096; a short request is a small loss where one fails

    def __init__(
        self,
        server: SpeechServer | None,
        *,
        key: str | None = None,
        proxy: str | None = None,
        concurrency: int | None = None,
    ) -> None:
        self._server = server
        self._key = key
        self._proxy = proxy
        self.concurrency = concurrency or CONCURRENCY
        where = f"{server.model}@{server.base_url}" if server else "nowhere"
        self.version = f"{where}/{CLIP_REVISION}"

    async def speak(self, request: SpeechRequest) -> Clip:
        """One clip at the server's own rate. The protocol has no pitch: a shifted voice speaks slower or faster,
        and is played at another rate."""
        server = self._named()
        if not any(c.isalnum() for c in request.text):
            raise SpeechFailed(f"openai: nothing to speak in {request.text!r}")
        if request.mix:
            raise SpeechFailed(
                f"openai: voices cannot be mixed ({request.voice})", hint="remove `mix` from cast.toml"
            )
        shift = 2.0 ** (request.pitch_st / 12.0)
        body = {
            "model": server.model,
            "voice": request.voice,
            "input": request.text,
            "response_format": "wav",
            "speed": round(min(SPEED_MAX, max(SPEED_MIN, request.rate / shift)), 4),
        }
        sound = await self._answer(server, body)
        try:
            samples, rate_hz = await asyncio.to_thread(decode_native, sound)
        except InputError as error:
            raise _failed(f"the answer is no sound file ({sound[:40]!r})", AGAIN_HINT) from error
        if shift != 1.0:
            samples = resample(samples, round(rate_hz * shift), rate_hz)
        return Clip(samples, rate_hz)

    def check(self) -> str:
        server = self._named()
        return f"{server.model} at {server.base_url}; the server itself is only reached when it speaks"

    async def close(self) -> None:
        """Nothing is held between requests."""

    def _named(self) -> SpeechServer:
        if self._server is None:
            raise EngineUnavailable("openai: no server is named", hint=SET_UP_HINT)
        return self._server

    async def _answer(self, server: SpeechServer, body: dict[str, Any]) -> bytes:
        import aiohttp

        deadline_s = DEADLINE_S + DEADLINE_PER_CHAR_S * len(body["input"])
        timeout = aiohttp.ClientTimeout(total=math.ceil(deadline_s), sock_connect=CONNECT_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
                session.post(
                    f"{server.base_url.rstrip('/')}/audio/speech",
                    json=body,
                    headers=headers,
                    proxy=self._proxy,
                ) as answer,
            ):
                data = await answer.read()
                if answer.status != 200:
                    raise _refused(answer.status, data, retry_after_s(answer.headers))
                return data
        except TimeoutError as error:
            raise SpeechFailed("openai: no answer in time", hint=AGAIN_HINT, busy=True) from error
        except aiohttp.ClientConnectorError as error:
            where = urlsplit(server.base_url).netloc
            raise _failed(
                f"{where} is out of reach ({error.strerror or error})", "start the server"
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _failed(f"the connection broke ({error})", AGAIN_HINT) from error


def named_voices(names: Sequence[str]) -> tuple[Voice, ...]:
    """The server's voices that the user names. One that our catalogue knows, of whatever engine, has its language,
    gender and age from there; of the others nothing is known."""
    known = {v.id: v for v in load_voices()}
    unknown = Voice(id="", engine=NAME, language="mul", gender="unknown", age="unknown")
    return tuple(
        known.get(name, unknown).model_copy(update={"id": name, "engine": NAME, "licence": "the server's"})
        for name in names
    )


def _refused(status: int, body: bytes, wait_s: float | None) -> NovelcastError:
    """What an HTTP status other than 200 means for this request or for the run."""
    code, message = _complaint(body)
    what = f"openai: HTTP {status}: {message}" if message else f"openai: HTTP {status}"
    if code == "insufficient_quota":
        return EngineUnavailable(what, hint="the account has no money left")
    if status in (408, 429) or status >= 500:
        return SpeechFailed(what, hint="wait a while, then run it again", busy=True, retry_after_s=wait_s)
    if status in (401, 403):
        return EngineUnavailable(what, hint="put the key in the environment variable that key_env names")
    if status in (404, 405):
        return EngineUnavailable(what, hint="check base_url (it ends in /v1 with most servers) and model")
    return SpeechFailed(what, hint="check model in novelcast.toml and voice in cast.toml")


def _complaint(body: bytes) -> tuple[str, str]:
    """The code and the words of an error, as OpenAI ({"error": {…}}) and FastAPI ({"detail": …}) put them."""
    try:
        said = json.loads(body)
        said = said.get("error", said.get("detail", said))
        if isinstance(said, dict):
            return str(said.get("code", "")), str(said.get("message", ""))[:200]
        return "", str(said)[:200]
    except (ValueError, AttributeError):
        return "", body[:200].decode(errors="replace").strip()


def _failed(what: str, hint: str) -> SpeechFailed:
    return SpeechFailed(f"openai: {what}", hint=hint, transient=True)
