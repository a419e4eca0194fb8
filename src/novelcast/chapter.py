"""One chapter: its timeline, the samples of each placement, and its finished file."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from math import log10
from pathlib import Path
from typing import Any

import numpy as np

from novelcast import sounds
from novelcast.audio import Samples, resample
from novelcast.catalog import CueSound
from novelcast.delivery import NO_DELIVERIES, Delivery
from novelcast.effects import apply_effect
from novelcast.errors import InputError
from novelcast.loudness import Block
from novelcast.master import limit, master_to_file
from novelcast.mix import mix
from novelcast.model import Book, Cast, MusicSettings, Pauses, Placement, Script, Segment, Timeline
from novelcast.music import add_music, with_music
from novelcast.parts import parts_of
from novelcast.presets import AIM_LU, Preset
from novelcast.publish.about import About
from novelcast.publish.edition import ChapterRecord, EditionRecord, digest, file_sha256, part_title
from novelcast.publish.id3 import id3
from novelcast.publish.mp3 import with_tags, write_mp3
from novelcast.publish.names import safe_name
from novelcast.publish.picture import picture_of
from novelcast.publish.tagging import chapter_tags
from novelcast.timeline import VOICE_LUFS, ClipRef, CueInfo, build_timeline
from novelcast.workspace import ClipCache

NO_MUSIC = MusicSettings()
MASTER_PASSES = 2
"""How often a chapter is mixed as a rule: to try the limiter, and to encode it."""

SOUND_VERSION = "3"
"""Part of every chapter's fingerprint: change it when cue sounds, mix or master would sound otherwise."""


