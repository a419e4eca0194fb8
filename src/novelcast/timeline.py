"""Script + clip lengths -> positions. No samples here: integers only."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from novelcast.audio import ClipInfo, resampled_length, samples_in
from novelcast.delivery import NO_DELIVERIES, PLAIN, Delivery
from novelcast.effects import tail_samples
from novelcast.hanzi import simplified
from novelcast.model import (
    CENSOR,
    SCENE_BREAK,
    Cast,
    Cue,
    Pauses,
    Placement,
    Script,
    Segment,
    Skipped,
    Timeline,
)
from novelcast.utterances import speaking_time
from novelcast.word_times import time_of

VOICE_LUFS = -21.0
"""Every clip is brought to this loudness before the voices meet, so that none is louder than the next."""
MOST_LEVELLING_DB = 12.0
KIND_GAIN_DB = {"thought": -2.0}
CUE_GAIN_DB = {"replace": -5.0, "before": -5.0, "under": -11.0}
"""Cue sounds peak at -3 dBFS; under a voice they must leave it its words."""
FAST_SYLLABLES = 10
FAST_RUN = 3
"""So many quotes of so few syllables in a row are a fast exchange."""


@dataclass(frozen=True)
class CueInfo:
    """A rendered cue's length in samples at the timeline's rate, and its sound's own gain."""

    samples: int
    gain_db: float


ClipRef = tuple[str, ClipInfo]


def chapter_scripts(script: Script) -> dict[int, Script]:
    """The script cut into one for each chapter, by chapter number; speakers stay those of the book."""
    parts: dict[int, dict[str, list[Segment | Cue | Skipped]]] = {}
    for name in ("segments", "cues", "skipped"):
        for item in getattr(script, name):
            parts.setdefault(item.span.chapter, {"segments": [], "cues": [], "skipped": []})[name].append(
                item
            )
    return {n: script.model_copy(update={k: tuple(v) for k, v in parts[n].items()}) for n in sorted(parts)}


def build_timeline(
    script: Script,
    chapter: int,
    title: str,
    clips: Mapping[str, Sequence[ClipRef]],
    cues: Mapping[int, CueInfo],
    cast: Cast,
    *,
    rate_hz: int,
    pauses: Pauses,
    head_ms: int,
    tail_ms: int,
    deliveries: Mapping[str, Delivery] = NO_DELIVERIES,
    thought_effect: bool = True,
) -> Timeline:
    """The positions of one chapter, from its own script (see `chapter_scripts`).

    `clips` gives each segment id its clips in order; a segment without any is silent. `cues` gives each
    cue's index in `script.cues` its length and gain. A cue under a word starts at the word's estimated time: the
    share of the segment's characters before it, over the time its clips sound. `deliveries` gives segments another
    level, by id; `thought_effect` says whether thoughts have theirs.
    """
    builder = _Builder(script, clips, cues, cast, rate_hz, pauses, samples_in(head_ms, rate_hz))
    builder.deliveries, builder.thought_effect = deliveries, thought_effect
    breaks = [s.span.paragraph for s in script.skipped if s.reason == SCENE_BREAK]
    events = _events(script)
    fast = _fast_exchanges([e for e in events if isinstance(e, Cue) or clips.get(e.id)])
    previous: Segment | Cue | None = None
    scenes: list[int] = []
    for event in events:
        if isinstance(event, Segment) and not clips.get(event.id):
            builder.silent(event)
            continue
        if previous is not None:
            builder.wait(_pause_ms(previous, event, breaks, fast, pauses))
            if _breaks_between(previous, event, breaks):
                scenes.append(builder.at)
        builder.place(event)
        previous = event
    return Timeline(
        chapter=chapter,
        title=title,
        rate_hz=rate_hz,
        length=builder.end + samples_in(tail_ms, rate_hz),
        placements=tuple(sorted(builder.placements, key=lambda p: p.start)),
        scenes=tuple(scenes),
    )


