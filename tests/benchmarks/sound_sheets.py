"""Draw every sound of the library, waveform over spectrogram, for docs/sounds.md.

usage: python tests/benchmarks/sound_sheets.py [FOLDER]      default: docs/sounds

Writes FOLDER/sheet-1.png and so on. One event of each sound, seed 1, 44.1 kHz; a strip of the spectrogram is 10 kHz
high and each picture as wide as its sound is long (the number under it, in seconds).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from novelcast import sounds
from novelcast.catalog import CueSound, load_cue_sounds

RATE_HZ = 44_100
TOP_HZ = 10_000
COLUMNS, ROWS = 6, 3
COLOURS = 64  # of a sheet: keeps it small


def main(folder: Path) -> None:
    library = sorted((s for s in load_cue_sounds() if not s.mine), key=lambda s: s.name)
    folder.mkdir(parents=True, exist_ok=True)
    each = COLUMNS * ROWS
    for n in range(0, len(library), each):
        path = folder / f"sheet-{n // each + 1}.png"
        draw(library[n : n + each], path)
        print(path, f"{path.stat().st_size // 1024} KiB")


def draw(library: list[CueSound], path: Path) -> None:
    figure = Figure(figsize=(15, 2.5 * ROWS), dpi=80)
    canvas = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        ROWS, COLUMNS, left=0.03, right=0.99, top=0.96, bottom=0.04, hspace=0.32, wspace=0.16
    )
    for place, sound in enumerate(library):
        pair = grid[place // COLUMNS, place % COLUMNS].subgridspec(2, 1, hspace=0, height_ratios=(1, 2))
        one(figure.add_subplot(pair[0]), figure.add_subplot(pair[1]), sound, labelled=place % COLUMNS == 0)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def one(upper, lower, sound: CueSound, *, labelled: bool) -> None:
    samples = sounds.render(sound, count=1, length_ms=None, seed=1, rate_hz=RATE_HZ)
    seconds = samples.size / RATE_HZ
    upper.plot(np.arange(samples.size) / RATE_HZ, samples, linewidth=0.4, color="#37474f")
    upper.set(xlim=(0, seconds), ylim=(-0.75, 0.75), xticks=[], yticks=[])
    upper.set_title(sound.name, fontsize=10, weight="bold", pad=3)
    window = 256 if seconds < 0.3 else 512 if seconds < 1 else 1024
    lower.specgram(
        samples + 1e-9, NFFT=window, noverlap=window * 7 // 8, Fs=RATE_HZ, cmap="magma", vmin=-120, vmax=-45
    )
    lower.set(ylim=(0, TOP_HZ), xlim=(window / 2 / RATE_HZ, seconds - window / 2 / RATE_HZ))
    lower.set_xticks([])
    lower.set_xlabel(f"{seconds:.2f} s", fontsize=8, labelpad=1)
    lower.set_yticks([2000, 5000, 8000], ["2k", "5k", "8k"] if labelled else [""] * 3, fontsize=7)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/sounds"))
