"""A chapter too long for one file is cut where nobody speaks, and nothing of it is lost."""

import itertools

import pytest

from novelcast.model import Placement, Timeline
from novelcast.parts import parts_of

RATE_HZ = 100
HEAD_MS, TAIL_MS = 1000, 2000
EDGES = 300  # samples of head and tail


def chapter(lines: int, *, length: int = 800, gap: int = 200, scenes: tuple[int, ...] = ()) -> Timeline:
    """Lines of one length; `scenes` are the numbers of the lines that begin a scene."""
    placements = tuple(
        Placement(clip=f"{n}", track="voice", start=100 + n * (length + gap), length=length, segment=f"{n}")
        for n in range(lines)
    )
    end = placements[-1].start + length
    return Timeline(
        chapter=3, title="三", rate_hz=RATE_HZ, length=end + 200, placements=placements,
        scenes=tuple(placements[n].start for n in scenes),
    )  # fmt: skip


def cut(timeline: Timeline, longest: int | None) -> list[Timeline]:
    return parts_of(timeline, longest=longest, head_ms=HEAD_MS, tail_ms=TAIL_MS)


@pytest.mark.parametrize("longest", [None, 10_300])
def test_a_chapter_that_fits_is_one_file(longest: int | None) -> None:
    line = chapter(10)
    assert cut(line, longest) == [line]


@pytest.mark.parametrize("lines", [11, 25, 100])
def test_every_line_is_in_one_part_and_no_part_is_too_long(lines: int) -> None:
    parts = cut(chapter(lines), 6000)
    assert [p.clip for part in parts for p in part.placements] == [str(n) for n in range(lines)]
    assert all(part.length <= 6000 for part in parts)
    assert [(part.part, part.parts) for part in parts] == [(n, len(parts)) for n in range(len(parts))]


def test_each_part_has_a_head_and_a_tail_and_the_pauses_it_had() -> None:
    for part in cut(chapter(25), 6000):
        first, last = part.placements[0], part.placements[-1]
        assert first.start == 100
        assert part.length == last.start + last.length + 200
        starts = [p.start for p in part.placements]
        assert {b - a for a, b in itertools.pairwise(starts)} == {1000}


def test_a_chapter_is_cut_at_its_scene_breaks() -> None:
    parts = cut(chapter(20, scenes=(3, 8, 14)), 13_000)
    assert [part.placements[0].clip for part in parts] == ["0", "8"]
    assert parts[1].scenes == (parts[1].placements[6].start,)
    assert parts[0].scenes == (parts[0].placements[3].start,)


def test_of_two_scene_breaks_the_one_that_makes_parts_alike_is_taken() -> None:
    assert [len(p.placements) for p in cut(chapter(20, scenes=(2, 9, 11)), 16_000)] in ([9, 11], [11, 9])


def test_a_cut_is_never_under_a_sound_that_goes_on() -> None:
    line = chapter(12)
    rain = Placement(cue=0, track="cue", start=4600, length=4000)
    placements = tuple(sorted([*line.placements, rain], key=lambda p: p.start))
    parts = cut(line.model_copy(update={"placements": placements}), 7000)
    for part in parts:
        assert part.length <= 7000
        assert max(p.start + p.length for p in part.placements) + 200 == part.length
    assert sum(len(p.placements) for p in parts) == 13


def test_a_sound_longer_than_a_file_is_a_part_of_its_own() -> None:
    line = chapter(3, length=9000)
    assert [len(p.placements) for p in cut(line, 6000)] == [1, 1, 1]
