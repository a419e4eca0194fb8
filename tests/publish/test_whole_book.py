"""Seeking in the whole book: whatever line a player jumps to, that line is heard there, also at the end."""

import random
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from made_view import view_of_sound
from novelcast.media import decode_mono
from novelcast.publish import m4b, opus
from novelcast.publish.id3 import Tags
from novelcast.publish.mp4 import Mark, Mp4File
from novelcast.publish.view import Block, EditionView, Options

RATE_HZ = 24_000
LINE = 36_000  # 1.5 s
LINES = 60


def line(number: int) -> np.ndarray:
    """Noise of its own under 3 kHz, float32 (LINE,), with silence behind it."""
    spectrum = np.fft.rfft(np.random.default_rng(number).standard_normal(LINE))
    spectrum[round(3000 * LINE / RATE_HZ) :] = 0
    noise = np.fft.irfft(spectrum, LINE)
    noise[-4000:] = 0
    return (0.1 * noise / noise.std()).astype(np.float32)


def book(chapters: int = 3) -> EditionView:
    each = LINES // chapters

    def audio(chapter: int) -> Iterator[Block]:
        for number in range(chapter * each, (chapter + 1) * each):
            yield line(number)[:, None]

    return view_of_sound([each * LINE] * chapters, RATE_HZ, audio)


@pytest.fixture(scope="module", params=["m4b", "opus"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / f"book.{request.param}"
    plan = m4b.plan if request.param == "m4b" else opus.plan
    plan(book(), Options())[0].write(path)
    return path


def late_by(heard: np.ndarray, number: int) -> int:
    """How many samples later than expected the line is in what was heard from half a second before it on."""
    return int(np.argmax(np.correlate(heard, line(number)[:12_000], "valid"))) - RATE_HZ // 2


def test_each_line_is_heard_where_it_was_put(file: Path) -> None:
    whole = np.concatenate([np.zeros(RATE_HZ // 2, np.float32), decode_mono(file, rate_hz=RATE_HZ)])
    for number in random.Random(4).sample(range(LINES), 20):
        start = number * LINE
        assert abs(late_by(whole[start : start + LINE + RATE_HZ], number)) <= RATE_HZ // 1000


def test_a_player_that_jumps_to_a_line_hears_that_line(file: Path) -> None:
    for number in random.Random(5).sample(range(1, LINES - 1), 20):
        assert abs(late_by(after_jump(file, number * LINE / RATE_HZ - 0.5), number)) <= RATE_HZ // 100


def after_jump(file: Path, seconds: float) -> np.ndarray:
    """Two seconds of sound from a place that is sought by the file's index, float32 (n,)."""
    with av.open(file) as container:
        stream = container.streams.audio[0]
        container.seek(round(max(0, seconds - 0.2) / stream.time_base), stream=stream)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        samples: list[np.ndarray] = []
        start = None
        for frame in container.decode(stream):
            start = float(frame.pts * frame.time_base) if start is None else start
            samples += [out.to_ndarray()[0] for out in resampler.resample(frame)]
            if sum(map(len, samples)) > 3 * RATE_HZ:
                break
    skip = round((seconds - (start or 0.0)) * RATE_HZ)
    return np.concatenate(samples)[skip : skip + 2 * RATE_HZ]


def test_the_end_is_where_the_last_line_ends(file: Path) -> None:
    heard = decode_mono(file, rate_hz=RATE_HZ)
    assert abs(heard.size - LINES * LINE) <= RATE_HZ * 30 // 1000


def test_a_book_with_more_chapters_than_one_byte_counts_has_them_all(tmp_path: Path) -> None:
    marks = [Mark(start=n * 100, title=f"第{n}章") for n in range(300)]
    with (tmp_path / "a.m4b").open("wb") as out:
        file = Mp4File(
            out, rate_hz=24_000, channels=1, bitrate_kbps=48, samples=31 * 1024, marks=marks,
            tags=Tags(title="t", album="a"), cover=None, encoder="test",
        )  # fmt: skip
        for _ in range(32):
            file.add(b"\0" * 40)
        file.close(b"\x13\x08", 1024)
    with av.open(tmp_path / "a.m4b") as container:
        titles = [c["metadata"]["title"] for c in container.chapters()]
    assert titles == [m.title for m in marks]
