"""A disk that fills up while a format is written: an error that says so, and what was there before is untouched."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from novelcast.errors import InputError
from novelcast.podcasting import Rhythm, feed
from novelcast.publish.view import Options
from novelcast.publishing import publish
from novelcast.verify import verify
from whole_book import copied, render_book, settings_in


@contextmanager
def no_file_longer_than(size_bytes: int) -> Iterator[None]:
    """The system refuses to write further, as a full disk does."""
    resource = pytest.importorskip("resource")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    render_book(root)
    return root


@pytest.fixture
def folder(once: Path, tmp_path: Path) -> Path:
    return copied(once, tmp_path)


@pytest.mark.parametrize("format_", ["m4b", "opus"])
def test_a_whole_book_that_does_not_fit_leaves_the_one_before(folder: Path, format_: str) -> None:
    settings = settings_in(folder.parent.parent)
    publish(folder, [format_], settings, Options())
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    (folder / "about.toml").write_text('narrator = "何某"\n', "utf-8")
    with no_file_longer_than(40_000), pytest.raises(InputError, match="cannot write"):
        publish(folder, [format_], settings, Options())
    after = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != "about.toml"}
    assert after == before
    assert verify(folder).wrong == ()


def test_a_cover_that_does_not_fit_leaves_no_feed(folder: Path) -> None:
    with no_file_longer_than(40_000), pytest.raises(InputError, match="cannot write"):
        feed(folder, "https://example.org/", Rhythm(), settings_in(folder.parent.parent))
    assert not (folder / "feed.xml").exists()
    assert not list(folder.rglob(".writing-*"))
    feed(folder, "https://example.org/", Rhythm(), settings_in(folder.parent.parent))
    assert verify(folder).wrong == ()
