from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import book_of, kinds, skip

from novelcast.catalog import load_cue_sounds
from novelcast.model import Paragraph
from novelcast.script import write_script
from novelcast.script.split import split_book

TRICKY = "“”‘’「」『』\"＂＇'«»‹›„‚〝〞〟﹁﹂﹃﹄`【】[]［］〖〗《》：:，。！？…—–-～；（）() \u3000a1他说道心想我你*‘"
TOKENS = (
    "他说：", "——", "--", "心想：", "，她想。", "甲：", "乙：", "【丙】：", "老周", "小禾", "老周说", "我", "你来了？", "走吧。", "亲爱的小禾：",
    "信上", "字", "21:03 ", "电话那头", "脑海中响起", "“", "”", "‘", "’", "「", "」", '"', "'", "''", "«", "»", "„", "【", "】", "[", "]", "……",
    "。", "，", "：", "不对。", "說：", "著", "怎麼辦？",
)  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["body", "heading", "verse", "break"]),
            st.text(st.sampled_from(TRICKY) | st.characters(exclude_categories=["Cs"]))
            | st.lists(st.sampled_from(TOKENS), max_size=12).map("".join),
        ),
        max_size=6,
    ),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 30)), max_size=3),
)
def test_the_pieces_cover_any_text_exactly(
    paragraphs: list[tuple[str, str]], cuts: list[tuple[int, int, int]]
) -> None:
    skipped = [skip(p, a, b, "", "why") for p, a, b in cuts if p < len(paragraphs)]
    book = book_of(*["x"] * len(paragraphs), skipped=skipped)
    made = tuple(Paragraph(kind=kind, text=text) for kind, text in paragraphs)  # type: ignore[arg-type]
    book = book.model_copy(update={"chapters": (book.chapters[0].model_copy(update={"paragraphs": made}),)})
    texts = [""] * len(paragraphs)
    for piece in split_book(book):
        assert piece.span.start == len(texts[piece.span.paragraph]) and piece.text
        assert piece.span.end == piece.span.start + len(piece.text)
        texts[piece.span.paragraph] += piece.text
    assert texts == [text for _, text in paragraphs]


@settings(deadline=None)  # the first call reads dictionaries
@given(st.lists(st.lists(st.sampled_from(TOKENS), max_size=10).map("".join), max_size=8))
def test_the_script_of_any_text_holds_each_character_once(texts: list[str]) -> None:
    write_script(book_of(*texts), load_cue_sounds())  # raises where a character is lost or doubled


@pytest.mark.parametrize(("opening", "closing"), ["“”", "「」", "『』", '""', "‘’", "＂＂"])
def test_all_quotation_marks_hold_speech(opening: str, closing: str) -> None:
    quote = f"{opening}下雨了。{closing}"
    assert kinds(f"{quote}老周说。") == [("dialogue", quote), ("narration", "老周说。")]


def test_a_quotation_inside_speech_belongs_to_the_speech() -> None:
    assert kinds("“他只说了‘再见’两个字。”") == [("dialogue", "“他只说了‘再见’两个字。”")]
    assert kinds("「她說『好』。」") == [("dialogue", "「她說『好』。」")]


@pytest.mark.parametrize(
    "text",
    [
        "他就是所谓的“天才”，谁也没见他读过书。",
        "门牌上写着“闲人免进”四个字。",
        "屏幕上跳出一行字，写着“请重新登录。”",
        "村里人管那棵树叫“老祖宗”。",
        "他在纸上写了一个“忍”字。",
        "她读完了《荒原狼》。",
    ],
)
def test_a_quotation_that_nobody_speaks_is_narration(text: str) -> None:
    assert kinds(text) == [("narration", text)]


def test_speech_needs_no_full_stop_where_a_verb_of_saying_leads_in() -> None:
    assert ("dialogue", "“知道了”") in kinds("她回答说：“知道了”")


def test_a_quotation_broken_by_its_tag_is_two_pieces_of_speech() -> None:
    assert [k for k, _ in kinds("“走吧，”他站起来，“天要黑了。”")] == ["dialogue", "narration", "dialogue"]


