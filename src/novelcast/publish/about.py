"""about.toml: what the user says of an edition beyond what the book says of itself."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError

from novelcast.errors import InputError, toml_fault
from novelcast.model import Book, Model
from novelcast.workspace import cannot_read, write_text

ABOUT = "about.toml"

TEMPLATE = """\
# What players and podcast directories show of this audiobook. Every line is optional: take away its # to set it.
# The next render, publish or feed takes it; no chapter is spoken or mixed again for it.

# author = "Name, as it should be shown"
# narrator = "Name of who reads"
# series = "Name of the series"
# series_part = "1"
# subtitle = ""
# description = "A few sentences for the shelf and the directory."
# publisher = ""
# date = "2027-01-31"
# genre = "Audiobook"
# copyright = "© 2027 Name"

# For the podcast:
# url = "https://example.org/mybook/"    # where this folder's files will be found
# link = "https://example.org/"          # the book's own page
# email = "me@example.org"               # who owns the feed; directories write to it
# category = "Arts/Books"                # one of Apple's categories, and one below it
# explicit = false
# serial = true                          # false: episodes that stand alone, newest first
"""


def web_address(address: str) -> str:
    """The address, if it is one of http or https; raises ValueError."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"\s", address):
        raise ValueError(f"{address!r} is no web address; one like https://example.org/mybook/ is wanted")
    return address


def _date(date: str) -> str:
    if not re.fullmatch(r"(\d{4}(-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?)?", date):
        raise ValueError("a date like 2027-01-31 or a year is wanted")
    return date


def _email(address: str) -> str:
    if address and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address):
        raise ValueError("an address like me@example.org is wanted")
    return address


def _optional_address(address: str) -> str:
    return web_address(address) if address else ""


Address = Annotated[str, AfterValidator(_optional_address)]


class About(Model):
    """Empty: as the book says, or not said at all."""

    author: str = ""
    narrator: str = ""
    series: str = ""
    series_part: str = ""
    subtitle: str = ""
    description: str = ""
    publisher: str = ""
    date: Annotated[str, AfterValidator(_date)] = ""
    genre: str = "Audiobook"
    copyright: str = ""
    url: Address = ""
    link: Address = ""
    email: Annotated[str, AfterValidator(_email)] = ""
    category: str = Field(default="Arts/Books", min_length=1)
    explicit: bool = False
    serial: bool = True

    def over(self, book: Book) -> About:
        """With what the book says where the user says nothing."""
        return self.model_copy(
            update={
                "author": self.author or "、".join(book.authors),
                "series": self.series or book.series,
                "series_part": self.series_part or book.series_index,
            }
        )


def offer_about(folder: Path) -> None:
    """Put an about.toml that says nothing into a book's folder, for the user to fill in."""
    if not (folder / ABOUT).exists():
        write_text(folder / ABOUT, TEMPLATE)


def load_about(folder: Path) -> About:
    """What about.toml in a book's folder says; nothing where there is none. Raises InputError naming what is wrong."""
    path = folder / ABOUT
    if not path.is_file():
        return About()
    try:
        text = path.read_text("utf-8-sig")
        return About.model_validate(tomllib.loads(text))
    except OSError as error:
        raise cannot_read(path, error) from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8", hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {toml_fault(text, error)}", hint="mend that line") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(p) for p in first["loc"])
        if first["type"] == "extra_forbidden":
            raise InputError(
                f"{path}: no such line: {name}", hint=f"choose one of: {', '.join(About.model_fields)}"
            ) from None
        raise InputError(
            f"{path}: {name}: {first['msg'].removeprefix('Value error, ')}", hint="mend that line"
        ) from None
