from books import cue, scene_break, script_of, segment, speaker
from novelcast.llm.cost import tokens
from novelcast.llm.questions import (
    AFTER_CHARS,
    BEFORE_CHARS,
    MAX_CANDIDATES,
    SPAN_CHARS,
    Batch,
    batches_of,
    turns_of,
)
from novelcast.model import Script, Segment

PEOPLE = (
    speaker("林晚", "female", aliases=["晚姐"]),
    speaker("周航", "male"),
    speaker("老秦", "male", "elderly"),
)


def quote(
    text: str, paragraph: int, *, start: int = 0, who: str | None = "林晚", sure: float = 0.5
) -> Segment:
    found = segment(text, "dialogue", paragraph=paragraph, start=start, speaker=who)
    return found.model_copy(update={"confidence": sure, "evidence": "a guess"})


def batches(script: Script, below: float | None = 0.8, size: int = 12) -> list[Batch]:
    return batches_of(script, below=below, known_from=0.8, size=size)


def test_a_request_shows_the_scene_verbatim_with_a_mark_before_each_quotation() -> None:
    script = script_of(
        [
            segment("周航推开门。"),
            quote("“谁？”", 1, who="周航", sure=0.9),
            segment("周航问。", paragraph=1, start=5),
            quote("“我。”", 2),
        ],
        speakers=PEOPLE,
    )
    (batch,) = batches(script)
    assert batch.scene == "周航推开门。\n«周航»“谁？”周航问。\n«1»“我。”"
    assert batch.turns == ((3,),)


def test_only_people_of_the_scene_are_candidates_and_they_are_told_of_with_their_other_names() -> None:
    script = script_of([segment("晚姐看着周航。"), quote("“走吧。”", 1, who="周航")], speakers=PEOPLE)
    (batch,) = batches(script)
    assert [p.name for p in batch.candidates] == ["林晚", "周航"]
    assert "- 林晚 (female; adult; also 晚姐)" in batch.messages[1]["content"]
    assert batch.schema["properties"] == {"1": {"type": "string", "enum": ["林晚", "周航", "?"]}}


def test_two_quotations_whose_speaker_the_text_tells_are_asked_about_as_a_test() -> None:
    said = [quote(f"“这是第{n}句。”", n, who="周航", sure=0.6 if n == 4 else 0.99) for n in range(1, 8)]
    segments = [segment("林晚看着周航。"), *said]
    (batch,) = batches(script_of(segments, speakers=PEOPLE))
    assert batch.turns == ((1,), (4,), (7,)) and batch.tests == {1, 3} and batch.asked == 1
    assert "\n«1»“这是第1句。”\n«周航»“这是第2句。”" in batch.scene
    (everything,) = batches(script_of(segments, speakers=PEOPLE), None)
    assert everything.asked == 7 and everything.tests == set()


def test_a_name_in_traditional_characters_is_found() -> None:
    people = [speaker("孙红"), speaker("李强")]
    script = script_of([segment("孫紅看着李強。"), quote("“走吧。”", 1, who="李强")], speakers=people)
    assert [p.name for p in batches(script)[0].candidates] == ["孙红", "李强"]


def test_there_is_no_question_where_there_is_no_choice() -> None:
    assert batches(script_of([quote("“走吧。”", 0)], speakers=PEOPLE)) == []


def test_what_we_think_does_not_show_in_the_question() -> None:
    parts = [segment("林晚看着周航。")]
    ours = [script_of([*parts, quote("“走吧。”", 1, who=who)], speakers=PEOPLE) for who in ("林晚", "周航")]
    first, second = (batches(s)[0] for s in ours)
    assert first.content("m") == second.content("m")
    assert first.content("m") != first.content("another model")


def test_two_parts_of_a_broken_quotation_are_one_question() -> None:
    script = script_of(
        [quote("“走吧，”", 0), segment("她说，", start=5), quote("“天黑了。”", 0, start=8)], speakers=PEOPLE
    )
    assert turns_of(script) == [(0, 2)]


