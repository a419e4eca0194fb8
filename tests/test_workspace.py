import os
import subprocess
import sys
import threading
import time
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


# ---------------------------------------------------------------- pruning


def stored(cache: ClipCache, count: int) -> list[str]:
    """Keys of clips of one size, the first of which was used longest ago."""
    keys = [f"{n:02}ab" for n in range(count)]
    for age, key in enumerate(reversed(keys)):
        cache.store(key, CLIP)
        used_s = time.time() - 100_000 * (age + 1)
        os.utime(cache.path(key), (used_s, used_s))
    return keys


def test_pruning_keeps_within_the_limit_what_was_used_last(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    keys = stored(cache, 6)
    size = cache.amount().size_bytes // 6
    gone = cache.prune(3 * size + 1)
    assert (gone.clips, gone.size_bytes) == (3, 3 * size)
    assert [key for key in keys if cache.load(key)] == keys[3:]
    assert cache.amount().clips == 3
    assert cache.prune(3 * size + 1).clips == 0


def test_a_clip_that_is_played_counts_as_used(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    keys = stored(cache, 4)
    cache.load(keys[0])
    cache.prune(cache.amount().size_bytes // 4)
    assert [key for key in keys if cache.load(key)] == [keys[0]]


def test_pruning_to_nothing_leaves_no_clip_and_no_litter(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    stored(cache, 3)
    (tmp_path / "00" / ".writing-x.flac").write_text("of a run that was killed")
    assert cache.prune(0).clips == 3
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and p.name != ".lock"]


def test_a_folder_that_is_not_there_has_nothing_to_prune(tmp_path: Path) -> None:
    assert ClipCache(tmp_path / "none").prune(0).clips == 0
    assert not (tmp_path / "none").exists()


def test_nothing_is_pruned_while_a_run_uses_the_clips(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    keys = stored(cache, 2)
    with ClipCache(tmp_path).in_use(), ClipCache(tmp_path).in_use():
        with pytest.raises(InputError, match="at work"):
            cache.prune(0)
        assert cache.load(keys[0]) is not None
    assert cache.prune(0).clips == 2


def test_a_run_that_was_killed_does_not_keep_its_clips_for_ever(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    stored(cache, 2)
    code = (
        "import os, sys, pathlib; from novelcast.workspace import ClipCache\n"
        "with ClipCache(pathlib.Path(sys.argv[1])).in_use(): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    assert list(tmp_path.glob(".in-use-*"))
    assert cache.prune(0).clips == 2
    assert not list(tmp_path.glob(".in-use-*"))


def test_two_processes_may_fill_and_read_one_cache(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, numpy; from novelcast.audio import Clip; from novelcast.workspace import ClipCache\n"
        "cache = ClipCache(pathlib.Path(sys.argv[1]))\n"
        "with cache.in_use():\n"
        "    for n in range(60):\n"
        "        clip = Clip(numpy.full(900, n / 100, dtype='float32'), 24000)\n"
        "        cache.store(f'{n:02}cd', clip)\n"
        "        assert abs(cache.load(f'{n:02}cd').samples - n / 100).max() < 1e-4\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [run.wait(120) for run in runs] == [0, 0]
    assert ClipCache(tmp_path).amount().clips == 60
    assert not list(tmp_path.rglob(".writing-*"))
