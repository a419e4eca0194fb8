"""What the user has decided is nobody else's question: a language model is shown their answers and asked the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection

from novelcast.editing.merge import Speak, merge
from novelcast.model import Script, Segment

Refine = Callable[[Script], Script]


def sparing(refine: Refine, old: Script, speak: Speak, undecided: Collection[str] = ()) -> Refine:
    """`refine`, told which lines of the new analysis the user set in the old script, and held to them.

    `undecided` are segments that the user gave back.
    """
    if not any("label" in s.by_user for s in old.segments):
        return refine

    def refined(script: Script) -> Script:
        merged = merge(old, script, speak, keep_labels=False, undecided=undecided).script
        theirs = {s.span: s for s in merged.segments if "label" in s.by_user}
        people = {p.id for p in script.speakers}
        told = [_as_set(s, theirs.get(s.span), people) for s in script.segments]
        after = refine(script.model_copy(update={"segments": tuple(told)}))
        pairs = zip(script.segments, after.segments, strict=True)
        # The merge that follows takes the user's word from the old script: here their lines stay as they were found.
        left = tuple(found if found.span in theirs else asked for found, asked in pairs)
        return after.model_copy(update={"segments": left})

    return refined


def _as_set(segment: Segment, theirs: Segment | None, people: Collection[str]) -> Segment:
    if theirs is None:
        return segment
    speaker = theirs.speaker if theirs.speaker in people else segment.speaker
    label = {"kind": theirs.kind, "speaker": speaker, "confidence": 1.0, "by_user": theirs.by_user}
    return segment.model_copy(update=label)
