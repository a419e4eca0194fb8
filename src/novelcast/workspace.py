"""Files: the book's folder, complete-or-absent writes, and the clip cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import ValidationError

from novelcast.audio import Clip
from novelcast.errors import InputError
from novelcast.model import Book, Model

M = TypeVar("M", bound=Model)
_TEMP = ".writing-"


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
        self.chapters = root / "chapters"

    def timeline(self, chapter: int) -> Path:
        return self.root / "timelines" / f"{chapter + 1:03}.json"

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


class ClipCache:
    """Clips by key, as 16-bit FLAC, shared by all books and safe with several runs at once.

    A clip is checked when read: one that is damaged counts as absent and is made again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

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

    def load(self, key: str) -> Clip | None:
        import soundfile

        path = self.path(key)
        if not path.is_file():
            return None
        with suppress(soundfile.SoundFileError, RuntimeError, OSError), soundfile.SoundFile(path) as file:
            pcm = file.read(dtype="int16")
            if file.comment == f"crc32={zlib.crc32(pcm.tobytes())}":
                return Clip(pcm.astype(np.float32) / np.float32(32767.0), file.samplerate)
        return None
