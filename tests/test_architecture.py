"""The shape of the house: imports point one way, importing does nothing, the package finds its tables."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import novelcast

PACKAGE = Path(novelcast.__file__).parent
# Left to right; a module may import what stands to its left, and its own package's files. Stages that
# share a group do not import each other.
LAYERS = [
    layer.split()
    for layer in (
        "errors hanzi model audio word_times ahead",
        "pace catalog media readings lexicon characters utterances",
        "synths sounds loudness presets effects delivery",
        "settings shared_clips workspace packs own_sounds runners",
        "read script casting engines timeline parts music mix master publish",
        "takes speak chapter audiocheck llm editing resume plot publishing podcasting",
        "pipeline",
        "batch recast player preview doctor verify serve show show_cast show_publish show_batch",
        "cli",
    )
]
BASE = 4  # the layers under this one are foundations and may use each other in the order listed


def unit(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(path: Path) -> set[str]:
    """Units of novelcast that a file imports when it is loaded (not inside functions or for types only)."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("novelcast"):
            if node.module == "novelcast":
                found |= {alias.name for alias in node.names if not alias.name.startswith("__")}
            else:
                found.add(unit(node.module or ""))
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    order = [name for layer in LAYERS for name in layer]
    level = {name: n for n, layer in enumerate(LAYERS) for name in layer}
    assert own in level, f"{own}: give it a place in LAYERS"
    for used in imports_of(path) - {own}:
        if level[own] in (BASE,):
            assert level[used] < level[own], f"{own} imports {used}, a stage beside it"
        else:
            assert order.index(used) < order.index(own), f"{own} imports {used}, which stands to its right"


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = "import novelcast.cli, sys; print('\\n'.join(sys.modules))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    heavy = {
        "onnxruntime",
        "ray",
        "jieba",
        "numpy",
        "scipy",
        "av",
        "opencc",
        "wetext",
        "matplotlib",
        "edge_tts",
        "pydantic",
    }
    assert not heavy & loaded


def test_importing_the_pipeline_loads_no_model_or_codec() -> None:
    code = (
        "import novelcast.pipeline, novelcast.preview, novelcast.doctor, sys; print('\\n'.join(sys.modules))"
    )
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert (
        not {"onnxruntime", "jieba", "scipy", "av", "opencc", "wetext", "matplotlib", "edge_tts", "aiohttp"}
        & loaded
    )


def test_the_tables_are_found() -> None:
    from novelcast.catalog import load_cue_sounds, load_voices, voices_dir

    assert (voices_dir() / "packs").is_dir()
    assert {v.engine for v in load_voices()} >= {"kokoro", "edge", "tone"}
    assert {"alarm", "pop", "door"} <= {s.name for s in load_cue_sounds()}


def test_every_voice_and_every_sound_has_a_name_of_its_own() -> None:
    from novelcast.catalog import load_cue_sounds, load_voices

    for names in ([v.id for v in load_voices()], [s.name for s in load_cue_sounds()]):
        assert len(names) == len(set(names))
