"""When a word is heard: estimated from a clip, near enough to put a sound under it."""

from __future__ import annotations

import numpy as np
import pytest

from novelcast.word_times import time_of, word_times

RATE = 24_000
NEAR_S = 0.12


def spoken(text: str, seed: int, rest_s: dict[str, float]) -> tuple[np.ndarray, list[float]]:
    """A clip in which each Han character is a hum of 150 to 210 ms that dips between two; marks are silence. Returns
    the seconds at which each character of the text begins."""
    rng = np.random.default_rng(seed)
    parts, starts, at = [np.zeros(720)], [], 720
    for char in text:
        starts.append(at / RATE)
        if char in rest_s:
            part = np.zeros(int(rest_s[char] * RATE * rng.uniform(0.8, 1.25)))
        else:
            n = int(rng.uniform(0.15, 0.21) * RATE)
            t = np.arange(n) / RATE
            hum = sum(np.sin(2 * np.pi * 170 * k * t) / k for k in (1, 2, 3))
            part = 0.2 * hum * (0.15 + np.sin(np.pi * np.arange(n) / n))
        parts.append(part)
        at += part.size
    parts.append(np.zeros(720))
    clip = np.concatenate(parts) + 1e-5 * rng.standard_normal(sum(p.size for p in parts))
    return clip.astype(np.float32), starts


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "text",
    [
        "他放下茶杯，砰的一声，门被风关上了。",
        "没有人说话。过了很久，墙角的水管咕噜响了一下。",
        "院子里的黄狗汪汪叫了几声，老人披上衣服，推开了门，往外看了一眼。",
        "咚。",
    ],
)
def test_every_word_is_found_within_a_syllable_of_its_place(text: str, seed: int) -> None:
    clip, starts = spoken(text, seed, {"，": 0.22, "。": 0.4})
    words = word_times(clip, RATE, text)
    for place, char in enumerate(text):
        if char not in "，。":
            sample = time_of(words, place)
            assert sample is not None
            assert sample / RATE == pytest.approx(starts[place], abs=NEAR_S)


def test_a_mark_without_a_rest_does_not_move_what_follows() -> None:
    text = "他一听，就笑了。过了一会儿，门开了。"
    clip, starts = spoken(text, 3, {"，": 0.0, "。": 0.4})
    words = word_times(clip, RATE, text)
    assert (time_of(words, text.index("门")) or 0) / RATE == pytest.approx(
        starts[text.index("门")], abs=NEAR_S
    )


def test_times_are_in_order_and_inside_the_clip() -> None:
    text = "Bang went 大门, and 2 windows 哗啦啦。"
    clip, _ = spoken("一二三四五六七八九十", 1, {})
    words = word_times(clip, RATE, text)
    samples = [w.from_sample for w in words]
    assert samples == sorted(samples) and samples[0] >= 0 and words[-1].to_sample <= clip.size
    assert all(text[w.start : w.end].strip() for w in words)


def test_what_cannot_be_timed_has_no_times() -> None:
    assert word_times(np.zeros(0, dtype=np.float32), RATE, "好") == ()
    assert word_times(np.ones(100, dtype=np.float32), RATE, "……") == ()
    assert len(word_times(np.zeros(2400, dtype=np.float32), RATE, "好")) == 1
