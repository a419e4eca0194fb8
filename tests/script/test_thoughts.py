from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from scripted import kinds

from novelcast.script.thoughts import posteriors

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "benchmarks"))

from labelled import chapters_in, pieces_of  # noqa: E402

SCENE = ("老周推开门。小禾跟在后头。", "“到了。”老周说。", "小禾四下里看了看，没有说话。")


@pytest.mark.parametrize(
    ("text", "thought"),
    [
        ("老周愣住了。我怎么把钥匙落在车里了？", "我怎么把钥匙落在车里了？"),
        ("完了，被他看见了。小禾的手心全是汗。", "完了，被他看见了。"),
        ("老周盯着那扇门，暗道：不好，有人来过。", "不好，有人来过。"),
        ("老周心里一沉：终于还是来了。", "终于还是来了。"),
        ("原来如此。老周想。", "原来如此。"),
        ("这地方不对劲，小禾心想。", "这地方不对劲，"),
        ("小禾愣了愣，暗想我这回可闯祸了。", "我这回可闯祸了。"),
    ],
)
def test_what_only_a_person_of_the_story_can_say_is_a_thought(text: str, thought: str) -> None:
    assert ("thought", thought) in kinds(*SCENE, text)


@pytest.mark.parametrize(
    "text",
    [
        "老周走到窗边，把窗户关上了。",
        "雨下了一整夜，天亮才停。",
        "门后头站着一个人，手里提着一盏灯。",
        "六个人你看我，我看你，谁也不敢先开口。",
        "小禾把灯放在桌上，灯光照着她的脸。",
        "咚，咚，咚。",
        "老周在镇上开了十年的药铺，人人都认得他。",
    ],
)
def test_what_the_narrator_tells_is_no_thought(text: str) -> None:
    assert [kind for kind, t in kinds(*SCENE, text) if t == text] == ["narration"]


def test_probabilities_are_those_of_all_ways_to_label_the_chain() -> None:
    import itertools
    import math

    scores, between = [0.3, -1.2, 2.0], [1.5, -0.7]
    weight = {
        ways: math.exp(
            sum(s for s, y in zip(scores, ways, strict=True) if y)
            + sum(b for k, b in enumerate(between) if ways[k] and ways[k + 1])
        )
        for ways in itertools.product((0, 1), repeat=3)
    }
    whole = sum(weight.values())
    expected = [sum(w for ways, w in weight.items() if ways[k]) / whole for k in range(3)]
    assert posteriors(scores, between) == pytest.approx(expected)
    assert posteriors([], []) == []
    assert posteriors([-900.0, 900.0], [0.0]) == pytest.approx([0.0, 1.0])


def test_most_thoughts_of_unseen_chapters_are_found_and_most_that_are_found_are_thoughts() -> None:
    """78 % and 71 % of 18 and 17 when this was written; one more or less is 6 points."""
    count: Counter[str] = Counter()
    for gold in chapters_in([TESTS / "data" / "labelled"]):
        if gold["stem"][-1] not in "48":
            continue
        own = {
            (s["paragraph"], k) for s in gold["spans"] if s["tag"] == "T" for k in range(s["start"], s["end"])
        }
        found: set[tuple[int, int]] = set()
        for p in pieces_of(gold):
            if p.kind == "thought":
                cells = {(p.span.paragraph, k) for k in range(p.span.start, p.span.end)}
                found |= cells
                count["pieces"] += 1
                count["right"] += 2 * len(cells & own) > len(cells)
        for s in gold["spans"]:
            if s["tag"] == "T":
                size = s["end"] - s["start"]
                count["thoughts"] += 1
                count["found"] += (
                    2 * sum((s["paragraph"], k) in found for k in range(s["start"], s["end"])) > size
                )
    assert count["found"] / count["thoughts"] > 0.65
    assert count["right"] / count["pieces"] > 0.55
