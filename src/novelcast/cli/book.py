"""Commands that work on a book: render, script, check, read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import (
    Address,
    Again,
    Also,
    Author,
    Book,
    CastFrom,
    Cues,
    Delivery,
    EngineName,
    Fresh,
    Jobs,
    Json,
    Llm,
    Masked,
    NarratorVoice,
    NoCues,
    Output,
    People,
    PresetName,
    Proxy,
    Quiet,
    Repair,
    ReviewBelow,
    Runner,
    ThoughtEffect,
    Title,
    Verbose,
)
from novelcast.cli.saying import fail_lines, fail_misses, plots, print_json, said, settings_from


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
    no_cues: NoCues = False,
    llm: Llm = None,
    masked: Masked = None,
    jobs: Jobs = None,
    characters: People = None,
    narrator_voice: NarratorVoice = None,
    cast: CastFrom = None,
    delivery: Delivery = None,
    thought_effect: ThoughtEffect = None,
    review_below: ReviewBelow = None,
    again: Again = False,
    proxy: Proxy = None,
    runner: Runner = None,
    address: Address = None,
    fresh: Fresh = False,
    also: Also = "",
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

    settings = settings_from(
        output=output, engine=engine, preset=preset, repair=repair, cues="none" if no_cues else cues, masked=masked, llm=llm, jobs=jobs,
        proxy=proxy, characters=characters, narrator_voice=narrator_voice, review_below=review_below, cast=cast,
        delivery=delivery, thought_effect=thought_effect, runner=runner, address=address,
    )  # fmt: skip
    if plot:
        check_plots()
    with said() as say, progress_bars(quiet) as progress:
        details = BookDetails(title, author, cover, fresh, again)
        edition = run(book, settings, details, progress, say, also.split(","))
        pictures = plots(edition) if plot else []
    if json_:
        print_json(edition_json(edition))
    elif not quiet:
        show_edition(edition, pictures)
    if edition.failed:
        fail_lines(edition.failed, verbose)
    fail_misses(edition)


@app.command()
def script(
    book: Book,
    output: Output = None,
    engine: EngineName = None,
    title: Title = None,
    repair: Repair = None,
    cues: Cues = None,
    no_cues: NoCues = False,
    llm: Llm = None,
    characters: People = None,
    narrator_voice: NarratorVoice = None,
    cast: CastFrom = None,
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

    settings = settings_from(
        output=output, engine=engine, repair=repair, cues="none" if no_cues else cues, masked=masked, llm=llm,
        characters=characters, narrator_voice=narrator_voice, review_below=review_below, cast=cast,
    )  # fmt: skip
    details = BookDetails(title=title, fresh=fresh, again=again)
    with said() as say, progress_bars(quiet) as progress:
        text, folder = read(book, settings, details, progress)
        with folder.locked():
            written, voices = write(text, folder, settings, details, progress, say)
    if json_:
        print_json(script_json(written, settings.review_below))
    elif not quiet:
        show_script(text, written, voices, folder, settings.review_below, verbose)


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

    checked = check_folder(path, settings_from(review_below=review_below))
    if json_:
        print_json(checked_json(checked))
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

    settings = settings_from(repair=repair, characters=characters)
    people = load_characters(settings.characters) if settings.characters else NOBODY
    text = read_book(*book, repair=settings.repair)
    if json_:
        print_json(read_json(text, people))
    else:
        show_read(text, repairs, people)
