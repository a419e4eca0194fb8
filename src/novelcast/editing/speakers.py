"""The list of speakers as a person edited it: renamed, made one, made two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from novelcast.characters import Characters
from novelcast.editing.reading import Entry, Fault
from novelcast.model import Script, Speaker, SpeakerField


@dataclass
class People:
    """The speakers after the edit. `merged`: id of a speaker who is one with another now -> that other's id."""

    speakers: list[Speaker]
    merged: dict[str, str]
    _ids: dict[str, str]
    _shared: dict[str, list[str]]
    _given: dict[str, Speaker] = field(default_factory=dict)

    def id_of(self, name: str) -> str | None:
        """Whom a label means: a name, an id, a name of before the edit, an alias that one person has, or somebody
        from the user's list of characters, who then is one of the speakers."""
        if name not in self._ids and name in self._given:
            person = self._given[name].model_copy(update={"by_user": ()})
            self.speakers.append(person)
            self._ids[name] = person.id
        return self._ids.get(name)

    def fault(self, line: int, name: str) -> Fault:
        if name in self._shared:
            return Fault(
                line, f"{name} may be {' or '.join(self._shared[name])}", "write the name of one of them"
            )
        close = get_close_matches(name, self._ids, n=2, cutoff=0.4)
        hint = f"did you mean {' or '.join(close)}? " if close else ""
        return Fault(
            line, f"no speaker {name!r}", f"{hint}Somebody new needs a line in the list of speakers: - {name}"
        )


def people_of(entries: Sequence[Entry], base: Script, given: Characters) -> People:
    """The speakers that the list names, each with what the user changed against the script of before."""
    before = {s.id: s for s in base.speakers}
    drafts: list[tuple[Speaker, str | None]] = []  # as the list has them, with the id they had
    taken: set[str] = set()
    for entry in entries:
        known = entry.anchor if entry.anchor in before and entry.anchor not in taken else None
        if known is not None:
            taken.add(known)
        drafts.append((entry.person.model_copy(update={"note": entry.note}), known))
    merged = _merged(drafts, before)
    ids = _ids(drafts, set(before))
    speakers = []
    for n, (draft, known) in enumerate(drafts):
        if n in merged:
            continue
        parts = [k for k in merged if _root(k, merged) == n]
        more = [w for k in parts for w in (drafts[k][0].name, *drafts[k][0].aliases)]
        notes = [draft.note, *(drafts[k][0].note for k in parts)]
        draft = draft.model_copy(update={"note": "\n".join(filter(None, notes))})
        speakers.append(_edited(draft, before.get(known or ""), ids[n], more))
    return _people(speakers, {ids[k]: ids[_root(k, merged)] for k in merged}, before, given)


def _root(n: int, merged: dict[int, int]) -> int:
    while n in merged:
        n = merged[n]
    return n


def _merged(drafts: Sequence[tuple[Speaker, str | None]], before: dict[str, Speaker]) -> dict[int, int]:
    """Entry -> the entry whom it is one with: of the same name, or whom it is a new alias of."""
    merged: dict[int, int] = {}
    first: dict[str, int] = {}
    for n, (draft, _) in enumerate(drafts):
        if draft.name in first:
            merged[n] = first[draft.name]
        first.setdefault(draft.name, n)
    for n, (draft, known) in enumerate(drafts):
        had = before[known].aliases if known else ()
        for alias in set(draft.aliases) - set(had):
            other = first.get(alias)
            if other is not None and other not in merged and _root(n, merged) != other:
                merged[other] = n
    return merged


def _ids(drafts: Sequence[tuple[Speaker, str | None]], taken: set[str]) -> list[str]:
    """The id that each had, else their name, else their name and a number."""
    out = []
    used = set(taken)
    for draft, known in drafts:
        name = known
        if name is None:
            names = (draft.name, *(f"{draft.name} ({n})" for n in range(2, len(drafts) + len(taken) + 3)))
            name = next(i for i in names if i not in used)
        used.add(name)
        out.append(name)
    return out


def _edited(draft: Speaker, before: Speaker | None, name: str, more: Sequence[str]) -> Speaker:
    """The speaker with what the user set. Whoever is renamed keeps the old name as an alias: the text has it."""
    if before is None:
        aliases = tuple(dict.fromkeys(w for w in (*draft.aliases, *more) if w != draft.name))
        said = tuple(dict.fromkeys((*draft.by_user, *(("aliases",) if aliases else ()))))
        return draft.model_copy(update={"id": name, "aliases": aliases, "by_user": said})
    words = list(draft.aliases) + list(more)
    if draft.name != before.name:
        words.append(before.name)
    aliases = tuple(dict.fromkeys(w for w in words if w != draft.name))
    gone = tuple(w for w in before.aliases if w not in aliases and w != draft.name)
    changed: list[SpeakerField] = list(before.by_user)
    if draft.name != before.name:
        changed.append("name")
    if set(aliases) != set(before.aliases):
        changed.append("aliases")
    if draft.gender != before.gender:
        changed.append("gender")
    if draft.age != before.age:
        changed.append("age")
    return before.model_copy(
        update={
            "name": draft.name, "aliases": aliases, "gender": draft.gender, "age": draft.age,
            "sure": float(draft.gender != "unknown") if draft.gender != before.gender else before.sure,
            "by_user": tuple(dict.fromkeys(changed)), "note": draft.note,
            "not_aliases": tuple(dict.fromkeys(w for w in (*before.not_aliases, *gone) if w not in aliases)),
        }
    )  # fmt: skip


def _people(
    speakers: list[Speaker], merged: dict[str, str], before: dict[str, Speaker], given: Characters
) -> People:
    here = {s.id for s in speakers}
    owners: dict[str, list[Speaker]] = defaultdict(list)
    for speaker in speakers:
        for alias in speaker.aliases:
            owners[alias].append(speaker)
    for old in before.values():
        # A line that was taken out of the list: whoever has the name now is that speaker.
        if old.id not in here and old.id not in merged:
            having = [s for s in speakers if old.name == s.name] or owners.get(old.name, [])
            if len(having) == 1:
                merged[old.id] = having[0].id
    ids = {alias: who[0].id for alias, who in owners.items() if len(who) == 1}
    for old in before.values():
        if old.id in here or old.id in merged:
            ids |= dict.fromkeys((old.name, old.id), merged.get(old.id, old.id))
    ids |= {s.id: s.id for s in speakers} | {s.name: s.id for s in speakers}
    shared = {w: [s.name for s in who] for w, who in owners.items() if len(who) > 1 and w not in ids}
    return People(speakers, merged, ids, shared, {p.name: p for p in given.people if p.id not in here})
