"""Speakers of a conversation, decided together: scores of turns and of sequences, summed over all sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from novelcast.script.turns import Turn

# Log-linear weights; fitted on labelled web-novel chapters, then rounded.
WEIGHTS: dict[str, float] = {
    "lead.say": 7.15, "lead.voice": 7.04, "lead.beat": 6.52, "lead.reaction": 6.09,
    "comma.say": 6.0, "comma.voice": 5.0, "comma.beat": 5.19, "comma.reaction": 5.0,
    "before.say": 2.0, "before.voice": 1.0, "before.beat": 2.05, "before.reaction": 1.96,
    "above.say": 4.74, "above.voice": 5.0, "above.beat": 4.75, "above.reaction": 5.0,
    "mid.say": 7.8, "mid.voice": 6.09, "mid.beat": 6.35, "mid.reaction": 5.31,
    "after.say": 7.0, "after.voice": 4.76, "after.beat": 6.84, "after.reaction": 0.69,
    "near.fits": 3.22, "near.unknown": 1.53, "near.misfits": -2.75, "near.nearest": 0.89,
    "loose.fits": 2.29, "loose.unknown": 0.9, "loose.misfits": -2.19, "loose.nearest": 1.01,
    "near.own": 5.96, "loose.own": 3.36,
    "epithet.near.fits": 0.95, "epithet.near.unknown": 0.46, "epithet.near.misfits": -3.36, "epithet.near.nearest": -0.83,
    "epithet.loose.fits": 1.0, "epithet.loose.unknown": 0.22, "epithet.loose.misfits": -2.07, "epithet.loose.nearest": 0.22,
    "called.self": -5.11, "named.self": -1.02, "spoken.to.self": -3.02,
    "called.by.last": 1.33, "called.by.last.far": 0.58, "called.by.next": 2.05, "called.by.next.far": 1.26,
    "spoken.to.last": 1.07, "spoken.to.last.far": -0.21, "spoken.to.next": -0.34, "named.by.last": 0.72,
    "recent": -0.09, "tagged": 0.4, "rank.0": 0.74, "rank.1": 0.69, "rank.2": -0.08, "rank.3": -0.85, "frequent": 0.1,
    "present": 4.92, "above.last": 0.86, "above.any": -0.14, "below": -1.24,
    "habit.own": 0.5, "habit.others": -0.3, "unseen": -0.3,
    "group": -1.72, "narrator": -0.8, "epithet": 0.11, "voice": 0.7,
    "same.0": -0.65, "same.1": 1.02, "same.2": 0.23, "same.question": -1.85, "same.continued": 12.0,
    "alternate.0": 2.4, "alternate.1": 0.53, "alternate.2": -0.71,
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
            triple.append(back * weights[f"alternate.{min(2, turns[t].gap)}"])
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
    score = weights[f"same.{min(2, turn.gap)}"]
    if before.quotes[-1].rstrip('”」』"’')[-1:] in "？?":
        score += weights["same.question"]
    return score


def _logsum(values: Any, axis: int) -> Any:
    import numpy as np

    top = values.max(axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))
