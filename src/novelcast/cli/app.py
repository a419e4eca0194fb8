"""The application object that commands are registered with, and the one place where an error becomes a message."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from novelcast import __version__
from novelcast.errors import NovelcastError


class _Reporting(TyperGroup):
    """Turns what a command raises into a message and the exit code that the help promises."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except NovelcastError as error:
            typer.echo(f"novelcast: {error}", err=True)
            if error.hint:
                typer.echo(f"  what to do: {error.hint}", err=True)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo(
                "\nnovelcast: stopped. What was made is kept; the same command goes on from here.", err=True
            )
            raise typer.Exit(130) from None


app = typer.Typer(
    name="novelcast",
    cls=_Reporting,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Turns a novel into a full-cast audiobook.

    Start with:  novelcast render BOOK.txt

    It reads and repairs the text, finds who says what, gives every speaker a voice, speaks each line,
    adds the sounds the text names, and writes mastered MP3 chapters to output/<book>/chapters/.
    Run it again after changing the book, output/<book>/script.md (who says what) or cast.toml (who sounds
    how): only what changed is made again.

    Settings: a flag wins over the environment (NOVELCAST_ENGINE=edge), which wins over novelcast.toml.
    Exit codes: 0 done, 1 done but some lines failed (listed), 2 wrong use or bad input, 130 interrupted.
    """,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"novelcast {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass
