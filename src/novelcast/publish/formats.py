"""The formats beside MP3, by name. Each is a function (view, options) -> list[Planned], its module opened late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from novelcast.errors import SettingsError
from novelcast.publish.view import EditionView, Options, Planned

FORMATS: dict[str, tuple[str, str]] = {
    "m4b": ("novelcast.publish.m4b:plan", "the whole book as AAC with chapter marks"),
    "opus": ("novelcast.publish.opus:plan", "the whole book as Opus with chapter marks: small"),
    "srt": ("novelcast.publish.texts:plan_srt", "subtitles that every player takes"),
    "vtt": ("novelcast.publish.texts:plan_vtt", "subtitles for the web, with the speakers"),
    "lrc": ("novelcast.publish.texts:plan_lrc", "lyrics for music players"),
    "ass": ("novelcast.publish.texts:plan_ass", "subtitles with a colour for each speaker"),
    "html": ("novelcast.publish.texts:plan_html", "pages that play: click a line, hear it"),
    "json": ("novelcast.publish.texts:plan_json", "the text with its times, for programs"),
    "epub": ("novelcast.publish.texts:plan_epub", "the book to read, each sentence lit while it is heard"),
}
"""Name: module:function, and what it makes, for the help."""


def check_formats(names: Iterable[str]) -> list[str]:
    """The names, each once. Raises SettingsError for one that does not exist."""
    wanted = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    for name in wanted:
        if name not in FORMATS:
            raise SettingsError(f"no format {name!r}", hint=f"choose of: {', '.join(FORMATS)}")
    return wanted


def plan_format(name: str, view: EditionView, options: Options) -> Sequence[Planned]:
    module, _, function = FORMATS[name][0].partition(":")
    plan: Callable[[EditionView, Options], Sequence[Planned]] = getattr(import_module(module), function)
    return plan(view, options)
