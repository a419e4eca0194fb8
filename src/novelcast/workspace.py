"""Files: the book's folder, complete-or-absent writes, and the clip cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
import uuid
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import ValidationError

from novelcast.audio import Clip
from novelcast.errors import InputError
from novelcast.model import Book, Model
from novelcast.shared_clips import SharedClips

M = TypeVar("M", bound=Model)
_TEMP = ".writing-"
_IN_USE = ".in-use-"
USED_EVERY_S = 86_400
"""How exactly a clip's file remembers when it was used last."""


@contextmanager
def complete_file(path: Path) -> Iterator[Path]:
    """A temp path in `path`'s folder; renamed to `path` when the block ends well, removed when it does not.

    Raises InputError where the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_TEMP, suffix=path.suffix)
    except OSError as error:
        raise cannot_write(path.parent, error) from None
    os.close(handle)
    temp = Path(name)
    try:
        yield temp
        temp.chmod(0o666 & ~_umask())  # mkstemp's 0600 is for secrets; an edition is for sharing
        temp.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        temp.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def cannot_write(path: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot write to {path}: {error.strerror}", hint="choose another folder with --output DIR"
    )


def cannot_read(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot read {path}: {error.strerror}", hint="move it away, or mend its permissions")


def write_bytes(path: Path, data: bytes) -> None:
    with complete_file(path) as temp:
        temp.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_model(path: Path, model: Model) -> None:
    write_text(path, dump_model(model))


def dump_model(model: Model) -> str:
    """The text of a file of ours."""
    return model.model_dump_json(indent=1) + "\n"


def read_model(path: Path, model: type[M]) -> M | None:
    """The model in a file of ours, or None where it is absent or was written by another version."""
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


class BookFolder:
    """output/<book-id>/: what a book's stages leave behind, each file editable and resumed from."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.book = root / "book.json"
        self.script = root / "script.json"
        self.page = root / "script.md"
        self.written = root / ".written.gz"
        self.unfinished = root / ".unfinished"
        self.cast = root / "cast.toml"
        self.edition = root / "edition.json"
        self.loudness = root / "loudness.json"
        self.chapters = root / "chapters"
        self.answers = root / "answers"

    def cast_of(self, engine: str) -> Path:
        """The cast with another engine's voices than cast.toml's."""
        return self.root / f"cast.{engine}.toml"

    def timeline(self, chapter: int, part: int = 0, parts: int = 1) -> Path:
        """Of a chapter, or of one of the files that it is cut into."""
        return self.root / "timelines" / f"{chapter + 1:03}{f'-{part + 1}' if parts > 1 else ''}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Raises InputError where another run is at work on this book."""
        from filelock import FileLock, Timeout

        lock = FileLock(str(self.root / ".lock"), timeout=0)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            held = lock.acquire()
        except Timeout:
            raise InputError(
                f"another novelcast is at work on {self.root}", hint="wait for it to end"
            ) from None
        except OSError as error:
            raise cannot_write(self.root, error) from None
        with held:
            for litter in self.root.rglob(f"{_TEMP}*"):  # of a run that was killed
                litter.unlink(missing_ok=True)
            yield


def book_folder(output: Path, book: Book) -> BookFolder:
    """The book's own folder: its id, with a mark from the source's address if another book has that name."""
    folder = BookFolder(output / book.id)
    other = read_model(folder.book, Book)
    if other is not None and other.source != book.source and other.source_sha256 != book.source_sha256:
        mark = hashlib.sha256(book.source.encode()).hexdigest()[:6]
        folder = BookFolder(output / f"{book.id}-{mark}")
    return folder


@dataclass(frozen=True)
class Amount:
    """Clips, and the bytes that they take."""

    clips: int = 0
    size_bytes: int = 0


class _Absent(Exception):
    """The shared store has no such clip."""


