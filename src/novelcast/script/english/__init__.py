"""English books: what is said, who is there, who says it."""

from novelcast.script.english.attribute import attribute
from novelcast.script.english.people import find_people
from novelcast.script.english.split import split_book

__all__ = ["attribute", "find_people", "split_book"]
