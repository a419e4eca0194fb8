"""The whole book as one stream, or as several of so many hours: what M4B and Opus share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from novelcast import __version__
from novelcast.errors import SettingsError
from novelcast.publish.edition import digest, file_sha256
from novelcast.publish.id3 import Tags
from novelcast.publish.names import safe_name
from novelcast.publish.view import Block, ChapterView, EditionView, Options

ENCODER = f"novelcast {__version__}"


@dataclass(frozen=True)
class Volume:
    """Chapters that become one file; `number` of `total`."""

    view: EditionView
    chapters: tuple[ChapterView, ...]
    number: int
    total: int

    @property
    def seconds(self) -> float:
        return sum(c.seconds for c in self.chapters)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(c.record.chapter for c in self.chapters)

    @property
    def tags(self) -> Tags:
        title = self.view.tags.title
        if self.total == 1:
            return self.view.tags
        return self.view.tags.model_copy(
            update={
                "title": f"{title} ({self.number}/{self.total})",
                "track": self.number,
                "track_total": self.total,
            }
        )

    def file(self, suffix: str) -> str:
        part = "" if self.total == 1 else f" {self.number:0{len(str(self.total))}}"
        return safe_name(self.view.tags.title, suffix, 120 - len(part)).removesuffix(suffix) + part + suffix

    def made_from(self, *more: str) -> str:
        view = self.view
        return digest(
            self.tags.model_dump_json(),
            file_sha256(view.cover) if view.cover else "",
            str(view.bitrate_kbps),
            ENCODER,
            *more,
            *(part for c in self.chapters for part in (c.record.made_from, c.record.name)),
        )

    def audio(self) -> Iterator[Block]:
        for chapter in self.chapters:
            yield from chapter.audio()

    def starts(self) -> list[int]:
        """The first sample of each chapter."""
        return [sum(c.record.samples for c in self.chapters[:n]) for n in range(len(self.chapters))]


def volumes_of(view: EditionView, options: Options) -> list[Volume]:
    """The book in files of at most `max_hours`, cut between chapters, as alike in length as that allows.

    Chapters mastered at different rates cannot share a file; that happens where a run with another preset was stopped.
    """
    if options.max_hours is not None and options.max_hours <= 0:
        raise SettingsError(f"--max-hours {options.max_hours:g} leaves no room", hint="give a number above 0")
    if len({c.record.rate_hz for c in view.chapters}) > 1:
        raise SettingsError(
            "the chapters were rendered with different presets", hint="render the book again, to the end"
        )
    groups = _groups(view.chapters, options.max_hours)
    return [Volume(view, tuple(group), n, len(groups)) for n, group in enumerate(groups, 1)]


def _groups(chapters: Sequence[ChapterView], max_hours: float | None) -> list[list[ChapterView]]:
    if max_hours is None:
        return [list(chapters)]
    longest = max_hours * 3600
    fewest = len(_filled(chapters, longest))
    fair = sum(c.seconds for c in chapters) / fewest
    for share in np.linspace(fair, longest, 21):
        if len(groups := _filled(chapters, min(share, longest))) == fewest:
            return groups
    return _filled(chapters, longest)


def _filled(chapters: Sequence[ChapterView], longest: float) -> list[list[ChapterView]]:
    groups: list[list[ChapterView]] = []
    filled = 0.0
    for chapter in chapters:
        if not groups or filled + chapter.seconds > longest:
            groups.append([])
            filled = 0.0
        groups[-1].append(chapter)
        filled += chapter.seconds
    return groups


def encoder_of(codec: str, *, rate_hz: int, channels: int, bitrate_kbps: int, format_: str) -> Any:
    """An encoder of PyAV's that is given frames, not a file."""
    import av

    encoder: Any = av.CodecContext.create(codec, "w")
    encoder.sample_rate, encoder.layout, encoder.format = rate_hz, _layout(channels), format_
    encoder.bit_rate, encoder.time_base = bitrate_kbps * 1000, Fraction(1, rate_hz)
    return encoder


def frames(blocks: Iterable[Block], *, rate_hz: int, channels: int) -> Iterator[Any]:
    import av

    at = 0
    for block in blocks:
        if len(block):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(block.T), format="fltp", layout=_layout(channels)
            )
            frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), at
            at += len(block)
            yield frame


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"