class ClipCache:
    """Clips by key, as 16-bit FLAC, shared by all books and safe with several runs at once.

    A clip is checked when read: one that is damaged counts as absent and is made again. FLAC, because what is
    mixed is encoded once more; it takes 96 MB an hour of speech, where Opus that is 36 dB above its own noise
    takes 84 (docs/benchmarks.md).
    """

    def __init__(self, root: Path, shared: SharedClips | None = None) -> None:
        self.root, self.shared = root, shared

    def path(self, key: str) -> Path:
        return self.root / key[:2] / f"{key}.flac"

    def store(self, key: str, clip: Clip) -> None:
        """Samples are rounded to 16 bits; word times are not kept (no engine of ours gives them yet)."""
        import soundfile

        pcm = np.round(np.clip(clip.samples, -1.0, 1.0) * 32767.0).astype(np.int16)
        with (
            complete_file(self.path(key)) as temp,
            soundfile.SoundFile(
                temp, "w", samplerate=clip.rate_hz, channels=1, format="FLAC", subtype="PCM_16"
            ) as file,
        ):
            file.comment = f"crc32={zlib.crc32(pcm.tobytes())}"
            file.write(pcm)
        if self.shared is not None:
            self.shared.send(key, self.path(key))

    def fetch(self, keys: Collection[str]) -> None:
        """Bring what the shared store has of these clips, and this cache has not."""
        if self.shared is not None:
            self.shared.fetch_all([key for key in keys if not self.path(key).is_file()], self._fetched)

    def _fetched(self, key: str) -> None:
        assert self.shared is not None
        with suppress(_Absent), complete_file(self.path(key)) as temp:
            if not self.shared.fetch(key, temp):
                raise _Absent

    def load(self, key: str) -> Clip | None:
        import soundfile

        path = self.path(key)
        if not path.is_file():
            return None
        with suppress(soundfile.SoundFileError, RuntimeError, OSError), soundfile.SoundFile(path) as file:
            pcm = file.read(dtype="int16")
            if file.comment == f"crc32={zlib.crc32(pcm.tobytes())}":
                if time.time() - path.stat().st_mtime > USED_EVERY_S:
                    path.touch()
                return Clip(pcm.astype(np.float32) / np.float32(32767.0), file.samplerate)
        return None

    def amount(self) -> Amount:
        found = [path.stat().st_size for path in self.root.glob("*/*.flac")]
        return Amount(len(found), sum(found))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While this lasts, nobody prunes: a run mixes at its end what it found at its start."""
        from filelock import FileLock

        try:
            self.root.mkdir(parents=True, exist_ok=True)
            mark = FileLock(str(self.root / f"{_IN_USE}{uuid.uuid4().hex}"))
            with FileLock(str(self.root / ".lock")):  # waits for a pruning to end
                mark.acquire()
        except OSError as error:
            raise InputError(
                f"cannot write to {self.root}: {error.strerror}",
                hint="choose another folder with NOVELCAST_CACHE_DIR",
            ) from None
        try:
            yield
        finally:
            mark.release()
            Path(mark.lock_file).unlink(missing_ok=True)

    def prune(self, limit_bytes: int) -> Amount:
        """Remove the clips that were not used for longest, until the rest is within the limit; returns what went.

        Raises InputError where a run is at work.
        """
        from filelock import FileLock

        if not self.root.is_dir():
            return Amount()
        with FileLock(str(self.root / ".lock")):
            self._refuse_if_in_use()
            for litter in self.root.rglob(f"{_TEMP}*"):  # of runs that were killed
                litter.unlink(missing_ok=True)
            found = [(path.stat(), path) for path in self.root.glob("*/*.flac")]
            over = sum(stat.st_size for stat, _ in found) - limit_bytes
            gone = Amount()
            for stat, path in sorted(found, key=lambda item: item[0].st_mtime):
                if over <= gone.size_bytes:
                    break
                path.unlink(missing_ok=True)
                gone = Amount(gone.clips + 1, gone.size_bytes + stat.st_size)
            return gone

    def _refuse_if_in_use(self) -> None:
        from filelock import FileLock, Timeout

        for mark in self.root.glob(f"{_IN_USE}*"):
            try:
                with FileLock(str(mark), timeout=0):
                    pass
            except Timeout:
                raise InputError(
                    f"another novelcast is at work with the clips in {self.root}", hint="wait for it to end"
                ) from None
            mark.unlink(missing_ok=True)  # of a run that was killed
