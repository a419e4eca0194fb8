from __future__ import annotations

from novels import LAMP, people

from novelcast.model import Speaker


def test_people_are_found_with_titles_short_forms_and_gender() -> None:
    found = people(*LAMP)
    assert {"Mrs. Harrow", "Nora Quill", "Captain Teague"} <= set(found)
    assert "Nora" in found["Nora Quill"].aliases
    assert found["Mrs. Harrow"].gender == found["Nora Quill"].gender == "female"
    assert found["Captain Teague"].gender == "male"


def test_pet_names_and_surnames_belong_to_the_full_name() -> None:
    found = people(
        "Elizabeth Marsh smiled. Miss Marsh was tired.",
        "“Come, Lizzy,” said her brother. Lizzy shook her head. Elizabeth laughed.",
        "“Lizzy, please,” said her brother.",
    )
    assert [s.name for s in found.values() if {"Lizzy", "Miss Marsh"} <= {s.name, *s.aliases}]


def test_two_who_stand_in_one_sentence_are_two() -> None:
    story = (
        "George Pell came in. Mr. Pell looked at George and frowned.",
        "“Late,” said Mr. Pell. George nodded to Mr. Pell and sat down.",
        "“Sorry,” said George Pell.",
    )
    found = people(*story)
    assert not any({"Mr. Pell", "George"} <= {s.name, *s.aliases} for s in found.values())


def test_a_husband_and_a_wife_are_two() -> None:
    found = people("“Good,” said Mr. Vane.", "“Bad,” said Mrs. Vane.", "Mr. Vane sighed. Mrs. Vane smiled.")
    assert (found["Mr. Vane"].gender, found["Mrs. Vane"].gender) == ("male", "female")


def test_a_name_of_no_known_gender_gets_it_from_pronouns() -> None:
    found = people(
        "“Up!” said Zorrin. Zorrin threw back her hood. Zorrin drew her knife.",
        "Zorrin shook her head. “No,” said Zorrin.",
    )
    assert found["Zorrin"].gender == "female"


def test_who_only_a_tag_names_is_a_person_too() -> None:
    found = people("“Tickets, please,” said the conductor.", "“Here,” said Tom Marsh.")
    assert "the conductor" in found


def test_places_days_and_words_at_the_head_of_sentences_are_nobody() -> None:
    found = people(
        "On Monday they went to Dover. Perhaps it rained in Dover. Nobody minded.",
        "“Well,” said Ann Marsh. “Dover is wet. Christmas is wetter.”",
    )
    assert list(found) == ["Ann Marsh"]


def test_a_first_person_narrator_is_whom_the_others_call() -> None:
    story = (
        "I opened the gate. I had not slept, and I was cold. I walked up to the house.",
        "“You look ill, Marsh,” said Dr. Pell.",
        "“I am well enough,” I said. I sat down. Dr. Pell looked at me.",
        "“Marsh, you never could lie,” said Dr. Pell. I said nothing.",
    )
    narrator = next(s for s in people(*story).values() if "I" in s.aliases)
    assert narrator.name == "Marsh"


def test_characters_of_a_list_keep_name_and_gender() -> None:
    given = [Speaker(id="The Keeper", name="The Keeper", aliases=("Captain Teague",), gender="female")]
    found = people(*LAMP, given=given)
    assert found["The Keeper"].gender == "female"
    assert "Captain Teague" not in found
