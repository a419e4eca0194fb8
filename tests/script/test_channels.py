from __future__ import annotations

import pytest
from scripted import labelled

from novelcast.script.channels import channels

PEOPLE = (
    "梁文博推开门，看见苏婉清坐在窗边。",
    "梁文博摘下帽子，他笑了笑。苏婉清抬起头，她没有笑。",
)


def heard(*texts: str) -> list[str | None]:
    """The channel of each quotation of a text."""
    pieces = labelled(*PEOPLE, *texts)
    found = channels([p for p, _ in pieces], [label for _, label in pieces])
    return [c for (p, _), c in zip(pieces, found, strict=True) if p.kind == "dialogue"]


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("电话那头的梁文博说：“我到了。”", "phone"),
        ("“我到了。”电话里传来梁文博的声音。", "phone"),
        ("听筒里传来梁文博的声音：“我到了。”", "phone"),
        ("手机里，梁文博的声音断断续续：“我到了。”", "phone"),
        ("電話那頭的梁文博說：「我到了。」", "phone"),
        ("对讲机里传来梁文博的声音：“我到了。”", "radio"),
        ("“收到。”耳机里，梁文博的声音沙哑。", "radio"),
        ("通讯频道里响起梁文博的声音：“全体后撤。”", "radio"),
        ("广播里传来一个女声：“请各位旅客注意。”", "loudspeaker"),
        ("喇叭响了：“都到操场上集合！”", "loudspeaker"),
        ("梁文博举着喇叭喊：“都到操场上集合！”", "loudspeaker"),
        ("一个声音在他脑海中响起：“你来了。”", "telepathy"),
        ("苏婉清传音道：“别回头。”", "telepathy"),
        ("“别回头。”识海里，那个声音说。", "telepathy"),
        ("录音里传来梁文博的声音：“东西在老地方。”", "recording"),
        ("梁文博发来一条微信：“我到了。”", "message"),
        ("手机震了一下，是梁文博的短信：“我到了。”", "message"),
        ("“我到了。”梁文博说。", None),
        ("梁文博对着电话说：“我到了。”", None),
        ("苏婉清按下对讲机：“收到。”", None),
        ("苏婉清拿起听筒：“喂？”", None),
        ("梁文博把电话放在桌上，说：“你自己打。”", None),
        ("梁文博摆摆手，示意电话那头等一等：“谁在外面？”", None),
        ("梁文博摘下耳机，扭过头来：“听见没有？”", None),
        ("“桌子那头是谁的位子？”苏婉清问。", None),
    ],
)
def test_what_a_voice_comes_through_is_what_the_words_beside_it_say(text: str, channel: str | None) -> None:
    assert heard(text) == [channel]


def test_a_voice_on_the_telephone_stays_there_until_the_call_ends() -> None:
    assert heard(
        "苏婉清接起电话：“喂？”",
        "“是我。”电话那头的梁文博说。",
        "“你在哪儿？”苏婉清问。",
        "“在路上。”梁文博说。",
        "苏婉清挂断了电话。",
        "“开门。”梁文博说。",
    ) == [None, "phone", None, "phone", None]


def test_who_comes_in_is_no_longer_on_the_line() -> None:
    assert heard(
        "电话里，梁文博说：“我到了。”",
        "梁文博推门走了进来。",
        "“外面真冷。”梁文博说。",
    ) == ["phone", None]


def test_a_call_ends_with_its_scene() -> None:
    from scripted import book_of

    from novelcast.model import Paragraph
    from novelcast.script.attribute import attribute
    from novelcast.script.people import find_people
    from novelcast.script.split import split_book

    book = book_of(*PEOPLE, "电话里，梁文博说：“我到了。”", "***", "“外面真冷。”梁文博说。")
    paragraphs = list(book.chapters[0].paragraphs)
    paragraphs[3] = Paragraph(kind="break", text="***")
    chapter = book.chapters[0].model_copy(update={"paragraphs": tuple(paragraphs)})
    pieces = split_book(book.model_copy(update={"chapters": (chapter,)}))
    labels = attribute(pieces, find_people(pieces))
    found = channels(pieces, labels)
    assert [c for p, c in zip(pieces, found, strict=True) if p.kind == "dialogue"] == ["phone", None]


def test_both_parts_of_a_quotation_come_through_one_channel() -> None:
    assert heard("“我到了，”电话那头的梁文博顿了顿，“你别出来。”") == ["phone", "phone"]


def test_narration_and_thoughts_have_no_channel() -> None:
    pieces = labelled(*PEOPLE, "电话那头没有声音。")
    assert set(channels([p for p, _ in pieces], [x for _, x in pieces])) == {None}


def test_the_script_keeps_the_channel() -> None:
    from scripted import book_of

    from novelcast.script import write_script

    script = write_script(book_of(*PEOPLE, "电话那头的梁文博说：“我到了。”", "“好。”苏婉清说。"), ())
    assert [s.channel for s in script.segments if s.kind == "dialogue"] == ["phone", None]
