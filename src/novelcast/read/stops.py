"""Stops and quotes that were lost between sentences: narration glued to a quote, sentences glued to each other.

Only a few lost stops can be placed without guessing: those before a whole utterance in quotes, and those before
a subject (他, 她, a name that begins other sentences of this book) right behind a noun that it cannot belong to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from novelcast.hanzi import HAN, simplified
from novelcast.read.draft import Edit
from novelcast.read.words import part_of_speech, word_before, word_behind

WHY_STOP = "a lost full stop"
WHY_CLOSE = "a closing quote that was lost"

_QUOTE = re.compile("“([^“”]{1,200})”?")
_SPEECH_END = "。！？!?…—～"
# What leads straight into a quote: a verb of saying or writing, a counted or named quote, a link.
_LEADS_IN = re.compile(
    "(?:[说道问喊叫答骂吼嚷念读唱写印刻题曰称叹想句声个种的了着是为把被将那这之出成到有与和或及让给用以像如连叫作在即名语字号呼吟回应言讲笑哭谓]|所谓|一声)$"
)


# Nouns behind which a name or pronoun stands in apposition or as a second object: 队长周衡, 助理乔苒.
_PERSON_ENDS = frozenset(
    "长师理生总爷哥姐人者家员官主徒弟妹友女男子父母爹娘叔伯姨婆儿孙兄嫂董姑侄公王帝君将帅兵卒匠医贼客手工头安事伴敌方和与跟记任识"
)
_PRONOUNS = frozenset(("他", "她", "它", "他们", "她们"))
_TIMES = frozenset(("时候", "时间", "样子", "东西", "这些", "那些"))
_UTTERANCE = 30  # characters of a speech that surely has no narration glued to it
_RUN = 6  # characters without a mark, at least, before a stop is missed
_STARTS = 3  # sentences that a name begins, at least
_START_SHARE = 0.3  # of its occurrences

_SENTENCE_START = re.compile(r"(?:^|(?<=[。！？…”：]))[\u3400-\u9fff]{2}")
_MARKS = re.compile(r"[^\w*％%℃]")


def lost_marks(texts: Sequence[str]) -> dict[int, list[Edit]]:
    """For each paragraph that lost marks beside its quotes, what puts them back."""
    plain = [simplified(t) for t in texts]
    names = _sentence_starters(plain)
    out = {}
    for i, text in enumerate(texts):
        edits = {(e.start, e.end): e for e in _between_sentences(plain[i], names)}
        if "“" in text:
            behind = texts[i + 1] if i + 1 < len(texts) else ""
            beside = (*_before_speech(text), *_never_closed(text), *_never_closed_at_the_end(text, behind))
            edits |= {(e.start, e.end): e for e in beside}
        if edits:
            out[i] = list(edits.values())
    return out


def _sentence_starters(texts: Sequence[str]) -> frozenset[str]:
    """Pairs of characters that begin sentences of this book and are no common word: the names of its people."""
    starts = Counter(pair for t in texts for pair in _SENTENCE_START.findall(t))
    often = {
        pair for pair, n in starts.items() if n >= _STARTS and part_of_speech(pair)[:1] in ("", "n", "s")
    }
    everywhere = Counter(t[i : i + 2] for t in texts for i in range(len(t) - 1) if t[i : i + 2] in often)
    return frozenset(pair for pair in often if starts[pair] >= _START_SHARE * everywhere[pair])


def _between_sentences(text: str, names: frozenset[str]) -> Iterator[Edit]:
    """A full stop before a subject that nothing in front of it can take in. `text` is simplified."""
    behind_mark = 0
    quoted = False
    for at, char in enumerate(text):
        if _MARKS.match(char):
            behind_mark = at + 1
            quoted = char in "“「" or (quoted and char not in "”」")
        elif not quoted and at - behind_mark >= _RUN and _begins_sentence(text, at, names):
            yield Edit(at, at, "。", WHY_STOP)


def _begins_sentence(text: str, at: int, names: frozenset[str]) -> bool:
    pronoun = text[at] in _PRONOUNS
    subject = word_behind(text, at) if pronoun else text[at : at + 2]
    if subject not in (_PRONOUNS if pronoun else names) or not _goes_on(text, at + len(subject)):
        return False
    before = word_before(text, at)
    if before == "声":
        return not pronoun
    noun = part_of_speech(before) in ("n", "s") and len(before) > 1 and before[-1] not in _PERSON_ENDS
    return noun and not (pronoun and (before in _TIMES or text[at - len(before) - 1] in "这那每"))


def _goes_on(text: str, at: int) -> bool:
    """Whether more stands behind a subject than a mark, or a word that makes it part of something else."""
    return at + 1 < len(text) and HAN.match(text[at]) is not None and text[at] not in "的们之和与"


def _before_speech(text: str) -> Iterator[Edit]:
    """A full stop before a quote that is a whole utterance and has narration glued to its front."""
    plain = ""
    for match in _QUOTE.finditer(text):
        at = match.start()
        if at < 3 or match[1][-1] not in _SPEECH_END or not _may_end_a_sentence(text[at - 1]):
            continue
        plain = plain or simplified(text)
        if not _LEADS_IN.search(plain[max(0, at - 4) : at]):
            yield Edit(at, at, "。", WHY_STOP)


def _may_end_a_sentence(char: str) -> bool:
    return HAN.match(char) is not None or char in "℃%％*"


def _never_closed(text: str) -> Iterator[Edit]:
    """A quote that a second one opens inside of: closed behind its last stop, if the second follows that at once."""
    opened = False
    for match in re.finditer("[“”]", text):
        if match[0] == "”":
            opened = False
        elif opened and text[match.start() - 1] in "。！？…":
            yield Edit(match.start(), match.start(), "”", WHY_CLOSE)
        else:
            opened = True


def _never_closed_at_the_end(text: str, behind: str) -> Iterator[Edit]:
    """A short utterance up to the paragraph's end, by itself or behind a colon, that lost its closing quote.

    A longer one may have narration glued to it, and one before a paragraph that opens a quote goes on there.
    """
    at = text.rfind("“")
    said = text[at + 1 :]
    if "”" in said or behind.startswith(("“", "”")) or not 0 < len(said) <= _UTTERANCE:
        return
    if (
        (at == 0 or text[at - 1] in "：，。！？”")
        and said[-1] in _SPEECH_END
        and not re.search("[。！？].*[说道问]", said)
    ):
        yield Edit(len(text), len(text), "”", WHY_CLOSE)
