"""What the commands show: progress bars and messages on stderr, tables and JSON on stdout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from novelcast.characters import NOBODY, Characters
from novelcast.editing.review import Doubt, doubts
from novelcast.hanzi import simplified
from novelcast.model import Book, Cast, Loudness, Progress, ProgressSink, Script, Span, Voice

if TYPE_CHECKING:
    from novelcast.audiocheck import AudioReport
    from novelcast.catalog import CueSound
    from novelcast.doctor import Finding
    from novelcast.pipeline import Edition
    from novelcast.publish.edition import ChapterRecord
    from novelcast.resume import Checked, Written
    from novelcast.workspace import Amount, BookFolder

STAGES = {
    "fetch": "fetching voices",
    "read": "reading",
    "script": "who says what",
    "ask": "asking the model",
    "speak": "speaking",
    "master": "mixing",
    "batch": "books",
    "publish": "publishing",
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
            name = progress.waiting or STAGES.get(progress.stage, progress.stage)
            bars.update(tasks[progress.stage], completed=done, total=total, description=name)

        yield sink


def table_of(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def plain_console() -> Console:
    """Prints lines as they are: rich would take `:100:` for a picture."""
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def print_table(table: Table) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)  # a pipe or a file has no width of its own: give it the whole table
    console.print(table)


def clock(samples: int, rate_hz: int) -> str:
    seconds = round(samples / rate_hz)
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


LEVELS = ("LUFS", "RMS dB", "peak dBTP", "floor dB", "range LU")


def levels(loudness: Loudness) -> list[str]:
    """What LEVELS names, for a row of a table."""
    found = loudness
    values = (found.integrated_lufs, found.rms_db, found.true_peak_dbtp, found.noise_floor_db, found.range_lu)
    return [f"{value:.1f}" for value in values]


# ---------------------------------------------------------------- render


def show_edition(edition: Edition, pictures: Sequence[Path] = ()) -> None:
    numbers = ("length", "speakers", "cues", *LEVELS)
    table = table_of("chapter", *numbers, "file", right=numbers)
    for c in edition.chapters:
        counts = (clock(c.samples, c.rate_hz), str(c.speakers), str(c.cues))
        table.add_row(Text(c.name), *counts, *levels(c.loudness), Text(c.file))
    if edition.chapters:
        print_table(table)
    out = plain_console()
    for picture in pictures:
        out.print(f"picture: {picture}")
    for file in edition.also:
        out.print(f"also: {file.file}")
    out.print(f"{edition.spoken} lines spoken, {edition.reused} reused; engine {edition.engine}")
    out.print(f"{(edition.folder / 'chapters').resolve()}")


def show_audio(reports: Sequence[AudioReport]) -> None:
    numbers = ("length", "Hz", "kbit/s", *LEVELS, "head s", "tail s")
    table = table_of("file", "format", *numbers, "verdict", right=numbers)
    for r in reports:
        stored, heard = r.format, r.loudness
        table.add_row(
            Text(r.file), f"{stored.codec}, {stored.channels} ch", clock(round(r.seconds), 1),
            str(stored.rate_hz), f"{stored.bitrate_kbps:.0f}", *levels(heard),
            f"{heard.head_s:.2f}", f"{heard.tail_s:.2f}", f"misses {r.preset}" if r.misses else f"keeps {r.preset}",
        )  # fmt: skip
    print_table(table)
    out = plain_console()
    for r in reports:
        for miss in r.misses:
            out.print(f"{r.file}: {miss.what}: {miss.do}")


def audio_json(reports: Sequence[AudioReport]) -> dict[str, Any]:
    return {
        "files": [
            r.model_dump()
            | {"keeps": not r.misses, "misses": [{"what": m.what, "do": m.do} for m in r.misses]}
            for r in reports
        ]
    }


def edition_json(edition: Edition) -> dict[str, Any]:
    return {
        "folder": str(edition.folder.resolve()),
        "engine": edition.engine,
        "spoken": edition.spoken,
        "reused": edition.reused,
        "chapters": [_chapter_json(edition, c) for c in edition.chapters],
        "also": [f.model_dump() for f in edition.also],
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


def read_json(book: Book, people: Characters = NOBODY) -> dict[str, Any]:
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
    } | ({"characters": _named(book, people)} if people.people else {})


def _named(book: Book, people: Characters) -> list[dict[str, Any]]:
    """How often each word for each of these people stands in the book."""
    text = simplified("\n".join(p.text for c in book.chapters for p in c.paragraphs))
    return [
        {"name": p.name, "found": {w: text.count(simplified(w)) for w in (p.name, *p.aliases)}}
        for p in people.people
    ]


def show_read(book: Book, repairs: bool, people: Characters = NOBODY) -> None:
    out = plain_console()
    authors = f" by {'、'.join(book.authors)}" if book.authors else ""
    out.print(f"{book.title}{authors} ({book.language})")
    table = table_of(
        "chapter", "title", "paragraphs", "characters", right=("chapter", "paragraphs", "characters")
    )
    for n, chapter in enumerate(book.chapters, 1):
        characters = sum(len(p.text) for p in chapter.paragraphs)
        table.add_row(str(n), Text(chapter.title), str(len(chapter.paragraphs)), str(characters))
    print_table(table)
    for person in _named(book, people):
        words = ", ".join(f"{w} {n}" for w, n in person["found"].items())
        absent = "" if any(person["found"].values()) else " (not in this book)"
        out.print(f"character: {words}{absent}")
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


def script_json(written: Written, review_below: float) -> dict[str, Any]:
    """The script as `novelcast script --json` prints it, format version 1."""
    script = written.script

    def place(item: Any) -> dict[str, int]:
        return asdict(item.span)

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
        "review_below": review_below,
        "review": [d.model_dump() for d in doubts(script, review_below, written.page.line_numbers)],
    }  # fmt: skip


def show_script(
    book: Book, written: Written, cast: Cast, folder: BookFolder, review_below: float, verbose: bool
) -> None:
    script = written.script
    found = doubts(script, review_below, written.page.line_numbers)
    lines = Counter(s.speaker for s in script.segments if s.speaker is not None)
    unsure = Counter(d.speaker for d in found)
    table = table_of("speaker", "lines", "unsure", "gender", "age", "voice", right=("lines", "unsure"))
    for s in sorted(script.speakers, key=lambda s: -lines[s.id]):
        role = cast.roles.get(s.id, cast.narrator)
        table.add_row(
            Text(s.name), str(lines[s.id]), str(unsure[s.id] or ""), s.gender, s.age,
            _sound(role) if lines[s.id] else "",
        )  # fmt: skip
    table.add_row("(narrator)", "", "", "", "", _sound(cast.narrator))
    print_table(table)
    kinds = Counter(s.kind for s in script.segments)
    out = plain_console()
    counted = ", ".join(
        f"{kinds[k]} {k}" for k in ("narration", "dialogue", "thought", "system", "heading") if kinds[k]
    )
    out.print(
        f"{len(book.chapters)} chapters; {counted}; {len(script.cues)} sounds; {len(book.repairs)} repairs"
    )
    for reason, count in Counter(s.reason for s in script.skipped).items():
        characters = sum(len(s.text) for s in script.skipped if s.reason == reason)
        out.print(f"skipped: {reason} ({count} places, {characters} characters)")
    _show_doubts(found, script, review_below, None if verbose else SHOWN_DOUBTS)
    out.print(f"{folder.page.resolve()}\n{folder.cast.resolve()}")


SHOWN_DOUBTS = 20


def _show_doubts(found: Sequence[Doubt], script: Script, review_below: float, most: int | None) -> None:
    out = plain_console()
    spoken = sum(s.kind in ("dialogue", "thought") for s in script.segments)
    if not found:
        out.print(f"nothing to review: each of {spoken} quotes is at least {review_below:g} sure")
        return
    names = {s.id: s.name for s in script.speakers}
    table = table_of("line", "quote", "said by", "or", "why", right=("line",))
    for d in found[:most]:
        others = "; ".join(f"{names.get(g.speaker, g.speaker)} {g.confidence:.2f}" for g in d.others)
        guess = (
            "nobody found" if d.speaker is None else f"{names.get(d.speaker, d.speaker)} {d.confidence:.2f}"
        )
        text = d.text if len(d.text) <= 30 else d.text[:29] + "…"
        table.add_row(str(d.line or ""), Text(text), Text(guess), Text(others), Text(d.evidence))
    print_table(table)
    if most is not None and len(found) > most:
        out.print(f"… and {len(found) - most} more (--verbose shows all)")
    out.print(
        f"{len(found)} of {spoken} quotes to review, less than {review_below:g} sure: "
        "in script.md, change the name before the quote, or take the ? away"
    )


# ---------------------------------------------------------------- check


def checked_json(checked: Checked) -> dict[str, Any]:
    return {
        "faults": [{"file": str(c.path), **asdict(f)} for c in checked.files for f in c.faults],
        "review_below": checked.review_below,
        "review": [d.model_dump() for d in checked.review],
    }


def show_checked(checked: Checked) -> None:
    out = plain_console()
    for file in checked.files:
        for fault in file.faults:
            out.print(f"{file.path}:{fault.line}: {fault.what}\n  what to do: {fault.hint}")
    for sentence in checked.said:
        out.print(sentence)
    if checked.script is None:
        out.print(f"{checked.faults} mistake{'s' * (checked.faults != 1)}")
        return
    _show_doubts(checked.review, checked.script, checked.review_below, None)
    out.print("no mistakes: the next run takes it")


def _sound(role: Any) -> str:
    shift = f" {role.pitch_st:+g} st" if role.pitch_st else ""
    rate = f" ×{role.rate:g}" if role.rate != 1.0 else ""
    return f"{role.voice}{shift}{rate}"


# ---------------------------------------------------------------- voices, cues, doctor


def show_voices(voices: Sequence[Voice]) -> None:
    table = table_of("voice", "engine", "language", "gender", "age", "timbre", "licence")
    for v in voices:
        table.add_row(v.id, v.engine, v.language, v.gender, v.age, ", ".join(v.timbre), v.licence)
    print_table(table)


def show_cues(sounds: Sequence[CueSound], mine: Path) -> None:
    table = table_of("sound", "whose", "mode", "made by", "words")
    for s in sounds:
        made = Path(s.file).name if s.file else s.make or ""
        table.add_row(
            s.name, "yours" if s.mine else "novelcast", s.mode, Text(made), Text("、".join(s.words))
        )
    print_table(table)
    plain_console().print(f"\nYour own sounds: {mine} (novelcast cues add NAME FILE --words …)")


def show_findings(findings: Sequence[Finding]) -> None:
    out = plain_console()
    for f in findings:
        mark = "ok  " if f.ok else ("–   " if f.optional else "MISS")
        out.print(f"{mark} {f.what}: {f.found}")
        if f.remedy:
            out.print(f"       {f.remedy}")


def cache_json(folder: Path, kept: Amount, gone: Amount) -> dict[str, Any]:
    return {
        "folder": str(folder.absolute()),
        "clips": kept.clips,
        "bytes": kept.size_bytes,
        "removed_clips": gone.clips,
        "removed_bytes": gone.size_bytes,
    }


def show_cache(folder: Path, kept: Amount, gone: Amount) -> None:
    out = Console(soft_wrap=True, highlight=False, markup=False)
    if gone.clips:
        out.print(f"removed {gone.clips} clips, {_megabytes(gone)}")
    out.print(f"{kept.clips} clips, {_megabytes(kept)}, in {folder.absolute()}")


def _megabytes(amount: Amount) -> str:
    return f"{amount.size_bytes / 1e6:,.1f} MB"
