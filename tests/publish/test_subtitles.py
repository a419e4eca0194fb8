"""Each subtitle format, read back by a library that did not write it."""

import html
import re

import pytest

from novelcast.publish.captions import Caption
from novelcast.publish.colours import LEAST_CONTRAST, contrast, speaker_colour
from novelcast.publish.subtitles import SUBTITLES, Work

ass = pytest.importorskip("ass")
pylrc = pytest.importorskip("pylrc")
srt = pytest.importorskip("srt")
webvtt = pytest.importorskip("webvtt")

RATE_HZ = 44_100
HOSTILE = [
    "他说：“1 < 2 && 3 > 2”",
    "箭头 --> 在这里",
    "🙂👨‍👩‍👧 和 𠮷野家、𫚖、㐂",
    "[系统] {等级} \\N \\h <b>粗</b> &amp; &lt;",
    "It's \"quoted\", isn't it?",
    "12",
]
NAMES = {"a": "林晚", "b": "R&D, <主任> “老K”", "c": "很" * 300}


def caption(text: str, start_s: float, end_s: float, speaker: str | None = None) -> Caption:
    return Caption((text,), speaker, round(start_s * RATE_HZ), round(end_s * RATE_HZ))


def work(captions: list[Caption], **changes: object) -> Work:
    values = {
        "title": "第一章 “雨夜” & <灯>, 🙂",
        "album": "灯塔",
        "artist": "无名",
        "language": "zh-Hans",
        "rate_hz": RATE_HZ,
        "length": captions[-1].end + RATE_HZ,
        "speakers": NAMES,
    }
    return Work(**(values | changes))  # type: ignore[arg-type]


def document(suffix: str, captions: list[Caption], **changes: object) -> str:
    return SUBTITLES[suffix].document(captions, work(captions, **changes))


CAPTIONS = [
    caption(text, 3600 * (n == 5) + 2 * n + 0.5, 3600 * (n == 5) + 2 * n + 2, speaker)
    for n, (text, speaker) in enumerate(zip(HOSTILE, [None, "a", "b", "c", None, "a"], strict=True))
]


def test_subrip_says_what_went_in_and_when() -> None:
    read = list(srt.parse(document("srt", CAPTIONS)))
    assert [c.content for c in read] == HOSTILE
    for cue, wanted in zip(read, CAPTIONS, strict=True):
        assert cue.start.total_seconds() == pytest.approx(wanted.start / RATE_HZ, abs=0.001)
        assert cue.end.total_seconds() == pytest.approx(wanted.end / RATE_HZ, abs=0.001)


def test_webvtt_says_what_went_in_who_says_it_and_when() -> None:
    read = webvtt.from_string(document("vtt", CAPTIONS))
    assert len(read) == len(CAPTIONS)
    for cue, wanted in zip(read, CAPTIONS, strict=True):
        assert html.unescape(cue.text) == wanted.text
        assert html.unescape(cue.voice or "") == NAMES.get(wanted.speaker or "", "")
        assert cue.start_in_seconds == int(wanted.start / RATE_HZ)
    assert not re.search("-->(?! \\d)", document("vtt", CAPTIONS))


def test_lrc_says_what_went_in_and_when() -> None:
    captions = [*CAPTIONS[:5], caption(HOSTILE[5], 3590, 3591)]  # pylrc takes no minute after the 59th
    read = pylrc.parse(document("lrc", captions))
    assert (read.title, read.album, read.artist) == ("第一章 “雨夜” & <灯>, 🙂", "灯塔", "无名")
    spoken = [line for line in read if line.text]
    assert [line.text for line in spoken] == HOSTILE
    for line, wanted in zip(spoken, captions, strict=True):
        assert line.time == pytest.approx(wanted.start / RATE_HZ, abs=0.011)


def test_lrc_shows_nothing_while_nobody_speaks() -> None:
    captions = [caption("雨。", 1, 2), caption("风。", 3, 4), caption("雪。", 20, 21)]
    lines = document("lrc", captions).splitlines()
    assert lines[lines.index("[00:03.00]风。") + 1 :] == ["[00:04.00]", "[00:20.00]雪。"]


def test_ass_says_what_went_in_and_when_in_a_colour_for_each_speaker() -> None:
    text = document("ass", CAPTIONS)
    read = ass.parse_string(text)
    assert [_plain(e.text) for e in read.events] == HOSTILE
    for event, wanted in zip(read.events, CAPTIONS, strict=True):
        assert event.start.total_seconds() == pytest.approx(wanted.start / RATE_HZ, abs=0.011)
        assert event.name == NAMES.get(wanted.speaker or "", "").replace(",", "，")
    styles = {style.name: style for style in read.styles}
    assert set(styles) == {event.style for event in read.events}
    colours = [(s.primary_color.r, s.primary_color.g, s.primary_color.b) for s in styles.values()]
    assert len(set(colours)) == len(colours)


def _plain(text: str) -> str:
    """What a player shows of an ASS text."""
    return text.replace("\\{", "{").replace("\\}", "}").replace("\u2060", "")


def test_two_rows_stay_two_rows() -> None:
    captions = [Caption(("他站在原地听了很久，", "最后还是决定先回去。"), "a", 0, RATE_HZ)]
    assert next(srt.parse(document("srt", captions))).content.split("\n") == list(captions[0].rows)
    assert webvtt.from_string(document("vtt", captions))[0].text.split("\n") == list(captions[0].rows)
    assert ass.parse_string(document("ass", captions)).events[0].text.split("\\N") == list(captions[0].rows)
    assert captions[0].text in document("lrc", captions)


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_a_title_or_name_with_line_ends_and_controls_breaks_no_format(suffix: str) -> None:
    captions = [caption("雨。", 0, 1, "a")]
    plain = document(suffix, captions, title="甲 乙", speakers={"a": "林 晚"})
    assert document(suffix, captions, title="甲\n\x00乙\x07", speakers={"a": "林\r\n晚\x1b"}) == plain


@pytest.mark.parametrize("ground", ["#ffffff", "#fbf9f4", "#101010", "#171717"])
def test_every_speaker_can_be_read_on_the_ground(ground: str) -> None:
    colours = [speaker_colour(n, ground) for n in range(60)]
    assert all(contrast(colour, ground) >= LEAST_CONTRAST for colour in colours)
    assert len(set(colours[:24])) == 24
