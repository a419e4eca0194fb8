from __future__ import annotations

import json

from novels import LAMP, labelled, novel, speakers

from novelcast.casting import cast_script
from novelcast.catalog import load_cue_sounds, load_voices
from novelcast.model import Speaker
from novelcast.script import write_script
from novelcast.script.decode import load_model
from novelcast.script.english.attribute import WEIGHTS_FILE

OPENING = (
    "Tom Marsh came in and shut the door. He was wet through.",
    "Ann Pell looked up from her book. She did not smile.",
)


def said(*texts: str) -> list[str | None]:
    return speakers(*OPENING, *texts)


def test_a_tag_names_the_speaker_wherever_it_stands() -> None:
    assert said("“Good evening,” said Tom.") == ["Tom Marsh"]
    assert said("Ann said, “You are late.”") == ["Ann Pell"]
    assert said("“The boat,” Tom explained, “ran aground.”") == ["Tom Marsh"] * 2
    assert said("Then Ann rose and said quietly:", "“You are late.”") == ["Ann Pell"]


def test_a_pronoun_in_the_tag_goes_to_the_person_of_that_gender() -> None:
    assert said("“Sit down,” she said.", "“I’d rather stand,” he replied.") == ["Ann Pell", "Tom Marsh"]


def test_an_action_beside_a_quotation_names_the_speaker() -> None:
    assert said("Tom pulled off his boots. “They’re ruined.”") == ["Tom Marsh"]


def test_two_people_take_turns() -> None:
    story = ("“Have you eaten?” asked Ann.", "“No.”", "“There is soup.”", "“Thank you.”")
    assert said(*story) == ["Ann Pell", "Tom Marsh"] * 2


def test_who_is_addressed_is_not_the_speaker() -> None:
    assert said("“Tom, your boots are wet.”") == ["Ann Pell"]
    assert said("“I am going,” said Tom to Ann.") == ["Tom Marsh"]


def test_speech_over_several_paragraphs_keeps_its_speaker() -> None:
    assert said("“First,” said Tom, “we were lost.", "“Then we were found.”") == ["Tom Marsh"] * 3


def test_two_speakers_in_one_paragraph_keep_their_own_tags() -> None:
    assert said("“Where were you?” asked Ann, and Tom answered, “Out.”") == ["Ann Pell", "Tom Marsh"]


def test_a_subject_of_another_clause_is_not_the_speaker() -> None:
    assert said("Ann closed the book when Tom sat down, and said, “Well?”") == ["Ann Pell"]


def test_british_marks_are_read_the_same() -> None:
    story = ("‘Have you eaten?’ asked Ann.", "‘No,’ said Tom. ‘I’m not hungry.’", "‘It’s soup.’")
    assert said(*story) == ["Ann Pell", "Tom Marsh", "Tom Marsh", "Ann Pell"]


def test_a_first_person_narrator_speaks_as_that_person() -> None:
    story = (
        "I opened the gate. I had not slept, and I was cold. I knocked, and I waited.",
        "“Come in,” said Dr. Pell.",
        "“I can’t stay,” I said. I took off my hat.",
    )
    assert speakers(*story) == ["Dr. Pell", "I"]


def test_a_thought_has_its_thinker() -> None:
    found = [
        x.speaker for p, x in labelled(*OPENING, "“How pale he is,” thought Ann.") if p.kind == "thought"
    ]
    assert found == ["Ann Pell"]


def test_evidence_quotes_the_words_that_decided() -> None:
    story = labelled(*OPENING, "“Good evening,” said Tom. “Have you eaten?”", "“Yes.”")
    evidence = [x.evidence for p, x in story if p.kind == "dialogue"]
    assert evidence[0] == "tag in the middle: said Tom."
    assert evidence[-1] == "turn-taking in the conversation"


def test_a_tag_is_surer_than_turn_taking() -> None:
    story = labelled(*OPENING, "“Have you eaten?” asked Ann.", "“No.”")
    tagged, bare = (x.confidence for p, x in story if p.kind == "dialogue")
    assert 1 >= tagged > bare > 0.3


def test_only_voices_have_speakers_and_each_has_evidence() -> None:
    for piece, label in labelled(*OPENING, "“Yes,” said Ann.", "He liked the word “lodger”."):
        if piece.kind in ("dialogue", "thought"):
            assert label.evidence and 0 <= label.confidence <= 1
        else:
            assert (label.kind, label.speaker, label.confidence) == (piece.kind, None, 1.0)


def test_a_book_with_nobody_in_it_has_no_speakers() -> None:
    assert speakers("“…!”", "It rained.") == [None]
    assert speakers() == []


def test_a_list_of_characters_is_kept_to() -> None:
    given = [
        Speaker(id="Thomas", name="Thomas", aliases=("Tom Marsh",)),
        Speaker(id="Ann", name="Ann", gender="female"),
    ]
    assert speakers(*OPENING, "“Good evening,” said Tom.", "“Late,” she said.", given=given) == [
        "Thomas",
        "Ann",
    ]


def test_confidence_rises_with_probability_and_never_leaves_the_unit_interval() -> None:
    model = load_model(WEIGHTS_FILE)
    sure = [model.confidence(k / 100) for k in range(101)]
    assert sure == sorted(sure) and sure[0] >= 0 and sure[-1] <= 1
    assert WEIGHTS_FILE.stat().st_size < 100_000 and json.loads(WEIGHTS_FILE.read_text("utf-8"))["weights"]


def test_an_english_chapter_becomes_a_script_with_english_voices() -> None:
    script = write_script(novel(*LAMP), load_cue_sounds())
    by_text = {s.text: s.speaker for s in script.segments if s.kind == "dialogue"}
    assert by_text["“Evening, ladies,”"] == "Captain Teague"
    assert by_text["“Five dollars!”"] == "Mrs. Harrow"
    assert by_text["“He says a great deal, Aunt Bess.”"] == "Nora Quill"
    voices = {v.id: v for v in load_voices()}
    cast = cast_script(script, tuple(voices.values()), "kokoro")
    for speaker in script.speakers:
        voice = voices[cast.roles[speaker.id].voice]
        assert voice.language.startswith("en") and voice.gender == speaker.gender


def test_a_narrator_who_is_a_character_has_the_narrator_s_voice() -> None:
    story = (
        "I opened the gate. I was cold, and I knocked, and I waited.",
        "“Go away,” said Dr. Pell.",
        "“I won’t,” I said.",
    )
    script = write_script(novel(*story), ())
    cast = cast_script(script, load_voices(), "kokoro")
    assert cast.roles["I"] == cast.narrator
