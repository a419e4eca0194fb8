from dataclasses import replace

import pytest

from books import segment, speaker
from novelcast.llm.endpoint import completions_url
from novelcast.llm.weigh import CEILING, proven_accuracy, weighed
from novelcast.model import Segment

LIN, ZHOU = speaker("林晚"), speaker("周航")


def asked(
    local: float, answer: str, *, accuracy: float = 0.85, choices: int = 3, who: str | None = "林晚"
) -> Segment:
    before = segment("“走吧。”", "dialogue", speaker=who)
    before = before.model_copy(update={"confidence": local, "evidence": "turn-taking"})
    person = {"林晚": LIN, "周航": ZHOU}[answer]
    return weighed(before, person, choices, accuracy=accuracy, model="m", local=who or "")


def test_an_answer_like_ours_makes_us_surer_but_never_as_sure_as_a_tag() -> None:
    assert asked(0.5, "林晚").confidence > 0.5
    assert asked(0.79, "林晚").confidence == CEILING
    assert asked(0.97, "林晚").confidence == 0.97


def test_another_answer_wins_where_the_model_is_more_often_right_than_we_are() -> None:
    assert asked(0.84, "周航").speaker == "周航"
    assert asked(0.86, "周航").speaker == "林晚"
    assert asked(0.5, "周航", accuracy=0.4).speaker == "林晚"


def test_the_confidence_of_two_that_differ_is_bayes_rule() -> None:
    # Ours 0.6 and the model's 0.9 of three: 0.2 × 0.9 against 0.6 × 0.05, and 0.2 × 0.05 for the third.
    assert asked(0.6, "周航", accuracy=0.9).confidence == pytest.approx(0.18 / 0.22, abs=1e-4)
    kept = asked(0.95, "周航", accuracy=0.9)
    assert kept.confidence == pytest.approx(0.0475 / (0.0475 + 0.0225 + 0.00125), abs=1e-4)


def test_where_nobody_was_found_the_model_alone_decides() -> None:
    found = asked(0.0, "周航", who=None)
    assert (found.speaker, found.confidence, found.evidence) == ("周航", 0.85, "m was asked")


def test_a_model_is_taken_for_as_good_as_it_shows_and_never_for_better_than_assumed() -> None:
    assert proven_accuracy(0.85, 0, 0) == 0.85
    assert proven_accuracy(0.85, 100, 100) == 0.85
    assert proven_accuracy(0.85, 1, 2) < 0.85
    assert proven_accuracy(0.85, 25, 100) == pytest.approx(0.25, abs=0.03)


def test_nothing_but_what_tells_of_the_speaker_changes() -> None:
    before, after = segment("“走吧。”", "dialogue", speaker="林晚"), asked(0.5, "周航")
    label = {f: getattr(after, f) for f in ("speaker", "confidence", "evidence", "others")}
    assert after == replace(before, **label)


def test_where_we_differ_the_loser_is_the_next_best_guess() -> None:
    assert [g.speaker for g in asked(0.5, "周航").others] == ["林晚"]
    assert [g.speaker for g in asked(0.95, "周航").others] == ["周航"]
    assert asked(0.5, "林晚").others == ()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("http://localhost:8080", "http://localhost:8080/v1/chat/completions"),
        ("http://localhost:8080/", "http://localhost:8080/v1/chat/completions"),
        ("http://localhost:11434/v1/", "http://localhost:11434/v1/chat/completions"),
        ("https://example.org/api/paas/v4", "https://example.org/api/paas/v4/chat/completions"),
        ("https://example.org/v1/chat/completions", "https://example.org/v1/chat/completions"),
    ],
)
def test_the_usual_ways_to_write_an_address_are_understood(given: str, wanted: str) -> None:
    assert completions_url(given) == wanted
