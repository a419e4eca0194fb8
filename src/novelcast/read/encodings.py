"""Bytes -> text: which encoding each line of a file is in, judged by how much sense its characters make.

A file that isn't UTF-8 from end to end is read line by line: the best path through the lines' encodings, in which
changing costs something, so that a doubtful line goes with its neighbours. What no encoding explains becomes U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from novelcast.hanzi import HAN

# UTF-32's little-endian mark begins with UTF-16's, so it is asked first.
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "cp950": "Big5", "cp1252": "Windows-1252"}
_LOST = "\ufffd"

# The most frequent characters of written Chinese, and those of them that traditional script writes otherwise.
_FREQUENT = frozenset(
    "的一是了不在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
    "而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知样现分将外但身些与高意"
    "进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海"
    "口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神"
    "数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉"
    "望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近"
    "留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持"
    "取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视"
    "夜雨雪船灯坐推窗静声响低抬站停转抓握盯瞪喊骂哭妈爸爷奶姐妹哥您咱吗吧啊呀哦嗯哪跑躺睡醒怕冷热黑暗亮脚腿肩膀嘴唇"
    "這個來國說們為時後過會學對裡裏麼還發當無開經頭動兩長樣現將與點話見從進實種聲東問機給等幾業間電門關並內軍產萬體別處總"
    "場師書員華報馬張難數應親務記邊風戰許覺題請愛讓認論義術結連遠資隊帶條變聯權領傳紅決達辦運強區眾輕語滿寫識極黃臉錢雙歷"
    "廣議單據導網專誰讀飛觀爭組視燈靜響轉媽爺嗎啞陸孫劉陳楊趙"
)
_MARKS = "，。！？；：、“”‘’「」『』《》〈〉（）【】〔〕—–…·～\u3000\xa0"
_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_RARE = -1.5
_ODD = -2.5  # a letter that is neither Chinese nor Latin, a drawing, a symbol
_LOSS = -6.0  # bytes that are no character, a control character
_SURE = 3.0  # more, of a character of three bytes in UTF-8: other text hardly ever has such bytes by chance
_SWITCH = 4.0
"""What it costs to read a line in another encoding than the one before: some three characters that make sense."""

_GOOD = 0.45  # and more for each wide character: a text decoded right
_POOR = 0.1  # and less: noise, or an encoding that isn't known here
_FEW = 20  # wide characters, and more, may be noise or an encoding that isn't known here
_RESYNC_CHARACTERS = 8
_RESYNC_BYTES = 20_000
_SAMPLE_BYTES = 200_000
_FOREIGN = re.compile("[\u3041-\u30ff\uac00-\ud7a3]")  # kana, Hangul
# What stands where it can in a Western text: a letter with an accent in a word, a curly quote at one.
_WESTERN = re.compile(
    r"(?<=[A-Za-z])[À-ÿŠšŽžŒœŸ](?![À-ÿ])|(?<![^\s“‘(—-])[À-ÿŠŒ](?=[A-Za-z])|(?<![\w’”])[“‘](?=[\w…‘'—¿¡.])"
    r"|(?<=[\w.,!?;:…—–’'”-])[”’]|(?<![^\s“(])’(?=[a-z0-9])|(?<![^\x00-\x7f])[—–…•·©®°£€¥§½¼¾×¿¡\xa0](?![À-ÿ])"
)


@dataclass(frozen=True)
class Run:
    """Lines `first` to `last` (from 0) of a file that are in another encoding than most of it; where they begin."""

    first: int
    last: int
    encoding: str
    at: int
    """In characters of the text."""


@dataclass(frozen=True)
class Decoded:
    """A file's text in NFC, the encoding of most of it, and the lines that are in another one."""

    text: str
    encoding: str
    runs: tuple[Run, ...] = ()


def decode(data: bytes) -> Decoded | None:
    """The text of a file, None where no encoding makes sense of it. Bytes that are no character become U+FFFD."""
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
    sample = data[: _SAMPLE_BYTES & ~1]
    scores = {e: _mean(sample.decode(e, "replace")) for e in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=lambda e: scores[e])
    others = 0.0 if b"\0" in data else max(_mean(sample.decode(e, "replace")) for e in ("gb18030", "cp950"))
    return best if scores[best] > _GOOD + max(0.0, others) else ""


def _of_wide(data: bytes, encoding: str) -> Decoded | None:
    text = data.decode(encoding, "replace")
    if _LOST in text and _mean(text[:_SAMPLE_BYTES]) < _POOR:
        return None
    return Decoded(unicodedata.normalize("NFC", text), encoding)


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
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", data)
    path, sense = _best_path(lines)
    sizes = dict.fromkeys(_READERS, 0)
    for line, encoding in zip(lines, path, strict=True):
        sizes[encoding] += _high(line)
    wide = sum(size / _WIDTHS[e] for e, size in sizes.items())
    if sense < _GOOD * wide and wide >= _FEW:
        other = _other_encoding(data, likely=sense < _POOR * wide)
        if other is not None or sense < _POOR * wide:
            return other
    most = max(sizes, key=lambda e: sizes[e])
    texts = [unicodedata.normalize("NFC", _whole(line, e)) for line, e in zip(lines, path, strict=True)]
    return Decoded("".join(texts), most, tuple(_runs(texts, path, most)))


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


