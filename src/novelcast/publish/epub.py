"""EPUB 3 with media overlays: the book's text, each sentence lit while its speaker reads it; the audio inside.

Made after EPUB 3.3 (W3C), with its chapters' own MP3s, stored as they are.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from novelcast.errors import InputError
from novelcast.publish.lines import Line
from novelcast.publish.transcript import markup_safe
from novelcast.workspace import complete_file

ACTIVE = "-epub-media-overlay-active"
PLAYING = "-epub-media-overlay-playing"
_IMAGES = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True)
class Audio:
    """One of a chapter's files; its exact length."""

    path: Path
    samples: int
    rate_hz: int


@dataclass(frozen=True)
class EpubChapter:
    """`volume` is empty where the book has none; without `audio` the chapter is only read. `breaks`: paragraphs that
    are scene breaks."""

    title: str
    lines: Sequence[Line]
    audio: Sequence[Audio] = ()
    volume: str = ""
    breaks: Sequence[int] = ()

    @property
    def is_heard(self) -> bool:
        return bool(self.audio) and any(line.parts for line in self.lines)

    @property
    def seconds(self) -> float:
        return sum(a.samples / a.rate_hz for a in self.audio)


@dataclass(frozen=True)
class EpubBook:
    """`identifier` is a URN that stays the same for the same book; `cover`: media type and bytes."""

    identifier: str
    title: str
    language: str
    modified: datetime
    chapters: Sequence[EpubChapter]
    authors: Sequence[str] = ()
    narrator: str = ""
    series: str = ""
    series_part: str = ""
    description: str = ""
    publisher: str = ""
    cover: tuple[str, bytes] | None = None
    written: Callable[[str], str] = lambda text: text


@dataclass(frozen=True)
class _Item:
    id: str
    href: str
    media_type: str
    content: str | bytes | Path
    properties: str = ""
    overlay: str = ""
    is_read: bool = False
    """Whether it is a page of the book."""


def write_epub(path: Path, book: EpubBook) -> None:
    """The whole book at `path`, there only when complete. Raises InputError where a chapter's audio is missing."""
    for audio in (a for chapter in book.chapters for a in chapter.audio):
        if not audio.path.is_file():
            raise InputError(f"{audio.path} is missing", hint="render the book again, then publish")
    items = list(_items(book))
    with complete_file(path) as temp, zipfile.ZipFile(temp, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("mimetype", zipfile.ZIP_STORED), "application/epub+zip")
        archive.writestr(_entry("META-INF/container.xml"), _CONTAINER)
        archive.writestr(_entry("EPUB/package.opf"), _package(book, items))
        for item in items:
            name = f"EPUB/{item.href}"
            if isinstance(item.content, Path):
                archive.write(item.content, name, zipfile.ZIP_STORED)  # audio packs no smaller
            else:
                archive.writestr(_entry(name), item.content)


