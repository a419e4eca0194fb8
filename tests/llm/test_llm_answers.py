import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from books import speaker
from novelcast.llm.answers import read_answer

PEOPLE = [speaker("林晚", aliases=["晚姐", "小林"]), speaker("周航", aliases=["小林"]), speaker("Mr. Reed")]


def read(text: str) -> tuple[dict[int, str | None], dict[int, str]]:
    reading = read_answer(text, 2, PEOPLE)
    return reading.speakers, reading.faults


@pytest.mark.parametrize(
    "text",
    [
        '{"1": "林晚", "2": "周航"}',
        '```json\n{"1": "林晚", "2": "周航"}\n```',
        'Here: {"1": "林晚", "2": "周航"} — {so} it is.',
        '{"1": "周航"} no, rather {"1": "林晚", "2": "周航"}',
        '<think>{"1": "周航", "2": "周航"}</think>{"1": "林晚", "2": "周航"}',
        '{"answer": {"«1»": "林晚", " 2. ": "周航"}}',
        '{"1": " «晚姐» ", "2": "周航", "3": "周航"}',
        '{"1": "林晚", "2": "周航", "note": "sure"}',
        '{"1": "林晚", "1": "林晚", "2": "周航"}',
        '{"1": "林晚", "2": "周航"',
        '{"1": "林晚",\n "2": "周航",\n "3": "周',
    ],
)
def test_the_mapping_is_read_whatever_stands_around_it(text: str) -> None:
    assert read(text) == ({1: "林晚", 2: "周航"}, {})


@pytest.mark.parametrize("unsure", ['"?"', '"？"', '""', "null"])
def test_a_model_may_say_that_it_cannot_tell(unsure: str) -> None:
    assert read(f'{{"1": {unsure}, "2": "周航"}}') == ({1: None, 2: "周航"}, {})


def test_names_are_compared_without_case_and_in_either_script() -> None:
    assert read('{"1": "mr. reed", "2": "周航"}')[0] == {1: "Mr. Reed", 2: "周航"}
    people = [speaker("孙红"), speaker("李强")]
    assert read_answer('{"1": "孫紅"}', 1, people).speakers == {1: "孙红"}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ('"孙悟空"', "not in the scene"),
        ('"“走吧。”林晚说"', "not in the scene"),
        ('"小林"', "not in the scene"),
        ('["林晚"]', "not in the scene"),
        ('{"name": "林晚"}', "not in the scene"),
        ("1", "not in the scene"),
        ('"林晚", "1": "周航"', "two different"),
    ],
)
def test_whatever_is_not_one_candidate_is_refused_alone(value: str, why: str) -> None:
    speakers, faults = read(f'{{"1": {value}, "2": "周航"}}')
    assert speakers == {2: "周航"}
    assert list(faults) == [1] and why in faults[1]


@pytest.mark.parametrize(
    "text", ["", "林晚", "[1, 2]", '{"a": "林晚"}', "{" * 5000, "<think>{}", '{"99": "林晚"}']
)
def test_what_is_no_answer_answers_nothing(text: str) -> None:
    speakers, faults = read(text)
    assert speakers == {} and set(faults) == {1, 2}


@given(
    st.one_of(
        st.text(),
        st.text(alphabet='{}[]":,12345«»?nul林晚周航\\ ', max_size=80),
        st.dictionaries(
            st.sampled_from(["0", "1", "2", "3", "x"]),
            st.one_of(st.none(), st.integers(), st.sampled_from(["林晚", "周航", "谁", "?"])),
        ).map(json.dumps),
    )
)
def test_no_text_makes_anything_but_numbers_that_were_asked_and_people_of_the_scene(text: str) -> None:
    reading = read_answer(text, 2, PEOPLE)
    assert set(reading.speakers) <= {1, 2}
    assert set(reading.speakers.values()) <= {"林晚", "周航", "Mr. Reed", None}
    assert sorted([*reading.speakers, *reading.faults]) == [1, 2]
