"""A Source -> the parts of a Book: repaired, cut into chapters, what isn't the book marked. One way for all formats."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from novelcast.errors import InputError
from novelcast.hanzi import HAN, simplified
from novelcast.model import ParagraphKind
from novelcast.read import skip
from novelcast.read.chapters import Heading, find_heading, is_break
from novelcast.read.draft import Draft, Edit
from novelcast.read.duplicates import repeated_chapters
from novelcast.read.headings import arrange, titles_in_volumes
from novelcast.read.repair import repair_paragraphs, unmark
from novelcast.read.source import MAX_PARAGRAPH, MAX_PARAGRAPHS, Block, Source, Start, endless

_FRONT_LINES = 60  # what comes before the first heading and is longer than this is no title page
_SAMPLE = 20_000  # characters that decide the language
_CHAPTER_LEVELS = 2  # Markdown headings # and ## start chapters, deeper ones stand inside of them
_FILE_HEAD = 3  # lines and
_FILE_HEAD_LENGTH = 60  # characters that may stand in a file before the heading that names its chapter
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+\S")


@dataclass
class Line:
    """A paragraph with all that is known of it before it has its place in the book.

    `start`: what its format says of a chapter that begins here. `aside`: its format says that it isn't the book.
    """

    draft: Draft
    kind: ParagraphKind = "body"
    heading: Heading | None = None
    start: Start | None = None
    aside: bool = False
    skipped: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.draft.text

    def skip_all(self, reason: str) -> None:
        self.skipped = [(0, len(self.text), reason)]


@dataclass
class Parts:
    """A book in the making: its lines by chapter."""

    title: str
    authors: tuple[str, ...]
    language: str
    chapters: list[tuple[str, list[Line]]]


def assemble(source: Source, name: str, *, repair: bool) -> Parts | None:
    """The book of a source; `name` is its title where nothing else says it. None where there is nothing to read."""
    blocks = source.blocks
    _refuse_endless(blocks)
    running = [b.running for b in blocks if _is_running(b)]
    language = _language(_sample(running), source.language)
    drafts = _drafts(running, language, repair=repair, markdown=source.markdown)
    lines = _lines(blocks, drafts, source)
    if all(line.skipped for line in lines if line.text):
        return None
    title = source.title or _title(name, lines)
    chapters = _chapters(lines, title)
    if all(line.skipped for line in lines if line.text):
        return None
    authors = source.authors or tuple(dict.fromkeys(a for line in lines[:12] if (a := _author(line))))
    return Parts(title, authors, language, chapters)


def _refuse_endless(blocks: Sequence[Block]) -> None:
    longest = max((len(b.text) for b in blocks), default=0)
    if longest > MAX_PARAGRAPH:
        raise endless(longest)
    if len(blocks) > MAX_PARAGRAPHS:
        raise InputError(f"{len(blocks):,} paragraphs are no book", hint="give the book alone, or in parts")


def _is_running(block: Block) -> bool:
    return not block.skip and bool(block.text)


def _sample(texts: Sequence[str]) -> str:
    out, size = [], 0
    for text in texts:
        out.append(text)
        size += len(text) + 1
        if size > _SAMPLE:
            break
    return "\n".join(out)[:_SAMPLE]


def _language(text: str, declared: str) -> str:
    """BCP 47, by the text. What a file declares counts where the text can't tell: converters write en or zh in all."""
    tag = declared.replace("_", "-").split("-")[0].lower()
    if tag in ("ja", "jpn") and re.search("[\u3041-\u30ff]", text):
        return "ja"
    han = HAN.findall(text)
    if len(han) < 0.2 * sum(c.isalpha() for c in text) or not han:
        return tag if re.fullmatch("[a-z]{2}", tag) and tag != "zh" else "en"
    plain = simplified(text)
    changed = sum(a != b for a, b in zip(text, plain, strict=True))
    # A few characters (著, 於, 乾) differ in simplified books too; in a traditional one every third does.
    return "zh-Hant" if changed > 0.05 * len(han) else "zh-Hans"


def _drafts(texts: Sequence[str], language: str, *, repair: bool, markdown: bool) -> list[Draft]:
    if repair:
        return repair_paragraphs(texts, chinese=language.startswith("zh"), markdown=markdown)
    drafts = [Draft(s) for s in texts]
    if markdown:
        unmark(drafts)
    return drafts


def _lines(blocks: Sequence[Block], drafts: Sequence[Draft], source: Source) -> list[Line]:
    level = _chapter_level(blocks)
    lines: list[Line] = []
    for draft, block in _placed(drafts, blocks):
        if draft is None:
            start = None if block.skip else block.start
            line = Line(Draft(block.text), kind=block.kind, start=start, aside=bool(block.skip))
            if block.skip:
                line.skip_all(block.skip)
            lines.append(line)
        else:
            line = _line(draft, block, level, markdown=source.markdown)
            if block.kind == "heading" and block.level < level and line.text == source.title:
                line.heading = None  # the title over the whole book
            lines.append(line)
    _start_chapters(lines)
    _arrange(lines)
    return lines


