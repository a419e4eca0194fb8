"""An edition of any sound at all, without a render: for what only cares about samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from books import book_of, cast_of, script_of
from novelcast.model import Loudness, Timeline
from novelcast.publish.about import About
from novelcast.publish.edition import ChapterRecord, EditionRecord
from novelcast.publish.id3 import Tags
from novelcast.publish.view import Block, ChapterView, EditionView
from novelcast.publish.volumes import Shelved

SILENT = Loudness.model_construct(integrated_lufs=-120.0)


def view_of_sound(
    lengths: Sequence[int], rate_hz: int, audio: Callable[[int], Iterator[Block]], root: Path = Path()
) -> EditionView:
    """Chapters of so many samples, mono; `audio(n)` is the sound of chapter n."""
    titles = [f"第{n}章" for n in range(1, len(lengths) + 1)]
    script = script_of([])
    chapters = tuple(
        ChapterView(
            record=_record(n, titles[n], length, rate_hz),
            timeline=Timeline(chapter=n, title=titles[n], rate_hz=rate_hz, length=length, placements=()),
            part=script,
            shelved=Shelved("", 0, titles[n]),
            audio=lambda n=n: audio(n),  # type: ignore[misc]
        )
        for n, length in enumerate(lengths)
    )
    return EditionView(
        root=root,
        book=book_of(*[["一"]] * len(lengths)),
        script=script,
        cast=cast_of(),
        record=EditionRecord(chapters=tuple(c.record for c in chapters)),
        about=About(),
        tags=Tags(title="书", album="书", artist="某人"),
        cover=None,
        channels=1,
        bitrate_kbps=64,
        chapters=chapters,
    )


def _record(chapter: int, title: str, samples: int, rate_hz: int) -> ChapterRecord:
    return ChapterRecord(
        chapter=chapter, title=title, file=f"chapters/{chapter}.mp3", samples=samples, rate_hz=rate_hz,
        speakers=0, cues=0, loudness=SILENT, gain_db=0.0, ceiling_dbtp=0.0, size_bytes=0, sha256="", made_from="",
        tagged="",
    )  # fmt: skip
