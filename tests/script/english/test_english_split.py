from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from novels import kinds, novel, speech

from novelcast.script.english import split_book


def test_quotations_in_every_mark_are_speech() -> None:
    for opening, closing in ("“”", '""', "«»"):
        assert speech(f"{opening}Sit down,{closing} she said.") == [f"{opening}Sit down,{closing}"]
    assert speech("‘Sit down,’ she said.", "‘No.’") == ["‘Sit down,’", "‘No.’"]
    assert speech("'Sit down,' she said.", "'No.'") == ["'Sit down,'", "'No.'"]


def test_apostrophes_neither_open_nor_close_a_quotation() -> None:
    line = "‘It’s the boys’ boat, and I’m goin’ out in ’39,’ said Tom. ’Twas late."
    assert speech(line, "‘Don’t.’") == ["‘It’s the boys’ boat, and I’m goin’ out in ’39,’", "‘Don’t.’"]
    straight = "'It's Tom's, and don't you touch it,' she said."
    assert speech(straight, "'I won't.'") == ["'It's Tom's, and don't you touch it,'", "'I won't.'"]


def test_a_quotation_in_a_quotation_stays_inside() -> None:
    line = "“She said ‘no’ to me, and then she said ‘perhaps’,” Tom complained."
    assert speech(line) == ["“She said ‘no’ to me, and then she said ‘perhaps’,”"]
    british = "‘She said “no” to me,’ Tom complained."
    assert speech(british, "‘Did she?’") == ["‘She said “no” to me,’", "‘Did she?’"]


def test_speech_over_several_paragraphs_is_speech_in_each() -> None:
    assert kinds("“It began in June.", "“It ended in July.” He sighed.") == [
        ("dialogue", "“It began in June."),
        ("dialogue", "“It ended in July.”"),
        ("narration", " He sighed."),
    ]


def test_lines_of_a_quoted_song_need_no_mark_of_their_own() -> None:
    verse = (
        "“Row, row, over the sand,",
        "Row, row, back to the land,",
        "Row for your supper.”",
        "She stopped.",
    )
    assert [kind for kind, _ in kinds(*verse)] == ["dialogue", "dialogue", "dialogue", "narration"]


def test_a_quotation_that_is_never_closed_ends_before_its_tag() -> None:
    assert speech("“I have no idea, said Tom, and he went out.") == ["“I have no idea,"]


def test_words_under_discussion_and_titles_are_not_speech() -> None:
    for line in (
        "He had never liked the word “lodger” in all his life.",
        "A sign marked “Private” hung on the gate.",
        "She was reading “The Lamp at Gull Point” for the third time.",
        "The so-called “experts,” who had never rowed, shook their heads.",
    ):
        assert speech(line) == [], line
    assert speech("He nodded, said “Yes” and left.") == ["“Yes”"]


def test_a_thought_is_one_where_its_words_say_so() -> None:
    assert kinds("“How odd,” thought Nora.")[0] == ("thought", "“How odd,”")
    assert ("thought", "Why does he never write?") in kinds("Why does he never write? she wondered.")
    assert ("thought", "*I must not laugh.*") in kinds(
        "Nora bit her lip. *I must not laugh.* The captain bowed."
    )
    assert kinds("It was a *very* long way.") == [("narration", "It was a *very* long way.")]


def test_lines_of_a_play_are_speech_behind_their_names() -> None:
    play = ("TOM: Who is there?", "NORA: Only me.", "TOM: Come in.", "NORA: I can’t.")
    assert speech(*play) == ["Who is there?", "Only me.", "Come in.", "I can’t."]


def test_a_line_in_brackets_is_the_system_s() -> None:
    assert kinds("[Level up: you can now read maps.]")[0][0] == "system"


@given(st.lists(st.text("aB .,!?“”‘’\"'—-_*:\n", max_size=60), max_size=6))
def test_every_character_is_in_exactly_one_piece(texts: list[str]) -> None:
    book = novel(*texts)
    for i, text in enumerate(texts):
        found = [p for p in split_book(book) if p.span.paragraph == i]
        assert "".join(p.text for p in found) == text
        assert [p.span.start for p in found] == [0, *(p.span.end for p in found)][: len(found)]