def _placed(drafts: Sequence[Draft], blocks: Sequence[Block]) -> Iterator[tuple[Draft | None, Block]]:
    """Each draft with the block that it begins in, what was cut out put back into its source as a repair;
    between them, without a draft, the blocks that nobody reads."""
    running = [b for b in blocks if _is_running(b)]
    offsets, size = [], 0
    for block in running:
        offsets.append(size)
        size += len(block.running) + 1
    stream = "\n".join(b.running for b in running)
    cuts = [
        (offset + place, text, instead, why)
        for offset, b in zip(offsets, running, strict=True)
        for place, text, instead, why in _cuts_of(b)
    ]
    apart = _apart(blocks)
    at = next_cut = 0
    for draft in drafts:
        # Repair joins paragraphs and parts them, but what it was given is in its drafts' sources, in order.
        start = stream.index(draft.source, at)
        at = start + len(draft.source)
        here = bisect_right(offsets, start) - 1
        yield from ((None, b) for b in apart.pop(here, ()))
        first = next_cut
        while next_cut < len(cuts) and cuts[next_cut][0] <= at:
            next_cut += 1
        found = [(place - start, text, instead, why) for place, text, instead, why in cuts[first:next_cut]]
        block = running[here] if start == offsets[here] else replace(running[here], start=None)
        yield (_with_cuts(draft, found) if found else draft), block
        for joined in range(here + 1, bisect_right(offsets, at)):
            yield from ((None, b) for b in apart.pop(joined, ()))
    yield from ((None, b) for part in apart.values() for b in part)


def _cuts_of(block: Block) -> Iterator[tuple[int, str, str, str]]:
    """Where in the running text a cut was, its text, what runs instead and the reason."""
    gone = 0
    for cut in block.cuts:
        yield cut.start - gone, block.text[cut.start : cut.end], cut.instead, cut.why
        gone += cut.end - cut.start - len(cut.instead)


def _apart(blocks: Sequence[Block]) -> dict[int, list[Block]]:
    """The blocks that aren't running text, by the number of the running block they stand before."""
    out: dict[int, list[Block]] = {}
    number = 0
    for block in blocks:
        if _is_running(block):
            number += 1
        else:
            out.setdefault(number, []).append(block)
    return out


def _with_cuts(draft: Draft, cuts: Sequence[tuple[int, str, str, str]]) -> Draft:
    """The draft over a source that still has the cuts: (place in the draft's source, text, instead, reason) each."""
    at, source, edits = 0, "", []
    for place, text, instead, why in cuts:
        source += draft.source[at:place]
        at = min(place + len(instead), len(draft.source))
        edits.append(Edit(len(source), len(source) + len(text), draft.source[place:at], why))
        source += text
    whole = Draft(source + draft.source[at:])
    whole.apply(edits)
    shift, edits = 0, []
    for r in draft.repairs(0, 0):
        edits.append(Edit(r.start + shift, r.start + shift + len(r.before), r.after, r.why))
        shift += len(r.before) - len(r.after)
    whole.apply(edits)
    return whole


def _chapter_level(blocks: Sequence[Block]) -> int:
    """The level whose headings start chapters: that of 第…章 and the like, else the highest that comes twice."""
    heads = [b for b in blocks if b.kind == "heading" and b.level and not b.skip]
    named = Counter(b.level for b in heads if (h := find_heading(b.running)) and h.level == "chapter")
    if named:
        return named.most_common(1)[0][0]
    counts = Counter(b.level for b in heads)
    return next((n for n in sorted(counts) if counts[n] >= 2), min(counts, default=0))


def _line(draft: Draft, block: Block, level: int, *, markdown: bool) -> Line:
    """What kind of paragraph a draft is. One that repair left empty is kept as it came, unspoken."""
    if not draft.text.strip():
        line = Line(Draft(draft.source), start=block.start)
        line.skip_all(skip.REASON_MARKUP)
        return line
    if is_break(draft.source):
        return Line(Draft(draft.source), kind="break", start=block.start)
    mark = _MARKDOWN_HEADING.match(draft.source)
    if mark and (markdown or find_heading(draft.source[mark.end() - 1 :])):
        unmark([draft])
        heading = find_heading(draft.text)
        if len(mark[1]) <= _CHAPTER_LEVELS:
            heading = heading or Heading("chapter", draft.text)
        return Line(draft, kind="heading", heading=heading, start=block.start)
    if block.kind == "heading":
        return Line(
            draft, kind="heading", heading=_heading(draft.text, block.level, level), start=block.start
        )
    if block.kind == "verse":
        return Line(draft, kind="verse", start=block.start)
    heading = find_heading(draft.text)
    return Line(draft, kind="heading" if heading else "body", heading=heading, start=block.start)


