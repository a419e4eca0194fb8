"""What a user sets in script.md: taken as theirs, and nothing else is."""

import pytest
from pages import edited, line, page, script, speaker, taken

from novelcast.editing.markdown import tag_of
from novelcast.model import Script

TALK = script(
    [("周航*", "“有人吗？”"), ("narration", "周航问道。")],
    [("林晚", "“我在这儿。”"), ("narration", "林晚说，"), ("林晚", "“别出声。晚了，一切都晚了。”")],
    [("sound alarm", "“滴滴滴——”")],
    [("周航", "“走吧。”")],
    [("?", "“等等。”")],
    [("skipped", "请收藏本站")],
    speakers=[speaker("周航", gender="male"), speaker("林晚", gender="female")],
)


def others(made: Script, *texts: str) -> list:
    return [s for s in made.segments if s.text not in texts]


def test_a_speaker_changed_by_hand_is_set_and_certain() -> None:
    made = taken(TALK, ("- 周航: “走吧。”", "- 林晚: “走吧。”"))
    said = line(made, "“走吧。”")
    assert (said.speaker, said.by_user, said.confidence, said.evidence) == (
        "林晚",
        ("label",),
        1.0,
        "set by you",
    )
    assert said.id == line(TALK, "“走吧。”").id
    assert others(made, "“走吧。”") == others(TALK, "“走吧。”")


def test_a_question_mark_taken_away_says_that_the_guess_is_right() -> None:
    made = taken(TALK, ("- ? 周航: “有人", "- 周航: “有人"))
    said = line(made, "“有人吗？”")
    assert (said.speaker, said.by_user, said.confidence) == ("周航", ("label",), 1.0)
    assert "- ! 周航: “有人吗？”" in page(made)


def test_a_new_name_after_a_question_mark_that_was_left_there_counts() -> None:
    assert line(taken(TALK, ("- ? 周航: “有人", "- ? 林晚: “有人")), "“有人吗？”").by_user == ("label",)


@pytest.mark.parametrize(
    ("label", "kind", "who"),
    [
        ("narration", "narration", None), ("system", "system", None), ("林晚 (thought)", "thought", "林晚"),
        ("? (thought)", "thought", None), ("?", "dialogue", None), ("thought", "thought", None), ("林晚（thought）", "thought", "林晚"),
    ],
)  # fmt: skip
def test_a_kind_before_the_colon_is_the_kind(label: str, kind: str, who: str | None) -> None:
    said = line(taken(TALK, ("- 周航: “走吧。”", f"- {label}: “走吧。”")), "“走吧。”")
    assert (said.kind, said.speaker, said.by_user) == (kind, who, ("label",))


def test_what_a_voice_comes_through_can_be_set_and_stays_with_another_name() -> None:
    made = taken(TALK, ("- 周航: “走吧。”", "- 周航 (phone): “走吧。”"))
    assert (line(made, "“走吧。”").channel, line(made, "“走吧。”").by_user) == ("phone", ("label",))
    assert line(taken(made, ("! 周航 (phone)", "林晚（phone）")), "“走吧。”").channel == "phone"
    assert line(taken(made, ("! 周航 (phone)", "周航")), "“走吧。”").channel is None


def test_words_can_be_left_out_and_taken_back_in() -> None:
    made = taken(
        TALK, ("- 周航: “走吧。”", "- skipped: “走吧。”"), ("- skipped (a blurb): 请", "- narration: 请")
    )
    assert [(s.text, s.reason, s.by_user) for s in made.skipped] == [("“走吧。”", "set by you", ("label",))]
    assert (line(made, "请收藏本站").kind, line(made, "请收藏本站").spoken) == ("narration", "说请收藏本站")


def test_a_pause_behind_a_line_is_the_silence_after_it() -> None:
    said = line(taken(TALK, ("“走吧。”", "“走吧。” [pause:800]")), "“走吧。”")
    assert (said.pause_after_ms, said.by_user, said.speaker) == (800, ("pause",), "周航")


