"""What the text lets a listener hear -> sound cues: as what, how often, and which words are replaced.

What a sound is called, what near it tells it from another, and where such a word is no sound at all (in the heart, as
a likeness, as a name) is the library's (voices/cues/*.toml; docs/sounds.md explains them). How a sentence treats a
word as a sound is the language's, and stands below and in cue_words.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from novelcast.catalog import CueSound, load_unheard
from novelcast.hanzi import simplified
from novelcast.model import Cue, CueAmount, CueMode, Span
from novelcast.script.cue_heard import Heard, heard
from novelcast.script.cue_named import named_sounds
from novelcast.script.cue_words import CLOSE, END, OPEN, STOP, Run, Text, Words, ended, own_sentence, regex
from novelcast.script.pieces import Piece, cut

_TAIL = re.compile(rf"[、，,！!？?。.…—\-－～~\s]*[{CLOSE}]*")
_HEAD = re.compile(rf"[\s{OPEN}—－]*$")
_DRAWN = re.compile(r"[—－～~]+|-{2,}")

# A single syllable is a sound only where the sentence treats it as one.
_FRAME_AFTER = re.compile(
    rf"[{CLOSE}]?[—－～~…]*(?:[的地了]?[一两三几][声响下记阵]|的一|(?<=[砰嘭啪咚嗖唰哐咣噗轰嗡叮嘣])的(?![{STOP}声])|(?<![当滴])地|(?<=[砰嘭啪咚嗖唰哐咣嗡嘣])(?=[关灭碎断倒合飞开掉落炸撞砸])|响|作响|叫)"
)
_FRAME_BEFORE = re.compile(rf"[声阵响][{OPEN}]?$")
_EDGE_BEFORE = re.compile(rf"(?:^|[{STOP}—－～~.（(【\]】）)\s])$")
_EDGE_AFTER = re.compile(rf"$|[{STOP}—－～~.）)]")

# English words of sound are verbs and nouns too: with a 〈bang〉, there came a loud 〈crash〉, it went 〈pop〉.
_LATIN_FRAME = re.compile(
    r"(?:\b(?:with|heard|came|was|gave|made|out|by|of|hear|then)\s+(?:an?|the|another|one|two|three)\s+(?:[a-z]+,?\s+){0,2}"
    r"|\b(?:went|goes|a loud|a sudden|a soft|a distant|a dull|a sharp)\s+)$",
    re.I,
)

_IN = rf"[^{STOP}]"  # a character of the same clause
_LIKE = r"(?:(?<![图画影头雕偶录神佛石铜塑遗])像|仿佛|如同|犹如|宛如|宛若|恍如|好似)"
_LIKE_CLOSED = re.compile(
    rf"(?:(?:{_LIKE}|[跟和同与]){_IN}{{1,14}}(?:一样|一般|那样|般地)|似的){_IN}{{0,6}}〈"
)
_NAMED = re.compile(
    rf"(?:名叫|名为|名唤|唤作|叫做|叫作|人称|起名|取名|[叫喊唤][它他她]|外号|绰号|小名){_IN}{{0,2}}[{OPEN}]?$"
)
_NOT_THE_NAME = re.compile(r"[地]?(?:叫|响|直|作响)|[的地]?[一两三几]声")

_SPEECH_AFTER = re.compile(
    rf"[，,]?{_IN}{{0,8}}?(?:学着|模仿|配音|说|喊|嚷|吼|骂|念叨|嘀咕|嘟囔|叫道|(?<![一两几这那街知味频轨管通赛])道(?![路具理歉]))"
    rf"(?!{_IN}*[：:])"
)
_SPEECH_BEFORE = re.compile(
    rf"(?:说|道|喊|嚷|吼|骂|念叨|嘀咕|嘟囔|学着{_IN}*|模仿{_IN}*|学{_IN}*叫|嘴里{_IN}*)(?:了?一?声|着|了|起来)?[：:，,]?\s*$"
)


# ---------------------------------------------------------------- the stage


@dataclass(frozen=True)
class _Cut:
    """A replacing cue: [start, end) of its piece becomes the sound."""

    start: int
    end: int
    cue: Cue


def find_cues(
    pieces: Sequence[Piece], sounds: Sequence[CueSound], *, amount: CueAmount = "few"
) -> tuple[list[Piece], list[Cue]]:
    """The pieces, with words that a sound replaces cut out as pieces of kind `cue`, and all cues in reading order.

    A cue's `gain_db` is what its place adds to its sound's own level; its `segment` is left to the caller. Only
    narration and dialogue are searched. `amount`: none; a few, those that the text writes out (砰); all, those too
    that it only names (手机响了).
    """
    if amount == "none":
        return list(pieces), []
    words = Words(sounds)
    pieces = _narrated(pieces, words)
    text = Text(pieces)
    named = {r.literal for t in text.of.values() for r in words.runs(t) if _NAMED.search(t[: r.start])}
    out: list[Piece] = []
    cues: list[Cue] = []
    for piece in pieces:
        if piece.kind not in ("narration", "dialogue"):
            out.append(piece)
            continue
        search = _Search(piece, text, words, named)
        cuts, under = search.found()
        found = [c.cue for c in cuts] + under
        if amount == "all" and piece.kind == "narration":
            found += search.named_sounds(sounds, found)
        out += _cut_up(piece, cuts)
        cues += sorted(found, key=lambda c: c.span.start)
    return out, cues


def _cut_up(piece: Piece, cuts: Sequence[_Cut]) -> list[Piece]:
    edges = [0, *(e for c in cuts for e in (c.start, c.end)), len(piece.text)]
    starts = {c.start for c in cuts}
    if not cuts:
        return [piece]
    return [cut(piece, a, b, **({"kind": "cue"} if a in starts else {})) for a, b in pairwise(edges) if a < b]


def _narrated(pieces: Sequence[Piece], words: Words) -> list[Piece]:
    """Dialogue such as the “砰” of “砰”的一声 goes back into the narration round it."""
    out: list[Piece] = []
    joins = False
    for at, piece in enumerate(pieces):
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        named_sound = (
            piece.kind == "dialogue"
            and after is not None
            and after.kind == "narration"
            and _same_paragraph(piece, after)
            and _goes_on(piece.text, simplified(after.text))
            and _only_sound(simplified(piece.text), words)
        )
        if named_sound:
            piece = cut(piece, 0, len(piece.text), kind="narration")
        if (
            out
            and piece.kind == "narration"
            and (named_sound or joins)
            and out[-1].kind == "narration"
            and _same_paragraph(out[-1], piece)
        ):
            first = out.pop()
            span = first.span.model_copy(update={"end": piece.span.end})
            piece = Piece(span, first.text + piece.text, "narration", first.reason)
        out.append(piece)
        joins = named_sound
    return out


def _goes_on(quote: str, after: str) -> bool:
    """Whether the sentence that a quote stands in takes it as a word: “砰！”的一声, “突突”声."""
    if re.match(r"[的地]|[一两三几][声响下阵]", after):
        return True
    return re.search(rf"[{END}—－～~，,]\s*[{CLOSE}]$", quote) is None and re.match(r"\w", after) is not None


def _same_paragraph(a: Piece, b: Piece) -> bool:
    return (a.span.chapter, a.span.paragraph, a.span.end) == (b.span.chapter, b.span.paragraph, b.span.start)


def _only_sound(text: str, words: Words) -> bool:
    groups = _groups(text, list(words.runs(text)))
    return len(groups) == 1 and not text[: groups[0].start].strip() and not text[groups[0].end :].strip()


@dataclass(frozen=True)
class _Group:
    """Words with nothing but punctuation between them, at [start, end) with their marks; `ends[i]` closes word i."""

    start: int
    end: int
    runs: tuple[Run, ...]
    ends: tuple[int, ...]


def _groups(text: str, runs: Sequence[Run]) -> list[_Group]:
    groups: list[_Group] = []
    for run in runs:
        tail = _TAIL.match(text, run.end)
        end = tail.end() if tail else run.end
        head = _HEAD.search(text, groups[-1].end if groups else 0, run.start)
        start = head.start() if head else run.start
        if groups and groups[-1].end >= start:
            last = groups.pop()
            groups.append(_Group(last.start, end, (*last.runs, run), (*last.ends, end)))
        else:
            groups.append(_Group(start, end, (run,), (end,)))
    return groups


class _Search:
    """The sounds of one piece. Offsets are its paragraph's, from the paragraph's first piece on."""

    def __init__(self, piece: Piece, text: Text, words: Words, named: set[str]) -> None:
        self.piece, self.text, self.words, self.named = piece, text, words, named
        self.key = (piece.span.chapter, piece.span.paragraph)
        self.paragraph = text.of[self.key]
        self.origin = text.origin[self.key]
        self.begin = piece.span.start - self.origin
        self.end = self.begin + len(piece.text)

    def found(self) -> tuple[list[_Cut], list[Cue]]:
        cuts: list[_Cut] = []
        under: list[Cue] = []
        inside = self.paragraph[self.begin : self.end]
        for group in _groups(inside, list(self.words.runs(inside))):
            group = _shifted(group, self.begin)
            if self._spoken(group) or (self.piece.kind == "dialogue" and group.runs[0].latin):
                continue  # “Bang!” in quotation marks is what somebody says
            if self._stands_alone(group):
                cuts += self._replaced(group)
            elif self.piece.kind == "narration":
                under += [c for run in group.runs if (c := self._under(run)) is not None]
        return cuts, under

    # ------------------------------------------------------------ words that a sound replaces

    def _spoken(self, group: _Group) -> bool:
        """A quotation that somebody says: asked (“当？”), or with a tag beside it."""
        body = self.paragraph[group.start : group.end]
        if body[-1] not in CLOSE:
            return False
        said = _SPEECH_BEFORE.search(self.paragraph, 0, group.start) or _SPEECH_AFTER.match(
            self.paragraph, group.end
        )
        return "？" in body or "?" in body or said is not None

    def _stands_alone(self, group: _Group) -> bool:
        before, body, after = (
            self.paragraph[: group.start],
            self.paragraph[group.start : group.end],
            self.paragraph[group.end :],
        )
        if self.piece.kind == "dialogue":
            return (
                not self.paragraph[self.begin : group.start].strip()
                and not self.paragraph[group.end : self.end].strip()
            )
        if re.match(r"[的地]|[一两三几][声响下阵](?![^，。！？]*[。！])", after) and not ended(body):
            return False
        quoted = body.lstrip()[0] in OPEN and body[-1] in CLOSE
        dot = "." if group.runs[0].latin else ""
        marked = re.search(rf"[{END}—－～~{dot}]\s*[{CLOSE}]*\s*$", body) is not None
        starts = group.start == self.begin or ended(before)
        stops = ended(body) or group.end == self.end
        if quoted:
            return marked and re.match(r"[的地]", after) is None
        return starts and stops and (marked or not after.strip())

    def _replaced(self, group: _Group) -> list[_Cut]:
        made = []
        own = (group.start, group.end)
        for run, end in zip(group.runs, group.ends, strict=True):
            window = self.text.window(self.key, run, own)
            found = None if run.literal in self.named else self.words.sound_of(run, window)
            if found is None:
                return []  # what is not all sound is read out
            made.append((run, end, found[0], window))
        cuts = []
        start = group.start
        for run, end, sound, window in made:
            cuts.append(
                _Cut(
                    start - self.begin,
                    end - self.begin,
                    self._cue(run, sound, "replace", (start, end), window.beside),
                )
            )
            start = end
        return cuts

    # ------------------------------------------------------------ words inside a sentence

    def _under(self, run: Run) -> Cue | None:
        after = self.paragraph[run.end :]
        bare = run.latin or len(run.literal) == 1 or (run.joined and len(run.base) == 1)
        if bare and not _framed(self.paragraph, run):
            return None
        if run.literal in self.named and not _NOT_THE_NAME.match(after):
            return None
        own = own_sentence(self.paragraph, run)
        window = self.text.window(self.key, run, own)
        if any(regex(p).search(window.text) for p in load_unheard()):
            return None
        found = self.words.sound_of(run, window)
        if found is None or (not found[1] and _LIKE_CLOSED.search(window.own)):
            return None
        sound = found[0]
        mode: CueMode = "before" if sound.mode == "before" else "under"
        return self._cue(run, sound, mode, self._with_marks(run), window.own)

    def _with_marks(self, run: Run) -> tuple[int, int]:
        """The word, what draws it out, and the quote marks that are its own."""
        drawn = _DRAWN.match(self.paragraph, run.end, self.end)
        start, end = run.start, drawn.end() if drawn else run.end
        tail = _TAIL.match(self.paragraph, run.end, self.end)
        if (
            start > self.begin
            and self.paragraph[start - 1] in OPEN
            and tail
            and tail[0]
            and tail[0][-1] in CLOSE
        ):
            return start - 1, tail.end()
        return start, end

    # ------------------------------------------------------------ sounds that are only named

    def named_sounds(self, sounds: Sequence[CueSound], found: Sequence[Cue]) -> list[Cue]:
        """Sounds without a word of their own, where no other cue stands for the same."""
        taken = [(c.span.start - self.origin, c.span.end - self.origin) for c in found]
        cues = []
        for named in named_sounds(self.paragraph[: self.end], self.begin, sounds, taken):
            run = Run(named.start, named.end, "", "", 1, rolls=named.goes_on, joined=False)
            window = self.text.window(self.key, run, own_sentence(self.paragraph, run))
            if not any(regex(p).search(window.text) for p in (*load_unheard(), *named.sound.not_patterns)):
                cues.append(
                    self._made(named.sound, "under", (named.start, named.end), named.heard(window.own))
                )
        return cues

    # ------------------------------------------------------------ the cue

    def _cue(self, run: Run, sound: CueSound, mode: CueMode, at: tuple[int, int], around: str) -> Cue:
        tail = _TAIL.match(self.paragraph, run.end)
        marks = self.paragraph[run.start : tail.end() if tail else run.end]
        return self._made(sound, mode, at, heard(run, sound, marks, self.paragraph[run.end :], around))

    def _made(self, sound: CueSound, mode: CueMode, at: tuple[int, int], how: Heard) -> Cue:
        local = slice(at[0] - self.begin, at[1] - self.begin)
        return Cue(
            sound=sound.name,
            mode=mode,
            span=Span(
                chapter=self.key[0], paragraph=self.key[1], start=at[0] + self.origin, end=at[1] + self.origin
            ),
            text=self.piece.text[local],
            count=how.count,
            gain_db=how.gain_db,
            length_ms=how.length_ms,
            far=how.far,
        )


def _shifted(group: _Group, by: int) -> _Group:
    runs = tuple(replace(r, start=r.start + by, end=r.end + by) for r in group.runs)
    return _Group(group.start + by, group.end + by, runs, tuple(e + by for e in group.ends))


def _framed(text: str, run: Run) -> bool:
    """Whether the sentence treats a single syllable as a sound: 砰的一声, 啪地, “，咚，”."""
    if run.latin:
        return _LATIN_FRAME.search(text, 0, run.start) is not None
    if _FRAME_AFTER.match(text, run.end):
        return True
    before, after = text[: run.start], text[run.end :]
    return _EDGE_AFTER.match(after) is not None and bool(
        _EDGE_BEFORE.search(before) or _FRAME_BEFORE.search(before)
    )