def _heading(text: str, level: int, chapter_level: int) -> Heading | None:
    """What a paragraph that its format calls a heading heads: one below the chapters' level heads no chapter."""
    if level > chapter_level or not level:
        return None
    found = find_heading(text)
    if level < chapter_level:
        return Heading("volume", found.title if found else text)
    return found or Heading("chapter", text)


def _start_chapters(lines: Sequence[Line]) -> None:
    """Where a table of contents or a file begins a chapter, one begins, under the name that it has there.

    Where a table of contents lists chapters, a heading starts another one only if its words say so.
    """
    listed = any(x.start and not x.start.weak for x in lines)
    for line in lines:
        start = line.start
        if start is not None and start.weak:
            line.heading = replace(line.heading or Heading("chapter", start.title), volume=start.within)
        elif start is not None:
            line.heading = Heading("volume" if start.volume else "chapter", start.title, volume=start.within)
        elif listed and line.heading and find_heading(line.text) is None:
            line.heading = None


def _arrange(lines: Sequence[Line]) -> None:
    """What only the order of the headings tells: which are missing, which are parts of others or a contents page."""
    read = ["" if x.skipped or x.kind in ("verse", "break") else x.text for x in lines]
    arranged = arrange(read, {i: x.heading for i, x in enumerate(lines) if x.heading})
    for i, line in enumerate(lines):
        if i in arranged.contents:
            line.kind = "body"
            line.skip_all(skip.REASON_CONTENTS)
        elif i in arranged.parts or (i in arranged.headings and not line.heading):
            line.kind = "heading"
        line.heading = arranged.headings.get(i)


def _title(name: str, lines: Sequence[Line]) -> str:
    """From a leading title line (《…》, or Markdown's only #), else from the file's name."""
    stem = unicodedata.normalize("NFC", name).strip()
    first = next(x for x in lines if not x.aside)
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


def _author(line: Line) -> str:
    if not any(reason == skip.REASON_FRONT for *_, reason in line.skipped):
        return ""
    match = skip.AUTHOR.search(line.text)
    return (match[1] or match[2]).strip() if match else ""


def _chapters(lines: list[Line], title: str) -> list[tuple[str, list[Line]]]:
    """The lines in chapters, each with its title; what isn't the book is marked."""
    first = next((i for i, x in enumerate(lines) if x.heading), None)
    whole = first is not None and first <= _FRONT_LINES
    front = [x for x in (lines[:first] if whole else lines[:6]) if not x.aside]
    if whole or any(skip.is_front(x.text) for x in front):
        for i, reason in skip.front_matter([x.text for x in front], title, whole=whole):
            if not front[i].skipped:
                front[i].skip_all(reason)
    chapters: list[tuple[str, list[Line]]] = []
    start: list[Line] = []
    for line in lines:
        if line.heading and chapters and _only_volume(chapters[-1][1]):
            chapters[-1] = (line.heading.title, [*chapters[-1][1], line])
        elif line.heading and chapters and not line.start and (opening := _opening(chapters[-1][1], line)):
            name = line.heading.title if opening.weak else chapters[-1][0]
            chapters[-1] = (name, [*chapters[-1][1], line])
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
    for number, reason in repeated_chapters([(name, _told(part)) for name, part in chapters]).items():
        for line in chapters[number][1]:
            if line.text and not line.skipped:
                line.skip_all(reason)
    titles = titles_in_volumes([(name, [x.heading for x in part if x.heading]) for name, part in chapters])
    return [(title, part) for title, (_, part) in zip(titles, chapters, strict=True)]


def _told(part: Sequence[Line]) -> str:
    """A chapter's text without headings and what isn't the book."""
    return "\n".join(x.text for x in part if x.kind != "heading" and not x.skipped)


def _only_volume(part: Sequence[Line]) -> bool:
    """Whether a chapter is a volume's heading so far, or Markdown's title, and nothing else."""
    return all(
        x.skipped
        or x.kind == "break"
        or (x.heading and (x.heading.level == "volume" or x.draft.source.startswith("# ")))
        for x in part
    )


def _opening(part: Sequence[Line], line: Line) -> Start | None:
    """The start of a chapter that is nothing but that yet, so that the heading `line` is its own."""
    starts = [x.start for x in part if x.start]
    told = [x for x in part if not x.skipped and x.kind == "body"]
    if not starts or len(told) > _FILE_HEAD or sum(len(x.text) for x in told) > _FILE_HEAD_LENGTH:
        return None
    if starts[-1].weak:
        return None if any(x.kind == "heading" for x in part) else starts[-1]
    return starts[-1] if not told or _letters(line.text) == _letters(starts[-1].title) else None


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _skip_in(part: Sequence[Line]) -> None:
    lines = [x for x in part if not x.aside and x.text]
    found = skip.find_skipped([x.text for x in lines], [x.kind != "body" or bool(x.skipped) for x in lines])
    for i, span in found.items():
        lines[i].skipped = [span]
