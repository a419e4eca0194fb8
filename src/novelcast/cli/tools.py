"""Commands about voices and this machine: voices, cache, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import EngineName, Json, Output, Proxy
from novelcast.cli.saying import print_json, settings_from


@app.command()
def voices(
    engine: EngineName = None,
    say: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="TEXT VOICE", help="Write a preview of TEXT in VOICE.", show_default=False),
    ] = None,
    output: Output = None,
    proxy: Proxy = None,
    json_: Json = False,
) -> None:
    """List the voices, or write a preview of one.

    \b
    novelcast voices --engine kokoro
    novelcast voices --say "夜里下起了雨。" zf_xiaoxiao
    """
    from novelcast import preview, show

    settings = settings_from(output=output, engine=engine, proxy=proxy)
    if say is not None:
        with show.progress_bars(False) as progress:
            path = preview.voice(*say, settings, progress)
        typer.echo(path)
    else:
        rows = preview.voices_of(settings)
        if json_:
            print_json([v.model_dump() for v in rows])
        else:
            show.show_voices(rows)


@app.command()
def cache(
    prune: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Remove the clips unused for longest until the rest is within SIZE (5GB, 300MB, 0).",
            show_default=False,
        ),
    ] = None,
    json_: Json = False,
) -> None:
    """Say how much room the spoken lines take, or make some. A line that is removed is spoken again when needed.

    \b
    novelcast cache
    novelcast cache --prune 5GB
    """
    from novelcast import show
    from novelcast.settings import bytes_in
    from novelcast.workspace import Amount, ClipCache

    clips = ClipCache(settings_from().clips_dir)
    gone = clips.prune(bytes_in(prune)) if prune is not None else Amount()
    if json_:
        print_json(show.cache_json(clips.root, clips.amount(), gone))
    else:
        show.show_cache(clips.root, clips.amount(), gone)


@app.command()
def doctor(
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch what the embedded engine lacks, now.")
    ] = False,
    json_: Json = False,
) -> None:
    """Say what works on this machine, what is missing, and how to get it."""
    from novelcast import show
    from novelcast.doctor import examine, fetch_models

    settings = settings_from()
    if fetch:
        with show.progress_bars(False) as progress:
            fetch_models(settings, progress)
    findings = examine(settings)
    if json_:
        print_json([f.model_dump() for f in findings])
    else:
        show.show_findings(findings)
    if not all(f.ok or f.optional for f in findings):
        raise typer.Exit(1)