class _Builder:
    def __init__(
        self,
        script: Script,
        clips: Mapping[str, Sequence[ClipRef]],
        cues: Mapping[int, CueInfo],
        cast: Cast,
        rate_hz: int,
        pauses: Pauses,
        head: int,
    ) -> None:
        self.clips, self.cues, self.cast, self.rate_hz, self.pauses = clips, cues, cast, rate_hz, pauses
        self.indices = {id(cue): n for n, cue in enumerate(script.cues)}
        self.beside: dict[str, list[Cue]] = {}
        for cue in script.cues:
            if cue.mode != "replace" and cue.segment is not None:
                self.beside.setdefault(cue.segment, []).append(cue)
        self.deliveries, self.thought_effect = NO_DELIVERIES, True
        self.placements: list[Placement] = []
        self.at = self.end = head

    def wait(self, ms: int) -> None:
        self.at += samples_in(ms, self.rate_hz)

    def place(self, event: Segment | Cue) -> None:
        if isinstance(event, Cue):
            self.at += self._cue(event, self.at)
        else:
            for cue in self.beside.get(event.id, []):
                if cue.mode == "before":
                    self.at += self._cue(cue, self.at)
                    self.wait(self.pauses.cue_ms)
            self._segment(event)
        self.end = max(self.end, self.at)

    def silent(self, segment: Segment) -> None:
        """A segment that says nothing still makes its sounds."""
        for cue in self.beside.get(segment.id, []):
            self.at += self._cue(cue, self.at)
            self.end = max(self.end, self.at)

    def _cue(self, cue: Cue, start: int) -> int:
        index = self.indices[id(cue)]
        if index not in self.cues:
            return 0
        info = self.cues[index]
        gain_db = CUE_GAIN_DB[cue.mode] + info.gain_db + cue.gain_db
        self.placements.append(
            Placement(
                cue=index, track="cue", start=start, length=info.samples, gain_db=gain_db, segment=cue.segment
            )
        )
        self.end = max(self.end, start + info.samples)
        return info.samples

    def _segment(self, segment: Segment) -> None:
        role = self.cast.role_of(segment)
        effect = self.cast.effect_of(segment, thoughts=self.thought_effect)
        tail = tail_samples(effect, self.rate_hz)
        own_db = role.gain_db + self.deliveries.get(segment.id, PLAIN).gain_db
        sounding: list[tuple[int, int]] = []
        ends_sentence = True
        for n, (key, clip) in enumerate(self.clips[segment.id]):
            if n:
                self.wait(self.pauses.sentence_ms if ends_sentence else self.pauses.clause_ms)
            length = resampled_length(clip.samples, clip.rate_hz, self.rate_hz)
            levelling_db = max(-MOST_LEVELLING_DB, min(MOST_LEVELLING_DB, VOICE_LUFS - clip.lufs))
            gain_db = round(levelling_db + own_db + KIND_GAIN_DB.get(segment.kind, 0.0), 2)
            self.placements.append(
                Placement(
                    clip=key, track="voice", start=self.at, length=length + tail, gain_db=gain_db,
                    segment=segment.id, effect=effect,
                )
            )  # fmt: skip
            self.end = max(self.end, self.at + length + tail)
            sounding.append((self.at, length))
            self.at += length
            ends_sentence = clip.ends_sentence
        for cue in self.beside.get(segment.id, []):
            if cue.mode == "under":
                self._cue(cue, self._time_of(segment, cue, sounding))

    def _time_of(self, segment: Segment, cue: Cue, sounding: Sequence[tuple[int, int]]) -> int:
        """The sample at which the word of a cue is heard."""
        offset = cue.span.start - segment.span.start
        clips = [clip for _, clip in self.clips[segment.id]]
        at = _char_said(segment, offset, cue.text, "".join(clip.text for clip in clips))
        for (start, _), clip in zip(sounding, clips, strict=True):
            if clip.words and 0 <= at < len(clip.text):
                sample = time_of(clip.words, at)
                if sample is not None:
                    return start + resampled_length(sample, clip.rate_hz, self.rate_hz)
            at -= len(clip.text)
        return _share_of(segment, offset, sounding)


