"""The tone that a user writes behind a line in script.md."""

import pytest
from pages import edited, line, page, script, taken

from novelcast.model import Script


def night() -> Script:
    return script([("周航", "“谁在外面？”"), ("narration", "周航吼道。")])


def test_a_tone_is_taken_and_written_back() -> None:
    after = taken(night(), ("“谁在外面？”", "“谁在外面？” [how:whisper]"))
    said = line(after, "“谁在外面？”")
    assert said.how == "whisper" and said.by_user == ("how",)
    assert "“谁在外面？” [how:whisper] ^" in page(after)
    assert taken(after) == after


def test_two_tones_or_none_can_be_asked_for() -> None:
    after = taken(night(), ("“谁在外面？”", "“谁在外面？” [how: sneer，slow]"))
    assert line(after, "“谁在外面？”").how == "sneer, slow"
    again = taken(after, ("[how:sneer, slow]", "[how:plain]"))
    assert line(again, "“谁在外面？”").how == "plain"
    freed = line(taken(again, (" [how:plain]", "")), "“谁在外面？”")
    assert freed.how is None and not freed.by_user


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("“谁在外面？”", "“谁在外面？” [how:whisky]", "no tone 'whisky'"),
        ("周航吼道。", "周航吼道。 [how:shout]", "a tone in a narration line"),
    ],
)
def test_a_tone_that_there_is_not_is_a_fault_with_the_right_names(old: str, new: str, what: str) -> None:
    (fault,) = edited(night(), (old, new)).faults
    assert fault.what == what and fault.hint
