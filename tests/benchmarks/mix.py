"""Mixing and mastering a long chapter: time and memory, beside ffmpeg and pydub on the same clips.

    pip install imageio-ffmpeg        # an ffmpeg program, if there is none
    PYTHONPATH=tests python tests/benchmarks/mix.py [--hours 1 10] [--preset podcast] [--rounds 1] [--only ours ffmpeg]

Clips are made (pulses through resonances, with the crest of a voice, 24 kHz FLAC in a cache of their own); the
chapter is the clips with pauses between them. Each way runs in a process of its own, one after the other:

- ours: what `novelcast render` does with cached clips: mix, try the limiter, write, decode and measure the file;
- ffmpeg: concat, loudnorm twice (measure; normalise with what was measured), libmp3lame at the preset's settings;
- pydub: clip + silence + clip …, in the preset's rate and channels, then export. It normalises nothing.

Prints a JSON line for each: seconds on the clock, seconds of processor, MB of memory at most above a bare
interpreter (ours) and in all (`max_mb`; of ffmpeg the larger of the two runs; of pydub without the ffmpeg that it
calls), and what the file measures. Then the ratios.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CLIP_S, PAUSE_MS, CLIPS = 4, 450, 200
HOUR = round(3600 * 1000 / (CLIP_S * 1000 + PAUSE_MS))


def memory_mb() -> float:
    """Resident at most since this program began (ru_maxrss would count what its parent had)."""
    return int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))[0]) / 1024


def make_clips(folder: Path) -> None:
    import numpy as np
    import soundfile

    from made_speech import speech
    from novelcast.audio import Clip
    from novelcast.workspace import ClipCache

    cache = ClipCache(folder / "cache")
    for n in range(CLIPS):
        audio = speech(CLIP_S, rate_hz=24_000, seed=n)[:, 0]
        clip = (audio * (10 ** (-(3 + n % 9) / 20) / np.abs(audio).max())).astype(np.float32)
        cache.store(f"{n:064}", Clip(clip, 24_000))
        soundfile.write(folder / f"{n}.wav", clip, 24_000, subtype="PCM_16")
    soundfile.write(folder / "pause.flac", np.zeros(24 * PAUSE_MS, dtype=np.int16), 24_000)
    soundfile.write(folder / "pause.wav", np.zeros(24 * PAUSE_MS, dtype=np.int16), 24_000)


def ours(folder: Path, count: int, preset_name: str) -> dict[str, Any]:
    bare_mb = memory_mb()
    from books import book_of, script_of, segment
    from novelcast.audio import resampled_length, samples_in
    from novelcast.chapter import ChapterMaker
    from novelcast.loudness import clip_lufs
    from novelcast.model import Placement, Timeline
    from novelcast.presets import preset_named
    from novelcast.publish.about import About
    from novelcast.publish.edition import EditionRecord
    from novelcast.timeline import VOICE_LUFS
    from novelcast.workspace import ClipCache

    preset, cache = preset_named(preset_name), ClipCache(folder / "cache")

    def gain_db(n: int) -> float:
        clip = cache.load(f"{n:064}")
        return VOICE_LUFS - clip_lufs(clip.samples, clip.rate_hz) if clip is not None else 0.0

    gains = [gain_db(n) for n in range(CLIPS)]
    length = resampled_length(CLIP_S * 24_000, 24_000, preset.rate_hz)
    step = length + samples_in(PAUSE_MS, preset.rate_hz)
    placements = tuple(
        Placement(
            clip=f"{n % CLIPS:064}", track="voice", start=n * step, length=length, gain_db=gains[n % CLIPS]
        )
        for n in range(count)
    )
    timeline = Timeline(
        chapter=0, title="一", rate_hz=preset.rate_hz, length=count * step, placements=placements
    )
    maker = ChapterMaker(0, script_of([segment("雨。")]), book_of(["雨。"]), preset, cache, [])
    began, processor = time.perf_counter(), time.process_time()
    record = maker.publish(
        timeline, "", About(), folder / "ours", EditionRecord(), lambda _: None, track=1, track_total=1
    )
    return {
        "seconds": time.perf_counter() - began,
        "processor_s": time.process_time() - processor,
        "max_mb": memory_mb(),
        "above_bare_mb": memory_mb() - bare_mb,
        "lufs": record.loudness.integrated_lufs,
        "misses": record.misses,
    }


def joined_by_pydub(folder: Path, count: int, preset_name: str, ffmpeg: str) -> dict[str, Any]:
    from pydub import AudioSegment

    from novelcast.presets import preset_named

    preset = preset_named(preset_name)
    AudioSegment.converter = ffmpeg
    began = time.perf_counter()

    def read(name: str) -> Any:
        clip = AudioSegment.from_wav(str(folder / f"{name}.wav"))
        return clip.set_frame_rate(preset.rate_hz).set_channels(preset.channels)

    pause = read("pause")
    whole = AudioSegment.empty().set_frame_rate(preset.rate_hz).set_channels(preset.channels)
    for n in range(count):
        whole = whole + read(str(n % CLIPS)) + pause
    whole.export(folder / "pydub.mp3", format="mp3", bitrate=f"{preset.bitrate_kbps}k")
    return {"seconds": time.perf_counter() - began, "max_mb": memory_mb()}


def by_ffmpeg(folder: Path, count: int, preset_name: str, ffmpeg: str) -> dict[str, Any]:
    from novelcast.presets import preset_named

    preset = preset_named(preset_name)
    entries = []
    for n in range(count):
        clip = folder / "cache" / "00" / f"{n % CLIPS:064}.flac"
        entries += [f"file '{clip}'", f"file '{folder / 'pause.flac'}'"]
    (folder / "list.txt").write_text("\n".join(entries), "utf-8")
    read = [
        ffmpeg,
        "-hide_banner",
        "-nostats",
        "-y",
        "-f",
        "concat",
        "-safe",
        "0",
        "-i",
        str(folder / "list.txt"),
    ]
    wanted = f"loudnorm=I={preset.target_lufs}:TP={preset.ceiling_db}:LRA=11"
    write = ["-ar", str(preset.rate_hz), "-ac", str(preset.channels)]
    began = time.perf_counter()
    first = subprocess.run(
        [*read, "-af", f"{wanted}:print_format=json", *write, "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(re.findall(r"\{[^{}]*\}", first.stderr)[-1])
    known = (
        f"measured_I={found['input_i']}:measured_TP={found['input_tp']}:measured_LRA={found['input_lra']}"
        f":measured_thresh={found['input_thresh']}:offset={found['target_offset']}:linear=true:print_format=json"
    )
    encode = ["-c:a", "libmp3lame", "-b:a", f"{preset.bitrate_kbps}k", str(folder / "ffmpeg.mp3")]
    second = subprocess.run(
        [*read, "-af", f"{wanted}:{known}", *write, *encode], capture_output=True, text=True, check=True
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = json.loads(re.findall(r"\{[^{}]*\}", second.stderr)[-1])
    return {
        "seconds": time.perf_counter() - began,
        "processor_s": used.ru_utime + used.ru_stime,
        "max_mb": used.ru_maxrss / 1024,
        "normalised": done["normalization_type"],
    }


def in_process(what: str, folder: Path, hours: float, args: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--run", what, str(folder), str(hours), "--preset", args.preset]
    out = subprocess.run([*command, "--ffmpeg", args.ffmpeg], capture_output=True, text=True)
    if out.returncode:
        sys.exit(out.stderr)
    return dict(json.loads(out.stdout))


def best(ways: list[str], folder: Path, hours: float, args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The fastest of the rounds of each way; they take turns, so that another's load falls on all."""
    rounds = [{way: in_process(way, folder, hours, args) for way in ways} for _ in range(args.rounds)]
    found = {way: min((r[way] for r in rounds), key=lambda run: run["seconds"]) for way in ways}
    for way, run in found.items():
        row = {"way": way, "hours": hours, "preset": args.preset, **run}
        print(json.dumps({k: round(v, 2) if isinstance(v, float) else v for k, v in row.items()}), flush=True)
    return found


