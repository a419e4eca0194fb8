"""Commands that work on a rendered edition: publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import Json, Quiet
from novelcast.cli.saying import print_json, said, settings_from

Folder = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", help="A book's folder (output/<book>) with rendered chapters."),
]


@app.command()
def publish(
    folder: Folder,
    formats: Annotated[
        str,
        typer.Option(
            metavar="NAME,…",
            help="What to make: m4b, opus (the whole book in one file, with chapter marks).",
        ),
    ] = "m4b",
    max_hours: Annotated[
        float | None,
        typer.Option(
            help="Cut m4b and opus, between chapters, into files of at most so many hours.  [default: one file]",
            show_default=False,
        ),
    ] = None,
    simplified: Annotated[
        bool, typer.Option("--simplified", help="Texts in simplified characters, whatever the book is in.")
    ] = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make further formats of a rendered book, from the same master as its MP3s; nothing is spoken.

    Run it again after a render: only what changed is made anew. What players show of the book (narrator, series,
    description …) can be set in about.toml in its folder.

    \b
    novelcast publish output/book --formats m4b,opus
    novelcast publish output/book --formats m4b --max-hours 12
    """
    from novelcast.publish.view import Options
    from novelcast.publishing import publish as run
    from novelcast.show import progress_bars, published_json, show_published

    with said() as say, progress_bars(quiet) as progress:
        options = Options(max_hours=max_hours, simplified=simplified)
        published = run(folder, formats.split(","), settings_from(), options, progress, say)
    if json_:
        print_json(published_json(published))
    elif not quiet:
        show_published(published)
