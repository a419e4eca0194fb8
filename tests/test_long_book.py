"""A character keeps one id through a hundred chapters, and an old chapter stays as it is when one is added."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from long_book import MEN, WOMEN, everybody, long_book
from novelcast.catalog import load_cue_sounds
from novelcast.model import Script
from novelcast.resume import script_of
from novelcast.script import write_script
from novelcast.settings import Settings
from novelcast.workspace import BookFolder

HEROES = (*MEN, *WOMEN)
CHAPTERS = 100


@pytest.fixture(scope="module")
def script() -> Script:
    return write_script(long_book(CHAPTERS)[0], load_cue_sounds())


def test_each_character_is_one_speaker(script: Script) -> None:
    _, said = long_book(CHAPTERS)
    here = {hero for who in said.values() for hero in who} & set(HEROES)
    for hero in here:
        assert [s.id for s in script.speakers if hero in (s.name, *s.aliases)] == [hero]


def test_a_character_is_the_same_speaker_in_every_chapter(script: Script) -> None:
    _, said = long_book(CHAPTERS)
    gold = defaultdict(Counter)
    for (chapter, _), who in said.items():
        gold[chapter].update(h for h in who if h in HEROES)
    mine = defaultdict(Counter)
    for segment in script.segments:
        mine[segment.span.chapter][segment.speaker] += 1
    leading = [(c, hero) for c, counts in gold.items() for hero, n in counts.items() if n >= 3]
    assert len(leading) > CHAPTERS
    heard = sum(mine[c][hero] > 0 for c, hero in leading)
    assert heard >= 0.95 * len(leading)


def test_plain_words_do_not_become_people_because_the_book_is_long(script: Script) -> None:
    named = everybody(CHAPTERS)
    nobody = {s.id for s in script.speakers if not {s.name, *s.aliases} & named}
    said = [s.speaker for s in script.segments if s.speaker is not None]
    assert sum(s in nobody for s in said) <= 0.035 * len(said)


def test_a_chapter_that_is_added_changes_no_line_of_the_old_ones(tmp_path: Path) -> None:
    settings = Settings(output=tmp_path)
    folder = BookFolder(tmp_path / "long")
    whole, _ = long_book(40)
    first = whole.model_copy(update={"chapters": whole.chapters[:39]})
    before = script_of(first, settings, folder).script
    page = folder.page.read_text("utf-8")
    said = next(s for s in before.segments if s.speaker and s.span.chapter == 20)
    other = next(s for s in before.speakers if s.id != said.speaker)
    folder.page.write_text(
        "\n".join(
            f"- {other.name}: {said.text} ^{said.id}" if line.endswith(f"^{said.id}") else line
            for line in page.split("\n")
        ),
        "utf-8",
    )
    edited = script_of(first, settings, folder).script
    after = script_of(whole, settings, folder).script
    assert next(s for s in after.segments if s.id == said.id).speaker == other.id
    old = [s for s in after.segments if s.span.chapter < 39]
    assert old == list(edited.segments)
    assert {s.id for s in edited.speakers} <= {s.id for s in after.speakers}
    assert any(s.span.chapter == 39 and s.speaker for s in after.segments)
