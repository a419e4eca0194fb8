"""Speakers of a conversation, decided together: scores of turns and of sequences, summed over all sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from novelcast.script.turns import Turn

# Log-linear weights; fitted on labelled web-novel chapters, then rounded.
WEIGHTS: dict[str, float] = {
    "lead.say": 10.54, "lead.voice": 7.14, "lead.beat": 8.13, "lead.reaction": 6.78,
    "above.say": 4.74, "above.voice": 5.0, "above.beat": 5.34, "above.reaction": 5.07, "above.last": 0.66,
    "above.any": -0.73,
    "over.say": -0.63, "over.voice": 1.0, "over.beat": 1.0, "over.reaction": 0.5,
    "comma.say": 6.0, "comma.voice": 5.0, "comma.beat": 5.65, "comma.reaction": 5.0,
    "before.say": 2.0, "before.voice": 1.0, "before.beat": 3.65, "before.reaction": 4.38,
    "mid.say": 6.7, "mid.voice": 6.26, "mid.beat": 7.65, "mid.reaction": 5.94,
    "after.say": 9.05, "after.voice": 5.7, "after.beat": 6.25, "after.reaction": -0.1,
    "near.fits": 2.89, "near.unknown": 0.82, "near.misfits": -1.71, "near.nearest": 0.89, "near.own": 5.68,
    "near.never": -5.0,
    "loose.fits": 2.03, "loose.unknown": 1.62, "loose.misfits": -2.66, "loose.nearest": 1.17,
    "loose.own": 4.28, "loose.never": -3.0,
    "epithet.near.fits": 1.39, "epithet.near.unknown": -0.03, "epithet.near.misfits": -3.01,
    "epithet.near.nearest": -0.24, "epithet.loose.fits": 0.53, "epithet.loose.unknown": -0.08,
    "epithet.loose.misfits": -2.21, "epithet.loose.nearest": -0.9, "epithet.near.never": -4.0,
    "epithet.loose.never": -2.0, "epithet": 0.26,
    "called.self": -6.07, "called.by.last": 1.37, "called.by.last.far": 0.04, "called.by.next": 2.03,
    "called.by.next.far": 1.46, "called.by.last.alone": -1.35,
    "other.called.by.last": -0.01, "other.called.by.next": -0.28,
    "spoken.to.self": -0.26, "spoken.to.last": 1.66, "spoken.to.last.far": -0.48, "spoken.to.next": -0.88,
    "named.self": -0.92, "named.by.last": 0.71,
    "present": 4.59,
    "below": -0.66,
    "seen.0": 0.22, "seen.1": 0.17, "seen.2": -0.22, "seen.3": 0.17, "seen.4": -0.33,
    "tagged.0": -1.06, "tagged.1": -0.12, "tagged.2": 0.12, "tagged.3": 0.27, "tagged.4": 0.78,
    "tagged.soon.0": -0.8, "tagged.soon.1": -0.23, "tagged.soon.2": 0.38, "tagged.soon.3": 0.58,
    "tagged.soon.4": 0.07,
    "rank.0": 1.16, "rank.1": 0.87, "rank.2": 0.23, "rank.3": -0.94, "rank.4": -0.57, "rank.5": -0.74,
    "frequent": 0.05,
    "habit.own": 2.08, "habit.others": 0.47,
    "voice": 0.05,
    "unseen": 0.52,
    "group": -2.56,
    "narrator": -0.52,
    "same.0": -0.38, "same.1": 1.33, "same.2": 0.22, "same.question": -1.95, "same.continued": 12.0,
    "alternate.question": 0.54, "alternate.0": 2.21, "alternate.1": 0.54, "alternate.2": -0.9,
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