def test_a_pause_behind_the_id_or_on_a_line_of_its_own_counts_too() -> None:
    name = line(TALK, "“走吧。”").id
    for text in (f"^{name} [pause:800]", f"^{name}\n[pause:800]", f"^{name}\n\n[pause:800]\n"):
        assert line(taken(TALK, (f"^{name}", text)), "“走吧。”").pause_after_ms == 800


def test_a_pause_among_the_words_cuts_the_line() -> None:
    made = taken(TALK, ("晚了，一切", "晚了，[pause:900]一切"))
    first, second = line(made, "“别出声。晚了，"), line(made, "一切都晚了。”")
    assert (first.pause_after_ms, first.speaker, first.spoken) == (900, "林晚", "说“别出声。晚了，")
    assert (second.pause_after_ms, second.speaker, second.spoken) == (None, "林晚", "说一切都晚了。”")
    assert "label" not in first.by_user + second.by_user


def test_how_a_line_is_said_can_be_written_behind_it_and_taken_away_again() -> None:
    made = taken(TALK, ("“走吧。”", "“走吧。” [say:走罢。]"))
    assert (line(made, "“走吧。”").spoken, line(made, "“走吧。”").by_user) == ("走罢。", ("spoken",))
    assert line(taken(made, (" [say:走罢。]", "")), "“走吧。”") == line(TALK, "“走吧。”")


def test_a_line_can_be_made_silent() -> None:
    assert line(taken(TALK, ("“走吧。”", "“走吧。” [say:]")), "“走吧。”").spoken == ""


def test_a_line_cut_in_two_has_two_kinds() -> None:
    made = taken(
        TALK,
        ("- 林晚: “别出声。晚了，一切都晚了。”", "- 林晚: “别出声。\n- 林晚 (thought): 晚了，一切都晚了。”"),
    )
    first, second = line(made, "“别出声。"), line(made, "晚了，一切都晚了。”")
    assert (first.kind, first.by_user, second.kind, second.by_user) == ("dialogue", (), "thought", ("label",))
    assert first.id != second.id and {first.spoken, second.spoken} == {"说“别出声。", "说晚了，一切都晚了。”"}


def test_lines_of_one_paragraph_joined_are_one() -> None:
    name = line(TALK, "“有人吗？”").id
    made = taken(TALK, (f"“有人吗？” ^{name}", "“有人吗？”周航问道。"), ("\n  > ? 0.40: turn-taking", ""),
                 (f"\n- narration: 周航问道。 ^{line(TALK, '周航问道。').id}", ""), ("- ? 周航", "- 林晚"))  # fmt: skip
    said = line(made, "“有人吗？”周航问道。")
    assert (said.speaker, said.by_user, said.spoken) == ("林晚", ("label",), "说“有人吗？”周航问道。")


def test_a_line_over_two_paragraphs_is_two_lines() -> None:
    made = taken(TALK, (f"“走吧。” ^{line(TALK, '“走吧。”').id}\n\n- ?: “等等。”", "“走吧。”“等等。”"))
    assert [(line(made, t).speaker, line(made, t).span.paragraph) for t in ("“走吧。”", "“等等。”")] == [
        ("周航", 3),
        ("周航", 4),
    ]


def test_a_sound_written_among_the_words_sounds_there() -> None:
    made = taken(TALK, ("周航问道。", "周航[sfx:knock count=2 gain=-6 mode=under]问道。"))
    cue = next(c for c in made.cues if c.sound == "knock")
    assert (cue.mode, cue.count, cue.gain_db, cue.span.start) == ("under", 2, -6.0, 8)
    assert cue.segment == line(TALK, "周航问道。").id and line(made, "周航问道。").by_user == ("cues",)


def test_a_sound_at_the_start_of_a_line_comes_before_its_words() -> None:
    made = taken(TALK, ("周航问道。", "[sfx:bang]周航问道。"))
    assert [(c.sound, c.mode) for c in made.cues if c.mode != "replace"] == [("bang", "before")]


