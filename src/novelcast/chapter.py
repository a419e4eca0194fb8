"""One chapter: its timeline, the samples of each placement, and its finished file."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from novelcast import sounds
from novelcast.audio import Samples, resample
from novelcast.catalog import CueSound
from novelcast.errors import InputError
from novelcast.master import Block, Preset, master_to_file
from novelcast.mix import mix
from novelcast.model import Book, Cast, Pauses, Placement, Script, Timeline
from novelcast.publish.edition import ChapterRecord, EditionRecord, file_sha256
from novelcast.publish.mp3 import Tags, safe_name, write_mp3
from novelcast.timeline import ClipRef, CueInfo, build_timeline
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
        folder: Path,
        done: EditionRecord,
        mixed: Callable[[int], None],
    ) -> ChapterRecord:
        """The chapter's MP3 under `folder`/chapters, or the one that is there if nothing about it changed.

        `mixed` is told of samples mixed, MASTER_PASSES times the chapter's length in all.
        """
        tags = self._tags(narrator)
        made_from = self._made_from(timeline, tags)
        if (kept := done.kept(self.number, made_from, folder)) is not None:
            mixed(MASTER_PASSES * timeline.length)
            return kept
        path = folder / "chapters" / safe_name(f"{self.number + 1:03} {self.title}")
        cover = Path(self.book.cover) if self.book.cover else None

        left = MASTER_PASSES * timeline.length

        def blocks() -> Iterator[Block]:
            nonlocal left
            for block in mix(timeline, self.load, channels=self.preset.channels):
                step = min(left, len(block))
                left -= step
                mixed(step)
                yield block

        def write(to: Path, mastered: Iterable[Block]) -> None:
            write_mp3(
                to, mastered,
                rate_hz=self.preset.rate_hz, channels=self.preset.channels, bitrate_kbps=self.preset.bitrate_kbps,
                tags=tags, cover=cover,
            )  # fmt: skip

        loudness = master_to_file(blocks, path, self.preset, write)
        mixed(left)
        return ChapterRecord(
            chapter=self.number,
            title=self.title,
            file=path.relative_to(folder).as_posix(),
            samples=timeline.length,
            rate_hz=timeline.rate_hz,
            speakers=len({s.speaker for s in self.script.segments if s.speaker is not None}),
            cues=len(self.script.cues),
            loudness=loudness,
            misses=tuple(self.preset.misses(loudness)),
            sha256=file_sha256(path),
            made_from=made_from,
        )

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
        place = json.dumps(asdict(cue.span), separators=(",", ":"))
        seed = zlib.crc32(place.encode())  # two knocks are not the same sample
        return sounds.render(
            self._sounds[cue.sound],
            count=cue.count,
            length_ms=cue.length_ms,
            seed=seed,
            rate_hz=self.preset.rate_hz,
        )

    def _tags(self, narrator: str) -> Tags:
        author = "、".join(self.book.authors) or self.book.title
        return Tags(
            title=self.title,
            album=self.book.title,
            artist=author,
            album_artist=author,
            composer=narrator,
            track=self.number + 1,
            track_total=len(self.book.chapters),
            language=self.book.language,
        )

    def _made_from(self, timeline: Timeline, tags: Tags) -> str:
        """A fingerprint of everything that decides the file."""
        parts = [
            SOUND_VERSION,
            *(m.model_dump_json() for m in (timeline, self.preset, tags)),
            *(cue.model_dump_json(exclude={"by_user", "note"}) for cue in self.script.cues),
        ]
        parts += [self._sounds[cue.sound].model_dump_json() for cue in self.script.cues]
        if self.book.cover:
            parts.append(file_sha256(Path(self.book.cover)))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
