"""A series: who is in two books has one voice."""

from pathlib import Path

import pytest

from books import script_of, segment, speaker
from novelcast.casting import carried, cast_script
from novelcast.catalog import load_voices
from novelcast.errors import InputError
from novelcast.model import Cast, Role, Speaker
from novelcast.recast import cast_book
from novelcast.settings import Settings

FIRST = Cast(
    engine="kokoro",
    narrator=Role(voice="zm_yunyang"),
    system=Role(voice="zf_xiaoni"),
    roles={
        "老唐": Role(voice="zm_yunxi", rate=0.95),
        "苏棠": Role(voice="zf_xiaoyi"),
        "何九": Role(voice="zm_yunjian"),
    },
)
FIRST_PEOPLE = [
    Speaker(id="老唐", name="唐铭", aliases=("老唐",)), Speaker(id="苏棠", name="苏棠"), Speaker(id="何九", name="何九"),
]  # fmt: skip


def book(*people: Speaker) -> object:
    lines = [segment("“嗯。”", "dialogue", paragraph=n, speaker=p.id) for n, p in enumerate(people)]
    return script_of(lines, speakers=people)


def test_people_are_known_by_name_or_alias_whatever_their_id() -> None:
    script = book(
        speaker("唐铭", "male"), speaker("苏小姐", "female", aliases=["苏棠"]), speaker("新人", "male")
    )
    done = carried(script, FIRST, FIRST_PEOPLE, load_voices())  # type: ignore[arg-type]
    assert done.cast.roles == {"唐铭": FIRST.roles["老唐"], "苏小姐": FIRST.roles["苏棠"]}
    assert done.cast.narrator == FIRST.narrator and set(done.taken) == {"唐铭", "苏小姐"}
    whole = cast_script(script, load_voices(), "kokoro", done.cast)  # type: ignore[arg-type]
    assert whole.roles["唐铭"].rate == 0.95 and whole.roles["新人"].voice != "zm_yunyang"


def test_a_voice_of_another_gender_is_not_taken_over_and_that_is_said() -> None:
    done = carried(book(speaker("何九", "female")), FIRST, FIRST_PEOPLE, load_voices())  # type: ignore[arg-type]
    assert not done.cast.roles and "何九 is female here" in done.said[0] and "zm_yunjian" in done.said[0]


def test_what_the_book_has_already_stays_and_that_is_said() -> None:
    own = FIRST.model_copy(
        update={"roles": {"苏棠": Role(voice="zf_xiaoxiao")}, "narrator": Role(voice="zm_yunxia")}
    )
    done = carried(book(speaker("苏棠", "female")), FIRST, FIRST_PEOPLE, load_voices(), own)  # type: ignore[arg-type]
    assert done.cast == own and "苏棠" in done.said[0]


def test_an_alias_that_two_people_have_is_nobodys() -> None:
    two = [Speaker(id="a", name="甲", aliases=("师兄",)), Speaker(id="b", name="乙", aliases=("师兄",))]
    cast = FIRST.model_copy(update={"roles": {"a": Role(voice="zm_yunxi"), "b": Role(voice="zm_yunjian")}})
    done = carried(book(speaker("丙", "male", aliases=["师兄"])), cast, two, load_voices())  # type: ignore[arg-type]
    assert not done.taken


TEXT = "第一章 码头\n\n“船来了。”唐铭说。\n\n“看见了。”苏棠道。\n\n“走吧。”唐铭说。\n\n“好。”苏棠说。\n"


def made(tmp_path: Path, name: str, *wishes: str, **more: object) -> tuple[object, list[str]]:
    source = tmp_path / f"{name}.txt"
    source.write_text(TEXT, "utf-8")
    values = {"output": tmp_path / "out", "cache_dir": tmp_path / "cache", "engine": "tone"} | more
    said: list[str] = []
    done = cast_book([source], Settings(**values), wishes, lambda _: None, said.append)  # type: ignore[arg-type]
    return done, said


def test_a_cast_goes_from_book_to_book(tmp_path: Path) -> None:
    made(tmp_path, "上", "唐铭=tone_tenor,rate=0.9")
    done, said = made(tmp_path, "下", cast=tmp_path / "out" / "上" / "cast.toml", engine=None)
    assert done.cast.engine == "tone" and done.cast.roles["唐铭"] == Role(voice="tone_tenor", rate=0.9)  # type: ignore[attr-defined]
    assert "唐铭" in said[0] and "carried over" in said[0]


def test_a_cast_of_another_engine_or_none_is_an_error(tmp_path: Path) -> None:
    made(tmp_path, "上")
    with pytest.raises(InputError, match="engine 'tone'"):
        made(tmp_path, "下", cast=tmp_path / "out" / "上" / "cast.toml", engine="kokoro")
    with pytest.raises(InputError, match="no such cast"):
        made(tmp_path, "下", cast=tmp_path / "none.toml")


def test_a_books_folder_is_as_good_as_the_book(tmp_path: Path) -> None:
    made(tmp_path, "上")
    settings = Settings(output=tmp_path / "elsewhere", cache_dir=tmp_path / "cache")
    done = cast_book([tmp_path / "out" / "上"], settings, ["苏棠=tone_mezzo"], lambda _: None)
    assert done.folder.root == tmp_path / "out" / "上" and not (tmp_path / "elsewhere").exists()
    again = cast_book([tmp_path / "out" / "上"], settings, (), lambda _: None)
    assert again.cast.roles["苏棠"] == Role(voice="tone_mezzo")
