"""Our own chapters, damaged by a program in every way we know, read as they were: the bar of the reader."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from damage import Damaged, Rates, Score, damage, score, spoken

from novelcast.read import read_book

DATA = Path(__file__).parents[1] / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"
SEEDS = range(6)
# The kinds of repair that no clean book may see: notes, markup, look-alikes, masks, lost marks.
KINDS = re.compile("pinyin|HTML|mangled|look-alike|masked|lost|closed|cut by|broken character")


def own_chapters() -> list[list[str]]:
    return [spoken(read_book(file)) for file in sorted(DATA.glob("*.txt")) if not file.stem.isascii()]


def read_damaged(folder: Path, damaged: Damaged) -> list[str]:
    path = folder / "坏.txt"
    path.write_text(damaged.text, encoding="utf-8")
    return spoken(read_book(path))


def scored(folder: Path, rates: Rates) -> Score:
    total = Score()
    for clean in own_chapters():
        for seed in SEEDS:
            damaged = damage(clean, random.Random(seed), rates)
            total += score(clean, damaged, read_damaged(folder, damaged))
    return total


def test_chapters_damaged_in_every_way_read_as_they_were(tmp_path: Path) -> None:
    figures = scored(tmp_path, Rates()).figures()
    assert figures["character_error"] <= 0.001
    assert figures["notes_left"] == 0
    assert figures["lookalikes"] > 50
    assert figures["lookalikes_put_right"] >= 0.95
    assert figures["damaged_quotes"] > 50
    assert figures["quotes_closed"] >= 0.98
    assert figures["stops_lost"] > 100
    assert figures["stop_precision"] >= 0.9
    assert figures["stop_recall"] > 0.15


def test_a_chapter_with_most_of_its_stops_lost_gets_some_back_and_hardly_one_wrong(tmp_path: Path) -> None:
    figures = scored(tmp_path, Rates(lost_stop=0.9, glued=0.5)).figures()
    assert figures["stop_precision"] >= 0.9
    assert figures["stop_recall"] > 0.15


def test_a_stop_lost_at_the_end_of_a_paragraph_is_put_back(tmp_path: Path) -> None:
    figures = scored(tmp_path, Rates(lost_stop=0.0, glued=0.0, lost_end=0.5)).figures()
    assert figures["stops_lost"] > 50
    assert figures["stop_precision"] >= 0.98
    assert figures["stop_recall"] >= 0.95


def test_short_utterances_that_lost_their_closing_quote_are_closed(tmp_path: Path) -> None:
    figures = scored(tmp_path, Rates(lost_close=0.3, glued=0.0)).figures()
    assert figures["quotes_closed"] >= 0.98


def test_a_quote_that_lost_a_mark_anywhere_gets_one_back_mostly_in_its_place(tmp_path: Path) -> None:
    inner = scored(tmp_path, Rates(lost_inner=0.3, glued=0.0, lost_stop=0.0)).figures()
    assert inner["damaged_quotes"] > 50
    assert inner["quotes_closed"] >= 0.75
    assert inner["unbalanced_paragraphs"] <= 0.02 * inner["damaged_quotes"]
    opening = scored(tmp_path, Rates(lost_open=0.3, mangled_end=0.0, glued=0.0, lost_stop=0.0)).figures()
    assert opening["lost_openings"] > 50
    assert opening["quotes_opened"] >= 0.85


def test_one_kind_of_damage_alone_is_undone(tmp_path: Path) -> None:
    rates = [name for name, rate in vars(Rates()).items() if isinstance(rate, float)]
    none = Rates(**dict.fromkeys(rates, 0.0), traditional=False, blurb=False)
    clean = own_chapters()[0]
    for kind, rate in (("note", 0.05), ("half_width", 1.0), ("tag", 0.5), ("mangled_end", 1.0)):
        rates = Rates(**{**vars(none), kind: rate})
        assert read_damaged(tmp_path, damage(clean, random.Random(1), rates)) == clean, kind


def test_the_swaps_of_text_recognition_come_back_too(tmp_path: Path) -> None:
    figures = scored(tmp_path, Rates(swap=0.0, rare_swap=0.5, lost_stop=0.0, glued=0.0)).figures()
    assert figures["lookalikes"] > 30
    assert figures["lookalikes_put_right"] >= 0.9


# ---------------------------------------------------------------- labelled text, where it is at hand

needs_shared = pytest.mark.skipif(
    not (SHARED / "webnovel").is_dir(), reason="the labelled chapters aren't here"
)
TAG = re.compile(r"\[/?[DTQSCX](?::[^\[\]]*)?\]")


def labelled_chapters() -> Iterator[list[str]]:
    for file in sorted((SHARED / "webnovel").glob("[0-9]*.txt")):
        yield [TAG.sub("", line) for line in file.read_text(encoding="utf-8").splitlines()[1:]]


@needs_shared
def test_labelled_chapters_meet_the_bar_too(tmp_path: Path) -> None:
    total = Score()
    chapters = list(labelled_chapters())
    held_out = [c for c in chapters if len(c) % 3 == 0]
    for seed, clean in enumerate(held_out):
        damaged = damage(clean, random.Random(seed), Rates(traditional=False))
        total += score(clean, damaged, read_damaged(tmp_path, damaged))
    figures = total.figures()
    assert figures["character_error"] <= 0.001
    assert figures["lookalikes_put_right"] >= 0.95
    assert figures["quotes_closed"] >= 0.98
    assert figures["stop_precision"] >= 0.9


@needs_shared
def test_a_long_clean_book_sees_no_repair_of_what_was_not_damaged(tmp_path: Path) -> None:
    lines = [line for chapter in labelled_chapters() for line in chapter]
    lines += [line for chapter in own_chapters()[1:] for line in chapter]
    sentences = SHARED / "attribution" / "wp2021_dev.jsonl"
    if sentences.exists():
        import json

        rows = [json.loads(row) for row in sentences.read_text(encoding="utf-8").splitlines()]
        lines += list(dict.fromkeys(s for row in rows for s in row["paragraphs"]))
    path = tmp_path / "净.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    book = read_book(path)
    assert len("".join(lines)) > 100_000
    assert [r for r in book.repairs if KINDS.search(r.why)] == []
