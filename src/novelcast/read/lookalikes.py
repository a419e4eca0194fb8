"""Characters swapped for ones that look like them: 首到 for 直到, 己经 for 已经, 五湖西海 for 五湖四海.

Scrapers' opponents and text recognition make them. Each character of the table (`confusion`) is weighed against
its kin by how well either fits its place: as short runs, in general and in the book, and as words. What gain is
enough depends on how often the book has that very swap, which the places that leave no doubt tell; in a clean
book hardly any gain is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

from novelcast.hanzi import HAN, simplified
from novelcast.read import confusion
from novelcast.read.confusion import Bools, Candidates, Floats, Ints
from novelcast.read.draft import Edit
from novelcast.read.words import log_likelihood

WHY = "a look-alike character"

_PART = 200_000  # characters, about, that are weighed together
_RUN = 5  # characters on each side that are weighed as words
# A gain by runs from which on words are asked: of a possible and of a likely swap.
_WORTH_A_LOOK, _WORTH_A_LOOK_LIKELY = 0.0, -3.0
_WORTH_A_LOOK_CLEAN, _WORTH_A_LOOK_CLEAN_LIKELY = 3.0, 1.5
_MOST = 12.0  # a gain is not believed beyond this

# How likely a book has a swap at all, before its text is looked at: of a possible and of a likely pair.
_PRIOR, _PRIOR_LIKELY = 2e-4, 0.06
_PRIOR_CLEAN, _PRIOR_CLEAN_LIKELY = 1e-7, 1e-4
_SHARES = np.array([0.02, 0.1, 0.3, 0.6, 0.95])  # of a character's places that a program swaps
_REPEATED = 0.7  # what one more place of a character says of it: text repeats itself
_ROUNDS = 4

_DOUBT = 4.0  # log odds by which the usage of a book may lower what is so in general
_UNKNOWN = 1e-5  # the share of places of a swap that no place of the book speaks for
_KNOWN_PAIR = 10  # times that two characters were met side by side
_FAR = 3.0  # as often as one with a single change must it be met
_ENOUGH = 0.5  # the chance that a character is swapped


@dataclass(frozen=True)
class Weighed:
    """Candidates of a whole book with their gains; `places` are (paragraph, offset) each."""

    found: Candidates
    where: Ints
    gains: Floats
    """In log odds: by the book's own usage too,"""
    in_general: Floats
    """and without it: a book in which a swap is everywhere is no witness."""
    before: Ints
    behind: Ints
    """The codes of the neighbours."""
    often: Ints
    """How often the book has the character that is meant."""


def lookalikes(texts: Sequence[str], *, damaged: bool = False) -> dict[int, list[Edit]]:
    """For each paragraph with swapped characters, their replacement. `damaged`: the book has other damage."""
    weighed = weigh(texts, damaged=damaged)
    chances, rates = _chances(weighed, damaged=damaged)
    swaps = list(_enough(texts, weighed, chances))
    if damaged:
        swaps += [swap for first, part in _parts(texts) for swap in _neighbours(part, first, rates)]
    meant = _apart(swaps)
    # What was mended may show what its neighbours are, in the book's own swaps.
    rows = sorted(meant)
    mended = [_with(texts[i], meant[i]) for i in rows]
    again = weigh(mended, damaged=damaged)
    odds = again.in_general + np.log([rates.get(pair, _UNKNOWN) for pair in again.found.pairs()])
    for _, i, at, char in _enough(mended, again, 1 / (1 + np.exp(-odds))):
        meant[rows[i]].setdefault(at, char)
    return {i: [Edit(at, at + 1, char, WHY) for at, char in found.items()] for i, found in meant.items()}


_Swap = tuple[float, int, int, str]
"""Chance, paragraph, offset, what is meant there: one character or two."""


def _enough(texts: Sequence[str], weighed: Weighed, chances: Floats) -> Iterator[_Swap]:
    for i in np.flatnonzero(chances > _ENOUGH).tolist():
        yield (float(chances[i]), *weighed.where[i].tolist(), _written(texts, weighed, i))


def _apart(swaps: Sequence[_Swap]) -> dict[int, dict[int, str]]:
    """By paragraph and offset, what is meant; of swaps side by side the surest, for it casts doubt on the others."""
    out: dict[int, dict[int, str]] = {}
    for _, paragraph, at, meant in sorted(swaps, reverse=True):
        taken = out.setdefault(paragraph, {})
        if not any(at + k in taken for k in range(-1, len(meant) + 1)):
            taken.update({at + k: char for k, char in enumerate(meant)})
    return out


def _with(text: str, meant: Mapping[int, str]) -> str:
    chars = list(text)
    for at, char in meant.items():
        chars[at] = char
    return "".join(chars)


