"""Speakers of a conversation, decided together: scores of turns and of sequences, summed over all sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from novelcast.script.turns import Turn

# Log-linear weights: set by hand, then fitted to the labelled training chapters with a pull (L2, 5) towards the hand-set
# values. A name is PLACE.HOW of a clue or FEATURE.STEP; turns.py makes the features.
WEIGHTS: dict[str, float] = {
    "lead.say": 8.24, "lead.voice": 7.01, "lead.beat": 7.08, "lead.reaction": 6.04,
    "above.say": 6.0, "above.voice": 5.0, "above.beat": 5.03, "above.reaction": 5.01, "above.last": 0.86,
    "above.any": -0.29,
    "over.say": 1.16, "over.voice": 1.0, "over.beat": 1.0, "over.reaction": 0.5,
    "comma.say": 6.0, "comma.voice": 5.0, "comma.beat": 5.04, "comma.reaction": 5.0,
    "before.say": 2.0, "before.voice": 1.0, "before.beat": 1.66, "before.reaction": 1.63,
    "mid.say": 7.86, "mid.voice": 6.01, "mid.beat": 6.27, "mid.reaction": 5.04,
    "after.say": 7.2, "after.voice": 5.05, "after.beat": 5.34, "after.reaction": 0.34,
    "near.fits": 3.22, "near.unknown": 1.0, "near.misfits": -2.02, "near.nearest": 0.82, "near.own": 5.53,
    "near.never": -4.0,
    "loose.fits": 1.91, "loose.unknown": 1.13, "loose.misfits": -2.05, "loose.nearest": 1.1,
    "loose.own": 3.55, "loose.never": -3.0,
    "epithet.near.fits": 1.48, "epithet.near.unknown": 0.26, "epithet.near.misfits": -2.96,
    "epithet.near.nearest": -0.15, "epithet.loose.fits": 0.69, "epithet.loose.unknown": -0.03,
    "epithet.loose.misfits": -2.01, "epithet.loose.nearest": -0.05, "epithet.near.never": -4.0,
    "epithet.loose.never": -2.0, "epithet": 0.25,
    "called.self": -5.04, "called.by.last": 1.53, "called.by.last.far": 0.22, "called.by.next": 1.9,
    "called.by.next.far": 1.03, "called.by.last.alone": -0.28,
    "other.called.by.last": 0.05, "other.called.by.next": -0.1,
    "spoken.to.self": -1.83, "spoken.to.last": 1.08, "spoken.to.last.far": -0.02, "spoken.to.next": -0.11,
    "named.self": -0.97, "named.by.last": 0.54,
    "present": 2.98,
    "below": -0.72,
    "seen.0": -0.19, "seen.1": 0.06, "seen.2": -0.3, "seen.3": 0.05, "seen.4": -0.31,
    "tagged.0": -0.41, "tagged.1": -0.17, "tagged.2": -0.07, "tagged.3": 0.06, "tagged.4": 0.59,
    "tagged.soon.0": -0.3, "tagged.soon.1": -0.28, "tagged.soon.2": 0.22, "tagged.soon.3": 0.36,
    "tagged.soon.4": -0.0,
    "rank.0": 0.89, "rank.1": 0.75, "rank.2": 0.11, "rank.3": -0.97, "rank.4": -0.71, "rank.5": -0.87,
    "frequent": 0.04,
    "habit.own": 1.19, "habit.others": -0.04,
    "voice": 0.39,
    "unseen": 0.5,
    "group": -2.02,
    "narrator": -0.46,
    "same.0": -0.79, "same.1": 0.92, "same.2": 0.04, "same.question": -1.52, "same.continued": 12.0,
    "alternate.question": 0.56, "alternate.0": 2.02, "alternate.1": 0.43, "alternate.2": -0.42,
    "untagged": -0.65,
}  # fmt: skip


def decode(turns: Sequence[Turn], weights: Mapping[str, float]) -> list[tuple[int | None, float]]:
    """(speaker, probability) of each turn."""
    return [
        (turn.candidates[int(p.argmax())], float(p.max())) if len(p) else (None, 0.0)
        for turn, p in zip(turns, marginals(turns, weights)[0], strict=True)
    ]


def marginals(
    turns: Sequence[Turn], weights: Mapping[str, float], allowed: Sequence[set[int]] | None = None
) -> tuple[list[Any], float]:
    """Each turn's probabilities over its candidates, and the log of the sum over all sequences.

    `allowed` restricts each turn to some candidates (for fitting the weights).
    """
    import numpy as np

    total = 0.0
    runs: list[list[int]] = []
    for t, turn in enumerate(turns):
        if not turn.candidates:
            runs.append([])
        elif not runs:
            runs.append([t])
        else:
            runs[-1].append(t)
    probabilities: dict[int, Any] = {}
    for run in runs:
        if run:
            found, z = _run(
                [turns[t] for t in run], weights, None if allowed is None else [allowed[t] for t in run]
            )
            total += z
            probabilities.update(zip(run, found, strict=True))
    return [probabilities.get(t, np.zeros(0)) for t in range(len(turns))], total


def _run(
    turns: Sequence[Turn], weights: Mapping[str, float], allowed: Sequence[set[int]] | None
) -> tuple[list[Any], float]:
    """Forward-backward over states (speaker of the turn before, speaker of this turn)."""
    import numpy as np

    ids = [np.array(t.candidates) for t in turns]
    local = []
    for t, turn in enumerate(turns):
        scores = np.array([sum(weights.get(k, 0.0) * v for k, v in f.items()) for f in turn.features])
        if allowed is not None and allowed[t]:
            scores = np.where(np.isin(ids[t], list(allowed[t])), scores, -1e9)
        local.append(scores)
    pair: list[Any] = [None]
    triple: list[Any] = [None, None]
    for t in range(1, len(turns)):
        same = ids[t - 1][:, None] == ids[t][None, :]
        pair.append(np.where(same, _same_score(turns[t - 1], turns[t], weights), 0.0))
        if t > 1:
            back = (ids[t - 2][:, None, None] == ids[t][None, None, :]) & ~same[None, :, :]
            triple.append(back * _alternate_score(turns[t - 1], turns[t], weights))
    forward = [local[0][None, :]]
    for t in range(1, len(turns)):
        step = pair[t] + local[t][None, :]
        if t == 1:
            forward.append(forward[0][0][:, None] + step)
        else:
            forward.append(_logsum(forward[-1][:, :, None] + triple[t], 0) + step)
    backward = [np.zeros_like(f) for f in forward]
    for t in range(len(turns) - 2, -1, -1):
        step = pair[t + 1] + local[t + 1][None, :] + backward[t + 1]
        if t == 0:
            backward[0] = _logsum(step, 1)[None, :]
        else:
            backward[t] = _logsum(triple[t + 1] + step[None, :, :], 2)
    z = float(_logsum(_logsum(forward[-1], 0), 0))
    return [np.exp(_logsum(f + b, 0) - z) for f, b in zip(forward, backward, strict=True)], z


def _same_score(before: Turn, turn: Turn, weights: Mapping[str, float]) -> float:
    if turn.continued:
        return weights["same.continued"]
    return weights[f"same.{min(2, turn.gap)}"] + _asks(before) * weights["same.question"]


def _alternate_score(before: Turn, turn: Turn, weights: Mapping[str, float]) -> float:
    return weights[f"alternate.{min(2, turn.gap)}"] + _asks(before) * weights["alternate.question"]


def _asks(turn: Turn) -> bool:
    return turn.quotes[-1].rstrip('”」』"’')[-1:] in ("？", "?")


def _logsum(values: Any, axis: int) -> Any:
    import numpy as np

    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))
