"""A wrong edit is refused with its line and what to do."""

import pytest
from pages import edited, line, page, script, speaker

TALK = script(
    [("周航", "“有人吗？”"), ("narration", "周航问道。")],
    [("林晚", "“我在这儿，你别怕。”"), ("narration", "林晚说。")],
    [("周航", "“走吧，天快亮了。”")],
    [("narration", "他们走了很远的路，谁也没有说话。")],
    [("narration", "雨停了。")],
    speakers=[speaker("周航", "老师"), speaker("林晚", "老师")],
)


@pytest.mark.parametrize(
    ("old", "new", "at", "what", "hint"),
    [
        ("“走吧，天", "“快走，天", "天快亮了", "the words were changed: the book has «“走吧，天", "put them back"),
        ("谁也没有说话", "没有说话", "他们走了", "words were changed", "put them back"),
        ("- 林晚: “我在这儿，你别怕。”", "- 林曉: “我在这儿，你别怕。”", "林曉", "no speaker '林曉'", "did you mean 林晚"),
        ("- 周航: “走", "- 老师: “走", "老师: “走", "may be 周航 or 林晚", "one of them"),
        ("雨停了。", "雨停了。 [pause:9s]", "雨停了", "no length for a pause", "[pause:800]"),
        ("雨停了。", "[sfx:kazoo]雨停了。", "雨停了", "no sound 'kazoo'", "novelcast cues"),
        ("雨停了。", "[sfx:bang count=900]雨停了。", "雨停了", "count", "1 to 100"),
        ("雨停了。", "[sfx:bang loud=3]雨停了。", "雨停了", "'loud=3' is not known", "count=2"),
        ("雨停了。", "[sfx:bang mode=replace]雨停了。", "雨停了", "mode=replace", "- sound: [sfx:bang]"),
        ("雨停了。", "[sfx:bang雨停了。", "雨停了", "not closed", "]"),
        ("雨停了。", "[music:a.mp3 loud]雨停了。", "雨停了", "not understood", "[music:night.mp3 under"),
        ("雨停了。", "[music:a.mp3 duck=9]雨停了。", "雨停了", "duck_db", "-60 to 0 dB"),
        ("- narration: 雨停了。", "- sound: 雨停了。", "雨停了", "0 sounds in a sound line", "[sfx:bang]"),
        ("- narration: 雨停了。", "- sound: [sfx:bang mode=under]雨停了。", "雨停了", "mode=under", "take the mode away"),
        ("- narration: 雨停了。", "- skipped: [sfx:bang]雨停了。", "雨停了", "skipped", "beside it"),
        ("- narration: 雨停了。", "雨停了。", "雨停了", "no line of a script", "begins with - NAME:"),
        ("- narration: 雨停了。", "- 雨停了。", "雨停了", "no name or kind", "before the words"),
        ("- narration: 雨停了。", "- : 雨停了。", "雨停了", "nothing before the colon", "NAME"),
        ("## 1. 一", "## 前面", "## 前面", "no heading of a script", "## 3."),
        ("- 周航 = 老师 (?;", "- 周航 = 老师 (big;", "- 周航 = 老师", "'big' is neither a gender", "(male, young)"),
        ("## Speakers", "", "# 书", "list of speakers", "put it back"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    old: str, new: str, at: str, what: str, hint: str
) -> None:
    text = page(TALK).replace(old, new)
    found = edited(TALK, (old, new)).faults
    assert found, "no fault"
    fault = next(f for f in found if what in f.what)
    assert hint in fault.hint
    assert at in text.split("\n")[fault.line - 1]


def test_a_lost_line_is_missed_where_it_stood() -> None:
    text = f"- 周航: “走吧，天快亮了。” ^{line(TALK, '“走吧，天快亮了。”').id}\n"
    (fault,) = edited(TALK, (text, "")).faults
    assert "missing before this line: «“走吧，天快亮了。”»" in fault.what and "skipped" in fault.hint
    assert "他们走了" in page(TALK).replace(text, "").split("\n")[fault.line - 1]


def test_the_last_line_lost_is_missed_too() -> None:
    (fault,) = edited(TALK, (f"- narration: 雨停了。 ^{line(TALK, '雨停了。').id}\n", "")).faults
    assert "missing behind this line: «雨停了。»" in fault.what


def test_a_line_that_stands_twice_is_one_mistake() -> None:
    (fault,) = edited(TALK, ("- narration: 林晚说。", "- narration: 林晚说。\n- narration: 林晚说。")).faults
    assert "stand twice" in fault.what and fault.hint == "delete the line"


def test_lines_that_changed_places_are_mistakes() -> None:
    one, two = (
        f"- {who}: {text} ^{line(TALK, text).id}"
        for who, text in (("narration", "他们走了很远的路，谁也没有说话。"), ("narration", "雨停了。"))
    )
    assert edited(TALK, (f"{one}\n\n{two}", f"{two}\n\n{one}")).faults


def test_several_mistakes_are_all_found_in_order() -> None:
    found = edited(
        TALK,
        ("“走吧，天", "“快走，天"),
        ("- narration: 林晚说。", "- 林曉: 林晚说。"),
        ("雨停了。", "雨停了。[pause:x]"),
    ).faults
    assert ["林曉" in found[0].what, "words were changed" in found[1].what, "pause" in found[2].what] == [
        True
    ] * 3
    assert len(found) == 3


def test_a_page_with_a_mistake_changes_nothing() -> None:
    assert edited(TALK, ("- 周航: “走", "- 林晚: “走"), ("雨停了。", "雨停了。[pause:x]")).script == TALK


def test_the_page_of_another_book_is_refused_after_a_hundred_mistakes() -> None:
    long = script(*([("narration", f"第{n}天，雨还没有停。")] for n in range(600)))
    other = page(script(*([("narration", f"第{n}夜，雪下得更大了。")] for n in range(600))))
    assert 90 <= len(edited(long, (page(long), other)).faults) <= 110
