"""Who meets whom decides who must not sound alike."""

import itertools

import pytest

from books import script_of, segment, speaker
from novelcast.casting import cast_script
from novelcast.casting.assign import meetings, voices_for
from novelcast.casting.palette import MOST_ST, RATES, distance, sound_of, sounds_of
from novelcast.catalog import Timbre, load_timbres, load_voices
from novelcast.model import Cast, Script, Segment, Speaker, Voice

NARRATOR = Voice(id="teller", engine="kokoro", language="zh-CN", gender="male")
WOMEN = [Voice(id=f"w{n}", engine="kokoro", language="zh-CN", gender="female") for n in range(4)]
VOICES = [NARRATOR, *WOMEN]


def timbre(voice: str, *vector: float, **more: object) -> Timbre:
    values = {"engine": "kokoro", "language": "zh", "gender": "female", "f0_hz": 200.0} | more
    return Timbre(voice=voice, vector=vector, **values)  # type: ignore[arg-type]


# w0 and w1 are nearly one voice; w2 and w3 are another pair.
ALIKE = [timbre("w0", 1, 0), timbre("w1", 0.995, 0.0999), timbre("w2", 0, 1), timbre("w3", 0.0999, 0.995)]


def scene(*names: str, chapter: int = 0, times: int = 4) -> list[Segment]:
    turns = list(names) * times
    return [
        segment("“嗯。”", "dialogue", chapter=chapter, paragraph=n, speaker=who)
        for n, who in enumerate(turns)
    ]


def cast_for(people: list[Speaker], *scenes: list[Segment]) -> Cast:
    script = script_of([s for part in scenes for s in part], speakers=people)
    return cast_script(script, VOICES, "kokoro", timbres=ALIKE)


def apart(cast: Cast, one: str, other: str) -> float:
    sounds = sounds_of(VOICES, ALIKE)
    return distance(*(sound_of(cast.roles[who], sounds, VOICES) for who in (one, other)))


def test_those_who_share_scenes_sound_most_unlike() -> None:
    people = [speaker(name, "female") for name in "甲乙丙丁"]
    cast = cast_for(people, scene("甲", "丁", times=5), scene("乙", "丙", chapter=1))
    assert apart(cast, "甲", "丁") > 0.5 and apart(cast, "乙", "丙") > 0.5


def test_a_voice_is_shared_only_with_somebody_they_do_not_meet() -> None:
    voices, rows = VOICES[:3], ALIKE[:2]  # two women's voices, and what can be made of them
    people = [speaker(f"人{n}", "female") for n in range(20)]
    scenes = [s for n in range(10) for s in scene(f"人{2 * n}", f"人{2 * n + 1}", chapter=n)]
    cast = cast_script(script_of(scenes, speakers=people), voices, "kokoro", timbres=rows)
    for n in range(10):
        assert cast.roles[f"人{2 * n}"] != cast.roles[f"人{2 * n + 1}"]


def test_who_speaks_in_another_chapter_was_not_met() -> None:
    script = script_of([*scene("甲", "乙", times=1), *scene("丙", chapter=1)], speakers=[])
    assert meetings(script) == {("甲", "乙"): 1, ("乙", "甲"): 1}


def crowd(gender: str, count: int) -> tuple[list[Speaker], Script]:
    """All in one scene, each saying one line fewer than the one before."""
    people = [speaker(f"人{n}", gender) for n in range(count)]
    segments = [
        segment("“嗯。”", "dialogue", paragraph=100 * n + k, speaker=p.id)
        for n, p in enumerate(people)
        for k in range(count - n)
    ]
    return people, script_of(segments, speakers=people)


@pytest.mark.parametrize("engine", ["kokoro", "edge", "openai", "espeak"])
@pytest.mark.parametrize("gender", ["male", "female"])
def test_sixteen_of_a_gender_have_sixteen_sounds_that_are_human(engine: str, gender: str) -> None:
    _, script = crowd(gender, 16)
    cast = cast_script(script, load_voices(), engine)
    voices = {v.id: v for v in load_voices()}
    sounds = {(r.voice, r.pitch_st, tuple(r.mix.items())) for r in cast.roles.values()}
    # An online service that has two men for a book, one of whom narrates, cannot do better than say so.
    assert len(sounds) >= min(16, 5 * len({r.voice for r in cast.roles.values()}))
    for role in cast.roles.values():
        assert voices[role.voice].gender == gender and role.voice != cast.narrator.voice
        assert abs(role.pitch_st) <= MOST_ST and RATES[0] <= role.rate <= RATES[1]


@pytest.mark.parametrize("gender", ["male", "female"])
def test_kokoros_first_sixteen_of_a_gender_differ_by_measure(gender: str) -> None:
    _, script = crowd(gender, 16)
    cast = cast_script(script, load_voices(), "kokoro")
    mine = [v for v in load_voices() if v.engine == "kokoro" and v.language == "zh-CN"]
    from novelcast.catalog import load_timbres

    sounds = sounds_of(mine, load_timbres())
    chosen = [sound_of(role, sounds, mine) for role in cast.roles.values()]
    assert all(s.vector for s in chosen)  # measured, every one
    assert min(distance(a, b) for a, b in itertools.combinations(chosen, 2)) > 0.05


def test_new_chapters_with_loud_people_change_no_old_role() -> None:
    voices = load_voices()
    people, script = crowd("male", 9)
    first = cast_script(script, voices, "kokoro")
    loud = [speaker(f"新{n}", "male") for n in range(12)]
    later = [s for n in range(12) for s in scene(loud[n].id, "人0", chapter=1 + n, times=30)]
    grown = script_of([*script.segments, *later], speakers=[*people, *loud])
    second = cast_script(grown, voices, "kokoro", first)
    assert {who: second.roles[who] for who in first.roles} == first.roles
    assert (second.narrator, second.system) == (first.narrator, first.system)
    assert len({r.model_dump_json() for r in second.roles.values()}) == 21


def test_the_same_book_always_gets_the_same_cast() -> None:
    _, script = crowd("unknown", 25)
    assert cast_script(script, load_voices(), "kokoro") == cast_script(script, load_voices(), "kokoro")


def test_the_old_speak_slower_and_a_girl_is_no_boy() -> None:
    people = [
        speaker("奶奶", "female", "elderly"),
        speaker("妞妞", "female", "child"),
        speaker("牛牛", "male", "child"),
    ]
    cast = cast_script(script_of(scene(*(p.id for p in people)), speakers=people), load_voices(), "kokoro")
    voices = {v.id: v for v in load_voices()}
    assert cast.roles["奶奶"].rate < 1.0 and voices[cast.roles["奶奶"].voice].gender == "female"
    assert cast.roles["妞妞"].pitch_st > 0 and voices[cast.roles["妞妞"].voice].gender == "female"
    assert voices[cast.roles["牛牛"].voice].age == "child"


@pytest.mark.parametrize("gender", ["male", "female"])
def test_two_leading_people_who_talk_to_each_other_are_not_given_the_nearest_pair_of_plain_voices(
    gender: str,
) -> None:
    people = [speaker("甲", gender, age="adult"), speaker("乙", gender, age="adult")]
    script = script_of(scene("甲", "乙"), speakers=people)
    cast = cast_script(script, load_voices(), "kokoro")
    sounds = sounds_of(voices_for(load_voices(), "kokoro", "zh"), load_timbres())
    one, other = (sound_of(cast.roles[p.id], sounds, load_voices()) for p in people)
    assert one.plain and other.plain
    assert distance(one, other) > 0.2