def test_speech_that_runs_over_paragraphs_is_one_question() -> None:
    script = script_of(
        [quote("“第一天下雨。", 0), quote("“第二天也下雨。”", 1, sure=0.6), quote("“后来呢？”", 2)],
        speakers=PEOPLE,
    )
    assert turns_of(script) == [(0, 1), (2,)]


def test_two_speakers_in_one_paragraph_are_two_questions() -> None:
    script = script_of([quote("“谁？”", 0), quote("“我。”", 0, start=5, who="周航")], speakers=PEOPLE)
    assert turns_of(script) == [(0,), (1,)]


def test_thoughts_and_narration_are_not_asked_about() -> None:
    thought = segment("晚了。", "thought", speaker="林晚").model_copy(update={"confidence": 0.1})
    assert batches(script_of([thought, segment("周航走了。", paragraph=1)], speakers=PEOPLE), None) == []


def test_a_scene_break_ends_what_is_shown() -> None:
    def around(*middle: Segment, **kwargs: object) -> list[str]:
        ends = [segment("林晚看着周航。"), quote("“走吧。”", 1)], [segment("老秦和周航在船上。", paragraph=3)]
        script = script_of([*ends[0], *middle, *ends[1], quote("“冷吗？”", 4)], speakers=PEOPLE, **kwargs)  # type: ignore[arg-type]
        return [b.scene for b in batches(script)]

    assert len(around(segment("雨停了。", paragraph=2))) == 1
    assert len(around(skipped=[scene_break(2)])) == 2
    assert len(around()) == 2, "an empty paragraph"
    advert = scene_break(2).model_copy(update={"reason": "a site's blurb"})
    assert len(around(skipped=[advert])) == 1


def test_a_scene_never_runs_over_the_end_of_a_chapter() -> None:
    later = quote("“走吧。”", 0).model_copy(update={"id": "1", "span": segment("“走吧。”", chapter=1).span})
    script = script_of([segment("林晚看着周航。"), quote("“走吧。”", 1), later], speakers=PEOPLE)
    assert ["«1»“走吧。”"] not in [b.scene.splitlines() for b in batches(script)]
    assert len(batches(script)) == 1, "the second chapter has nobody to choose from"


def test_words_that_a_sound_replaces_are_shown_too() -> None:
    script = script_of(
        [segment("林晚看着周航。"), quote("“谁？”", 2)],
        speakers=PEOPLE,
        cues=[cue("“咚咚咚——”", "replace", paragraph=1)],
    )
    assert "\n“咚咚咚——”\n«1»“谁？”" in batches(script)[0].scene


def test_requests_are_bounded_in_questions_in_text_and_in_people() -> None:
    crowd = [speaker(f"王{c}") for c in "一二三四五六七八九十东南西北春夏秋冬梅兰竹菊风雨雷电山水"]
    segments = [segment("、".join(p.name for p in crowd) + "都来了。")]
    for n in range(200):
        segments.append(quote(f"“第{n}句话，说得不长也不短。”", 2 * n + 1, who=crowd[n % 28].id))
        segments.append(segment("雨一直下，路上没有一个人。" * 4, paragraph=2 * n + 2))
    script = script_of(segments, speakers=crowd)
    found = batches(script)
    assert sorted(i for b in found for turn in b.turns for i in turn) == list(range(1, 401, 2))
    for batch in found:
        assert len(batch.turns) <= 12 and len(batch.candidates) <= MAX_CANDIDATES
        assert len(batch.scene) < SPAN_CHARS + BEFORE_CHARS + AFTER_CHARS + 400
        assert {script.segments[t[0]].speaker for t in batch.turns} <= {p.id for p in batch.candidates}


def test_chinese_text_costs_about_a_token_a_character_and_english_a_quarter() -> None:
    assert tokens("雨一直下") == 4
    assert tokens("It rains all day") == 4
