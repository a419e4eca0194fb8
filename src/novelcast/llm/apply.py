"""A model's answers, weighed into the script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from novelcast.llm.answers import Answers
from novelcast.llm.questions import Batch, is_known
from novelcast.llm.weigh import proven_accuracy, weighed
from novelcast.model import Script
from novelcast.settings import LlmSettings


@dataclass
class Outcome:
    """What became of the answers. `right` of `tests`: quotations that the text decides; `accuracy`: of the
    model, after those."""

    counts: Counter[str]
    tests: int
    right: int
    accuracy: float


def applied(
    script: Script, batches: Sequence[Batch], answers: Mapping[int, Answers], llm: LlmSettings
) -> tuple[Script, Outcome]:
    """The script with the answers weighed in, and how they turned out."""
    names = {p.id: p.name for p in script.speakers}
    segments = list(script.segments)
    tested = list(_tested(script, batches, answers))
    accuracy = proven_accuracy(llm.accuracy, sum(tested), len(tested))
    counts = Counter({"as we had it": 0, "changed": 0, "kept against it": 0, "left open by it": 0})
    for i, found in sorted(answers.items()):
        people = {p.id: p for p in batches[i].candidates}
        for number, turn in enumerate(batches[i].turns, 1):
            if number not in found.speakers or number in batches[i].tests:
                continue
            who = found.speakers[number]
            if who is None:
                counts["left open by it"] += 1
                continue
            before = segments[turn[0]].speaker
            for k in turn:
                local = names.get(segments[k].speaker or "", "")
                segments[k] = weighed(
                    segments[k], people[who], len(people), accuracy=accuracy, model=llm.model, local=local
                )
            after = segments[turn[0]].speaker
            agreed = who == before
            counts["as we had it" if agreed else "changed" if after != before else "kept against it"] += 1
    script = script.model_copy(update={"segments": tuple(segments)})
    return script, Outcome(counts, len(tested), sum(tested), accuracy)


def _tested(script: Script, batches: Sequence[Batch], answers: Mapping[int, Answers]) -> Iterator[bool]:
    """Whether the model was right, for each of its answers about a quotation whose speaker the text tells."""
    for i, found in answers.items():
        for number, turn in enumerate(batches[i].turns, 1):
            if is_known(turn, script) and (who := found.speakers.get(number)) is not None:
                yield who == script.segments[turn[0]].speaker
