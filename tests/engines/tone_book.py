"""A book of many lines for `edge_server`, which speaks each as a tone of its own: so one can hear what came where."""

from __future__ import annotations

import random
from collections import deque

import numpy as np

from books import book_of, cast_of, script_of, segment
from edge_server import EdgeServer, Fault, hz_of
from novelcast.audio import Samples
from novelcast.chapter import ChapterMaker
from novelcast.engines.base import Engine
from novelcast.mix import mix
from novelcast.model import Cast, Pauses, Role, Script
from novelcast.presets import preset_named
from novelcast.speak import Spoken, Utterance, plan_utterances
from novelcast.workspace import ClipCache

FAULTS = [fault for fault in Fault if fault is not Fault.NO_TAIL]
VOICES = ("zh-CN-YunyangNeural", "zh-CN-XiaoxiaoNeural")


def lines(count: int) -> list[str]:
    return [f"第{n}盏灯亮了，风吹过码头。" for n in range(1, count + 1)]


def edge_script(count: int) -> Script:
    return script_of([segment(text, paragraph=n) for n, text in enumerate(lines(count))])


def edge_cast() -> Cast:
    return cast_of().model_copy(
        update={"engine": "edge", "narrator": Role(voice=VOICES[0]), "system": Role(voice=VOICES[1])}
    )


def edge_plan(script: Script, engine: Engine) -> list[Utterance]:
    return plan_utterances(script, edge_cast(), engine)


def faults(share: float, count: int, seed: int) -> deque[Fault | None]:
    """For so many connections: each has a fault with probability `share`, all kinds alike."""
    rng = random.Random(seed)
    return deque(rng.choice(FAULTS) if rng.random() < share else None for _ in range(count))


def amiss(
    script: Script, plan: list[Utterance], spoken: Spoken, cache: ClipCache, server: EdgeServer
) -> list[str]:
    """What is wrong with a chapter made of these clips; nothing, where each line is there, whole, in order, once."""
    wrong = [f"{u.segment}: {spoken.failed[u.key]}" for u in plan if u.key in spoken.failed]
    wrong += [f"no clip of {u.segment}" for u in plan if u.key not in spoken.clips]
    wrong += [f"spoken {server.delivered.count(u.request.text)} times: {u.request.text}" for u in plan
              if server.delivered.count(u.request.text) != 1]  # fmt: skip
    if wrong:
        return wrong
    preset = preset_named("audiobook")
    maker = ChapterMaker(0, script, book_of([s.text for s in script.segments]), preset, cache, ())
    clips = {u.segment: [(u.key, spoken.clips[u.key])] for u in plan}
    (timeline,) = maker.timelines(clips, edge_cast(), Pauses())
    chapter = np.concatenate([block[:, 0] for block in mix(timeline, maker.load, channels=1)])
    texts = {s.id: s.text for s in script.segments}
    placed = [(texts[p.segment or ""], chapter[p.start : p.start + p.length]) for p in timeline.placements]
    if [text for text, _ in placed] != [s.text for s in script.segments]:
        return ["the lines are not in the order of the script"]
    return [text for text, heard in placed if not _is_heard(text, heard, preset.rate_hz, server)]


def _is_heard(text: str, heard: Samples, rate_hz: int, server: EdgeServer) -> bool:
    """Whether the samples are the tone of this text, from its first character to its last."""
    spectrum = np.abs(np.fft.rfft(heard))
    hz = float(np.argmax(spectrum)) * rate_hz / heard.size
    length_s = len(text) * server.seconds_per_char
    return abs(hz - hz_of(text)) < 1.0 and abs(heard.size / rate_hz - length_s) < 0.15