def _entry(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """An entry without a date, so that the same book is the same file."""
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    return info


# ---------------------------------------------------------------- what is in it


def _items(book: EpubBook) -> Iterator[_Item]:
    if book.cover:
        mime, data = book.cover
        yield _Item("cover-image", f"cover.{_IMAGES[mime]}", mime, data, properties="cover-image")
        yield _Item("cover", "cover.xhtml", _XHTML, _cover_page(book, _IMAGES[mime]), is_read=True)
    yield _Item("nav", "nav.xhtml", _XHTML, _nav(book), properties="nav")
    yield _Item("style", "style.css", "text/css", _STYLE)
    for n, chapter in enumerate(book.chapters, 1):
        overlay = f"overlay{n}" if chapter.is_heard else ""
        yield _Item(f"text{n}", _page_name(n), _XHTML, _page(book, chapter), overlay=overlay, is_read=True)
        if not chapter.is_heard:
            continue
        yield _Item(overlay, f"overlay/{n:04}.smil", "application/smil+xml", _smil(n, chapter))
        for k, audio in enumerate(chapter.audio):
            yield _Item(f"audio{n}-{k + 1}", _audio_name(n, k), "audio/mpeg", audio.path)


def _page_name(number: int) -> str:
    return f"text/{number:04}.xhtml"


def _audio_name(number: int, file: int) -> str:
    return f"audio/{number:04}-{file + 1}.mp3"


def _page(book: EpubBook, chapter: EpubChapter) -> str:
    """The chapter's text: each clip's words in an element of their own, l1, l2 … in order."""
    body = []
    breaks = list(chapter.breaks)
    number = 0
    headed = False
    for paragraph, group in groupby(chapter.lines, key=lambda line: line.span.paragraph):
        lines = list(group)
        is_heading = all(line.kind == "heading" for line in lines)
        if not headed and not is_heading:
            body.append(f"<h1>{_text(book.written(chapter.title))}</h1>")
        while breaks and breaks[0] < paragraph:
            breaks.pop(0)
            if headed:
                body.append("<hr/>")
        pieces = []
        for line in lines:
            pieces.append(_pieces(line, number, book.written))
            number += len(line.parts)
        tag = ("h2" if headed else "h1") if is_heading else "p"
        body.append(f"<{tag}>{''.join(pieces)}</{tag}>")
        headed = True
    if not headed:
        body.append(f"<h1>{_text(book.written(chapter.title))}</h1>")
    section = '<section epub:type="chapter" role="doc-chapter">\n' + "\n".join(body) + "\n</section>"
    return _document(book, chapter.title, section, "../style.css")


def _pieces(line: Line, first: int, written: Callable[[str], str]) -> str:
    text = written(line.text)  # as long as the line's own
    if not line.parts:
        return _text(text)
    out, at = [], 0
    for n, part in enumerate(line.parts, first + 1):
        out.append(f'<span id="l{n}" class="{line.kind}">{_text(text[at : at + len(part.text)])}</span>')
        at += len(part.text)
    return "".join(out)


def _smil(number: int, chapter: EpubChapter) -> str:
    """What is heard while each element is lit. Each sounds until the next begins, pauses included, so that no
    silence of the reading is lost and all of them together are as long as the audio."""
    heard = [(line.file, part.start) for line in chapter.lines for part in line.parts]
    pars = []
    for n, (file, start) in enumerate(heard):
        audio = chapter.audio[file]
        begin = start if n and heard[n - 1][0] == file else 0
        is_last = n + 1 == len(heard) or heard[n + 1][0] != file
        end = audio.samples if is_last else heard[n + 1][1]
        pars.append(
            f'<par id="p{n + 1}"><text src="../{_page_name(number)}#l{n + 1}"/>'
            f'<audio src="../{_audio_name(number, file)}" clipBegin="{_time(begin, audio)}" '
            f'clipEnd="{_time(end, audio)}"/></par>'
        )
    return (
        f'{_XML}<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="{_OPS}" version="3.0">\n<body>\n'
        f'<seq id="s" epub:textref="../{_page_name(number)}" epub:type="chapter">\n'
        + "\n".join(pars)
        + "\n</seq>\n</body>\n</smil>\n"
    )


def _time(sample: int, audio: Audio) -> str:
    return f"{sample / audio.rate_hz:.3f}s"


def _nav(book: EpubBook) -> str:
    """The table of contents, chapters within their volumes."""
    out = ['<nav epub:type="toc" role="doc-toc" id="toc">', f"<h1>{_words(book)['contents']}</h1>", "<ol>"]
    numbered = list(enumerate(book.chapters, 1))
    for volume, group in groupby(numbered, key=lambda item: item[1].volume):
        entries = [
            f'<li><a href="{_page_name(n)}">{_text(book.written(chapter.title)) or n}</a></li>'
            for n, chapter in group
        ]
        if volume:
            out += [f"<li><span>{_text(book.written(volume))}</span>", "<ol>", *entries, "</ol>", "</li>"]
        else:
            out += entries
    out += ["</ol>", "</nav>"]
    return _document(book, _words(book)["contents"], "\n".join(out), "style.css")


def _cover_page(book: EpubBook, suffix: str) -> str:
    image = f'<img src="cover.{suffix}" alt="{_text(book.written(book.title))}"/>'
    section = f'<section epub:type="cover" class="cover">{image}</section>'
    return _document(book, _words(book)["cover"], section, "style.css")


def _document(book: EpubBook, title: str, body: str, style: str) -> str:
    language = escape(book.language)
    return (
        f'{_XML}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="{_OPS}" '
        f'lang="{language}" xml:lang="{language}">\n<head>\n'
        f"<title>{_text(book.written(title)) or _text(book.written(book.title)) or '-'}</title>\n"
        f'<link rel="stylesheet" type="text/css" href="{style}"/>\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    )


# ---------------------------------------------------------------- the package


def _package(book: EpubBook, items: Sequence[_Item]) -> str:
    manifest = "\n".join(map(_manifest_item, items))
    spine = "\n".join(f'<itemref idref="{item.id}"/>' for item in items if item.is_read)
    return (
        f'{_XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'xml:lang="{escape(book.language)}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        + "\n".join(_metadata(book))
        + f"\n</metadata>\n<manifest>\n{manifest}\n</manifest>\n<spine>\n{spine}\n</spine>\n</package>\n"
    )


def _manifest_item(item: _Item) -> str:
    properties = f' properties="{item.properties}"' if item.properties else ""
    overlay = f' media-overlay="{item.overlay}"' if item.overlay else ""
    return f'<item id="{item.id}" href="{item.href}" media-type="{item.media_type}"{properties}{overlay}/>'


def _metadata(book: EpubBook) -> Iterator[str]:
    written = book.written
    yield f'<dc:identifier id="id">{_text(book.identifier)}</dc:identifier>'
    yield f"<dc:title>{_text(written(book.title)) or '-'}</dc:title>"
    yield f"<dc:language>{escape(book.language)}</dc:language>"
    for author in filter(None, map(_text, map(written, book.authors))):
        yield f"<dc:creator>{author}</dc:creator>"
    for name, value in (("description", book.description), ("publisher", book.publisher)):
        if _text(value):
            yield f"<dc:{name}>{_text(written(value))}</dc:{name}>"
    yield f'<meta property="dcterms:modified">{book.modified:%Y-%m-%dT%H:%M:%SZ}</meta>'
    if _text(book.series):
        yield f'<meta property="belongs-to-collection" id="series">{_text(written(book.series))}</meta>'
        yield '<meta refines="#series" property="collection-type">series</meta>'
        if _text(book.series_part):
            yield f'<meta refines="#series" property="group-position">{_text(book.series_part)}</meta>'
    if book.cover:
        yield '<meta name="cover" content="cover-image"/>'  # for readers of EPUB 2
    heard = {n: chapter for n, chapter in enumerate(book.chapters, 1) if chapter.is_heard}
    yield '<meta property="schema:accessMode">textual</meta>'
    yield '<meta property="schema:accessModeSufficient">textual</meta>'
    yield '<meta property="schema:accessibilityFeature">tableOfContents</meta>'
    yield '<meta property="schema:accessibilityFeature">displayTransformability</meta>'
    yield '<meta property="schema:accessibilityHazard">none</meta>'
    if not heard:
        return
    yield '<meta property="schema:accessMode">auditory</meta>'
    yield '<meta property="schema:accessibilityFeature">synchronizedAudioText</meta>'
    for n, chapter in heard.items():
        yield f'<meta property="media:duration" refines="#overlay{n}">{chapter.seconds:.3f}s</meta>'
    total = sum(round(chapter.seconds, 3) for chapter in heard.values())
    yield f'<meta property="media:duration">{total:.3f}s</meta>'
    yield f'<meta property="media:active-class">{ACTIVE}</meta>'
    yield f'<meta property="media:playback-active-class">{PLAYING}</meta>'
    if _text(book.narrator):
        yield f'<meta property="media:narrator">{_text(book.narrator)}</meta>'


def _words(book: EpubBook) -> dict[str, str]:
    is_chinese = book.language.lower().startswith("zh")
    return {"contents": "目录", "cover": "封面"} if is_chinese else {"contents": "Contents", "cover": "Cover"}


def _text(text: str) -> str:
    """Escaped; without ends of white space, but for a text that stands within others."""
    return escape(markup_safe(text))


_XML = '<?xml version="1.0" encoding="utf-8"?>\n'
_XHTML = "application/xhtml+xml"
_OPS = "http://www.idpf.org/2007/ops"
_CONTAINER = (
    f'{_XML}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>\n"
)
_STYLE = f"""\
body {{ margin: 0 5%; line-height: 1.8; }}
h1 {{ text-align: center; font-size: 1.5em; line-height: 1.4; margin: 2.5em 0 2em; }}
h2 {{ text-align: center; font-size: 1.2em; margin: 2em 0 1em; }}
p {{ margin: 0 0 .5em; text-align: justify; }}
:lang(zh) p {{ text-indent: 2em; }}
hr {{ border: 0; border-top: 1px solid; width: 30%; margin: 2em auto; opacity: .4; }}
.cover {{ text-align: center; }}
.cover img {{ max-width: 100%; max-height: 95vh; }}
nav ol {{ list-style: none; padding-left: 1em; }}
.{ACTIVE} {{ background: #fcefc7; color: #26241f; }}
"""
