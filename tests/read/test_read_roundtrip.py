"""Our own chapter, damaged by a program in every way we know, reads as it was."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import opencc
import pytest
from pypinyin import Style, pinyin

from novelcast.hanzi import HAN, simplified
from novelcast.read import read_book

SAMPLE = Path(__file__).parents[1] / "data" / "冷库夜班.txt"
BLURB = "小說簡介\n書荒的小伙伴們看過來！這裡有一本好書等著你們呢！本書的精彩內容："


def spoken(path: Path) -> list[str]:
    book = read_book(path)
    skipped = {(s.span.chapter, s.span.paragraph) for s in book.skipped}
    return [
        p.text
        for c, chapter in enumerate(book.chapters)
        for i, p in enumerate(chapter.paragraphs)
        if (c, i) not in skipped
    ]


def damaged(lines: list[str], rng: random.Random) -> Iterator[str]:
    """Traditional characters, pinyin notes, look-alikes, broken tags, half-width marks, glued lines, a blurb."""
    to_traditional = opencc.OpenCC("s2t")
    for line in lines:
        line = "".join(
            {"直": "首", "已": "己", "四": "西"}.get(c, c) if rng.random() < 0.7 else c for c in line
        )
        line = "".join(to_traditional.convert(c)[:1] or c for c in line)
        line = "".join(noted(c) if HAN.match(c) and rng.random() < 0.06 else c for c in line)
        line = "".join({"，": ",", "！": "!", "？": "?"}.get(c, c) if rng.random() < 0.5 else c for c in line)
        if line.endswith("。”") and rng.random() < 0.4:
            line = line[:-2] + "?！?br>"
        elif line.endswith(("！”", "!”")) and rng.random() < 0.4:
            line = line[:-2] + "？。 ?br>"
        elif rng.random() < 0.1:
            line += "<br>"
        glued = line.endswith("。") and rng.random() < 0.3
        yield line[:-1] if glued else line + "\n"
    yield "\n" + BLURB + lines[1] + "..."


def noted(char: str) -> str:
    return f"{char}({pinyin(char, style=Style.TONE)[0][0]})"


def heard(lines: list[str]) -> str:
    return re.sub(r"[^\w*]", "", simplified("".join(lines)))


@pytest.mark.parametrize("seed", range(8))
def test_a_chapter_damaged_in_every_way_reads_as_it_was(tmp_path: Path, seed: int) -> None:
    clean = spoken(SAMPLE)
    path = tmp_path / "坏.txt"
    path.write_text("".join(damaged(clean, random.Random(seed))), encoding="utf-8")
    read = spoken(path)
    want, got = heard(clean), heard(read)
    same = sum(block.size for block in SequenceMatcher(None, want, got, autojunk=False).get_matching_blocks())
    assert max(len(want), len(got)) - same <= 4
    text = "".join(read)
    assert not re.search(r"[<>]|br|[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]+[)）]", text)
    assert text.count("“") == text.count("”")
