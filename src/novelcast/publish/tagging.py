"""What the tags of a chapter's file say: from the book, from about.toml and from what the chapter holds."""

from __future__ import annotations

from novelcast.model import Book, Script, Timeline
from novelcast.publish.about import About
from novelcast.publish.id3 import Tags
from novelcast.publish.volumes import lyrics_of, scenes_of, shelve


def chapter_tags(
    book: Book,
    about: About,
    narrator: str,
    part: Script,
    timeline: Timeline,
) -> Tags:
    """The tags of one file, but for its title and track. `narrator` is the voice that reads, if the user gives it no
    other name; `part` the chapter's own script."""
    shelved = shelve([c.title for c in book.chapters])
    volumes = max(s.number for s in shelved)
    return book_tags(book, about, narrator).model_copy(
        update={
            "disc": shelved[timeline.chapter].number or None,
            "disc_total": volumes or None,
            "scenes": scenes_of(part, timeline),
            "lyrics": lyrics_of(part, timeline),
        }
    )


def book_tags(book: Book, about: About, narrator: str) -> Tags:
    """The tags that all files of a book have."""
    about = about.over(book)
    author = about.author or book.title
    return Tags(
        title=book.title,
        album=book.title,
        artist=author,
        album_artist=author,
        composer=about.narrator or narrator,
        genre=about.genre,
        date=about.date,
        language=book.language,
        comment=about.description,
        description=about.description,
        subtitle=about.subtitle,
        series=about.series,
        series_part=about.series_part,
        publisher=about.publisher,
        copyright=about.copyright,
    )
