"""A small web server for an edition, to try a podcast on a phone: GET and HEAD, with byte ranges, only what was published."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote, urlsplit

from novelcast.errors import SettingsError
from novelcast.publish.edition import EditionRecord
from novelcast.publish.feed import PAGE
from novelcast.workspace import BookFolder, read_model

LOCAL = "127.0.0.1"
_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4b": "audio/mp4",
    ".opus": "audio/ogg",
    ".xml": "application/rss+xml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".lrc": "text/plain; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".epub": "application/epub+zip",
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def server_of(root: Path, host: str, port: int) -> ThreadingHTTPServer:
    """A server of the files that edition.json names, bound to an address; port 0: any free one.

    Raises SettingsError where the address cannot be had.
    """
    try:
        return ThreadingHTTPServer((host, port), partial(_Handler, root))
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"cannot listen at {host}:{port}: {error}", hint="choose another --host or --port"
        ) from None


def serve(root: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address."""
    with server_of(root, host, port) as server:
        ready(f"http://{host}:{server.server_port}/")
        server.serve_forever()


def published_files(root: Path) -> set[str]:
    """What may be fetched: names relative to the edition's folder."""
    record = read_model(BookFolder(root).edition, EditionRecord)
    if record is None:
        return set()
    return {c.file for c in record.chapters} | {f.file for f in record.files}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, root: Path, *args: object) -> None:
        self._root = root
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the terminal is the user's."""

    def _answer(self, *, with_body: bool) -> None:
        name = unquote(urlsplit(self.path).path).lstrip("/")
        names = published_files(self._root)
        if name in ("", PAGE) and PAGE not in names:
            self._send_text(_listing(sorted(names)), with_body)
            return
        name = name or PAGE
        # Read anew each time: a file that a later run replaced is served as it is now.
        if name not in names or not (self._root / name).is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with (self._root / name).open("rb") as file:
            self._send_file(file, (self._root / name).stat().st_size, name, with_body)

    def _send_file(self, file: IO[bytes], size: int, name: str, with_body: bool) -> None:
        wanted = _range_of(self.headers.get("Range"), size)
        if wanted is None:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        first, last = wanted
        whole = "Range" not in self.headers or (first, last) == (0, size - 1)
        self.send_response(HTTPStatus.OK if whole else HTTPStatus.PARTIAL_CONTENT)
        if not whole:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Type", _TYPES.get(Path(name).suffix.lower(), "application/octet-stream"))
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Access-Control-Allow-Origin", "*")  # players on the web fetch transcripts
        self.end_headers()
        if with_body:
            file.seek(first)
            self._copy(file, last - first + 1)

    def _copy(self, file: IO[bytes], length: int) -> None:
        try:
            while length > 0 and (data := file.read(min(length, 1 << 16))):
                self.wfile.write(data)
                length -= len(data)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the player stopped listening

    def _send_text(self, text: str, with_body: bool) -> None:
        data = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", _TYPES[".html"])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if with_body:
            self.wfile.write(data)


def _range_of(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte; the whole where no range is asked for that we know; None for one beyond the end."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[0] == "bytes=-":
        return 0, size - 1
    if not match[1]:
        count = int(match[2])
        return (max(0, size - count), size - 1) if count else None
    first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    return (first, last) if first <= last else None


def _listing(names: list[str]) -> str:
    from html import escape

    lines = "".join(f'<li><a href="{quote(name)}">{escape(name)}</a></li>' for name in names)
    return f'<!DOCTYPE html><meta charset="utf-8"><title>novelcast</title><ul>{lines}</ul>'
