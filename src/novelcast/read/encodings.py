"""Bytes -> text: which encoding each line of a file is in, judged by how much sense its characters make.

A file that isn't UTF-8 from end to end is read line by line: the best path through the lines' encodings, in which
changing costs something, so that a doubtful line goes with its neighbours. What no encoding explains becomes U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from novelcast.read.garbled import is_garbled, ungarbled
from novelcast.read.sense import GOOD, LOSS, LOST, NAMES, ODD, POOR, mean, weights

# UTF-32's little-endian mark begins with UTF-16's, so it is asked first.
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_SURE = 3.0  # more, of a character of three bytes in UTF-8: other text hardly ever has such bytes by chance
_SWITCH = 4.0
"""What it costs to read a line in another encoding than the one before: some three characters that make sense."""

_FEW = 20  # wide characters, and more, may be noise or an encoding that isn't known here
_RESYNC_CHARACTERS = 8
_RESYNC_BYTES = 20_000
_BLOCK_BYTES = 1024
_PIECE_BYTES = 64_000
_SAMPLE_BYTES = 200_000
_FOREIGN = re.compile("[\u3041-\u30ff\uac00-\ud7a3]")  # kana, Hangul
# What stands where it can in a Western text: a letter with an accent in a word, a curly quote at one.
_WESTERN = re.compile(
    r"(?<=[A-Za-z])[À-ÿŠšŽžŒœŸ](?![À-ÿ])|(?<![^\s“‘(—-])[À-ÿŠŒ](?=[A-Za-z])|(?<![\w’”])[“‘](?=[\w…‘'—¿¡.])"
    r"|(?<=[\w.,!?;:…—–’'”-])[”’]|(?<![^\s“(])’(?=[a-z0-9])|(?<![^\x00-\x7f])[—–…•·©®°£€¥§½¼¾×¿¡\xa0](?![À-ÿ])"
)


@dataclass(frozen=True)
class Run:
    """Lines `first` to `last` (from 0) of a file that aren't in its encoding; where they begin, in characters of the
    text; what the first one is in the file, bytes as characters of Latin-1; what is the matter with them."""

    first: int
    last: int
    at: int
    before: str
    what: str


@dataclass(frozen=True)
class Decoded:
    """A file's text in NFC, the encoding of most of it, and the lines that are in another one."""

    text: str
    encoding: str
    runs: tuple[Run, ...] = ()


def decode(data: bytes) -> Decoded | None:
    """The text of a file, None where no encoding makes sense of it. Bytes that are no character become U+FFFD."""
    decoded = _decode(data)
    if decoded is None or not is_garbled(decoded.text):
        return decoded
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", decoded.text)
    texts, whats = ungarbled(lines)
    starts = list(accumulate(map(len, texts), initial=0))
    runs = [replace(run, at=starts[run.first]) for run in decoded.runs]
    runs += (
        Run(row[0], row[-1], starts[row[0]], lines[row[0]], whats[row[0]])
        for row in _rows(whats, [line.isascii() for line in lines])
    )
    return Decoded("".join(texts), decoded.encoding, tuple(sorted(runs, key=lambda run: run.at)))


def _decode(data: bytes) -> Decoded | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            body = data[len(mark) :]
            return _by_lines(body) if encoding == "utf-8" else _of_wide(body, encoding)
    wide = wide_encoding(data)
    return _of_wide(data, wide) if wide else _by_lines(data)


