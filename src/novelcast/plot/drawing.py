"""The picture: strips of equal length, each with the waveform in its speakers' colours, the lines, the pauses and the
loudness over it, and a spectrogram under it in which the cues are outlined."""

from __future__ import annotations

from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from novelcast.errors import SettingsError
from novelcast.model import Placement, Script, Timeline
from novelcast.plot.captions import draw_lines, draw_pauses
from novelcast.plot.letters import Letters
from novelcast.plot.overview import COLUMNS, TOP_HZ, Overview, mel, overview
from novelcast.plot.people import CUE_COLOUR, SILENT_COLOUR, coloured, length_of, parts_of
from novelcast.workspace import complete_file

WIDTH_IN, STRIP_IN, _HEAD_IN, _LEGEND_LINE_IN, DPI = 20.0, 3.0, 0.7, 0.2, 100
_LEFT, _RIGHT = 0.035, 0.97
_LEGEND_COLUMNS = 9


def check_plots() -> None:
    """Raises SettingsError where matplotlib is not installed."""
    try:
        import_module("matplotlib.figure")
    except ImportError:
        raise SettingsError(
            "pictures need matplotlib, which is not installed", hint="pip install 'novelcast[plot]'"
        ) from None


def plot_chapter(audio: Path, timeline: Timeline, script: Script, path: Path) -> None:
    """Draw a finished chapter as a PNG. `script` is the chapter's own: the timeline's cues count in it.

    Raises SettingsError where matplotlib is not installed, InputError for an audio file that can't be decoded.
    """
    check_plots()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    seconds = timeline.length / timeline.rate_hz
    view = overview(audio, seconds)
    letters = Letters()
    parts = coloured(parts_of(timeline, script))
    strip_s = view.column_s * COLUMNS
    strips = ceil(len(view.low) / COLUMNS)
    head_in = _HEAD_IN + _LEGEND_LINE_IN * ceil((len(parts) + 1) / _LEGEND_COLUMNS)
    height_in = head_in + strips * STRIP_IN
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        strips, 1, hspace=0.3, left=_LEFT, right=_RIGHT, top=1 - head_in / height_in, bottom=0.35 / height_in
    )
    for n in range(strips):
        pair: Any = grid[n].subgridspec(2, 1, hspace=0.05).subplots(sharex=True)
        upper, lower = pair
        shown = slice(n * COLUMNS, (n + 1) * COLUMNS)
        _draw_waveform(upper, view, parts, timeline, shown)
        from_s, to_s = n * strip_s, (n + 1) * strip_s if strips > 1 else seconds
        draw_pauses(upper, timeline, from_s, to_s)
        draw_lines(upper, timeline, script, letters, from_s, to_s, WIDTH_IN * (_RIGHT - _LEFT))
        _draw_loudness(upper.twinx(), view)
        _draw_spectrogram(lower, view, shown)
        _draw_cues(upper, lower, timeline, script, n * strip_s, min((n + 1) * strip_s, seconds))
        lower.set_xlim(n * strip_s, (n + 1) * strip_s if strips > 1 else seconds)
    _draw_head(figure, timeline, view, parts, letters, height_in)
    with complete_file(path) as temp:
        figure.savefig(temp, format="png")


def _draw_waveform(
    axes: Any, view: Overview, parts: dict[str, tuple[str, list[Placement]]], timeline: Timeline, shown: slice
) -> None:
    low, high = view.low[shown], view.high[shown]
    edges = (shown.start + np.arange(len(low))) * view.column_s
    axes.fill_between(edges, low, high, step="post", color=SILENT_COLOUR, linewidth=0)
    for colour, placements in parts.values():
        spoken = np.zeros(len(view.low), dtype=bool)
        for placement in placements:
            first, last = (
                round(sample / timeline.rate_hz / view.column_s)
                for sample in (placement.start, placement.start + placement.length)
            )
            spoken[first : last + 1] = True
        axes.fill_between(edges, low, high, where=spoken[shown], step="post", color=colour, linewidth=0)
    axes.set_ylim(-1, 1)
    axes.set_yticks([-1, 0, 1])
    axes.tick_params(labelbottom=False, labelsize=7)


