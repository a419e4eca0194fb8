"""A small edition, rendered whole with the humming engine: what the makers of pages and books are tried on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from novelcast.model import SCENE_BREAK, Book, Script, Timeline
from novelcast.pipeline import BookDetails, render
from novelcast.publish.edition import ChapterRecord
from novelcast.publish.lines import Line, lines_of
from novelcast.settings import Settings
from novelcast.timeline import chapter_scripts
from novelcast.workspace import BookFolder, read_model

TEXT = """第一章 雨夜

雨下得很大，码头上一个人也没有。苏棠撑着一把断了骨的伞，在灯塔下站了半个钟头，终于看见了那条船。

“你来晚了。”苏棠说道。

陆川把缆绳扔上岸，笑了笑：“风太大，绕了三十里路。船舱里进了水，罗盘也坏了一半。”

“东西呢？”苏棠问。

“……”

“咚咚！”

“谁？”陆川猛地回过头，压低声音说，“别出声，有人跟着我们。”

难道是他？苏棠心想。

***

三年以后，灯塔换了新的灯，没有人再提起那一夜。

第二章 晴天

太阳照常升起来了。苏棠推开窗，看见海面上有一条白色的船。

“早啊。”陆川在楼下喊道。
"""


@dataclass(frozen=True)
class Edition:
    """A rendered book; each chapter's record, own script, timeline and lines."""

    root: Path
    book: Book
    chapters: list[tuple[ChapterRecord, Script, Timeline, tuple[Line, ...]]]

    @property
    def speakers(self) -> dict[str, str]:
        return {s.id: s.name for s in self.chapters[0][1].speakers}

    def breaks(self, chapter: int) -> list[int]:
        return [s.span.paragraph for s in self.chapters[chapter][1].skipped if s.reason == SCENE_BREAK]


def edition_in(folder: Path, text: str = TEXT, name: str = "灯塔下") -> Edition:
    source = folder / f"{name}.txt"
    source.write_text(text, "utf-8")
    settings = Settings(output=folder / "out", cache_dir=folder / "cache", engine="tone", preset="audiobook")
    made = render([source], settings, BookDetails(author="佚名客"), lambda _: None)
    files = BookFolder(made.folder)
    book, script = read_model(files.book, Book), read_model(files.script, Script)
    assert book is not None and script is not None
    parts = chapter_scripts(script)
    chapters = []
    for record in made.chapters:
        timeline = read_model(files.timeline(record.chapter), Timeline)
        assert timeline is not None
        part = parts[record.chapter]
        chapters.append((record, part, timeline, lines_of(timeline, part)))
    return Edition(made.folder, book, chapters)
