"""A file -> a Book: the text as the author wrote it, in chapters, its damage repaired and nothing lost."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from novelcast.errors import InputError
from novelcast.model import Book, Chapter, Paragraph, Skipped, Span
from novelcast.read.assemble import Parts, assemble
from novelcast.read.draft import undo
from novelcast.read.folder import books_in, files_of, is_text, name_of, picture_beside, read_source, sha256_of

__all__ = ["books_in", "cover_of", "read_book", "slug", "undo"]

_ID_BYTES = 60


def read_book(*paths: Path, repair: bool = True) -> Book:
    """The book in a file, in a folder of chapters or in several files, which are one book in the order given.

    A folder's files are taken in natural order (第2章 before 第10章). Raises InputError, saying why, where a file
    cannot be used, and SettingsError where its format needs an extra that isn't installed.

    `repair=False` leaves damage as it is; what isn't the book is marked as skipped all the same.
    """
    files = files_of(paths)
    source = read_source(files)
    name = name_of(paths)
    parts = assemble(source, name, repair=repair)
    if parts is None:
        raise InputError(
            f"there is nothing to read in {paths[0]}",
            hint="it holds only a title page, markup or a site's own text",
        )
    where = paths[0]  # of several, the first tells two books in one folder apart
    book = _book(parts, id=slug(name), source=str(where.resolve()), sha256=sha256_of(files))
    return book.model_copy(update={"series": source.series, "series_index": source.series_index})


def cover_of(*paths: Path) -> bytes | None:
    """The cover that the book carries (a JPEG or PNG file), None where it has none. Raises as `read_book`."""
    files = files_of(paths)
    packed = [file for file in files if not is_text(file)]  # a text has none, and need not be read for it
    inside = read_source(packed).cover if packed else None
    return inside or (picture_beside(files[0].parent) if len(files) > 1 else None)


def _book(parts: Parts, *, id: str, source: str, sha256: str) -> Book:
    lines = [(c, p, x) for c, (_, part) in enumerate(parts.chapters) for p, x in enumerate(part)]
    return Book(
        id=id,
        title=parts.title,
        authors=parts.authors,
        language=parts.language,
        chapters=tuple(
            Chapter(title=name, paragraphs=tuple(Paragraph(kind=x.kind, text=x.text) for x in part))
            for name, part in parts.chapters
        ),
        source=source,
        source_sha256=sha256,
        repairs=tuple(r for c, p, x in lines for r in x.draft.repairs(c, p)),
        skipped=tuple(
            Skipped(span=Span(chapter=c, paragraph=p, start=s, end=e), text=x.text[s:e], reason=reason)
            for c, p, x in lines
            for s, e, reason in x.skipped
        ),
    )


def slug(stem: str) -> str:
    """A name that every file system takes: letters of any script, digits, - and _; at most 60 bytes in UTF-8."""
    name = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", stem)).strip("-_.").lower()
    name = re.sub("-{2,}", "-", name) or "book"
    if re.fullmatch("con|prn|aux|nul|com[0-9]|lpt[0-9]", name):
        name += "-book"
    if len(name.encode()) <= _ID_BYTES:
        return name
    # Volumes of one series differ at the end of their names: what is cut off still tells them apart.
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return name.encode()[: _ID_BYTES - 7].decode(errors="ignore").rstrip("-_") + "-" + digest
