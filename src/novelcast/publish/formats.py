"""The formats beside MP3, by name. Each is a module with `plan(view, options) -> list[Planned]`, opened late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from novelcast.errors import SettingsError
from novelcast.publish.view import EditionView, Options, Planned

FORMATS: dict[str, tuple[str, str]] = {
    "m4b": ("novelcast.publish.m4b", "the whole book as AAC with chapter marks"),
    "opus": ("novelcast.publish.opus", "the whole book as Opus with chapter marks: small"),
}
"""Name: module, and what it makes, for the help."""


def check_formats(names: Iterable[str]) -> list[str]:
    """The names, each once. Raises SettingsError for one that does not exist."""
    wanted = list(dict.fromkeys(name.strip().lower() for name in names if name.strip()))
    for name in wanted:
        if name not in FORMATS:
            raise SettingsError(f"no format {name!r}", hint=f"choose of: {', '.join(FORMATS)}")
    return wanted


def plan_format(name: str, view: EditionView, options: Options) -> Sequence[Planned]:
    plan: Callable[[EditionView, Options], Sequence[Planned]] = import_module(FORMATS[name][0]).plan
    return plan(view, options)
