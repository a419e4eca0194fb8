"""One cache for a team: what one has spoken, the others need not speak, whatever the store does."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from novelcast.audio import Clip
from novelcast.engines.tone import ToneEngine
from novelcast.errors import SettingsError
from novelcast.model import Progress, SpeechRequest
from novelcast.shared_clips import MOST_FAILURES, SharedClips, shared_clips
from novelcast.speak import Spoken, Utterance, speak
from novelcast.workspace import ClipCache

pytest.importorskip("fsspec")


def plan(count: int = 5) -> list[Utterance]:
    requests = [
        SpeechRequest(engine="tone", voice="hum", language="zh", text=f"第{n}句话。") for n in range(count)
    ]
    return [Utterance(f"{n}", 0, r, r.key("1")) for n, r in enumerate(requests)]


def spoken(cache: ClipCache, said: list[Progress] | None = None) -> Spoken:
    return asyncio.run(speak(plan(), ToneEngine(), cache, said.append if said is not None else None))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a real server that speaks S3's protocol."""
    boto3 = pytest.importorskip("boto3")
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "team", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="team")
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    yield "s3://team/clips"
    server.stop()


def check_shared(address: str, tmp_path: Path) -> None:
    first = ClipCache(tmp_path / "anna", shared_clips(address))
    assert spoken(first).made == 5
    second = ClipCache(tmp_path / "ben", shared_clips(address))
    assert spoken(second).made == 0
    for utterance in plan():
        mine, theirs = first.load(utterance.key), second.load(utterance.key)
        assert mine is not None and theirs is not None
        assert np.array_equal(mine.samples, theirs.samples)


def test_what_one_has_spoken_another_takes_from_a_bucket(bucket: str, tmp_path: Path) -> None:
    check_shared(bucket, tmp_path)


def test_what_one_has_spoken_another_takes_from_a_shared_folder(tmp_path: Path) -> None:
    check_shared(str(tmp_path / "team"), tmp_path)
    assert not list((tmp_path / "team").rglob("*writing*"))


def test_what_was_fetched_is_not_fetched_again(tmp_path: Path) -> None:
    spoken(ClipCache(tmp_path / "anna", shared_clips(str(tmp_path / "team"))))
    spoken(ClipCache(tmp_path / "ben", shared_clips(str(tmp_path / "team"))))
    for file in (tmp_path / "team").rglob("*.flac"):
        file.unlink()
    assert spoken(ClipCache(tmp_path / "ben", shared_clips(str(tmp_path / "team")))).made == 0


def test_a_damaged_clip_of_the_store_is_spoken_here(tmp_path: Path) -> None:
    spoken(ClipCache(tmp_path / "anna", shared_clips(str(tmp_path / "team"))))
    damaged = next((tmp_path / "team").rglob("*.flac"))
    damaged.write_bytes(damaged.read_bytes()[:-100])
    assert spoken(ClipCache(tmp_path / "ben", shared_clips(str(tmp_path / "team")))).made == 1


class _Broken:
    """A store whose every answer is an error, as when a network goes down in the middle of a run."""

    protocol = ("s3", "s3a")

    def __init__(self) -> None:
        self.asked = 0

    def get_file(self, *_: str) -> None:
        self.asked += 1
        raise ConnectionError("the network is down")

    put_file = get_file


def test_a_store_that_fails_costs_nothing_but_the_sharing(tmp_path: Path) -> None:
    broken, said = _Broken(), []
    made = spoken(ClipCache(tmp_path / "anna", SharedClips(broken, "team")), said)
    assert made.made == 5 and not made.failed
    assert broken.asked <= MOST_FAILURES + 5
    assert "the network is down" in said[-1].warning


def test_an_address_that_cannot_be_used_is_an_error_before_anything_is_spoken() -> None:
    with pytest.raises(SettingsError, match="nosuch://"):
        shared_clips("nosuch://team/clips")
    with socket.socket() as free, pytest.raises(SettingsError):
        free.bind(("127.0.0.1", 0))
        shared_clips(f"http://127.0.0.1:{free.getsockname()[1]}/clips")


def test_no_address_is_no_store() -> None:
    assert shared_clips(None) is None


def test_a_clip_goes_through_the_store_unchanged(tmp_path: Path) -> None:
    clip = Clip(np.linspace(-0.5, 0.5, 2400, dtype=np.float32), 24_000)
    ClipCache(tmp_path / "a", shared_clips(str(tmp_path / "team"))).store("ab" * 32, clip)
    other = ClipCache(tmp_path / "b", shared_clips(str(tmp_path / "team")))
    assert other.load("ab" * 32) is None
    other.fetch(["ab" * 32])
    loaded = other.load("ab" * 32)
    assert loaded is not None
    assert np.allclose(loaded.samples, clip.samples, atol=1e-4)
