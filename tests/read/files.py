"""Small books in the formats that `read` knows, made for tests; and what the tests ask of each."""

from __future__ import annotations

import struct
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from novelcast.errors import InputError
from novelcast.model import Book
from novelcast.read import read_book

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = "<dc:title>长夜</dc:title><dc:creator>林中客</dc:creator><dc:language>zh-CN</dc:language>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def page(body: str, *, title: str = "", body_type: str = "") -> str:
    """An XHTML page; `body` is markup."""
    kind = f' epub:type="{body_type}"' if body_type else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{escape(title)}</title></head>'
        f"<body{kind}>{body}</body></html>"
    )


def nav(entries: Sequence[tuple[str, str] | tuple[str, str, Sequence[object]]]) -> str:
    """An EPUB 3 table of contents: (title, href) or (title, href, inner entries); an empty href is no link."""

    def listed(rows: Sequence[object]) -> str:
        out = ""
        for row in rows:
            title, href, *inner = row  # type: ignore[misc]
            label = (
                f"<a href={quoteattr(href)}>{escape(title)}</a>" if href else f"<span>{escape(title)}</span>"
            )
            out += f"<li>{label}{listed(inner[0]) if inner else ''}</li>"
        return f"<ol>{out}</ol>"

    return page(f'<nav epub:type="toc"><h1>目录</h1>{listed(entries)}</nav>')


def ncx(entries: Sequence[tuple[str, str]]) -> str:
    points = "".join(
        f'<navPoint id="p{i}"><navLabel><text>{escape(t)}</text></navLabel><content src={quoteattr(h)}/></navPoint>'
        for i, (t, h) in enumerate(entries)
    )
    return f'<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'


def write_epub(
    path: Path,
    pages: Mapping[str, str],
    *,
    toc: str = "",
    toc_ncx: str = "",
    metadata: str = METADATA,
    not_linear: Sequence[str] = (),
    guide: str = "",
    manifest: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> Path:
    """An EPUB with these pages in its spine, in order; `more` are further members by their full names."""
    items = "".join(
        f'<item id="i{n}" href={quoteattr(name)} media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    )
    refs = "".join(
        f'<itemref idref="i{n}"{" linear=" + chr(34) + "no" + chr(34) if name in not_linear else ""}/>'
        for n, name in enumerate(pages)
    )
    if toc:
        items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    if toc_ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    opf = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'xmlns:opf="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{metadata}</metadata><manifest>{items}{manifest}</manifest>"
        f"<spine{' toc=' + chr(34) + 'ncx' + chr(34) if toc_ncx else ''}>{refs}</spine>{guide}</package>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/book.opf", opf)
        for name, text in pages.items():
            archive.writestr(f"OEBPS/{name}", text)
        if toc:
            archive.writestr("OEBPS/nav.xhtml", toc)
        if toc_ncx:
            archive.writestr("OEBPS/toc.ncx", toc_ncx)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return path


def chapters(book: Book) -> list[tuple[str, list[str]]]:
    """Each chapter's title and what is read in it, without what is skipped as a whole."""
    silent = {(s.span.chapter, s.span.paragraph) for s in book.skipped}
    return [
        (c.title, [p.text for j, p in enumerate(c.paragraphs) if (i, j) not in silent and p.text])
        for i, c in enumerate(book.chapters)
    ]


def read(path: Path) -> list[tuple[str, list[str]]]:
    return chapters(read_book(path))


def reasons(book: Book) -> dict[str, str]:
    return {s.text: s.reason for s in book.skipped}


def is_all_there(text: str, book: Book) -> bool:
    """Whether every non-white character of `text` stands in the book or in a repair's `before`, in order."""
    found = iter("".join(_sources(book)))
    return all(c in found for c in unicodedata.normalize("NFC", text) if not c.isspace())


letters = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=40)


def _sources(book: Book) -> list[str]:
    from novelcast.read import undo

    out = []
    for i, chapter in enumerate(book.chapters):
        for j, paragraph in enumerate(chapter.paragraphs):
            here = [r for r in book.repairs if (r.chapter, r.paragraph) == (i, j)]
            out.append(unicodedata.normalize("NFC", undo(paragraph.text, here)))
    return out


def write_pdf(
    path: Path,
    pages: Sequence[Sequence[tuple[float, float, float, str]]],
    *,
    title: str = "",
    vertical: bool = False,
) -> Path:
    """A PDF whose pages hold lines of text: (x, y, size, text), in points from the lower left corner.

    One font, not embedded, each character one em wide; a ToUnicode table says which characters the codes are.
    """
    letters = sorted({c for lines in pages for *_, text in lines for c in text})
    code = {c: i + 1 for i, c in enumerate(letters)}
    table = "".join(f"<{i:04x}> <{c.encode('utf-16-be').hex()}>\n" for c, i in code.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        f"1 begincodespacerange <0000> <ffff> endcodespacerange {len(letters)} beginbfchar\n{table}endbfchar endcmap end end"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-%s/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>"
        % (b"V" if vertical else b"H"),
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/DW 1000/FontDescriptor 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(cmap.encode()), cmap.encode()),
        b"<</Type/FontDescriptor/FontName/X/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0/Ascent 800/Descent -200"
        b"/CapHeight 700/StemV 80>>",
        b"<</Title<%s>>>" % (b"feff" + title.encode("utf-16-be").hex().encode()),
    ]
    kids = []
    for lines in pages:
        content = "".join(
            f"BT /F {size} Tf 1 0 0 1 {x} {y} Tm <{''.join(f'{code[c]:04x}' for c in text)}> Tj ET\n"
            for x, y, size, text in lines
        ).encode()
        kids.append(len(objects) + 1)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (len(objects) + 2)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (n, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer<</Size %d/Root 1 0 R/Info 7 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, at)
    path.write_bytes(out)
    return path


