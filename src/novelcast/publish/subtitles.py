"""Subtitle files: SubRip, WebVTT, LRC and ASS, each a class that writes captions as one document."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from novelcast.publish.captions import Caption, shown
from novelcast.publish.colours import speaker_colour


@dataclass(frozen=True)
class Work:
    """What a subtitle file says of itself. `length` in samples; `speakers`: names by id, in the book's order."""

    title: str
    album: str
    artist: str
    language: str
    rate_hz: int
    length: int
    speakers: Mapping[str, str] = field(default_factory=dict)


class SubtitleFormat(Protocol):
    suffix: str

    def document(self, captions: Sequence[Caption], work: Work) -> str: ...


class SubRip:
    """.srt: numbered cues, times to the millisecond. It has no speakers and no way to escape its few tags."""

    suffix = ".srt"

    def document(self, captions: Sequence[Caption], work: Work) -> str:
        cues = (
            f"{n}\n{_span(c, work.rate_hz, ',')}\n" + "\n".join(c.rows) + "\n"
            for n, c in enumerate(captions, 1)
        )
        return "\n".join(cues)


class WebVtt:
    """.vtt after the W3C's WebVTT: the speaker in a voice tag, the text escaped."""

    suffix = ".vtt"

    def document(self, captions: Sequence[Caption], work: Work) -> str:
        head = f"WEBVTT - {_escaped(shown(work.title))}\n"
        return head + "".join(f"\n{_span(c, work.rate_hz, '.')}\n{self._text(c, work)}\n" for c in captions)

    def _text(self, caption: Caption, work: Work) -> str:
        text = "\n".join(map(_escaped, caption.rows))
        name = _name_of(caption, work)
        return f"<v {_escaped(name)}>{text}</v>" if name else text


class Lrc:
    """.lrc: a line for each caption, times to the hundredth; an empty line where nobody speaks for long."""

    suffix = ".lrc"
    _GAP_S = 3.0

    def document(self, captions: Sequence[Caption], work: Work) -> str:
        tags = {
            "ti": work.title,
            "ar": work.artist,
            "al": work.album,
            "la": work.language,
            "length": self._time(work.length, work.rate_hz),
        }
        lines = [f"[{name}:{shown(value)}]" for name, value in tags.items() if shown(value)]
        for caption, after in zip(captions, [*captions, None][1:], strict=True):
            lines.append(f"[{self._time(caption.start, work.rate_hz)}]{caption.text}")
            next_start = work.length if after is None else after.start
            if next_start - caption.end > self._GAP_S * work.rate_hz:
                lines.append(f"[{self._time(caption.end, work.rate_hz)}]")
        return "\n".join(lines) + "\n"

    def _time(self, sample: int, rate_hz: int) -> str:
        minutes, hundredths = divmod(sample * 100 // rate_hz, 6000)
        return f"{minutes:02}:{hundredths // 100:02}.{hundredths % 100:02}"


class Ass:
    """.ass (Advanced SubStation Alpha, v4.00+): a style with a colour of its own for each speaker."""

    suffix = ".ass"
    _GROUND = "#101010"
    _NARRATOR = "Narrator"
    _STYLE = "Style: {name},{font},60,&H00{colour},&H000000FF,&H00101010,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,60,60,56,1"

    def document(self, captions: Sequence[Caption], work: Work) -> str:
        present = {c.speaker for c in captions}
        styles: dict[str | None, tuple[str, str]] = {None: (self._NARRATOR, "#ffffff")}
        for n, (id, name) in enumerate(work.speakers.items()):
            if id in present:  # the number: two names may differ in what no style's name can hold
                styles[id] = (f"{n + 1} {self._field(name)}", speaker_colour(n, self._GROUND))
        font = "Noto Sans CJK SC" if work.language.startswith("zh") else "Noto Sans"
        out = ["[Script Info]", f"Title: {shown(work.title)}", "ScriptType: v4.00+", "WrapStyle: 2",
               "ScaledBorderAndShadow: yes", "PlayResX: 1920", "PlayResY: 1080", "", "[V4+ Styles]",
               "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, "
               "Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, "
               "MarginL, MarginR, MarginV, Encoding"]  # fmt: skip
        for name, colour in styles.values():
            red, green, blue = (colour[at : at + 2] for at in (1, 3, 5))
            out.append(self._STYLE.format(name=name, font=font, colour=f"{blue}{green}{red}".upper()))
        out += [
            "",
            "[Events]",
            "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
        ]
        for c in captions:
            style = styles.get(c.speaker, styles[None])[0]
            start, end = self._time(c.start, work.rate_hz), self._time(c.end, work.rate_hz)
            name = self._field(_name_of(c, work))
            text = "\\N".join(map(self._text, c.rows))
            out.append(f"Dialogue: 0,{start},{end},{style},{name},0,0,0,,{text}")
        return "\n".join(out) + "\n"

    def _field(self, text: str) -> str:
        """A name for a field that ends at a comma."""
        return shown(text).replace(",", "，")

    def _text(self, row: str) -> str:
        """Braces hold commands, and a backslash before n, N or h is one."""
        return re.sub(r"\\(?=[nNh{}])", "\\\\\u2060", row).replace("{", "\\{").replace("}", "\\}")

    def _time(self, sample: int, rate_hz: int) -> str:
        seconds, hundredths = divmod(sample * 100 // rate_hz, 100)
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{hundredths:02}"


SUBTITLES: Mapping[str, SubtitleFormat] = {"srt": SubRip(), "vtt": WebVtt(), "lrc": Lrc(), "ass": Ass()}


def _name_of(caption: Caption, work: Work) -> str:
    return shown(work.speakers.get(caption.speaker or "", ""))


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _span(caption: Caption, rate_hz: int, point: str) -> str:
    return f"{_clock(caption.start, rate_hz, point)} --> {_clock(caption.end, rate_hz, point)}"


def _clock(sample: int, rate_hz: int, point: str) -> str:
    seconds, ms = divmod(sample * 1000 // rate_hz, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"
