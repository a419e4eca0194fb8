"""Decode the sample's chapter and measure what came out, with the installed package. Exits non-zero on a fault."""

import json
import sys
from pathlib import Path

import numpy as np

from novelcast.master import measure
from novelcast.media import decode

folder = Path(sys.argv[1])
edition = json.loads((folder / "edition.json").read_text("utf-8"))
script = json.loads((folder / "script.json").read_text("utf-8"))
assert len(edition["chapters"]) == 1, edition
for chapter in edition["chapters"]:
    path, rate_hz = folder / chapter["file"], chapter["rate_hz"]
    samples = np.concatenate([b[:, 0] for b in decode(path, rate_hz=rate_hz, channels=2)])
    loudness = measure(decode(path, rate_hz=rate_hz, channels=2), rate_hz=rate_hz, channels=2)
    assert samples.size == chapter["samples"], (samples.size, chapter["samples"])
    assert abs(loudness.integrated_lufs + 16) <= 0.5 and loudness.true_peak_dbtp <= -1.0, loudness
    said = sum(c.isalnum() for s in script["segments"] for c in s["spoken"])
    seconds = samples.size / rate_hz
    assert 0.15 < seconds / said < 0.6, f"{seconds:.0f} s for {said} characters"
    quiet = np.abs(samples) < 10 ** (-60 / 20)
    longest = (
        max((len(run) for run in "".join("q" if q else " " for q in quiet[::100]).split()), default=0)
        * 100
        / rate_hz
    )
    assert longest < 4, f"a silence of {longest:.1f} s"
    print(
        f"{path.name}: {seconds:.0f} s, {loudness.integrated_lufs:.1f} LUFS, {loudness.true_peak_dbtp:.1f} dBTP"
    )
voices = {s["speaker"] for s in script["segments"] if s["speaker"]}
sounds = {c["sound"] for c in script["cues"]}
assert len(voices) >= 4 and {"alarm", "pop"} <= sounds, (voices, sounds)
print(f"{len(voices)} speakers, sounds: {', '.join(sorted(sounds))}")
