"""Speakers of a conversation, decided together: scores of turns and of sequences, summed over all sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from novelcast.script.turns import Turn

# Log-linear weights; fitted on labelled web-novel chapters, then rounded.
WEIGHTS: dict[str, float] = {
    "lead.say": 9.32, "lead.voice": 7.08, "lead.beat": 7.67, "lead.reaction": 6.56,
    "comma.say": 6.0, "comma.voice": 5.0, "comma.beat": 5.46, "comma.reaction": 5.0,
    "before.say": 2.0, "before.voice": 1.0, "before.beat": 3.35, "before.reaction": 3.47,
    "above.say": 4.74, "above.voice": 5.0, "above.beat": 5.12, "above.reaction": 5.03,
    "mid.say": 6.93, "mid.voice": 6.19, "mid.beat": 7.43, "mid.reaction": 5.72,
    "after.say": 8.51, "after.voice": 5.32, "after.beat": 6.38, "after.reaction": -0.18,
    "near.fits": 2.78, "near.unknown": 0.4, "near.misfits": -1.18, "near.nearest": 0.62,
    "loose.fits": 1.96, "loose.unknown": 1.51, "loose.misfits": -2.48, "loose.nearest": 1.08,
    "near.own": 5.7, "loose.own": 4.0,
    "epithet.near.fits": 1.31, "epithet.near.unknown": 0.2, "epithet.near.misfits": -3.2, "epithet.near.nearest": -0.96,
    "epithet.loose.fits": 0.65, "epithet.loose.unknown": 0.02, "epithet.loose.misfits": -2.15, "epithet.loose.nearest": -0.51,
    "near.never": -5.0,
    "loose.never": -3.0,
    "epithet.near.never": -4.0,
    "epithet.loose.never": -2.0,
    "called.self": -5.79, "named.self": -1.13, "spoken.to.self": -1.15,
    "called.by.last": 1.33, "called.by.last.far": 0.21, "called.by.next": 2.0, "called.by.next.far": 1.25,
    "spoken.to.last": 1.32, "spoken.to.last.far": -0.41, "spoken.to.next": -0.95, "named.by.last": 0.63,
    "recent": -0.05, "tagged": 0.34, "rank.0": 1.0, "rank.1": 0.6, "rank.2": 0.0, "rank.3": -1.09, "frequent": 0.17,
    "present": 4.04, "above.last": 0.76, "above.any": -0.85, "below": -0.64,
    "called.by.last.alone": -1.33,
    "other.called.by.last": -0.14,
    "other.called.by.next": -0.25,
    "over.say": -0.53,
    "over.voice": 1.0,
    "over.beat": 1.0,
    "over.reaction": 0.5,
    "alternate.question": 0.56,
    "habit.own": 1.65, "habit.others": 0.18, "unseen": 0.41,
    "group": -2.36, "narrator": -0.65, "epithet": 0.21, "voice": 0.15,
    "same.0": -0.74, "same.1": 1.12, "same.2": 0.18, "same.question": -1.93, "same.continued": 12.0,
    "alternate.0": 2.1, "alternate.1": 0.48, "alternate.2": -1.16,
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
