"""How often the right speaker is found, on public labelled texts. Prints JSON.

    python tests/benchmarks/attribution.py WINDOWS.jsonl [--roster ROSTER.json] [--names ROSTER.json] [--windows-alone]
    python tests/benchmarks/attribution.py NOVEL.json

WINDOWS.jsonl (WP2021): rows {"paragraphs", "quote", "speaker", "category"}. Windows that overlap are joined to running
text first, as a reader of the novel would have it (--windows-alone: each by itself). With --roster the product is
given these characters, as by a user's --characters; without, it finds them in the text, and a roster is only used to
know which names are whose: --names, else a file NAME_roster.json beside NAME_*.jsonl.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdnc
from wp2021 import Run, book_of, pieces_of, read_roster, read_rows, running_text

from novelcast.model import Speaker
from novelcast.script.attribute import Label, attribute
from novelcast.script.line_people import people_of
from novelcast.script.pieces import Piece

SURE = 0.9  # a confidence from which on the user is not asked to look


@dataclass(frozen=True)
class Answer:
    right: bool
    category: str
    confidence: float


def windows(
    path: Path, roster: Path | None, names: Path | None, *, alone: bool = False, kept: Path | None = None
) -> dict[str, Any]:
    """The figures for a file of windows. `kept`: where (confidence, right) of each quotation goes, as JSON."""
    rows = read_rows(path)
    runs = [_alone(row) for row in rows] if alone else running_text(rows)
    known = roster or names or _beside(path)
    gold = [] if known is None else read_roster(known)
    pieces = pieces_of(book_of(runs))
    start = time.perf_counter()
    people = gold if roster is not None else list(people_of(pieces))
    labels = attribute(pieces, people)
    seconds = time.perf_counter() - start
    owners = {p.id: p.name for p in gold} if roster is not None else same_people(people, gold, pieces)
    answers = list(_answers(runs, _first_said(pieces, labels), owners, {p.name: p.name for p in gold}))
    if kept is not None:
        kept.write_text(json.dumps([(a.confidence, a.right) for a in answers]) + "\n", encoding="utf-8")
    return summary(answers) | {
        "characters": "given" if roster is not None else "found",
        "names from": None if known is None else known.name,
        "people": len(people),
        "runs": len(runs),
        "characters a minute": round(sum(len(p.text) for p in pieces) / max(seconds, 1e-9) * 60),
    }


def _alone(row: Mapping[str, Any]) -> Run:
    return Run(list(row["paragraphs"]), {row["quote"]: [dict(row)]})


def _beside(path: Path) -> Path | None:
    """The roster of the same corpus: wp2021_roster.json for wp2021_dev.jsonl."""
    found = path.with_name(path.stem.split("_")[0] + "_roster.json")
    return found if found.is_file() else None


def _first_said(pieces: Sequence[Piece], labels: Sequence[Label]) -> dict[tuple[int, int], Label]:
    """The label of the first thing said in each line."""
    found: dict[tuple[int, int], Label] = {}
    for piece, label in zip(pieces, labels, strict=True):
        if label.kind in ("dialogue", "thought"):
            found.setdefault((piece.span.chapter, piece.span.paragraph), label)
    return found


def _answers(
    runs: Sequence[Run],
    said: Mapping[tuple[int, int], Label],
    owners: Mapping[str, str],
    names: Mapping[str, str],
) -> Iterable[Answer]:
    for c, run in enumerate(runs):
        for line, rows in run.labels.items():
            label = said.get((c, line))
            speaker = (
                None if label is None or label.speaker is None else owners.get(label.speaker, label.speaker)
            )
            for row in rows:
                wanted = row.get("speaker")
                hit = speaker is not None and speaker == names.get(wanted, wanted)
                yield Answer(
                    hit, row.get("category") or "unknown", 0.0 if label is None else label.confidence
                )


def same_people(found: Sequence[Speaker], gold: Sequence[Speaker], pieces: Sequence[Piece]) -> dict[str, str]:
    """Found person -> the one labelled person whom most of its mentions name (so that two who were taken for one count
    for one of them only)."""
    text = "\n".join(p.text for p in pieces)
    owner: dict[str, str] = {}
    for person in gold:
        for word in (person.name, *person.aliases):
            owner.setdefault(word, person.name)
    same = {}
    for person in found:
        votes: Counter[str] = Counter()
        for word in (person.name, *person.aliases):
            if word in owner:
                votes[owner[word]] += text.count(word) + 1
        same[person.id] = votes.most_common(1)[0][0] if votes else person.id
    return same


def summary(answers: Sequence[Answer]) -> dict[str, Any]:
    """Shares of right answers, in per cent: of all, by category, and of those we are sure of."""
    groups: dict[str, list[Answer]] = {"all": list(answers)}
    for answer in answers:
        groups.setdefault(answer.category, []).append(answer)
    groups["sure"] = [a for a in answers if a.confidence >= SURE]
    return {
        "accuracy": {
            k: round(100 * sum(a.right for a in v) / len(v), 1) if v else None for k, v in groups.items()
        },
        "quotes": {k: len(v) for k, v in groups.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--roster",
        nargs="?",
        const="",
        help="give the characters in this file (a novel is always measured with its own list and without)",
    )
    parser.add_argument("--names", type=Path, help="whose names are whose, for scoring only")
    parser.add_argument("--windows-alone", action="store_true", help="do not join windows that overlap")
    parser.add_argument(
        "--answers",
        type=Path,
        help="where (confidence, right) of each quotation of the windows goes, as JSON",
    )
    args = parser.parse_args()
    if not args.file.is_file():
        parser.error(f"no file {args.file}")
    if args.file.suffix == ".json":
        found = dict(pdnc.report(args.file))
    else:
        if args.roster == "":
            parser.error("--roster needs a file for windows")
        roster = Path(args.roster) if args.roster else None
        found = windows(args.file, roster, args.names, alone=args.windows_alone, kept=args.answers)
    json.dump({"file": args.file.name} | found, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
