"""Look instead of listen: one picture of a chapter, drawn from its finished file.

Strips of equal length, each with the waveform in its speakers' colours, the loudness over it, and a spectrogram
under it in which the cues are outlined. The audio is decimated as it streams in, so that an hour costs no more
memory than a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from novelcast import media
from novelcast.errors import InputError, SettingsError
from novelcast.hanzi import HAN
from novelcast.loudness import LoudnessMeter
from novelcast.model import Placement, Script, Timeline
from novelcast.workspace import complete_file

# ---------------------------------------------------------------- what is drawn

_STRIP_S = 60.0  # a strip is at least so long, and longer where a chapter has more than _STRIPS of them
_STRIPS = 12
_COLUMNS = 1800  # of one strip, about a pixel each
_LEAST_COLUMN = 64  # samples; a shorter chapter gets fewer columns

_RATE_HZ = 24_000  # all that is heard up to 12 kHz
_TOP_HZ = 10_000
_WINDOW = 1024  # 43 ms: a beep's pitch and its beginning are both seen
_MELS = 96


@dataclass(frozen=True)
class Overview:
    """A recording, decimated. `column_s` seconds of it are in each of the n columns."""

    column_s: float
    low: NDArray[np.float32]
    """(n,): the lowest sample in the column, of the mean of the channels."""
    high: NDArray[np.float32]
    spectrum_db: NDArray[np.float32]
    """(mels, n): the strongest moment in the column, dB below a full-scale sine."""
    momentary_lufs: NDArray[np.float64]
    """Loudness of 400 ms, every 100 ms, the first at 0.4 s."""
    integrated_lufs: float


def overview(audio: Path, seconds: float) -> Overview:
    """Decimate an audio file that lasts `seconds`. Raises InputError where it cannot be decoded."""
    strip = max(_STRIP_S, seconds / _STRIPS)
    column = max(_LEAST_COLUMN, ceil(min(strip, seconds) * _RATE_HZ / _COLUMNS))
    count = max(1, ceil(seconds * _RATE_HZ / column))
    low, high = np.zeros((2, count), dtype=np.float32)
    power = np.zeros((count, _MELS), dtype=np.float32)
    channels = _channels(audio)
    meter = LoudnessMeter(_RATE_HZ, channels)

    def mono() -> Iterator[NDArray[np.float32]]:
        for block in media.decode(audio, rate_hz=_RATE_HZ, channels=channels):
            meter.add(block)
            yield block.mean(axis=1)

    start = 0
    spectra = _Spectra(power, column)
    for block in _at_least(mono(), _RATE_HZ):
        block = block[: count * column - start]
        spectra.add(block)
        if block.size:
            first, last = start // column, (start + block.size - 1) // column
            edges = np.maximum(np.arange(first, last + 1) * column - start, 0)
            np.minimum(low[first : last + 1], np.minimum.reduceat(block, edges), out=low[first : last + 1])
            np.maximum(high[first : last + 1], np.maximum.reduceat(block, edges), out=high[first : last + 1])
        start += block.size
    spectra.end()
    return Overview(
        column_s=column / _RATE_HZ,
        low=low,
        high=high,
        spectrum_db=10 * np.log10(power.T + 1e-12),
        integrated_lufs=meter.result().integrated_lufs,
        momentary_lufs=meter.momentary_lufs(),
    )


def _channels(audio: Path) -> int:
    import av

    try:
        with av.open(str(audio), "r") as container:
            return min(2, container.streams.audio[0].channels)
    except (av.FFmpegError, OSError, IndexError) as error:
        raise InputError(f"{audio}: cannot be decoded ({error})") from error


def _at_least(blocks: Iterator[NDArray[np.float32]], size: int) -> Iterator[NDArray[np.float32]]:
    """The stream in blocks worth numpy's while."""
    held: list[NDArray[np.float32]] = []
    for block in blocks:
        held.append(block)
        if sum(map(len, held)) >= size:
            yield np.concatenate(held)
            held = []
    if held:
        yield np.concatenate(held)


