"""Music under and round a chapter: where it plays (integers, like the timeline), and its samples as a stream.

A file is never held in memory: it is decoded in step with the mix, and a bed that ends before its chapter begins anew.
Where somebody speaks, a bed is ducked: its gain falls and rises in dB along straight lines computed from the places of
the voices, so that it is low when the first word comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from novelcast.audio import Samples, gain, samples_in
from novelcast.errors import InputError, SettingsError
from novelcast.loudness import LoudnessMeter
from novelcast.media import decode
from novelcast.model import Music, MusicSettings, Timeline

OVERLAP_MS = 400
"""The words begin so long before an intro has ended, while it fades."""
FADE_MS = 1500
JOIN_MS = 900
"""A silence of less than this between two voices brings no bed up: it would pump."""


@dataclass(frozen=True)
class _File:
    samples: int
    lufs: float


def with_music(timeline: Timeline, music: MusicSettings, voice_lufs: float) -> Timeline:
    """The timeline with its intro (in its first file), its outro (in its last), a sting at each scene break and a
    bed, as far as the settings name them; an intro moves all the rest back.

    `voice_lufs`: the loudness that voices have. Raises SettingsError for a file that is no audio or is silent.
    """
    rate, places = timeline.rate_hz, []
    fade = samples_in(FADE_MS, rate)

    def place(
        file: Path, level_db: float, start: int, length: int | None = None, *, bed: bool = False
    ) -> Music:
        about = _measured(file, rate)
        size = about.samples if length is None else length
        return Music(
            file=str(file), sha256=_sha256(file), start=start, length=size, gain_db=round(voice_lufs + level_db - about.lufs, 2),
            fade=min(fade, size // 2), ducked=bed,
        )  # fmt: skip

    if music.intro and timeline.part == 0:
        intro = place(music.intro, music.intro_db, samples_in(music.head_ms, rate))
        first = min((p.start for p in timeline.placements), default=0)
        timeline = _later(timeline, max(0, intro.start + intro.length - samples_in(OVERLAP_MS, rate) - first))
        places.append(intro)
    sounds = [(p.start, p.start + p.length) for p in timeline.placements]
    if music.bed and sounds:
        start = max(0, min(a for a, _ in sounds) - fade)
        end = min(timeline.length, max(b for _, b in sounds) + fade)
        places.append(place(music.bed, music.bed_db, start, end - start, bed=True))
    if music.sting:
        length = _measured(music.sting, rate).samples
        for scene in timeline.scenes:
            before = max((b for a, b in sounds if a < scene), default=0)
            places.append(place(music.sting, music.sting_db, max(0, (before + scene - length) // 2)))
    if music.outro and timeline.part == timeline.parts - 1:
        last = max((b for _, b in sounds), default=0)
        outro = place(music.outro, music.outro_db, max(0, last - samples_in(OVERLAP_MS, rate)))
        tail = timeline.length - last
        places.append(outro)
        timeline = timeline.model_copy(
            update={"length": max(timeline.length, outro.start + outro.length + tail // 2)}
        )
    return timeline.model_copy(update={"music": tuple(sorted(places, key=lambda m: m.start))})


def add_music(blocks: Iterator[Samples], timeline: Timeline, duck: MusicSettings) -> Iterator[Samples]:
    """The mix, blocks of float32 (n, channels), with the timeline's music added to each block."""
    if not timeline.music:
        yield from blocks
        return
    envelope = Ducking(timeline, duck)
    waiting = list(timeline.music)
    playing: list[tuple[Music, _Stream]] = []
    begin = 0
    for block in blocks:
        end = begin + len(block)
        while waiting and waiting[0].start < end:
            playing.append((waiting[0], _Stream(waiting.pop(0), timeline.rate_hz)))
        if playing:
            block = block.copy()
        for music, stream in playing:
            first, last = max(begin, music.start), min(end, music.start + music.length)
            samples = stream.take(last - first) * _fades(music, first, last)
            if music.ducked:
                samples *= envelope.gain(first, last)
            block[first - begin : last - begin] += samples[:, None]
        playing = [(m, s) for m, s in playing if m.start + m.length > end]
        yield block
        begin = end


class Ducking:
    """The gain of a ducked bed at any sample of a timeline."""

    def __init__(self, timeline: Timeline, settings: MusicSettings) -> None:
        rate = timeline.rate_hz
        attack, release = (samples_in(ms, rate) for ms in (settings.attack_ms, settings.release_ms))
        at, db = [0], [0.0]
        for start, end in _speech(timeline, samples_in(JOIN_MS, rate) + attack + release):
            at += [max(at[-1], start - attack), max(at[-1] + 1, start), end, end + release]
            db += [0.0, settings.duck_db, settings.duck_db, 0.0]
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
            f"[music] {file}: {error.strerror}", hint="name an audio file in [music] of novelcast.toml"
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
        raise SettingsError(f"[music] {error}", hint="name an audio file") from None
    lufs = meter.result().integrated_lufs if samples else -200.0
    if lufs < -69.0:
        raise SettingsError(f"[music] {file} is silent, or too short to play", hint="choose another file")
    return _File(samples, lufs)


@lru_cache(32)
def _digest(file: Path, changed_ns: int) -> str:
    import hashlib

    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
