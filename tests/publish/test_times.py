"""The times in our files against the sound in the decoded MP3: what starts there is that line's own clip."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest

from edition import Edition, edition_in
from novelcast.audio import Samples, resample
from novelcast.media import decode_mono
from novelcast.publish.captions import captions_of
from novelcast.publish.subtitles import SUBTITLES, Work
from novelcast.workspace import ClipCache

MOST_OFF_S = 0.030
TEXT = "第一章 数灯\n\n" + "\n\n".join(
    f"第{n}盏灯亮了，风从{where}吹过来。“{name}，你看见了吗？”老人问道。"
    for n, (where, name) in enumerate(
        zip(("码头", "山那边", "北面的旧城墙", "海上", "桥下") * 6, ("阿宁", "小满", "石头", "大刘", "青青") * 6, strict=True),
        21,
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    return edition_in(tmp_path_factory.mktemp("long"), TEXT, "数灯")


def starts_in(text: str, suffix: str) -> list[float]:
    """The start of every caption in seconds, as the file says it."""
    pattern = {
        "srt": r"^(?:(\d+):)(\d+):(\d+[,.]\d+) -->",
        "vtt": r"^(?:(\d+):)(\d+):(\d+\.\d+) -->",
        "lrc": r"^\[()(\d+):(\d+\.\d+)\](?=.)",
        "ass": r"^Dialogue: 0,(\d+):(\d+):(\d+\.\d+),",
    }[suffix]
    return [
        int(h or 0) * 3600 + int(m) * 60 + float(s.replace(",", "."))
        for h, m, s in re.findall(pattern, text, re.M)
    ]


def offset_s(heard: Samples, clip: Samples, start: int, rate_hz: int) -> float:
    """How far from `start` the clip stands in what is heard, by cross-correlation within a quarter of a second."""
    reach = rate_hz // 4
    around = heard[max(0, start - reach) : start + clip.size + reach]
    scores = np.correlate(around, clip, mode="valid")
    return float(np.argmax(np.abs(scores)) - min(start, reach)) / rate_hz


@pytest.mark.parametrize("suffix", SUBTITLES)
def test_at_twenty_captions_of_any_format_their_own_clip_begins(long: Edition, suffix: str) -> None:
    record, _, timeline, lines = long.chapters[0]
    captions = captions_of(lines, timeline.rate_hz)
    work = Work("题", "书", "", "zh", timeline.rate_hz, timeline.length, long.speakers)
    starts = starts_in(SUBTITLES[suffix].document(captions, work), suffix)
    assert len(starts) == len(captions)

    heard = decode_mono(long.root / record.file, rate_hz=timeline.rate_hz)
    clips = {p.start: p for p in timeline.placements if p.clip is not None}
    cache = ClipCache(Path(long.root.parents[1] / "cache" / "clips"))
    first = [n for n, c in enumerate(captions) if c.start in clips]
    for n in random.Random(7).sample(first, 20):
        placement = clips[captions[n].start]
        clip = cache.load(placement.clip or "")
        assert clip is not None
        samples = resample(clip.samples, clip.rate_hz, timeline.rate_hz)
        start = round(starts[n] * timeline.rate_hz)
        assert abs(offset_s(heard, samples, start, timeline.rate_hz)) < MOST_OFF_S


@pytest.mark.parametrize("suffix", SUBTITLES)
@pytest.mark.parametrize("rate_hz", [24_000, 44_100, 48_000])
def test_no_format_drifts_in_ten_hours(suffix: str, rate_hz: int) -> None:
    from novelcast.publish.captions import Caption

    starts = [n * 997 * rate_hz // 1000 for n in range(36_000)]
    captions = [Caption(("雨",), None, s, s + rate_hz // 2) for s in starts]
    work = Work("题", "书", "", "zh", rate_hz, starts[-1] + rate_hz)
    said = starts_in(SUBTITLES[suffix].document(captions, work), suffix)
    assert len(said) == len(starts)
    assert max(abs(s - start / rate_hz) for s, start in zip(said, starts, strict=True)) <= 0.0101