def ffmpeg_program() -> str:
    if found := shutil.which("ffmpeg"):
        return found
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--preset", default="podcast")
    parser.add_argument("--rounds", type=int, default=1, help="the best of so many")
    parser.add_argument("--only", nargs="+", choices=["ours", "ffmpeg", "pydub"])
    parser.add_argument("--ffmpeg", default=None)
    parser.add_argument("--run", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.run:
        what, folder, hours = args.run[0], Path(args.run[1]), float(args.run[2])
        ways = {
            "ours": lambda n: ours(folder, n, args.preset),
            "ffmpeg": lambda n: by_ffmpeg(folder, n, args.preset, args.ffmpeg),
            "pydub": lambda n: joined_by_pydub(folder, n, args.preset, args.ffmpeg),
        }
        print(json.dumps(ways[what](round(hours * HOUR))))
        return
    args.ffmpeg = args.ffmpeg or ("" if args.only == ["ours"] else ffmpeg_program())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_clips(folder)
        ways = args.only or ["ours", "ffmpeg", "pydub"]
        runs = best(ways, folder, args.hours[0], args)
        first = runs["ours"]
        ratios = {}
        if other := runs.get("ffmpeg"):
            ratios["time, ours to ffmpeg"] = first["seconds"] / other["seconds"]
            ratios["processor, ours to ffmpeg"] = first["processor_s"] / other["processor_s"]
        if other := runs.get("pydub"):
            ratios["time, pydub to ours"] = other["seconds"] / first["seconds"]
            ratios["memory, pydub to ours"] = other["max_mb"] / first["max_mb"]
        for hours in args.hours[1:]:
            longer = best(["ours"], folder, hours, args)["ours"]
            pair = f"{hours:g} h to {args.hours[0]:g} h"
            ratios[f"time, {pair}"] = longer["seconds"] / first["seconds"]
            ratios[f"processor, {pair}"] = longer["processor_s"] / first["processor_s"]
        print(json.dumps({name: round(ratio, 2) for name, ratio in ratios.items()}))


if __name__ == "__main__":
    main()
