"""What a user asks of a cast in words."""

import pytest

from books import script_of, segment, speaker
from novelcast.casting import role_rows, who_is, with_wishes
from novelcast.catalog import load_voices
from novelcast.errors import SettingsError
from novelcast.model import Cast, Role, Script

SCRIPT = script_of(
    [
        segment("“嗯。”", "dialogue", paragraph=n, speaker=who)
        for n, who in enumerate(["唐铭", "苏棠", "唐铭"])
    ],
    speakers=[speaker("唐铭", "male", aliases=["老唐"]), speaker("苏棠", "female")],
)
CAST = Cast(
    engine="kokoro",
    narrator=Role(voice="zm_yunjian"),
    system=Role(voice="zf_xiaobei"),
    roles={"唐铭": Role(voice="zm_yunyang"), "苏棠": Role(voice="zf_xiaoxiao")},
)


def wish(text: str, cast: Cast = CAST, script: Script = SCRIPT) -> tuple[Cast, list[str]]:
    return with_wishes(cast, script, load_voices(), [text])


def test_a_wish_is_a_voice_or_all_that_a_role_has() -> None:
    assert wish("唐铭=zm_yunxi")[0].roles["唐铭"] == Role(voice="zm_yunxi")
    full = wish("老唐 = zm_yunxi, rate=0.95, pitch=-1, gain=2, mix=zm_yunyang:0.3, effect=radio")[0].roles[
        "唐铭"
    ]
    assert full == Role(
        voice="zm_yunxi", rate=0.95, pitch_st=-1, gain_db=2, mix={"zm_yunyang": 0.3}, effect="radio"
    )


def test_nobody_else_changes() -> None:
    changed, said = wish("唐铭=zm_yunxi")
    assert changed.roles["苏棠"] == CAST.roles["苏棠"] and changed.narrator == CAST.narrator and not said


def test_the_narrator_and_system_lines_can_be_set() -> None:
    assert wish("narrator=zm_yunxi")[0].narrator.voice == "zm_yunxi"
    assert wish("system=zm_yunxi")[0].system.voice == "zm_yunxi"


def test_who_tells_the_story_keeps_the_narrators_voice() -> None:
    told = CAST.model_copy(update={"roles": {**CAST.roles, "唐铭": CAST.narrator}})
    assert wish("narrator=zm_yunxi", told)[0].roles["唐铭"] == Role(voice="zm_yunxi")


def test_a_voice_that_somebody_has_is_given_and_said() -> None:
    changed, said = wish("唐铭=zm_yunjian")
    assert changed.roles["唐铭"].voice == "zm_yunjian" and "narrator" in said[0]


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("唐明=zm_yunxi", "no speaker '唐明'", "唐铭"),
        ("唐铭=zm_yunxy", "no voice 'zm_yunxy'", "zm_yunxi"),
        ("唐铭", "no name or no voice", "唐铭=zm_yunxi"),
        ("唐铭=zm_yunxi,speed=2", "no such property", "rate"),
        ("唐铭=zm_yunxi,rate=9", "rate", "0.5 to 2"),
        ("唐铭=zm_yunxi,mix=zm_yunyang:0.7,mix=zf_xiaoni:0.7", "more than 1", "rest"),
    ],
)
def test_a_wish_that_cannot_be_is_said_with_the_nearest(text: str, what: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=what) as caught:
        wish(text)
    assert hint in caught.value.hint


def test_names_are_found_in_either_script() -> None:
    assert who_is("老唐", SCRIPT) == "唐铭" and who_is("蘇棠", SCRIPT) == "苏棠"


def test_the_table_says_who_says_how_much_and_why() -> None:
    rows = {row.speaker: row for row in role_rows(CAST, SCRIPT, load_voices())}
    assert rows["唐铭"].lines == 2 and rows["唐铭"].gender == "male" and "their gender" in rows["唐铭"].why
    assert rows["唐铭"].nearest == "苏棠" and (rows["唐铭"].distance or 0) > 0.1
    odd = role_rows(wish("苏棠=zm_yunxi")[0], SCRIPT, load_voices())
    assert "another gender (male)" in next(row for row in odd if row.speaker == "苏棠").why
