"""Onomatopoeia -> sound cues: which words are heard, as what, how often, and which are replaced.

Two kinds of knowledge meet here. What a sound is called, and what near it tells it from another, is the
library's (voices/cues/*.toml explains its fields). How Chinese uses such words for what nobody hears
(in the heart, as a likeness, as a name) is the language's, and stands below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

from novelcast.catalog import CueSound
from novelcast.hanzi import simplified
from novelcast.model import Cue, CueMode, Span
from novelcast.script.pieces import Piece, cut

LOUDER_DB = 3.0
SOFTER_DB = -6.0
EVENT_MS, DRAWN_MS = 400, 1200
"""A dash or a wave holds a sound this much longer than one event of it."""
ROLL_MS = 1500
"""How long a countable sound goes on where its word says that it does (噼里啪啦, 响成一片)."""
NEIGHBOUR_CHARS = 80
ALONE_CHARS, BESIDE_CHARS = 10, 20
"""A hint in the next sentence counts as this much further away: for a word alone, and for one whose own
sentence tells something."""
UNHINTED_CHARS = 24
"""A word's usual sound counts as hinted at from this far away."""

_OPEN, _CLOSE = '“「『‘〝"', '”」』’〞"'
_END = "。！？!?…"
_STOP = rf"，,、；;：:\n{_END}{_OPEN}{_CLOSE}"
_JOIN = r"[、，,！!。.…—\-－～~·\s]{0,4}"
_TAIL = re.compile(rf"[、，,！!？?。.…—\-－～~\s]*[{_CLOSE}]*")
_HEAD = re.compile(rf"[\s{_OPEN}—－]*$")
_DRAWN = re.compile(r"[—－～~]+|-{2,}")
_BLANK = re.compile(r"\s")
_SENTENCE = re.compile(rf"[^{_END}\n]*(?:[{_END}]+[{_CLOSE}）)】]*|\n|$)")

# A single syllable is a sound only where the sentence treats it as one.
_FRAME_AFTER = re.compile(
    rf"[{_CLOSE}]?[—－～~…]*(?:[的地了]?[一两三几][声响下记阵]|的一|(?<=[砰嘭啪咚嗖唰哐咣噗轰嗡叮嘣])的(?![{_STOP}声])|(?<![当滴])地|(?<=[砰嘭啪咚嗖唰哐咣嗡嘣])(?=[关灭碎断倒合飞开掉落炸撞砸])|响|作响|叫)"
)
_FRAME_BEFORE = re.compile(rf"[声阵响][{_OPEN}]?$")
_EDGE_BEFORE = re.compile(rf"(?:^|[{_STOP}—－～~.（(【\]】）)\s])$")
_EDGE_AFTER = re.compile(rf"$|[{_STOP}—－～~.）)]")

