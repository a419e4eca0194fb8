"""The script's files: written in parts, and the same as if they had been written whole."""

import tracemalloc
from pathlib import Path

import pytest

from books import segment, speaker
from novelcast.editing.files import (
    WrittenAs,
    hash_of,
    hash_of_file,
    read_written,
    script_json,
    write_parts,
    write_written,
)
from novelcast.model import Gone, Script
from novelcast.workspace import dump_model

WRITTEN = WrittenAs(page="p", json_file="j", review_below=0.7)


def made(segments: int) -> Script:
    lines = tuple(segment(f"第{n}句。", "dialogue", speaker="林晚", paragraph=n) for n in range(segments))
    tricky = segment('“\n "segments": []”', "narration")
    return Script(
        title='"segments": []',
        language="zh",
        speakers=(speaker("林晚"),),
        segments=lines,
        gone=Gone(segments=(tricky,)),
    )


@pytest.mark.parametrize("segments", [0, 1, 999, 1000, 1001, 2500])
def test_script_json_in_parts_is_script_json_whole(segments: int) -> None:
    script = made(segments)
    assert b"".join(script_json(script)).decode() == dump_model(script)


@pytest.mark.parametrize("segments", [0, 1, 2500])
def test_what_we_wrote_is_read_back_as_it_was(tmp_path: Path, segments: int) -> None:
    path = tmp_path / ".written.gz"
    write_written(path, made(segments), WRITTEN)
    assert read_written(path) == (made(segments), WRITTEN)


def test_the_same_script_is_the_same_file_to_the_byte(tmp_path: Path) -> None:
    one, two = tmp_path / "one.gz", tmp_path / "two.gz"
    write_written(one, made(10), WRITTEN)
    write_written(two, made(10), WRITTEN)
    assert one.read_bytes() == two.read_bytes()


def test_a_copy_that_is_cut_short_or_no_copy_at_all_is_none(tmp_path: Path) -> None:
    path = tmp_path / ".written.gz"
    assert read_written(path) is None
    write_written(path, made(2500), WRITTEN)
    whole = path.read_bytes()
    for end in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert read_written(path) is None
    path.write_bytes(b"no gzip")
    assert read_written(path) is None


def test_other_line_ends_and_a_byte_order_mark_are_no_change(tmp_path: Path) -> None:
    text = "一行\n二行\n\n三行"
    path = tmp_path / "script.md"
    path.write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert hash_of_file(path) == hash_of([text.encode()])
    pieces = [bytes([b]) for b in text.replace("\n", "\r\n").encode()]
    assert hash_of(pieces) == hash_of([text.encode()])
    assert hash_of([b"a\rb"]) != hash_of([b"a\nb"])
    assert hash_of_file(tmp_path / "none") is None


def test_a_file_in_parts_appears_whole(tmp_path: Path) -> None:
    write_parts(tmp_path / "a", [b"one", b"two"])
    assert (tmp_path / "a").read_bytes() == b"onetwo"


def test_a_long_script_is_never_in_memory_as_text(tmp_path: Path) -> None:
    script, path = made(20_000), tmp_path / ".written.gz"
    size = sum(map(len, script_json(script)))
    tracemalloc.start()
    try:
        write_written(path, script, WRITTEN)
        write_parts(tmp_path / "script.json", script_json(script))
        assert tracemalloc.get_traced_memory()[1] < size / 4
        tracemalloc.reset_peak()
        back = read_written(path)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert back == (script, WRITTEN)
    assert kept / 20_000 < 800  # bytes a line
    assert most < kept + size / 4
