"""The files of a script as they lie in a book's folder, written and read in parts: a long book's script is never in
memory as text.

`.written.gz` is for us alone: a line with the script less its segments, lines with some segments each, and a last
one with a WrittenAs. A file with other lines is none of ours.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from novelcast.errors import InputError
from novelcast.model import Model, Script, Segment
from novelcast.workspace import cannot_read, complete_file, dump_model

_AT_ONCE = 1000  # segments
_BLOCK = 1 << 20  # bytes
_NO_SEGMENTS = b'"segments": []'


class WrittenAs(Model):
    """How we wrote the script last: hashes of the two files; below which confidence quotations were marked."""

    page: str = ""
    json_file: str = ""
    review_below: float = 0.0


@cache
def _segments() -> TypeAdapter[tuple[Segment, ...]]:
    return TypeAdapter(tuple[Segment, ...])


def script_json(script: Script) -> Iterator[bytes]:
    """script.json, in parts."""
    head, _, tail = dump_model(_without_segments(script)).encode().partition(_NO_SEGMENTS)
    yield head + b'"segments": ['
    for n, some in enumerate(_in_parts(script.segments)):
        items = _segments().dump_json(some, indent=1).replace(b"\n", b"\n ")
        yield (b"," if n else b"") + items.removeprefix(b"[").removesuffix(b"\n ]")
    yield (b"\n ]" if script.segments else b"]") + tail


def _without_segments(script: Script) -> Script:
    return script.model_copy(update={"segments": ()})


def _in_parts(segments: tuple[Segment, ...]) -> Iterator[tuple[Segment, ...]]:
    rest = iter(segments)
    while some := tuple(islice(rest, _AT_ONCE)):
        yield some


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    with complete_file(path) as temp, temp.open("wb") as out:
        out.writelines(parts)


def write_written(path: Path, script: Script, written: WrittenAs) -> None:
    with complete_file(path) as temp, temp.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
        out.write(_without_segments(script).model_dump_json().encode() + b"\n")
        for some in _in_parts(script.segments):
            out.write(_segments().dump_json(some) + b"\n")
        out.write(written.model_dump_json().encode() + b"\n")


def read_written(path: Path) -> tuple[Script, WrittenAs] | None:
    """The script as we wrote it, or None where the file is absent, broken, or another version's."""
    segments: list[Segment] = []
    try:
        with gzip.open(path) as lines:
            script = Script.model_validate_json(next(lines))
            last = b""
            for line in lines:
                if line.startswith(b"["):
                    segments += _segments().validate_json(line)
                else:
                    last = line
            written = WrittenAs.model_validate_json(last)
    except (OSError, EOFError, StopIteration, zlib.error, ValidationError):
        return None
    return script.model_copy(update={"segments": tuple(segments)}), written


def read_text(path: Path) -> str | None:
    """The text of a file, None where there is none. Raises InputError for what cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{path}: it is not UTF-8 text", hint="save it as UTF-8") from None
    except OSError as error:
        raise cannot_read(path, error) from None


def hash_of_file(path: Path) -> str | None:
    """`hash_of` a file, None where there is none. Raises InputError for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return hash_of(iter(lambda: file.read(_BLOCK), b""))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise cannot_read(path, error) from None


def hash_of(parts: Iterable[bytes]) -> str:
    """A hash of a text; the same for one that an editor only gave other line ends or a byte order mark."""
    digest = hashlib.sha256()
    held = b""
    for n, part in enumerate(parts):
        block = held + (part.removeprefix(b"\xef\xbb\xbf") if n == 0 else part)
        held = b"\r" if block.endswith(b"\r") else b""
        digest.update(block.removesuffix(b"\r").replace(b"\r\n", b"\n"))
    digest.update(held)
    return digest.hexdigest()
