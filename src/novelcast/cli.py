"""The command line: parse, call, show. `_Reporting` is the one place where an error becomes a message."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from novelcast import __version__
from novelcast.errors import NovelcastError

# What writing to the standard output fails with: a full disk or device, one that is gone, nobody who reads.
_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE)


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

Book = Annotated[
    list[Path],
    typer.Argument(
        metavar="BOOK",
        help="The book: .txt, .md, .epub, .html, .docx, .pdf or .mobi; a folder or several files are one book.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", help="Folder for editions.  [default: output]", show_default=False)
]
EngineName = Annotated[
    str | None,
    typer.Option(
        help="kokoro (embedded, offline), edge (online), openai (a server), espeak (a robot) or tone (a hum); "
        "`novelcast doctor` says which can speak here.  [default: kokoro]",
        show_default=False,
    ),
]
PresetName = Annotated[
    str | None,
    typer.Option(
        help="Loudness and format: podcast, podcast-mono, audiobook, none.  [default: podcast]",
        show_default=False,
    ),
]
Repair = Annotated[
    bool | None,
    typer.Option(
        "--repair/--no-repair", help="Mend damaged text while reading.  [default: repair]", show_default=False
    ),
]
Cues = Annotated[
    bool | None,
    typer.Option(
        "--cues/--no-cues", help="Sounds where the text has them.  [default: cues]", show_default=False
    ),
]
Llm = Annotated[
    bool | None,
    typer.Option(
        "--llm/--no-llm",
        help="Ask the language model of [script.llm] about unsure speakers.  [default: if there is one]",
        show_default=False,
    ),
]
Masked = Annotated[
    str | None,
    typer.Option(
        help="Where the text masks a word (**): silence or bleep.  [default: silence]", show_default=False
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        help="Processor threads; for a service, requests at once.  [default: all; 3 for edge, 2 for openai]",
        show_default=False,
    ),
]
Proxy = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="An http:// proxy between us and a service.  [default: HTTPS_PROXY]",
        show_default=False,
    ),
]
Title = Annotated[
    str | None, typer.Option(help="The book's title, if not the file's name.", show_default=False)
]
Author = Annotated[str | None, typer.Option(help="The book's author, for the tags.", show_default=False)]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help="Analyse the text anew and forget what you set (the old files are kept as script.previous.*).",
    ),
]
Again = Annotated[
    bool, typer.Option("--again", help="Analyse the text anew; what you set in script.md stays set.")
]
People = Annotated[
    Path | None,
    typer.Option(
        "--characters",
        metavar="FILE",
        show_default=False,
        help="A list of the book's people (.txt, .toml, .json); a line: 孙少平 = 少平, 平娃 (male, young). "
        "Kept in the book's folder for the next run.",
    ),
]
NarratorVoice = Annotated[
    str | None,
    typer.Option(
        metavar="same|own",
        show_default=False,
        help="Whether a first-person narrator talks with the voice that narrates.  [default: same]",
    ),
]
ReviewBelow = Annotated[
    float | None,
    typer.Option(
        help="List quotes whose speaker is less sure than this for review.  [default: 0.7]",
        show_default=False,
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on stdout, and nothing else there.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars, no table.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Say more: every failed line.")]


@app.command()
def render(
    book: Book,
    output: Output = None,
    engine: EngineName = None,
    preset: PresetName = None,
    cover: Annotated[
        Path | None, typer.Option(help="A JPEG or PNG for the chapters' cover.", show_default=False)
    ] = None,
    title: Title = None,
    author: Author = None,
    repair: Repair = None,
    cues: Cues = None,
    llm: Llm = None,
    masked: Masked = None,
    jobs: Jobs = None,
    characters: People = None,
    narrator_voice: NarratorVoice = None,
    review_below: ReviewBelow = None,
    again: Again = False,
    proxy: Proxy = None,
    fresh: Fresh = False,
    plot: Annotated[
        bool, typer.Option("--plot", help="Also draw each chapter: waveform by speaker, spectrogram, cues.")
    ] = False,
    json_: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make the audiobook: one mastered MP3 for each chapter.

    \b
    novelcast render book.txt
    novelcast render book.txt --engine edge --preset audiobook --cover cover.jpg
    """
    from novelcast.pipeline import BookDetails
    from novelcast.pipeline import render as run
    from novelcast.plot import check_plots
    from novelcast.show import edition_json, progress_bars, show_edition

    settings = _settings(
        output=output, engine=engine, preset=preset, repair=repair, cues=cues, masked=masked, llm=llm, jobs=jobs,
        proxy=proxy, characters=characters, narrator_voice=narrator_voice, review_below=review_below,
    )  # fmt: skip
    if plot:
        check_plots()
    with _said() as say, progress_bars(quiet) as progress:
        edition = run(book, settings, BookDetails(title, author, cover, fresh, again), progress, say)
        pictures = _plots(edition) if plot else []
    if json_:
        _print_json(edition_json(edition))
    elif not quiet:
        show_edition(edition, pictures)
    if edition.failed:
        _fail_lines(edition.failed, verbose)


