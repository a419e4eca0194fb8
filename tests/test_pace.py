import pytest

from novelcast.errors import EngineUnavailable, SpeechFailed
from novelcast.pace import OUTAGE_FAILURES, PROBES, PROBES_AT_THE_START, VOICE_FAILURES, Pace

BUSY = SpeechFailed("busy", hint="wait", busy=True)
BROKEN = SpeechFailed("broken", hint="run it again", transient=True)


def fail(pace: Pace, error: SpeechFailed = BROKEN, *, at_s: float, sent_s: float | None = None) -> None:
    pace.failed(error, "voice", sent_s=at_s if sent_s is None else sent_s, now_s=at_s)


def in_outage(*, answered: bool) -> Pace:
    pace = Pace(3)
    if answered:
        pace.answered("voice")
    for n in range(OUTAGE_FAILURES):
        fail(pace, at_s=n / 10)
    assert pace.outage
    return pace


def test_a_busy_service_gets_half_as_many_requests_and_never_none() -> None:
    pace = Pace(4)
    limits = [pace.limit(0)]
    for at_s in range(1, 5):
        fail(pace, BUSY, at_s=at_s)
        limits.append(pace.limit(at_s))
    assert limits == [4, 2, 1, 1, 1]


def test_a_crowd_that_was_under_way_together_halves_once() -> None:
    pace = Pace(8)
    for _ in range(4):
        fail(pace, BUSY, sent_s=0, at_s=1)
    assert pace.limit(1) == 4


def test_answers_bring_the_number_back_slowly_and_not_beyond_what_was_asked_for() -> None:
    pace = Pace(4)
    fail(pace, BUSY, at_s=1)
    limits = []
    for _ in range(40):
        pace.answered("voice")
        limits.append(pace.limit(2))
    assert limits == sorted(limits) and limits[-1] == 4
    assert limits.index(4) >= 4, "several answers for each step"


def test_a_fault_that_is_not_for_want_of_room_slows_nothing_down() -> None:
    pace = Pace(3)
    fail(pace, at_s=1)
    assert pace.limit(1) == 3


def test_nothing_is_sent_before_the_time_that_the_service_names() -> None:
    pace = Pace(3)
    fail(pace, SpeechFailed("busy", busy=True, retry_after_s=20), at_s=100)
    assert pace.limit(119) == 0
    assert pace.limit(120) > 0


def test_where_nothing_is_answered_single_requests_are_sent_ever_more_seldom() -> None:
    pace = in_outage(answered=True)
    waits = []
    for _ in range(4):
        now_s = pace.held_until_s
        assert pace.limit(now_s - 0.01) == 0 and pace.limit(now_s) == 1
        fail(pace, at_s=now_s)
        waits.append(pace.held_until_s - now_s)
    assert waits == sorted(waits) and waits[0] < waits[-1]


@pytest.mark.parametrize(("answered", "probes"), [(False, PROBES_AT_THE_START), (True, PROBES)])
def test_a_service_that_stays_away_ends_the_run_in_the_words_of_the_failure(
    answered: bool, probes: int
) -> None:
    pace = in_outage(answered=answered)
    for _ in range(probes - 1):
        fail(pace, at_s=pace.held_until_s)
    with pytest.raises(EngineUnavailable, match=r"broken \(\d+ times in a row\)") as unavailable:
        fail(pace, at_s=pace.held_until_s)
    assert "run it again" in unavailable.value.hint
    assert ("kept" in unavailable.value.hint) is answered


def test_one_answer_ends_an_outage_and_starts_gently() -> None:
    pace = in_outage(answered=True)
    pace.answered("voice")
    assert not pace.outage
    assert 1 <= pace.limit(pace.held_until_s) <= 2


def test_requests_that_were_under_way_when_the_outage_began_are_no_probes() -> None:
    pace = in_outage(answered=False)
    for _ in range(20):
        fail(pace, sent_s=0, at_s=1)  # raises nothing
    assert pace.outage


def test_a_voice_that_alone_is_not_answered_is_given_up_and_no_other() -> None:
    pace = Pace(3)
    for _ in range(VOICE_FAILURES):
        pace.failed(BROKEN, "gone", sent_s=0, now_s=0)
        pace.answered("here")
    assert pace.lost("gone") and not pace.lost("here")


def test_an_outage_costs_no_voice() -> None:
    pace = in_outage(answered=True)
    for _ in range(PROBES - 1):
        fail(pace, at_s=pace.held_until_s)
    pace.answered("other")
    assert not pace.lost("voice")
