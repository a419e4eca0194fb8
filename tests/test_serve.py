"""The small server: whole files and parts of them, what was published and nothing else."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import pytest

from novelcast.errors import SettingsError
from novelcast.podcasting import Rhythm, feed
from novelcast.serve import LOCAL, server_of
from whole_book import folder_in, record_of, render_book, settings_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("once")
    render_book(root)
    feed(folder_in(root), "http://127.0.0.1:1/", Rhythm(), settings_in(root))
    return folder_in(root)


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    with server_of(folder, LOCAL, 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def fetched(port: int, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(LOCAL, port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer, data


def chapter(folder: Path) -> tuple[str, bytes]:
    name = record_of(folder).chapters[0].file
    return "/" + quote(name), (folder / name).read_bytes()


def test_a_file_comes_whole_with_its_type_and_length(folder: Path, port: int) -> None:
    path, data = chapter(folder)
    answer, got = fetched(port, path)
    assert (answer.status, got) == (200, data)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=100-199", 100, 199), ("bytes=500-", 500, -1), ("bytes=-300", -300, -1)],
)
def test_a_range_comes_as_asked(folder: Path, port: int, asked: str, first: int, last: int) -> None:
    path, data = chapter(folder)
    first, last = first % len(data), last % len(data)
    answer, got = fetched(port, path, Range=asked)
    assert (answer.status, got) == (206, data[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"


def test_a_range_beyond_the_end_is_refused(folder: Path, port: int) -> None:
    path, data = chapter(folder)
    answer, _ = fetched(port, path, Range=f"bytes={len(data)}-")
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{len(data)}")


def test_head_has_the_length_and_no_body(folder: Path, port: int) -> None:
    path, data = chapter(folder)
    answer, got = fetched(port, path, "HEAD")
    assert (answer.status, int(answer.headers["Content-Length"]), got) == (200, len(data), b"")


def test_the_page_and_the_feed_are_served(folder: Path, port: int) -> None:
    assert fetched(port, "/")[1] == (folder / "index.html").read_bytes()
    answer, got = fetched(port, "/feed.xml")
    assert (answer.headers["Content-Type"], got[:5]) == ("application/rss+xml; charset=utf-8", b"<?xml")


@pytest.mark.parametrize(
    "path",
    [
        "/script.json",
        "/book.json",
        "/cast.toml",
        "/.lock",
        "/../../夜班.txt",
        "/..%2f..%2fx",
        "/chapters/",
        "//etc/passwd",
    ],
)
def test_what_was_not_published_is_not_there(port: int, path: str) -> None:
    assert fetched(port, quote(path, safe="/%."))[0].status == 404


def test_an_address_that_cannot_be_had_is_an_error_that_says_so(folder: Path, port: int) -> None:
    with pytest.raises(SettingsError, match="cannot listen"):
        server_of(folder, LOCAL, port)
