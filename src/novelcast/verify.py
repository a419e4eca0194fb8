"""Is an edition whole: every file as it was made, decodable, as long as said, tagged; the feed pointing at what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from novelcast import media
from novelcast.errors import InputError
from novelcast.publish.edition import ChapterRecord, EditionRecord, FileRecord, file_sha256
from novelcast.publish.feed import FEED
from novelcast.workspace import BookFolder, read_model

_LATE_MS = 30
_HEARD = ("m4b", "opus")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a file, and what to do about it."""

    file: str
    what: str
    do: str


@dataclass(frozen=True)
class Verified:
    folder: Path
    files: int
    wrong: tuple[Wrong, ...]


def editions_under(output: Path) -> list[Path]:
    """The book's folder itself, or those in a folder of editions. Raises InputError where there is none."""
    if (output / "edition.json").is_file():
        return [output]
    found = sorted(path.parent for path in output.glob("*/edition.json"))
    if not found:
        raise InputError(
            f"{output} holds no edition", hint="give a book's folder, or the folder of editions (output)"
        )
    return found


def verify(root: Path, *, quick: bool = False) -> Verified:
    """Check the edition in a book's folder; `quick` decodes nothing."""
    record = read_model(BookFolder(root).edition, EditionRecord)
    if record is None:
        again = "render the book again with this version"
        return Verified(root, 0, (Wrong("edition.json", "damaged, or of another version", again),))
    wrong: list[Wrong] = []
    for chapter in record.chapters:
        wrong += _checked(root, chapter, "render the book again", quick)
    for file in record.files:
        do = "run `novelcast feed` again" if file.format == "podcast" else f"publish {file.format} again"
        wrong += _checked(root, file, do, quick)
        if file.chapters and file.sound != record.sound_of(file.chapters):
            wrong.append(Wrong(file.file, "older than the chapters that it was made of", do))
    if any(f.file == FEED for f in record.files) and (root / FEED).is_file():
        wrong += _feed(root, record)
    return Verified(root, len(record.chapters) + len(record.files), tuple(wrong))


def _checked(root: Path, record: ChapterRecord | FileRecord, do: str, quick: bool) -> Iterator[Wrong]:
    path = root / record.file
    if not path.is_file():
        yield Wrong(record.file, "missing", do)
        return
    if path.stat().st_size != record.size_bytes:
        yield Wrong(record.file, f"{path.stat().st_size} bytes, wanted {record.size_bytes}", do)
    elif file_sha256(path) != record.sha256:
        yield Wrong(record.file, "its content has changed (SHA-256)", do)
    if isinstance(record, ChapterRecord):
        yield from _audio(path, record.file, record.samples / record.rate_hz, 1, do, quick)
    elif record.format in _HEARD and record.seconds is not None:
        yield from _audio(path, record.file, record.seconds, len(record.chapters), do, quick)


def _audio(path: Path, name: str, seconds: float, chapters: int, do: str, quick: bool) -> Iterator[Wrong]:
    import av

    try:
        with av.open(str(path)) as container:
            stream = container.streams.audio[0]
            metadata = container.metadata | stream.metadata
            tags = {key.lower(): value for key, value in metadata.items()}
            marks, rate_hz = len(container.chapters()), stream.rate
        missing = [tag for tag in ("title", "album", "artist") if not tags.get(tag)]
        if missing:
            yield Wrong(name, f"no tag {', '.join(missing)}", do)
        if chapters > 1 and marks != chapters:
            yield Wrong(name, f"{marks} chapter marks, wanted {chapters}", do)
        if quick:
            return
        heard = sum(len(block) for block in media.decode(path, rate_hz=rate_hz)) / rate_hz
    except (InputError, av.FFmpegError, IndexError) as error:
        yield Wrong(name, f"cannot be decoded: {error}", do)
        return
    if abs(heard - seconds) * 1000 > _LATE_MS:
        yield Wrong(name, f"{heard:.3f} s of audio, wanted {seconds:.3f}", do)


def _feed(root: Path, record: EditionRecord) -> Iterator[Wrong]:
    """Everything of ours that the feed points at must be there, the episodes as long as it says."""
    from lxml import etree

    again = "run `novelcast feed` again"
    try:
        tree = etree.parse(str(root / FEED))
    except etree.XMLSyntaxError as error:
        yield Wrong(FEED, f"no XML: {error}", again)
        return
    links = tree.xpath("//channel/*[local-name()='link' and @rel='self']/@href")
    base = str(links[0]).removesuffix(FEED) if links else ""
    if not base:
        yield Wrong(FEED, "does not say where it lies", again)
        return
    for element in tree.iter():
        for url in (element.get("url"), element.get("href")):
            if not url or not url.startswith(base):
                continue
            name = unquote(url[len(base) :])
            path = root / name
            if name and not path.is_file():
                yield Wrong(FEED, f"points at {name}, which is missing", again)
            elif element.tag == "enclosure" and path.stat().st_size != int(element.get("length", "-1")):
                yield Wrong(FEED, f"says {element.get('length')} bytes of {name}", again)
    known = {c.file for c in record.chapters}
    for enclosure in tree.xpath("//enclosure/@url"):
        if unquote(str(enclosure)[len(base) :]) not in known:
            yield Wrong(FEED, f"has an episode that is no chapter: {enclosure}", again)
