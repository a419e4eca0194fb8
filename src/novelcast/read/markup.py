"""What pages and converters leave in a text: tags, entities, invisible characters, broken line ends."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from novelcast.read.draft import Edit

WHY_INVISIBLE = "an invisible, private-use or lost character"
WHY_ENTITY = "an HTML entity"
WHY_TAG = "a leftover HTML tag"
WHY_LINE_END = "a mangled line end: the lost stop and closing quote put back"
WHY_MARKDOWN = "Markdown markup"

# Zero-width, direction and control characters; private-use areas; specials. U+200D (joins emoji) is apart.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffd\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]+"
    "|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d|\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)
# Kangxi and CJK radicals stand in for the characters they look like in text taken from PDF files.
_RADICAL = re.compile("[\u2e80-\u2fd5]")
_RADICAL_FORMS = {"⻅": "见", "⻋": "车", "⻓": "长", "⻔": "门", "⻘": "青", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻩": "黄", "⻬": "齐", "⻰": "龙", "⺟": "母", "⺠": "民", "⻄": "西"}  # fmt: skip

_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});|&(?:nbsp|lt|gt|amp|quot)\b"
)
_TAG_NAMES = (
    "a|abbr|article|b|big|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em|font|footer|form|h[1-6]|head|header|"
    "hr|html|i|iframe|img|input|ins|label|li|link|main|meta|nav|noscript|ol|p|pre|ruby|rb|rp|rt|s|script|section|small|"
    "span|strike|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|tt|u|ul|center"
)
# Scripts and the readings of ruby go with their content, other tags leave theirs.
_MARKUP = re.compile(
    rf"<(script|style)\b[^<>]{{0,500}}>[^<]*</\1\s*>|<!--[^<]*?-->|<(rt|rp)\b[^<>]{{0,100}}>[^<>]{{0,40}}</\2\s*>"
    rf"|</?(?:{_TAG_NAMES})(?:\s[^<>]{{0,500}})?/?>|</?(?:br|p)\s*$|<!doctype[^<>]{{0,200}}>",
    re.IGNORECASE,
)

# `。”<br>` and `！”<br>` whose bytes were read one off become `?！?br>` and `?。 ?br>`: in GBK the stop, the quote
# and the tag's first byte are A1A3 A1B1 3C and A3A1 A1B1 3C; shifted by one byte, the pairs A3A1 (！), A1A3 (。)
# and A1A1 (a wide space) appear between bytes that are no characters. Later conversions change their widths.
_BROKEN_BREAK = re.compile(
    r"(?P<shifted>[?？\ufffd][\s\u3000]?(?P<stop>[！!。.])[\s\u3000]*)?[?？\ufffd]?\s?(?<![A-Za-z</])br\s?/?>",
    re.IGNORECASE,
)
_SHIFTED = {"！": "。", "!": "。", "。": "！", ".": "！"}
_STOPS = "。！？!?…—～~.”』」"
# A broken character after the very last stop of a page: the rest of a closing tag.
_STRAY_MARK = re.compile(r"(?<=。)[?]$|(?<=[。！？…]”)[?？]$")

_MARKDOWN_HEAD = re.compile(r"^(?:#{1,6}\s+|>\s?)|\s+#{1,6}$")
_MARKDOWN_STRESS = re.compile(r"(?<!\*)(\*{1,3})(?=[^\s*])([^*]+?)(?<=[^\s*])\1(?!\*)")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]+\)")


def invisible(text: str) -> Iterator[Edit]:
    for match in _INVISIBLE.finditer(text):
        yield Edit(match.start(), match.end(), "", WHY_INVISIBLE)
    for match in _RADICAL.finditer(text):
        whole = _RADICAL_FORMS.get(match[0]) or unicodedata.normalize("NFKC", match[0])
        yield Edit(match.start(), match.end(), whole, "a radical in place of its character")


def entities(text: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(text):
        meant = html.unescape(match[0] if match[0].endswith(";") else match[0] + ";")
        if meant.startswith("&") and len(meant) > 1:
            continue  # no entity's name
        yield Edit(match.start(), match.end(), " " if meant.isspace() else meant, WHY_ENTITY)


def line_ends(text: str) -> Iterator[Edit]:
    """`？。 ?br>` and its kin. Inside an open quote they were a stop, a closing quote and a tag; else just a tag."""
    for match in _BROKEN_BREAK.finditer(text):
        start = match.end("shifted") if match["shifted"] else match.start()
        closing = _missing_close(text[: match.start()])
        if not closing:
            yield Edit(start, match.end(), "", WHY_TAG)
        elif match["shifted"] is None:
            stop = "" if text[start - 1 : start] in _STOPS else "。"
            yield Edit(start, match.end(), stop + closing, WHY_LINE_END)
        else:
            stop = "" if text[match.start() - 1 : match.start()] in _STOPS else _SHIFTED[match["stop"]]
            yield Edit(match.start(), match.end(), stop + closing, WHY_LINE_END)


def broken_breaks(text: str) -> int:
    """How many mangled line ends a text has."""
    return sum(1 for _ in _BROKEN_BREAK.finditer(text)) if "r" in text or "R" in text else 0


def _missing_close(before: str) -> str:
    """The quote that would close the one still open at the end of `before`; empty where none is."""
    if before.count('"') % 2:
        return '"'
    if before.count("“") > before.count("”"):
        return "”"
    return "」" if before.count("「") > before.count("」") else ""


def tags(text: str) -> Iterator[Edit]:
    for match in _MARKUP.finditer(text):
        yield Edit(match.start(), match.end(), "", WHY_TAG)


def stray_marks(text: str) -> Iterator[Edit]:
    for match in _STRAY_MARK.finditer(text):
        yield Edit(match.start(), match.end(), "", "the rest of a broken character after the last stop")


def markdown(text: str) -> Iterator[Edit]:
    for match in _MARKDOWN_HEAD.finditer(text):
        yield Edit(match.start(), match.end(), "", WHY_MARKDOWN)
    for pattern, group in ((_MARKDOWN_STRESS, 2), (_MARKDOWN_LINK, 1)):
        for match in pattern.finditer(text):
            yield Edit(match.start(), match.start(group), "", WHY_MARKDOWN)
            yield Edit(match.end(group), match.end(), "", WHY_MARKDOWN)
