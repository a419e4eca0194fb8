"""novelcast plot: a picture of a finished chapter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import Json
from novelcast.cli.saying import print_json


@app.command()
def plot(
    chapter: Annotated[
        Path,
        typer.Argument(
            metavar="CHAPTER",
            help="A chapter's MP3 (output/<book>/chapters/…), or a book's folder (output/<book>).",
        ),
    ],
    number: Annotated[
        int | None,
        typer.Argument(
            min=1, help="Which chapter of the folder, from 1.  [default: all]", show_default=False
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Draw a finished chapter: who speaks when and what, sounds, pauses, loudness, spectrogram.

    The picture lies beside the chapter's MP3. It needs matplotlib: pip install 'novelcast[plot]'.

    \b
    novelcast plot "output/book/chapters/001 第一章.mp3"
    novelcast plot output/book 3
    """
    from novelcast.preview import plots_of

    pictures = plots_of(chapter, number)
    if json_:
        print_json([str(p) for p in pictures])
    else:
        for picture in pictures:
            typer.echo(picture)