_IN = rf"[^{_STOP}]"  # a character of the same clause
_MIND = r"(?:心里|心中|心头|心底|心下|脑子|脑袋里|脑中|脑海|大脑|头脑|识海|意识里|胃里|骨子里|灵魂)"
_LIKE = r"(?:(?<![图画影头雕偶录神佛石铜塑遗])像|仿佛|如同|犹如|宛如|宛若|恍如|好似)"
_UNHEARD = tuple(
    re.compile(p)
    for p in (
        # in the mind; but a heart that leaps is heard, and so is a voice from the system
        rf"{_MIND}{_IN}{{0,14}}〈(?![^〉]*〉{_IN}{{0,3}}跳)(?![^\n]*(?:系统|提示|机械|电子|【))",
        rf"{_MIND}[^{_END}\n]{{0,20}}{_LIKE}[^{_END}\n]{{0,14}}[，,]〈",
        # as a likeness still open: 像被人〈啪啪〉扇过, 跟〈哐当〉响的风箱似的
        rf"{_LIKE}(?:(?!一样|似的|一般|那样|般地)[^{_STOP}])*〈",
        rf"[跟和如同]{_IN}*〈[^〉]*〉{_IN}*(?:似的|一样|一般)",
        # what has not happened: 再不修，那堵墙就要〈轰隆〉一声倒了
        rf"(?:就要|就会|便会|准会|将会|就能|也能|都能|还能|恨不得|差点|险些|生怕|可能){_IN}{{0,6}}〈",
        rf"(?:要是|如果|若是|倘若|假如|万一|只要){_IN}{{0,10}}〈",
        rf"(?:没有?|不曾|不再|不是|连)(?:听见|听到|发出|传来|再|那|那声)?〈|〉{_IN}{{0,4}}都没",
        # as a name
        rf"(?:名叫|名为|名唤|唤作|叫做|叫作|号称|人称|起名|取名|[叫喊唤][它他她我你]|外号|绰号|诨号|名号|小名|名字|网名|昵称|代号|艺名){_IN}{{0,3}}[{_OPEN}]?〈",
        r"(?:名号|外号|绰号|诨号|名字)[^。！？\n]{0,6}〈",
        rf"〉[{_CLOSE}]?(?:这个|那个|[一二两三四]个字|[二两三四]字|牌|打车|快递|外卖|超市|酒馆|酒吧|客栈|店)|〉是(?:他|她|它|只|条|家)",
        rf"〉(?:道|问道|想着|摇头|点头|抬头|抬起|歪着?头|眨|看着|看了|的(?:手|脸|头|眼|声音|妈|爸|尾巴|爪)){_IN}",
        rf"叫[{_OPEN}]?〈[^〉]*〉[{_CLOSE}]?(?:的(?!一)|[，。、])|[小老阿]〈[^〉]*〉(?![的地一])",
        # in writing
        rf"(?:写着|印着|刻着|画着|标着|贴着|弹幕|字幕|飘过){_IN}{{0,8}}〈",
        # of people talking
        rf"〉[地得]?{_IN}{{0,2}}(?:说[了出起得]?|念叨|议论|唠叨|讲[了得]|数落|骂)",
        rf"〉地?{_IN}{{0,4}}(?:往外倒|倒了?出来|(?:一通|一顿)(?:骂|说|数落|训|解释|输出))|嘴[里巴皮]?{_IN}{{0,4}}〈[噼劈嗒哒突叭]",
        rf"〉{_IN}{{0,4}}(?:说|讲|念叨|唠叨|议论|吵)个(?:不停|没完)",
        rf"嘴[^{_END}\n]{{0,10}}{_LIKE}[^{_END}\n]{{0,10}}〈",
        # of a heart that sinks, blood that rises, a face that pales, eyes that turn, a price that climbs
        rf"(?<![中关放小细耐专信用担点手开良好脚掌背核决恶狠伤灰粗热])(?:心口?|胸口)(?!电|脏){_IN}{{0,5}}〈(?![^〉]*〉{_IN}{{0,3}}跳)",
        rf"(?:血|气|怒火|酒劲|脸|脸色|耳根|眼泪|泪水?|冷汗|目光|视线|眼睛|价格|价|涨|热度|名次|票数){_IN}{{0,6}}〈[轰噌腾唰刷哗蹭嗡]",
        rf"^(?!.*[蚊蜂蝇虫])(?:.*)(?:耳朵|耳中|耳里|双耳|耳膜|耳边|耳畔|脑袋|脑壳|脑瓜|脑门|(?<![前后里外上下木石镜街码车床船山枝村巷念那这])头[皮顶都也]?)(?!{_IN}*(?:传来|响起)){_IN}{{0,6}}〈[嗡轰]",
        rf"(?:太阳穴|眼皮|青筋|神经|眉心|额角|膝盖|腿肚子?){_IN}{{0,8}}〈",
        rf"(?<![琴弓])弦{_IN}{{0,6}}〈",
        rf"(?:钱|银子|银两|订单|流量|粉丝|金币|经费|日子|时间|岁月){_IN}{{0,8}}〈[哗唰噌刷]",
        r"(?:如意|小|这把|那把|那点|里的?)算盘[^。\n]{0,8}〈",
        # of one who is proved wrong (打脸), and of adjectives such as 硬〈邦邦〉, 响〈当当〉
        r"打[起了过]?脸[^，。\n]{0,8}〈啪|〈啪[^〉]*〉[^，。\n]{0,4}打[起了过]?脸|脸[^，。\n]{0,12}〈啪啪+〉(?![^，。\n]{0,4}[两几三])|无形[^，。\n]{0,8}〈啪|〈啪啪〉[^，。\n]{0,3}打[^，。\n]{0,3}脸",
        r"[硬响胖肉圆泪娇齐红热慢凉冷阴乱懒满点甜格]〈(.)\1〉|水〈汪|气〈[呼咻]|黑〈咕|[招称欢惊高]〈呼|[穷苦]得[^，。]{0,3}〈",
        # of a crowd
        r"〈[嗡轰哗刷唰]+〉[的地]?一?[声下]?[^，。\n]{0,4}(?:笑|[平安]?静|散|乱)",
    )
)
_LIKE_CLOSED = re.compile(
    rf"(?:(?:{_LIKE}|[跟和同与]){_IN}{{1,14}}(?:一样|一般|那样|般地)|似的){_IN}{{0,6}}〈"
)
_NAMED = re.compile(
    rf"(?:名叫|名为|名唤|唤作|叫做|叫作|人称|起名|取名|[叫喊唤][它他她]|外号|绰号|小名){_IN}{{0,2}}[{_OPEN}]?$"
)
_NOT_THE_NAME = re.compile(r"[地]?(?:叫|响|直|作响)|[的地]?[一两三几]声")

