"""The command line: parse, call, show. A command is a function in one of the modules imported here."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import typer

# Importing a module registers its commands.
from novelcast.cli import (
    audio,  # noqa: F401
    batch,  # noqa: F401
    book,  # noqa: F401
    casting,  # noqa: F401
    cues,  # noqa: F401
    plot,  # noqa: F401
    publish,  # noqa: F401
    tools,  # noqa: F401
)
from novelcast.cli.app import app

__all__ = ["app", "main"]

# What writing to the standard output fails with: a full disk or device, one that is gone, nobody who reads.
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE)


def main() -> None:
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell (>&-): there is nobody to write to
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # Windows consoles default to a code page
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here its failure can still be said; at exit Python would print its own words
    except OSError as error:
        if error.errno not in _CANNOT_WRITE or error.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still to be written goes nowhere
        if error.errno != errno.EPIPE:  # nobody reads on (| head): that is no mistake to talk about
            typer.echo(f"novelcast: cannot write the result: {error.strerror}", err=True)
            typer.echo("  what to do: make room there, or send the result to another place", err=True)
        raise SystemExit(1 if error.errno == errno.EPIPE else 2) from None
