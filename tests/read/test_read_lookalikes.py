"""Characters swapped for ones that look like them come back, whichever pairs a damager chose; others stay."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from damage import OTHER_SWAPS, spoken
from hypothesis import given, settings
from hypothesis import strategies as st

from novelcast.hanzi import simplified
from novelcast.read import confusion, read_book
from novelcast.read.lookalikes import lookalikes

DATA = Path(__file__).parents[1] / "data"


def swapped(line: str, rng: random.Random, rate: float) -> str:
    return "".join(OTHER_SWAPS[c] if c in OTHER_SWAPS and rng.random() < rate else c for c in line)


def mended(texts: Sequence[str], *, damaged: bool = True) -> list[str]:
    out = list(texts)
    for i, edits in lookalikes(texts, damaged=damaged).items():
        for edit in edits:
            out[i] = out[i][: edit.start] + edit.text + out[i][edit.end :]
    return out


def own_chapters() -> list[list[str]]:
    return [spoken(read_book(file)) for file in sorted(DATA.glob("*.txt")) if not file.stem.isascii()]


@pytest.mark.parametrize("rate", [0.3, 0.7, 1.0])
def test_a_chapters_swaps_come_back_and_nothing_else_is_changed(rate: float) -> None:
    swaps = back = false = size = 0
    for seed in range(4):
        for clean in own_chapters():
            rng = random.Random(seed)
            damaged = [swapped(line, rng, rate) for line in clean]
            for a, b, c in zip(clean, damaged, mended(damaged), strict=True):
                size += len(a)
                for true, shown, read in zip(a, b, c, strict=True):
                    swaps += true != shown
                    back += true != shown and read == true
                    false += true == shown and read != true
    assert swaps > 100
    assert back >= 0.9 * swaps
    assert false <= size / 10_000


@pytest.mark.parametrize("damaged", [False, True])
def test_a_clean_chapter_stays_as_it_is(damaged: bool) -> None:
    for clean in own_chapters():
        assert mended(clean, damaged=damaged) == clean


@pytest.mark.parametrize(
    ("damaged", "wanted"),
    [
        ("令曰的事，令曰做完。", "今日的事，今日做完。"),
        ("天上飛過一群烏，鳥雲密布，樹上的小烏叫個不停。", "天上飛過一群鳥，烏雲密布，樹上的小鳥叫個不停。"),
        ("他走上壹灣的街頭，舞壹上空無一人。", "他走上臺灣的街頭，舞臺上空無一人。"),
        ("末來的事誰也說不清，他從末見過這樣的入。", "未來的事誰也說不清，他從未見過這樣的人。"),
        ("門外傳來敲門聲，她没有應。入們都睡了，沒有入聽見。", None),
    ],
)
def test_swaps_side_by_side_and_in_traditional_text_come_back(damaged: str, wanted: str | None) -> None:
    read = mended([damaged])[0]
    assert read == (wanted or damaged.replace("入", "人"))


def test_a_swap_that_hides_a_programs_own_comes_back_with_it(tmp_path: Path) -> None:
    path = tmp_path / "坏.txt"
    text = "这(zhè)件事，他目已也说不清。她白己更说不清(qīng)，只好等(děng)下去。"
    path.write_text(text, encoding="utf-8")
    wanted = "这件事，他自己也说不清。她自己更说不清，只好等下去。"
    assert [p.text for c in read_book(path).chapters for p in c.paragraphs] == [wanted]


def test_a_name_stays_however_it_is_written() -> None:
    name = "沈令蘅"
    text = [
        f"{name}没有说话。",
        f"“{name}！”他喊。",
        f"{name}朝门口走去，{name}的伞还在手里。",
        f"没人比{name}更懂茶。",
    ]
    assert mended(text) == text


def test_the_families_hold_each_character_once_and_none_is_alone() -> None:
    part = ""
    for line in confusion.FAMILIES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line
        elif line and not line.startswith("#"):
            for family in line.split():
                assert len(family) == len(set(family)) >= 2, family
                if part != "[traditional]":
                    assert family == simplified(family) or part == "[program]", family


def test_kin_goes_both_ways() -> None:
    table = confusion.families("likely", "possible")
    for code in np.flatnonzero(table.last > table.first):
        for other in table.meant[table.first[code] : table.last[code]]:
            assert code in table.meant[table.first[other] : table.last[other]]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6), st.booleans())
def test_any_text_keeps_its_length(texts: list[str], damaged: bool) -> None:
    texts = [t.replace("\n", " ") for t in texts]
    for before, after in zip(texts, mended(texts, damaged=damaged), strict=True):
        assert len(before) == len(after)
