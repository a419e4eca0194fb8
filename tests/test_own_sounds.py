"""A sound of the user's own: added, heard, listed as theirs, removed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from novelcast import sounds
from novelcast.audio import decibels
from novelcast.catalog import load_cue_sounds
from novelcast.cli import app
from novelcast.errors import InputError, SettingsError
from novelcast.model import Span
from novelcast.own_sounds import add_sound, remove_sound
from novelcast.script.cues import find_cues
from novelcast.script.pieces import Piece


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOVELCAST_CUES_DIR", str(tmp_path / "mine"))
    return tmp_path / "mine"


def recording(path: Path, hz: float = 700.0, level: float = 0.05) -> Path:
    """Half a second of a tone between two halves of silence."""
    tone = level * np.sin(2 * np.pi * hz * np.arange(8000) / 16_000)
    soundfile.write(path, np.concatenate([np.zeros(8000), tone, np.zeros(8000)]), 16_000)
    return path


def heard(text: str) -> list[tuple[str, str]]:
    piece = Piece(Span(chapter=0, paragraph=0, start=0, end=len(text)), text, "narration")
    return [(c.sound, c.mode) for c in find_cues([piece], load_cue_sounds())[1]]


def test_a_sound_that_is_added_is_heard_at_its_words_trimmed_and_levelled(tmp_path: Path) -> None:
    assert heard("檐下叮当一声。") == [("bell", "under")]
    sound = add_sound("jingle", recording(tmp_path / "a.wav"), ["叮当"], "before", -3.0)
    assert heard("檐下叮当一声。") == [("jingle", "before")]
    assert sound.mine and sound.gain_db == -3.0
    samples = sounds.render(sound, count=1, length_ms=None, seed=1, rate_hz=44_100)
    assert decibels(float(np.abs(samples).max())) == pytest.approx(-3.0, abs=0.1)
    assert samples.size / 44_100 == pytest.approx(0.5, abs=0.03)


def test_a_name_of_ours_keeps_its_words_and_gets_the_users_recording(tmp_path: Path) -> None:
    add_sound("bell", recording(tmp_path / "a.wav"))
    bell = next(s for s in load_cue_sounds() if s.name == "bell")
    assert bell.make is None and bell.file and bell.mine and "叮咚" in bell.words
    assert heard("门铃叮咚响了。") == [("bell", "under")]
    remove_sound("bell")
    bell = next(s for s in load_cue_sounds() if s.name == "bell")
    assert bell.make == "bell" and not bell.mine


def test_a_sound_that_is_removed_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    add_sound("jingle", recording(tmp_path / "a.wav"), ["叮当"])
    assert sorted(p.name for p in folder.iterdir()) == ["jingle.flac", "jingle.toml"]
    remove_sound("jingle")
    assert list(folder.iterdir()) == []
    assert heard("檐下叮当一声。") == [("bell", "under")]
    with pytest.raises(SettingsError, match="jingle"):
        remove_sound("jingle")


@pytest.mark.parametrize("name", ["a b", "x]", "../up", "", "add"])
def test_a_name_that_a_script_cannot_hold_is_refused(name: str, tmp_path: Path, folder: Path) -> None:
    with pytest.raises(SettingsError):
        add_sound(name, recording(tmp_path / "a.wav"))
    assert not folder.exists()


def test_what_is_no_sound_is_refused_and_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "text.mp3").write_text("no audio")
    silent = recording(tmp_path / "silent.wav", level=0.0)
    soundfile.write(tmp_path / "long.wav", np.full(8000 * 61, 0.1), 8000)
    for source in (tmp_path / "none.wav", tmp_path / "text.mp3", silent, tmp_path / "long.wav"):
        with pytest.raises(InputError):
            add_sound("jingle", source)
    assert not folder.exists()


def test_the_command_line_adds_lists_and_removes(tmp_path: Path) -> None:
    run = CliRunner()
    added = run.invoke(
        app, ["cues", "add", "jingle", str(recording(tmp_path / "a.wav")), "--words", "叮当，叮铃"]
    )
    assert added.exit_code == 0, added.output
    assert heard("檐下叮铃一声。") == [("jingle", "under")]
    listed = run.invoke(app, ["cues"]).output
    assert any("jingle" in line and "yours" in line for line in listed.splitlines())
    assert any("thunder" in line and "novelcast" in line for line in listed.splitlines())
    assert run.invoke(app, ["cues", "add", "x", str(tmp_path / "a.wav"), "--mode", "over"]).exit_code == 2
    assert run.invoke(app, ["cues", "remove", "jingle"]).exit_code == 0
    assert run.invoke(app, ["cues", "remove", "jingle"]).exit_code == 2


def test_an_expression_that_is_none_is_an_error_that_names_it(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.toml").write_text(
        '[[cue]]\nname = "mine"\nwords = ["铮"]\nmake = "click"\npatterns = ["("]\n'
    )
    with pytest.raises(SettingsError, match=r"mine\.toml.*mine"):
        load_cue_sounds()
