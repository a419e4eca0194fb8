"""Music under and round a chapter: where it plays (integers, like the timeline), and its samples as a stream.

A file is never held in memory: it is decoded in step with the mix, and a bed that ends before its chapter begins anew.
Where somebody speaks, a bed is ducked: its gain falls and rises in dB along straight lines computed from the places of
the voices, so that it is low when the first word comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Samples, gain, samples_in
from novelcast.errors import InputError, SettingsError
from novelcast.loudness import LoudnessMeter
from novelcast.media import decode
from novelcast.model import Cue, Music, MusicSettings, Timeline

OVERLAP_MS = 400
"""The words begin so long before an intro has ended, while it fades."""
FADE_MS = 1500
JOIN_MS = 900
"""A silence of less than this between two voices brings no bed up: it would pump."""


@dataclass(frozen=True)
class _File:
    samples: int
    lufs: float


def with_music(
    timeline: Timeline,
    settings: MusicSettings,
    voice_lufs: float,
    cues: Sequence[Cue] = (),
    folder: Path = Path(),
) -> Timeline:
    """The timeline with its intro (in its first file), its outro (in its last), a sting at each scene break and a
    bed, as far as the settings name them, and with the music of the chapter's `cues`, which lies under the rest of
    its scene in place of the bed. An intro moves all the rest back.

    `voice_lufs`: the loudness that voices have. `folder`: where the files of cues are looked for first. Raises
    SettingsError for a file that is no audio or is silent.
    """
    scorer = _Scorer(timeline, settings, voice_lufs)
    if settings.intro and timeline.part == 0:
        scorer.intro(settings.intro)
    scorer.scenes(cues, folder)
    if settings.sting:
        scorer.stings(settings.sting)
    if settings.outro and timeline.part == timeline.parts - 1:
        scorer.outro(settings.outro)
    music = tuple(sorted(scorer.placed, key=lambda m: m.start))
    return scorer.timeline.model_copy(update={"music": music})


class _Scorer:
    """What is placed so far, and the timeline that it moved."""

    def __init__(self, timeline: Timeline, settings: MusicSettings, voice_lufs: float) -> None:
        self.timeline, self.settings, self.voice_lufs = timeline, settings, voice_lufs
        self.placed: list[Music] = []

    def samples(self, ms: int) -> int:
        return samples_in(ms, self.timeline.rate_hz)

    @property
    def end(self) -> int:
        """Where the last sound ends."""
        return max((p.start + p.length for p in self.timeline.placements), default=0)

    def intro(self, file: Path) -> None:
        self.place(file, self.settings.intro_db, self.samples(self.settings.head_ms))
        intro = self.placed[-1]
        first = min((p.start for p in self.timeline.placements), default=0)
        over = intro.start + intro.length - self.samples(OVERLAP_MS)
        self.timeline = _later(self.timeline, max(0, over - first))

    def outro(self, file: Path) -> None:
        last = self.end
        tail = self.timeline.length - last
        self.place(file, self.settings.outro_db, max(0, last - self.samples(OVERLAP_MS)))
        over = self.placed[-1].start + self.placed[-1].length + tail // 2
        self.timeline = self.timeline.model_copy(update={"length": max(self.timeline.length, over)})

    def stings(self, file: Path) -> None:
        length = _measured(file, self.timeline.rate_hz).samples
        for scene in self.timeline.scenes:
            ends = (p.start + p.length for p in self.timeline.placements if p.start < scene)
            middle = (max(ends, default=0) + scene) // 2
            self.place(file, self.settings.sting_db, max(0, middle - length // 2))

    def scenes(self, cues: Sequence[Cue], folder: Path) -> None:
        """The music of the cues, each to the end of its scene, and the bed where none is."""
        fade, ends = self.samples(FADE_MS), [*self.timeline.scenes, self.end + self.samples(FADE_MS)]
        starts = {p.segment: p.start for p in reversed(self.timeline.placements) if p.track == "voice"}
        marks = [(starts[c.segment], c) for c in cues if c.music is not None and c.segment in starts]
        marks.sort(key=lambda mark: mark[0])
        free = max(0, min((p.start for p in self.timeline.placements), default=0) - fade)
        for n, (start, cue) in enumerate(marks):
            following = marks[n + 1][0] if n + 1 < len(marks) else ends[-1]
            stop = min(following, *(e for e in ends if e > start))
            self.bed(free, start)
            file = Path(cue.music or "")
            inside = folder / file
            duck_db = self.settings.duck_db if cue.duck_db is None else cue.duck_db
            self.place(
                inside if inside.is_file() else file,
                self.settings.bed_db + cue.gain_db,
                start,
                stop - start,
                duck_db,
            )
            free = stop
        self.bed(free, min(self.timeline.length, ends[-1]))

    def bed(self, start: int, end: int) -> None:
        if self.settings.bed and self.timeline.placements and start < end:
            self.place(self.settings.bed, self.settings.bed_db, start, end - start, self.settings.duck_db)

    def place(
        self, file: Path, level_db: float, start: int, length: int | None = None, duck_db: float = 0.0
    ) -> None:
        about = _measured(file, self.timeline.rate_hz)
        size = about.samples if length is None else length
        self.placed.append(
            Music(
                file=str(file), sha256=_sha256(file), start=start, length=size,
                gain_db=round(self.voice_lufs + level_db - about.lufs, 2), fade=min(self.samples(FADE_MS), size // 2),
                duck_db=duck_db, attack=self.samples(self.settings.attack_ms),
                release=self.samples(self.settings.release_ms),
            )
        )  # fmt: skip


def add_music(blocks: Iterator[Samples], timeline: Timeline) -> Iterator[Samples]:
    """The mix, blocks of float32 (n, channels), with the timeline's music added to each block."""
    if not timeline.music:
        yield from blocks
        return
    waiting = list(timeline.music)
    playing: list[tuple[Music, _Stream, Ducking]] = []
    begin = 0
    for block in blocks:
        end = begin + len(block)
        while waiting and waiting[0].start < end:
            music = waiting.pop(0)
            playing.append((music, _Stream(music, timeline.rate_hz), Ducking(timeline, music)))
        if playing:
            block = block.copy()
        for music, stream, ducking in playing:
            first, last = max(begin, music.start), min(end, music.start + music.length)
            samples = stream.take(last - first) * _fades(music, first, last)
            if music.duck_db:
                samples *= ducking.gain(first, last)
            block[first - begin : last - begin] += samples[:, None]
        playing = [p for p in playing if p[0].start + p[0].length > end]
        yield block
        begin = end