class ChapterMaker:
    """Makes one chapter of `book` from its own script (see `timeline.chapter_scripts`)."""

    def __init__(
        self,
        number: int,
        script: Script,
        book: Book,
        preset: Preset,
        cache: ClipCache,
        library: Sequence[CueSound],
        music: MusicSettings = NO_MUSIC,
        folder: Path = Path(),
    ) -> None:
        self.number, self.script, self.book, self.preset, self.cache = number, script, book, preset, cache
        self.title = book.chapters[number].title
        self.music, self.folder = music, folder
        self._sounds = {sound.name: sound for sound in library}

    def timelines(
        self,
        clips: Mapping[str, Sequence[ClipRef]],
        cast: Cast,
        pauses: Pauses,
        deliveries: Mapping[str, Delivery] = NO_DELIVERIES,
        *,
        thought_effect: bool = True,
    ) -> list[Timeline]:
        """One for each file: several where a chapter is longer than the preset's files may be."""
        whole = self._timeline(clips, cast, pauses, deliveries, thought_effect)
        files = parts_of(
            whole,
            longest=self.preset.longest,
            head_ms=self.preset.head_ms,
            tail_ms=self.preset.tail_ms(pauses.end_ms),
        )
        return [with_music(t, self.music, VOICE_LUFS, self.script.cues, self.folder) for t in files]

    def _timeline(
        self,
        clips: Mapping[str, Sequence[ClipRef]],
        cast: Cast,
        pauses: Pauses,
        deliveries: Mapping[str, Delivery],
        thought_effect: bool,
    ) -> Timeline:
        cues = {
            n: CueInfo(self._cue(n).size, self._sounds[cue.sound].gain_db)
            for n, cue in enumerate(self.script.cues)
            if cue.music is None
        }
        return build_timeline(
            self.script, self.number, self.title, clips, cues, cast,
            rate_hz=self.preset.rate_hz, pauses=pauses, head_ms=self.preset.head_ms, tail_ms=self.preset.tail_ms(pauses.end_ms),
            deliveries=deliveries, thought_effect=thought_effect,
        )  # fmt: skip

    def publish(
        self,
        timeline: Timeline,
        narrator: str,
        about: About,
        folder: Path,
        done: EditionRecord,
        mixed: Callable[[int], None],
        *,
        track: int,
        track_total: int,
    ) -> ChapterRecord:
        """The MP3 of one of the chapter's timelines under `folder`/chapters: mastered, or only tagged, or left as it is, by
        what changed.

        `mixed` is told of samples mixed, MASTER_PASSES times the timeline's length in all, from another thread.
        """
        made_from = self.made_from(timeline)
        tags = chapter_tags(self.book, about, narrator, self.script, timeline).model_copy(
            update={
                "title": part_title(self.title, timeline.part, timeline.parts),
                "track": track,
                "track_total": track_total,
            }
        )
        cover = Path(self.book.cover) if self.book.cover else None
        head = id3(tags, picture_of(cover) if cover else None)
        number = f"{self.number + 1:03}" + (f"-{timeline.part + 1}" if timeline.parts > 1 else "")
        path = folder / "chapters" / safe_name(f"{number} {self.title}")
        named = {
            "title": self.title,
            "file": path.relative_to(folder).as_posix(),
            "tagged": digest(head),
        }
        if (kept := done.kept(self.number, made_from, folder)) is not None:
            mixed(MASTER_PASSES * timeline.length)
            if all(getattr(kept, name) == value for name, value in named.items()):
                return kept
            with_tags(folder / kept.file, path, head)
            return kept.model_copy(update=named | _whole(path))
        settled = (0.0, 0.0)

        def settle(gain_db: float, ceiling_dbtp: float) -> None:
            nonlocal settled
            settled = gain_db, ceiling_dbtp

        def write(to: Path, mastered: Iterable[Block]) -> None:
            write_mp3(
                to, mastered,
                rate_hz=self.preset.rate_hz, channels=self.preset.channels, bitrate_kbps=self.preset.bitrate_kbps,
                tags=tags, cover=cover,
            )  # fmt: skip

        left = MASTER_PASSES * timeline.length

        def blocks() -> Iterator[Block]:
            nonlocal left
            for block in add_music(mix(timeline, self.load, channels=1), timeline):
                step = min(left, len(block))
                left -= step
                mixed(step)
                yield block

        loudness = master_to_file(
            blocks, path, self.preset, write, first_gain_db=_usual_gain_db(self.preset), settled=settle
        )
        mixed(left)
        gain_db, ceiling_dbtp = settled
        return ChapterRecord(
            chapter=self.number,
            part=timeline.part,
            parts=timeline.parts,
            preset=self.preset.name,
            samples=timeline.length,
            rate_hz=timeline.rate_hz,
            speakers=len({s.speaker for s in self._segments_of(timeline) if s.speaker is not None}),
            cues=sum(p.cue is not None for p in timeline.placements),
            loudness=loudness,
            misses=tuple(miss.what for miss in self.preset.misses(loudness, AIM_LU)),
            gain_db=gain_db,
            ceiling_dbtp=ceiling_dbtp,
            made_from=made_from,
            **named,
            **_whole(path),
        )

    def mastered(self, timeline: Timeline, record: ChapterRecord) -> Iterator[Block]:
        """The samples that the file in the record was encoded from, as a stream: float32 (n, channels)."""
        limited = limit(
            add_music(mix(timeline, self.load, channels=1), timeline),
            gain_db=record.gain_db,
            ceiling_dbtp=record.ceiling_dbtp,
            rate_hz=timeline.rate_hz,
        )
        return (np.repeat(block, self.preset.channels, axis=1) for block in limited)

    def _segments_of(self, timeline: Timeline) -> list[Segment]:
        heard = {p.segment for p in timeline.placements if p.clip is not None}
        return [s for s in self.script.segments if s.id in heard]

    def load(self, placement: Placement) -> Samples:
        """A placement's samples, float32 (placement.length,), at the preset's rate."""
        if placement.cue is not None:
            return self._cue(placement.cue)
        clip = self.cache.load(placement.clip or "")
        if clip is None:
            raise InputError(
                f"clip {placement.clip} went missing while mixing", hint="run again: it is made anew"
            )
        samples = resample(clip.samples, clip.rate_hz, self.preset.rate_hz)
        return apply_effect(samples, self.preset.rate_hz, placement.effect)

    def _cue(self, index: int) -> Samples:
        cue = self.script.cues[index]
        place = json.dumps(asdict(cue.span), separators=(",", ":"))
        seed = zlib.crc32(place.encode())  # two knocks are not the same sample
        return sounds.render(
            self._sounds[cue.sound],
            count=cue.count,
            length_ms=cue.length_ms,
            far=cue.far,
            seed=seed,
            rate_hz=self.preset.rate_hz,
        )

    def made_from(self, timeline: Timeline) -> str:
        """A fingerprint of everything that decides how the file sounds."""
        used = {cue.sound: self._sounds[cue.sound] for cue in self.script.cues if cue.music is None}
        return digest(
            SOUND_VERSION,
            timeline.model_dump_json(exclude={"title": True, "placements": {"__all__": {"segment"}}}),
            self.preset.model_dump_json(),
            *(
                cue.model_dump_json(exclude={"by_user", "note", "text", "segment"})
                for cue in self.script.cues
            ),
            *(sound.model_dump_json() for sound in used.values()),
            *(file_sha256(Path(sound.file)) for sound in used.values() if sound.file),
        )


def _whole(path: Path) -> dict[str, Any]:
    return {"size_bytes": path.stat().st_size, "sha256": file_sha256(path)}


def _usual_gain_db(preset: Preset) -> float:
    """About what a chapter of levelled voices needs. Its pauses, which no gate leaves out of an RMS, take 2 dB."""
    if preset.target is None:
        return 0.0
    usual = VOICE_LUFS - 2.0 if preset.target_rms_db is not None else VOICE_LUFS + 10 * log10(preset.channels)
    return preset.target - usual
