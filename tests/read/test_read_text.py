"""Encodings, paragraphs and the files that are no books."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from novelcast.errors import InputError
from novelcast.read import read_book, slug

PLAIN = "第一章 雨夜\n　　雨下了一整夜，巷子里一个人也没有。\n　　“谁在那里？”她把灯举高，问道。\n　　没有人回答她，只有风吹过屋檐的声音。\n"
TRADITIONAL = "第一章 雨夜\n　　雨下了一整夜，巷子裡一個人也沒有。\n　　「誰在那裡？」她把燈舉高，問道。\n　　沒有人回答她，只有風吹過屋簷的聲音。\n"


def write(folder: Path, data: bytes | str, name: str = "书.txt") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def texts(path: Path) -> list[str]:
    return [p.text for c in read_book(path).chapters for p in c.paragraphs]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_simplified_text_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    book = read_book(write(tmp_path, PLAIN.encode(encoding)))
    assert [p.text for p in book.chapters[0].paragraphs] == [line.strip() for line in PLAIN.splitlines()]
    assert book.language == "zh-Hans"
    assert book.repairs == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp950", "gb18030"])
def test_a_traditional_text_reads_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    book = read_book(write(tmp_path, TRADITIONAL.encode(encoding)))
    assert [p.text for p in book.chapters[0].paragraphs] == [
        line.strip() for line in TRADITIONAL.splitlines()
    ]
    assert book.language == "zh-Hant"


def test_english_is_known_as_english_and_its_punctuation_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, 'Chapter 1\n\n"Who goes there?" he said, and waited; nobody came.\n', "night.txt")
    book = read_book(path)
    assert book.language == "en"
    assert book.chapters[0].paragraphs[1].text == '"Who goes there?" he said, and waited; nobody came.'


def test_english_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    english = (
        "Chapter 1\n\nThe caf\u00e9 was closed. \u201cCome in,\u201d she said, and the na\u00efve boy came in.\n"
        * 20
    )
    assert "The caf\u00e9 was closed." in texts(write(tmp_path, english.encode("cp1252")))[1]


def test_every_kind_of_line_end_ends_a_paragraph(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "一行。\r\n二行。\r三行。\n\n\n四行。\u2028五行。")) == [
        "一行。",
        "二行。",
        "三行。",
        "四行。",
        "五行。",
    ]


def test_a_page_in_one_line_is_split_at_its_line_breaks(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "他走了。<br><br />她没走。<p>天黑了。</p>")) == [
        "他走了。",
        "她没走。",
        "天黑了。",
    ]


def test_a_line_in_another_encoding_is_read_in_that_one(tmp_path: Path) -> None:
    lines = [("雨下了一整夜，巷子里一个人也没有。" * 3).encode() for _ in range(30)]
    lines[7] = "灯灭了，他在黑暗里听见了自己的心跳。".encode("gb18030")
    assert texts(write(tmp_path, b"\n".join(lines)))[7] == "灯灭了，他在黑暗里听见了自己的心跳。"


def test_bytes_that_are_no_character_are_listed_as_a_repair(tmp_path: Path) -> None:
    book = read_book(write(tmp_path, PLAIN.encode() * 20 + "最后一句没有写完".encode()[:-1]))
    assert any("\ufffd" in r.before for r in book.repairs)
    assert "最后一句没有写" in book.chapters[-1].paragraphs[-1].text


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    assert "caf\u00e9" in texts(write(tmp_path, "他说cafe\u0301是咖啡馆的意思。"))[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (" \n　\n".encode(), "empty"),
        (b"ab\0cd" * 50, "binary"),
        (b"ID3\x04\0\0\0", "MP3"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
    ],
)
def test_a_file_without_text_is_refused_by_its_kind(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_book(write(tmp_path, data))
    assert caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("member", "content", "words"),
    [("mimetype", "application/epub+zip", "EPUB"), ("word/document.xml", "x", "docx"), ("a.txt", "x", "zip")],
)
def test_a_zip_is_refused_by_what_it_holds(tmp_path: Path, member: str, content: str, words: str) -> None:
    path = tmp_path / "书.txt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, content)
    with pytest.raises(InputError, match=f"(?i){words}.*cannot be read as text"):
        read_book(path)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_book(tmp_path / "无.txt")
    with pytest.raises(InputError, match="folder"):
        read_book(tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_we_may_not_read_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN)
    path.chmod(0)
    with pytest.raises(InputError, match="not allowed"):
        read_book(path)


def test_noise_is_not_taken_for_a_book(tmp_path: Path) -> None:
    noise = bytes((i * 73 + i // 7 * 31) % 255 + 1 for i in range(5000))
    with pytest.raises(InputError, match="encoding"):
        read_book(write(tmp_path, noise))


@pytest.mark.parametrize(
    ("stem", "wanted"),
    [
        ("雨夜", "雨夜"),
        ("《雨夜》（全本） 作者：佚名", "雨夜-全本-作者-佚名"),
        ("a/b\\c:d*e", "a-b-c-d-e"),
        ("..", "book"),
        ("CON", "con-book"),
    ],
)
def test_a_books_id_is_a_name_any_file_system_takes(stem: str, wanted: str) -> None:
    assert slug(stem) == wanted


def test_long_names_stay_apart_and_within_60_bytes() -> None:
    one, two = (slug("很长很长的书名" * 6 + end) for end in ("上", "下"))
    assert one != two
    assert max(len(one.encode()), len(two.encode())) <= 60


def test_the_source_is_named_by_path_and_hash(tmp_path: Path) -> None:
    path = write(tmp_path, PLAIN)
    book = read_book(path)
    assert Path(book.source) == path.resolve()
    assert len(book.source_sha256) == 64


LINES = [
    "第一章 夜渡",
    "暮色沉下来的时候，渡口只剩下一条船。",
    "他回过头，看见一个年轻的女子。",
    "“船家，还过河吗？”",
    "河面上起了风，谁也没有说话。",
]


@pytest.mark.parametrize(("most", "one"), [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("cp950", "utf-8")])
def test_a_file_that_mixes_encodings_is_read_line_by_line(tmp_path: Path, most: str, one: str) -> None:
    import opencc

    convert = opencc.OpenCC("s2t").convert if most == "cp950" else str
    lines = [convert(line) for line in LINES]
    data = b"\n".join(line.encode(one if i == 2 else most) for i, line in enumerate(lines * 3))
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert [p.text for c in read_book(path).chapters for p in c.paragraphs] == lines * 3


def test_bytes_that_are_lost_are_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    data = "\n".join(LINES).encode()
    at = data.index("只剩".encode())
    path = tmp_path / "a.txt"
    path.write_bytes(data[: at + 1] + data[at + 3 :])
    book = read_book(path)
    assert "剩下一条船" in book.chapters[0].paragraphs[1].text
    assert [r.why for r in book.repairs] == ["an invisible, private-use or lost character"]
