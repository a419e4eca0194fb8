from __future__ import annotations

from scripted import book_of

from novelcast.model import Speaker
from novelcast.script.people import find_people
from novelcast.script.split import split_book


def people(*texts: str) -> dict[str, Speaker]:
    """Every speaker under each of its names."""
    found = find_people(split_book(book_of(*texts)))
    return {word: p for p in found for word in (p.name, *p.aliases)}


def test_a_name_with_latin_letters_is_found_with_its_form_of_address() -> None:
    found = people(
        "“灯再亮一点。”阿Leo说道。",
        "“Leo哥，够亮了。”孟晓舟笑着说。",
        "阿Leo看了看天花板，没有再说。",
        "“收工。”孟晓舟说。",
    )
    assert found["阿Leo"] is found["Leo哥"] and "孟晓舟" in found


def test_an_acronym_that_does_nothing_is_nobody() -> None:
    found = people("“把GPS打开。”孟晓舟说。", "GPS在桌上，屏幕是黑的。", "“没电了。”孟晓舟说。")
    assert "GPS" not in found


def test_a_player_goes_by_what_he_calls_himself() -> None:
    found = people(
        "“别站在水里。”不加班了说道。",
        "“谁站水里了？”孟晓舟问。",
        "“你。”不加班了指着他的靴子。",
        "“撤吧。”不加班了喊道，“血不够了。”",
    )
    assert "不加班了" in found


def test_a_clause_that_opens_alike_twice_is_nobody() -> None:
    found = people(
        "“走吧。”没有人说话，孟晓舟又喊了一声。",
        "“走吧。”没有人动，孟晓舟自己先走了。",
        "“走。”孟晓舟说。",
    )
    assert set(found) <= {"孟晓舟"}
