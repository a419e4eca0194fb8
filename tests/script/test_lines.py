"""Texts whose lines are sentences: a quotation stands in one line and its tag in another."""

from itertools import pairwise

import numpy as np
import pytest
from scripted import book_of

from novelcast.model import Speaker
from novelcast.script import check_coverage, write_script
from novelcast.script.attribute import Label, attribute
from novelcast.script.line_model import Trees, load_line_model
from novelcast.script.line_people import find_line_people, people_of
from novelcast.script.line_scene import learn, read_scene
from novelcast.script.line_text import is_line_text, read_units
from novelcast.script.line_words import Names
from novelcast.script.lines import read_scenes
from novelcast.script.split import split_book

PEOPLE = (
    Speaker(id="林知远", name="林知远", aliases=("知远",), gender="male", sure=1.0),
    Speaker(id="林知行", name="林知行", aliases=("知行",), gender="male", sure=1.0),
    Speaker(id="苏棠", name="苏棠", gender="female", sure=1.0),
)
SCENE = (
    "林知远推开仓库的门，把雨伞靠在墙边。",
    "苏棠正蹲在地上数箱子。",
    "他抖了抖袖子上的水，问：",
    "“还差多少？”",
    "“差两箱。”",
    "苏棠说。",
    "“码头那边怎么讲？”",
    "“他们说船晚点了，要等到后半夜。”",
    "林知远皱起眉头，在屋里走了两步。",
    "这时候，林知行提着一盏灯从里间出来了。",
    "他对苏棠说：",
    "“你先回去，这里有我。”",
    "苏棠摇了摇头，说：",
    "“我不走。”",
    "“那你去灶房烧点水，”",
    "林知行把灯放下，接着说，",
    "“夜里冷。”",
    "苏棠站起来就走了。",
)


def said(*lines: str, people: tuple[Speaker, ...] = PEOPLE) -> dict[str, Label]:
    """Each quotation's label."""
    pieces = split_book(book_of(*lines))
    labels = attribute(pieces, people)
    return {
        p.text.strip("“”"): label for p, label in zip(pieces, labels, strict=True) if p.kind == "dialogue"
    }


def test_sentences_in_lines_are_told_from_paragraphs() -> None:
    paragraphs = [
        f"“第{n}箱呢？”林知远问。他没有抬头，手里的笔也没有停。屋里只剩下雨声。"
        if n % 2
        else f"苏棠放下第{n}本账。她看了看窗外。雨还在下。"
        for n in range(20)
    ]
    assert is_line_text(split_book(book_of(*SCENE)))
    assert not is_line_text(split_book(book_of(*paragraphs)))


def test_a_line_with_a_colon_gives_the_next_line_its_speaker() -> None:
    assert said(*SCENE)["我不走。"].speaker == "苏棠"


def test_a_pronoun_leads_in_for_the_person_told_of() -> None:
    found = said(*SCENE)
    assert found["还差多少？"].speaker == "林知远"
    assert found["你先回去，这里有我。"].speaker == "林知行"


def test_the_line_behind_a_quotation_may_be_its_tag() -> None:
    assert said(*SCENE)["差两箱。"].speaker == "苏棠"


def test_two_take_turns_where_nobody_is_named() -> None:
    found = said(*SCENE)
    assert found["码头那边怎么讲？"].speaker == "林知远"
    assert found["他们说船晚点了，要等到后半夜。"].speaker == "苏棠"


def test_a_quotation_broken_by_its_tag_is_one_speakers() -> None:
    found = said(*SCENE)
    assert found["那你去灶房烧点水，"].speaker == found["夜里冷。"].speaker == "林知行"


def test_the_evidence_quotes_the_line_that_decided() -> None:
    found = said(*SCENE)
    assert "苏棠摇了摇头" in found["我不走。"].evidence
    assert found["我不走。"].confidence > found["码头那边怎么讲？"].confidence


def test_every_character_is_in_the_script_once() -> None:
    book = book_of(*SCENE)
    check_coverage(book, write_script(book, ()))


def test_unmarked_thoughts_are_the_thinkers() -> None:
    pieces = split_book(book_of(*SCENE, "林知远心想：", "“这船怕是等不来了。”"))
    labels = attribute(pieces, PEOPLE)
    assert labels[-1].speaker == "林知远"


