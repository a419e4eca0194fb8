"""The door to a language model: one request in, one text out, over any OpenAI-compatible service.

What services understand differs. We ask for an answer held to a JSON schema, and step down where that is refused
(schema, any JSON object, free text; `max_completion_tokens` for `max_tokens`; no temperature).
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from novelcast.errors import AskFailed
from novelcast.llm.questions import Batch
from novelcast.settings import LlmSettings

if TYPE_CHECKING:
    import aiohttp

TRIES = 3
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
CONNECT_TIMEOUT_S = 10.0
MAX_BYTES = 1 << 20
_FORMS: Sequence[Literal["schema", "object", "text"]] = ("schema", "object", "text")


@dataclass(frozen=True)
class Reply:
    """`cut`: the model was stopped at max_tokens. Tokens are 0 where the service does not count them."""

    text: str
    cut: bool = False
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True)
class _Dialect:
    """What this service has not refused yet."""

    form: Literal["schema", "object", "text"] = "schema"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True

    def body(self, llm: LlmSettings, batch: Batch) -> dict[str, Any]:
        body: dict[str, Any] = {"model": llm.model, "messages": batch.messages, self.limit: llm.max_tokens}
        if self.temperature:
            body["temperature"] = 0
        if self.form == "schema":
            schema = {"name": "speakers", "strict": True, "schema": batch.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.form == "object":
            body["response_format"] = {"type": "json_object"}
        return body

    def after(self, refusal: str) -> _Dialect | None:
        """The dialect to try after this message of refusal, or None."""
        said = refusal.lower()
        if "context" in said and ("length" in said or "window" in said or "size" in said):
            return None
        if "temperature" in said and self.temperature:
            return replace(self, temperature=False)
        if "max_completion_tokens" in said and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        lower = _FORMS[_FORMS.index(self.form) + 1 :]
        return replace(self, form=lower[0]) if lower else None


class _Transient(AskFailed):
    """Asking once more may help."""


class Endpoint:
    """`key` goes into the Authorization header and nowhere else. `proxy` is not used for addresses nearby."""

    def __init__(self, llm: LlmSettings, *, key: str | None, proxy: str | None = None) -> None:
        self._llm, self._key = llm, key
        self.url = completions_url(llm.base_url)
        self.place = urlsplit(self.url).netloc
        self._near = _is_near(urlsplit(self.url).hostname or "")
        self._proxy = None if self._near else proxy
        self._dialect = _Dialect()

    async def __aenter__(self) -> Endpoint:
        import aiohttp

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        timeout = aiohttp.ClientTimeout(total=self._llm.timeout_s, sock_connect=CONNECT_TIMEOUT_S)
        self._session = aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=not self._near)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def ask(self, batch: Batch) -> Reply:
        """What the model wrote. A busy service is asked again, after the wait it asks for. Raises AskFailed."""
        tries = iter(range(TRIES - 1))
        while True:
            dialect = self._dialect
            wait_s = None
            try:
                status, wait_s, body = await self._post(dialect.body(self._llm, batch))
                if status == 200:
                    return _reply(body)
                if _is_refusal(status, body) and self._understood_less(dialect, _message(body)):
                    continue
                raise self._refused(status, body)
            except AskFailed as error:
                attempt = next(tries, None) if isinstance(error, _Transient) else None
                if attempt is None:
                    raise
            if wait_s is None:
                wait_s = FIRST_WAIT_S * 2**attempt * random.uniform(0.5, 1.5)
            await asyncio.sleep(min(LONGEST_WAIT_S, wait_s))

    def _understood_less(self, tried: _Dialect, refusal: str) -> bool:
        """Whether there is another dialect to try. Another request may have found one meanwhile."""
        if self._dialect == tried:
            lower = tried.after(refusal)
            if lower is None:
                return False
            self._dialect = lower
        return True

    async def _post(self, body: dict[str, Any]) -> tuple[int, float | None, bytes]:
        """(status, seconds the service asks us to wait, body)."""
        import aiohttp

        try:
            # A redirect is not followed: the key and the book go where the user said and nowhere else.
            async with self._session.post(
                self.url, json=body, proxy=self._proxy, allow_redirects=False
            ) as response:
                data = await _limited(response)
                return response.status, _wait_s(response.headers.get("Retry-After")), data
        except aiohttp.ServerTimeoutError:
            raise AskFailed(
                f"cannot connect to {self.place} in {CONNECT_TIMEOUT_S:g} s",
                hint="check base_url",
                fatal=True,
            ) from None
        except TimeoutError:
            raise AskFailed(
                f"no answer in {self._llm.timeout_s:g} s", hint="raise timeout_s or lower batch_size"
            ) from None
        except aiohttp.ClientConnectorError as error:
            reason = error.os_error.strerror or str(error.os_error) or type(error.os_error).__name__
            raise AskFailed(
                f"cannot connect to {self.place} ({_one_line(reason)})",
                hint="start the server, or check base_url",
                fatal=True,
            ) from None
        except (aiohttp.InvalidURL, aiohttp.ClientHttpProxyError) as error:
            raise AskFailed(
                f"cannot connect to {self.place} ({_one_line(str(error))})",
                hint="check base_url and the proxy",
                fatal=True,
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            reason = _one_line(str(error) or type(error).__name__)
            raise _Transient(f"the connection broke ({reason})", hint="try again later") from None

    def _refused(self, status: int, body: bytes) -> AskFailed:
        said = _one_line(_message(body).replace(self._key or "\0", "***"))
        reason = f"HTTP {status}" + (f": {said}" if said else "")
        if status in (401, 403):
            held = "holds another key" if self._key else "is not set"
            return AskFailed(
                f"the key was refused, {reason}",
                hint=f"put the key into {self._llm.key_env}, which {held}",
                fatal=True,
            )
        if status in (402, 404, 405) or 300 <= status < 400:
            return AskFailed(reason, hint="check base_url and model", fatal=True)
        if status == 429 or status >= 500:
            return _Transient(reason, hint="try again later")
        return AskFailed(reason, hint="lower batch_size if the scene is too long for the model")


def completions_url(base_url: str) -> str:
    """Where questions go: `base_url` with /chat/completions, and /v1 before it where an address has no path."""
    address = base_url.rstrip("/")
    if address.endswith("/chat/completions"):
        return address
    return address + ("" if urlsplit(address).path else "/v1") + "/chat/completions"


def _is_near(host: str) -> bool:
    """Whether a host is this machine or on its own network, where a proxy has no business."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local"))
    return address.is_loopback or address.is_private


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > MAX_BYTES:
            raise AskFailed("an answer of more than 1 MB")
    return bytes(data)