def write_mobi(
    path: Path,
    text: bytes,
    *,
    compression: str = "palmdoc",
    version: int = 6,
    locked: bool = False,
    indexes: Mapping[int, Sequence[bytes]] | None = None,
) -> Path:
    """A Kindle book of MOBI 6 or KF8, its text plain, as PalmDOC or under Huffman codes; `indexes` are records by the
    place in record 0 that names the first of them."""
    parts = [text[i : i + 4096] for i in range(0, len(text), 4096)]
    records, extra = [], []
    if compression == "palmdoc":
        records = [_palmdoc(part) for part in parts]
    elif compression == "plain":
        records = parts
    else:
        # Codes of 8 bits for 256 phrases of one byte: code c means phrase 255 - c.
        records = [bytes(255 - b for b in part) for part in parts]
        table = b"HUFF" + struct.pack(">LLL", 24, 24, 24 + 1024) + bytes(8)
        table += struct.pack(">L", 255 << 8 | 0x80 | 8) * 256 + struct.pack(">64L", *[0] * 64)
        phrases = b"".join(struct.pack(">HB", 0x8001, b) for b in range(256))
        places = struct.pack(">256H", *[512 + 3 * i for i in range(256)])
        extra = [table, b"CDIC" + struct.pack(">LLL", 16, 256, 8) + places + phrases]
    kinds = {"plain": 1, "palmdoc": 2, "huffman": 17480}
    exth = [(100, "林中客"), (503, "长夜"), (524, "zh")]
    about = b"".join(struct.pack(">LL", k, 8 + len(v.encode())) + v.encode() for k, v in exth)
    about += struct.pack(">LLL", 201, 12, 0)
    length = 264 if version >= 8 else 232
    head = bytearray(16 + length)
    struct.pack_into(
        ">HHLHHH", head, 0, kinds[compression], 0, len(text), len(records), 4096, 2 if locked else 0
    )
    head[16:20] = b"MOBI"
    for at, value in ((20, length), (24, 2), (28, 65001), (36, version), (84, 0xFFFFFFFF), (88, 0xFFFFFFFF),
                      (108, 1 + len(records) + len(extra)), (112, 1 + len(records)), (116, len(extra)), (128, 0x40),
                      (192, 0xFFFFFFFF), (244, 0xFFFFFFFF)):  # fmt: skip
        struct.pack_into(">L", head, at, value)
    if version >= 8:
        struct.pack_into(">LL", head, 248, 0xFFFFFFFF, 0xFFFFFFFF)
    more: list[bytes] = []
    for at, rows in (indexes or {}).items():
        struct.pack_into(">L", head, at, 2 + len(records) + len(extra) + len(more))
        more += rows
    struct.pack_into(
        ">H", head, 242, 1
    )  # one byte behind each record says how many of a letter's are there too
    head += b"EXTH" + struct.pack(">LL", 12 + len(about), len(exth) + 1) + about
    every = [bytes(head), *(r + b"\0" for r in records), *extra, PNG, *more]
    start = 78 + 8 * len(every) + 2
    index = b""
    for record in every:
        index += struct.pack(">LL", start, 0)
        start += len(record)
    path.write_bytes(
        bytes(32)
        + bytes(28)
        + b"BOOKMOBI"
        + bytes(8)
        + struct.pack(">H", len(every))
        + index
        + b"\0\0"
        + b"".join(every)
    )
    return path


def _palmdoc(part: bytes) -> bytes:
    """Packed with all three kinds of codes: pairs where the last three bytes came before, literals, spaces."""
    out = bytearray()
    at = 0
    while at < len(part):
        before = part.rfind(part[at : at + 3], max(0, at - 2047), at) if at + 3 <= len(part) else -1
        if before >= 0:
            out += struct.pack(">H", 0x8000 | (at - before) << 3)
            at += 3
        elif part[at] == 0x20 and at + 1 < len(part) and 0x40 <= part[at + 1] < 0x80:
            out.append(part[at + 1] | 0x80)
            at += 2
        elif part[at] >= 0x80 or 1 <= part[at] <= 8:
            out += bytes((1, part[at]))
            at += 1
        else:
            out.append(part[at])
            at += 1
    return bytes(out)


def mangled(data: bytes, draw: Callable[[st.SearchStrategy[Any]], Any]) -> bytes:
    """The bytes with some of them changed, lost or doubled, or cut short."""
    raw = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        raw[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))
    if draw(st.integers(0, 3)) == 0:
        del raw[draw(st.integers(0, len(raw))) :]
    return bytes(raw)


def read_or_refused(path: Path) -> None:
    """Read the file; an InputError is fine if it says what to do."""
    try:
        read_book(path)
    except InputError as error:
        assert error.hint
        assert "\n" not in str(error)
