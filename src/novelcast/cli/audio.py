"""Commands about finished audio: check-audio."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novelcast.cli.app import app
from novelcast.cli.options import Json
from novelcast.cli.saying import print_json


@app.command()
def check_audio(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Audio files of any format: MP3, M4B, FLAC, WAV, Opus …", show_default=False
        ),
    ],
    preset: Annotated[
        str, typer.Option(help="What they must measure: podcast, podcast-mono, acx, audiobook.")
    ] = "podcast",
    json_: Json = False,
) -> None:
    """Measure audio files, anyone's, against a preset, and say what to do where one misses it.

    Loudness (ITU-R BS.1770), RMS, peaks, noise floor, and for acx the format, the silence at both ends and the length
    too. Each file is decoded and measured as a listener gets it. Exit code 1: a file misses the preset; 2: one
    cannot be decoded.

    \b
    novelcast check-audio chapters/*.mp3 --preset acx
    novelcast check-audio mine.wav --preset podcast-mono --json
    """
    from novelcast.audiocheck import check_audio as check
    from novelcast.presets import preset_named
    from novelcast.show import audio_json, show_audio

    wanted = preset_named(preset)
    reports = [check(path, wanted) for path in files]
    if json_:
        print_json(audio_json(reports))
    else:
        show_audio(reports)
    if any(report.misses for report in reports):
        raise typer.Exit(1)