def test_a_sound_taken_away_is_gone_and_remembered_as_your_wish() -> None:
    with_sound = taken(TALK, ("周航问道。", "周航[sfx:knock]问道。"))
    made = taken(with_sound, ("[sfx:knock mode=under]", ""))
    assert [c.sound for c in made.cues] == ["alarm"]
    assert line(made, "周航问道。").by_user == ("cues",)


def test_a_sound_that_stays_keeps_its_words_when_it_is_made_another() -> None:
    base = taken(TALK, ("周航问道。", "周航[sfx:knock]问道。"))
    cue = next(c for c in base.cues if c.sound == "knock")
    longer = cue.model_copy(
        update={"text": "问道", "span": cue.span.model_copy(update={"end": cue.span.start + 2})}
    )
    base = base.model_copy(update={"cues": tuple(longer if c is cue else c for c in base.cues)})
    changed = next(c for c in taken(base, ("[sfx:knock", "[sfx:bang")).cues if c.sound == "bang")
    assert (changed.text, changed.span) == (longer.text, longer.span)


def test_a_sound_can_be_spoken_and_a_line_can_be_made_a_sound() -> None:
    made = taken(
        TALK, ("- sound: [sfx:alarm]“滴", "- 林晚: “滴"), ("- 周航: “走吧。”", "- sound: [sfx:bang]“走吧。”")
    )
    assert line(made, "“滴滴滴——”").speaker == "林晚"
    assert [(c.sound, c.mode, c.text, c.by_user) for c in made.cues] == [
        ("bang", "replace", "“走吧。”", ("label",))
    ]


def test_how_often_a_sound_sounds_can_be_changed() -> None:
    (cue,) = taken(TALK, ("[sfx:alarm]", "[sfx:alarm count=5 length=900]")).cues
    assert (cue.count, cue.length_ms, cue.by_user) == (5, 900, ("label",))


def test_a_note_under_a_line_stays_there() -> None:
    made = taken(
        TALK, (f"^{line(TALK, '“走吧。”').id}", f"^{line(TALK, '“走吧。”').id}\n> 再听一遍\n  > 慢一点")
    )
    assert line(made, "“走吧。”").note == "再听一遍\n慢一点"
    assert "\n  > 再听一遍\n  > 慢一点\n" in page(made) and taken(made) == made


def test_an_exclamation_mark_taken_away_gives_the_line_back() -> None:
    mine = taken(TALK, ("- 周航: “走吧。”", "- 林晚: “走吧。”"))
    back = edited(mine, ("- ! 林晚: “走", "- 林晚: “走"))
    assert back.undecided == {line(TALK, "“走吧。”").id} and line(back.script, "“走吧。”").by_user == ()


def test_an_exclamation_mark_keeps_a_line_as_it_is() -> None:
    made = taken(TALK, ("- 周航: “走吧。”", "- ! 周航: “走吧。”"))
    assert line(made, "“走吧。”").by_user == ("label",)


def test_a_line_without_its_id_is_still_the_line() -> None:
    name = line(TALK, "“走吧。”").id
    assert taken(TALK, (f" ^{name}", "")) == TALK


# ---------------------------------------------------------------- speakers


def who(made: Script) -> dict[str, str]:
    return {
        s.text: next(p.name for p in made.speakers if p.id == s.speaker) for s in made.segments if s.speaker
    }


def test_a_name_changed_in_the_list_renames_everywhere_and_keeps_the_id() -> None:
    found = edited(TALK, ("- 周航 (male", "- 周行 (male"))
    assert who(found.script)["“走吧。”"] == "周行" and found.lines == 0
    person = found.script.speakers[0]
    assert (person.id, person.aliases, person.by_user) == ("周航", ("周航",), ("name", "aliases"))
    assert "- 周行: “走吧。”" in page(found.script)


def test_a_name_changed_in_the_list_and_before_the_lines_is_the_same_rename() -> None:
    made = taken(TALK, ("- 周航 (male", "- 周行 (male"), ("- 周航: “走吧", "- 周行: “走吧"))
    assert line(made, "“走吧。”").speaker == "周航" and line(made, "“走吧。”").by_user == ()