def _draw_loudness(axes: Any, view: Overview) -> None:
    """Short-term loudness (3 s) and, thin, that of 400 ms, each value at the middle of its time."""
    for lufs, first_s, width, alpha in (
        (view.momentary_lufs, 0.2, 0.5, 0.35),
        (view.short_term_lufs, 1.5, 1.2, 0.85),
    ):
        heard = np.where(lufs > -60, lufs, np.nan)
        axes.plot(first_s + 0.1 * np.arange(heard.size), heard, color="black", linewidth=width, alpha=alpha)
    axes.axhline(view.integrated_lufs, color="black", linewidth=0.6, linestyle=":")
    axes.set_ylim(-60, 0)
    axes.set_yticks([-60, -40, -20, 0])
    axes.tick_params(labelsize=7)
    axes.set_ylabel("LUFS", fontsize=7, labelpad=1)


def _draw_spectrogram(axes: Any, view: Overview, shown: slice) -> None:
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    spectrum = view.spectrum_db[:, shown]
    start = shown.start * view.column_s
    extent = (start, start + spectrum.shape[1] * view.column_s, 0, mel(TOP_HZ))
    axes.imshow(
        spectrum,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap="magma",
        vmin=-90,
        vmax=-20,
        interpolation="nearest",
    )
    pitches = (200, 500, 1000, 2000, 4000, 8000)
    axes.set_yticks(
        [mel(hz) for hz in pitches], [f"{hz / 1000:g}k" if hz >= 1000 else str(hz) for hz in pitches]
    )
    axes.set_ylabel("Hz", fontsize=7, labelpad=1)
    tenth = min(COLUMNS, len(view.low)) * view.column_s / 10
    axes.xaxis.set_major_locator(
        MultipleLocator(next((step for step in (1, 2, 5, 10, 15, 30, 60) if step >= tenth), 120))
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: _clock(second)))
    axes.tick_params(labelsize=7)


def _draw_cues(
    upper: Any, lower: Any, timeline: Timeline, script: Script, from_s: float, to_s: float
) -> None:
    """Each cue that sounds in the strip: its span marked above, outlined below, its name over both."""
    from matplotlib.patches import Rectangle

    free_from_s = [-1.0, -1.0]  # where each of two lines of names is free again
    for placement in sorted(timeline.placements, key=lambda placement: placement.start):
        start, length = placement.start / timeline.rate_hz, placement.length / timeline.rate_hz
        if placement.cue is None or start + length <= from_s or start >= to_s:
            continue
        cue = script.cues[placement.cue]
        name = f"{cue.sound} ×{cue.count}" if cue.count > 1 else cue.sound
        upper.axvspan(start, start + length, color=CUE_COLOUR, alpha=0.25, linewidth=0)
        # Two pixels outside, so that the line hides nothing of a short sound.
        beside = 2 * (to_s - from_s) / COLUMNS
        box = (start - beside, 0), length + 2 * beside, mel(TOP_HZ)
        lower.add_patch(Rectangle(*box, fill=False, edgecolor=CUE_COLOUR, linewidth=1.44))
        # About 6 points a letter; where both lines are taken, the names overlap on the second.
        line = 0 if start >= free_from_s[0] else 1
        free_from_s[line] = start + len(name) * 6 / 72 / WIDTH_IN * (to_s - from_s)
        upper.annotate(
            name,
            (max(start, from_s), 1),
            xytext=(0, 1 + 9 * line),
            textcoords="offset points",
            fontsize=8,
            color="#00626f",
            weight="bold",
            annotation_clip=False,
        )


def _draw_head(
    figure: Any,
    timeline: Timeline,
    view: Overview,
    parts: dict[str, tuple[str, list[Placement]]],
    letters: Letters,
    height_in: float,
) -> None:
    from matplotlib.patches import Patch

    length = _clock(timeline.length / timeline.rate_hz)
    figure.text(
        _LEFT,
        1 - 0.3 / height_in,
        f"{letters.write(timeline.title)}   {length}   {view.integrated_lufs:.1f} LUFS",
        fontsize=13,
        family=letters.family,
    )
    handles = [
        Patch(color=colour, label=f"{letters.write(part)} {_clock(length_of(placements) / timeline.rate_hz)}")
        for part, (colour, placements) in parts.items()
    ]
    handles.append(Patch(edgecolor=CUE_COLOUR, facecolor="none", label="cue"))
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.03, 1 - 0.34 / height_in),
        ncols=_LEGEND_COLUMNS,
        frameon=False,
        prop={"family": letters.family, "size": 9},
        handlelength=1,
        columnspacing=1.2,
    )


def _clock(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes}:{second:02}"
