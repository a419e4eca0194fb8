"""What lies over a chapter, and what in it."""

from books import script_of, segment
from novelcast.model import Placement, Timeline
from novelcast.publish.volumes import Shelved, lyrics_of, scenes_of, shelve


def placed(*starts: tuple[str, int], length: int = 60_000) -> Timeline:
    return Timeline(
        chapter=0, title="一", rate_hz=1000, length=length,
        placements=tuple(Placement(clip="c", track="voice", start=s, length=10, segment=name) for name, s in starts),
    )  # fmt: skip


def test_volumes_are_counted_in_the_order_of_the_book() -> None:
    assert shelve(["楔子", "卷一 山 · 第一章", "卷一 山 · 第二章", "卷二 海 · 第三章"]) == [
        Shelved("", 0, "楔子"),
        Shelved("卷一 山", 1, "第一章"),
        Shelved("卷一 山", 1, "第二章"),
        Shelved("卷二 海", 2, "第三章"),
    ]


def test_a_title_with_the_sign_in_it_is_no_volume() -> None:
    titles = ["第一章 茶 · 酒", "第二章 山 · 海", "第三章"]
    assert shelve(titles) == [Shelved("", 0, t) for t in titles]


def test_a_chapter_with_breaks_has_scenes_that_fill_it() -> None:
    part = script_of(
        [segment("天黑了。"), segment("灯灭了。", paragraph=1), segment("早晨。" * 9, paragraph=3)]
    )
    names = [s.id for s in part.segments]
    timeline = placed((names[0], 500), (names[1], 2000), (names[2], 7000))
    scenes = scenes_of(part, timeline.model_copy(update={"scenes": (7000,)}))
    assert [(s.start_ms, s.end_ms) for s in scenes] == [(0, 7000), (7000, 60_000)]
    assert [s.title for s in scenes] == ["1. 天黑了。", "2. " + "早晨。" * 6 + "…"]


def test_a_chapter_without_breaks_has_no_scenes() -> None:
    part = script_of([segment("天黑了。")])
    assert scenes_of(part, placed((part.segments[0].id, 500))) == ()


def test_a_line_of_several_clips_has_the_time_of_the_first() -> None:
    part = script_of([segment("天黑了。灯灭了。"), segment("……", paragraph=1)])
    name = part.segments[0].id
    (line,) = lyrics_of(part, placed((name, 500), (name, 2000)))
    assert (line.start_ms, line.text) == (500, "天黑了。灯灭了。")
