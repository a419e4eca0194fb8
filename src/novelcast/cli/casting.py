"""Commands about who sounds how: cast, audition."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import (
    Book,
    CastFrom,
    EngineName,
    Json,
    NarratorVoice,
    Output,
    People,
    Proxy,
    Quiet,
)
from novelcast.cli.saying import print_json, said, settings_from


@app.command()
def cast(
    book: Book,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VOICE",
            help="Give somebody a voice: 唐铭=zm_yunxi, or 唐铭=zm_yunxi,rate=0.95,pitch=-1,mix=zm_yunyang:0.3,"
            "effect=radio. NAME may be an alias, narrator or system. Can be given several times.",
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    engine: EngineName = None,
    characters: People = None,
    narrator_voice: NarratorVoice = None,
    cast: CastFrom = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show who sounds how and why, or give somebody another voice. Speaks nothing.

    BOOK is the book, or its folder (output/<book>). The cast is kept in cast.toml, which you may edit too; the next
    render speaks only what changed.

    \b
    novelcast cast book.txt
    novelcast cast output/book --set 唐铭=zm_yunxi --set narrator=zm_yunjian
    novelcast cast book2.txt --cast output/book/cast.toml
    """
    from novelcast.recast import cast_book
    from novelcast.show import progress_bars
    from novelcast.show_cast import cast_json, show_cast

    settings = settings_from(
        output=output, engine=engine, characters=characters, narrator_voice=narrator_voice, cast=cast
    )
    with said() as say, progress_bars(quiet) as progress:
        done = cast_book(book, settings, set_ or (), progress, say)
    if json_:
        print_json(cast_json(done))
    elif not quiet:
        show_cast(done)


@app.command()
def audition(
    book: Annotated[
        Path,
        typer.Argument(metavar="BOOK", help="The book, or its folder (output/<book>).", show_default=False),
    ],
    speaker: Annotated[
        str, typer.Argument(help="Whose lines: a name, an alias, narrator or system.", show_default=False)
    ],
    voice: Annotated[
        list[str] | None,
        typer.Option(
            "--voice",
            metavar="ID",
            help="A voice to hear, written as in `cast --set`; can be given several times.  "
            "[default: the speaker's own, and the three that fit best]",
            show_default=False,
        ),
    ] = None,
    play: Annotated[
        bool | None,
        typer.Option(
            "--play/--no-play",
            help="Play them too.  [default: on a terminal, where there is a player]",
            show_default=False,
        ),
    ] = None,
    output: Output = None,
    engine: EngineName = None,
    proxy: Proxy = None,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hear three lines of somebody's own in several voices: WAV files in output/<book>/auditions/.

    \b
    novelcast audition book.txt 唐铭
    novelcast audition output/book 唐铭 --voice zm_yunxi --voice zm_yunyang,pitch=-1
    """
    from novelcast.player import play as played
    from novelcast.player import player
    from novelcast.recast import audition as run
    from novelcast.show import progress_bars
    from novelcast.show_cast import audition_json, show_audition

    settings = settings_from(output=output, engine=engine, proxy=proxy)
    with said() as say, progress_bars(quiet) as progress:
        lines, takes = run([book], speaker, voice or (), settings, progress, say)
    if json_:
        print_json(audition_json(lines, takes))
    elif not quiet:
        show_audition(lines, takes)
    command = player() if play or (play is None and sys.stdout.isatty() and not json_) else None
    if play and command is None:
        typer.echo(
            "no player is here (ffplay, afplay, pw-play, paplay, aplay): play the files yourself", err=True
        )
    for take in takes:
        if command is not None and not played(take.path, command):
            typer.echo("the player found no loudspeaker: play the files yourself", err=True)
            break
