"""The whole book as M4B: AAC with chapter marks, a stream from the mixer to the file."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np

from novelcast.publish.mp4 import FRAME, Mark, Mp4File
from novelcast.publish.picture import picture_of
from novelcast.publish.view import EditionView, Options, Planned
from novelcast.publish.whole import ENCODER, Volume, encoder_of, frames, volumes_of

_PRIMING = 1024
"""What FFmpeg's AAC encoder puts before the first sample (libavcodec/aacenc.c, initial_padding)."""
_MOST_KBPS = 96
"""A channel; AAC gains nothing from more."""


def plan(view: EditionView, options: Options) -> list[Planned]:
    return [
        Planned(
            file=volume.file(".m4b"),
            made_from=volume.made_from("m4b"),
            write=lambda path, volume=volume: _write(path, volume),  # type: ignore[misc]
            chapters=volume.numbers,
            seconds=volume.seconds,
        )
        for volume in volumes_of(view, options)
    ]


def _write(path: Path, volume: Volume) -> None:
    view, rate_hz = volume.view, volume.chapters[0].record.rate_hz
    kbps = min(view.bitrate_kbps, _MOST_KBPS * view.channels)
    encoder = encoder_of("aac", rate_hz=rate_hz, channels=view.channels, bitrate_kbps=kbps, format_="fltp")
    marks = [
        Mark(start=start, title=c.record.name)
        for start, c in zip(volume.starts(), volume.chapters, strict=True)
    ]
    samples = sum(c.record.samples for c in volume.chapters)
    with path.open("wb") as file:
        out = Mp4File(
            file,
            rate_hz=rate_hz,
            channels=view.channels,
            bitrate_kbps=kbps,
            samples=samples,
            marks=marks,
            tags=volume.tags,
            cover=picture_of(view.cover) if view.cover else None,
            encoder=ENCODER,
        )
        # Silence before, so that the last packet is full: some players (FFmpeg's among them) know to leave out what a
        # file has before its start, but not what is left over of a packet at its end.
        silence = np.zeros((-samples % FRAME, view.channels), dtype=np.float32)
        for frame in frames(chain([silence], volume.audio()), rate_hz=rate_hz, channels=view.channels):
            for packet in encoder.encode(frame):
                out.add(bytes(packet))
        for packet in encoder.encode(None):
            out.add(bytes(packet))
        out.close(bytes(encoder.extradata), _PRIMING + len(silence))
