import tomllib
from pathlib import Path

import pytest

from books import script_of, segment, speaker
from novelcast.casting import cast_script, load_cast, save_cast
from novelcast.errors import CastError, SettingsError
from novelcast.model import Role, Script, Speaker, Voice


def voice(name: str, gender: str, age: str = "adult", engine: str = "tone", language: str = "zh-CN") -> Voice:
    return Voice(id=name, engine=engine, language=language, gender=gender, age=age)  # type: ignore[arg-type]


VOICES = [
    voice("m1", "male"), voice("f1", "female"), voice("m2", "male"), voice("f2", "female"),
    voice("m3", "male"), voice("boy", "male", "child"), voice("en", "male", language="en-US"), voice("x", "male", engine="other"),
]  # fmt: skip


def talk(*speakers: Speaker, lines: dict[str, int] | None = None) -> Script:
    segments = []
    for s in speakers:
        for _ in range((lines or {}).get(s.id, 1)):
            segments.append(segment("“嗯。”", "dialogue", paragraph=len(segments), speaker=s.id))
    return script_of(segments, speakers=speakers)


def sound(role: Role) -> tuple:
    return (role.voice, role.pitch_st)


def test_each_speaker_has_a_voice_of_their_gender() -> None:
    cast = cast_script(talk(speaker("王磊", "male"), speaker("林晚", "female")), VOICES, "tone")
    assert cast.roles["王磊"].voice in {"m2", "m3"}
    assert cast.roles["林晚"].voice in {"f1", "f2"}


def test_the_narrators_voice_is_nobody_elses() -> None:
    many = [speaker(f"男{n}", "male") for n in range(8)]
    cast = cast_script(talk(*many), VOICES, "tone")
    assert cast.narrator.voice not in {role.voice for role in cast.roles.values()}


def test_a_first_person_narrator_speaks_with_the_narrators_voice() -> None:
    cast = cast_script(talk(speaker("陈默", "male", aliases=["我"]), speaker("老周", "male")), VOICES, "tone")
    assert cast.roles["陈默"] == cast.narrator
    assert cast.roles["老周"].voice != cast.narrator.voice


FIRST_PERSON = talk(speaker("唐棠", "female", aliases=["我"]), speaker("老周", "male"))


def test_who_tells_their_own_story_narrates_in_a_voice_of_their_gender() -> None:
    cast = cast_script(FIRST_PERSON, VOICES, "tone")
    assert cast.narrator.voice == "f1" and cast.roles["唐棠"] == cast.narrator


def test_a_first_person_narrator_can_have_two_voices() -> None:
    cast = cast_script(FIRST_PERSON, VOICES, "tone", narrator_voice="own")
    assert cast.roles["唐棠"].voice in {"f1", "f2"}
    assert cast.roles["唐棠"] != cast.narrator


def test_one_voice_or_two_can_be_changed_in_a_cast_that_stands(tmp_path: Path) -> None:
    path = tmp_path / "cast.toml"
    same = cast_script(FIRST_PERSON, VOICES, "tone")
    save_cast(path, same, FIRST_PERSON)
    path.write_text(path.read_text("utf-8") + "\n# my note\n", "utf-8")
    two = cast_script(FIRST_PERSON, VOICES, "tone", load_cast(path, VOICES), "own")
    save_cast(path, two, FIRST_PERSON)
    assert load_cast(path, VOICES) == two and two.roles["唐棠"] != two.narrator
    assert cast_script(FIRST_PERSON, VOICES, "tone", two) == two  # nobody asked
    save_cast(path, cast_script(FIRST_PERSON, VOICES, "tone", two, "same"), FIRST_PERSON)
    assert load_cast(path, VOICES) == same and "# my note" in path.read_text("utf-8")


def test_a_table_that_does_not_end_is_named_by_where_it_begins(tmp_path: Path) -> None:
    path = saved(tmp_path / "cast.toml")
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines, "[later]", "names = [", '"a",', '"b",']), "utf-8")
    with pytest.raises(CastError, match=f"line {len(lines) + 2}, which does not end"):
        load_cast(path, VOICES)


def test_who_says_nothing_takes_no_voice() -> None:
    silent = script_of(
        [segment("“嗯。”", "dialogue", speaker="老周")], speakers=[speaker("老周"), speaker("何九")]
    )
    assert set(cast_script(silent, VOICES, "tone").roles) == {"老周"}


def test_more_speakers_than_voices_still_sound_different() -> None:
    women = [speaker(f"女{n}", "female") for n in range(8)]
    cast = cast_script(talk(*women), VOICES, "tone")
    sounds = [sound(role) for role in [*cast.roles.values(), cast.system]]
    assert len(set(sounds)) == len(sounds)


