"""A language model's double: the chat protocol over real HTTP on this machine, with answers and faults on command.

`server.lines` is what the model knows: the words of a quotation -> who says them; it finds the words behind each
number of the scene it is given. `server.faults` is a queue, one entry for each request in order of arrival;
an empty queue means a good answer. `server.requests` holds what arrived.

    with LlmServer({"谁在那儿？": "周航"}) as server:
        server.faults.append(Fault.FENCED)
        … base_url = server.url …
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiohttp import web

_ASKED = re.compile(r"«(\d+)»[“\"]([^”\"]*)")


class Fault(Enum):
    """What is wrong with one answer, or with the service."""

    FENCED = "not a fault, a habit: the answer in a code fence"
    CHATTY = "not a fault, a habit: sentences before and after the answer"
    THINKING = "not a fault, a habit: thoughts before the answer, another answer among them"
    WRAPPED = "not a fault, a habit: the answer inside another object"
    UNKNOWN_NAME = "a name that the scene does not have, for number 2"
    HALF = "the answer breaks off in its last name but one"
    NOT_JSON = "prose"
    WRONG_NUMBERS = "numbers that nobody asked about"
    TWICE = "number 2 twice, with two names"
    TEXT = "the quotations rewritten, for names"
    EMPTY = "no text"
    NO_CHOICES = "a JSON body in another protocol"
    HTML = "200 with a web page"
    HUGE = "200 with 2 MB"
    UNCOUNTED = "not a fault: a good answer without the count of tokens"
    TOO_MANY = "429, and to be asked again at once"
    BROKEN = "500, and to be asked again at once"
    WRONG_KEY = "401, with the key in the message"
    NO_MODEL = "404"
    TOO_LONG = "400: the context is too short"
    REDIRECT = "302 to /elsewhere"
    ABORTED = "the connection is cut"
    STALL = "nothing, for a minute"


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    body: dict[str, Any]
    authorization: str | None

    @property
    def scene(self) -> str:
        return str(self.body["messages"][-1]["content"])

    @property
    def form(self) -> str:
        return str(self.body.get("response_format", {}).get("type", "text"))


@dataclass
class LlmServer:
    """`takes`: forms of answer that this service knows; another is refused with 400. `new_names`: it wants
    max_completion_tokens for max_tokens and no temperature, and says so. `key`: what it asks for."""

    lines: dict[str, str] = field(default_factory=dict)
    takes: tuple[str, ...] = ("json_schema", "json_object", "text")
    new_names: bool = False
    refuses_with: int = 400
    key: str | None = None
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[Received] = field(default_factory=list)
    elsewhere: int = 0
    """Requests that came to another address than the one for questions."""

    def __enter__(self) -> LlmServer:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the double did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=1 << 24)
        app.router.add_post("/v1/chat/completions", self._completion)
        app.router.add_route("*", "/{path:.*}", self._elsewhere)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        ready.set()
        await self._stop.wait()
        with suppress(Exception):
            await runner.cleanup()

    async def _elsewhere(self, _: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response(text="nothing here")

    async def _completion(self, request: web.Request) -> web.StreamResponse:
        received = Received(await request.json(), request.headers.get("Authorization"))
        self.requests.append(received)
        if refusal := self._refusal(received):
            return refusal
        fault = self.faults.popleft() if self.faults else None
        if failure := await self._failure(fault, received, request):
            return failure
        text, end = _text(fault, self._known(received))
        body: dict[str, Any] = {
            "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": end}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10},
        }
        if fault is Fault.UNCOUNTED:
            del body["usage"]
        return web.json_response(body)

    def _refusal(self, received: Received) -> web.Response | None:
        if self.key is not None and received.authorization != f"Bearer {self.key}":
            return _error(401, f"Incorrect API key provided: {received.authorization}")
        if self.new_names and "max_tokens" in received.body:
            return _error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        if self.new_names and "temperature" in received.body:
            return _error(400, "Unsupported value: 'temperature' does not support 0 with this model.")
        if received.form not in self.takes:
            return _error(self.refuses_with, f"response_format {received.form} is unavailable now")
        return None

    async def _failure(
        self, fault: Fault | None, received: Received, request: web.Request
    ) -> web.StreamResponse | None:
        match fault:
            case Fault.NO_CHOICES:
                return web.json_response({"answer": 42})
            case Fault.HTML:
                return web.Response(text="<html>Welcome</html>", content_type="text/html")
            case Fault.HUGE:
                return web.Response(body=b" " * (2 << 20))
            case Fault.TOO_MANY:
                return _error(429, "Rate limit reached", {"Retry-After": "0"})
            case Fault.BROKEN:
                return _error(500, "internal error", {"Retry-After": "0"})
            case Fault.WRONG_KEY:
                return _error(401, f"Incorrect API key provided: {received.authorization}")
            case Fault.NO_MODEL:
                return _error(404, "The model does not exist")
            case Fault.TOO_LONG:
                return _error(400, "This model's maximum context length is 2048 tokens")
            case Fault.REDIRECT:
                return web.Response(status=302, headers={"Location": "/elsewhere"})
            case Fault.ABORTED:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case Fault.STALL:
                await asyncio.sleep(60)
        return None

    def _known(self, received: Received) -> dict[str, str]:
        return {n: self.lines.get(words, "?") for n, words in _ASKED.findall(received.scene)}


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=status, headers=headers)


def _text(fault: Fault | None, known: dict[str, str]) -> tuple[str, str]:
    """(what the model writes, why it ended)."""
    good = json.dumps(known, ensure_ascii=False)
    names = list(known.values())
    match fault:
        case Fault.FENCED:
            return f"```json\n{good}\n```", "stop"
        case Fault.CHATTY:
            return f"Sure! Here is who speaks:\n\n{good}\n\nLet me know if {{you}} need more.", "stop"
        case Fault.THINKING:
            return f'<think>Perhaps {{"1": "{names[-1]}"}}? No.</think>\n{good}', "stop"
        case Fault.WRAPPED:
            return f'{{"answers": {good}}}', "stop"
        case Fault.UNKNOWN_NAME:
            return json.dumps(known | {"2": "孙悟空"}, ensure_ascii=False), "stop"
        case Fault.HALF:
            return good[: good.rindex(",") - 1], "length"
        case Fault.NOT_JSON:
            return f"I think {names[0]} speaks first.", "stop"
        case Fault.WRONG_NUMBERS:
            return json.dumps({str(int(n) + 700): who for n, who in known.items()}), "stop"
        case Fault.TWICE:
            return f'{{"2": "{names[0]}", "2": "{names[-1]}", {good[1:]}', "stop"
        case Fault.TEXT:
            return json.dumps(dict.fromkeys(known, "“这是另一句话。”")), "stop"
        case Fault.EMPTY:
            return "", "stop"
    return good, "stop"
