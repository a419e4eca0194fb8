"""A paragraph is found again in the new text, and a character in the new paragraph."""

from hypothesis import given
from hypothesis import strategies as st

from novelcast.editing.align import Moves, paired

OLD = [f"第{n}天，{who}在渡口等了很久，船没有来。" for n, who in enumerate("赵钱孙李周吴郑王", 1)]
SHORT = "“嗯。”"


def test_the_same_text_is_the_same() -> None:
    assert paired(OLD, OLD) == {n: n for n in range(len(OLD))}


def test_paragraphs_put_in_and_taken_out_move_the_others() -> None:
    new = ["开头。", *OLD[:3], "中间。", *OLD[4:]]
    assert paired(OLD, new) == {1: 0, 2: 1, 3: 2, 5: 4, 6: 5, 7: 6, 8: 7}


def test_a_paragraph_with_a_mended_typo_is_the_same_one() -> None:
    new = [*OLD[:3], OLD[3].replace("很久", "好久"), *OLD[4:]]
    assert paired(OLD, new) == {n: n for n in range(len(OLD))}


def test_another_paragraph_in_its_place_is_another() -> None:
    assert 3 not in paired(OLD, [*OLD[:3], "山上下起了雪。", *OLD[4:]])


def test_short_lines_that_stand_often_are_found_by_what_is_around_them() -> None:
    old = [x for line in OLD for x in (line, SHORT)]
    new = [x for line in [OLD[0], "新的一句话。", *OLD[1:]] for x in (line, SHORT)]
    pairs = paired(old, new)
    assert all(pairs[j] == j - 2 for j in range(4, len(new))) and 2 not in pairs


def test_a_chapter_that_moved_is_found() -> None:
    new = [*OLD[4:], *OLD[:4]]
    assert [OLD[i] for _, i in sorted(paired(OLD, new).items())] == new


_PARAGRAPHS = st.lists(
    st.sampled_from([*OLD[:4], SHORT, "“好。”", "", OLD[0].replace("很久", "好久")]), max_size=12
)


@given(_PARAGRAPHS, _PARAGRAPHS)
def test_no_paragraph_is_two_and_equal_texts_are_equal(old: list[str], new: list[str]) -> None:
    pairs = paired(old, new)
    assert len(set(pairs.values())) == len(pairs)
    assert all(0 <= i < len(old) and 0 <= j < len(new) for j, i in pairs.items())


def test_a_span_moves_with_its_words() -> None:
    old, new = "他说：“走吧。”说完就走了。", "那天他说：“快走吧。”说完他就走了。"
    for words, became in (
        ("“走吧。”", "“快走吧。”"),
        ("他说：", "他说："),
        ("说完就走了。", "说完他就走了。"),
    ):
        start = old.index(words)
        span = Moves(old, new).span(start, start + len(words))
        assert span is not None and new[slice(*span)] == became


def test_other_quotation_marks_are_the_quote_still() -> None:
    assert Moves("“走吧。”", "「走吧。」").span(0, 5) == (0, 5)


def test_what_is_gone_has_no_place() -> None:
    assert Moves("他走了。她笑了。", "他走了。").span(4, 8) is None


@given(
    st.text("甲乙丙，。", max_size=20),
    st.text("甲乙丙，。", max_size=20),
    st.integers(0, 20),
    st.integers(0, 20),
)
def test_a_span_stays_inside_the_text(old: str, new: str, a: int, b: int) -> None:
    start, end = sorted((min(a, len(old)), min(b, len(old))))
    span = Moves(old, new).span(start, end) if start < end else None
    assert span is None or 0 <= span[0] < span[1] <= len(new)