def _is_refusal(status: int, body: bytes) -> bool:
    """Whether a service does not understand the request. llama-cpp-python says so with a 500."""
    return status in (400, 422) or (status >= 500 and "response_format" in _message(body))


def _wait_s(header: str | None) -> float | None:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None


def _reply(body: bytes) -> Reply:
    try:
        data = json.loads(body)
        choice = data["choices"][0]
        content = choice["message"].get("content") or ""
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise AskFailed("an answer in another protocol", hint="check base_url") from None
    if isinstance(content, list):  # in parts, as some services send it
        content = "".join(
            p["text"] for p in content if isinstance(p, dict) and isinstance(p.get("text"), str)
        )
    usage = data.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Reply(
        text=str(content),
        cut=choice.get("finish_reason") == "length",
        tokens_in=_count(counts.get("prompt_tokens")),
        tokens_out=_count(counts.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _message(body: bytes) -> str:
    """What the service says is wrong: {"error": {"message": …}}, {"detail": …} or the body as it is."""
    text = body[:4000].decode("utf-8", "replace")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return "" if text.lstrip()[:1] == "<" else text
    for name in ("error", "detail", "message"):
        if isinstance(data, dict) and data.get(name):
            data = data[name]
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def _one_line(text: str, limit: int = 120) -> str:
    """A stranger's text, fit for a terminal: one line, no control characters, not long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
