"""Auditions: a speaker's own lines, in their own voice and in others."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from books import script_of, segment, speaker
from novelcast import player
from novelcast.errors import InputError, SettingsError
from novelcast.recast import LONGEST, SHORTEST, audition, lines_of
from novelcast.settings import Settings

TEXT = """第一章 码头

“船来了，你看见没有？”唐铭问道。

“看见了，是三叔的那条船。”苏棠说。

“走，我们到栈桥上去等他。”唐铭说。

“外面风大，你先把衣服穿好。”苏棠道。

“好。”唐铭说。

“你每次都只说一个好字。”苏棠笑着说。

“那我再说一遍，好的好的。”唐铭说。
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "码头.txt"
    path.write_text(TEXT, "utf-8")
    return path


def settings_in(tmp_path: Path) -> Settings:
    return Settings(output=tmp_path / "out", cache_dir=tmp_path / "cache", engine="tone")


def test_three_typical_lines_from_all_over_the_book() -> None:
    texts = ["“嗯。”", "“这一句话不长也不短。”", "“" + "长" * 60 + "。”", *["“另外一句也差不多长。”"] * 6]
    said = [segment(t, "dialogue", paragraph=n, speaker="甲") for n, t in enumerate(texts)]
    chosen = lines_of("甲", script_of(said, speakers=[speaker("甲")]))
    assert len(chosen) == 3 and all(SHORTEST <= len(s.text) <= LONGEST for s in chosen)
    assert chosen[0].span.paragraph < 4 < chosen[2].span.paragraph


def test_who_says_little_is_heard_with_what_there_is() -> None:
    said = [segment("“嗯。”", "dialogue", paragraph=n, speaker="甲") for n in range(2)]
    assert len(lines_of("甲", script_of(said, speakers=[speaker("甲")]))) == 2


def test_an_audition_is_a_file_for_each_voice_with_the_speakers_own_lines(book: Path, tmp_path: Path) -> None:
    lines, takes = audition([book], "唐铭", (), settings_in(tmp_path), lambda _: None)
    assert [s.speaker for s in lines] == ["唐铭"] * 3
    assert len(takes) == 4 and len({t.path for t in takes}) == 4
    for take in takes:
        assert take.path.parent == tmp_path / "out" / "码头" / "auditions" / "唐铭"
        samples, rate_hz = soundfile.read(take.path)
        assert samples.size > 3 * rate_hz and 0.01 < np.abs(samples).max() <= 1.0


def test_the_voices_can_be_chosen(book: Path, tmp_path: Path) -> None:
    wanted = ["tone_bass", "tone_tenor,pitch=-1,rate=0.9"]
    _, takes = audition([book], "narrator", wanted, settings_in(tmp_path), lambda _: None)
    assert [(t.voice, t.role.pitch_st) for t in takes] == [("tone_bass", 0), ("tone_tenor", -1)]


def test_the_voice_that_is_chosen_is_not_spoken_again(book: Path, tmp_path: Path) -> None:
    def clips() -> set[Path]:
        return set((tmp_path / "cache" / "clips").rglob("*.flac"))

    audition([book], "唐铭", (), settings_in(tmp_path), lambda _: None)
    first = clips()
    audition([book], "唐铭", (), settings_in(tmp_path), lambda _: None)
    assert clips() == first


def test_a_name_or_a_voice_that_there_is_not_is_said(book: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no speaker") as caught:
        audition([book], "唐明", (), settings_in(tmp_path), lambda _: None)
    assert "唐铭" in caught.value.hint
    with pytest.raises(SettingsError, match="no voice"):
        audition([book], "唐铭", ["tone_tenner"], settings_in(tmp_path), lambda _: None)
    with pytest.raises(InputError, match="says nothing"):
        audition([book], "system", (), settings_in(tmp_path), lambda _: None)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has a player of its own")
def test_a_player_gets_the_file_as_an_argument_and_its_failure_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert player.player() is None
    heard = tmp_path / "heard"
    program = tmp_path / "aplay"
    program.write_text(f'#!/bin/sh\necho "$2" > "{heard}"\n', "utf-8")
    program.chmod(0o755)
    found = player.player()
    assert found == (str(program), "-q") and player.play(tmp_path / "a b; c.wav", found)
    assert heard.read_text("utf-8").strip() == os.fspath(tmp_path / "a b; c.wav")
    program.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    assert not player.play(tmp_path / "a.wav", found)
