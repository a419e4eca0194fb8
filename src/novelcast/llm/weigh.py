"""A model's answer as one more witness: which of two answers stands, how sure it is, and how the user is told.

Our own confidence p says how often such an answer of ours is right; `accuracy` a says it of the model. Were the two
to err independently, and the wrong answers spread evenly over the other candidates, Bayes' rule gives the formulas below;
the model's answer wins where a > p. They do not err independently (what is hard is hard for both), and nobody
has measured this model on this book, so no answer counts as CEILING or more because a model was asked.
"""

from __future__ import annotations

from novelcast.model import Guess, Segment, Speaker

ASSUMED_TESTS = 2
"""How many tests the user's word on the model's accuracy is worth."""
CEILING = 0.89
"""Under 0.9, from where on a confidence is a promise (97 % right) that is measured on labelled chapters."""


def proven_accuracy(assumed: float, right: int, tests: int) -> float:
    """The accuracy to reckon with, after the model was right about so many quotations whose speaker the text tells.

    Those are the easy ones: nobody is better at the others, so it is never more than assumed.
    """
    return min(assumed, (right + ASSUMED_TESTS * assumed) / (tests + ASSUMED_TESTS))


def weighed(
    segment: Segment, answer: Speaker, choices: int, *, accuracy: float, model: str, local: str
) -> Segment:
    """The segment, after the model named `answer` out of `choices` (two at least) candidates.

    `local`: the name of whom we took for the speaker.
    """
    if segment.speaker is None:
        return _with(segment, answer.id, min(CEILING, accuracy), f"{model} was asked")
    ours = min(1.0, max(0.0, segment.confidence))
    wrong = (1 - accuracy) / (choices - 1)
    if answer.id == segment.speaker:
        confidence = max(ours, min(CEILING, _share(ours * accuracy, (1 - ours) * wrong)))
        return _with(segment, answer.id, confidence, f"{segment.evidence}; {model} was asked and says so too")
    other = (1 - ours) / (choices - 1)
    theirs, kept, rest = other * accuracy, ours * wrong, (choices - 2) * other * wrong
    their_share, our_share = _share(theirs, kept + rest), _share(kept, theirs + rest)
    if theirs > kept:
        evidence = f"{model} was asked; the text alone pointed to {local} ({segment.evidence})"
        behind = Guess(speaker=segment.speaker, confidence=round(our_share, 2))
        return _with(segment, answer.id, min(CEILING, their_share), evidence, behind)
    evidence = f"{segment.evidence}; {model} was asked and says {answer.name}"
    behind = Guess(speaker=answer.id, confidence=round(their_share, 2))
    return _with(segment, segment.speaker, min(ours, our_share), evidence, behind)


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest else 0.0


def _with(
    segment: Segment, speaker: str, confidence: float, evidence: str, behind: Guess | None = None
) -> Segment:
    """`behind`: who comes next, where the model and we differ."""
    others = [g for g in segment.others if g.speaker != speaker]
    if behind is not None:
        others = [behind, *(g for g in others if g.speaker != behind.speaker)]
    return segment.model_copy(
        update={
            "speaker": speaker,
            "confidence": round(confidence, 4),
            "evidence": evidence,
            "others": tuple(others[: max(len(segment.others), behind is not None)]),
        }
    )
