"""The cover as players want it: a JPEG of a sensible size."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from novelcast.errors import InputError

_JPEG = "mjpeg"
_IMAGE_CODECS = {_JPEG, "png", "webp", "gif", "bmp", "tiff"}
_COVER_BYTES = 500_000  # it is in every chapter's file
_COVER_PIXELS = 1400  # Apple's smallest, and more than any player draws


def picture_of(cover: Path) -> tuple[str, bytes]:
    """The cover's MIME type and bytes: as it is where it is a small JPEG, else made one.

    Raises InputError for a file that is no image.
    """
    import av

    try:
        data = cover.read_bytes()
        with av.open(io.BytesIO(data), "r") as container:
            codec = container.streams.video[0].codec_context.name
            if codec not in _IMAGE_CODECS:  # FFmpeg would take a film, or text as a terminal's screen
                raise ValueError(codec)
            image = next(container.decode(video=0))
    except OSError as error:
        raise InputError(f"cannot read the cover {cover}: {error.strerror or error}") from error
    except (av.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise InputError(
            f"the cover {cover} is not an image that can be read", hint="give a JPEG or PNG file"
        ) from error
    if codec == _JPEG and len(data) <= _COVER_BYTES:
        return "image/jpeg", data
    return "image/jpeg", _jpeg(image, _COVER_PIXELS)


def _jpeg(image: Any, longest: int) -> bytes:
    """An image as JPEG, no side longer than `longest` pixels."""
    import av

    scale = min(1.0, longest / max(image.width, image.height))
    small = image.reformat(
        width=max(2, round(image.width * scale)),
        height=max(2, round(image.height * scale)),
        format="yuvj420p",
    )
    out = io.BytesIO()
    with av.open(out, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1, options={"qmin": "2", "qmax": "4"})
        stream.width, stream.height, stream.pix_fmt = small.width, small.height, "yuvj420p"
        container.mux(stream.encode(small))
        container.mux(stream.encode(None))
    return out.getvalue()