def test_a_quotation_that_runs_over_lines_is_one() -> None:
    lines = (*SCENE, "林知行叹了口气，说：", "“我明天去码头。", "你们等我的信。", "要是三天不回，就走。”")
    pieces = split_book(book_of(*lines))
    labels = attribute(pieces, PEOPLE)
    assert [label.speaker for label in labels[-3:]] == ["林知行"] * 3


# ---------------------------------------------------------------- words for people


def refs(text: str) -> list[tuple[str, str]]:
    return [(r.word, r.kind) for r in Names.of(PEOPLE, [text]).refs(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("知远妈在灶房里喊他。", [("妈", "kin"), ("他", "pronoun")]),
        ("知远哥先走了。", [("知远", "name")]),
        ("队长林知行进来了。", [("林知行", "name")]),
        ("他弟弟没有回来。", [("弟弟", "kin")]),
        ("他们一起出了门。", [("他们", "pronoun")]),
    ],
)
def test_a_relative_is_not_the_person_and_a_title_is(text: str, expected: list[tuple[str, str]]) -> None:
    assert refs(text) == expected


def test_a_surname_with_a_title_is_the_one_of_that_surname() -> None:
    text = "苏大夫来了。"
    assert [r.people for r in Names.of(PEOPLE, [text]).refs(text)] == [(2,)]


def test_who_is_called_father_and_answers_is_the_father() -> None:
    people = (*PEOPLE, Speaker(id="林守成", name="林守成", gender="male", sure=1.0))
    pieces = split_book(book_of("林知远说：", "“爸，水开了。”", "林守成说：", "“知道了。”"))
    scene = read_scenes(pieces, people)[0]
    learn(scene, {q.unit.at: who for q, who in zip(scene.quotes, (0, 3), strict=True)})
    assert scene.names.relatives(0, "父亲") == {3: 1.0}
    assert scene.names.relatives(3, "儿子") == {0: 1.0}


def test_what_a_subordinate_clause_tells_of_does_not_speak() -> None:
    text = "等林知远走到门口，苏棠才说："
    names = Names.of(PEOPLE, [text])
    pieces = split_book(book_of(text, "“慢着。”"))
    unit = read_units(pieces, range(len(pieces)), names)[0]
    assert unit.speaker is not None
    assert unit.speaker.ref.word == "苏棠"


def test_quotations_after_each_other_keep_their_surroundings() -> None:
    pieces = split_book(book_of(*SCENE))
    names = Names.of(PEOPLE, [p.text for p in pieces])
    scene = read_scene(read_units(pieces, range(len(pieces)), names), names)
    for a, b in pairwise(scene.quotes):
        assert a.after == b.before[::-1] or set(map(id, b.before)) <= set(map(id, a.after))


# ---------------------------------------------------------------- people by counts


def test_two_brothers_who_share_a_surname_and_a_character_are_two() -> None:
    acts = ("说：", "问：", "笑了，说：", "摇摇头，说：", "站起来，答道：", "低声说：")
    lines = []
    for n, act in enumerate(acts * 3):
        name = ("林知远", "林知行", "苏棠")[n % 3]
        short = name[-2:] if n > 8 else name
        lines += [f"{short}{act}", f"“今天是第{n}天了。”", f"{name}{'望着看走听想'[n % 5]}了一会儿。"]
    people = find_line_people(split_book(book_of(*lines)))
    assert {"林知远", "林知行", "苏棠"} <= {p.name for p in people}
    assert next(p for p in people if p.name == "林知远").aliases == ("知远",)
    assert people_of(split_book(book_of(*lines))) == people


# ---------------------------------------------------------------- the model


def test_the_trees_add_the_leaf_each_row_falls_into() -> None:
    trees = Trees(
        ("a", "b"),
        roots=np.array([0, 3]),
        column=np.array([0, 0, 0, 1, 0, 0]),
        limit=np.array([0.5, 0, 0, 2.0, 0, 0]),
        left=np.array([1, 1, 2, 4, 4, 5]),
        right=np.array([2, 1, 2, 5, 4, 5]),
        value=np.array([0, -1.0, 1.0, 0, 10.0, 20.0]),
        depth=1,
    )
    assert trees.scores(np.array([[0.0, 1.0], [1.0, 3.0]])).tolist() == [9.0, 21.0]


def test_the_shipped_model_is_small_and_its_confidence_rises() -> None:
    from novelcast.script.line_model import LINE_WEIGHTS_FILE

    model = load_line_model()
    shares = [model.confidence(p) for p in np.linspace(0, 1, 50)]
    assert LINE_WEIGHTS_FILE.stat().st_size < 500_000
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0
