"""No speaker is louder than the next, and every line is in the file where the timeline says."""

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from books import cast_of, script_of, segment
from made_speech import speech
from novelcast.audio import ClipInfo
from novelcast.loudness import clip_lufs, measure
from novelcast.media import decode
from novelcast.mix import mix
from novelcast.model import Pauses, Placement, Timeline
from novelcast.publish.id3 import Tags
from novelcast.publish.mp3 import write_mp3
from novelcast.timeline import VOICE_LUFS, build_timeline

RATE_HZ = 24_000
SPEAKERS = "甲乙丙丁戊己"


def voice(number: int, line: int) -> np.ndarray:
    """A line of under a second to three; each voice has its own level, brightness and hiss."""
    audio = speech(4, rate_hz=RATE_HZ, seed=100 * number + line, noise=1e-6 * 4**number)[:, 0]
    audio = audio[round(0.3 * RATE_HZ) :][: round((0.8 + 0.7 * (line % 4)) * RATE_HZ)]
    dark = 0.15 * number  # a pole: each voice darker than the one before
    return (lfilter([1 - dark], [1, -dark], audio) * 10 ** ((20 - 2 * number) / 20)).astype(np.float32)


def test_no_speaker_is_louder_than_the_next() -> None:
    lines = [(number, line) for line in range(8) for number in range(len(SPEAKERS))]
    script = script_of(
        [
            segment("“走。”", "dialogue", paragraph=n, speaker=SPEAKERS[number])
            for n, (number, _) in enumerate(lines)
        ]
    )
    clips = {s.id: voice(*line) for s, line in zip(script.segments, lines, strict=True)}
    timeline = build_timeline(
        script, 0, "一",
        {key: [(key, ClipInfo(x.size, RATE_HZ, clip_lufs(x, RATE_HZ)))] for key, x in clips.items()}, {},
        cast_of(*SPEAKERS), rate_hz=RATE_HZ, pauses=Pauses(), head_ms=500, tail_ms=2000,
    )  # fmt: skip
    mixed = np.concatenate(list(mix(timeline, lambda p: clips[p.clip], channels=1)))
    heard: dict[str, list[np.ndarray]] = {}
    speakers = {s.id: s.speaker for s in script.segments}
    for p in timeline.placements:
        heard.setdefault(speakers[p.segment], []).append(mixed[p.start : p.start + p.length])
    loudness = [measure(parts, rate_hz=RATE_HZ, channels=1).integrated_lufs for parts in heard.values()]
    assert len(loudness) == len(SPEAKERS)
    assert max(loudness) - min(loudness) <= 1.5
    assert np.mean(loudness) == pytest.approx(VOICE_LUFS, abs=1)


def test_a_short_line_is_as_loud_as_a_long_one() -> None:
    long = speech(6, rate_hz=RATE_HZ, seed=3)[:, 0]
    start = int(np.abs(long).argmax()) - RATE_HZ // 10
    assert clip_lufs(long[start : start + RATE_HZ // 4], RATE_HZ) > clip_lufs(long, RATE_HZ) - 1
    assert clip_lufs(np.concatenate([long, np.zeros(5 * RATE_HZ, dtype=np.float32)]), RATE_HZ) == (
        pytest.approx(clip_lufs(long, RATE_HZ), abs=0.1)
    )
    assert clip_lufs(np.zeros(100, dtype=np.float32), RATE_HZ) == -120.0


def test_at_the_end_of_an_hour_a_line_is_heard_where_the_timeline_says(tmp_path: Path) -> None:
    """Cross-correlation of the decoded file with the line; the encoder's delay and padding are in it, too."""
    line = speech(2, rate_hz=RATE_HZ, seed=9)[:, 0] * 2
    starts = [n * 600 * RATE_HZ + 17 * n for n in range(6)] + [3598 * RATE_HZ + 101]
    timeline = Timeline(
        chapter=0, title="一", rate_hz=RATE_HZ, length=3602 * RATE_HZ + 7,
        placements=tuple(Placement(clip="a", track="voice", start=s, length=line.size) for s in starts),
    )  # fmt: skip
    path = tmp_path / "a.mp3"
    write_mp3(
        path, mix(timeline, lambda _: line, channels=1),
        rate_hz=RATE_HZ, channels=1, bitrate_kbps=48, tags=Tags(title="一", album="书"),
    )  # fmt: skip
    at, window = 0, {start: np.zeros(line.size + RATE_HZ // 5, dtype=np.float32) for start in starts[1:]}
    for block in decode(path, rate_hz=RATE_HZ):
        for start, heard in window.items():
            first = start - RATE_HZ // 10
            low, high = max(first, at), min(first + heard.size, at + len(block))
            if low < high:
                heard[low - first : high - first] = block[low - at : high - at, 0]
        at += len(block)
    assert at == timeline.length
    for heard in window.values():
        lag = int(np.argmax(np.correlate(heard, line, mode="valid"))) - RATE_HZ // 10
        assert abs(lag) <= RATE_HZ * 30 // 1000
        assert abs(lag) <= 1  # what we do better than asked
