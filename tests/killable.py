"""A render in a process of its own that can be killed; see test_kill.

Importing this loads what a render loads, dictionaries too: a server of processes imports it once, so that a random
moment of a run is a moment of its work.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from novelcast.model import Progress
from novelcast.pipeline import BookDetails, read, render, write
from novelcast.settings import Settings

NAME = "渡船.txt"
TEXT = (
    "第一章 渡船\n\n"
    + "\n\n".join(f"第{n}天，船还没有来。\n\n“再等等吧。”老周说，“第{n}天了。”" for n in range(1, 4))
    + "\n\n“砰！”\n\n门关上了。\n"
)


def book_in(folder: Path) -> Path:
    folder.mkdir()
    (folder / NAME).write_text(TEXT, "utf-8")
    return folder


def settings_in(folder: Path) -> Settings:
    return Settings(output=folder / "out", cache_dir=folder / "cache", engine="tone", preset="audiobook")


def rendered(folder: Path) -> Path:
    """The book's only chapter, finished."""
    edition = render([folder / NAME], settings_in(folder), BookDetails(), _nowhere)
    assert not edition.failed
    return edition.folder / edition.chapters[0].file


def _nowhere(_progress: Progress) -> None:
    pass


def _load_all() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = book_in(Path(name) / "book")
        settings, details = settings_in(folder), BookDetails()
        book, to = read([folder / NAME], settings, details, _nowhere)
        write(book, to, settings, details, _nowhere)
    import av  # noqa: F401
    import scipy.signal  # noqa: F401
    import soundfile  # noqa: F401
    import soxr  # noqa: F401


_load_all()