def test_gender_and_age_are_set_in_the_list() -> None:
    person = taken(TALK, ("- 林晚 (female; 2 lines)", "- 林晚 (男, 青年)")).speakers[1]
    assert (person.gender, person.age, person.by_user, person.sure) == (
        "male",
        "young",
        ("gender", "age"),
        1.0,
    )


def test_an_alias_that_is_anothers_name_makes_the_two_one() -> None:
    three = script([("周航", "“一。”")], [("小周", "“二。”")], [("小周", "“三。”")], [("林晚", "“四。”")])
    found = edited(three, ("- 周航 (?; 1 line)", "- 周航 = 小周 (?)"))
    assert [s.name for s in found.script.speakers] == ["周航", "林晚"]
    assert {who(found.script)[t] for t in ("“一。”", "“二。”", "“三。”")} == {"周航"}
    assert found.lines == 0 and all(s.by_user == () for s in found.script.segments)


def test_two_lines_of_one_name_make_the_two_one() -> None:
    two = script([("周航", "“一。”")], [("小周", "“二。”")])
    made = taken(two, ("- 小周 (?; 1 line) ^小周", "- 周航 (male) ^小周"))
    assert [(s.id, s.aliases) for s in made.speakers] == [("周航", ())]
    assert {s.speaker for s in made.segments} == {"周航"}


def test_a_speaker_taken_out_of_the_list_is_whoever_has_the_name_now() -> None:
    two = script([("周航", "“一。”")], [("小周", "“二。”")])
    made = taken(two, ("- 小周 (?; 1 line) ^小周\n", ""), ("- 周航 (?; 1 line)", "- 周航 = 小周"))
    assert [s.name for s in made.speakers] == ["周航"] and {s.speaker for s in made.segments} == {"周航"}


def test_an_alias_that_was_shared_before_makes_nobody_one() -> None:
    shared = script([("周航", "“一。”")], [("老师", "“二。”")], speakers=[speaker("周航", "老师")])
    assert taken(shared) == shared


def test_a_new_line_in_the_list_is_a_second_person() -> None:
    made = taken(TALK, ("- 林晚 (female; 2 lines)", "- 林夕 (female, child)\n- 林晚 (female)"),
                 ("- 林晚: “我在这儿。”", "- 林夕: “我在这儿。”"))  # fmt: skip
    assert who(made)["“我在这儿。”"] == "林夕" and who(made)["“别出声。晚了，一切都晚了。”"] == "林晚"
    new = next(s for s in made.speakers if s.name == "林夕")
    assert (new.id, new.gender, new.age, new.by_user) == (
        "林夕",
        "female",
        "child",
        ("name", "gender", "age"),
    )


def test_a_word_taken_from_somebody_stays_taken() -> None:
    named = script([("周航", "“一。”")], speakers=[speaker("周航", "老周", "老师")])
    person = taken(named, ("周航 = 老周, 老师", "周航 = 老周")).speakers[0]
    assert (person.aliases, person.not_aliases, person.by_user) == (("老周",), ("老师",), ("aliases",))


def test_two_people_of_one_name_are_told_apart_by_their_ids() -> None:
    two = script([("周航", "“一。”")], [("周航 (2)", "“二。”")])
    people = tuple(s.model_copy(update={"name": "周航"}) for s in two.speakers)
    same = two.model_copy(update={"speakers": people})
    text = page(same)
    assert '- "周航 (2)": “二。”' in text and "- 周航: “一。”" in text


@pytest.mark.parametrize("tag", ["[music:夜.mp3 under gain=-3 duck=-15]", '[music:"a b.mp3" under]'])
def test_music_written_into_a_line_is_kept_as_it_was_written(tag: str) -> None:
    made = taken(TALK, ("- 周航: “走吧。”", f"- 周航: {tag}“走吧。”"))
    (cue,) = [c for c in made.cues if c.music is not None]
    assert cue.mode == "under" and tag_of(cue) == tag
    assert taken(made).cues == made.cues
