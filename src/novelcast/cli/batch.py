"""Commands about many books: batch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import Cues, EngineName, Json, Output, PresetName, Quiet
from novelcast.cli.saying import print_json, settings_from


@app.command()
def batch(
    where: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of books (each file or folder in it is one), or a list of them (.toml, see below).",
        ),
    ],
    output: Output = None,
    engine: EngineName = None,
    preset: PresetName = None,
    cues: Cues = None,
    at_once: Annotated[
        int,
        typer.Option(
            "--at-once", min=1, max=64, help="Books under way at once; they share the processors evenly."
        ),
    ] = 1,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again what failed, or is not whole.")
    ] = False,
    status: Annotated[
        bool,
        typer.Option(
            "--status", help="Show how far the batch is, also while it runs elsewhere; start nothing."
        ),
    ] = False,
    space_check: Annotated[
        bool,
        typer.Option("--space-check/--no-space-check", help="Look for room on the disk before it starts."),
    ] = True,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make audiobooks of many books. Stop it whenever you like: the same command goes on.

    What became of each book stands in batch.sqlite in the output folder; a book is done again when its file or its
    settings change. A list names books with settings of their own (paths are relative to the list):

    \b
    [[book]]
    path = "灯塔.epub"
    engine = "edge"          # also title, author, cover, preset, characters, cast, narrator_voice, cues, masked

    \b
    novelcast batch books/
    novelcast batch books/ --status
    novelcast batch list.toml --at-once 2 --retry-failed

    Exit code 0: every book is whole; 1: some failed (they are listed).
    """
    from novelcast.batch import Ledger, check_space, jobs_of, run_batch
    from novelcast.show import progress_bars
    from novelcast.show_batch import batch_json, show_batch

    common = {"output": output, "engine": engine, "preset": preset, "cues": cues}
    common = {name: value for name, value in common.items() if value is not None}
    settings = settings_from(**common)
    ledger = Ledger(settings.output / "batch.sqlite")
    if status:
        rows = ledger.rows()
    else:
        jobs = jobs_of(where)
        if space_check:
            check_space(jobs, settings.output, settings.cache_dir)
        with progress_bars(quiet) as progress:
            rows = run_batch(jobs, ledger, common, progress, at_once=at_once, retry_failed=retry_failed)
    if json_:
        print_json(batch_json(rows, ledger.path))
    elif not quiet:
        show_batch(rows, ledger.path)
    if not status and any(row.state != "done" for row in rows):
        raise typer.Exit(1)