def _runs(texts: Sequence[str], path: Sequence[str], most: str) -> Iterator[Run]:
    """Rows of lines in one encoding that isn't `most`; plain ones may stand among them."""
    run: Run | None = None
    at = 0
    for i, (text, encoding) in enumerate(zip(texts, path, strict=True)):
        if not text.isascii():
            if run is not None and encoding == run.encoding:
                run = replace(run, last=i)
            else:
                if run is not None:
                    yield run
                run = None if encoding == most else Run(i, i, encoding, at)
        at += len(text)
    if run is not None:
        yield run


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
    lost = text.count(_LOST)
    larger = line.decode("big5hkscs", "replace") if lost else text
    return larger if larger.count(_LOST) < lost else text


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
    if max(sense / _wide(line, e) for e, sense in found.items()) < _GOOD:
        for encoding in ("gb18030", "cp950"):
            found[encoding] = _sense(_whole(line, encoding), line, encoding)
    return found


def _wide(line: bytes, encoding: str) -> float:
    """About how many characters of a line aren't ASCII."""
    return _high(line) / _WIDTHS[encoding]


def _sense(text: str, line: bytes, encoding: str) -> float:
    if encoding == "cp1252":
        fit = len(_WESTERN.findall(text))
        return fit + 2 * _ODD * (_high(line) - fit)
    sense = sum(map(_weights().__getitem__, text))
    if encoding == "utf-8":
        sense += _SURE * sum(c > "\u07ff" and c != _LOST for c in text)
    return sense


def _whole(line: bytes, encoding: str) -> str:
    """The line's text. Where a lost byte has put the pairs of bytes behind it out of step, they are put back."""
    text = _READERS[encoding](line)
    if _WIDTHS[encoding] != 2 or line.isascii() or len(line) > _RESYNC_BYTES:
        return text
    wide = _wide(line, encoding)
    poor = wide >= _RESYNC_CHARACTERS and _sense(text, line, encoding) < _POOR * wide
    return _in_step(line, encoding) if poor or _LOST in text else text


def _in_step(line: bytes, encoding: str) -> str:
    """The bytes parted into characters and lost ones so that they make most sense."""
    weights = _weights()
    best = [0.0, *[float("-inf")] * len(line)]
    come: list[tuple[int, str]] = [(0, "")] * (len(line) + 1)
    for at, byte in enumerate(line):
        for size in (1, 2, 4) if byte > 0x7F else (1,):
            piece = line[at : at + size]
            char = _READERS[encoding](piece)
            if len(char) != 1 or len(piece) < size or (char == _LOST and size > 1):
                continue
            sense = best[at] + (weights[char] if char != _LOST else 2 * _LOSS)
            if sense > best[at + size]:
                best[at + size], come[at + size] = sense, (at, char)
    out, at = [], len(line)
    while at:
        at, char = come[at]
        out.append(char)
    return "".join(reversed(out))


# ---------------------------------------------------------------- one character


class _Weights(dict[str, float]):
    """How much each character speaks for a text that was decoded right."""

    def __missing__(self, char: str) -> float:
        self[char] = weight = _weight(char)
        return weight


def _weight(char: str) -> float:
    if char in _FREQUENT:
        return 2.0
    if char in _MARKS or "\uff01" <= char <= "\uff5e":
        return 1.0
    if char in _common() or char in _TONED:
        return 0.25
    if char < "\x80":
        return _LOSS if ord(char) < 32 and char not in "\t\n\r\f\v" else 0.0
    if char == _LOST or unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return _LOSS
    return _RARE if HAN.match(char) or unicodedata.category(char) == "So" else _ODD


@cache
def _weights() -> _Weights:
    return _Weights()


@cache
def _common() -> frozenset[str]:
    """Level 1 of GB 2312 (3,755 characters) and of Big5 (5,401)."""
    gb = (bytes((hi, lo)) for hi in range(0xB0, 0xD8) for lo in range(0xA1, 0xFF))
    big5 = (bytes((hi, lo)) for hi in range(0xA4, 0xC7) for lo in (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    return frozenset(
        "".join(c.decode("gb2312", "ignore") for c in gb) + "".join(c.decode("big5", "ignore") for c in big5)
    )


def _mean(text: str) -> float:
    """How much sense a text's characters make on average; Latin letters make some."""
    weights = _weights()
    return sum(0.5 if " " <= c <= "~" or "\xa0" <= c <= "\u024f" else weights[c] for c in text) / max(
        1, len(text)
    )
