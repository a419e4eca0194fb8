"""A new analysis leaves alone what the user set, wherever its text went, and says what has no place any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import edited, line, page, script, speaker, taken

from novelcast.editing.lines import paragraph_texts, script_lines
from novelcast.editing.merge import Merged, merge
from novelcast.model import Script

OLD = script(
    [("heading", "第一章 夜班")],
    [("周航", "“有人吗？”"), ("narration", "周航问道。")],
    [("林晚", "“我在这儿，你别出声。”"), ("narration", "林晚说。")],
    [("周航", "“嗯。”")],
    [("narration", "雨下了一夜。晚了，一切都晚了。")],
    [("周航", "“嗯。”")],
    speakers=[speaker("周航", gender="male"), speaker("林晚", gender="female")],
)  # fmt: skip
MINE = taken(
    OLD,
    ("- 林晚: “我在", "- 周航: “我在"),
    ("雨下了一夜。晚了", "雨下了一夜。\n- 林晚 (thought): 晚了"),
    ("周航问道。", "周航[sfx:knock]问道。 [pause:700]"),
)


def merged(old: Script, new: Script, *, keep: bool = True, undecided: tuple[str, ...] = ()) -> Merged:
    return merge(old, new, lambda t: f"说{t}", keep_labels=keep, undecided=undecided)


def whole(made: Script) -> dict:
    return paragraph_texts(script_lines(made))


@pytest.mark.parametrize("keep", [True, False])
def test_the_same_text_analysed_again_gives_the_same_script(keep: bool) -> None:
    assert merged(MINE, OLD, keep=keep).script == MINE


@pytest.mark.parametrize("keep", [True, False])
def test_what_the_user_set_stays_set_when_paragraphs_are_put_in(keep: bool) -> None:
    new = script(
        [("heading", "第一章 夜班")],
        [("narration", "仓库里只剩一盏灯。")],
        [("周航", "“有人吗？”"), ("narration", "周航问道。")],
        [("林晚", "“我在这儿，你别出声。”"), ("narration", "林晚说。")],
        [("周航", "“嗯。”")],
        [("narration", "雨下了一夜。晚了，一切都晚了。")],
        [("林晚", "“嗯。”")],
        speakers=OLD.speakers,
    )
    made = merged(MINE, new, keep=keep).script
    assert whole(made) == whole(new)
    assert (line(made, "“我在这儿，你别出声。”").speaker, line(made, "晚了，一切都晚了。").kind) == (
        "周航",
        "thought",
    )
    assert (line(made, "周航问道。").pause_after_ms, [c.sound for c in made.cues]) == (700, ["knock"])
    (cue,) = made.cues
    assert (cue.span.paragraph, cue.segment) == (2, line(made, "周航问道。").id)
    assert not made.gone.segments
    ids = {s.text: s.id for s in MINE.segments if s.text != "“嗯。”"}
    assert all(ids.get(s.text, s.id) == s.id for s in made.segments)


def test_what_was_found_before_stays_where_the_text_is_the_same_only_if_asked() -> None:
    other = script(
        *(
            [(("林晚" if who == "周航" else who), t)]
            for who, t in (("周航", "“有人吗？”"), ("narration", "天亮了。"))
        )
    )
    old = script([("周航", "“有人吗？”")])
    assert line(merged(old, other).script, "“有人吗？”").speaker == "周航"
    assert line(merged(old, other, keep=False).script, "“有人吗？”").speaker == "林晚"


@pytest.mark.parametrize("keep", [True, False])
def test_a_mended_typo_takes_nothing_from_the_user(keep: bool) -> None:
    new = script(
        [("heading", "第一章 夜班")],
        [("周航", "“有人么？”"), ("narration", "周航低声问道。")],
        [("林晚", "“我在这里，你别出声。”"), ("narration", "林晚说。")],
        [("周航", "“嗯。”")],
        [("narration", "雨下了整整一夜。晚了，一切都太晚了。")],
        [("周航", "“嗯。”")],
        speakers=OLD.speakers,
    )
    made = merged(MINE, new, keep=keep).script
    assert whole(made) == whole(new)
    assert line(made, "“我在这里，你别出声。”").speaker == "周航"
    thought = line(made, "晚了，一切都太晚了。")
    assert (thought.kind, thought.speaker, thought.spoken) == ("thought", "林晚", "说晚了，一切都太晚了。")
    assert line(made, "周航低声问道。").pause_after_ms == 700
    (cue,) = made.cues
    assert cue.span.start - line(made, "周航低声问道。").span.start == 4  # still before 问道


def test_a_spoken_form_whose_words_changed_stays_and_is_told() -> None:
    mine = taken(OLD, ("林晚说。", "林晚说。 [say:林晚开口说。]"))
    new = script(
        [("周航", "“有人吗？”"), ("narration", "周航问道。")],
        [("林晚", "“我在这儿，你别出声。”"), ("narration", "林晚小声说。")],
    )
    found = merged(mine, new)
    said = line(found.script, "林晚小声说。")
    assert said.spoken == "林晚开口说。" and found.respoken == [said.id]


def test_what_has_no_place_any_more_is_kept_and_shown_and_comes_back() -> None:
    shorter = script([("heading", "第一章 夜班")], [("narration", "雨下了一夜。")], speakers=OLD.speakers)
    made = merged(MINE, shorter).script
    assert {s.text for s in made.gone.segments} == {
        "“我在这儿，你别出声。”",
        "晚了，一切都晚了。",
        "周航问道。",
    }
    text = page(made)
    assert "## Gone from the book" in text and "- ! 周航: “我在这儿，你别出声。” ^" in text
    assert taken(made) == made
    again = merged(made, OLD, keep=False).script
    assert not again.gone.segments and not again.gone.cues
    assert (line(again, "“我在这儿，你别出声。”").speaker, line(again, "周航问道。").pause_after_ms) == (
        "周航",
        700,
    )
    assert [c.sound for c in again.cues] == ["knock"]
    assert line(again, "晚了，一切都晚了。").kind == "thought"


def test_what_the_user_took_out_of_the_list_of_what_is_gone_is_forgotten() -> None:
    made = merged(MINE, script([("narration", "天亮了。")])).script
    text = page(made)
    gone = text[text.index("## Gone from the book") :]
    left = taken(made, (gone, "")).gone
    assert not left.segments and not left.cues


def test_a_line_given_back_is_decided_by_the_analysis() -> None:
    back = edited(MINE, ("- ! 周航: “我在", "- 周航: “我在"))
    made = merged(back.script, OLD, undecided=tuple(back.undecided)).script
    assert (line(made, "“我在这儿，你别出声。”").speaker, line(made, "“我在这儿，你别出声。”").by_user) == (
        "林晚",
        (),
    )
    assert line(made, "晚了，一切都晚了。").kind == "thought"


def test_somebody_found_under_a_longer_name_is_the_same_speaker() -> None:
    old = script([("少平", "“一。”")], [("少平", "“二。”")])
    new = script(
        [("孙少平", "“一。”")],
        [("孙少平", "“二。”")],
        [("孙少平", "“三。”")],
        speakers=[speaker("孙少平", "少平")],
    )
    made = merged(old, new).script
    assert [(s.id, s.name) for s in made.speakers] == [("少平", "孙少平")]
    assert {s.speaker for s in made.segments} == {"少平"}


def test_somebody_else_who_speaks_other_lines_is_not_the_same_speaker() -> None:
    old = script([("老师", "“一。”")])
    new = script([("王磊", "“五。”")], speakers=[speaker("王磊", "老师")])
    assert [s.id for s in merged(old, new).script.speakers] == ["王磊"]


def test_a_speaker_the_user_made_stays_without_a_line() -> None:
    made = taken(OLD, ("- 林晚 (female; 1 line)", "- 何九 (male)\n- 林晚 (female)"))
    assert "何九" in {s.name for s in merged(made, OLD).script.speakers}


def test_a_chapter_that_is_added_changes_nothing_in_the_others() -> None:
    first = [[("周航", "“一。”"), ("narration", "周航说。")], [("林晚", "“二。”")]]
    old = script(*first, per_chapter=2)
    mine = taken(old, ("- 林晚: “二。”", "- 周航: “二。”"))
    changed = [[("林晚", "“一。”"), ("narration", "周航说。")], [("林晚", "“二。”")]]
    new = script([("narration", "序。")], [("narration", "雪。")], *changed, per_chapter=2)
    made = merged(mine, new).script
    kept = [(s.id, s.text, s.speaker) for s in made.segments if s.span.chapter == 1]
    assert kept == [(s.id, s.text, s.speaker) for s in mine.segments]


_LINES = st.lists(
    st.sampled_from([("narration", "他看了看表，又看了看门。"), ("周航", "“走吧，天快亮了。”"), ("林晚", "“再等等。”"), ("narration", "没有人说话。"), ("sound bang", "砰！"), ("skipped", "求收藏")]),
    min_size=1, max_size=3,
)  # fmt: skip
_BOOKS = st.lists(_LINES, min_size=1, max_size=5)


@given(_BOOKS, _BOOKS, st.lists(st.integers(0, 20), max_size=4), st.booleans())
def test_the_merged_script_holds_the_new_text_exactly_and_loses_no_edit(
    before: list, after: list, set_by_user: list[int], keep: bool
) -> None:
    old = script(*before)
    segments = tuple(
        s.model_copy(update={"by_user": ("label",), "kind": "system", "speaker": None, "note": f"n{n}"}) if n in set_by_user else s
        for n, s in enumerate(old.segments)
    )  # fmt: skip
    old = old.model_copy(update={"segments": segments})
    new = script(*after)
    made = merged(old, new, keep=keep).script
    assert whole(made) == whole(new)
    ids = [s.id for s in made.segments]
    assert len(set(ids)) == len(ids) and all(ids)
    notes = sorted(s.note for s in (*made.segments, *made.gone.segments) if s.note)
    assert notes == sorted(s.note for s in old.segments if s.note)
    assert all(s.kind == "system" for s in made.segments if s.note)
    assert {s.speaker for s in made.segments} - {None} <= {s.id for s in made.speakers}
