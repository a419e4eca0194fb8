"""Every encoding that a Chinese or English text comes in, short or long, whole, broken or mixed."""

from __future__ import annotations

import random
from pathlib import Path

import opencc
import pytest

from novelcast.errors import InputError
from novelcast.model import Book
from novelcast.read import read_book
from novelcast.read.encodings import Decoded, decode

DATA = Path(__file__).parents[1] / "data"
ALL = [file.read_text(encoding="utf-8") for file in sorted(DATA.glob("*.txt"))]
TEXTS = [text for text in ALL if sum(c > "\u3000" for c in text) > 0.5 * len(text)]
TO_TRADITIONAL = opencc.OpenCC("s2t").convert
RARE = "𠮷𠀋㐂𪚥龘靐齉㙍䲜饕餮魍魉氤氲踟蹰耄耋缱绻"
CANTONESE = "佢哋嘅嘢冇人啱喎，攞咗啲嘢喺嗰度。"
WESTERN = (
    "Chapter 4\n\n\u201cYou don\u2019t say,\u201d she said \u2014 and the na\u00efve boy from the caf\u00e9 laughed\u2026 "
    "\u2018Why not?\u2019 he thought. It was M\u00fcller\u2019s house; \u00a35 a week. \u00c9mile came too.\n"
)


def samples(count: int, least: int = 30, most: int = 300) -> list[str]:
    """Pieces of our own chapters of so many characters, cut anywhere."""
    rng = random.Random(11)
    out = []
    while len(out) < count:
        text = rng.choice(TEXTS)
        at = rng.randrange(len(text) - most)
        piece = text[at : at + rng.randint(least, most)]
        if sum(c > "\u3000" for c in piece) >= 20:
            out.append(piece)
    return out


def text_of(data: bytes) -> str:
    decoded = decode(data)
    assert decoded is not None
    return decoded.text


def in_big5(text: str) -> str:
    """The text in traditional characters, without what Big5 lacks."""
    return TO_TRADITIONAL(text).encode("cp950", "ignore").decode("cp950")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_short_pieces_are_read_in_every_encoding(encoding: str) -> None:
    for piece in samples(200):
        assert text_of(piece.encode(encoding)) == piece


def test_short_pieces_are_read_in_big5_and_in_hong_kongs() -> None:
    for piece in map(in_big5, samples(200)):
        assert text_of(piece.encode("cp950")) == piece
        assert text_of((piece + CANTONESE).encode("big5hkscs")) == piece + CANTONESE


def test_rare_characters_and_those_of_four_bytes_are_read() -> None:
    rng = random.Random(3)
    for piece in samples(200):
        text = "".join(rng.choice(RARE) if c > "\u4e00" and rng.random() < 0.2 else c for c in piece)
        assert text_of(text.encode("gb18030")) == text


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_line_ends_of_old_macs_are_kept(encoding: str) -> None:
    for piece in samples(20):
        text = piece.replace("\n", "\r")
        assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("start", range(0, 200, 7))