_SPEECH_AFTER = re.compile(
    rf"[，,]?{_IN}{{0,8}}?(?:学着|模仿|配音|说|喊|嚷|吼|骂|念叨|嘀咕|嘟囔|叫道|(?<![一两几这那街知味频轨管通赛])道(?![路具理歉]))"
    rf"(?!{_IN}*[：:])"
)
_SPEECH_BEFORE = re.compile(
    rf"(?:说|道|喊|嚷|吼|骂|念叨|嘀咕|嘟囔|学着{_IN}*|模仿{_IN}*|学{_IN}*叫|嘴里{_IN}*)(?:了?一?声|着|了|起来)?[：:，,]?\s*$"
)

_STATED = re.compile(
    rf"[{_CLOSE}—－～~…]*[，,]?[^{_STOP}]{{0,6}}?([0-9]{{1,2}}|[两俩二三四五六七八九十]{{1,3}})(?:声|下|响|记|遍)"
)
_ON_AND_ON = re.compile(rf"{_IN}{{0,4}}(?:成一片|个不停|不绝|不止)")
_FLOWING = "哗呼沙嗡呜突簌飒滋嘶咝潺淙隆咕"
"""Repeated, these stand for one sound that goes on: water 哗哗, a pot 咕嘟咕嘟."""
_SOFT = re.compile(r"轻轻|轻微|很轻|极轻|轻响|微弱|细微|隐隐|隐约|远处|远远|低低|闷闷|小声")


@dataclass(frozen=True)
class _Run:
    """One word and its repetitions at [start, end) of a paragraph. `rolls`: a form that means on and on."""

    start: int
    end: int
    base: str
    literal: str
    count: int
    rolls: bool
    joined: bool


@dataclass(frozen=True)
class _Listing:
    """`word` as a sound lists it; `hinted`: only where one of the sound's patterns is near."""

    sound: CueSound
    word: str
    hinted: bool


@dataclass(frozen=True)
class _Window:
    """The sentence before, the word's own with the word in 〈 〉, and the one after, each on its line."""

    text: str
    own: str
    start: int
    end: int

    def nearest(self, patterns: Sequence[str]) -> int | None:
        """How far the nearest match of any pattern is from the word, in characters."""
        return min(
            (self._distance(*m.span()) for p in patterns for m in _regex(p).finditer(self.text)), default=None
        )

    def _distance(self, start: int, end: int) -> int:
        if start < self.end and end > self.start:
            return 0
        gap = (end, self.start) if end <= self.start else (self.end, start)
        alone = self.own.startswith("〈")
        return gap[1] - gap[0] + (ALONE_CHARS if alone else BESIDE_CHARS) * self.text.count("\n", *gap)


