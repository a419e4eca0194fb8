"""Commands that work on a rendered edition: publish, feed, verify, serve."""

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
            show_default=False,
            help="What to make: m4b, opus (the whole book in one file, with chapter marks), srt, vtt, lrc, ass "
            "(subtitles), html (pages that play), json (text with times), epub (to read and hear).  [default: m4b]",
        ),
    ] = "",
    layout: Annotated[
        str | None,
        typer.Option(
            metavar="audiobookshelf",
            show_default=False,
            help="Also put the chapters into a library's folders, Author/Series/Title, with metadata.",
        ),
    ] = None,
    library: Annotated[
        Path | None,
        typer.Option(
            show_default=False, help="Where that library is.  [default: audiobookshelf beside FOLDER]"
        ),
    ] = None,
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
    novelcast publish output/book --formats srt,vtt,html,epub
    novelcast publish output/book --layout audiobookshelf --library /srv/audiobooks
    """
    from novelcast.errors import SettingsError
    from novelcast.publish.view import Options
    from novelcast.publishing import publish as run
    from novelcast.publishing import shelve
    from novelcast.show import progress_bars
    from novelcast.show_publish import published_json, show_published

    with said() as say, progress_bars(quiet) as progress:
        if layout not in (None, "audiobookshelf"):
            raise SettingsError(f"no layout {layout!r}", hint="there is one: audiobookshelf")
        options = Options(max_hours=max_hours, simplified=simplified)
        wanted = formats or ("" if layout else "m4b")
        published = run(folder, wanted.split(","), settings_from(), options, progress, say)
        if layout:
            place = shelve(folder, library or folder.resolve().parent / "audiobookshelf", settings_from())
            say(f"the book is in {place}")
    if json_:
        print_json(published_json(published))
    elif not quiet:
        show_published(published)


@app.command()
def feed(
    folder: Folder,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="https://…",
            show_default=False,
            help="Where the folder will be found on the web.  [default: url in about.toml]",
        ),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="day|weekday|week", show_default=False, help="Let one episode appear after the other."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="DATE", show_default=False, help="When the first one appears, like 2027-01-31."),
    ] = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a podcast of a rendered book: feed.xml, cover, chapter marks, transcripts and a page that plays.

    Copy the folder to any web server. Author, description, e-mail and more can be set in about.toml in the folder.
    With --every, run it again each day (from cron, say): it lets out what is due. The rhythm is remembered.

    \b
    novelcast feed output/book --url https://example.org/book/
    novelcast feed output/book --every day --start 2027-01-01
    """
    from novelcast.podcasting import Rhythm
    from novelcast.podcasting import feed as run
    from novelcast.publish.schedule import date_of, every_of
    from novelcast.show import progress_bars
    from novelcast.show_publish import fed_json, show_fed

    rhythm = Rhythm(every_of(every) if every else None, date_of(start) if start else None)
    with said() as say, progress_bars(quiet) as progress:
        fed = run(folder, url, rhythm, settings_from(), progress, say)
    if json_:
        print_json(fed_json(fed))
    elif not quiet:
        show_fed(fed)


@app.command()
def verify(
    output: Annotated[
        Path, typer.Argument(metavar="OUTPUT", help="A book's folder, or a folder of several (output).")
    ],
    quick: Annotated[
        bool, typer.Option("--quick", help="Decode nothing: checksums, tags and links only.")
    ] = False,
    json_: Json = False,
) -> None:
    """Check that editions are whole: files unchanged, decodable, as long as said, tagged; the feed's links good.

    Exit code 0: all is well; 1: something is not (listed, with what to do).

    \b
    novelcast verify output/book
    """
    from novelcast.show_publish import show_verified, verified_json
    from novelcast.verify import editions_under
    from novelcast.verify import verify as run

    found = [run(root, quick=quick) for root in editions_under(output)]
    if json_:
        print_json(verified_json(found))
    else:
        show_verified(found)
    if any(one.wrong for one in found):
        raise typer.Exit(1)


@app.command()
def serve(
    folder: Folder,
    host: Annotated[
        str,
        typer.Option(help="The address to listen at; 0.0.0.0 lets other devices of your network in."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any free one.")] = 8000,
) -> None:
    """Serve what was published of a book on this machine, to try its page and its podcast; Ctrl-C ends it.

    Only files of the edition are served. To subscribe from a phone in the same network, make the feed for this
    machine's address there:

    \b
    novelcast feed output/book --url http://192.168.1.10:8000/
    novelcast serve output/book --host 0.0.0.0
    """
    from novelcast.publishing import rendered_folder
    from novelcast.serve import serve as run

    rendered_folder(folder)
    run(folder, host, port, lambda address: typer.echo(f"{address}  (Ctrl-C ends it)", err=True))