def wide_encoding(data: bytes) -> str:
    """UTF-16 without a mark, in which byte order; empty for anything else."""
    if b"\0" not in data and _strictly(data, "utf-8") is not None:
        return ""
    pieces = [
        data[at : at + _BLOCK_BYTES] for at in range(0, len(data), max(_BLOCK_BYTES, len(data) // 64 * 2))
    ]
    best, sense = "", GOOD
    for encoding in ("utf-16-le", "utf-16-be"):
        # Behind a lost byte a piece makes sense from its second byte on.
        each = [max(mean(p[i:].decode(encoding, "replace")) for i in (0, 1)) for p in pieces]
        average = sum(each) / max(1, len(each))
        if average > sense:
            best, sense = encoding, average
    if best and b"\0" not in data:
        others = max(mean(data[:_SAMPLE_BYTES].decode(e, "replace")) for e in ("gb18030", "cp950"))
        return best if sense > GOOD + max(0.0, others) else ""
    return best


def _of_wide(data: bytes, encoding: str) -> Decoded | None:
    text = _strictly(data, encoding)
    if text is None and encoding.startswith("utf-16"):
        text = _wide_in_step(data, encoding)
    if text is None:
        text = data.decode(encoding, "replace")
    if LOST in text and mean(text[:_SAMPLE_BYTES]) < POOR:
        return None
    return Decoded(unicodedata.normalize("NFC", text), encoding)


def _wide_in_step(data: bytes, encoding: str) -> str:
    """Block by block; where a lost byte has put the pairs behind it out of step, they are put back."""
    out: list[str] = []
    at = 0
    while at < len(data):
        block = data[at : at + _BLOCK_BYTES]
        text = block.decode(encoding, "replace")
        if LOST in text or mean(text) < GOOD / 2:
            text, used = _in_step(block, lambda piece: piece.decode(encoding, "replace"))
        else:
            used = len(block)
        out.append(text)
        at += used
    return "".join(out)


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


# ---------------------------------------------------------------- line by line


def _by_lines(data: bytes) -> Decoded | None:
    text = _strictly(data, "utf-8")
    if text is not None:
        return Decoded(unicodedata.normalize("NFC", text), "utf-8")
    if len(data) > 4 * _PIECE_BYTES and not any(map(_makes_sense, _pieces(data))):
        return _other_encoding(data, likely=True)  # the whole of it would take long
    lines = _split(data)
    path, sense = _best_path(lines)
    sizes = dict.fromkeys(_READERS, 0)
    for line, encoding in zip(lines, path, strict=True):
        sizes[encoding] += _high(line)
    wide = sum(size / _WIDTHS[e] for e, size in sizes.items())
    if sense < GOOD * wide and wide >= _FEW:
        other = _other_encoding(data, likely=sense < POOR * wide)
        if other is not None or sense < POOR * wide:
            return other
    most = max(sizes, key=lambda e: sizes[e])
    texts = [unicodedata.normalize("NFC", _whole(line, e)) for line, e in zip(lines, path, strict=True)]
    return Decoded("".join(texts), most, tuple(_runs(lines, texts, path, most)))


def _split(data: bytes) -> list[bytes]:
    """The lines, their ends with them: \\n, \\r\\n or \\r."""
    return re.split(rb"(?<=\n)|(?<=\r)(?!\n)", data)


def _pieces(data: bytes) -> Iterator[bytes]:
    """From the head, the middle and the tail."""
    for at in (0, (len(data) - _PIECE_BYTES) // 2, len(data) - _PIECE_BYTES):
        yield data[at : at + _PIECE_BYTES]


def _makes_sense(piece: bytes) -> bool:
    lines = _split(piece)
    path, sense = _best_path(lines)
    return sense >= POOR * sum(_wide(line, e) for line, e in zip(lines, path, strict=True))


def _high(line: bytes) -> int:
    """How many bytes aren't ASCII."""
    return 0 if line.isascii() else len(line) - len(line.translate(None, _HIGH_BYTES))


def _best_path(lines: Sequence[bytes]) -> tuple[list[str], float]:
    """The encoding of each line, and how much sense all of them make together."""
    best = dict.fromkeys(_READERS, 0.0)
    steps: list[dict[str, str]] = []  # for each line, which encoding before it led best to each of its own
    for line in lines:
        if line.isascii():
            steps.append({})
            continue
        leader = max(best, key=lambda e: best[e])
        switched = best[leader] - _SWITCH
        steps.append({e: leader for e in best if switched > best[e]})
        best = {e: max(best[e], switched) + sense for e, sense in _senses(line).items()}
    at = max(best, key=lambda e: best[e])
    total = best[at]
    path = []
    for step in reversed(steps):
        path.append(at)
        at = step.get(at, at)
    return path[::-1], total


def _runs(lines: Sequence[bytes], texts: Sequence[str], path: Sequence[str], most: str) -> Iterator[Run]:
    starts = list(accumulate(map(len, texts), initial=0))
    kinds = ["" if e == most else f"in {NAMES[e]}, most of the file in {NAMES[most]}" for e in path]
    for row in _rows(kinds, [line.isascii() for line in lines]):
        yield Run(row[0], row[-1], starts[row[0]], lines[row[0]].decode("latin-1"), kinds[row[0]])


def _rows(kinds: Sequence[str], plain: Sequence[bool]) -> Iterator[list[int]]:
    """The numbers of lines of one kind that isn't empty, row by row; plain ones may stand among them."""
    told = (i for i, is_plain in enumerate(plain) if not is_plain)
    for kind, row in groupby(told, lambda i: kinds[i]):
        if kind:
            yield list(row)


def _other_encoding(data: bytes, *, likely: bool) -> Decoded | None:
    """What a library that knows more encodings takes a file for, if every byte agrees; where it isn't `likely`,
    only if its letters are none of ours."""
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:_SAMPLE_BYTES]).best()
    text = None if guess is None else _strictly(data, guess.encoding)
    if guess is None or text is None:
        return None
    wide = sum(c > "\x7f" for c in text)
    if not likely and len(_FOREIGN.findall(text)) < 0.4 * wide:
        return None
    return Decoded(unicodedata.normalize("NFC", text), guess.encoding)


# ---------------------------------------------------------------- one line


def _utf8(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _gb18030(line: bytes) -> str:
    return line.decode("gb18030", "replace")


def _big5(line: bytes) -> str:
    """As Windows reads it; with Hong Kong's characters where that loses less."""
    text = line.decode("cp950", "replace")
    lost = text.count(LOST)
    larger = line.decode("big5hkscs", "replace") if lost else text
    return larger if larger.count(LOST) < lost else text


def _cp1252(line: bytes) -> str:
    return line.decode("cp1252", "replace")


_READERS: dict[str, Callable[[bytes], str]] = {
    "utf-8": _utf8,
    "gb18030": _gb18030,
    "cp950": _big5,
    "cp1252": _cp1252,
}
_WIDTHS = {"utf-8": 3, "gb18030": 2, "cp950": 2, "cp1252": 1}  # bytes of most characters
_HIGH_BYTES = bytes(range(128, 256))


def _senses(line: bytes) -> dict[str, float]:
    """How much sense a line's characters make together in each encoding."""
    found = {e: _sense(_READERS[e](line), line, e) for e in _READERS}
    if max(sense / _wide(line, e) for e, sense in found.items()) < GOOD:
        for encoding in ("gb18030", "cp950"):
            found[encoding] = _sense(_whole(line, encoding), line, encoding)
    return found


def _wide(line: bytes, encoding: str) -> float:
    """About how many characters of a line aren't ASCII."""
    return _high(line) / _WIDTHS[encoding]


def _sense(text: str, line: bytes, encoding: str) -> float:
    if encoding == "cp1252":
        fit = len(_WESTERN.findall(text))
        return fit + 2 * ODD * (_high(line) - fit)
    sense = sum(map(weights().__getitem__, text))
    if encoding == "utf-8":
        sense += _SURE * sum(c > "\u07ff" and c != LOST for c in text)
    return sense


def _whole(line: bytes, encoding: str) -> str:
    """The line's text. Where a lost byte has put the pairs of bytes behind it out of step, they are put back."""
    text = _READERS[encoding](line)
    if _WIDTHS[encoding] != 2 or line.isascii() or len(line) > _RESYNC_BYTES:
        return text
    wide = _wide(line, encoding)
    poor = wide >= _RESYNC_CHARACTERS and _sense(text, line, encoding) < POOR * wide
    if not poor and LOST not in text:
        return text
    text, used = _in_step(line, _READERS[encoding])
    return text + _READERS[encoding](line[used:])


def _in_step(data: bytes, read: Callable[[bytes], str]) -> tuple[str, int]:
    """The bytes parted into characters and lost ones so that they make most sense; how many of them that took: all,
    or all but the first byte of a character that isn't whole."""
    table = weights()
    best = [0.0, *[float("-inf")] * len(data)]
    come: list[tuple[int, str]] = [(0, "")] * (len(data) + 1)
    for at in range(len(data)):
        for size in (1, 2, 4):
            piece = data[at : at + size]
            char = read(piece)
            lost = char == LOST
            if len(char) != 1 or len(piece) < size or (lost and size > 1):
                continue
            sense = best[at] + (2 * LOSS if lost else table[char])
            if sense > best[at + size]:
                best[at + size], come[at + size] = sense, (at, char)
    used = len(data) - (len(data) > 1 and best[-2] > best[-1])
    out, at = [], used
    while at:
        at, char = come[at]
        out.append(char)
    return "".join(reversed(out)), used