class Ducking:
    """How far a piece of music gives way at any sample of a timeline."""

    def __init__(self, timeline: Timeline, music: Music) -> None:
        rate, attack, release = timeline.rate_hz, music.attack, music.release
        at, db = [0], [0.0]
        for start, end in _speech(timeline, samples_in(JOIN_MS, rate) + attack + release):
            at += [max(at[-1], start - attack), max(at[-1] + 1, start), end, end + release]
            db += [0.0, music.duck_db, music.duck_db, 0.0]
        self._at, self._db = np.array(at), np.array(db)

    def gain(self, first: int, last: int) -> NDArray[np.float32]:
        """Factors for the samples [first, last)."""
        db = np.interp(np.arange(first, last), self._at, self._db)
        return np.asarray(10.0 ** (db / 20.0), dtype=np.float32)


def _speech(timeline: Timeline, join: int) -> list[tuple[int, int]]:
    """Where somebody speaks; gaps of less than `join` samples belong to it."""
    found: list[tuple[int, int]] = []
    for p in sorted((p for p in timeline.placements if p.track == "voice"), key=lambda p: p.start):
        if found and p.start - found[-1][1] < join:
            found[-1] = (found[-1][0], max(found[-1][1], p.start + p.length))
        else:
            found.append((p.start, p.start + p.length))
    return found


class _Stream:
    """A file's samples, mono, at its gain, from its beginning and again, as they are asked for."""

    def __init__(self, music: Music, rate_hz: int) -> None:
        self._music, self._rate_hz = music, rate_hz
        self._blocks = self._decoded()
        self._held: Samples = np.zeros(0, dtype=np.float32)

    def take(self, count: int) -> Samples:
        parts, size = [self._held], self._held.size
        while size < count:
            block = next(self._blocks, None)
            if block is None:
                self._blocks = self._decoded()
                continue
            parts.append(block)
            size += block.size
        joined = np.concatenate(parts)
        self._held = joined[count:]
        return joined[:count] * np.float32(gain(self._music.gain_db))

    def _decoded(self) -> Iterator[Samples]:
        for block in decode(Path(self._music.file), rate_hz=self._rate_hz):
            yield block[:, 0]


def _fades(music: Music, first: int, last: int) -> NDArray[np.float32]:
    """Raised-cosine fades over the first and the last `fade` samples of a piece."""
    at = np.arange(first, last) - music.start
    edge = np.minimum(at, music.length - 1 - at) / max(1, music.fade)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(edge, 0.0, 1.0)), dtype=np.float32)


def _later(timeline: Timeline, by: int) -> Timeline:
    moved = tuple(p.model_copy(update={"start": p.start + by}) for p in timeline.placements)
    scenes = tuple(s + by for s in timeline.scenes)
    return timeline.model_copy(update={"placements": moved, "scenes": scenes, "length": timeline.length + by})


def _measured(file: Path, rate_hz: int) -> _File:
    return _measure(file, _changed_ns(file), rate_hz)


def _sha256(file: Path) -> str:
    return _digest(file, _changed_ns(file))


def _changed_ns(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError as error:
        raise SettingsError(
            f"music {file}: {error.strerror}",
            hint="name an audio file, in [music] of novelcast.toml or in script.md",
        ) from None


@lru_cache(32)
def _measure(file: Path, changed_ns: int, rate_hz: int) -> _File:
    meter = LoudnessMeter(rate_hz, 1)
    samples = 0
    try:
        for block in decode(file, rate_hz=rate_hz):
            meter.add(block)
            samples += len(block)
    except InputError as error:
        raise SettingsError(f"music: {error}", hint="name an audio file") from None
    lufs = meter.result().integrated_lufs if samples else -200.0
    if lufs < -69.0:
        raise SettingsError(f"music {file} is silent, or too short to play", hint="choose another file")
    return _File(samples, lufs)


@lru_cache(32)
def _digest(file: Path, changed_ns: int) -> str:
    import hashlib

    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
