"""A file -> a Book: the text as the author wrote it, in chapters, its damage repaired and nothing lost."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from novelcast.errors import InputError
from novelcast.hanzi import HAN, simplified
from novelcast.model import Book, Chapter, Paragraph, ParagraphKind, Skipped, Span
from novelcast.read import skip
from novelcast.read.chapters import Heading, find_bare_numbers, find_heading, is_break
from novelcast.read.draft import Draft, undo
from novelcast.read.repair import repair_paragraphs, unmark
from novelcast.read.text import load_text, split_paragraphs

__all__ = ["read_book", "undo"]

_ID_BYTES = 60
_FRONT_LINES = 60  # what comes before the first heading and is longer than this is no title page
_SAMPLE = 20_000  # characters that decide the language
_CHAPTER_LEVELS = 2  # Markdown headings # and ## start chapters, deeper ones stand inside of them
_CONTENTS = ("目录", "目錄", "目次", "Contents", "Table of Contents")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+\S")


@dataclass
class _Line:
    """A paragraph with all that is known of it before it has its place in the book."""

    draft: Draft
    kind: ParagraphKind = "body"
    heading: Heading | None = None
    skipped: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.draft.text

    def skip_all(self, reason: str) -> None:
        self.skipped = [(0, len(self.text), reason)]


def read_book(path: Path, *, repair: bool = True) -> Book:
    """The book in a .txt or .md file. Raises InputError, saying why, where the file cannot be used.

    `repair=False` leaves damage as it is; what isn't the book is marked as skipped all the same.
    """
    text, data = load_text(path)
    markdown = path.suffix.lower() in (".md", ".markdown")
    language = _language(text[:_SAMPLE])
    sources = _unwrapped(text) if markdown else split_paragraphs(text)
    lines = _lines(sources, language, repair=repair, markdown=markdown)
    title = _title(path, lines)
    chapters = _chapters(lines, title)
    if all(line.skipped for line in lines):
        raise InputError(
            f"there is nothing to read in {path}",
            hint="it holds only a title page, markup or a site's own text",
        )
    authors = tuple(dict.fromkeys(a for line in lines[:12] if (a := _author(line))))
    return Book(
        id=slug(path.stem),
        title=title,
        authors=authors,
        language=language,
        chapters=tuple(
            Chapter(title=name, paragraphs=tuple(Paragraph(kind=x.kind, text=x.text) for x in part))
            for name, part in chapters
        ),
        source=str(path.resolve()),
        source_sha256=hashlib.sha256(data).hexdigest(),
        repairs=tuple(
            r
            for c, (_, part) in enumerate(chapters)
            for p, x in enumerate(part)
            for r in x.draft.repairs(c, p)
        ),
        skipped=tuple(
            Skipped(span=Span(chapter=c, paragraph=p, start=s, end=e), text=x.text[s:e], reason=reason)
            for c, (_, part) in enumerate(chapters)
            for p, x in enumerate(part)
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


def _language(text: str) -> str:
    han = HAN.findall(text)
    if len(han) < 0.2 * sum(c.isalpha() for c in text) or not han:
        return "en"
    plain = simplified(text)
    changed = sum(a != b for a, b in zip(text, plain, strict=True))
    # A few characters (著, 於, 乾) differ in simplified books too; in a traditional one every third does.
    return "zh-Hant" if changed > 0.05 * len(han) else "zh-Hans"


def _unwrapped(text: str) -> list[str]:
    """Markdown's paragraphs: lines up to a blank line, a heading, a rule or a list item belong together."""
    out: list[str] = []
    block: list[str] = []
    for line in [*(part.strip() for part in re.split(r"\r\n|[\n\r]", text)), ""]:
        apart = not line or re.match(r"#{1,6}\s|[-*+]\s|>|\d+\.\s", line) or is_break(line)
        if apart and block:
            out.append(_joined(block))
            block = []
        if apart and line:
            out.append(line)
        elif line:
            block.append(line)
    return [p for block_text in out for p in split_paragraphs(block_text)]


