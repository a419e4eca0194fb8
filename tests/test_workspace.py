import threading
from pathlib import Path

import numpy as np
import pytest

from books import book_of
from novelcast.audio import Clip
from novelcast.errors import InputError
from novelcast.model import Book
from novelcast.workspace import BookFolder, ClipCache, book_folder, complete_file, read_model, write_model

CLIP = Clip(np.sin(np.arange(5000) / 9).astype(np.float32) * np.float32(0.5), 24_000)


def test_a_file_appears_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.txt"
    with complete_file(path) as temp:
        temp.write_text("half")
        assert not path.exists()
    assert path.read_text() == "half"


def test_an_interrupted_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), complete_file(path) as temp:
        temp.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_is_a_file_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(InputError, match="cannot write") as caught,
        complete_file(tmp_path / "file" / "a.txt"),
    ):
        pass
    assert "--output" in caught.value.hint


def test_a_clip_comes_back_from_the_cache_to_within_sixteen_bits(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    cache.store("ab12", CLIP)
    back = cache.load("ab12")
    assert back is not None and back.rate_hz == 24_000
    assert np.abs(back.samples - CLIP.samples).max() <= 1 / 32767


def test_what_the_cache_gives_is_the_same_every_time(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    cache.store("ab12", CLIP)
    first = cache.load("ab12")
    cache.store("ab12", first)  # type: ignore[arg-type]
    assert np.array_equal(first.samples, cache.load("ab12").samples)  # type: ignore[union-attr]


@pytest.mark.parametrize("keep", [0, 10, 500])
def test_a_clip_cut_short_on_disk_counts_as_absent(tmp_path: Path, keep: int) -> None:
    cache = ClipCache(tmp_path)
    cache.store("ab12", CLIP)
    path = cache.path("ab12")
    path.write_bytes(path.read_bytes()[:keep])
    assert cache.load("ab12") is None


def test_an_unknown_key_is_absent(tmp_path: Path) -> None:
    assert ClipCache(tmp_path).load("ffff") is None


def test_two_runs_may_store_the_same_clip_at_once(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    threads = [threading.Thread(target=cache.store, args=("ab12", CLIP)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.load("ab12") is not None
    assert len(list(tmp_path.rglob("*"))) == 2  # one folder, one clip, no litter


def test_two_books_of_one_name_do_not_share_a_folder(tmp_path: Path) -> None:
    mine = book_of(["雨。"])
    other = mine.model_copy(update={"source": "/elsewhere/book.txt", "source_sha256": "1" * 64})
    write_model(book_folder(tmp_path, mine).book, mine)
    assert book_folder(tmp_path, mine).root == tmp_path / "book"
    assert book_folder(tmp_path, other).root != tmp_path / "book"
    assert book_folder(tmp_path, other).root == book_folder(tmp_path, other).root


def test_an_edited_book_keeps_its_folder(tmp_path: Path) -> None:
    book = book_of(["雨。"])
    write_model(book_folder(tmp_path, book).book, book)
    edited = book.model_copy(update={"source_sha256": "1" * 64})
    assert book_folder(tmp_path, edited).root == tmp_path / "book"


def test_a_book_under_work_is_locked(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "book")
    with folder.locked(), pytest.raises(InputError, match="at work"), BookFolder(tmp_path / "book").locked():
        pass


def test_what_a_killed_run_left_half_written_is_swept_up(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path / "book")
    folder.chapters.mkdir(parents=True)
    (folder.chapters / ".writing-x.mp3").write_text("half")
    (folder.chapters / "001.mp3").write_text("whole")
    with folder.locked():
        assert [p.name for p in folder.chapters.iterdir()] == ["001.mp3"]


def test_a_model_reads_back_and_rubbish_does_not(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    assert read_model(path, Book) is None
    write_model(path, book_of(["雨。"]))
    assert read_model(path, Book) == book_of(["雨。"])
    path.write_text("{}")
    assert read_model(path, Book) is None
