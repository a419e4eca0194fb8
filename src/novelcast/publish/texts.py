"""What a rendered edition's texts become: subtitles and transcripts beside each MP3, an EPUB of the whole book."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath

from novelcast import hanzi
from novelcast.model import SCENE_BREAK, Script, Timeline
from novelcast.publish.captions import captions_of
from novelcast.publish.cover import square_cover
from novelcast.publish.edition import digest, file_sha256
from novelcast.publish.epub import Audio, EpubBook, EpubChapter, write_epub
from novelcast.publish.lines import Line, lines_of
from novelcast.publish.names import safe_name
from novelcast.publish.picture import picture_of
from novelcast.publish.subtitles import SUBTITLES, Work
from novelcast.publish.transcript import Transcript, transcript_of
from novelcast.publish.transcript_page import Link, contents_page, transcript_page
from novelcast.publish.view import ChapterView, EditionView, Options, Planned
from novelcast.workspace import dump_model

TEXTS_VERSION = "1"
"""Part of every fingerprint here: change it when the same edition would give other files."""
CONTENTS = "transcript.html"


@dataclass(frozen=True)
class _File:
    """One MP3 of the edition with what is heard in it. `number` counts its chapter's files from 0."""

    view: EditionView
    options: Options
    chapter: ChapterView
    files: tuple[ChapterView, ...]
    number: int

    def named(self, suffix: str) -> str:
        """The file of that suffix beside the MP3."""
        return PurePosixPath(self.chapter.record.file).with_suffix(suffix).as_posix()

    def made_from(self, format_: str, *more: str) -> str:
        return digest(
            TEXTS_VERSION, format_, str(self.options.simplified), self.view.book.language, self.view.book.title,
            self.view.about.author, self.chapter.record.name, self.chapter.record.file,
            *(f"{s.id}={s.name}" for s in self.view.script.speakers),
            *(c.timeline.model_dump_json() for c in self.files),
            *_text_of(self.chapter.part), *more,
        )  # fmt: skip

    def lines(self) -> list[Line]:
        lines = lines_of([c.timeline for c in self.files], self.chapter.part)
        return [line for line in lines if line.file == self.number]


def _files_of(view: EditionView, options: Options) -> Iterator[_File]:
    for _, group in groupby(view.chapters, key=lambda c: c.record.chapter):
        files = tuple(group)
        for number, chapter in enumerate(files):
            yield _File(view, options, chapter, files, number)


def _text_of(part: Script) -> list[str]:
    """What of a script decides a text with times."""
    return [
        *(f"{s.id} {s.kind} {s.speaker} {s.span} {s.text}" for s in part.segments),
        *(f"{c.mode} {c.span} {c.text}" for c in part.cues),
        *(f"{s.reason} {s.span}" for s in part.skipped),
    ]


# ---------------------------------------------------------------- subtitles


def plan_subtitles(format_: str, view: EditionView, options: Options) -> list[Planned]:
    return [
        Planned(
            file=file.named(SUBTITLES[format_].suffix),
            made_from=file.made_from(format_),
            write=partial(_write_subtitles, file, format_),
            chapters=(file.chapter.record.chapter,),
        )
        for file in _files_of(view, options)
    ]


plan_srt, plan_vtt, plan_lrc, plan_ass = (
    partial(plan_subtitles, name) for name in ("srt", "vtt", "lrc", "ass")
)


def _write_subtitles(file: _File, format_: str, path: Path) -> None:
    view, record, written = file.view, file.chapter.record, _written(file.view, file.options)
    work = Work(
        title=written(record.name),
        album=written(view.book.title),
        artist=written(view.about.author),
        language=_language(view, file.options),
        rate_hz=record.rate_hz,
        length=record.samples,
        speakers={s.id: written(s.name) for s in view.script.speakers},
    )
    document = SUBTITLES[format_].document(captions_of(file.lines(), record.rate_hz, written), work)
    path.write_text(document, "utf-8", newline="\n")


# ---------------------------------------------------------------- transcripts


def plan_json(view: EditionView, options: Options) -> list[Planned]:
    return [
        Planned(
            file=file.named(".json"),
            made_from=file.made_from("json"),
            write=partial(_write_data, file),
            chapters=(file.chapter.record.chapter,),
        )
        for file in _files_of(view, options)
    ]


def _write_data(file: _File, path: Path) -> None:
    _write(path, dump_model(_transcript(file)))


def plan_html(view: EditionView, options: Options) -> list[Planned]:
    """A page beside each MP3, and one at the top that leads to them."""
    files = list(_files_of(view, options))
    written = _written(view, options)
    links = [Link(PurePosixPath(f.named(".html")).name, written(f.chapter.record.name)) for f in files]
    plans = []
    for file, before, after in zip(files, [None, *links], [*links[1:], None], strict=False):
        neighbours = [f"{link.href} {link.title}" if link else "" for link in (before, after)]
        plans.append(
            Planned(
                file=file.named(".html"),
                made_from=file.made_from("html", *neighbours),
                write=partial(_write_page, file, before, after),
                chapters=(file.chapter.record.chapter,),
            )
        )
    contents = _contents(view, options, files)
    plans.append(Planned(CONTENTS, digest(TEXTS_VERSION, contents), lambda path: _write(path, contents)))
    return plans


