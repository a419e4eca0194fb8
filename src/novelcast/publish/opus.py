"""The whole book as Opus in Ogg, with chapter marks as comments (CHAPTER001, CHAPTER001NAME): small files."""

from __future__ import annotations

import base64
from pathlib import Path
from struct import pack

from novelcast.publish.id3 import clean
from novelcast.publish.picture import picture_of
from novelcast.publish.view import EditionView, Options, Planned
from novelcast.publish.whole import ENCODER, Volume, frames, volumes_of

_RATE_HZ = 48_000
_KBPS = {1: 32, 2: 56}
"""Speech is clear from 24 kbit/s on (opus-codec.org, Recommended Settings)."""


def plan(view: EditionView, options: Options) -> list[Planned]:
    return [
        Planned(
            file=volume.file(".opus"),
            made_from=volume.made_from("opus", str(_KBPS)),
            write=lambda path, volume=volume: _write(path, volume),  # type: ignore[misc]
            chapters=volume.numbers,
            seconds=volume.seconds,
        )
        for volume in volumes_of(view, options)
    ]


def _write(path: Path, volume: Volume) -> None:
    import av

    view, rate_hz = volume.view, volume.chapters[0].record.rate_hz
    layout = "mono" if view.channels == 1 else "stereo"
    resampler = av.AudioResampler(format="flt", layout=layout, rate=_RATE_HZ)
    with av.open(str(path), "w", format="ogg") as container:
        options = {"application": "audio", "frame_duration": "20"}
        stream = container.add_stream("libopus", rate=_RATE_HZ, layout=layout, options=options)
        stream.bit_rate = _KBPS[view.channels] * 1000
        stream.metadata.update(_comments(volume))
        for frame in frames(volume.audio(), rate_hz=rate_hz, channels=view.channels):
            for out in resampler.resample(frame):
                container.mux(stream.encode(out))
        for out in resampler.resample(None):
            container.mux(stream.encode(out))
        container.mux(stream.encode(None))


def _comments(volume: Volume) -> dict[str, str]:
    tags, rate_hz = volume.tags, volume.chapters[0].record.rate_hz
    comments = {
        "TITLE": tags.title,
        "ALBUM": tags.album,
        "ARTIST": tags.artist,
        "ALBUMARTIST": tags.album_artist,
        "COMPOSER": tags.composer,
        "PERFORMER": tags.composer,
        "GENRE": tags.genre,
        "DATE": tags.date,
        "LANGUAGE": tags.language,
        "DESCRIPTION": tags.description,
        "COMMENT": tags.comment,
        "SUBTITLE": tags.subtitle,
        "SERIES": tags.series,
        "SERIES-PART": tags.series_part,
        "ORGANIZATION": tags.publisher,
        "COPYRIGHT": tags.copyright,
        "TRACKNUMBER": str(tags.track or ""),
        "TRACKTOTAL": str(tags.track_total or ""),
        "ENCODED-BY": ENCODER,
    }
    for number, (start, chapter) in enumerate(zip(volume.starts(), volume.chapters, strict=True), 1):
        comments[f"CHAPTER{number:03}"] = _clock(start * 1000 // rate_hz)
        comments[f"CHAPTER{number:03}NAME"] = chapter.record.name
    if volume.view.cover:
        comments["METADATA_BLOCK_PICTURE"] = _picture(*picture_of(volume.view.cover))
    return {name: clean(text) for name, text in comments.items() if clean(text)}


def _clock(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"


def _picture(mime: str, data: bytes) -> str:
    """A FLAC picture block, as RFC 7845 has it; what it may say of size and colours is left out."""
    front_cover = 3
    head = pack(">II", front_cover, len(mime)) + mime.encode() + pack(">6I", 0, 0, 0, 0, 0, len(data))
    return base64.b64encode(head + data).decode()
