"""Who speaks by the form of the text alone: NAME：… in a play or a chat, and whoever wrote the letter that is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from novelcast.hanzi import simplified
from novelcast.script.clues import Roster
from novelcast.script.narration import letters
from novelcast.script.pieces import Piece
from novelcast.script.unmarked import line_name

_OPENS = re.compile(r"\s*[“‘「『\"'＂＇«‹„〝﹁﹃]")
_LETTER = r"(?:信|来信|回信|家书|情书|遗书|纸条|字条|便条|条子|明信片)"
_BY = re.compile(
    rf"(?:亲笔|亲手)?(?:写来|寄来|捎来|送来|留下来?|[写寄捎留])(?:给[^，。！？]{{1,6}})?的[^，。！？]{{0,4}}{_LETTER}|"
    rf"在[^，。！？]{{0,4}}{_LETTER}[里上中]|[^，。！？]{{0,6}}?(?:写来|寄来|捎来|送来|留下|[写寄捎留]了)[^，。！？]{{0,6}}{_LETTER}"
)
_IS_BY = re.compile(r"(?:亲笔|亲手)?[写寄捎留][^，。！？]{0,5}的")
_READ_OUT = re.compile(
    rf"{_LETTER}(?:[里上中]|背面|末尾|开头|结尾)?(?:只|就|还|便)?(?:写着?|写道|说|说道|有|是)?[^，。！？；：:]{{0,8}}[：:]\s*$"
)
_SIGNED = re.compile(
    r"^[\s—\-]*(?:你的|永远爱你的|爱你的|[儿女弟兄妹姐妻夫])?\s*(?P<name>[\w·]{1,6}?)\s*(?:敬上|敬启|顿首|拜上|叩上|手书|亲笔|绝笔|谨启|谨上|草于|字|留|上)?\s*$"
)
_LOOKED_BACK = 6  # paragraphs in which it is said who wrote a letter
SURE = 0.92
"""So often at least is the name before a colon, or under a letter, the speaker's."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose words a piece has (an index into the roster), and why."""

    who: int
    evidence: str


def stage_names(pieces: Sequence[Piece]) -> list[str]:
    """The names that stand before speech without marks, in plays and chats, in the order of their first line."""
    found = (_before_colon(pieces, i) for i, p in enumerate(pieces) if not _OPENS.match(p.text))
    return list(dict.fromkeys(name for name in found if name))


def voices(pieces: Sequence[Piece], chapter: range, roster: Roster) -> dict[int, Voice]:
    """The pieces of a chapter whose speaker their form tells. A letter's paragraphs are among them."""
    return _stage(pieces, chapter, roster) | _letters(pieces, chapter, roster) | _read_out(pieces, chapter, roster)  # fmt: skip


def _before_colon(pieces: Sequence[Piece], i: int) -> str:
    """The name in the NAME： that stands before a piece of speech and opens its paragraph; "" where none does."""
    if pieces[i].kind != "dialogue" or not i:
        return ""
    lead, span = pieces[i - 1], pieces[i].span
    here = (lead.span.chapter, lead.span.paragraph, lead.span.start) == (span.chapter, span.paragraph, 0)
    return line_name(simplified(lead.text)) if here and lead.kind == "narration" else ""


def _stage(pieces: Sequence[Piece], chapter: range, roster: Roster) -> dict[int, Voice]:
    out = {}
    for i in chapter:
        name = _before_colon(pieces, i)
        if name and (who := _only(roster.by_word, name)) is not None:
            out[i] = Voice(who, f"named before the colon: {name}")
    return out


def _only(by_word: Mapping[str, tuple[int, ...]], word: str) -> int | None:
    people = by_word.get(word, ())
    return people[0] if len(people) == 1 else None


# ---------------------------------------------------------------- letters


def _letters(pieces: Sequence[Piece], chapter: range, roster: Roster) -> dict[int, Voice]:
    """The narration of letters that somebody of the book has signed."""
    texts: dict[int, str] = {}
    for i in chapter:
        number = pieces[i].span.paragraph
        texts[number] = texts.get(number, "") + simplified(pieces[i].text)
    places = list(texts)
    voice_of: dict[int, Voice] = {}
    for run in _runs(sorted(letters(list(texts.values())))):
        for k in reversed(run[1:]):
            signed = _SIGNED.match(texts[places[k]])
            who = _only(roster.by_word, signed["name"]) if signed else None
            if signed and who is not None:
                voice_of |= {places[n]: Voice(who, f"a letter signed {signed['name']}") for n in run}
                break
    return {
        i: voice
        for i in chapter
        if pieces[i].kind == "narration" and (voice := voice_of.get(pieces[i].span.paragraph)) is not None
    }


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for n in numbers:
        if run and n != run[-1] + 1:
            yield run
            run = []
        run.append(n)
    if run:
        yield run


def _read_out(pieces: Sequence[Piece], chapter: range, roster: Roster) -> dict[int, Voice]:
    """What is quoted from a letter (信上写着：“…”) of which it was said before who wrote it."""
    out = {}
    for i in chapter:
        if pieces[i].kind != "dialogue" or i == chapter.start or pieces[i - 1].kind != "narration":
            continue
        lead = re.split(r"[。！？!?…；;]", simplified(pieces[i - 1].text).rstrip())[-1]
        if not _READ_OUT.search(lead) or any(m.people for m in roster.mentions(lead)):
            continue  # 沈砚在信里写道: a tag like any other
        first = pieces[i].span.paragraph - _LOOKED_BACK
        told = [p for p in pieces[chapter.start : i] if p.kind == "narration" and p.span.paragraph >= first]
        writer = next((w for p in reversed(told) if (w := _writer(simplified(p.text), roster))), None)
        if writer is not None:
            out[i] = writer
    return out


def _writer(text: str, roster: Roster) -> Voice | None:
    """Who wrote a letter, where a piece of narration says it, the last time it does."""
    for mention in reversed(roster.mentions(text)):
        behind = text[mention.end :]
        wrote = _BY.match(behind) or (text[: mention.start].endswith("是") and _IS_BY.match(behind))
        if wrote and len(mention.people) == 1:
            return Voice(mention.people[0], f"the letter is theirs: {mention.word}{wrote[0]}")
    return None
