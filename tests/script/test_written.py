"""Speakers whom the form of the text names: lines of a play or a chat, letters."""

from __future__ import annotations

from scripted import book_of, labelled, spoken

from novelcast.script import write_script
from novelcast.script.people import find_people
from novelcast.script.split import split_book

PLAY = (
    "亭子里坐着三个人，谁也不认识谁。",
    "甲：这雨怕是停不了了。",
    "乙：都下了三天了。",
    "甲：那就再等等。",
    "丙（搓手）：二位，借个火。",
    "乙：没有。",
)
STORY = (
    "罗静秋推开门，把伞靠在墙边。",
    "“有我的信吗？”罗静秋问。",
    "“有一封。”顾长明说。他把信递过去。",
    "罗静秋拆开信，信是杜衡写来的。",
)
LETTER = ("静秋：", "见字如面。山里落了头一场雪，路已经封了。", "等路通了，我就回来。", "杜衡")
AFTER = ("罗静秋看完，半天没说话。", "“杜衡还活着。”罗静秋说。", "“那就好。”杜衡的老师说。")


def test_whoever_has_lines_in_a_play_is_a_person_and_says_them() -> None:
    said = ["甲", "乙", "甲", "丙", "乙"]
    assert [who for _, who in spoken(*PLAY)] == said
    assert {p.name for p in find_people(split_book(book_of(*PLAY)))} >= {"甲", "乙", "丙"}


def test_the_names_in_a_chat_are_people_too() -> None:
    chat = ("21:03 夜猫子：有人吗？", "21:04 红豆包：在呢！", "21:05 夜猫子：急死我了。")
    assert [who for _, who in spoken(*chat)] == ["夜猫子", "红豆包", "夜猫子"]


def test_a_form_that_is_filled_in_makes_nobody() -> None:
    form = ("姓名：罗静秋。", "性别：女。", "年龄：三十。")
    assert spoken(*form) == []
    assert not {"姓名", "性别", "年龄"} & {p.name for p in find_people(split_book(book_of(*form)))}


def test_one_character_that_has_lines_is_found_in_no_other_word() -> None:
    told = (*PLAY, "墙上挂着一副盔甲。", "“这副盔甲是谁的？”")
    lines = labelled(*told)
    assert all(label.confidence < 0.9 for piece, label in lines if piece.text == "“这副盔甲是谁的？”")


def test_a_letter_is_read_by_whoever_signed_it() -> None:
    script = write_script(book_of(*STORY, *LETTER, *AFTER), ())
    letter = [s for s in script.segments if s.text in LETTER]
    assert [(s.kind, s.speaker, s.channel) for s in letter] == [("dialogue", "杜衡", "message")] * 4
    assert "signed" in letter[0].evidence
    told = next(s for s in script.segments if s.text.startswith("罗静秋看完"))
    assert (told.kind, told.speaker, told.channel) == ("narration", None, None)


def test_a_letter_of_somebody_unknown_stays_with_the_narrator() -> None:
    script = write_script(book_of(*STORY, *LETTER[:-1], "知名不具", *AFTER), ())
    assert all(s.kind == "narration" for s in script.segments if s.text in LETTER)


def test_what_is_quoted_from_a_letter_is_its_writers() -> None:
    script = write_script(book_of(*STORY, "信上写着：“三月初七，老地方见。”", *AFTER), ())
    quoted = next(s for s in script.segments if "三月初七" in s.text)
    assert (quoted.kind, quoted.speaker, quoted.channel) == ("dialogue", "杜衡", "message")
    assert "the letter is theirs: 杜衡" in quoted.evidence


def test_a_letter_that_names_its_writer_in_the_tag_is_theirs() -> None:
    script = write_script(book_of(*STORY, "顾长明在信里写道：“别告诉她。”", *AFTER), ())
    quoted = next(s for s in script.segments if "别告诉她" in s.text)
    assert (quoted.speaker, quoted.channel) == ("顾长明", "message")
