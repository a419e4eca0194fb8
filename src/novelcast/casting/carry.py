"""A cast carried over a series: who is in another book too keeps their voice, by name or alias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from novelcast.model import Cast, Script, Speaker, Voice


@dataclass(frozen=True)
class Carried:
    """The cast with the roles taken over, by the speakers' names here, and what the user should know."""

    cast: Cast
    taken: tuple[str, ...]
    said: tuple[str, ...]


def carried(
    script: Script,
    other: Cast,
    others: Sequence[Speaker],
    voices: Sequence[Voice],
    own: Cast | None = None,
) -> Carried:
    """`own` (or, where there is none yet, the other book's narrator and system) with the roles of `other` for the
    people of both books.

    `others` are the other book's speakers; without them, its roles go by their ids. Roles in `own` stay. A role
    whose voice is of another gender than the speaker is not taken over, and that is said.
    """
    ids = _ids_by_word(other, others)
    genders = {v.id: v.gender for v in voices if v.engine == other.engine}
    roles = dict(own.roles) if own else {}
    taken, said, differ = [], [], []
    for speaker in script.speakers:
        theirs = next((ids[w] for w in (speaker.id, speaker.name, *speaker.aliases) if w in ids), None)
        if theirs is None or (role := other.roles.get(theirs)) is None:
            continue
        gender = genders.get(role.voice, "unknown")
        if speaker.id in roles:
            differ += [speaker.name] if roles[speaker.id] != role else []
        elif "unknown" not in (gender, speaker.gender) and gender != speaker.gender:
            said.append(
                f"{speaker.name} is {speaker.gender} here, but {role.voice} of the other cast is {gender}: not taken "
                f"over (--set {speaker.name}={role.voice} takes it)"
            )
        else:
            roles[speaker.id] = role
            taken.append(speaker.name)
    if differ:
        said.append(
            f"{'、'.join(differ)}: kept as in this book's cast.toml, not as in the other cast; delete their tables "
            "there to take over the other's"
        )
    base = own or other
    return Carried(base.model_copy(update={"roles": roles}), tuple(taken), tuple(said))


def _ids_by_word(other: Cast, others: Sequence[Speaker]) -> dict[str, str]:
    """Which role goes by a word; one that two people go by is nobody's, unless it is a name."""
    words: dict[str, str] = {}
    shared: set[str] = set()
    for speaker in others:
        for alias in speaker.aliases:
            if words.setdefault(alias, speaker.id) != speaker.id:
                shared.add(alias)
    named = {speaker.name: speaker.id for speaker in others}
    return {w: i for w, i in words.items() if w not in shared} | named | {i: i for i in other.roles}
