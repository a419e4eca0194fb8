"""transcript.html: a chapter's text as one self-contained page that plays: a line clicked is heard, the line heard
is lit. Its parts lie in page/."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from itertools import groupby
from string import Template
from urllib.parse import quote

from novelcast.publish.colours import speaker_colour
from novelcast.publish.transcript import Transcript, TranscriptLine, markup_safe

LIT_BY_DAY, LIT_BY_NIGHT = "#fcefc7", "#3b3421"
"""--lit in page/transcript.css: the ground of the line that is heard, on which every colour must be read."""

_CHINESE = {
    "skip": "跳到正文", "search": "在本章中查找", "chapters": "章节", "follow": "回到正在朗读处", "player": "播放器",
    "position": "播放位置", "narrator": "旁白", "back": "上一句", "play": "播放", "pause": "暂停", "on": "下一句",
    "space": "空格", "speed": "语速", "cast": "人物", "contents": "目录", "previous": "上一章", "next": "下一章",
    "trouble": "找不到音频文件：请把本页与音频放在同一文件夹中。",
}  # fmt: skip
_ENGLISH = {
    "skip": "Skip to the text", "search": "Find in this chapter", "chapters": "Chapters", "player": "Player",
    "follow": "Back to what is read", "position": "Position", "narrator": "Narrator", "back": "Previous line",
    "play": "Play", "pause": "Pause", "on": "Next line", "space": "space", "speed": "Speed", "cast": "Cast",
    "contents": "Contents", "previous": "Previous", "next": "Next",
    "trouble": "The audio file is missing: keep it in the same folder as this page.",
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """Another page: its address from this one, and its title."""

    href: str
    title: str


def transcript_page(
    transcript: Transcript,
    *,
    previous: Link | None = None,
    next: Link | None = None,
    contents: Link | None = None,
) -> str:
    """The whole page. It loads nothing but the audio file beside it."""
    say = says(transcript.language)
    parts = [part for line in transcript.lines for part in line.parts]
    numbers = {s.id: s.number for s in transcript.speakers}
    speakers = [line.speaker for line in transcript.lines for _ in line.parts]
    data = {
        "seconds": transcript.seconds,
        "narrator": say["narrator"],
        "say": {"play": say["play"], "pause": say["pause"]},
        "speakers": {str(s.number): markup_safe(s.name) for s in transcript.speakers},
        "times": [
            [part.start_s, part.end_s, str(numbers.get(who or "", ""))]
            for part, who in zip(parts, speakers, strict=True)
        ],
    }
    return _template("transcript.html").substitute(
        {f"say_{name}": escape(text) for name, text in say.items()},
        language=escape(transcript.language),
        title=_text(transcript.title),
        book=_text(transcript.book),
        author=f" · {_text(transcript.author)}" if transcript.author else "",
        css=_part("transcript.css"),
        js=_part("transcript.js"),
        colours=_colours([s.number for s in transcript.speakers]),
        body="\n".join(_body(transcript, numbers)),
        audio=quote(transcript.audio),
        seconds=transcript.seconds,
        length=clock(transcript.seconds),
        previous=_link(previous, say["previous"], "prev"),
        next=_link(next, say["next"], "next"),
        contents=_link(contents, say["contents"], "contents") if contents else "",
        cast=_cast(transcript, say["cast"]),
        data=json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    )


def contents_page(
    book: str, author: str, language: str, volumes: Sequence[tuple[str, Sequence[tuple[Link, float]]]]
) -> str:
    """The page that leads to the others: each volume's title (may be empty) with its chapters and their seconds."""
    say = says(language)
    body = []
    for title, chapters in volumes:
        body += [f"<h2>{_text(title)}</h2>"] if title else []
        items = (
            f'<li><a href="{_address(link)}">{_text(link.title)} <span>{clock(seconds)}</span></a></li>'
            for link, seconds in chapters
        )
        body += ['<ol class="toc">', *items, "</ol>"]
    return _template("contents.html").substitute(
        language=escape(language),
        book=_text(book),
        author=_text(author),
        css=_part("transcript.css"),
        contents=say["contents"],
        body="\n".join(body),
    )


def says(language: str) -> dict[str, str]:
    """The page's own words, in the book's language where we have them."""
    return _CHINESE if language.lower().startswith("zh") else _ENGLISH


def clock(seconds: float) -> str:
    whole = int(seconds)
    minutes = f"{whole // 60 % 60:02}" if whole >= 3600 else str(whole // 60)
    return (f"{whole // 3600}:" if whole >= 3600 else "") + f"{minutes}:{whole % 60:02}"


# ---------------------------------------------------------------- pieces


def _body(transcript: Transcript, numbers: dict[str, int]) -> Iterator[str]:
    """The text: its heading, paragraphs and scene breaks. Lines are numbered as in the data."""
    breaks = list(transcript.breaks)
    number = 0
    headed = False
    for paragraph, group in groupby(transcript.lines, key=lambda line: line.paragraph):
        lines = list(group)
        is_heading = all(line.kind == "heading" for line in lines)
        if not headed and not is_heading:
            yield f"<h1>{_text(transcript.title)}</h1>"
        while breaks and breaks[0] < paragraph:
            breaks.pop(0)
            if number:
                yield "<hr>"
        pieces = []
        for line in lines:
            pieces.append(_line(line, number, numbers))
            number += len(line.parts)
        tag = ("h2" if headed else "h1") if is_heading else "p"
        mark = ' class="system"' if tag == "p" and all(line.kind == "system" for line in lines) else ""
        yield f"<{tag}{mark}>{''.join(pieces)}</{tag}>"
        headed = True
    if not headed:
        yield f"<h1>{_text(transcript.title)}</h1>"


def _line(line: TranscriptLine, first: int, numbers: dict[str, int]) -> str:
    if not line.parts:
        return f'<span class="silent">{_text(line.text)}</span>'
    marks = ["line", line.kind]
    if line.speaker in numbers:
        marks.append(f"s{numbers[line.speaker]}")
    return "".join(
        f'<a class="{" ".join(marks)}" id="l{n}" href="#l{n}">{_text(part.text)}</a>'
        for n, part in enumerate(line.parts, first + 1)
    )


def _colours(numbers: Sequence[int]) -> str:
    day = "".join(f".s{n}{{color:{speaker_colour(n, LIT_BY_DAY)}}}" for n in numbers)
    night = "".join(f".s{n}{{color:{speaker_colour(n, LIT_BY_NIGHT)}}}" for n in numbers)
    return f"{day}\n@media (prefers-color-scheme: dark){{{night}}}"


def _cast(transcript: Transcript, title: str) -> str:
    if not transcript.speakers:
        return ""
    items = "".join(f'<li class="s{s.number}">{_text(s.name)}</li>' for s in transcript.speakers)
    return f'<aside class="cast"><h2>{title}</h2><ul>{items}</ul></aside>'


def _link(link: Link | None, word: str, relation: str) -> str:
    if link is None:
        return "<span></span>"
    return f'<a href="{_address(link)}" class="{relation}" title="{_text(link.title)}">{word}</a>'


def _address(link: Link) -> str:
    return escape(quote(link.href))


def _text(text: str) -> str:
    return escape(markup_safe(text))


def _part(name: str) -> str:
    return files("novelcast.publish").joinpath("page", name).read_text("utf-8").rstrip()


def _template(name: str) -> Template:
    return Template(_part(name) + "\n")