def _written(texts: Sequence[str], weighed: Weighed, row: int) -> str:
    paragraph, at = weighed.where[row].tolist()
    if weighed.found.written[row]:
        return chr(weighed.found.written[row])
    return _in_script(texts[paragraph], at, chr(weighed.found.meant[row]))


def _in_script(text: str, at: int, meant: str) -> str:
    """Simplified characters in the script of the text in which they shall stand at `at`."""
    plain = simplified(text)
    if plain == text:
        return meant
    whole = plain[:at] + meant + plain[at + len(meant) :]
    return "".join(confusion.traditional(whole, at + k) for k in range(len(meant)))


# ---------------------------------------------------------------- gains


def weigh(texts: Sequence[str], *, damaged: bool) -> Weighed:
    parts = list(_parts(texts))
    often = np.zeros(1 << 16, np.int64)
    found, where, gains, in_general, before, behind = [], [], [], [], [], []
    for first, part in parts:
        plain = simplified("\n".join(part))
        codes = confusion.codes_of(plain)
        often += np.bincount(codes[codes < 1 << 16], minlength=1 << 16)
        rows, candidates = features_in(plain, codes, confusion.codes_of("\n".join(part)), damaged=damaged)
        found.append(candidates)
        with_own, without = np.minimum(rows @ confusion.general()[1].T, _MOST).T
        gains.append(with_own)
        in_general.append(without)
        before.append(codes[candidates.places - 1])
        behind.append(codes[candidates.places + 1])
        where.append(_where(part, first, candidates.places - confusion.REACH - 1))
    joined = Candidates(
        *(np.concatenate([getattr(f, n) for f in found]) for n in Candidates.__dataclass_fields__)
    )
    return Weighed(
        found=joined,
        where=np.concatenate(where),
        gains=np.concatenate(gains),
        in_general=np.concatenate(in_general),
        before=np.concatenate(before),
        behind=np.concatenate(behind),
        often=often[joined.meant],
    )