class _Spectra:
    """The strongest bin of each mel band and column of a stream, kept in `power` (columns, mels)."""

    def __init__(self, power: NDArray[np.float32], column: int) -> None:
        self._power, self._column = power, column
        self._hop = min(column, _WINDOW // 2)
        # Half a window before the first sample: frame n is centred at n hops.
        self._held = np.zeros(_WINDOW // 2, dtype=np.float32)
        self._frames = 0
        self._hann = (np.hanning(_WINDOW) * 4 / _WINDOW).astype(np.float32)  # a full-scale sine is 1

    def add(self, samples: NDArray[np.float32]) -> None:
        self._held = np.concatenate([self._held, samples])
        if len(self._held) < _WINDOW:
            return
        frames = np.lib.stride_tricks.sliding_window_view(self._held, _WINDOW)[:: self._hop]
        bands, end = _bands()
        amplitude = np.abs(np.fft.rfft(frames * self._hann))[:, :end]
        power = np.maximum.reduceat(amplitude, bands, axis=1) ** 2
        columns = np.arange(self._frames, self._frames + len(frames)) * self._hop // self._column
        inside = columns < len(self._power)
        np.maximum.at(self._power, columns[inside], power[inside].astype(np.float32))
        self._held = self._held[len(frames) * self._hop :]
        self._frames += len(frames)

    def end(self) -> None:
        self.add(np.zeros(_WINDOW, dtype=np.float32))


def _mel(hz: float) -> float:
    """O'Shaughnessy's formula."""
    return float(2595 * np.log10(1 + hz / 700))


@cache
def _bands() -> tuple[NDArray[np.intp], int]:
    """The first bin of each of MELS bands of equal width in mel up to TOP_HZ, and the bin after the last.

    The lowest bands are narrower than a bin, which several of them then show.
    """
    edges_hz = 700 * (10 ** (np.linspace(0, _mel(_TOP_HZ), _MELS + 1) / 2595) - 1)
    bins = np.round(edges_hz * _WINDOW / _RATE_HZ).astype(np.intp)
    return bins[:-1], int(bins[-1])


# ---------------------------------------------------------------- who speaks when

NARRATOR, SYSTEM, OTHERS = "narrator", "system", "other speakers"
_COLOURS = {NARRATOR: "#90a4ae", SYSTEM: "#8d6e63", OTHERS: "#d0d0d0"}
_SILENT_COLOUR, _CUE_COLOUR = "#b0b0b0", "#00b8d4"
_PALETTE = (
    "#e6194b", "#3c74d4", "#2e9e44", "#f58231", "#911eb4", "#b59f00",
    "#d42fa8", "#7a4b12", "#6f7d00", "#5f5fd3", "#c2185b", "#00695c",
)  # fmt: skip


def _parts(timeline: Timeline, script: Script) -> dict[str, list[Placement]]:
    """The voice placements of the narrator, the system and each speaker by name, who has most time first."""
    segments = {segment.id: segment for segment in script.segments}
    names = {speaker.id: speaker.name for speaker in script.speakers}
    parts: dict[str, list[Placement]] = {}
    for placement in timeline.placements:
        segment = segments.get(placement.segment or "")
        if placement.track != "voice" or segment is None:
            continue
        if segment.kind == "system":
            part = SYSTEM
        elif segment.kind in ("dialogue", "thought") and segment.speaker is not None:
            part = names.get(segment.speaker, segment.speaker)
        else:
            part = NARRATOR
        parts.setdefault(part, []).append(placement)
    return dict(sorted(parts.items(), key=lambda item: -_length(item[1])))


def _length(placements: list[Placement]) -> int:
    return sum(placement.length for placement in placements)


def _coloured(parts: dict[str, list[Placement]]) -> dict[str, tuple[str, list[Placement]]]:
    """Each part with its colour; who speaks least shares one where there are more parts than colours."""
    palette = iter(_PALETTE)
    coloured: dict[str, tuple[str, list[Placement]]] = {}
    for part, placements in parts.items():
        colour = _COLOURS.get(part) or next(palette, None)
        if colour:
            coloured[part] = (colour, placements)
        else:
            coloured.setdefault(OTHERS, (_COLOURS[OTHERS], []))[1].extend(placements)
    return coloured


# ---------------------------------------------------------------- letters

_CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",  # what matplotlib calls the collection file of all of Noto Sans CJK
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "PingFang HK",
    "Hiragino Sans GB",
    "Heiti TC",
    "STHeiti",
    "SimHei",
    "SimSun",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)
_PLAIN_FONT = "DejaVu Sans"  # comes with matplotlib


class _Letters:
    """The fonts for names, and names as these fonts can write them: in pinyin where they lack a character."""

    def __init__(self) -> None:
        from matplotlib.font_manager import fontManager

        files = {entry.name: entry.fname for entry in fontManager.ttflist}
        cjk = next((name for name in _CJK_FONTS if name in files), None)
        self.family = [cjk, _PLAIN_FONT] if cjk else [_PLAIN_FONT]
        self._known = {character for name in self.family for character in _characters(files[name])}

    def write(self, text: str) -> str:
        if not self._knows(text):
            text = re.sub(f"(?:{HAN.pattern})+", self._pinyin, text)
        return " ".join("".join(filter(self._knows, text)).split()) or "?"

    @staticmethod
    def _pinyin(han: re.Match[str]) -> str:
        from pypinyin import lazy_pinyin

        return f" {''.join(lazy_pinyin(han[0])).capitalize()} "

    def _knows(self, text: str) -> bool:
        return all(ord(character) in self._known for character in text)


@cache
def _characters(font_file: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(font_file).get_charmap())


# ---------------------------------------------------------------- the picture

_WIDTH_IN, _STRIP_IN, _HEAD_IN, _LEGEND_LINE_IN, _DPI = 20.0, 3.0, 0.7, 0.2, 100
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
    letters = _Letters()
    parts = _coloured(_parts(timeline, script))
    strip_s = view.column_s * _COLUMNS
    strips = ceil(len(view.low) / _COLUMNS)
    head_in = _HEAD_IN + _LEGEND_LINE_IN * ceil((len(parts) + 1) / _LEGEND_COLUMNS)
    height_in = head_in + strips * _STRIP_IN
    figure = Figure(figsize=(_WIDTH_IN, height_in), dpi=_DPI)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        strips, 1, hspace=0.3, left=0.035, right=0.97, top=1 - head_in / height_in, bottom=0.35 / height_in
    )
    for n in range(strips):
        pair: Any = grid[n].subgridspec(2, 1, hspace=0.05).subplots(sharex=True)
        upper, lower = pair
        shown = slice(n * _COLUMNS, (n + 1) * _COLUMNS)
        _draw_waveform(upper, view, parts, timeline, shown)
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
    axes.fill_between(edges, low, high, step="post", color=_SILENT_COLOUR, linewidth=0)
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
    """The loudness curve, each value at the middle of its 400 ms."""
    lufs = np.where(view.momentary_lufs > -60, view.momentary_lufs, np.nan)
    axes.plot(0.2 + 0.1 * np.arange(lufs.size), lufs, color="black", linewidth=0.7, alpha=0.75)
    axes.axhline(view.integrated_lufs, color="black", linewidth=0.6, linestyle=":")
    axes.set_ylim(-60, 0)
    axes.set_yticks([-60, -40, -20, 0])
    axes.tick_params(labelsize=7)
    axes.set_ylabel("LUFS", fontsize=7, labelpad=1)


