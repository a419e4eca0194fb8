"""How unlike kokoro's voices are: makes voices/palette/kokoro.toml and the tables of docs/casting.md.

    python tests/benchmarks/voices.py speak WORK       every candidate says one text (the project's environment)
    python tests/benchmarks/voices.py measure WORK     embedding, pitch, score (an environment of its own, below)
    python tests/benchmarks/voices.py hear WORK        what whisper-base understands (extra `listen`)
    python tests/benchmarks/voices.py choose WORK      writes voices/palette/kokoro.toml
    python tests/benchmarks/voices.py report WORK      a table, the distances and a picture of the first 16 roles

`measure` needs none of the project and what is too heavy for it: pip install torch (a CPU build), "setuptools<81",
resemblyzer, pyworld, speechmos. A candidate is a plain voice, a blend with another one or a voice moved by
semitones. `choose` keeps the plain voices, then takes, one by one, the candidate that is farthest from all that
are taken, among those that are understood and whose pitch is a human's of that gender.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TEXTS = {
    "zh": "昨天夜里下了一场大雨，山下的石桥被水冲走了一半。我撑着伞站在岸边，听见有人在对面喊我的名字，可是风太大，什么也听不清楚。",
    "en": "Last night it rained so hard that half of the stone bridge was washed away. I stood on the bank with "
    "an umbrella, and somebody on the other side was calling my name, but the wind was too strong.",
}
FOREIGN_SHARE = 0.45
"""Of an English voice in a Mandarin one: more brings its accent, less is not heard."""
SHIFT_ST = 1.5
PER_GENDER = 32
PITCH_HZ = {"male": (75.0, 190.0), "female": (150.0, 320.0), "child": (200.0, 340.0)}
MOST_WORSE = 0.05
"""A candidate may be understood worse than the worst plain voice by this share of syllables."""
LEAST_SCORE = 2.9
DIMENSIONS = 40
BEAMS = 2


def plain(language: str) -> list[Any]:
    from novelcast.catalog import load_voices

    return [v for v in load_voices() if v.engine == "kokoro" and v.language.startswith(language)]


def candidates(language: str) -> Iterator[dict[str, Any]]:
    """Plain voices, then their shifts, then blends and theirs."""
    voices = plain(language)
    foreign = plain("en") if language == "zh" else []
    for v in voices:
        yield {"voice": v.id, "gender": v.gender, "age": v.age, "mix": {}, "pitch_st": 0.0}
    blends = []
    for gender in ("male", "female"):
        grown = [v for v in voices if v.gender == gender and v.age != "child"]
        if language == "zh":
            blends += [(a, {b.id: 0.5}) for a, b in itertools.combinations(grown, 2)]
            others = [v for v in foreign if v.gender == gender and v.age == "adult"]
            for n, other in enumerate(others):
                blends += [(grown[(n + k) % len(grown)], {other.id: FOREIGN_SHARE}) for k in (0, 1)]
        else:
            blends += [(a, {b.id: 0.5}) for a, b in zip(grown, grown[3:], strict=False)]
    for voice, mix in blends:
        yield {"voice": voice.id, "gender": voice.gender, "age": voice.age, "mix": mix, "pitch_st": 0.0}
    for shift in (-SHIFT_ST, SHIFT_ST):
        for v in voices:
            yield {"voice": v.id, "gender": v.gender, "age": v.age, "mix": {}, "pitch_st": shift}
    for n, (voice, mix) in enumerate(blends):
        shift = SHIFT_ST if n % 2 else -SHIFT_ST
        yield {"voice": voice.id, "gender": voice.gender, "age": voice.age, "mix": mix, "pitch_st": shift}


def name_of(c: dict[str, Any]) -> str:
    blend = "".join(f"+{other}@{share:g}" for other, share in c["mix"].items())
    return f"{c['voice']}{blend}{c['pitch_st']:+g}" if c["pitch_st"] else f"{c['voice']}{blend}"


def speak(work: Path, language: str, threads: int) -> None:
    import soundfile

    from novelcast.engines.kokoro import KokoroEngine
    from novelcast.model import SpeechRequest
    from novelcast.settings import load_settings

    engine = KokoroEngine(load_settings().cache_dir / "packs", threads=threads)
    rows = []
    for c in candidates(language):
        path = work / language / f"{name_of(c)}.wav"
        rows.append(c | {"name": name_of(c), "file": path.relative_to(work).as_posix()})
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        request = SpeechRequest(
            engine="kokoro", voice=c["voice"], language=language, text=TEXTS[language],
            mix=c["mix"], pitch_st=c["pitch_st"],
        )  # fmt: skip
        clip = asyncio.run(engine.speak(request))
        soundfile.write(path, clip.samples, clip.rate_hz)
    (work / f"{language}.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")


def measured(work: Path, language: str) -> list[dict[str, Any]]:
    """The candidates of `speak` with what `measure` and `hear` found."""
    rows = json.loads((work / f"{language}.json").read_text("utf-8"))
    for kind in ("measured", "heard"):
        path = work / f"{language}.{kind}.json"
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
        rows = [row | found.get(row["name"], {}) for row in rows]
    return [row for row in rows if (work / row["file"]).exists()]


def measure(work: Path, language: str) -> None:
    import numpy as np
    import pyworld
    import soundfile
    import soxr
    import torch
    from resemblyzer import VoiceEncoder, preprocess_wav
    from speechmos import dnsmos

    torch.set_num_threads(1)
    encoder = VoiceEncoder("cpu", verbose=False)
    for row, save in unknown(work, language, "measured"):
        samples, rate_hz = soundfile.read(work / row["file"])
        rough, times = pyworld.dio(samples, rate_hz, f0_floor=60.0, f0_ceil=500.0)
        f0 = pyworld.stonemask(samples, rough, times, rate_hz)
        at_16 = soxr.resample(samples, rate_hz, 16_000)
        found: dict[str, Any] = {
            "embedding": encoder.embed_utterance(preprocess_wav(samples, source_sr=rate_hz)).tolist(),
            "f0_hz": round(float(np.exp(np.log(f0[f0 > 0]).mean())), 1),
            "dnsmos": round(float(dnsmos.run(np.clip(at_16, -1, 1), 16_000)["ovrl_mos"]), 2),
        }
        save(found)


def unknown(
    work: Path, language: str, kind: str
) -> Iterator[tuple[dict[str, Any], Callable[[dict[str, Any]], None]]]:
    """The candidates of which `kind` is not known yet, and what keeps it: a run can be stopped and goes on."""
    path = work / f"{language}.{kind}.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for row in measured(work, language):

        def save(found: dict[str, Any], name: str = row["name"]) -> None:
            known[name] = found
            path.write_text(json.dumps(known), "utf-8")

        if row["name"] not in known:
            yield row, save


def hear(work: Path, language: str) -> None:
    from faster_whisper import WhisperModel
    from listen import sounds_of
    from rapidfuzz.distance import Levenshtein

    from novelcast.settings import load_settings

    folder = load_settings().cache_dir / "packs" / "whisper-base"
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    wanted = sounds_of(TEXTS[language])
    for row, save in unknown(work, language, "heard"):
        segments, _ = model.transcribe(str(work / row["file"]), language=language, beam_size=BEAMS)
        heard = sounds_of("".join(s.text for s in segments))
        save({"error": round(Levenshtein.distance(wanted, heard) / len(wanted), 3)})


def choose(work: Path, language: str) -> list[dict[str, Any]]:
    """The plain voices, then the farthest of the rest, one by one and by gender, with shortened vectors."""
    import numpy as np

    rows = [r for r in measured(work, language) if "embedding" in r and "error" in r]
    plain_rows = [r for r in rows if not r["mix"] and not r["pitch_st"]]
    limit = max(r["error"] for r in plain_rows) + MOST_WORSE
    chosen = []
    for gender in ("male", "female"):
        mine = [r for r in plain_rows if r["gender"] == gender]
        rest = [
            r
            for r in rows
            if r["gender"] == gender and r not in mine and r["error"] <= limit
            and r["dnsmos"] >= LEAST_SCORE and is_human(r)
        ]  # fmt: skip
        while rest and len(mine) < PER_GENDER:
            best = max(rest, key=lambda r: min(apart(r, m) for m in mine))
            mine.append(best)
            rest.remove(best)
        chosen += mine
    # The embeddings' own main directions: 1 minus the product of two shortened ones is still their distance.
    matrix = np.array([r["embedding"] for r in chosen])
    _, _, directions = np.linalg.svd(matrix, full_matrices=False)
    short = matrix @ directions[:DIMENSIONS].T
    short /= np.linalg.norm(short, axis=1, keepdims=True)
    worst = np.abs(short @ short.T - matrix @ matrix.T).max()
    print(f"{language}: {len(chosen)} of {len(rows)}; distances are off by at most {worst:.3f}")
    return [r | {"vector": [round(float(x), 3) for x in v]} for r, v in zip(chosen, short, strict=True)]


def is_human(row: dict[str, Any]) -> bool:
    low, high = PITCH_HZ["child" if row["age"] == "child" else row["gender"]]
    return bool(low <= row["f0_hz"] <= high)


def apart(a: dict[str, Any], b: dict[str, Any]) -> float:
    """As novelcast.casting.palette.distance has it."""
    import math

    product = sum(x * y for x, y in zip(a["embedding"], b["embedding"], strict=True))
    return 1.0 - float(product) + 0.01 * min(8.0, 12.0 * abs(math.log2(a["f0_hz"] / b["f0_hz"])))


def write_palette(work: Path) -> None:
    lines = [
        "# Kokoro's voices, the blends of two and the moved ones that casting chooses from, as measured by",
        "# tests/benchmarks/voices.py, which wrote this file: change the script, or add rows of your own.",
        "# f0_hz: mean pitch; error: syllables that whisper-base missed; vector: the speaker embedding, shortened.",
    ]
    for language in TEXTS:
        if not (work / f"{language}.measured.json").exists():
            continue
        for r in choose(work, language):
            mix = "{ " + ", ".join(f"{k} = {v:g}" for k, v in r["mix"].items()) + " }"
            lines += [
                "", "[[timbre]]", f'voice = "{r["voice"]}"', 'engine = "kokoro"', f'language = "{language}"',
                f'gender = "{r["gender"]}"', f'age = "{r["age"]}"',
                *([f"mix = {mix}"] if r["mix"] else []), *([f"pitch_st = {r['pitch_st']:g}"] if r["pitch_st"] else []),
                f"f0_hz = {r['f0_hz']}", f"error = {r['error']}", f"vector = {r['vector']}",
            ]  # fmt: skip
    path = Path(__file__).parents[2] / "voices" / "palette" / "kokoro.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def first_roles(gender: str, count: int = 16) -> list[Any]:
    """The sounds that casting gives the first people of a gender who all share one scene."""
    from novelcast.casting.assign import cast_script
    from novelcast.casting.palette import sound_of, sounds_of
    from novelcast.catalog import load_timbres, load_voices
    from novelcast.model import Script, Segment, Span, Speaker

    people = [Speaker(id=f"{n + 1}", name=f"{n + 1}", gender=gender, age="adult") for n in range(count)]  # type: ignore[arg-type]
    segments = []
    for n, person in enumerate(people):
        for k in range(count - n):
            span = Span(chapter=0, paragraph=100 * n + k, start=0, end=1)
            segments.append(
                Segment(id=f"{n}.{k}", span=span, kind="dialogue", speaker=person.id, text="嗯", spoken="嗯")
            )
    script = Script(title="", language="zh", speakers=tuple(people), segments=tuple(segments))
    cast = cast_script(script, load_voices(), "kokoro")
    mine = [v for v in load_voices() if v.engine == "kokoro" and v.language == "zh-CN"]
    sounds = sounds_of(mine, load_timbres())
    return [sound_of(cast.roles[p.id], sounds, mine) for p in people]


def report(work: Path, picture: Path) -> None:
    """Prints a Markdown table for each gender and draws the distances of both."""
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from novelcast.model import Role

    by_sound = {(r["voice"], tuple(r["mix"].items()), r["pitch_st"]): r for r in measured(work, "zh")}
    figure, axes = pyplot.subplots(2, 1, figsize=(9, 14))
    for axis, gender in zip(axes, ("male", "female"), strict=True):
        roles: list[Role] = [s.role for s in first_roles(gender)]
        rows = [by_sound[r.voice, tuple(r.mix.items()), r.pitch_st] for r in roles]
        matrix = np.array([r["embedding"] for r in rows])
        far = 1.0 - matrix @ matrix.T
        off = far[~np.eye(len(rows), dtype=bool)].reshape(len(rows), -1)
        print(f"\n{gender}: least distance {off.min():.3f}, mean {off.mean():.3f}\n")
        print("| role | voice | mean pitch, Hz | nearest other | mean | DNSMOS | syllables missed |")
        print("|---|---|---|---|---|---|---|")
        for n, r in enumerate(rows):
            print(
                f"| {n + 1} | `{r['name']}` | {r['f0_hz']:.0f} | {off[n].min():.3f} | {off[n].mean():.3f} "
                f"| {r['dnsmos']:.2f} | {r['error']:.3f} |"
            )
        image = axis.imshow(far, cmap="viridis", vmin=0.0, vmax=0.5)
        axis.set_xticks(range(len(rows)), [f"{r['f0_hz']:.0f}" for r in rows], fontsize=7)
        axis.set_yticks(range(len(rows)), [r["name"] for r in rows], fontsize=7)
        axis.set_xlabel("mean pitch, Hz")
        axis.set_title(f"first 16 {gender} roles: distance of speaker embeddings")
        for i in range(len(rows)):
            for j in range(len(rows)):
                axis.text(j, i, f"{far[i, j]:.2f}"[1:], ha="center", va="center", fontsize=5, color="white")
    figure.colorbar(image, ax=axes, shrink=0.4)
    figure.savefig(picture, dpi=90, bbox_inches="tight")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=["speak", "measure", "hear", "choose", "report"])
    parser.add_argument("work", type=Path)
    parser.add_argument("--language", choices=list(TEXTS), default="zh")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    if args.step == "speak":
        speak(args.work, args.language, args.threads)
    elif args.step == "choose":
        write_palette(args.work)
    elif args.step == "report":
        report(args.work, Path(__file__).parents[2] / "docs" / "casting.png")
    else:
        {"measure": measure, "hear": hear}[args.step](args.work, args.language)
