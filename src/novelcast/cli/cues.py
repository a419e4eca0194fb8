"""The sounds: novelcast cues, cues add, cues remove."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from novelcast.cli.app import app
from novelcast.cli.options import Json, Output
from novelcast.cli.saying import print_json, settings_from


class _ShowsByDefault(TyperGroup):
    """`novelcast cues alarm` is `novelcast cues show alarm`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "-h", "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


cues = typer.Typer(
    cls=_ShowsByDefault,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""List the sounds and the words that make them, listen to one, or add your own.

    \b
    novelcast cues
    novelcast cues alarm --count 3
    novelcast cues add jingle jingle.wav --words 叮当,叮铃
    novelcast cues remove jingle
    """,
)
app.add_typer(cues, name="cues")


@cues.command()
def show(
    name: Annotated[str | None, typer.Argument(help="A sound to preview.", show_default=False)] = None,
    count: Annotated[int, typer.Option(min=1, max=20, help="How many times it sounds.")] = 1,
    output: Output = None,
    json_: Json = False,
) -> None:
    """List the sounds, the words that make them, and whose they are; or write a preview of one. The word `show` may
    be left out.

    \b
    novelcast cues
    novelcast cues alarm --count 3
    """
    from novelcast import preview
    from novelcast.catalog import load_cue_sounds, user_cues_dir
    from novelcast.show import show_cues

    if name is not None:
        typer.echo(preview.cue(name, count, settings_from(output=output)))
    elif json_:
        print_json([s.model_dump() for s in load_cue_sounds()])
    else:
        show_cues(load_cue_sounds(), user_cues_dir())


@cues.command()
def add(
    name: Annotated[
        str, typer.Argument(help="What the script calls it; a name of ours gets your recording.")
    ],
    file: Annotated[Path, typer.Argument(help="An audio file of at most 60 s: WAV, MP3, FLAC, OGG …")],
    words: Annotated[
        str, typer.Option(help="The words that make it, with commas between.", show_default=False)
    ] = "",
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="under|before",
            help="Inside a sentence, under its words or before them.  [default: under]",
            show_default=False,
        ),
    ] = None,
    gain: Annotated[
        float | None,
        typer.Option(min=-60, max=24, help="dB, against the other sounds.  [default: 0]", show_default=False),
    ] = None,
) -> None:
    """Copy an audio file into your folder of sounds, checked, trimmed and levelled. It wins over ours.

    \b
    novelcast cues add jingle jingle.wav --words 叮当,叮铃 --gain -3
    """
    from novelcast.errors import SettingsError
    from novelcast.own_sounds import add_sound

    if mode not in (None, "under", "before"):
        raise SettingsError(f"no mode {mode!r}", hint="choose under or before")
    listed = [w for w in re.split(r"[,，、;\s]+", words) if w]
    sound = add_sound(name, file, listed, mode, gain)  # type: ignore[arg-type]
    typer.echo(f"{name}: {sound.file}")
    typer.echo("Books that are read from now on have it; for one that is, run again with --again.", err=True)


@cues.command()
def remove(name: Annotated[str, typer.Argument(help="A sound of yours.")]) -> None:
    """Remove a sound of yours. A sound of ours that it stood for is back.

    \b
    novelcast cues remove jingle
    """
    from novelcast.own_sounds import remove_sound

    for path in remove_sound(name):
        typer.echo(f"removed {path}")