def _parts(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    first, size = 0, 0
    for i, text in enumerate(texts):
        size += len(text)
        if size >= _PART or i == len(texts) - 1:
            yield first, texts[first : i + 1]
            first, size = i + 1, 0
    if not texts:
        yield 0, []


def _where(part: Sequence[str], first: int, places: Ints) -> Ints:
    """(paragraph, offset) of each place of the joined part."""
    starts = np.cumsum([0, *(len(text) + 1 for text in part)])[:-1]
    rows = np.searchsorted(starts, places, side="right") - 1
    return np.stack([rows + first, places - starts[rows]], axis=1) if len(places) else np.zeros((0, 2), int)


def features_in(plain: str, codes: Ints, written: Ints, *, damaged: bool) -> tuple[Floats, Candidates]:
    weights = confusion.general()[1]
    found = confusion.candidates(codes, written)
    found = found[confusion.plausible(codes, found)]
    own = confusion.own_counts(codes)
    rows = confusion.features(confusion.windows(codes, found.places), found.stands, found.meant, own)
    by_runs = rows @ weights[1, :-1]
    enough, enough_likely = (
        (_WORTH_A_LOOK, _WORTH_A_LOOK_LIKELY)
        if damaged
        else (_WORTH_A_LOOK_CLEAN, _WORTH_A_LOOK_CLEAN_LIKELY)
    )
    keep: Bools = by_runs > np.where(found.likely, enough_likely, enough)
    found, rows = found[keep], rows[keep]
    return np.column_stack(
        [rows, _by_words(plain, found.places, list(map(chr, found.meant.tolist())))]
    ), found


def _by_words(plain: str, places: Ints, meant: Sequence[str]) -> Floats:
    """How much likelier the run of Chinese characters round each place is as words with what is meant there."""
    out = np.zeros(len(places))
    known: dict[str, float] = {}
    for i, (place, chars) in enumerate(zip(places.tolist(), meant, strict=True)):
        at = place - confusion.REACH - 1
        start, end = at, at + len(chars)
        while start > max(0, at - _RUN) and HAN.match(plain[start - 1]):
            start -= 1
        while end < min(len(plain), at + len(chars) + _RUN) and HAN.match(plain[end]):
            end += 1
        run = plain[start:end]
        if run not in known:
            known[run] = log_likelihood(run)
        out[i] = log_likelihood(plain[start:at] + chars + plain[at + len(chars) : end]) - known[run]
    return out


# ---------------------------------------------------------------- whether a book has a swap


def _chances(weighed: Weighed, *, damaged: bool) -> tuple[Floats, dict[tuple[int, int], float]]:
    """For each candidate, the chance that it is swapped: the swap's own prior and what all its places say. And for
    each swap (character, what is meant), the share of its places that probably have it."""
    found = weighed.found
    prior, prior_likely = (_PRIOR, _PRIOR_LIKELY) if damaged else (_PRIOR_CLEAN, _PRIOR_CLEAN_LIKELY)
    pairs, first, pair = np.unique(found.stands << 21 | found.meant, return_index=True, return_inverse=True)
    once = _once(weighed, pair)
    kept = _REPEATED * weighed.often[first]
    base = np.where(found.likely[first], prior_likely, prior)
    there = np.zeros(len(pairs))  # the chance that the book has the swap
    cautious = np.maximum(weighed.gains, weighed.in_general - _DOUBT)
    for _ in range(_ROUNDS):
        # What a book has most is right, unless it is what the swap put there.
        fits = np.exp(cautious + there[pair] * (weighed.in_general - cautious))
        log_likelihoods = np.stack(
            [np.bincount(pair, once * np.log1p(r * fits), len(pairs)) + kept * np.log1p(-r) for r in _SHARES],
            axis=1,
        )
        shares = base[:, None] / len(_SHARES) * np.exp(np.minimum(log_likelihoods, 500))
        shares /= (1 - base + shares.sum(axis=1))[:, None]
        there = shares.sum(axis=1)
    swapped = _SHARES * fits[:, None]
    chances: Floats = (shares[pair] * swapped / (1 + swapped)).sum(axis=1)
    rates = np.where(there > 0.5, shares @ _SHARES, _UNKNOWN)
    return chances, dict(zip(found[first].pairs(), rates.tolist(), strict=True))


def _once(weighed: Weighed, pair: Ints) -> Floats:
    """1 for the candidates that are witnesses, one for each neighbour: a name or a word that comes again and again
    says once what it says."""
    out = np.ones(len(pair), bool)
    for neighbour in (weighed.before, weighed.behind):
        rows = np.flatnonzero(out)
        order = rows[np.lexsort((-weighed.gains[rows], neighbour[rows], pair[rows]))]
        again = (np.diff(pair[order], prepend=-1) == 0) & (np.diff(neighbour[order], prepend=-1) == 0)
        out[order[again & confusion.is_han(neighbour[order])]] = False
    return out.astype(np.float64)


# ---------------------------------------------------------------- two swapped characters side by side


def _neighbours(
    part: Sequence[str], first: int, rates: Mapping[tuple[int, int], float]
) -> Iterator[tuple[float, int, int, str]]:
    """(chance, paragraph, offset, both characters) of pairs that hide each other: 目已 for 自己, 令曰 for 今日."""
    plain = simplified("\n".join(part))
    codes = confusion.codes_of(plain)
    found = confusion.candidates_of(codes, confusion.families("program", "likely"))
    low = np.searchsorted(found.places, found.places + 1)
    number = np.searchsorted(found.places, found.places + 1, side="right") - low
    left = np.repeat(np.arange(len(low)), number)
    right = np.repeat(low, number) + np.arange(len(left)) - np.repeat(np.cumsum(number) - number, number)
    one, two = found[left], found[right]
    known = confusion.known_pairs(one.meant, two.meant)
    keep = (known >= _KNOWN_PAIR) & (confusion.known_pairs(one.stands, two.stands) == 0)
    # Where one of them alone will do, it does.
    keep &= known > _FAR * confusion.known_pairs(one.meant, two.stands)
    keep &= known > _FAR * confusion.known_pairs(one.stands, two.meant)
    one, two = one[keep], two[keep]
    gains = _joint_gains(plain, codes, one, two)
    where = _where(part, first, one.places - confusion.REACH - 1)
    for i in np.flatnonzero(gains > 0).tolist():
        shares = [
            max(rates.get((int(c.stands[i]), int(c.meant[i])), 0.0), _PRIOR_LIKELY * float(_SHARES.mean()))
            for c in (one, two)
        ]
        odds = float(gains[i]) + log(shares[0]) + log(shares[1])
        chance = 1 / (1 + exp(-odds))
        if chance > _ENOUGH:
            row, at = where[i].tolist()
            meant = chr(one.meant[i]) + chr(two.meant[i])
            yield chance, row, at, _in_script(part[row - first], at, meant)


def _joint_gains(plain: str, codes: Ints, one: Candidates, two: Candidates) -> Floats:
    """By how much both characters fit better than both that stand there, in log odds."""
    weights = confusion.general()[1][1]
    own = confusion.NO_COUNTS
    behind = confusion.features(confusion.windows(codes, two.places), two.stands, two.meant, own)
    around = confusion.windows(codes, one.places)
    around[:, confusion.REACH + 1] = two.meant
    before = confusion.features(around, one.stands, one.meant, own)
    words = _by_words(plain, one.places, [chr(a) + chr(b) for a, b in zip(one.meant, two.meant, strict=True)])
    gains: Floats = (behind + before) @ weights[:-1] + words * weights[-1]
    return gains
