"""The folders and metadata that Audiobookshelf reads: Author/Series/Title/ with metadata.json, .opf and a cover."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path, PurePosixPath

from novelcast.publish.edition import file_sha256
from novelcast.publish.id3 import clean
from novelcast.publish.names import safe_name
from novelcast.publish.picture import picture_of
from novelcast.publish.view import EditionView
from novelcast.workspace import complete_file, write_bytes

_OURS = ".novelcast.json"
"""Lists what we put there, so that what is stale can go and what is the user's stays."""
_OPF = "http://www.idpf.org/2007/opf"
_DC = "http://purl.org/dc/elements/1.1/"


def shelve_book(view: EditionView, library: Path) -> Path:
    """Put the edition's chapters into a library; returns the book's folder there.

    Files are hard links where the disk can, else copies. Files of an earlier call that are no more are removed;
    files that somebody else put there are left.
    """
    parts = [view.about.author or "Unknown", view.about.series, view.book.title]
    folder = library.joinpath(*(safe_name(part, "") for part in parts if part))
    wanted = {PurePosixPath(c.record.file).name: view.root / c.record.file for c in view.chapters}
    texts = {"metadata.json": _metadata_json(view), "metadata.opf": _opf(view)}
    if view.cover:
        texts["cover.jpg"] = picture_of(view.cover)[1]
    ours = folder / _OURS
    before = json.loads(ours.read_text("utf-8")) if ours.is_file() else []
    for name, source in wanted.items():
        _place(source, folder / name)
    for name, data in texts.items():
        if not (folder / name).is_file() or (folder / name).read_bytes() != data:
            write_bytes(folder / name, data)
    for name in before:
        if name not in wanted and name not in texts and Path(name).name == name:
            (folder / name).unlink(missing_ok=True)
    write_bytes(ours, json.dumps([*wanted, *texts], ensure_ascii=False).encode())
    return folder


def _place(source: Path, target: Path) -> None:
    """`target` is a link to `source`, or a copy of it."""
    same_size = target.is_file() and target.stat().st_size == source.stat().st_size
    if same_size and (target.samefile(source) or file_sha256(target) == file_sha256(source)):
        return
    temp = target.with_name(f".writing-{os.getpid()}-{target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temp.unlink(missing_ok=True)
        os.link(source, temp)
        temp.replace(target)
    except OSError:  # another disk, or one without links
        with complete_file(target) as copy:
            shutil.copyfile(source, copy)


def _metadata_json(view: EditionView) -> bytes:
    about = view.about
    series = about.series + (f" #{about.series_part}" if about.series and about.series_part else "")
    starts = [sum(c.seconds for c in view.chapters[:n]) for n in range(len(view.chapters))]
    chapters = [
        {"id": n, "start": round(start, 3), "end": round(start + c.seconds, 3), "title": clean(c.record.name)}
        for n, (start, c) in enumerate(zip(starts, view.chapters, strict=True))
    ]
    data = {
        "title": clean(view.book.title),
        "subtitle": about.subtitle or None,
        "authors": [about.author] if about.author else [],
        "narrators": [view.tags.composer],
        "series": [series] if series else [],
        "genres": [about.genre],
        "tags": [],
        "publishedYear": about.date[:4] or None,
        "publishedDate": about.date or None,
        "publisher": about.publisher or None,
        "description": about.description or None,
        "language": view.book.language,
        "explicit": about.explicit,
        "chapters": chapters,
    }
    return json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"


def _opf(view: EditionView) -> bytes:
    from lxml import etree

    about = view.about
    package = etree.Element(f"{{{_OPF}}}package", {"version": "2.0"}, nsmap={None: _OPF})
    metadata = etree.SubElement(package, f"{{{_OPF}}}metadata", nsmap={"dc": _DC, "opf": _OPF})
    for name, text, role in (
        ("title", view.book.title, ""),
        ("creator", about.author, "aut"),
        ("creator", view.tags.composer, "nrt"),
        ("language", view.book.language, ""),
        ("date", about.date, ""),
        ("publisher", about.publisher, ""),
        ("description", about.description, ""),
        ("subject", about.genre, ""),
    ):
        if clean(text):
            element = etree.SubElement(
                metadata, f"{{{_DC}}}{name}", {f"{{{_OPF}}}role": role} if role else {}
            )
            element.text = clean(text)
    for name, text in (("calibre:series", about.series), ("calibre:series_index", about.series_part)):
        if clean(text):
            etree.SubElement(metadata, f"{{{_OPF}}}meta", {"name": name, "content": clean(text)})
    data: bytes = etree.tostring(package, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data
