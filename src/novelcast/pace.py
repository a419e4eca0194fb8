"""How many requests an engine is sent at once, and when to stop sending any.

An engine on this machine never fails in passing, so nothing here slows it down. For a service over a network:
the number under way is halved where it is busy and grows again with its answers; where nothing is answered at
all, single requests are sent at growing intervals, until one is answered or it is plain that none will be.
No clock is read here: the caller says what time it is, in seconds of any clock that only goes forward.
"""

from __future__ import annotations

import math
from collections import Counter

from novelcast.errors import EngineUnavailable, SpeechFailed

GROWTH = 0.5
"""How much the number of requests under way grows while as many as it says are answered."""

OUTAGE_FAILURES = 6
"""So many failures with no answer between them are hardly chance: where three requests in ten fail, 1 in 1,400."""

FIRST_PROBE_S, LONGEST_PROBE_S = 1.0, 30.0
PROBES_AT_THE_START = 3
"""Probes before an engine that has answered nothing yet is given up: 7 s, and a wrong address is soon told."""
PROBES = 9
"""The same for one that has answered before: two and a half minutes, for a router to restart."""

VOICE_FAILURES = 12
"""So many failures of one voice while others are answered: the service no longer has it."""

LONGEST_RETRY_AFTER_S = 300.0


class Pace:
    """`concurrency` is the most that may be under way, and what is tried first."""

    def __init__(self, concurrency: int) -> None:
        self._most = float(concurrency)
        self._window = float(concurrency)
        self._halved_at_s = -math.inf
        self._answered = False
        self._failures = 0  # since the last answer
        self._probes = 0
        self._voices: Counter[str] = Counter()  # failures of each voice since its last answer
        self.held_until_s = -math.inf
        """Nothing is to be sent before this time."""

    @property
    def outage(self) -> bool:
        """Whether nothing is answered any more. A request that fails now says nothing about its text."""
        return self._failures >= OUTAGE_FAILURES

    def limit(self, now_s: float) -> int:
        """How many requests may be under way now."""
        if now_s < self.held_until_s:
            return 0
        return 1 if self.outage else math.ceil(self._window)

    def lost(self, voice: str) -> bool:
        """Whether a voice alone is not answered any more."""
        return self._voices[voice] >= VOICE_FAILURES

    def answered(self, voice: str) -> None:
        if self.outage:
            self._window = 1.0
        self._window = min(self._most, self._window + GROWTH / self._window)
        self._answered = True
        self._failures = self._probes = 0
        self._voices[voice] = 0

    def failed(self, error: SpeechFailed, voice: str, *, sent_s: float, now_s: float) -> None:
        """Take note of a transient failure of a request that was sent at `sent_s`.

        Raises EngineUnavailable, with the failure's words, where it is time to stop.
        """
        if self.outage and sent_s < self.held_until_s:
            return  # was under way when the outage was noticed
        if error.retry_after_s is not None:
            wait_s = min(error.retry_after_s, LONGEST_RETRY_AFTER_S)
            self.held_until_s = max(self.held_until_s, now_s + wait_s)
        if error.busy and sent_s >= self._halved_at_s:  # what was sent before is part of the same crowd
            self._window = max(1.0, self._window / 2)
            self._halved_at_s = now_s
        self._failures += 1
        if self.outage:
            self._voices.clear()
            self._wait_or_stop(error, now_s)
        else:
            self._voices[voice] += 1

    def _wait_or_stop(self, error: SpeechFailed, now_s: float) -> None:
        if self._probes == (PROBES if self._answered else PROBES_AT_THE_START):
            kept = (
                "; what was spoken is kept, and the same command goes on from there" if self._answered else ""
            )
            raise EngineUnavailable(
                f"{error} ({self._failures} times in a row)", hint=f"{error.hint}{kept}".removeprefix("; ")
            )
        wait_s = min(LONGEST_PROBE_S, FIRST_PROBE_S * 2**self._probes)
        self.held_until_s = max(self.held_until_s, now_s + wait_s)
        self._probes += 1
