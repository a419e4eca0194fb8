"""Several files as one book: their order, their names, their hash."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from files import PNG, chapters, page, write_epub

from novelcast.errors import InputError
from novelcast.read import cover_of, read_book
from novelcast.read.folder import natural_key


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "names",
    [
        ["第1章 雨.txt", "第2章 晴.txt", "第10章 雪.txt", "第100章 风.txt"],
        ["第一章.txt", "第二章.txt", "第九章.txt", "第十章.txt", "第十一章.txt", "第二十章.txt", "第一百零三章.txt", "第一千二百章.txt"],
        ["序.txt", "第一章.txt", "第2章.txt", "第三章.txt", "尾声.txt"],
        ["ch1.md", "ch02.md", "ch10.md", "ch11.md"],
        ["卷一/第一章.txt", "卷一/第十章.txt", "卷二/第二章.txt", "卷十/第一章.txt"],
        ["第三卷 第二章.txt", "第三卷 第十一章.txt", "第十卷 第一章.txt"],
        ["001_序章.txt", "002_第一章.txt", "010_第九章.txt"],
        ["长夜（上）.txt".replace("（", " ").replace("）", ""), "长夜 中.txt", "长夜 下.txt"],
        ["一、雨.txt", "二、晴.txt", "十、雪.txt"],
        ["第九十九章.txt", "第一〇〇章.txt", "第一零二章.txt"],
        ["Prologue.txt", "Chapter 2.txt", "Chapter 11.txt", "Epilogue.txt"],
        ["第１章.txt", "第２章.txt", "第１０章.txt"],
    ],
)  # fmt: skip
def test_names_sort_as_a_reader_would(names: list[str]) -> None:
    shuffled = list(names)
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=lambda n: [natural_key(part) for part in n.split("/")]) == names


def test_a_folder_is_one_book_named_after_it(tmp_path: Path) -> None:
    folder = fill(
        tmp_path / "长夜",
        {
            "第10章 雪.txt": "雪下了三天。\n路断了。",
            "第2章.txt": "第二章 晴\n天亮了。",
            "1.md": "# 第一章 雨\n\n下雨了。",
            ".隐藏.txt": "不要读。",
            "说明.pdfx": "不要读。",
        },
    )
    book = read_book(folder)
    assert (book.id, book.title, Path(book.source)) == ("长夜", "长夜", folder.resolve())
    assert chapters(book) == [
        ("第一章 雨", ["第一章 雨", "下雨了。"]),
        ("第二章 晴", ["第二章 晴", "天亮了。"]),
        ("第10章 雪", ["雪下了三天。", "路断了。"]),
    ]


def test_a_file_is_named_by_the_heading_under_its_title_line(tmp_path: Path) -> None:
    folder = fill(
        tmp_path / "长夜", {"a1.txt": "长夜\n第一章 雨\n下雨了。", "a2.txt": "长夜\n第二章 晴\n天亮了。"}
    )
    assert [t for t, _ in chapters(read_book(folder))] == ["第一章 雨", "第二章 晴"]


def test_a_number_before_a_files_name_is_no_part_of_the_chapters_title(tmp_path: Path) -> None:
    folder = fill(tmp_path / "长夜", {"001_雨夜.txt": "下雨了。", "002_天亮.txt": "天亮了。"})
    assert [t for t, _ in chapters(read_book(folder))] == ["雨夜", "天亮"]


def test_a_file_may_hold_several_chapters(tmp_path: Path) -> None:
    folder = fill(
        tmp_path / "长夜",
        {"上.txt": "第一章 雨\n下雨了。\n第二章 晴\n天亮了。", "下.txt": "第三章 雪\n下雪了。"},
    )
    assert [t for t, _ in chapters(read_book(folder))] == ["第一章 雨", "第二章 晴", "第三章 雪"]


def test_files_given_one_by_one_keep_their_order_and_formats(tmp_path: Path) -> None:
    fill(tmp_path / "长夜", {"b.txt": "下雨了。", "a.html": "<p>天亮了，他走了。</p>"})
    epub = write_epub(tmp_path / "长夜" / "c.epub", {"1.xhtml": page("<h2>第三章 雪</h2><p>下雪了。</p>")})
    paths = [tmp_path / "长夜" / "b.txt", tmp_path / "长夜" / "a.html", epub]
    book = read_book(*paths)
    assert book.title == "长夜"
    assert chapters(book) == [
        ("b", ["下雨了。"]),
        ("a", ["天亮了，他走了。"]),
        ("第三章 雪", ["第三章 雪", "下雪了。"]),
    ]
    assert book.source_sha256 != read_book(*reversed(paths)).source_sha256


def test_the_hash_changes_with_any_file(tmp_path: Path) -> None:
    folder = fill(tmp_path / "长夜", {"1.txt": "下雨了。", "2.txt": "天亮了。"})
    before = read_book(folder).source_sha256
    (folder / "2.txt").write_text("天又黑了。", encoding="utf-8")
    assert read_book(folder).source_sha256 != before


def test_a_folders_picture_is_the_cover(tmp_path: Path) -> None:
    folder = fill(tmp_path / "长夜", {"1.txt": "下雨了。", "2.txt": "天亮了。"})
    assert cover_of(folder) is None
    (folder / "cover.png").write_bytes(PNG)
    assert cover_of(folder) == PNG


def test_no_file_and_a_folder_without_chapters_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no book was given"):
        read_book()
    with pytest.raises(InputError, match="folder"):
        read_book(fill(tmp_path / "长夜", {"a.xyz": "字"}))


def test_a_bad_file_of_a_folder_is_named(tmp_path: Path) -> None:
    folder = fill(tmp_path / "长夜", {"1.txt": "下雨了。", "2.epub": "不是。"})
    with pytest.raises(InputError, match=r"2\.epub is not an EPUB"):
        read_book(folder)
