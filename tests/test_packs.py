"""Packs are fetched from a package index and from plain addresses, both served here on 127.0.0.1."""

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from novelcast.errors import EngineUnavailable
from novelcast.model import Progress
from novelcast.packs import Group, Pack, PackFile, Part, Place, ensure_pack, load_pack, missing_files

FIRST, SECOND, TABLE = b"one" * 5000, b"two" * 7000, b"table" * 900


class Server:
    """Files by path; `asked` lists the paths in order."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                body = server.files.get(self.path)
                self.send_response(200 if body is not None else 404)
                kind = "text/html" if self.path.endswith("/") else "application/octet-stream"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def package(self, project: str, filename: str, data: bytes) -> None:
        digest = hashlib.sha256(data).hexdigest()
        self.files[f"/files/{filename}"] = data
        self.files[f"/simple/{project}/"] = (
            f'<html><body><a href="{self.url}/files/{filename}#sha256={digest}">{filename}</a></body></html>'.encode()
        )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    running = Server()
    monkeypatch.setenv("UV_DEFAULT_INDEX", running.url + "/simple/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.package(
        "voice-model-1", "voice_model_1-0.1.0-py3-none-any.whl", _wheel("voice_model_1/part.bin", FIRST)
    )
    running.package(
        "voice-model-2", "voice_model_2-0.1.0-py3-none-any.whl", _wheel("voice_model_2/part.bin", SECOND)
    )
    running.package(
        "tables", "tables-2.0.tar.gz", _sdist({"tables-2.0/a.bin": TABLE, "tables-2.0/b.bin": TABLE[::-1]})
    )
    yield running
    running.http.shutdown()
    running.http.server_close()


def _wheel(member: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, data)
    return out.getvalue()


def _sdist(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _file(data: bytes) -> PackFile:
    return PackFile(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def pack(home: str) -> Pack:
    parts = tuple(
        Part(project=f"voice-model-{n}", version="0.1.0", member=f"voice_model_{n}/part.bin") for n in (1, 2)
    )
    tables = Place(parts=(Part(project="tables", kind="sdist", version="2.0", member="tables-2.0/{name}"),))
    return Pack(
        name="test",
        engine="tone",
        licence="CC0-1.0",
        group=(
            Group(
                places=(Place(parts=parts), Place(parts=(Part(url=home + "/home/{name}"),))),
                files={"model.onnx": _file(FIRST + SECOND)},
            ),
            Group(places=(tables,), files={"a.bin": _file(TABLE), "b.bin": _file(TABLE[::-1])}),
        ),
    )


def test_parts_are_joined_verified_and_there_for_the_next_run(server: Server, tmp_path: Path) -> None:
    wanted = pack(server.url)
    folder = ensure_pack(wanted, tmp_path / "packs")
    assert (folder / "model.onnx").read_bytes() == FIRST + SECOND
    assert (folder / "b.bin").read_bytes() == TABLE[::-1]
    assert missing_files(wanted, folder) == []
    asked = len(server.asked)
    ensure_pack(wanted, folder)
    assert len(server.asked) == asked


def test_a_package_is_downloaded_once_for_all_its_members(server: Server, tmp_path: Path) -> None:
    ensure_pack(pack(server.url), tmp_path)
    assert server.asked.count("/files/tables-2.0.tar.gz") == 1


def test_where_the_first_place_fails_the_next_is_tried(server: Server, tmp_path: Path) -> None:
    del server.files["/simple/voice-model-2/"]
    server.files["/home/model.onnx"] = FIRST + SECOND
    folder = ensure_pack(pack(server.url), tmp_path)
    assert (folder / "model.onnx").read_bytes() == FIRST + SECOND


def test_a_wrong_file_is_refused_and_nothing_is_left_of_it(server: Server, tmp_path: Path) -> None:
    del server.files["/simple/voice-model-2/"]
    server.files["/home/model.onnx"] = FIRST + SECOND[:-1] + b"X"
    with pytest.raises(EngineUnavailable, match="another file than expected") as caught:
        ensure_pack(pack(server.url), tmp_path)
    assert "voice-model" in str(caught.value) and server.url in str(caught.value)
    assert {p.name for p in tmp_path.iterdir()} <= {".lock"}


def test_what_was_fetched_before_a_failure_stays(server: Server, tmp_path: Path) -> None:
    tables = server.files.pop("/simple/tables/")
    with pytest.raises(EngineUnavailable):
        ensure_pack(pack(server.url), tmp_path)
    server.files["/simple/tables/"] = tables
    server.asked.clear()
    ensure_pack(pack(server.url), tmp_path)
    assert not any("voice" in path for path in server.asked)


def test_progress_ends_at_the_packs_size(server: Server, tmp_path: Path) -> None:
    seen: list[Progress] = []
    ensure_pack(pack(server.url), tmp_path, seen.append)
    assert seen[-1].done == seen[-1].total == pack(server.url).size
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_the_embedded_pack_names_every_voice_of_the_catalogue() -> None:
    from novelcast.catalog import load_voices

    files = {name for group in load_pack("kokoro-v1.0").group for name in group.files}
    assert {f"{v.id}.bin" for v in load_voices() if v.engine == "kokoro"} == files - {"kokoro-v1.0.int8.onnx"}