def test_western_quotes_and_accents_of_old_windows_are_read(start: int) -> None:
    text = WESTERN[start:] + WESTERN[: start // 2]
    assert text_of(text.encode("cp1252")) == text
    assert text_of(text.encode("utf-16-le")) == text


def test_a_few_broken_bytes_cost_no_more_than_their_characters() -> None:
    rng = random.Random(5)
    for piece in samples(200, 120):
        data = bytearray(piece.encode())
        for at in rng.sample(range(len(data)), 3):
            data[at] = data[at] and rng.randrange(128, 256)
        text = text_of(bytes(data))
        assert sum(a == b for a, b in zip(text, piece, strict=False)) or "\ufffd" in text
        assert len(set(piece) - set(text)) <= 9


def test_a_lost_byte_costs_its_neighbours_not_the_rest_of_its_line() -> None:
    line = "里面传来敲门声，接着是一个女人发抖的声音，老秦把耳朵贴在门板上，一动也不动地听着。"
    before = "林小满把灯举高，照着那扇门。\n" * 3
    for at in range(len(line) - 4):
        data = (before + line[:at]).encode("gb18030") + (line[at:] + "\n" + before).encode("gb18030")[1:]
        text = text_of(data)
        assert text.startswith(before + line[: max(0, at - 2)])
        assert text.endswith(line[at + 4 :] + "\n" + before)


@pytest.mark.parametrize(
    "order", [("utf-8", "gb18030"), ("gb18030", "utf-8"), ("gb18030", "cp950"), ("cp950", "utf-8", "gb18030")]
)
def test_large_parts_in_several_encodings_are_each_read_in_their_own(order: tuple[str, ...]) -> None:
    pieces = samples(3 * len(order), 250)
    parts = ["\n".join(pieces[n :: len(order)]) for n in range(len(order))]
    parts = [in_big5(p) if e == "cp950" else p for p, e in zip(parts, order, strict=True)]
    data = b"\n".join(p.encode(e) for p, e in zip(parts, order, strict=True))
    decoded = decode(data)
    assert decoded is not None
    assert decoded.text == "\n".join(parts)
    assert len(decoded.runs) == len(order) - 1


def wide_lines() -> list[str]:
    """Forty lines of our own that aren't plain ASCII."""
    return [line.strip() for line in TEXTS[0].splitlines() if not line.strip().isascii()][:40]


def mixed(folder: Path) -> tuple[Book, list[str]]:
    lines = wide_lines()
    data = b"\n".join(
        line.encode("utf-8" if i < 15 or i >= 30 else "gb18030") for i, line in enumerate(lines)
    )
    path = folder / "book.txt"
    path.write_bytes(data)
    return read_book(path, repair=False), lines


def test_each_run_of_lines_in_another_encoding_is_listed_once_with_its_bytes(tmp_path: Path) -> None:
    book, lines = mixed(tmp_path)
    texts = [p.text for c in book.chapters for p in c.paragraphs]
    assert texts == lines
    (repair,) = book.repairs
    assert repair.why == "lines 16 to 30 are in GB18030, most of the file in UTF-8"
    assert repair.after == lines[15]
    assert repair.before.encode("latin-1").decode("gb18030") == lines[15]


@pytest.mark.parametrize("meant", ["utf-8", "gb18030"])
@pytest.mark.parametrize("strict", [True, False])
def test_text_that_was_read_wrong_once_and_saved_so_is_read_right(
    tmp_path: Path, meant: str, strict: bool
) -> None:
    """As Windows reads bytes in its own encoding: those that it lacks become control characters, or all do."""
    for piece in samples(40):
        data = piece.encode(meant)
        wrong = data.decode("latin-1")
        if not strict:
            wrong = "".join(bytes((b,)).decode("cp1252", "ignore") or chr(b) for b in data)
        assert text_of(wrong.encode()) == piece
    path = tmp_path / "book.txt"
    path.write_bytes(TEXTS[0].encode(meant).decode("latin-1").encode())
    book = read_book(path, repair=False)
    assert "".join(p.text for c in book.chapters for p in c.paragraphs) == "".join(
        TEXTS[0].split("\n")
    ).replace("\u3000", "")
    name = {"utf-8": "UTF-8", "gb18030": "GB18030"}[meant]
    assert [r.why.split(" are ")[1] for r in book.repairs] == [f"{name} that was read as Windows-1252"]


def test_utf_8_that_was_read_as_gb18030_is_read_but_for_the_bytes_that_went() -> None:
    for piece in samples(60, 100):
        shown = piece.encode().decode("gb18030", "replace")
        for wrong in (shown, shown.replace("\ufffd", "€")):  # as others do, and as Windows does
            seen = [c for c in piece if not c.isspace()]
            assert sum(c in text_of(wrong.encode()) for c in seen) > 0.85 * len(seen)


def test_other_languages_are_not_taken_for_text_that_was_read_wrong() -> None:
    for text in (
        "Déjà vu: l’été où Zoë mangea une crème brûlée à Besançon.\n",
        "Größere Mäuse fräßen über Nacht Müsli, äußerte Jörg.\n",
        "饕餮魑魅魍魉，氤氲踟蹰囹圄，耄耋旖旎缱绻。\n",
        "锛是木匠用的；銆字罕见，鈥字也罕见。\n",
        "¡Qué niño! ¿Dónde está? — «Aquí», dijo él.\n",
    ):
        assert text_of((text * 5).encode()) == text * 5


def test_a_run_is_listed_beside_repairs_of_the_same_paragraph(tmp_path: Path) -> None:
    lines = wide_lines()
    lines[20] = "门开\u200b了，风从外面吹进来，他听见了自己的心跳。"
    path = tmp_path / "book.txt"
    path.write_bytes(b"\n".join(x.encode("gb18030" if i == 20 else "utf-8") for i, x in enumerate(lines)))
    book = read_book(path)
    assert any(p.text == lines[20].replace("\u200b", "") for c in book.chapters for p in c.paragraphs)
    assert any(r.why.startswith("line 21 is in GB18030") and "invisible" in r.why for r in book.repairs)


def test_a_mark_of_utf_16_with_an_odd_byte_at_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes("门开了，风从外面吹进来。\n他走了".encode("utf-16") + b"\x41")
    book = read_book(path)
    assert [p.text for p in book.chapters[0].paragraphs] == ["门开了，风从外面吹进来。", "他走了"]
    assert [r.before for r in book.repairs] == ["\ufffd"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_byte_lost_in_utf_16_costs_its_neighbours_not_all_behind_it(encoding: str) -> None:
    text = "\n".join(samples(12))
    data = text.encode(encoding)
    for at in range(1001, len(data), 1777):
        found = text_of(b"\xff\xfe"[:: 1 if encoding == "utf-16-le" else -1] + data[:at] + data[at + 1 :])
        assert found.startswith(text[: at // 2 - 3])
        assert found.endswith(text[at // 2 + 4 :])


def test_a_few_nul_bytes_do_not_make_a_text_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(TEXTS[0].encode() + bytes(20))
    book = read_book(path)
    assert [s.text for s in book.skipped if "\0" in s.text] == ["\0" * 20]


@pytest.mark.parametrize("seed", range(5))
def test_noise_makes_no_sense_in_any_encoding(seed: int) -> None:
    assert decode(random.Random(seed).randbytes(4000)) is None


def test_much_noise_is_refused_by_a_part_of_it() -> None:
    noise = random.Random(2).randbytes(1_000_000).replace(b"\0", b"\x9f")
    assert decode(noise) is None


def test_korean_is_not_taken_for_chinese() -> None:
    korean = (
        "문이 열리고 바람이 밖에서 불어왔다. 그는 자신의 심장 소리를 들었다. 그리고 밤이 새기를 기다렸다.\n"
        * 5
    )
    assert text_of(korean.encode("cp949")) == korean


def test_a_file_that_no_encoding_explains_is_refused_with_words(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_bytes(random.Random(1).randbytes(4000).replace(b"\0", b""))
    with pytest.raises(InputError, match="encoding"):
        read_book(path)


def test_plain_utf_8_says_so() -> None:
    assert decode("雨。".encode()) == Decoded("雨。", "utf-8")
