import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelcast.hanzi import HAN, simplified


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("他盯著屏幕，頭髮亂了", "他盯着屏幕，头发乱了"),
        ("名著和著作都很著名", "名著和著作都很著名"),
        ("土著編著了一本專著", "土著编著了一本专著"),
        ("睡著了，又著急", "睡着了，又着急"),
        ("乾坤袋裡很乾淨", "乾坤袋里很干净"),
        ("already simple 已经简体", "already simple 已经简体"),
    ],
)
def test_traditional_text_is_said_in_simplified_characters(traditional: str, simple: str) -> None:
    assert simplified(traditional) == simple


@given(st.text(max_size=60))
def test_offsets_hold_in_both_scripts(text: str) -> None:
    assert len(simplified(text)) == len(text)


@pytest.mark.parametrize(
    ("char", "is_han"), [("雨", True), ("㐀", True), ("𠀀", True), ("a", False), ("，", False), ("あ", False)]
)
def test_a_han_character_is_told_from_the_rest(char: str, is_han: bool) -> None:
    assert bool(HAN.match(char)) is is_han