def _write_page(file: _File, before: Link | None, after: Link | None, path: Path) -> None:
    up = "../" * (len(PurePosixPath(file.chapter.record.file).parts) - 1)
    contents = Link(up + CONTENTS, file.view.book.title)
    _write(path, transcript_page(_transcript(file), previous=before, next=after, contents=contents))


def _contents(view: EditionView, options: Options, files: Sequence[_File]) -> str:
    written = _written(view, options)
    volumes = [
        (
            written(volume),
            [(Link(f.named(".html"), written(f.chapter.record.name)), f.chapter.seconds) for f in group],
        )
        for volume, group in groupby(files, key=lambda f: f.chapter.shelved.volume)
    ]
    return contents_page(
        written(view.book.title), written(view.about.author), _language(view, options), volumes
    )


def _transcript(file: _File) -> Transcript:
    view, record = file.view, file.chapter.record
    return transcript_of(
        file.lines(),
        book=view.book.title,
        author=view.about.author,
        chapter=record.chapter,
        title=record.name,
        language=_language(view, file.options),
        audio=PurePosixPath(record.file).name,
        rate_hz=record.rate_hz,
        length=record.samples,
        speakers={s.id: s.name for s in view.script.speakers},
        breaks=_breaks(file.chapter.part),
        written=_written(view, file.options),
    )


# ---------------------------------------------------------------- EPUB


def plan_epub(view: EditionView, options: Options) -> list[Planned]:
    files = list(_files_of(view, options))
    made_from = digest(
        TEXTS_VERSION, "epub", view.about.model_dump_json(), view.tags.model_dump_json(), view.book.source_sha256,
        file_sha256(view.cover) if view.cover else "",
        *(file.made_from("epub", file.chapter.record.sha256) for file in files),
        *_text_of(view.script),
    )  # fmt: skip
    return [
        Planned(
            file=safe_name(view.book.title, ".epub"),
            made_from=made_from,
            write=lambda path: write_epub(path, _epub_book(view, options)),
            chapters=tuple(dict.fromkeys(f.chapter.record.chapter for f in files)),
            seconds=sum(f.chapter.seconds for f in files),
        )
    ]


def _epub_book(view: EditionView, options: Options) -> EpubBook:
    heard = {number: tuple(group) for number, group in groupby(view.chapters, key=lambda c: c.record.chapter)}
    chapters = [
        _epub_chapter(view, heard[n]) if n in heard else _silent_chapter(view, n)
        for n in range(len(view.book.chapters))
    ]
    about = view.about
    cover = picture_of(view.cover) if view.cover else None
    return EpubBook(
        identifier=uuid.uuid5(uuid.NAMESPACE_OID, view.book.source_sha256).urn,
        title=view.book.title,
        language=_language(view, options),
        modified=datetime.now(UTC),
        chapters=[c for c in chapters if c.lines],
        authors=[about.author] if about.author else [],
        narrator=view.tags.composer,
        series=about.series,
        series_part=about.series_part,
        description=about.description,
        publisher=about.publisher,
        cover=cover or ("image/jpeg", square_cover(view.book.title, about.author, None)[0]),
        written=_written(view, options),
    )


def _epub_chapter(view: EditionView, files: Sequence[ChapterView]) -> EpubChapter:
    first = files[0]
    return EpubChapter(
        title=first.shelved.title,
        volume=first.shelved.volume,
        lines=lines_of([c.timeline for c in files], first.part),
        audio=[Audio(view.root / c.record.file, c.record.samples, c.record.rate_hz) for c in files],
        breaks=_breaks(first.part),
    )


def _silent_chapter(view: EditionView, number: int) -> EpubChapter:
    """A chapter that was not rendered: its text, in the volume of no other."""
    script = view.script
    part = script.model_copy(
        update={
            name: tuple(item for item in getattr(script, name) if item.span.chapter == number)
            for name in ("segments", "cues", "skipped")
        }
    )
    title = view.book.chapters[number].title
    silence = Timeline(chapter=number, title=title, rate_hz=1, length=0, placements=())
    return EpubChapter(title=title, lines=lines_of(silence, part), breaks=_breaks(part))


# ---------------------------------------------------------------- shared


def _breaks(part: Script) -> list[int]:
    return sorted({s.span.paragraph for s in part.skipped if s.reason == SCENE_BREAK})


def _is_chinese(view: EditionView) -> bool:
    return view.book.language.lower().startswith("zh")


def _written(view: EditionView, options: Options) -> Callable[[str], str]:
    return hanzi.simplified if options.simplified and _is_chinese(view) else lambda text: text


def _language(view: EditionView, options: Options) -> str:
    return "zh-Hans" if options.simplified and _is_chinese(view) else view.book.language


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8", errors="replace", newline="\n")
