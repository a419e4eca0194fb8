"""What the commands show: progress bars and messages on stderr, tables and JSON on stdout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from novelcast.model import Book, Cast, Progress, ProgressSink, Script, Span, Voice

if TYPE_CHECKING:
    from novelcast.catalog import CueSound
    from novelcast.doctor import Finding
    from novelcast.pipeline import Edition
    from novelcast.publish.edition import ChapterRecord
    from novelcast.workspace import BookFolder

STAGES = {
    "fetch": "fetching voices",
    "read": "reading",
    "script": "who says what",
    "ask": "asking the model",
    "speak": "speaking",
    "master": "mixing",
}


@contextmanager
def progress_bars(quiet: bool) -> Iterator[ProgressSink]:
    """A sink that draws a bar for each stage, with an estimate of what is left, where there is a terminal,
    and writes notes above them."""
    columns = (
        TextColumn("{task.description:>16}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    console = Console(stderr=True)
    # A pipe or a log has no use for half-drawn bars.
    with Bars(*columns, console=console, disable=quiet or not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def sink(progress: Progress) -> None:
            if line := progress.warning or (not quiet and progress.note):
                console.print(f"novelcast: {line}", markup=False, highlight=False, soft_wrap=True)
            if progress.note or progress.warning:
                return
            if progress.stage not in tasks:
                tasks[progress.stage] = bars.add_task(STAGES.get(progress.stage, progress.stage))
            total = max(1, progress.total)
            done = progress.done if progress.total else 1
            bars.update(tasks[progress.stage], completed=done, total=total)

        yield sink


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _print(table: Table) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)  # a pipe or a file has no width of its own: give it the whole table
    console.print(table)


def clock(samples: int, rate_hz: int) -> str:
    seconds = round(samples / rate_hz)
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


# ---------------------------------------------------------------- render


def show_edition(edition: Edition, pictures: Sequence[Path] = ()) -> None:
    table = _table(
        "chapter",
        "length",
        "speakers",
        "cues",
        "loudness",
        "file",
        right=("length", "speakers", "cues", "loudness"),
    )
    for c in edition.chapters:
        loudness = f"{c.loudness.integrated_lufs:.1f} LUFS, peak {c.loudness.true_peak_dbtp:.1f} dBTP"
        table.add_row(
            Text(c.title), clock(c.samples, c.rate_hz), str(c.speakers), str(c.cues), loudness, Text(c.file)
        )  # fmt: skip
    if edition.chapters:
        _print(table)
    out = Console(soft_wrap=True, highlight=False, markup=False)
    for c in edition.chapters:
        for miss in c.misses:
            out.print(f"{c.title}: misses its preset: {miss}")
    for picture in pictures:
        out.print(f"picture: {picture}")
    out.print(f"{edition.spoken} lines spoken, {edition.reused} reused; engine {edition.engine}")
    out.print(f"{(edition.folder / 'chapters').resolve()}")


def edition_json(edition: Edition) -> dict[str, Any]:
    return {
        "folder": str(edition.folder.resolve()),
        "engine": edition.engine,
        "spoken": edition.spoken,
        "reused": edition.reused,
        "chapters": [_chapter_json(edition, c) for c in edition.chapters],
        "failed": [
            {"segment": u.segment, "text": u.request.text, "reason": why} for u, why in edition.failed
        ],
    }


def _chapter_json(edition: Edition, record: ChapterRecord) -> dict[str, Any]:
    return record.model_dump() | {
        "file": str((edition.folder / record.file).resolve()),
        "seconds": round(record.samples / record.rate_hz, 3),
    }


# ---------------------------------------------------------------- read


def read_json(book: Book) -> dict[str, Any]:
    """The book as `novelcast read --json` prints it: what is read, without what was skipped."""
    gone: dict[tuple[int, int], list[Span]] = {}
    for s in book.skipped:
        gone.setdefault((s.span.chapter, s.span.paragraph), []).append(s.span)

    def paragraphs(chapter: int) -> Iterator[dict[str, str]]:
        for number, paragraph in enumerate(book.chapters[chapter].paragraphs):
            text = paragraph.text
            for span in sorted(gone.get((chapter, number), []), key=lambda s: -s.start):
                text = text[: span.start] + text[span.end :]
            if text.strip() or (chapter, number) not in gone:
                yield {"kind": paragraph.kind, "text": text}

    return {
        "title": book.title,
        "authors": list(book.authors),
        "language": book.language,
        "chapters": [
            {"title": c.title, "paragraphs": list(paragraphs(n))} for n, c in enumerate(book.chapters)
        ],
        "repairs": [r.model_dump() for r in book.repairs],
        "skipped": [{"text": s.text, "reason": s.reason} for s in book.skipped],
    }


def show_read(book: Book, repairs: bool) -> None:
    out = Console(soft_wrap=True, highlight=False, markup=False)
    authors = f" by {'、'.join(book.authors)}" if book.authors else ""
    out.print(f"{book.title}{authors} ({book.language})")
    table = _table(
        "chapter", "title", "paragraphs", "characters", right=("chapter", "paragraphs", "characters")
    )
    for n, chapter in enumerate(book.chapters, 1):
        characters = sum(len(p.text) for p in chapter.paragraphs)
        table.add_row(str(n), Text(chapter.title), str(len(chapter.paragraphs)), str(characters))
    _print(table)
    for why, count in Counter(r.why for r in book.repairs).most_common():
        out.print(f"repaired: {why} ({count})")
    for s in book.skipped:
        out.print(f"skipped: {s.reason}: {s.text if len(s.text) <= 60 else s.text[:60] + '…'}")
    if repairs:
        for r in book.repairs:
            text = book.chapters[r.chapter].paragraphs[r.paragraph].text
            around = (
                text[max(0, r.start - 8) : r.start]
                + "〔"
                + r.after
                + "〕"
                + text[r.start + len(r.after) :][:8]
            )
            where = f"chapter {r.chapter + 1}, paragraph {r.paragraph + 1}"
            out.print(f"{where}: {r.before!r} → {r.after!r} in {around} ({r.why})")
    elif book.repairs:
        out.print(f"{len(book.repairs)} repairs; --repairs shows each")


# ---------------------------------------------------------------- script


def script_json(script: Script) -> dict[str, Any]:
    """The script as `novelcast script --json` prints it, format version 1."""

    def place(item: Any) -> dict[str, int]:
        return dict(item.span.model_dump())

    return {
        "version": script.version,
        "title": script.title,
        "language": script.language,
        "speakers": [s.model_dump(include={"id", "name", "aliases", "gender", "age"}) for s in script.speakers],
        "segments": [
            {
                "id": s.id, **place(s), "kind": s.kind, "speaker": s.speaker,
                "confidence": round(s.confidence, 3), "evidence": s.evidence, "channel": s.channel,
                "text": s.text, "spoken": s.spoken,
            }
            for s in script.segments
        ],
        "cues": [
            {"sound": c.sound, "count": c.count, "mode": c.mode, "text": c.text, "segment": c.segment, **place(c)}
            for c in script.cues
        ],
        "skipped": [{**place(s), "text": s.text, "reason": s.reason} for s in script.skipped],
    }  # fmt: skip


def show_script(book: Book, script: Script, cast: Cast, folder: BookFolder) -> None:
    lines = Counter(s.speaker for s in script.segments if s.speaker is not None)
    unsure = Counter(s.speaker for s in script.segments if s.speaker is not None and s.confidence < 0.5)
    table = _table("speaker", "lines", "unsure", "gender", "age", "voice", right=("lines", "unsure"))
    for s in sorted(script.speakers, key=lambda s: -lines[s.id]):
        role = cast.roles.get(s.id, cast.narrator)
        table.add_row(Text(s.name), str(lines[s.id]), str(unsure[s.id] or ""), s.gender, s.age, _sound(role))
    table.add_row("(narrator)", "", "", "", "", _sound(cast.narrator))
    _print(table)
    kinds = Counter(s.kind for s in script.segments)
    out = Console(soft_wrap=True, highlight=False, markup=False)
    counted = ", ".join(
        f"{kinds[k]} {k}" for k in ("narration", "dialogue", "thought", "system", "heading") if kinds[k]
    )
    out.print(
        f"{len(book.chapters)} chapters; {counted}; {len(script.cues)} sounds; {len(book.repairs)} repairs"
    )
    for reason, count in Counter(s.reason for s in script.skipped).items():
        characters = sum(len(s.text) for s in script.skipped if s.reason == reason)
        out.print(f"skipped: {reason} ({count} places, {characters} characters)")
    out.print(f"{folder.script.resolve()}\n{folder.cast.resolve()}")


def _sound(role: Any) -> str:
    shift = f" {role.pitch_st:+g} st" if role.pitch_st else ""
    rate = f" ×{role.rate:g}" if role.rate != 1.0 else ""
    return f"{role.voice}{shift}{rate}"


# ---------------------------------------------------------------- voices, cues, doctor


def show_voices(voices: Sequence[Voice]) -> None:
    table = _table("voice", "engine", "language", "gender", "age", "timbre", "licence")
    for v in voices:
        table.add_row(v.id, v.engine, v.language, v.gender, v.age, ", ".join(v.timbre), v.licence)
    _print(table)


def show_cues(sounds: Sequence[CueSound]) -> None:
    table = _table("sound", "mode", "made by", "words")
    for s in sounds:
        table.add_row(s.name, s.mode, s.make or s.file or "", Text("、".join(s.words)))
    _print(table)


def show_findings(findings: Sequence[Finding]) -> None:
    out = Console(soft_wrap=True, highlight=False, markup=False)
    for f in findings:
        mark = "ok  " if f.ok else ("–   " if f.optional else "MISS")
        out.print(f"{mark} {f.what}: {f.found}")
        if f.remedy:
            out.print(f"       {f.remedy}")
