"""The arguments that several commands take: a flag means the same in each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
        help="Loudness and format: podcast, podcast-mono, acx, audiobook, none.  [default: podcast]",
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
    str | None,
    typer.Option(
        "--cues",
        metavar="none|few|all",
        help="Sounds: none; few, those that the text writes out (砰); all, those too that it only names (手机响了).  "
        "[default: few]",
        show_default=False,
    ),
]
NoCues = Annotated[bool, typer.Option("--no-cues", help="The same as --cues none.")]
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
Runner = Annotated[
    str | None,
    typer.Option(
        metavar="auto|local|processes|ray",
        help="Where lines are spoken: in this process, in one for each processor (--jobs: how many), or on a Ray "
        "cluster.  [default: auto]",
        show_default=False,
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        help="A Ray cluster's address, with --runner ray.  [default: one on this machine]",
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
Delivery = Annotated[
    bool | None,
    typer.Option(
        "--delivery/--no-delivery",
        help="Rate, pitch and level follow what the text says of a line (吼道, 低声).  [default: delivery]",
        show_default=False,
    ),
]
ThoughtEffect = Annotated[
    bool | None,
    typer.Option(
        "--thought-effect/--no-thought-effect",
        help="A touch of reverb on what is thought.  [default: thought-effect]",
        show_default=False,
    ),
]
CastFrom = Annotated[
    Path | None,
    typer.Option(
        "--cast",
        metavar="FILE",
        help="Another book's cast.toml: who is in both books keeps their voice.",
        show_default=False,
    ),
]
ReviewBelow = Annotated[
    float | None,
    typer.Option(
        help="List quotes whose speaker is less sure than this for review.  [default: 0.7]",
        show_default=False,
    ),
]
Also = Annotated[
    str,
    typer.Option(
        metavar="NAME,…",
        show_default=False,
        help="Further formats to make at the end: m4b, opus …; see `novelcast publish --help`.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON on stdout, and nothing else there.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars, no table.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Say more: every failed line.")]
