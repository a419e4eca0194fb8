"""Whether a word of a book is somebody's name: a logistic model over how the word is used there.

Learnt from labelled chapters by tests/benchmarks/fit_names.py. The hand-written rules of names.py are one of its
features; it takes back names that they make of things, and finds those that look like plain words (虎头, 云吞面).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import exp, log1p
from pathlib import Path

from novelcast.script import lexicon as lx
from novelcast.script.names import (
    Seen,
    Totals,
    common,
    cut_short,
    dictionary,
    ends_in_adverb,
    foreign,
    is_title,
    surname_of,
)
from novelcast.script.traits import name_characters

WEIGHTS_FILE = Path(__file__).with_name("naming.json")
LEAST = 0.35
"""From this probability on a word is a name. Set where labelled chapters that were not learnt from lose least."""

MOST = 40
"""Where counts stop to matter."""

_NO_END = frozenset("的了着过得地到道")
"""What no name that the rules missed ends with: 凑到, 慢悠悠地, 温声道."""
_SIZES = (2, 3, 4, 5, 6)
_PERSON_BEFORE = frozenset("对向朝冲跟给把被让叫和与见是替问找看")
_MEASURE = frozenset("个只块条把张根片间座棵本件台辆瓶杯碗盏口股道阵声")


def settle(
    words: Mapping[str, str],
    paragraphs: Sequence[tuple[str, list[str]]],
    seen: dict[str, Seen],
    totals: Totals,
) -> dict[str, str]:
    """The names that the rules found (word -> what sort of word), less those that are none, and those they missed."""
    weights = _weights()
    considered = candidates(seen)
    use = Use(paragraphs, considered, totals)
    settled = dict(words)
    for word in considered:
        features = word_features(word, seen[word], totals, use, word in words)
        likely = 1 / (1 + exp(-sum(weights.get(n, 0.0) * v for n, v in features.items())))
        if likely < LEAST:
            settled.pop(word, None)
        elif word not in words and word not in lx.NOT_PEOPLE and word[-1] not in _NO_END:
            settled[word] = _sort_of_form(word)
    new = settled.keys() - words.keys()
    return {w: s for w, s in settled.items() if w not in new or not cut_short(w, s, settled, seen, totals)}


def _sort_of_form(word: str) -> str:
    if len(word) == 2 and word[0] in lx.NAME_PREFIXES:
        return "nick"
    return "name" if surname_of(word) and len(word) <= 3 else "other"


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    return weights


def candidates(seen: Mapping[str, Seen]) -> list[str]:
    """The words to decide on: those that stood where a person may, and are no title."""
    return [
        w
        for w, entry in seen.items()
        if len(w) <= max(_SIZES)
        and w[0] not in lx.NEVER_FIRST
        and ((entry.heads and entry.evidence) or entry.named)
        and not is_title(w)
        and not ends_in_adverb(w)
        and w not in lx.SELF_NAMES
    ]


class Use:
    """Where the words stand in the book: what is before and behind them, and whether the dictionary would cut there."""

    def __init__(
        self, paragraphs: Iterable[tuple[str, list[str]]], words: Sequence[str], totals: Totals
    ) -> None:
        self.before: dict[str, Counter[str]] = defaultdict(Counter)
        self.behind: dict[str, Counter[str]] = defaultdict(Counter)
        self.cut: Counter[str] = Counter()
        self.quoted: Counter[str] = Counter()
        known = frozenset(words)
        for narration, said in paragraphs:
            self._read(narration, known, quoted=False)
            for quote in said:
                self._read(quote, known, quoted=True)
        self.longer_right, self.longer_left = totals.longer()

    def _read(self, text: str, known: frozenset[str], *, quoted: bool) -> None:
        import jieba

        cuts = {0}
        at = 0
        for token in jieba.cut(text, HMM=False):
            at += len(token)
            cuts.add(at)
        for i in range(len(text) - 1):
            for size in _SIZES:
                word = text[i : i + size]
                if len(word) == size and word in known:
                    self.before[word][text[i - 1 : i]] += 1
                    self.behind[word][text[i + size : i + size + 1]] += 1
                    self.cut[word] += i in cuts and i + size in cuts
                    self.quoted[word] += quoted


def word_features(word: str, entry: Seen, totals: Totals, use: Use, rule: bool) -> dict[str, float]:
    """Named numbers that speak for and against a word's being a name."""
    share, entry = entry.share, entry.typical()
    whole = max(1, totals(word))
    total, heads = max(1, round(whole * share)), max(1, entry.heads)
    before, behind = use.before[word], use.behind[word]
    places = max(1, sum(before.values()))
    kinds_before, kinds_behind = (sum(n * share > 0.5 for n in x.values()) for x in (before, behind))
    f = {"bias": 1.0, "rule": float(rule), f"length.{min(4, len(word))}": 1.0, "total": _often(total)}
    for name in ("heads", "tag", "say", "act", "close", "human", "called", "named"):
        count = getattr(entry, name)
        f[name] = _often(count)
        f[f"{name}.any"] = float(count > 0)
        f[f"{name}.share"] = min(1.0, count / (total if name == "heads" else heads))
    f |= {
        "called.twice": float(entry.called > 1),
        "once": float(total == 1),
        "nexts": log1p(len(entry.nexts)),
        "nexts.share": len(entry.nexts) / heads,
        "next.place": sum(entry.nexts[c] for c in "里外中内上下") / heads,
        "next.of": entry.nexts["的"] / heads,
        "behind.mark": sum(n for c, n in behind.items() if not _is_han(c)) / places,
        "behind.kinds": kinds_behind / (places * share),
        "behind.many": log1p(kinds_behind),
        "before.mark": sum(n for c, n in before.items() if not _is_han(c)) / places,
        "before.person": sum(n for c, n in before.items() if c in _PERSON_BEFORE) / places,
        "before.measure": sum(n for c, n in before.items() if c in _MEASURE) / places,
        "before.of": before["的"] / places,
        "before.kinds": kinds_before / (places * share),
        "cut": use.cut[word] / places,
        "quoted": use.quoted[word] / places,
        "quoted.any": float(use.quoted[word] > 0),
        "longer.right": use.longer_right[word] / whole,
        "longer.left": use.longer_left[word] / whole,
        "of.stem": whole / max(1, totals(word[:-1])),
        "of.tail": whole / max(1, totals(word[1:])) if len(word) > 2 else 0.0,
    }
    return f | _form_features(word)


