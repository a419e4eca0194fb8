"""A book of three chapters in two volumes, rendered once with the humming engine and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

from novelcast.pipeline import BookDetails, render
from novelcast.publish.edition import EditionRecord
from novelcast.settings import Settings

TEXT = """第一卷 山 第一章 夜班

仓库里只剩下一盏灯还亮着。

“有人吗？”周航问道。

***

天快亮了。

第二卷 海 第二章 天亮

太阳照常升起来了。

第二卷 海 第三章 风

“滴滴滴——”

风从海上来。
"""


def settings_in(root: Path, **changes: object) -> Settings:
    values = {"output": root / "out", "cache_dir": root / "cache", "engine": "tone", "preset": "audiobook"}
    return Settings(**(values | changes))


def render_book(root: Path, text: str = TEXT, author: str | None = "某人") -> None:
    """Into `root`/out/夜班."""
    (root / "夜班.txt").write_text(text, "utf-8")
    render([root / "夜班.txt"], settings_in(root), BookDetails(author=author), lambda _: None)


def copied(once: Path, root: Path) -> Path:
    """The book's folder in a copy of a rendered one."""
    shutil.copytree(once, root, dirs_exist_ok=True)
    book = folder_in(root) / "book.json"  # says where the text lies
    book.write_text(book.read_text("utf-8").replace(str(once), str(root)), "utf-8")
    return folder_in(root)


def folder_in(root: Path) -> Path:
    return root / "out" / "夜班"


def record_of(folder: Path) -> EditionRecord:
    return EditionRecord.model_validate_json((folder / "edition.json").read_bytes())