def test_who_speaks_most_gets_a_plain_voice() -> None:
    people = [speaker(f"男{n}", "male") for n in range(5)]
    cast = cast_script(talk(*people, lines={"男4": 9}), VOICES, "tone")
    assert cast.roles["男4"] == Role(voice="m2")


def test_a_child_gets_a_childs_voice() -> None:
    cast = cast_script(talk(speaker("小宝", "male", "child"), speaker("王磊", "male")), VOICES, "tone")
    assert cast.roles["小宝"].voice == "boy"
    assert cast.roles["王磊"].voice != "boy"


def test_the_same_script_always_gets_the_same_cast() -> None:
    script = talk(speaker("王磊", "male"), speaker("林晚", "female"), speaker("某人"))
    assert cast_script(script, VOICES, "tone") == cast_script(script, VOICES, "tone")


def test_a_new_speaker_does_not_change_old_roles() -> None:
    old = cast_script(talk(speaker("王磊", "male"), speaker("林晚", "female")), VOICES, "tone")
    newcomer = talk(
        speaker("新人", "male"), speaker("王磊", "male"), speaker("林晚", "female"), lines={"新人": 20}
    )
    new = cast_script(newcomer, VOICES, "tone", kept=old)
    assert {name: new.roles[name] for name in old.roles} == old.roles
    assert new.roles["新人"] not in old.roles.values()


def test_a_language_that_the_engine_lacks_is_an_error() -> None:
    with pytest.raises(SettingsError, match="language"):
        cast_script(script_of([segment("Bonjour.")], language="fr"), VOICES, "tone")


# ---------------------------------------------------------------- cast.toml

SCRIPT = talk(speaker("唐棠", "female", aliases=["棠姐"]), speaker("王磊", "male"), lines={"唐棠": 3})


def saved(path: Path) -> Path:
    save_cast(path, cast_script(SCRIPT, VOICES, "tone"), SCRIPT)
    return path


def test_a_saved_cast_reads_back_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path / "cast.toml")
    assert load_cast(path, VOICES) == cast_script(SCRIPT, VOICES, "tone")


def test_what_the_user_changed_and_wrote_stays(tmp_path: Path) -> None:
    path = saved(tmp_path / "cast.toml")
    text = path.read_text("utf-8").replace('voice = "f1"', 'voice = "f2"  # softer') + "\n# my own note\n"
    path.write_text(text, "utf-8")
    kept = load_cast(path, VOICES)
    assert kept is not None and kept.roles["唐棠"].voice == "f2"
    grown = talk(*SCRIPT.speakers, speaker("新人", "male"))
    save_cast(path, cast_script(grown, VOICES, "tone", kept), grown)
    after = path.read_text("utf-8")
    assert "# softer" in after and "# my own note" in after
    assert tomllib.loads(after)["roles"]["新人"]["voice"]
    assert load_cast(path, VOICES).roles["唐棠"].voice == "f2"  # type: ignore[union-attr]


def test_the_file_says_who_each_speaker_is(tmp_path: Path) -> None:
    assert "3 lines; female (sure 0.90); also 棠姐" in saved(tmp_path / "cast.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('engine = "tone"', "engine = tone", "line 5"),
        ('voice = "f1"', 'voice = "nobody"', r"line \d+.*no voice 'nobody'"),
        ('engine = "tone"', 'engine = "siri"', r"line \d+.*no engine 'siri'"),
        ("[system]", "[sistem]", r"line \d+: sistem"),
        ('voice = "f1"', 'voice = "f1"\nmix = {f2 = 0.3}', r"line \d+.*cannot blend"),
        ('voice = "f1"', 'voice = "f1"\nrate = 9.0', r"line \d+.*rate"),
    ],
)
def test_a_damaged_cast_names_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = saved(tmp_path / "cast.toml")
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(CastError, match=message) as caught:
        load_cast(path, VOICES)
    assert caught.value.hint


def test_an_inline_empty_table_of_roles_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "cast.toml"
    path.write_text(
        'engine = "tone"\nroles = {}\n[narrator]\nvoice = "m1"\n[system]\nvoice = "f2"\n', "utf-8"
    )
    kept = load_cast(path, VOICES)
    save_cast(path, cast_script(SCRIPT, VOICES, "tone", kept), SCRIPT)
    filled = load_cast(path, VOICES)
    assert filled is not None and set(filled.roles) == {"唐棠", "王磊"}


def test_no_file_is_no_cast(tmp_path: Path) -> None:
    assert load_cast(tmp_path / "cast.toml", VOICES) is None
