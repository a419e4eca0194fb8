"""Twenty chapters of any voices, mastered to each preset: how far the decoded files are from what they must measure.

    PYTHONPATH=tests python tests/benchmarks/any_mix.py [SEEDS]

The chapters are those of tests/test_master.py: hums, whispers, made speech and speech with peaks 6 dB higher than any
voice's we have, with bangs and clicks, at levels 10 dB apart. Prints a JSON line for each preset.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import soxr

from novelcast.master import master_to_file
from novelcast.presets import PRESETS
from test_master import any_mix, cut, mp3_writer


def main() -> None:
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    for preset in PRESETS.values():
        if preset.target is None:
            continue
        off, over = [], []
        for seed in seeds:
            audio = soxr.resample(any_mix(seed), 24_000, preset.rate_hz)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "a.mp3"
                file = master_to_file(lambda a=audio: cut(a, 4096), path, preset, mp3_writer(preset))  # type: ignore[misc]
            off.append(abs(preset.gain_db(file)))
            over.append(
                (file.sample_peak_db if preset.sample_peaks else file.true_peak_dbtp) - preset.ceiling_db
            )
        print(
            json.dumps(
                {
                    "preset": preset.name,
                    "farthest from target, dB": round(max(off), 2),
                    "highest peak over the ceiling, dB": round(max(over), 2),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
