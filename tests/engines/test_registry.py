"""Engines by name, ours and those of other packages: `example` is one, installed here as pip would."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from novelcast.engines import EngineOptions, about_engine, all_voices, engine_names, open_engine
from novelcast.errors import SettingsError

EXAMPLE = Path(__file__).parent / "example"
TEXT = "第一章 夜班\n\n仓库里只剩下一盏灯还亮着。\n\n“有人吗？”周航问道。\n"


def installed(site: Path, name: str, value: str, package: str = "novelcast-whistle") -> Path:
    """What pip leaves in `site` of a package with this entry point."""
    info = site / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[novelcast.engines]\n{name} = {value}\n")
    return site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("novelcast_whistle", None)


@pytest.fixture
def whistle(site: Path) -> Path:
    (site / "novelcast_whistle.py").write_text((EXAMPLE / "novelcast_whistle.py").read_text("utf-8"), "utf-8")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    ((name, value),) = project["entry-points"]["novelcast.engines"].items()
    return installed(site, name, value)


def test_an_engine_of_another_package_renders_a_book(whistle: Path, tmp_path: Path) -> None:
    (tmp_path / "夜班.txt").write_text(TEXT, "utf-8")
    path = os.pathsep.join([str(whistle), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "novelcast.cli", "render", "夜班.txt", "--engine", "whistle", "--json"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": path, "NOVELCAST_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    edition = json.loads(done.stdout)
    assert edition["engine"] == "whistle" and edition["spoken"] == 4
    assert 'voice = "whistle_low"' in (tmp_path / "output" / "夜班" / "cast.toml").read_text("utf-8")


def test_it_is_listed_with_its_voices(whistle: Path) -> None:
    assert engine_names()[-1] == "whistle"
    assert about_engine("whistle") == "whistles each line"
    assert {v.id for v in all_voices() if v.engine == "whistle"} == {"whistle_low", "whistle_high"}


def test_an_unknown_engine_lists_the_valid_ones_of_all_packages(whistle: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="siri") as unknown:
        open_engine("siri", EngineOptions(tmp_path))
    assert {"kokoro", "edge", "openai", "espeak", "tone", "whistle"} <= set(
        unknown.value.hint.removeprefix("choose one of: ").split(", ")
    )


def test_two_engines_of_one_name_are_refused_and_both_named(whistle: Path, tmp_path: Path) -> None:
    installed(whistle, "whistle", "novelcast_whistle:ENGINE", "novelcast-other")
    with pytest.raises(
        SettingsError, match=r"novelcast-other.*novelcast-whistle|novelcast-whistle.*novelcast-other"
    ):
        open_engine("whistle", EngineOptions(tmp_path))


def test_nobody_takes_the_place_of_an_engine_of_ours_unnoticed(site: Path, tmp_path: Path) -> None:
    installed(site, "tone", "novelcast_whistle:ENGINE")
    with pytest.raises(SettingsError, match="novelcast-whistle"):
        open_engine("tone", EngineOptions(tmp_path))
    assert open_engine("edge", EngineOptions(tmp_path)).name == "edge"


@pytest.mark.parametrize(
    ("value", "message"), [("novelcast_gone:ENGINE", "cannot be loaded"), ("json:dumps", "EngineEntry")]
)
def test_an_engine_that_cannot_be_loaded_is_named_and_stops_no_other(
    site: Path, tmp_path: Path, value: str, message: str
) -> None:
    installed(site, "broken", value)
    with pytest.raises(SettingsError, match=message) as broken:
        open_engine("broken", EngineOptions(tmp_path))
    assert "novelcast-whistle" in broken.value.hint
    assert len(all_voices()) > 50


def test_listing_engines_and_voices_loads_no_engine() -> None:
    code = (
        "import sys, novelcast.engines as e; e.engine_names(); e.all_voices()\n"
        "sys.exit(bool({'onnxruntime', 'edge_tts', 'aiohttp', 'espeakng_loader', 'novelcast.engines.edge'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