def _often(count: int) -> float:
    """A count as a feature. The chapters that were learnt from have no larger ones; a long book does."""
    return log1p(min(count, MOST))


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _form_features(word: str) -> dict[str, float]:
    """What the word itself says: its characters, and what the dictionary knows of it."""
    frequency, tags = dictionary()
    tag = tags.get(word, "") if frequency.get(word) else ""
    kind = "none" if not tag else "nr" if tag.startswith("nr") else tag[0]
    first = word[0]
    if word[:2] in lx.COMPOUND_SURNAMES and len(word) > 2:
        surname = "compound"
    elif first in lx.WEAK_SURNAMES:
        surname = "weak"
    elif first in lx.SURNAMES:
        surname = "yes"
    elif first in lx.NAME_PREFIXES:
        surname = "big" if first == "大" else "prefix"
    else:
        surname = "no"
    given = sum(c in name_characters() for c in word[1:]) / (len(word) - 1)
    return {
        f"dictionary.{kind}": 1.0,
        "dictionary.often": log1p(frequency.get(word, 0)) / 5 if kind != "nr" else 0.0,
        "dictionary.stem": float(any(common(word[:k]) for k in (2, 3) if k < len(word))),
        "dictionary.tail": float(any(common(word[-k:]) for k in (2, 3) if k < len(word))),
        f"surname.{surname}": 1.0,
        f"surname.{surname}.{min(4, len(word))}": 1.0,
        "predicate.first": float(first in lx.NOT_IN_NAMES),
        "predicate.middle": float(any(c in lx.NOT_IN_NAMES for c in word[1:-1])),
        "predicate.last": float(word[-1] in lx.NOT_IN_NAMES),
        "thing": float(word[-1] in lx.THING_ENDS),
        "no.people": float(word in lx.NOT_PEOPLE or word[:2] in lx.NOT_PEOPLE),
        "foreign": float(foreign(word)),
        "foreign.long": float(foreign(word) and len(word) > 2),
        "double": float(len(word) == 2 and word[0] == word[1]),
        "diminutive": float(word[-1] == "儿"),
        "given": given,
        "given.surname": given * (surname in ("yes", "compound", "weak")),
    }
