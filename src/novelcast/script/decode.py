"""Speakers of a conversation, decided together: scores of turns and of sequences, summed over all sequences.

A log-linear chain. A candidate of a turn has the features that turns.py gives it; a sequence of speakers has
features where a speaker goes on (same) and where the one before the last speaks again (alternate). The weights
are fitted by tests/benchmarks/fit_attribution.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, TypeVar

from novelcast.script.clues import REACTIONS
from novelcast.script.turns import Turn

WEIGHTS_FILE = Path(__file__).with_name("weights.json")
# Set by hand: speech that runs over paragraphs keeps its speaker.
HELD = {"same.continued": 12.0}


class Scored(Protocol):
    """A turn as the chain sees it: its candidates, and the features of each; `shares` is where it puts their
    probabilities."""

    shares: list[float]

    @property
    def candidates(self) -> Sequence[int]: ...
    @property
    def features(self) -> Sequence[Mapping[str, float]]: ...


T = TypeVar("T", bound=Scored)
Features = Callable[[T, T], dict[str, float]]
"""Features of a turn, given the turn before it."""


@dataclass(frozen=True)
class Model:
    """`weights`: name of a feature -> its weight. `curve`: rising points (probability, share that is right)."""

    weights: Mapping[str, float]
    curve: tuple[tuple[float, float], ...] = ()

    def confidence(self, probability: float) -> float:
        """How often an answer of this probability is right."""
        import numpy as np

        if not self.curve:
            return probability
        xs, ys = zip((0.0, 0.0), *self.curve, strict=True)
        return float(np.interp(probability, xs, ys))


@cache
def load_model(path: Path = WEIGHTS_FILE) -> Model:
    table = json.loads(path.read_text("utf-8"))
    return Model(table["weights"], tuple((p, right) for p, right in table["calibration"]))


def decode(turns: Sequence[Turn], model: Model) -> list[tuple[int | None, float]]:
    """(speaker, confidence) of each turn."""
    return decode_chain(turns, model, same_features, alternate_features)


def decode_chain(
    turns: Sequence[T], model: Model, same: Features[T], alternate: Features[T]
) -> list[tuple[int | None, float]]:
    """As `decode`, for turns of any language: `same` and `alternate` give the features of their sequences."""
    found: list[tuple[int | None, float]] = []
    for turn, p in zip(turns, _marginals(turns, model.weights, same, alternate), strict=True):
        turn.shares = [float(share) for share in p]
        best = int(p.argmax()) if len(p) else None
        if best is None:
            found.append((None, 0.0))
        else:
            found.append((turn.candidates[best], round(model.confidence(float(p[best])), 4)))
    return found


def _marginals(
    turns: Sequence[T], weights: Mapping[str, float], same: Features[T], alternate: Features[T]
) -> list[Any]:
    """Each turn's probabilities over its candidates."""
    import numpy as np

    out: list[Any] = []
    run: list[T] = []
    for turn in (*turns, None):
        if turn is not None and turn.candidates:
            run.append(turn)
            continue
        if run:
            out.extend(_run(run, weights, same, alternate))
            run = []
        if turn is not None:
            out.append(np.zeros(0))
    return out


def _run(
    turns: Sequence[T], weights: Mapping[str, float], same: Features[T], alternate: Features[T]
) -> list[Any]:
    import numpy as np

    pairs = list(pairwise(turns))
    return marginals(
        [np.array(t.candidates) for t in turns],
        [np.array([_dot(f, weights) for f in t.features]) for t in turns],
        [_dot(same(a, b), weights) for a, b in pairs],
        [_dot(alternate(a, b), weights) for a, b in pairs],
    )


def marginals(
    ids: Sequence[Any], local: Sequence[Any], same: Sequence[float], alternate: Sequence[float]
) -> list[Any]:
    """Forward-backward over states (speaker of the turn before, speaker of this turn): each turn's probabilities over
    its candidates `ids`, whose scores are `local`. `same[t]`, `alternate[t]`: the score where turn t + 1 has the speaker
    of turn t, or the one before that and not turn t's."""
    import numpy as np

    steps: list[Any] = [None]
    cubes: list[Any] = [None, None]
    for t in range(1, len(ids)):
        alike = ids[t - 1][:, None] == ids[t][None, :]
        steps.append(alike * same[t - 1] + local[t][None, :])
        if t > 1:
            back = (ids[t - 2][:, None, None] == ids[t][None, None, :]) & ~alike[None, :, :]
            cubes.append(back * alternate[t - 1] + steps[t][None, :, :])
    forward = [local[0][None, :]]
    for t in range(1, len(ids)):
        if t == 1:
            forward.append(forward[0][0][:, None] + steps[1])
        else:
            forward.append(_logsum(forward[-1][:, :, None] + cubes[t], 0))
    backward = [np.zeros_like(f) for f in forward]
    for t in range(len(ids) - 2, -1, -1):
        if t == 0:
            backward[0] = _logsum(steps[1] + backward[1], 1)[None, :]
        else:
            backward[t] = _logsum(cubes[t + 1] + backward[t + 1][None, :, :], 2)
    z = float(_logsum(_logsum(forward[-1], 0), 0))
    return [np.exp(_logsum(f + b, 0) - z) for f, b in zip(forward, backward, strict=True)]


def _dot(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def same_features(before: Turn, turn: Turn) -> dict[str, float]:
    """Features of a turn whose speaker is the one of the turn before."""
    if turn.continued:
        return {"same.continued": 1.0}
    return {
        f"same.{min(2, turn.gap)}": 1.0,
        "same.question": float(_asks(before)),
        "same.question.both": float(_asks(before) and _asks(turn)),
        "same.reaction": float(_reacted(before)),
        "same.silence": float(turn.silence),
        "same.call": float(before.only_calls),
    }


def alternate_features(before: Turn, turn: Turn) -> dict[str, float]:
    """Features of a turn whose speaker is the one of the turn before the last, and not of the last."""
    return {
        f"alternate.{min(2, turn.gap)}": 1.0,
        "alternate.question": float(_asks(before)),
        "alternate.reaction": float(_reacted(before)),
        f"alternate.active.{min(4, turn.active)}": 1.0,
    }


def _reacted(turn: Turn) -> bool:
    """Whether somebody, likely the listener, reacts to what is said in the turn."""
    return any(c.place == "after" and c.how in REACTIONS for c in turn.tags.clues)


def _asks(turn: Turn) -> bool:
    return turn.quotes[-1].rstrip('”」』"’')[-1:] in ("？", "?")


def _logsum(values: Any, axis: int) -> Any:
    import numpy as np

    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))