def _joined(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        wide = ord(text[-1]) > 0x2E7F or ord(line[0]) > 0x2E7F or text[-1] in "“”…—"
        text += line if wide else " " + line
    return text


def _lines(sources: Sequence[str], language: str, *, repair: bool, markdown: bool) -> list[_Line]:
    chinese = language.startswith("zh")
    if repair:
        drafts = repair_paragraphs(sources, chinese=chinese, markdown=markdown)
    else:
        drafts = [Draft(s) for s in sources]
        if markdown:
            unmark(drafts)
    lines = [_line(draft, markdown=markdown) for draft in drafts]
    if not any(x.heading for x in lines):
        for i, heading in find_bare_numbers([x.text for x in lines]).items():
            lines[i].kind, lines[i].heading = "heading", heading
    _skip_contents(lines)
    return lines


def _line(draft: Draft, *, markdown: bool) -> _Line:
    """What kind of paragraph a draft is. One that repair left empty is kept as it came, unspoken."""
    if not draft.text.strip():
        line = _Line(Draft(draft.source))
        line.skip_all(skip.REASON_MARKUP)
        return line
    if is_break(draft.source):
        return _Line(Draft(draft.source), kind="break")
    mark = _MARKDOWN_HEADING.match(draft.source)
    if mark and (markdown or find_heading(draft.source[mark.end() - 1 :])):
        unmark([draft])
        heading = find_heading(draft.text)
        if len(mark[1]) <= _CHAPTER_LEVELS:
            heading = heading or Heading("chapter", draft.text)
        return _Line(draft, kind="heading", heading=heading)
    heading = find_heading(draft.text)
    return _Line(draft, kind="heading" if heading else "body", heading=heading)


def _skip_contents(lines: Sequence[_Line]) -> None:
    """A table of contents: three headings and more in a row that all come again later."""
    last = {line.text: i for i, line in enumerate(lines) if line.heading}
    i = 0
    while i < len(lines):
        j = i
        while j < len(lines) and lines[j].heading and last[lines[j].text] > j:
            j += 1
        if j - i >= 3:
            if i and lines[i - 1].text.strip("【】 :：") in _CONTENTS:
                lines[i - 1].skip_all(skip.REASON_CONTENTS)
            for line in lines[i:j]:
                line.kind, line.heading = "body", None
                line.skip_all(skip.REASON_CONTENTS)
        i = max(j, i + 1)


def _title(path: Path, lines: Sequence[_Line]) -> str:
    """From a leading title line (《…》, or Markdown's only #), else from the file's name."""
    stem = unicodedata.normalize("NFC", path.stem).strip()
    first = lines[0]
    tops = [x for x in lines if re.match(r"#\s", x.draft.source)]
    if tops == [first] and any(re.match(r"##\s", x.draft.source) for x in lines):
        return first.text
    named = re.fullmatch(r"(?:书名[:：]\s*)?《([^》]{1,60})》", first.text) or re.fullmatch(
        r"[书書]名[:：]\s*(.{1,60})", first.text
    )
    if named:
        return named[1]
    inside = re.search(r"《([^》]{1,60})》", stem)
    return (inside[1] if inside else stem) or "book"


def _author(line: _Line) -> str:
    if not any(reason == skip.REASON_FRONT for *_, reason in line.skipped):
        return ""
    match = skip.AUTHOR.search(line.text)
    return (match[1] or match[2]).strip() if match else ""


def _chapters(lines: list[_Line], title: str) -> list[tuple[str, list[_Line]]]:
    """The lines in chapters, each with its title; what isn't the book is marked."""
    first = next((i for i, x in enumerate(lines) if x.heading), None)
    whole = first is not None and first <= _FRONT_LINES
    front = lines[:first] if whole else lines[:6]
    if whole or any(skip.is_front(x.text) for x in front):
        for i, reason in skip.front_matter([x.text for x in front], title, whole=whole):
            if not front[i].skipped:
                front[i].skip_all(reason)
    chapters: list[tuple[str, list[_Line]]] = []
    start: list[_Line] = []
    for line in lines:
        if line.heading and chapters and _only_volume(chapters[-1][1]):
            chapters[-1] = (line.heading.title, [*chapters[-1][1], line])
        elif line.heading:
            chapters.append((line.heading.title, [line]))
        elif chapters:
            chapters[-1][1].append(line)
        else:
            start.append(line)
    if chapters and all(x.skipped or x.kind == "break" for x in start):
        # A title page alone is no chapter: it stands, unspoken, before the first heading.
        chapters[0] = (chapters[0][0], [*start, *chapters[0][1]])
    elif start:
        chapters.insert(0, (title, start))
    for _, part in chapters:
        _skip_in(part)
    return chapters


def _only_volume(part: Sequence[_Line]) -> bool:
    """Whether a chapter is a volume's heading so far, or Markdown's title, and nothing else."""
    return all(
        x.skipped or (x.heading and (x.heading.level == "volume" or x.draft.source.startswith("# ")))
        for x in part
    )


def _skip_in(part: Sequence[_Line]) -> None:
    found = skip.find_skipped([x.text for x in part], [x.kind != "body" or bool(x.skipped) for x in part])
    for i, span in found.items():
        part[i].skipped = [span]