def _char_said(segment: Segment, offset: int, word: str, said: str) -> int:
    """Where in `said`, what the clips say, the `word` at `offset` of a segment's text stands.

    Numbers, say, are written in other characters than they are said: the word itself is looked for, nearest to its
    share of the text.
    """
    near = round(len(said) * offset / max(1, len(segment.text)))
    bare = simplified(word).strip("“”‘’「」『』\"'—－～~-…，,、。！？!?. ")
    places = [m.start() for m in re.finditer(re.escape(bare), said)] if bare else []
    return min(places, key=lambda place: abs(place - near), default=near)


def _share_of(segment: Segment, offset: int, sounding: Sequence[tuple[int, int]]) -> int:
    """The sample at which the character at `offset` of a segment is spoken, by its share of the time: where nobody
    timed the words."""
    weights = [speaking_time(c) for c in segment.text]
    share = sum(weights[:offset]) / max(1e-9, sum(weights))
    left = round(share * sum(length for _, length in sounding))
    for start, length in sounding:
        if left < length:
            return start + left
        left -= length
    start, length = sounding[-1]
    return start + length


def _events(script: Script) -> list[Segment | Cue]:
    """Segments and replacing cues, in reading order."""
    events: list[Segment | Cue] = [*script.segments, *(c for c in script.cues if c.mode == "replace")]
    return sorted(events, key=lambda e: (e.span.paragraph, e.span.start))


def _fast_exchanges(events: Sequence[Segment | Cue]) -> set[str]:
    """Ids of the segments after which a fast exchange goes on."""
    found: set[str] = set()
    run: list[str] = []
    for event in events:
        short = isinstance(event, Segment) and event.kind == "dialogue" and _is_short(event)
        if isinstance(event, Segment) and short:
            run.append(event.id)
        else:
            run = []
        if len(run) >= FAST_RUN:
            found.update(run[:-1])
    return found


def _is_short(segment: Segment) -> bool:
    return sum(speaking_time(c) for c in segment.spoken if c.isalnum()) <= FAST_SYLLABLES


def _breaks_between(before: Segment | Cue, after: Segment | Cue, breaks: Sequence[int]) -> bool:
    return any(before.span.paragraph < p < after.span.paragraph for p in breaks)


_CLAUSE_ENDS = ("，", "、", "：", "；", ",", ":", ";")
_CLOSERS = '”」』’"）)》】'


def _pause_ms(
    before: Segment | Cue, after: Segment | Cue, breaks: Sequence[int], fast: Collection[str], pauses: Pauses
) -> int:
    if isinstance(before, Segment) and before.pause_after_ms is not None:
        return before.pause_after_ms
    if _breaks_between(before, after, breaks):
        return pauses.scene_ms
    if isinstance(before, Cue) or isinstance(after, Cue):
        sounds = [event.sound for event in (before, after) if isinstance(event, Cue)]
        return pauses.mask_ms if CENSOR in sounds else pauses.cue_ms
    if before.kind == "heading":
        return pauses.heading_ms
    end = before.text.rstrip().rstrip(_CLOSERS)
    if before.kind == "dialogue" and end.endswith(("——", "—", "--")):
        return pauses.interrupted_ms
    if before.span.paragraph == after.span.paragraph:
        if before.kind != after.kind:
            return pauses.tag_ms
        return pauses.clause_ms if end.endswith(_CLAUSE_ENDS) else pauses.sentence_ms
    if before.kind == after.kind == "dialogue":
        return pauses.fast_turn_ms if before.id in fast else pauses.turn_ms
    return pauses.paragraph_ms
