"""What the commands share: settings from flags, and what goes to stdout and stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer


def settings_from(**flags: Any) -> Any:
    from novelcast.settings import load_settings

    return load_settings(**flags)


@contextmanager
def said() -> Iterator[Callable[[str], None]]:
    """Collects what the user should know, and shows it on stderr when the progress bars are gone."""
    sentences: list[str] = []
    try:
        yield sentences.append
    finally:
        for sentence in sentences:
            typer.echo(sentence, err=True)


def plots(edition: Any) -> list[Path]:
    from novelcast.preview import chapter_plots

    return chapter_plots(edition.folder, [c.chapter for c in edition.chapters])


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def fail_misses(edition: Any) -> None:
    """Say which files miss their preset, if any, and end with exit code 1."""
    missing = [(c.name, c.preset, miss) for c in edition.chapters for miss in c.misses]
    for name, preset, miss in missing:
        typer.echo(f"novelcast: {name}: misses preset {preset}: {miss}", err=True)
    if missing:
        typer.echo("  what to do: look at it with --plot; is a line damaged, or nearly silent?", err=True)
        raise typer.Exit(1)


def fail_lines(failed: list[Any], verbose: bool) -> NoReturn:
    typer.echo(f"\n{len(failed)} lines could not be spoken; their chapters were not written:", err=True)
    for utterance, reason in failed if verbose else failed[:10]:
        typer.echo(f"  {utterance.segment}: {utterance.request.text[:60]} ({reason})", err=True)
    if len(failed) > 10 and not verbose:
        typer.echo(f"  … and {len(failed) - 10} more (--verbose shows all)", err=True)
    typer.echo("Run the same command again: only these lines are spoken.", err=True)
    raise typer.Exit(1)