def _draw_spectrogram(axes: Any, view: Overview, shown: slice) -> None:
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    spectrum = view.spectrum_db[:, shown]
    start = shown.start * view.column_s
    extent = (start, start + spectrum.shape[1] * view.column_s, 0, _mel(_TOP_HZ))
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
        [_mel(hz) for hz in pitches], [f"{hz / 1000:g}k" if hz >= 1000 else str(hz) for hz in pitches]
    )
    axes.set_ylabel("Hz", fontsize=7, labelpad=1)
    tenth = min(_COLUMNS, len(view.low)) * view.column_s / 10
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
        upper.axvspan(start, start + length, color=_CUE_COLOUR, alpha=0.25, linewidth=0)
        # Two pixels outside, so that the line hides nothing of a short sound.
        beside = 2 * (to_s - from_s) / _COLUMNS
        box = (start - beside, 0), length + 2 * beside, _mel(_TOP_HZ)
        lower.add_patch(Rectangle(*box, fill=False, edgecolor=_CUE_COLOUR, linewidth=1.44))
        # About 6 points a letter; where both lines are taken, the names overlap on the second.
        line = 0 if start >= free_from_s[0] else 1
        free_from_s[line] = start + len(name) * 6 / 72 / _WIDTH_IN * (to_s - from_s)
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
    letters: _Letters,
    height_in: float,
) -> None:
    from matplotlib.patches import Patch

    length = _clock(timeline.length / timeline.rate_hz)
    figure.text(
        0.035,
        1 - 0.3 / height_in,
        f"{letters.write(timeline.title)}   {length}   {view.integrated_lufs:.1f} LUFS",
        fontsize=13,
        family=letters.family,
    )
    handles = [
        Patch(color=colour, label=f"{letters.write(part)} {_clock(_length(placements) / timeline.rate_hz)}")
        for part, (colour, placements) in parts.items()
    ]
    handles.append(Patch(edgecolor=_CUE_COLOUR, facecolor="none", label="cue"))
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