def _period(word: str) -> str:
    """The shortest string that `word` repeats."""
    return next(word[:n] for n in range(1, len(word) + 1) if word[:n] * (len(word) // n) == word)


def _pair(word: str) -> str | None:
    """AB of a word of the form ABB or AABB: 哗啦 of 哗啦啦, 滴答 of 滴滴答答."""
    m = re.fullmatch(r"(.)\1*(.)\2+", word)
    return m[1] + m[2] if m and len(word) > 2 and m[1] != m[2] else None


class _Words:
    """The library's words: finding them, and telling which sound each one is."""

    def __init__(self, sounds: Sequence[CueSound]) -> None:
        listings = [
            _Listing(s, w.rstrip("?"), w.endswith("?")) for s in sounds for w in s.words if w.rstrip("?")
        ]
        self.pairs = {w.word for w in listings if len(w.word) == 2 and w.word[0] != w.word[1]}
        self.listed: dict[str, list[_Listing]] = {}
        for listing in listings:
            self.listed.setdefault(self.base(listing.word), []).append(listing)

    def base(self, word: str) -> str:
        pair = _pair(word)
        return pair if pair in self.pairs else _period(word)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        rolled = [f"{a}+{b}{{2,}}" for a, b in (map(re.escape, p) for p in sorted(self.pairs))]
        plain = [re.escape(b) for b in sorted(self.listed, key=len, reverse=True)]
        units = "|".join([*rolled, *plain])
        return re.compile(rf"(?P<unit>{units})(?:{_JOIN}(?P=unit))*") if units else re.compile(r"(?!)")

    def runs(self, text: str) -> Iterator[_Run]:
        for m in self._pattern.finditer(text):
            unit = m["unit"]
            count = m[0].count(unit)
            yield _Run(
                *m.span(),
                base=self.base(unit),
                literal=unit * count,
                count=count,
                rolls=len(unit) > 2,
                joined=len(m[0]) > len(unit) * count,
            )

    def sound_of(self, run: _Run, window: _Window) -> tuple[CueSound, bool] | None:
        """The sound a run makes here, and whether a hint near by decided it; None where it makes none."""
        best: tuple[tuple[int, int], CueSound, bool] | None = None
        for listing in self.listed[run.base]:
            if len(listing.word) > len(run.literal) or any(
                _regex(p).search(window.own) for p in listing.sound.not_patterns
            ):
                continue
            near = window.nearest(listing.sound.patterns)
            if near is None and listing.hinted:
                continue
            hinted = near is not None and (listing.hinted or near <= UNHINTED_CHARS)
            rank = (near if near is not None and hinted else UNHINTED_CHARS, -len(listing.word))
            if best is None or rank < best[0]:
                best = (rank, listing.sound, hinted)
        return best[1:] if best else None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class _Text:
    """The book's paragraphs as the pieces tell them, in simplified characters."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.keys: list[tuple[int, int]] = []
        self.of: dict[tuple[int, int], str] = {}
        self.origin: dict[tuple[int, int], int] = {}
        for piece in pieces:
            key = (piece.span.chapter, piece.span.paragraph)
            if piece.kind == "heading":
                continue  # a title sets no scene
            if key not in self.of:
                self.keys.append(key)
                self.origin[key] = piece.span.start
            self.of[key] = self.of.get(key, "") + piece.text
        self.of = {k: simplified(t) for k, t in self.of.items()}
        self.index = {k: i for i, k in enumerate(self.keys)}

    def window(self, key: tuple[int, int], run: _Run, own: tuple[int, int]) -> _Window:
        """`own`: the word's own sentence, [start, end) of its paragraph."""
        text = self.of[key]
        before = _last_sentence(text[: own[0]]) or _last_sentence(self._beside(key, -1))
        after = _first_sentence(text[own[1] :]) or _first_sentence(self._beside(key, 1))
        left, right = (_BLANK.sub(" ", text[a:b]) for a, b in ((own[0], run.start), (run.end, own[1])))
        if left and left[-1] in _OPEN:  # its own quote marks are no part of the sentence
            left, right = left[:-1], re.sub(f"[{_CLOSE}]", "", right, count=1)
        head = f"{before[-NEIGHBOUR_CHARS:]}\n{left}"
        word = f"〈{_BLANK.sub(' ', text[run.start : run.end])}〉"
        lines = f"{head}{word}{right}\n{after[:NEIGHBOUR_CHARS]}"
        return _Window(lines, f"{left}{word}{right}", len(head), len(head) + len(word))

    def _beside(self, key: tuple[int, int], step: int) -> str:
        """The next paragraph of the chapter in that direction that has any text."""
        at = self.index[key] + step
        while 0 <= at < len(self.keys) and self.keys[at][0] == key[0]:
            if self.of[self.keys[at]].strip():
                return self.of[self.keys[at]]
            at += step
        return ""


def _sentences(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _SENTENCE.finditer(text) if m[0].strip()]


def _first_sentence(text: str) -> str:
    spans = _sentences(text)
    return text[slice(*spans[0])].strip() if spans else ""


def _last_sentence(text: str) -> str:
    spans = _sentences(text)
    return text[slice(*spans[-1])].strip() if spans else ""


def _own_sentence(text: str, run: _Run) -> tuple[int, int]:
    start = max((b for _, b in _sentences(text[: run.start]) if _ended(text[:b])), default=0)
    rest = _SENTENCE.match(text, run.end)
    return start, rest.end() if rest else len(text)


def _ended(text: str) -> bool:
    """Whether a sentence ends where `text` does."""
    bare = text.rstrip(_CLOSE + "）)】 \u3000")
    return not bare or bare[-1] in _END + "\n"


# ---------------------------------------------------------------- the stage


@dataclass(frozen=True)
class _Cut:
    """A replacing cue: [start, end) of its piece becomes the sound."""

    start: int
    end: int
    cue: Cue


def find_cues(pieces: Sequence[Piece], sounds: Sequence[CueSound]) -> tuple[list[Piece], list[Cue]]:
    """The pieces, with words that a sound replaces cut out as pieces of kind `cue`, and all cues in reading order.

    A cue's `gain_db` is what its place adds to its sound's own level; its `segment` is left to the caller. Only
    narration and dialogue are searched.
    """
    words = _Words(sounds)
    pieces = _narrated(pieces, words)
    text = _Text(pieces)
    named = {r.literal for t in text.of.values() for r in words.runs(t) if _NAMED.search(t[: r.start])}
    out: list[Piece] = []
    cues: list[Cue] = []
    for piece in pieces:
        if piece.kind not in ("narration", "dialogue"):
            out.append(piece)
            continue
        cuts, under = _Search(piece, text, words, named).found()
        out += _cut_up(piece, cuts)
        cues += sorted([c.cue for c in cuts] + under, key=lambda c: c.span.start)
    return out, cues


def _cut_up(piece: Piece, cuts: Sequence[_Cut]) -> list[Piece]:
    edges = [0, *(e for c in cuts for e in (c.start, c.end)), len(piece.text)]
    starts = {c.start for c in cuts}
    if not cuts:
        return [piece]
    return [cut(piece, a, b, **({"kind": "cue"} if a in starts else {})) for a, b in pairwise(edges) if a < b]


def _narrated(pieces: Sequence[Piece], words: _Words) -> list[Piece]:
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
    return (
        re.search(rf"[{_END}—－～~，,]\s*[{_CLOSE}]$", quote) is None and re.match(r"\w", after) is not None
    )


def _same_paragraph(a: Piece, b: Piece) -> bool:
    return (a.span.chapter, a.span.paragraph, a.span.end) == (b.span.chapter, b.span.paragraph, b.span.start)


def _only_sound(text: str, words: _Words) -> bool:
    groups = _groups(text, list(words.runs(text)))
    return len(groups) == 1 and not text[: groups[0].start].strip() and not text[groups[0].end :].strip()


@dataclass(frozen=True)
class _Group:
    """Words with nothing but punctuation between them, at [start, end) with their marks; `ends[i]` closes word i."""

    start: int
    end: int
    runs: tuple[_Run, ...]
    ends: tuple[int, ...]


def _groups(text: str, runs: Sequence[_Run]) -> list[_Group]:
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

    def __init__(self, piece: Piece, text: _Text, words: _Words, named: set[str]) -> None:
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
            if self._spoken(group):
                continue
            if self._stands_alone(group):
                cuts += self._replaced(group)
            elif self.piece.kind == "narration":
                under += [c for run in group.runs if (c := self._under(run)) is not None]
        return cuts, under

    # ------------------------------------------------------------ words that a sound replaces

    def _spoken(self, group: _Group) -> bool:
        """A quotation that somebody says: asked (“当？”), or with a tag beside it."""
        body = self.paragraph[group.start : group.end]
        if body[-1] not in _CLOSE:
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
        if re.match(r"[的地]|[一两三几][声响下阵](?![^，。！？]*[。！])", after) and not _ended(body):
            return False
        quoted = body.lstrip()[0] in _OPEN and body[-1] in _CLOSE
        marked = re.search(rf"[{_END}—－～~]\s*[{_CLOSE}]*\s*$", body) is not None
        starts = group.start == self.begin or _ended(before)
        stops = _ended(body) or group.end == self.end
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
                    self._cue(run, sound, "replace", (start, end), window.text),
                )
            )
            start = end
        return cuts

    # ------------------------------------------------------------ words inside a sentence

    def _under(self, run: _Run) -> Cue | None:
        after = self.paragraph[run.end :]
        if (len(run.literal) == 1 or (run.joined and len(run.base) == 1)) and not _framed(
            self.paragraph, run
        ):
            return None
        if run.literal in self.named and not _NOT_THE_NAME.match(after):
            return None
        own = _own_sentence(self.paragraph, run)
        window = self.text.window(self.key, run, own)
        if any(p.search(window.text) for p in _UNHEARD):
            return None
        found = self.words.sound_of(run, window)
        if found is None or (not found[1] and _LIKE_CLOSED.search(window.own)):
            return None
        sound = found[0]
        mode: CueMode = "before" if sound.mode == "before" else "under"
        return self._cue(run, sound, mode, self._with_marks(run), window.own)

    def _with_marks(self, run: _Run) -> tuple[int, int]:
        """The word, what draws it out, and the quote marks that are its own."""
        drawn = _DRAWN.match(self.paragraph, run.end, self.end)
        start, end = run.start, drawn.end() if drawn else run.end
        tail = _TAIL.match(self.paragraph, run.end, self.end)
        if (
            start > self.begin
            and self.paragraph[start - 1] in _OPEN
            and tail
            and tail[0]
            and tail[0][-1] in _CLOSE
        ):
            return start - 1, tail.end()
        return start, end

    # ------------------------------------------------------------ what is heard

    def _cue(self, run: _Run, sound: CueSound, mode: CueMode, at: tuple[int, int], around: str) -> Cue:
        text = self.paragraph
        tail = _TAIL.match(text, run.end)
        marks = text[run.start : tail.end() if tail else run.end]
        rest = text[run.end :]
        stated, rolls = _STATED.match(rest), run.rolls or _ON_AND_ON.match(rest) is not None
        if stated:
            count = _number(stated[1])
        else:
            flows = (rolls and not run.rolls) or (run.base[0] in _FLOWING and not run.joined)
            count = run.count if sound.countable and not flows else 1
        held = len(_DRAWN.findall(marks))
        length_ms = (
            EVENT_MS * count + DRAWN_MS * held
            if held
            else ROLL_MS
            if rolls and sound.countable and not stated
            else None
        )
        gain_db = LOUDER_DB * ("！" in marks or "!" in marks) + SOFTER_DB * (_SOFT.search(around) is not None)
        local = slice(at[0] - self.begin, at[1] - self.begin)
        return Cue(
            sound=sound.name,
            mode=mode,
            span=Span(
                chapter=self.key[0], paragraph=self.key[1], start=at[0] + self.origin, end=at[1] + self.origin
            ),
            text=self.piece.text[local],
            count=max(1, count),
            gain_db=gain_db,
            length_ms=length_ms,
        )


def _shifted(group: _Group, by: int) -> _Group:
    runs = tuple(replace(r, start=r.start + by, end=r.end + by) for r in group.runs)
    return _Group(group.start + by, group.end + by, runs, tuple(e + by for e in group.ends))


def _framed(text: str, run: _Run) -> bool:
    """Whether the sentence treats a single syllable as a sound: 砰的一声, 啪地, “，咚，”."""
    if _FRAME_AFTER.match(text, run.end):
        return True
    before, after = text[: run.start], text[run.end :]
    return _EDGE_AFTER.match(after) is not None and bool(
        _EDGE_BEFORE.search(before) or _FRAME_BEFORE.search(before)
    )


def _number(text: str) -> int:
    """A number below 100 in Chinese or Arabic figures."""
    if text.isdecimal():
        return int(text)
    value = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
    tens, ten, ones = text.partition("十")
    if not ten:
        return value.get(text[-1], 1)
    return 10 * value.get(tens[-1:], 1) + value.get(ones[:1], 0)