@app.command()
def script(
    book: Book,
    output: Output = None,
    engine: EngineName = None,
    title: Title = None,
    repair: Repair = None,
    cues: Cues = None,
    llm: Llm = None,
    characters: People = None,
    narrator_voice: NarratorVoice = None,
    review_below: ReviewBelow = None,
    again: Again = False,
    masked: Masked = None,
    fresh: Fresh = False,
    json_: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write script and cast for editing, list the quotes to review, and speak nothing.

    Edit output/<book>/script.md (who says what) and cast.toml (who sounds how); the next run honours both,
    and what you set stays set when the book changes.

    \b
    novelcast script book.txt
    novelcast script book.txt --characters people.txt
    """
    from novelcast.pipeline import BookDetails, read, write
    from novelcast.show import progress_bars, script_json, show_script

    settings = _settings(
        output=output, engine=engine, repair=repair, cues=cues, masked=masked, llm=llm,
        characters=characters, narrator_voice=narrator_voice, review_below=review_below,
    )  # fmt: skip
    details = BookDetails(title=title, fresh=fresh, again=again)
    with _said() as say, progress_bars(quiet) as progress:
        text, folder = read(book, settings, details, progress)
        with folder.locked():
            written, cast = write(text, folder, settings, details, progress, say)
    if json_:
        _print_json(script_json(written, settings.review_below))
    elif not quiet:
        show_script(text, written, cast, folder, settings.review_below, verbose)


@app.command()
def check(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="A book's folder (output/<book>), or script.md or script.json in it."
        ),
    ],
    review_below: ReviewBelow = None,
    json_: Json = False,
) -> None:
    """Check an edited script: every mistake with its line and what to do, and the quotes to review.

    Writes nothing. Exit code 0: the next run can take it; 2: it cannot.

    \b
    novelcast check output/book
    """
    from novelcast.resume import check_folder
    from novelcast.show import checked_json, show_checked

    checked = check_folder(path, _settings(review_below=review_below))
    if json_:
        _print_json(checked_json(checked))
    else:
        show_checked(checked)
    if checked.faults:
        raise typer.Exit(2)


@app.command()
def read(
    book: Book,
    repairs: Annotated[
        bool, typer.Option("--repairs", help="Show every change made to a damaged text.")
    ] = False,
    repair: Repair = None,
    characters: People = None,
    json_: Json = False,
) -> None:
    """Read a book and show what was found: chapters, repairs, and what is not the book. Writes nothing.

    With --characters, also how often each of these people is named.

    \b
    novelcast read book.txt --repairs
    """
    from novelcast.characters import NOBODY, load_characters
    from novelcast.read import read_book
    from novelcast.show import read_json, show_read

    settings = _settings(repair=repair, characters=characters)
    people = load_characters(settings.characters) if settings.characters else NOBODY
    text = read_book(*book, repair=settings.repair)
    if json_:
        _print_json(read_json(text, people))
    else:
        show_read(text, repairs, people)


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

    settings = _settings(output=output, engine=engine, proxy=proxy)
    if say is not None:
        with show.progress_bars(False) as progress:
            path = preview.voice(*say, settings, progress)
        typer.echo(path)
    else:
        rows = preview.voices_of(settings)
        if json_:
            _print_json([v.model_dump() for v in rows])
        else:
            show.show_voices(rows)


@app.command()
def cues(
    name: Annotated[str | None, typer.Argument(help="A sound to preview.", show_default=False)] = None,
    count: Annotated[int, typer.Option(min=1, max=20, help="How many times it sounds.")] = 1,
    output: Output = None,
    json_: Json = False,
) -> None:
    """List the sounds and the words that make them, or write a preview of one.

    \b
    novelcast cues
    novelcast cues alarm --count 3
    """
    from novelcast import preview, show
    from novelcast.catalog import load_cue_sounds

    if name is not None:
        typer.echo(preview.cue(name, count, _settings(output=output)))
    elif json_:
        _print_json([s.model_dump() for s in load_cue_sounds()])
    else:
        show.show_cues(load_cue_sounds())


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

    clips = ClipCache(_settings().clips_dir)
    gone = clips.prune(bytes_in(prune)) if prune is not None else Amount()
    if json_:
        _print_json(show.cache_json(clips.root, clips.amount(), gone))
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

    settings = _settings()
    if fetch:
        with show.progress_bars(False) as progress:
            fetch_models(settings, progress)
    findings = examine(settings)
    if json_:
        _print_json([f.model_dump() for f in findings])
    else:
        show.show_findings(findings)
    if not all(f.ok or f.optional for f in findings):
        raise typer.Exit(1)


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


def _settings(**flags: Any) -> Any:
    from novelcast.settings import load_settings

    return load_settings(**flags)


@contextmanager
def _said() -> Iterator[Callable[[str], None]]:
    """Collects what the user should know, and shows it on stderr when the progress bars are gone."""
    said: list[str] = []
    try:
        yield said.append
    finally:
        for sentence in said:
            typer.echo(sentence, err=True)


def _plots(edition: Any) -> list[Path]:
    from novelcast.preview import chapter_plots

    return chapter_plots(edition.folder, [c.chapter for c in edition.chapters])


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _fail_lines(failed: list[Any], verbose: bool) -> NoReturn:
    typer.echo(f"\n{len(failed)} lines could not be spoken; their chapters were not written:", err=True)
    for utterance, reason in failed if verbose else failed[:10]:
        typer.echo(f"  {utterance.segment}: {utterance.request.text[:60]} ({reason})", err=True)
    if len(failed) > 10 and not verbose:
        typer.echo(f"  … and {len(failed) - 10} more (--verbose shows all)", err=True)
    typer.echo("Run the same command again: only these lines are spoken.", err=True)
    raise typer.Exit(1)


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


if __name__ == "__main__":
    main()
