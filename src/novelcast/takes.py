"""One utterance, spoken until it can be right: what an engine gives is checked, and asked for in other ways."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from novelcast.audio import Clip, Samples, samples_in, silence, trimmed
from novelcast.engines.base import Engine
from novelcast.errors import SpeechFailed
from novelcast.model import SpeechRequest
from novelcast.readings import without_marks
from novelcast.utterances import CLAUSE

SLOWER = 0.93

# Speakers make 3 to 7 syllables a second in Mandarin and in English. The bounds leave room for a drawn-out 啊, a fast
# line, and English spelling, in which a run of vowels may be two syllables (and a digit three).
SHORTEST_SYLLABLE_S = {"zh": 0.08}
SHORTEST_SYLLABLE_ELSE_S = 0.05
LONGEST_SYLLABLE_S = 0.5
SLACK_S = 1.0
PAUSE_S = 0.6
"""The most that a mark inside the text may add."""
CLAUSE_PAUSE_MS = 150
QUIETEST = 1e-3
FULL_SCALE = 0.9999
MOST_FLAT = 1e-3
"""The share of samples that may stand at full scale beside another: a peak may touch it, a flat top is distortion."""

_ENDS = re.compile(r"[。！？!?.…][”’」』\"]*\s*$")
_PAUSES = re.compile(r"[，、；：。！？,;:!?.…—]+")
_LATIN = re.compile(r"[A-Za-z]+")
_VOWELS = re.compile(r"[aeiouy]+", re.I)


class ImplausibleClip(SpeechFailed):
    """The engine answered, but not with speech of that text."""


async def take(engine: Engine, request: SpeechRequest) -> Clip:
    """One clip, trimmed, that can be speech of that text; see `_ways` for how it is asked for.

    Raises ImplausibleClip, saying what was wrong with the first, when none of them can be right.
    """
    faults = []
    for way in _ways(request):
        try:
            return await _said(engine, way)
        except ImplausibleClip as fault:
            faults.append(fault)
    raise ImplausibleClip(f"{faults[0]} (asked for in {len(faults)} ways)")


def _ways(request: SpeechRequest) -> Iterator[Sequence[SpeechRequest]]:
    """As it is; a little slower, which puts a model that babbles back on its feet; with the stop it lacks; clause by
    clause."""
    yield [request]
    slower = request.model_copy(update={"rate": max(0.5, request.rate * SLOWER)})
    yield [slower]
    if not _ENDS.search(request.text):
        yield [slower.model_copy(update={"text": request.text.rstrip("，、；：,;: ") + _stop(request)})]
    clauses = [c for c in CLAUSE.findall(request.text) if syllables_of(c)]
    if len(clauses) > 1:
        yield [slower.model_copy(update={"text": clause.strip()}) for clause in clauses]


def _stop(request: SpeechRequest) -> str:
    return "。" if request.language == "zh" else "."


async def _said(engine: Engine, requests: Sequence[SpeechRequest]) -> Clip:
    """The clips of the requests, each checked, one after the other."""
    parts: list[Samples] = []
    for request in requests:
        clip = await engine.speak(request)
        if not np.isfinite(clip.samples).all():
            raise ImplausibleClip(f"the engine gave no numbers for {request.text!r}")
        clip = checked(Clip(trimmed(clip.samples, clip.rate_hz), clip.rate_hz), request)
        if len(requests) == 1:
            return clip
        parts += [clip.samples, silence(samples_in(CLAUSE_PAUSE_MS, clip.rate_hz))]
    return Clip(np.concatenate(parts[:-1]), clip.rate_hz)


def checked(clip: Clip, request: SpeechRequest) -> Clip:
    """The clip, if it can be speech of that text. Raises ImplausibleClip for silence, distortion or an absurd length."""
    text = without_marks(request.text)[0]
    syllables = max(1, syllables_of(text))
    seconds = clip.samples.size / clip.rate_hz * request.rate
    loud = np.abs(clip.samples)
    if not loud.size or not np.isfinite(loud).all() or loud.max() < QUIETEST:
        raise ImplausibleClip(f"the engine gave silence for {text!r}")
    if np.logical_and(loud[1:] >= FULL_SCALE, loud[:-1] >= FULL_SCALE).mean() > MOST_FLAT:
        raise ImplausibleClip(f"the engine gave clipped sound for {text!r}")
    shortest_s = SHORTEST_SYLLABLE_S.get(request.language, SHORTEST_SYLLABLE_ELSE_S) * syllables
    longest_s = LONGEST_SYLLABLE_S * syllables + SLACK_S + PAUSE_S * len(_PAUSES.findall(text))
    if not shortest_s <= seconds + 0.05 <= longest_s:
        raise ImplausibleClip(f"the engine gave {seconds:.1f} s for {text!r}, which cannot be right")
    return clip


def syllables_of(text: str) -> int:
    """How many syllables a text has, about: a Han character or a digit is one, so is a run of vowels in a Latin word
    and each letter of a word in capitals."""
    words = _LATIN.findall(text)
    latin = sum(len(w) if w.isupper() else max(1, len(_VOWELS.findall(w))) for w in words)
    return latin + sum(c.isalnum() for c in _LATIN.sub(" ", text))