def test_speech_over_several_paragraphs_is_speech_in_each() -> None:
    assert [k for k, _ in kinds("“第一件事，我不去。", "“第二件事，谁也别去。”")] == ["dialogue", "dialogue"]


def test_a_quotation_whose_lines_were_broken_is_speech_to_its_end() -> None:
    assert kinds("“快走！", "快走！", "再晚就来不及了！”他喊。") == [
        ("dialogue", "“快走！"),
        ("dialogue", "快走！"),
        ("dialogue", "再晚就来不及了！”"),
        ("narration", "他喊。"),
    ]


def test_a_quotation_never_closed_does_not_swallow_its_tag() -> None:
    assert kinds("“今晚谁都不许出门。他低声说道。") == [
        ("dialogue", "“今晚谁都不许出门。"),
        ("narration", "他低声说道。"),
    ]
    assert kinds("“你先走。他说，“我来锁门。”")[:2] == [("dialogue", "“你先走。"), ("narration", "他说，")]


def test_a_quotation_never_closed_ends_with_its_paragraph() -> None:
    assert kinds("“今晚谁都不许出门。", "雨还在下。") == [
        ("dialogue", "“今晚谁都不许出门。"),
        ("narration", "雨还在下。"),
    ]


def test_a_closing_mark_typed_as_an_opening_one_closes() -> None:
    assert kinds("“快跑！“阿青大叫。")[0] == ("dialogue", "“快跑！“")


def test_bracketed_lines_are_system_lines_and_bracketed_names_are_not() -> None:
    assert kinds("【任务完成，奖励已发放】") == [("system", "【任务完成，奖励已发放】")]
    assert kinds("[02:11 磁盘已满][02:12 正在清理]") == [
        ("system", "[02:11 磁盘已满]"),
        ("system", "[02:12 正在清理]"),
    ]
    assert kinds("他挥出了【烈阳】剑。") == [("narration", "他挥出了【烈阳】剑。")]
    assert "system" not in dict(kinds("见附录[3]。"))


def test_a_quoted_thought_is_a_thought() -> None:
    assert kinds("“这人靠得住吗？”她心想。")[0] == ("thought", "“这人靠得住吗？”")
    assert kinds("他暗道：“不好，中计了！”")[1] == ("thought", "“不好，中计了！”")


def test_what_follows_a_verb_of_thinking_is_a_thought() -> None:
    assert kinds("老周盯着账本，心想：这笔钱是谁领走的？") == [
        ("narration", "老周盯着账本，心想："),
        ("thought", "这笔钱是谁领走的？"),
    ]


def test_a_cry_glued_to_what_somebody_does_is_no_thought() -> None:
    glued = "完了账本，塌了她像个影子一样慢慢地走过去，弯下腰捡起了地上的半张纸"
    assert kinds("苏晚推开门，她愣住了。", glued)[-1][0] == "narration"


def test_an_unmarked_first_person_in_a_third_person_story_is_a_thought() -> None:
    assert ("thought", "我怎么把钥匙落在车里了？") in kinds(
        "# 第一章", "老周摸了摸口袋，愣住了。我怎么把钥匙落在车里了？"
    )


def test_a_first_person_narrator_does_not_think_all_the_time() -> None:
    story = ["我推开门，屋里没有人。", "我在床边坐下，听见我的表在走。", "我想起昨天的事，我笑了。"]
    assert {k for k, _ in kinds(*story)} == {"narration"}


def test_skipped_text_and_scene_breaks_are_skipped_with_their_reason() -> None:
    book = book_of("正文在此。本站网址", skipped=[skip(0, 5, 9, "本站网址", "advertisement")])
    assert [(p.kind, p.text, p.reason) for p in split_book(book)][-1] == ("skip", "本站网址", "advertisement")
    broken = book_of("甲。", "***", "乙。")
    paragraphs = list(broken.chapters[0].paragraphs)
    paragraphs[1] = Paragraph(kind="break", text="***")
    chapter = broken.chapters[0].model_copy(update={"paragraphs": tuple(paragraphs)})
    pieces = split_book(broken.model_copy(update={"chapters": (chapter,)}))
    assert [(p.kind, p.reason) for p in pieces] == [
        ("narration", ""),
        ("skip", "scene break"),
        ("narration", ""),
    ]
