"""An English book, whole: a text file goes in, a script with speakers, an English cast and chapters come out."""

from __future__ import annotations

from pathlib import Path

import pytest

from novelcast.catalog import load_voices
from novelcast.model import Cast, Script
from novelcast.pipeline import BookDetails, Edition, read, render, write
from novelcast.settings import Settings

STORY = Path(__file__).parent / "data" / "english" / "The Lamp at Gull Point.txt"


def settings_in(folder: Path, engine: str) -> Settings:
    return Settings(output=folder / "out", cache_dir=folder / "cache", engine=engine, preset="none")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Script, Cast]:
    settings = settings_in(tmp_path_factory.mktemp("script"), "kokoro")
    details = BookDetails()
    book, folder = read([STORY], settings, details, lambda _: None)
    made, cast = write(book, folder, settings, details, lambda _: None)
    return made.script, cast


def test_the_tagged_lines_have_their_speakers(written: tuple[Script, Cast]) -> None:
    script, _ = written
    speaker = {s.text: s.speaker for s in script.segments}
    assert speaker["“He said he would be here by ten,”"] == "Mrs. Harrow"
    assert speaker["“He says a great deal, Aunt Bess.”"] == "Nora"
    assert speaker["“has never rowed across the bay in November.”"] == "Captain Teague"
    assert speaker["“You were seen,”"] == "Nora"
    assert speaker["“By who?”"] == "Will Sandy"
    assert speaker["“But I don’t dream in colours, and it was green.”"] == "Will Sandy"
    assert ("thought", "Mrs. Harrow") in {(s.kind, s.speaker) for s in script.segments}


def test_every_speaker_has_an_english_voice_of_their_gender(written: tuple[Script, Cast]) -> None:
    script, cast = written
    voices = {v.id: v for v in load_voices()}
    assert {s.id for s in script.speakers} == {"Mrs. Harrow", "Nora", "Captain Teague", "Will Sandy"}
    for speaker in script.speakers:
        voice = voices[cast.roles[speaker.id].voice]
        assert voice.language.startswith("en") and voice.gender == speaker.gender, speaker.id
    assert len({cast.roles[s.id].voice for s in script.speakers} | {cast.narrator.voice}) == 5


def test_numbers_and_titles_are_spoken_in_words(written: tuple[Script, Cast]) -> None:
    spoken = " ".join(s.spoken for s in written[0].segments)
    for words in (
        "Missus Harrow",
        "ten thirty",
        "third time",
        "five dollars more",
        "one thousand two hundred reasons",
    ):
        assert words in spoken


def test_an_english_book_becomes_chapters(tmp_path: Path) -> None:
    edition: Edition = render([STORY], settings_in(tmp_path, "tone"), BookDetails(), lambda _: None)
    assert not edition.failed
    assert [(edition.folder / c.file).is_file() for c in edition.chapters] == [True, True]
