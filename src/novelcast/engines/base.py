"""What an engine is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from novelcast.audio import Clip
from novelcast.model import SpeechRequest


class Engine(Protocol):
    """Turns one request into one clip; no files, loops or retries inside."""

    name: str
    version: str
    """Changes whenever the same request would sound different: it is part of every clip's key."""
    concurrency: int
    """How many requests may be under way at once."""
    takes_pinyin: bool
    """Whether it follows readings in the text (银{yin2}, novelcast.readings); if not, it is given homophones."""
    max_chars: int
    """The longest text, in characters, that one request should hold."""

    async def speak(self, request: SpeechRequest) -> Clip:
        """Raises SpeechFailed for this request alone, EngineUnavailable when no request can succeed."""
        ...

    def check(self) -> str:
        """One line for `doctor` on what is ready. Raises EngineUnavailable, with a hint, if it cannot speak."""
        ...

    async def close(self) -> None: ...


def retry_after_s(headers: Mapping[str, str] | None) -> float | None:
    """Seconds that a busy service asks us to wait (HTTP's Retry-After, RFC 9110 10.2.3), if it does."""
    value = (headers or {}).get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        due = parsedate_to_datetime(value)
    except ValueError:
        return None
    if due.tzinfo is None:  # "-0000", which is UTC of an unknown place
        due = due.replace(tzinfo=UTC)
    return max(0.0, (due - datetime.now(UTC)).total_seconds())
