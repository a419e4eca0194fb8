import tracemalloc

import numpy as np
import pytest

from novelcast.audio import decibels
from novelcast.mix import BLOCK, mix
from novelcast.model import Placement, Timeline

RATE_HZ = 8000


def timeline(length: int, *placements: Placement) -> Timeline:
    return Timeline(chapter=0, title="一", rate_hz=RATE_HZ, length=length, placements=placements)


def at(start: int, length: int, name: str = "a", gain_db: float = 0.0) -> Placement:
    return Placement(clip=name, track="voice", start=start, length=length, gain_db=gain_db)


def whole(line: Timeline, load, channels: int = 1) -> np.ndarray:
    return np.concatenate(list(mix(line, load, channels=channels)))


def flat(placement: Placement) -> np.ndarray:
    return np.full(placement.length, 0.5, dtype=np.float32)


@pytest.mark.parametrize("start", [0, 1, BLOCK - 10, BLOCK, BLOCK + 17])
def test_a_sound_is_heard_at_its_sample_and_nowhere_else(start: int) -> None:
    out = whole(timeline(3 * BLOCK, at(start, 5000)), flat)[:, 0]
    loud = np.flatnonzero(np.abs(out) > 0.25)
    assert abs(loud[0] - start) < 40 and abs(loud[-1] - (start + 4999)) < 40
    assert out[start + 2500] == pytest.approx(0.5, abs=1e-2)


def test_a_mix_is_exactly_as_long_as_its_timeline() -> None:
    assert whole(timeline(2 * BLOCK + 123), flat, channels=2).shape == (2 * BLOCK + 123, 2)


def test_sounds_at_the_same_time_add_up() -> None:
    out = whole(timeline(BLOCK, at(0, 8000, "a"), at(2000, 4000, "b")), flat)[:, 0]
    assert out[4000] == pytest.approx(1.0, abs=1e-2)


def test_gain_is_in_decibels() -> None:
    out = whole(timeline(BLOCK, at(0, 8000, gain_db=-6.0206)), flat)[:, 0]
    assert out[4000] == pytest.approx(0.25, abs=1e-2)


def test_between_the_words_is_a_quiet_room_and_not_a_dead_line() -> None:
    out = whole(timeline(4 * BLOCK), flat)[:, 0]
    level = decibels(float(np.sqrt((out**2).mean())))
    assert -85 < level < -70


def test_the_same_timeline_gives_the_same_samples() -> None:
    line = timeline(2 * BLOCK, at(100, 9000))
    assert np.array_equal(whole(line, flat), whole(line, flat))


def test_a_clip_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="samples"):
        whole(timeline(BLOCK, at(0, 100)), lambda _: np.zeros(99, dtype=np.float32))


def test_a_long_chapter_needs_no_more_memory_than_a_short_one() -> None:
    def peak(clips: int) -> int:
        line = timeline(clips * 20_000, *(at(n * 20_000, 10_000) for n in range(clips)))
        tracemalloc.start()
        for _ in mix(line, flat, channels=1):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most - clips * 300  # the placements themselves

    peak(100)  # the room's tone is made once
    assert peak(1500) < 1.3 * peak(100)
