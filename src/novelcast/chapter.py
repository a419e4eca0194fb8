"""One chapter: its timeline, the samples of each placement, and its finished file."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from novelcast import sounds
from novelcast.audio import Samples, resample
from novelcast.catalog import CueSound
from novelcast.errors import InputError
from novelcast.master import Block, Preset, limit, master_to_file
from novelcast.mix import mix
from novelcast.model import Book, Cast, Pauses, Placement, Script, Timeline
from novelcast.publish.about import About
from novelcast.publish.edition import ChapterRecord, EditionRecord, digest, file_sha256
from novelcast.publish.id3 import id3
from novelcast.publish.mp3 import with_tags, write_mp3
from novelcast.publish.names import safe_name
from novelcast.publish.picture import picture_of
from novelcast.publish.tagging import chapter_tags
from novelcast.timeline import SCENE_BREAK, ClipRef, CueInfo, build_timeline
from novelcast.workspace import ClipCache

MASTER_PASSES = 3
"""How often a chapter is mixed as a rule: to measure it, to try the limiter, to encode it."""

SOUND_VERSION = "1"
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
    ) -> None:
        self.number, self.script, self.book, self.preset, self.cache = number, script, book, preset, cache
        self.title = book.chapters[number].title
        self._sounds = {sound.name: sound for sound in library}

    def timeline(self, clips: Mapping[str, Sequence[ClipRef]], cast: Cast, pauses: Pauses) -> Timeline:
        cues = {
            n: CueInfo(self._cue(n).size, self._sounds[cue.sound].gain_db)
            for n, cue in enumerate(self.script.cues)
        }
        return build_timeline(
            self.script, self.number, self.title, clips, cues, cast,
            rate_hz=self.preset.rate_hz, pauses=pauses, head_ms=self.preset.head_ms, tail_ms=self.preset.tail_ms,
        )  # fmt: skip

    def publish(
        self,
        timeline: Timeline,
        narrator: str,
        about: About,
        folder: Path,
        done: EditionRecord,
        mixed: Callable[[int], None],
    ) -> ChapterRecord:
        """The chapter's MP3 under `folder`/chapters: mastered, or only tagged, or left as it is, by what changed.

        `mixed` is told of samples mixed, MASTER_PASSES times the chapter's length in all.
        """
        made_from = self.made_from(timeline)
        tags = chapter_tags(self.book, about, self.number, narrator, self.script, timeline, SCENE_BREAK)
        cover = Path(self.book.cover) if self.book.cover else None
        head = id3(tags, picture_of(cover) if cover else None)
        path = folder / "chapters" / safe_name(f"{self.number + 1:03} {self.title}")
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
            for block in mix(timeline, self.load, channels=self.preset.channels):
                step = min(left, len(block))
                left -= step
                mixed(step)
                yield block

        loudness = master_to_file(blocks, path, self.preset, write, settled=settle)
        mixed(left)
        gain_db, ceiling_dbtp = settled
        return ChapterRecord(
            chapter=self.number,
            samples=timeline.length,
            rate_hz=timeline.rate_hz,
            speakers=len({s.speaker for s in self.script.segments if s.speaker is not None}),
            cues=len(self.script.cues),
            loudness=loudness,
            misses=tuple(self.preset.misses(loudness)),
            gain_db=gain_db,
            ceiling_dbtp=ceiling_dbtp,
            made_from=made_from,
            **named,
            **_whole(path),
        )

    def mastered(self, timeline: Timeline, record: ChapterRecord) -> Iterator[Block]:
        """The samples that the chapter's MP3 was encoded from, as a stream: float32 (n, channels)."""
        return limit(
            mix(timeline, self.load, channels=self.preset.channels),
            gain_db=record.gain_db, ceiling_dbtp=record.ceiling_dbtp, rate_hz=timeline.rate_hz,
        )  # fmt: skip

    def load(self, placement: Placement) -> Samples:
        """A placement's samples, float32 (placement.length,), at the preset's rate."""
        if placement.cue is not None:
            return self._cue(placement.cue)
        clip = self.cache.load(placement.clip or "")
        if clip is None:
            raise InputError(
                f"clip {placement.clip} went missing while mixing", hint="run again: it is made anew"
            )
        return resample(clip.samples, clip.rate_hz, self.preset.rate_hz)

    def _cue(self, index: int) -> Samples:
        cue = self.script.cues[index]
        seed = zlib.crc32(cue.span.model_dump_json().encode())  # two knocks are not the same sample
        return sounds.render(
            self._sounds[cue.sound],
            count=cue.count,
            length_ms=cue.length_ms,
            seed=seed,
            rate_hz=self.preset.rate_hz,
        )

    def made_from(self, timeline: Timeline) -> str:
        """A fingerprint of everything that decides how the chapter sounds."""
        return digest(
            SOUND_VERSION,
            timeline.model_dump_json(exclude={"title": True, "placements": {"__all__": {"segment"}}}),
            self.preset.model_dump_json(),
            *(
                cue.model_dump_json(exclude={"by_user", "note", "text", "segment"})
                for cue in self.script.cues
            ),
            *(self._sounds[cue.sound].model_dump_json() for cue in self.script.cues),
        )


def _whole(path: Path) -> dict[str, Any]:
    return {"size_bytes": path.stat().st_size, "sha256": file_sha256(path)}
