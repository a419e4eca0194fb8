"""Quotes that lost one of their marks: “我不去。他说。 / 他说：你来了。” / “我不去。“她去。”

Where the lost mark stood is told by what is said and what is told (`speech`): a closing one stood before the
sentence from which on the words are a narrator's, an opening one before the first that somebody says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from novelcast.hanzi import simplified
from novelcast.read.draft import Edit
from novelcast.read.speech import SENTENCE, Habits

WHY_CLOSE = "a closing quote that was lost"
WHY_OPEN = "an opening quote that was lost"
WHY_TURNED = "a quote that stood the wrong way round"

_ENDS = "。！？!?…—～"
_UTTERANCE = 45  # characters of a speech that surely has no narration glued to it
_LONGEST = 200  # of one that may have, if the model sees none
_LOSES_CLOSES = 1  # utterances surely left open, at least
# 林小满说。 and no more: such a sentence is told. 再说。 别问。 are said.
_TAG = re.compile(
    "[^，。！？“”你我您咱再别不先要敢该还就也都想话]{1,8}(?:说|道|问|答|喊|叹|笑)了?[道着]?[。！]"
)
_TOLD = -8.0
_TOLD_ALL = -4.0
_SIDE_BY_SIDE = -2.0  # log odds: “…”“…”, two speeches with nothing between them, are rare
_GOES_ON = 4.0  # a speech that nothing closes may go on where the next paragraph opens a quote, in log odds
_LEADS = re.compile("[说道问喊叫答骂][，：]$")
_COLON = 3.0  # what a colon, or a verb of saying, says for a speech behind it, in log odds
_FIRST = 1.0  # and the beginning of a paragraph


def lost_quotes(texts: Sequence[str]) -> dict[int, list[Edit]]:
    """For each paragraph with quotes that lost a mark, what puts it back."""
    wounded = [i for i, text in enumerate(texts) if not _balanced(text)]
    if not wounded:
        return {}
    habits = Habits([simplified(t) for t in texts if _balanced(t)])
    out: dict[int, list[Edit]] = {}
    unsure: dict[int, Edit] = {}
    sure = 0
    for i in wounded:
        goes_on = i + 1 < len(texts) and texts[i + 1].startswith("“")
        last = texts[i].rfind("“")
        for edit in _mended(simplified(texts[i]), habits, goes_on=goes_on):
            closes_last = edit.text == "”" and edit.start > last
            if closes_last and goes_on and texts[i][-1] not in "？！?!" and not _in_talk(texts, i):
                unsure[i] = edit  # a speech may go on in the next paragraph, which opens it again
            else:
                sure += edit.text == "”"
                out.setdefault(i, []).append(edit)
    if sure >= _LOSES_CLOSES:
        for i, edit in unsure.items():
            out.setdefault(i, []).append(edit)
    return out


def _in_talk(texts: Sequence[str], i: int) -> bool:
    """Whether a paragraph is a short speech, and so is the one before it or behind the next: people talk in turns."""
    if not texts[i].startswith("“") or len(texts[i]) > _UTTERANCE:
        return False
    before = texts[i - 1] if i else ""
    behind = texts[i + 2] if i + 2 < len(texts) else ""
    return any(t.startswith("“") and len(t) <= _UTTERANCE and _balanced(t) for t in (before, behind))


def _balanced(text: str) -> bool:
    is_open = False
    for mark in re.findall("[“”]", text):
        if (mark == "“") == is_open:
            return False
        is_open = mark == "“"
    return not is_open


def _mended(text: str, habits: Habits, *, goes_on: bool) -> Iterator[Edit]:
    """Walk the quotes of a paragraph; where one opens inside of another, is never closed or never opened, mend it."""
    marks = list(re.finditer("[“”]", text))
    if _turned(text, [m.start() for m in marks], habits):
        for n, mark in enumerate(marks):
            yield Edit(mark.start(), mark.end(), "“”"[n % 2], WHY_TURNED)
        return
    opened = -1  # where the quote that is open opened
    free = 0  # from where on nothing is in quotes
    for mark in marks:
        at = mark.start()
        if mark[0] == "“":
            if opened >= 0 and (place := _end_of_speech(text, opened + 1, at, habits)) is not None:
                yield Edit(place, place, "”", WHY_CLOSE)
            opened = at
        elif opened >= 0:
            opened, free = -1, at + 1
        else:
            if (place := _start_of_speech(text, free, at, habits)) is not None:
                yield Edit(place, place, "“", WHY_OPEN)
            free = at + 1
    if (
        opened >= 0
        and (place := _end_of_speech(text, opened + 1, len(text), habits, goes_on=goes_on)) is not None
    ):
        yield Edit(place, place, "”", WHY_CLOSE)


def _turned(text: str, places: Sequence[int], habits: Habits) -> bool:
    """Whether the marks, all of one kind, were pairs: what stands between them is said, what stands around is told."""
    if len(places) % 2 or len({text[at] for at in places}) != 1:
        return False
    cuts = [0, *places, len(text)]
    parts = [text[a:b].strip("“”") for a, b in pairwise(cuts)]
    return all((habits.odds(part) > 0) == bool(n % 2) for n, part in enumerate(parts) if part)


def _end_of_speech(text: str, start: int, end: int, habits: Habits, *, goes_on: bool = False) -> int | None:
    """Where a speech ends that begins at `start` and has lost its end, at most at `end`: where another one begins or
    the paragraph is over. None where that cannot be told."""
    parts = _parts(text, start, end, commas=end < len(text) and text[end - 1] in "，：")
    if not parts:
        return None
    odds = [habits.odds(text[a:b]) for a, b in parts]
    scores = [sum(odds[:k]) - sum(odds[k:]) for k in range(1, len(parts) + 1)]
    whole = text[end - 1] in _ENDS
    if not whole:
        scores.pop()  # a speech ends with a mark
    else:
        told = len(parts) > 1 and _TAG.fullmatch(text[parts[-1][0] : end])
        scores[-1] += _TOLD if told else _SIDE_BY_SIDE if end < len(text) else _GOES_ON * goes_on
    if not scores:
        return None
    best = max(range(len(scores)), key=scores.__getitem__)
    place = parts[best][1]
    if place == end == len(text) and (end - start > _LONGEST or sum(odds) < _TOLD_ALL):
        return None  # nobody says all that: something is quoted, and where it ends is lost
    return place


def _start_of_speech(text: str, free: int, end: int, habits: Habits) -> int | None:
    """Where a speech begins that ends at `end` and before which, from `free` on, nothing is quoted."""
    if text[end - 1 : end] not in (*_ENDS, "，"):
        return None
    parts = _parts(text, free, end, commas=free > 0)
    if not parts:
        return None
    odds = [habits.odds(text[a:b]) for a, b in parts]
    scores = [sum(odds[k:]) - sum(odds[:k]) for k in range(len(parts))]
    for k, (start, _) in enumerate(parts):
        led = text[start - 1 : start] == "：" or _LEADS.search(text, max(0, start - 4), start)
        scores[k] += _COLON if led else _FIRST if start == 0 else 0.0
    best = max(range(len(scores)), key=scores.__getitem__)
    place = parts[best][0]
    return place if place > free or free == 0 else None


def _parts(text: str, start: int, end: int, *, commas: bool) -> list[tuple[int, int]]:
    """[start, end) of each sentence, parted behind colons too, and if asked behind commas."""
    cut = re.compile("[：，]" if commas else "：")
    out = []
    for sentence in SENTENCE.finditer(text, start, end):
        at = sentence.start()
        for mark in cut.finditer(text, at, sentence.end() - 1):
            out.append((at, mark.end()))
            at = mark.end()
        out.append((at, sentence.end()))
    return out
