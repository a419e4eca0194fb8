"""The user's list of characters: three ways to write it, one meaning; a mistake is named with its line."""

import json
from pathlib import Path

import pytest

from novelcast.characters import Characters, line_of, load_characters, person_of
from novelcast.errors import InputError
from novelcast.model import Speaker

TEXT = "# 人物\n石磊 = 小石, 石头 (male, young)\n白鹭（女）\n老何 = 何师傅, 何叔 (male, elderly)  # 看门的\n店小二\n"
TOML = """
[[character]]
name = "石磊"
aliases = ["小石", "石头"]
gender = "male"
age = "young"

[[character]]
name = "白鹭"
gender = "female"

[[character]]
name = "老何"
aliases = ["何师傅", "何叔"]
gender = "male"
age = "elderly"

[[character]]
name = "店小二"
"""
ROWS = [
    {"name": "石磊", "aliases": ["小石", "石头"], "gender": "male", "age": "young"},
    {"name": "白鹭", "aliases": [], "gender": "female"},
    {"name": "老何", "aliases": ["何师傅", "何叔"], "gender": "male", "age": "elderly"},
    {"name": "店小二", "gender": None},
]


def loaded(tmp_path: Path, name: str, text: str) -> Characters:
    (tmp_path / name).write_text(text, "utf-8")
    return load_characters(tmp_path / name)


def test_the_three_ways_to_write_it_say_the_same(tmp_path: Path) -> None:
    text = loaded(tmp_path, "a.txt", TEXT)
    assert text == loaded(tmp_path, "a.toml", TOML) == loaded(tmp_path, "a.json", json.dumps(ROWS))
    assert [(p.name, p.aliases, p.gender, p.age) for p in text.people] == [
        ("石磊", ("小石", "石头"), "male", "young"), ("白鹭", (), "female", "unknown"),
        ("老何", ("何师傅", "何叔"), "male", "elderly"), ("店小二", (), "unknown", "unknown"),
    ]  # fmt: skip
    assert text.people[1].by_user == ("name", "gender")


def test_only_says_that_there_is_nobody_else(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "a.txt", TEXT).only
    assert loaded(tmp_path, "b.txt", "only = true\n" + TEXT).only
    assert loaded(tmp_path, "b.toml", "only = true\n" + TOML).only
    assert loaded(tmp_path, "b.json", json.dumps({"only": True, "characters": ROWS})).only


def test_a_byte_order_mark_and_full_width_signs_are_read(tmp_path: Path) -> None:
    (person,) = loaded(tmp_path, "a.txt", "\ufeff石磊＝小石、石头（男，青年）").people
    assert (person.name, person.aliases, person.gender, person.age) == (
        "石磊",
        ("小石", "石头"),
        "male",
        "young",
    )


def test_the_same_list_has_the_same_digest_however_it_is_written(tmp_path: Path) -> None:
    assert (
        loaded(tmp_path, "a.txt", TEXT).digest
        == loaded(tmp_path, "a.toml", TOML).digest
        != Characters().digest
    )
    assert loaded(tmp_path, "c.txt", TEXT + "阿兰\n").digest != loaded(tmp_path, "a.txt", TEXT).digest


@pytest.mark.parametrize(
    ("name", "text", "line", "what"),
    [
        ("a.txt", "石磊\n白鹭 (girl)\n", 2, "'girl'"),
        ("a.txt", "石磊\n\n白鹭 = (female\n", 3, "not NAME"),
        ("a.txt", "石磊\n白鹭\n石磊 = 小石\n", 3, "stands in line 1"),
        ("a.toml", '[[character]]\nname = "石磊"\n\n[[character]]\nnick = "小石"\n', 4, "without a name"),
        ("a.toml", '[[character]]\nname = "石磊"\nsex = "male"\n', 1, "'sex' is not known"),
        ("a.toml", '[[character]]\nname = "石磊"\ngender = "boy"\n', 1, "'boy'"),
        ("a.toml", '[[character]]\nname = "石磊"\naliases = ["小石",\n', 3, "does not end"),
        ("a.toml", '[[character]]\nname = 石磊\n', 2, ""),
        ("a.json", '[\n {"name": "石磊"},\n {"name": "白鹭", "age": 20}\n]', 3, "20"),
        ("a.json", '[\n {"name": "石磊",}\n]', 2, ""),
        ("a.json", '[{"name": "石磊", "aliases": "小石"}]', 1, "not a list"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, name: str, text: str, line: int, what: str) -> None:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, name, text)
    assert name in str(caught.value) and f"line {line}" in str(caught.value) and what in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "# nobody\n"])
def test_a_list_of_nobody_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="names nobody"):
        loaded(tmp_path, "a.txt", text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dir.txt").mkdir()
    (tmp_path / "gbk.txt").write_bytes("石磊".encode("gbk"))
    for name in ("none.txt", "dir.txt", "gbk.txt"):
        with pytest.raises(InputError, match=name):
            load_characters(tmp_path / name)


@pytest.mark.parametrize("name", ["石磊", "A: B", "甲 (一)", "小=大", "张,三", "  x "])
def test_a_line_says_what_it_was_made_from(name: str) -> None:
    made = Speaker(id=name, name=name, aliases=("别名", "B (2)"), gender="female", age="child")
    back = person_of(line_of(made, "3 lines"))
    assert (back.name, back.aliases, back.gender, back.age) == (name, made.aliases, "female", "child")
