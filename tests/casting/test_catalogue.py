"""The voices we list are those that the engines have."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from novelcast.casting.palette import sounds_of
from novelcast.catalog import load_timbres, load_voices
from novelcast.packs import load_pack
from novelcast.settings import load_settings

EDGE = [v for v in load_voices() if v.engine == "edge"]
MANDARIN = {"Xiaoxiao", "Xiaoyi", "Yunjian", "Yunxi", "Yunxia", "Yunyang"}
DIALECTS = {
    "zh-CN-liaoning-XiaobeiNeural", "zh-CN-shaanxi-XiaoniNeural", "zh-HK-HiuGaaiNeural", "zh-HK-HiuMaanNeural",
    "zh-HK-WanLungNeural", "zh-TW-HsiaoChenNeural", "zh-TW-HsiaoYuNeural", "zh-TW-YunJheNeural",
}  # fmt: skip


def test_edges_fourteen_chinese_voices_are_there() -> None:
    chinese = {v.id for v in EDGE if v.id.startswith("zh-")}
    assert chinese == {f"zh-CN-{name}Neural" for name in MANDARIN} | DIALECTS


def as_the_service_lists(voice_id: str, gender: str) -> dict[str, object]:
    """An entry of the service's list, in the shape that edge_tts passes on (edge_tts.typing.Voice)."""
    locale = voice_id.rpartition("-")[0]
    return {
        "Name": f"Microsoft Server Speech Text to Speech Voice ({locale}, {voice_id.rpartition('-')[2]})",
        "ShortName": voice_id, "Gender": gender.capitalize(), "Locale": locale,
        "SuggestedCodec": "audio-24khz-48kbitrate-mono-mp3", "FriendlyName": voice_id, "Status": "GA",
        "VoiceTag": {"ContentCategories": ["General"], "VoicePersonalities": ["Friendly"]},
    }  # fmt: skip


def test_every_voice_of_edge_is_found_in_the_services_list_by_gender_and_locale() -> None:
    from edge_tts import VoicesManager

    listed = [as_the_service_lists(v.id, v.gender) for v in EDGE]
    manager = asyncio.run(VoicesManager.create(listed))  # type: ignore[arg-type]
    for voice in EDGE:
        found = manager.find(
            ShortName=voice.id, Gender=voice.gender.capitalize(), Locale=voice.id.rpartition("-")[0]
        )
        assert len(found) == 1, voice.id
        # A book's language is compared by its first part: Cantonese must not be taken for Mandarin.
        assert voice.language.split("-")[0] == ("yue" if "-HK-" in voice.id else voice.id[:2])


def test_kokoros_voices_are_the_tables_of_its_pack() -> None:
    names = {
        name.removesuffix(".bin")
        for g in load_pack("kokoro-v1.0").group
        for name in g.files
        if name.endswith(".bin")
    }
    assert {v.id for v in load_voices() if v.engine == "kokoro"} == names


def test_kokoros_tables_on_disk_are_whole_and_no_two_are_one() -> None:
    folder: Path = load_settings().cache_dir / "packs" / "kokoro-v1.0"
    if not folder.is_dir():
        pytest.skip("the embedded engine's files are not here yet")
    tables = [np.fromfile(folder / f"{v.id}.bin", np.float32) for v in load_voices() if v.engine == "kokoro"]
    assert {t.shape for t in tables} == {(510 * 256,)}
    assert len({t.tobytes() for t in tables}) == len(tables)


@pytest.mark.parametrize("voice", load_voices(), ids=lambda v: v.id)
def test_each_voice_says_what_it_is(voice: object) -> None:
    assert voice.licence and voice.gender in ("male", "female") and voice.age != "unknown"  # type: ignore[attr-defined]
    assert voice.timbre or voice.engine == "tone"  # type: ignore[attr-defined]


def test_the_palette_is_made_of_voices_that_there_are() -> None:
    voices = {v.id: v for v in load_voices()}
    rows = load_timbres()
    for row in rows:
        assert {row.voice, *row.mix} <= set(voices) and voices[row.voice].engine == row.engine
        assert voices[row.voice].gender == row.gender
        assert sum(x * x for x in row.vector) == pytest.approx(1.0, abs=0.01)
    assert len({(r.voice, r.pitch_st, tuple(r.mix.items())) for r in rows}) == len(rows)
    mine = [v for v in voices.values() if v.engine == "kokoro" and v.language == "zh-CN"]
    assert len([s for s in sounds_of(mine, rows) if s.vector]) >= 40
