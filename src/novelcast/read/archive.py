"""Zip files and XML from strangers: read in memory, within limits; nothing is ever extracted to disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from novelcast.errors import InputError
from novelcast.read.source import MIB, load_bytes

if TYPE_CHECKING:
    from lxml import etree

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 64 * MIB
MAX_TOTAL_BYTES = 1024 * MIB
"""Unpacked. Illustrated books reach some 300 MB."""
MAX_RATIO = 200
"""Unpacked to packed, from 1 MiB on: text packs to a third, the emptiest markup to a fiftieth."""

# An entity declaration is how XML bombs and files of the machine come in; no book needs one.
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    KeyError,
    OverflowError,
)


class Archive:
    """The members of a zip file by their names, each at most `MAX_MEMBER_BYTES` long unpacked."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self._by_name = {info.filename: info for info in archive.infolist()}
        self._by_lower = {name.lower(): name for name in self._by_name}

    def names(self) -> list[str]:
        return list(self._by_name)

    def __contains__(self, name: str) -> bool:
        return name in self._by_name or name.lower() in self._by_lower

    def read(self, name: str) -> bytes:
        """Raises InputError where the member is missing, damaged, locked or too large."""
        info = self._by_name.get(name) or self._by_name.get(self._by_lower.get(name.lower(), ""))
        if info is None:
            raise InputError(f"{self.path} lacks {name}", hint="the file is damaged: get it again")
        if info.flag_bits & 1:
            raise InputError(
                f"{self.path} is locked with a password", hint="unlock it with the program that made it"
            )
        if info.file_size > MAX_MEMBER_BYTES:
            raise too_large(self.path)
        try:
            with self._archive.open(info) as member:
                data = member.read(MAX_MEMBER_BYTES + 1)
        except _DAMAGE as error:
            raise damaged(self.path, f"{name}: {error}") from error
        if len(data) > MAX_MEMBER_BYTES:
            raise too_large(self.path)
        return data


@contextmanager
def open_archive(path: Path, what: str) -> Iterator[Archive]:
    """The zip file at `path`; `what` names the format for the message where it isn't one. Raises InputError."""
    data = load_bytes(path)
    if not data.startswith(b"PK"):
        raise InputError(
            f"{path} is not {what}", hint="its name ends wrongly, or it is damaged: get it again"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise damaged(path, str(error)) from error
    with archive:
        infos = archive.infolist()
        total = sum(i.file_size for i in infos)
        if len(infos) > MAX_MEMBERS or total > MAX_TOTAL_BYTES:
            raise too_large(path)
        # Stored members can't be bombs; members that share packed bytes make more of the file than it holds.
        if total > MIB and total > MAX_RATIO * len(data):
            raise too_large(path)
        yield Archive(path, archive)


def parse_xml(text: str, *, path: Path, recover: bool = False) -> etree._Element | None:
    """The root of XML, None where it isn't well-formed (`recover`: where nothing of it is).

    Raises InputError where it declares entities.
    """
    from lxml import etree

    if _ENTITY.search(text):
        raise InputError(
            f"{path} declares XML entities, which no book needs",
            hint="the file may be an attack: get another",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=recover,
        remove_comments=True, remove_pis=True
    )  # fmt: skip
    try:
        return etree.fromstring(_DECLARATION.sub("", text.lstrip("\ufeff"), count=1), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def parse_member(archive: Archive, name: str) -> etree._Element:
    """The root of an XML member that must be there and whole. Raises InputError."""
    text = decode_xml(archive.read(name))
    root = parse_xml(text, path=archive.path)
    if root is None:
        root = parse_xml(text, path=archive.path, recover=True)
    if root is None:
        raise damaged(archive.path, f"{name} is no XML")
    return root


def decode_xml(data: bytes) -> str:
    """By its mark or its declaration, else as UTF-8; what is no character becomes U+FFFD, for repair to list."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})", data)
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    name = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "utf-16": "utf-8"}.get(name, name)
    try:
        return data.decode(name, "replace").removeprefix("\ufeff")
    except LookupError:
        return data.decode("utf-8", "replace").removeprefix("\ufeff")


def damaged(path: Path, detail: str) -> InputError:
    return InputError(
        f"{path} is damaged: {detail}"[:500], hint="get the file again, or another edition of it"
    )


def too_large(path: Path) -> InputError:
    return InputError(
        f"{path} unpacks to more than any book holds",
        hint="the file may be an attack (a zip bomb): get another",
    )
