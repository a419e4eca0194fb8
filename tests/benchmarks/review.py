"""What a person gains: a list of characters, and a look at the quotes that are listed for review.

    python tests/benchmarks/review.py ../shared/data/webnovel ['*[48].txt']

For labelled chapters (format: labels.py beside them), with the characters found in the text, with the labelled list as
--characters gives it, and with that list and `only = true`: the share of quotes whose speaker is right, and for each threshold the share
that is listed for review, how many of those are wrong, how many of all wrong ones are listed, and the share that is
right once a person has corrected what is listed. Prints JSON.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from novelcast.catalog import load_cue_sounds
from novelcast.characters import NOBODY, Characters, person
from novelcast.model import Book, Chapter, Paragraph
from novelcast.script import write_script

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


def labels_of(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("labels", folder / "labels.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(gold: dict[str, Any], given: Characters) -> list[tuple[float, bool]]:
    """(confidence, right) of each labelled quote; one that is no quote for us is certain and wrong."""
    paragraphs = tuple(
        Paragraph(kind="body" if n else "heading", text=text) for n, text in enumerate(gold["paragraphs"])
    )
    chapter = Chapter(title=gold["title"], paragraphs=paragraphs)
    book = Book(id="b", title="b", chapters=(chapter,), source="b", source_sha256="")
    script = write_script(book, load_cue_sounds(), given=given)
    words = {s.id: {s.name, *s.aliases} for s in script.speakers}
    right = {r["name"]: {r["name"], *r["aliases"]} for r in gold["roster"]}
    if gold["pov"]:
        right[gold["pov"]].add("我")
    out = []
    for span in gold["spans"]:
        if span["tag"] == "D":
            mine = [
                s for s in script.segments
                if s.kind == "dialogue" and s.span.paragraph == span["paragraph"]
                and s.span.start < span["end"] and s.span.end > span["start"]
            ]  # fmt: skip
            known = words.get(mine[0].speaker or "", set()) if mine else set()
            out.append(
                (mine[0].confidence if mine else 1.0, bool(known & right.get(span["value"], {span["value"]})))
            )
    return out


def figures(found: list[tuple[float, bool]]) -> dict[str, Any]:
    wrong = sum(not ok for _, ok in found)
    rows = {}
    for threshold in THRESHOLDS:
        listed = [ok for sure, ok in found if sure < threshold]
        bad = sum(not ok for ok in listed)
        rows[str(threshold)] = {
            "listed": round(len(listed) / len(found), 3),
            "wrong_of_listed": round(bad / max(1, len(listed)), 3),
            "listed_of_wrong": round(bad / max(1, wrong), 3),
            "right_after_review": round(1 - (wrong - bad) / len(found), 4),
        }
    return {"quotes": len(found), "right": round(1 - wrong / len(found), 4), "review_below": rows}


def main() -> None:
    folder = Path(sys.argv[1])
    labels = labels_of(folder)
    paths = [
        p for p in sorted(folder.glob(sys.argv[2] if len(sys.argv) > 2 else "*.txt")) if p.stem.isdigit()
    ]
    chapters = [labels.load(path) for path in paths]
    results: dict[str, list[tuple[float, bool]]] = {"found": [], "list": [], "list, only": []}
    for gold in chapters:
        people = tuple(
            person(
                r["name"],
                [*r["aliases"], *(["我"] if r["name"] == gold["pov"] else [])],
                r["gender"],
                r["age"],
            )
            for r in gold["roster"]
        )
        results["found"] += judged(gold, NOBODY)
        results["list"] += judged(gold, Characters(people))
        results["list, only"] += judged(gold, Characters(people, only=True))
    print(json.dumps({name: figures(found) for name, found in results.items()}, indent=1))


if __name__ == "__main__":
    main()
